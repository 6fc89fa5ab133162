"""What lies in the site-packages of an environment, read once and quickly for all checks."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

import msgspec
from packaging.utils import canonicalize_name

from engine.conda.meta import recorded_sha256
from engine.environments.describing import site_packages as usual_site_packages
from engine.environments.looking import is_folder
from engine.environments.packages import site_packages_folders
from engine.health.conda_side import CondaPackage, CondaSide
from engine.pypi.distributions import read_headers, read_one
from engine.reading import read_head, read_whole
from engine.records import SourceKind
from engine.replicas.ownership import SITE_PACKAGES

_HEAD: Final = 16 * 1024
_HEADER: Final = re.compile(
    rb"^(Name|Version|Requires-Dist|Requires-Python):[ \t]*([^\r\n]*)", re.M | re.I
)
_TAG: Final = re.compile(rb"^Tag:[ \t]*(\S+)", re.M | re.I)
_ENDINGS: Final = (".dist-info", ".egg-info", ".egg", ".egg-link")
_PYTHON_HEADER: Final = re.compile(rb"^Requires-Python:([^\r\n]*)", re.M | re.I)
_REQUIRES_PYTHON: Final = len("Requires-Python")
_VERSION_LINE: Final = re.compile(r"^version(?:_info)?\s*=\s*(3\.\d+(?:\.\d+)?)", re.M)
_MINOR: Final = re.compile(r"(?:python|pypy)(3\.\d+)t?\Z")


class _DirInfo(msgspec.Struct, gc=False):
    editable: bool = False


class _DirectUrl(msgspec.Struct, gc=False):
    url: str
    dir_info: _DirInfo | None = None


_DIRECT_URL: Final = msgspec.json.Decoder(_DirectUrl)


@dataclass(slots=True)
class Distribution:
    """Describe one Python distribution; nothing in it is ever changed.

    `where` is its dist-info or egg-info, `inside` the same relative to the prefix, with `/`.
    `owner` is the conda package that listed it; with `is_replaced` what lies there is another
    tool's now. `checkout` is the folder that an editable one is used from. `is_half` says that an
    interrupted installation left it without what every whole one has. `requires_python` is a
    range; `tags` say what the wheel was made for, None where there is no WHEEL or it is conda's.
    """

    name: str
    version: str
    where: str
    inside: str
    requires: tuple[str, ...] = ()
    installer: str = ""
    owner: CondaPackage | None = None
    is_replaced: bool = False
    checkout: Path | None = None
    is_half: bool = False
    requires_python: str = ""
    tags: tuple[str, ...] | None = None

    @property
    def path(self) -> Path:
        """Return its dist-info or egg-info; few are asked for, and a text is made in no time."""
        return Path(self.where)

    @property
    def is_pypi(self) -> bool:
        """Return whether no conda package has it, or has it any more."""
        return self.owner is None or self.is_replaced


@dataclass(slots=True)
class PythonSide:
    """Hold what is known of an environment's Python and what is installed for it.

    `version` is empty when there is no Python. `record` is conda's, None for a Python of another
    kind. `site_packages` is the folder that it imports from. `set_aside` are what pip moved away
    (`~ame`) and did not bring to an end.
    """

    version: str = ""
    record: CondaPackage | None = None
    site_packages: Path | None = None
    distributions: tuple[Distribution, ...] = ()
    set_aside: tuple[Path, ...] = ()
    names: frozenset[str] = frozenset()
    by_name: dict[str, list[Distribution]] = field(default_factory=dict[str, list[Distribution]])

    @property
    def minor(self) -> str:
        """Return the version as in `3.12`."""
        return ".".join(self.version.split(".")[:2])


def read_python_side(prefix: Path, conda: CondaSide, platform: str) -> PythonSide:
    """Return what the Python of `prefix` has installed. Raises nothing."""
    record = next((each for each in conda.packages if each.name == "python"), None)
    site, version = _place(prefix, record, platform)
    if site is None:
        return PythonSide(version, record)
    owners = {path: package for package in conda.packages for path in package.metadata}
    side = PythonSide(version, record, site)
    inside = os.path.relpath(site, prefix).replace(os.sep, "/")
    found: list[Distribution] = []
    aside: list[Path] = []
    names: set[str] = set()
    with suppress(OSError), os.scandir(site) as entries:
        for entry in sorted(entries, key=lambda each: each.name):
            name = entry.name
            names.add(name)
            if name.startswith("~"):
                aside.append(site / name)
            elif name.endswith(_ENDINGS):
                found += _distributions(site, f"{inside}/{name}", owners)
    side.distributions = tuple(found)
    side.set_aside = tuple(aside)
    side.names = frozenset(names)
    for each in found:
        if not each.is_half:
            side.by_name.setdefault(each.name, []).append(each)
    return side


def _place(prefix: Path, record: CondaPackage | None, platform: str) -> tuple[Path | None, str]:
    """Return the site-packages folder and the version of Python, as files tell them."""
    if record is not None:
        named = record.python_site_packages
        site = (
            prefix / named
            if named
            else Path(usual_site_packages(prefix, record.version, record.build, platform))
        )
        return (site if is_folder(site) else None), record.version
    sites = site_packages_folders(prefix)
    if not sites:
        return None, ""
    with suppress(OSError, UnicodeDecodeError):
        told = _VERSION_LINE.search((prefix / "pyvenv.cfg").read_text(encoding="utf-8"))
        if told is not None:
            return sites[-1], told[1]
    minor = _MINOR.search(sites[-1].parent.name)
    return sites[-1], minor[1] if minor is not None else ""


def _distributions(
    site: Path, inside: str, owners: dict[str, CondaPackage]
) -> Iterator[Distribution]:
    owner = owners.get(inside)
    where = f"{site}{os.sep}{inside.rpartition('/')[2]}"
    if inside.endswith(".dist-info"):
        yield _dist_info(where, inside, owner)
        return
    path = Path(where)
    for record in read_one(site, path.name):
        checkout = None
        if record.source.kind is SourceKind.EDITABLE:
            checkout = _folder_of(record.source.url)
        if record.problem is not None and path.suffix == ".egg-link":
            checkout = _linked(path)
        yield Distribution(
            record.name,
            record.version,
            where,
            inside,
            record.depends,
            owner=owner,
            checkout=checkout,
            is_half=record.problem is not None and checkout is None,
        )


def _dist_info(where: str, inside: str, owner: CondaPackage | None) -> Distribution:
    try:
        name, version, requires, python = _headers(f"{where}/METADATA")
    except OSError:
        name = version = python = ""
        requires = ()
    installer = ""
    with suppress(OSError):
        installer = read_head(f"{where}/INSTALLER", 64).decode("utf-8", "replace").strip()
    if not name or not version:
        stem = inside.rpartition("/")[2].removesuffix(".dist-info").split("-")
        name, version = stem[0], stem[1] if len(stem) > 1 else ""
        name = canonicalize_name(name)
        return Distribution(name, version, where, inside, (), installer, owner, is_half=True)
    found = Distribution(
        canonicalize_name(name), version, where, inside, requires, installer, owner
    )
    if owner is not None:
        found.is_replaced = installer != "conda" and _is_replaced(found, owner)
        if not found.is_replaced:
            return found
    try:
        inside_it = frozenset(os.listdir(where))  # noqa: PTH208 - names alone, no Path for each
    except OSError:
        return found
    found.is_half = "RECORD" not in inside_it and installer != "conda"
    found.requires_python = python
    if "direct_url.json" in inside_it:
        found.checkout = _editable_checkout(f"{where}/direct_url.json")
    if "WHEEL" in inside_it:
        with suppress(OSError):
            tags = _TAG.findall(read_head(f"{where}/WHEEL", _HEAD))
            found.tags = tuple(tag.decode("ascii", "replace") for tag in tags)
    return found


def _headers(path: str) -> tuple[str, str, tuple[str, ...], str]:
    data = read_head(path, _HEAD)
    end = data.find(b"\n\n")
    if end < 0:
        end = data.find(b"\r\n\r\n")
    if end < 0 and len(data) == _HEAD:
        whole = read_headers(path)
        found = _PYTHON_HEADER.search(data)
        python = found[1].decode("utf-8", "replace").strip() if found is not None else ""
        return whole.name, whole.version, whole.requires, python
    name = version = python = ""
    requires: list[str] = []
    for key, value in _HEADER.findall(data, 0, end if end >= 0 else len(data)):
        text: str = value.decode("utf-8", "replace").rstrip()
        match key[:1]:
            case b"R" | b"r" if len(key) == _REQUIRES_PYTHON:
                python = text
            case b"R" | b"r":
                requires.append(text)
            case b"N" | b"n":
                name = name or text
            case _:
                version = version or text
    return name, version, tuple(requires), python


def _is_replaced(found: Distribution, owner: CondaPackage) -> bool:
    """Return whether the content of a conda package's dist-info is another tool's.

    INSTALLER alone does not tell: some conda packages ship with `pip` in it.
    """
    expected = recorded_sha256(owner.record, f"{found.inside}/RECORD")
    if not expected and owner.is_noarch_python:
        expected = recorded_sha256(
            owner.record, f"{SITE_PACKAGES}{found.inside.rpartition('/')[2]}/RECORD"
        )
    try:
        record = read_whole(f"{found.where}/RECORD")
    except OSError:
        return False
    return bool(expected) and hashlib.sha256(record).hexdigest() != expected


def _editable_checkout(path: str) -> Path | None:
    """Return the folder that an editable distribution is used from (PEP 610, PEP 660)."""
    with suppress(OSError, ValueError, msgspec.DecodeError):
        direct = _DIRECT_URL.decode(read_whole(path))
        if direct.dir_info is not None and direct.dir_info.editable:
            return _folder_of(direct.url)
    return None


def _folder_of(url: str) -> Path | None:
    address = urlsplit(url)
    return Path(url2pathname(address.path)) if address.scheme == "file" else None


def _linked(path: Path) -> Path | None:
    with suppress(OSError):
        lines = path.read_bytes().decode("utf-8", "surrogateescape").splitlines()
        folder = Path(lines[0].strip()) if lines else Path()
        return folder if folder.is_absolute() else None
    return None
