"""Read Python distributions from a site-packages folder, as pip and uv leave them there."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import msgspec
from packaging.utils import canonicalize_name

from engine.conda.channels import without_credentials
from engine.reading import read_head, read_whole
from engine.records import Record, RecordKind, RecordProblem, Source, SourceKind

PYPI: Final = Source(SourceKind.PYPI, "PyPI")
UNKNOWN: Final = Source(SourceKind.UNKNOWN, "")

_HEAD_BYTES = 16 * 1024
_LICENSE_LENGTH = 80
_HEADER = (
    r"\n(Name|Version|Summary|License(?:-Expression)?|Requires-Dist|Classifier(?=:\s*License ))"
    r":[ \t]*([^\r\n]*)"
)
_USUAL = re.compile(_HEADER)
_ODD = re.compile(_HEADER, re.IGNORECASE)
# The last field of a RECORD line is the file's size; a path or a hash cannot end in `,digits`.
_RECORD_SIZE = re.compile(rb",([0-9]+)\r?$", re.MULTILINE)
_NAME_AND_VERSION = re.compile(r"(?P<name>.+?)-(?P<version>[^-]+)(?:-py[0-9.]+(?:-.+)?)?\Z")
_UNSAID = ("", "UNKNOWN", "None")


@dataclass(frozen=True, slots=True)
class Headers:
    """Hold those headers of a METADATA or PKG-INFO file that a table shows."""

    name: str
    version: str
    summary: str
    license: str
    requires: tuple[str, ...]


class _VcsInfo(msgspec.Struct, gc=False):
    vcs: str = ""
    commit_id: str = ""


class _DirInfo(msgspec.Struct, gc=False):
    editable: bool = False


class _ArchiveInfo(msgspec.Struct, gc=False):
    hash: str = ""
    hashes: dict[str, str] | None = None


class _DirectUrl(msgspec.Struct, gc=False):
    url: str
    vcs_info: _VcsInfo | None = None
    dir_info: _DirInfo | None = None
    archive_info: _ArchiveInfo | None = None


_DIRECT_URL = msgspec.json.Decoder(_DirectUrl)


def read_distributions(
    prefix: Path, folders: Iterable[Path], owned: Collection[str] = ()
) -> tuple[Record, ...]:
    """Return the distributions found in the site-packages `folders` of `prefix`, unsorted.

    `owned` holds the paths, relative to `prefix` and with `/`, of the metadata folders and files
    that conda packages own; these are left out. A distribution that cannot be read in full is a
    record with a `problem`. A folder that cannot be listed has no distributions.
    """
    records: list[Record] = []
    fold = os.path.normcase
    known = frozenset(fold(path) for path in owned)
    for folder in folders:
        try:
            entries = list(os.scandir(folder))
        except OSError:
            continue
        inside = os.path.relpath(folder, prefix).replace(os.sep, "/")
        for entry in entries:
            name = entry.name
            # pip moves a distribution to a name with a tilde while it replaces it.
            if name.startswith("~") or fold(f"{inside}/{name}") in known:
                continue
            record = _distribution(folder, name, entry.path)
            if record is not None:
                records.append(record)
    return tuple(records)


def read_one(folder: Path, name: str) -> tuple[Record, ...]:
    """Return the distribution that the entry `name` of a site-packages `folder` is, if it is."""
    record = _distribution(folder, name, f"{folder}{os.sep}{name}")
    return () if record is None else (record,)


def read_headers(path: str) -> Headers:
    """Return the headers of the METADATA or PKG-INFO file at `path`; raises OSError.

    Only the headers are read, not the description behind them (core metadata specifications). A
    header that is missing is empty.
    """
    text = "\n" + _header_bytes(path).decode("utf-8", "replace")
    found = _headers(_USUAL.findall(text))
    # Names of headers may be written in any case, and are not by the usual tools.
    return found if found.name and found.version else _headers(_ODD.findall(text))


def read_summary(path: str) -> str:
    """Return the one-line summary that the METADATA or PKG-INFO file at `path` has, or nothing.

    Raises OSError. Quicker than `read_headers`.
    """
    data = _header_bytes(path)
    start = data.find(b"\nSummary: ") + 10
    if start < 10:
        return ""
    end = data.find(b"\n", start)
    return _said(data[start : end if end >= 0 else None].decode("utf-8", "replace"))


def _header_bytes(path: str) -> bytes:
    data = read_head(path, _HEAD_BYTES)
    end = _end_of_headers(data)
    if end < 0 and len(data) == _HEAD_BYTES:
        data = read_whole(path)
        end = _end_of_headers(data)
    return data if end < 0 else data[:end]


def _end_of_headers(data: bytes) -> int:
    ends = [end for mark in (b"\n\n", b"\r\n\r\n") if (end := data.find(mark)) >= 0]
    return min(ends, default=-1)


def _headers(found: Iterable[tuple[str, str]]) -> Headers:
    values: dict[str, str] = {}
    requires: list[str] = []
    for key, value in found:
        if key[0] in "Rr":
            requires.append(value.rstrip())
        else:
            values.setdefault(key.lower(), value)
    stated = _said(values.get("license", ""))
    if len(stated) > _LICENSE_LENGTH:
        stated = ""  # the field may hold the whole text of the licence
    return Headers(
        name=values.get("name", "").strip(),
        version=values.get("version", "").strip(),
        summary=_said(values.get("summary", "")),
        license=_said(values.get("license-expression", ""))
        or stated
        or values.get("classifier", "").rpartition(" :: ")[2].strip(),
        requires=tuple(requires),
    )


def _said(value: str) -> str:
    value = value.strip()
    return "" if value in _UNSAID else value


def _distribution(folder: Path, name: str, path: str) -> Record | None:
    stem, _, ending = name.rpartition(".")
    match ending:
        case "dist-info":
            return _dist_info(folder / name, path, stem)
        case "egg-info":
            return _egg_info(folder / name, path, stem)
        case "egg":
            return _egg(folder / name, path, stem)
        case "egg-link":
            return _egg_link(folder / name, path, stem)
        case _:
            return None


def _dist_info(shown: Path, path: str, stem: str) -> Record:
    try:
        inside = frozenset(os.listdir(path))  # noqa: PTH208 - names alone, no Path for each
        headers = read_headers(f"{path}/METADATA")
    except OSError:
        return _marked(shown, stem, RecordProblem.UNREADABLE)
    if not headers.name or not headers.version:
        return _marked(shown, stem, RecordProblem.INCOMPLETE)
    name = canonicalize_name(headers.name)
    source, url, sha256 = PYPI, "", ""
    if "direct_url.json" in inside:
        source, url, sha256 = _direct_source(f"{path}/direct_url.json")
    elif "INSTALLER" in inside and read_installer(path) == "conda":
        source = UNKNOWN  # left behind by a conda package that is gone
    return Record(
        kind=RecordKind.PYPI,
        name=name,
        version=headers.version,
        source=source,
        requested=(name,) if "REQUESTED" in inside else (),
        depends=headers.requires,
        license=headers.license,
        summary=headers.summary,
        installed_bytes=_recorded_bytes(f"{path}/RECORD") if "RECORD" in inside else None,
        url=url,
        sha256=sha256,
        path=shown,
    )


def _egg_info(shown: Path, path: str, stem: str) -> Record:
    try:
        folder = os.path.isdir(path)  # noqa: PTH112 - called for every entry
        headers = read_headers(f"{path}/PKG-INFO" if folder else path)
    except OSError:
        return _marked(shown, stem, RecordProblem.UNREADABLE)
    return _from_egg(shown, stem, headers, PYPI, _egg_requires(path) if folder else ())


def _egg(shown: Path, path: str, stem: str) -> Record | None:
    if not shown.is_dir():
        return _named_by_file(shown, stem)  # a zipped egg says what it is by its name
    inner = f"{path}/EGG-INFO"
    try:
        headers = read_headers(f"{inner}/PKG-INFO")
    except OSError:
        return _marked(shown, stem, RecordProblem.UNREADABLE)
    return _from_egg(shown, stem, headers, PYPI, _egg_requires(inner))


def _egg_link(shown: Path, path: str, stem: str) -> Record:
    """Return what `setup.py develop` put in place: a file that names the folder of the source."""
    try:
        first = read_head(path, _HEAD_BYTES).decode("utf-8", "surrogateescape").splitlines()[:1]
        checkout = Path(first[0].strip()) if first else Path()
        if not checkout.is_absolute():
            return _marked(shown, stem, RecordProblem.INCOMPLETE)
        wanted = canonicalize_name(stem)
        for info in checkout.glob("*.egg-info"):
            if canonicalize_name(info.stem) == wanted:
                headers = read_headers(str(info / "PKG-INFO"))
                source = Source(SourceKind.EDITABLE, checkout.name, checkout.as_uri())
                return _from_egg(shown, stem, headers, source, _egg_requires(str(info)))
    except OSError:
        return _marked(shown, stem, RecordProblem.UNREADABLE)
    return _marked(shown, stem, RecordProblem.INCOMPLETE)


def _from_egg(
    shown: Path, stem: str, headers: Headers, source: Source, requires: tuple[str, ...]
) -> Record:
    if not headers.name or not headers.version:
        return _marked(shown, stem, RecordProblem.INCOMPLETE)
    return Record(
        kind=RecordKind.PYPI,
        name=canonicalize_name(headers.name),
        version=headers.version,
        source=source,
        url=source.url,
        depends=headers.requires or requires,
        license=headers.license,
        summary=headers.summary,
        path=shown,
    )


def _egg_requires(folder: str) -> tuple[str, ...]:
    """Return what `requires.txt` of an egg asks for without extras (setuptools, "Eggs")."""
    try:
        lines = read_whole(f"{folder}/requires.txt").decode("utf-8", "replace").splitlines()
    except OSError:
        return ()
    found: list[str] = []
    marker = ""
    for line in map(str.strip, lines):
        if line.startswith("["):
            extra, _, marker = line.strip("[]").partition(":")
            if extra:
                break  # the sections of extras follow those without
        elif line:
            found.append(f"{line}; {marker}" if marker else line)
    return tuple(found)


def _direct_source(path: str) -> tuple[Source, str, str]:
    """Return source, address and sha256 as `direct_url.json` tells them (PEP 610)."""
    try:
        direct = _DIRECT_URL.decode(read_whole(path))
        address = urlsplit(direct.url)
        host = address.hostname or ""
    except (OSError, ValueError, msgspec.DecodeError):
        return UNKNOWN, "", ""
    url = without_credentials(direct.url)
    last = unquote(address.path.rstrip("/").rpartition("/")[2])
    if direct.dir_info is not None:
        kind = SourceKind.EDITABLE if direct.dir_info.editable else SourceKind.LOCAL
        return Source(kind, last, url), url, ""
    if direct.vcs_info is not None:
        commit = f"@{direct.vcs_info.commit_id}" if direct.vcs_info.commit_id else ""
        url = f"{direct.vcs_info.vcs}+{url}{commit}"
        return Source(SourceKind.URL, host or last, url), url, ""
    archive = direct.archive_info or _ArchiveInfo()
    sha256 = (archive.hashes or {}).get("sha256", "") or _after(archive.hash, "sha256=")
    if address.scheme == "file":
        return Source(SourceKind.LOCAL, last, url), url, sha256
    return Source(SourceKind.URL, host, url), url, sha256


def _after(text: str, start: str) -> str:
    return text[len(start) :] if text.startswith(start) else ""


def read_installer(folder: str | Path) -> str:
    """Return who says to have installed the distribution with this metadata; empty for nobody."""
    try:
        return read_head(f"{folder}/INSTALLER", 64).decode("utf-8", "replace").strip()
    except OSError:
        return ""


def _recorded_bytes(path: str) -> int | None:
    try:
        return sum(map(int, _RECORD_SIZE.findall(read_whole(path))))
    except OSError:
        return None


def _marked(shown: Path, stem: str, problem: RecordProblem) -> Record:
    found = _NAME_AND_VERSION.match(stem)
    return Record(
        kind=RecordKind.PYPI,
        name=canonicalize_name(found["name"] if found else stem),
        version=found["version"] if found else "",
        source=UNKNOWN,
        path=shown,
        problem=problem,
    )


def _named_by_file(shown: Path, stem: str) -> Record | None:
    found = _NAME_AND_VERSION.match(stem)
    if found is None:
        return None
    return Record(
        kind=RecordKind.PYPI,
        name=canonicalize_name(found["name"]),
        version=found["version"],
        source=PYPI,
        path=shown,
    )
