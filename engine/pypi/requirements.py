"""Read what a user typed as a PyPI package: a name, a file, a folder, an address or a repository.

Names, extras, versions and markers follow the dependency specifiers of PyPA (PEP 508); the rest is
what `pip install` takes on its command line (pip docs, "pip install", Requirement specifiers).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)

from engine.errors import EngineError, ErrorCode


class RequirementForm(StrEnum):
    """Say how a PyPI package was asked for."""

    NAME = "name"
    FILE = "file"
    FOLDER = "folder"
    URL = "url"
    REPOSITORY = "repository"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Describe one requirement.

    `text` is what uv is told, `name` the normalised name (empty for a folder or an address that
    does not say it), `specifier` a version range such as `>=2,<3`. `location` is the file, folder
    or address; `index_url` and `extra_index_urls` are the indexes that were written behind it, and
    `hashes` (`algorithm:hex`) those of which what arrives must have one. An `editable` folder is
    used where it lies.
    """

    form: RequirementForm
    text: str
    name: str = ""
    specifier: str = ""
    extras: tuple[str, ...] = ()
    marker: str = ""
    location: str = ""
    index_url: str = ""
    extra_index_urls: tuple[str, ...] = ()
    hashes: tuple[str, ...] = ()
    editable: bool = False

    @property
    def shown(self) -> str:
        """Return it for people: short, and without the logins that an address may hold."""
        if not self.location:
            extras = f"[{','.join(self.extras)}]" if self.extras else ""
            return f"{self.name}{extras}{self.specifier}" if self.name else self.text
        if self.name:
            return self.name
        return re.split(r"[?#@]", self.location.rstrip("/\\"))[0].replace("\\", "/").split("/")[-1]

    @property
    def exact(self) -> str:
        """Return the version that is asked for by `==`, or an empty string."""
        found = re.fullmatch(r"={2,3}\s*([^\s,*]+)", self.specifier)
        return found[1] if found else ""


_REPOSITORY: Final = re.compile(r"(?:git|hg|svn|bzr)\+", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"(?:https?|ftp|file)://", re.IGNORECASE)
_PATH_START: Final = re.compile(r"(?:\.{1,2}(?:[\\/]|\Z)|~?[\\/]|[A-Za-z]:[\\/])")
_ARCHIVES: Final = (".whl", ".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz")
_EXTRAS: Final = re.compile(r"\[([A-Za-z0-9._,\s-]*)\]\Z")
_OPTION: Final = re.compile(r"\s(--?[A-Za-z][A-Za-z-]*)(?:[ =]\s*(\S+))?")
_INDEX_OPTIONS: Final = ("--index-url", "-i", "--extra-index-url")
_HASH: Final = re.compile(r"(?:sha256|sha384|sha512|sha224|sha1|md5):[0-9a-fA-F]{32,128}")
_EDITABLE: Final = re.compile(r"(?:-e|--editable)[ =]\s*")


def parse_requirement(text: str, home: Path | None = None) -> Wanted:
    """Return what `text` asks for.

    Relative paths are refused: there is no folder that they would start from; `~` is `home`.
    Raises EngineError (requirement-invalid) with the position of the character that is wrong,
    counted from 0, in `position`, and what was expected there in `cause`.
    """
    body = text.strip()
    offset = len(text) - len(text.lstrip())
    editable = _EDITABLE.match(body)
    if editable is not None:
        body, offset = body[editable.end() :], offset + editable.end()
    body, options = _without_options(text, body, offset)
    if not body:
        raise _invalid(text, offset, "There is nothing here.")
    if body.startswith("-"):
        raise _invalid(text, offset, "This is an option, not a package.")
    wanted = _parsed(text, body, offset, home)
    if editable is not None and wanted.form is RequirementForm.FOLDER:
        wanted = replace(wanted, text=f"-e {wanted.text}", editable=True)
    return replace(
        wanted,
        index_url=options.index_url,
        extra_index_urls=tuple(options.extra_index_urls),
        hashes=tuple(options.hashes),
    )


@dataclass(slots=True)
class _Options:
    """Hold what is written behind a requirement."""

    index_url: str = ""
    extra_index_urls: list[str] = field(default_factory=list[str])
    hashes: list[str] = field(default_factory=list[str])


def _without_options(text: str, body: str, offset: int) -> tuple[str, _Options]:
    options = _Options()
    first = _OPTION.search(body)
    if first is None:
        return body, options
    position = first.start()
    for match in _OPTION.finditer(body, position):
        name, value = match[1], match[2] or ""
        start = offset + match.start(1)
        if body[position : match.start()].strip():
            raise _invalid(text, offset + position, "This belongs to no option.")
        if name == "--hash":
            if not _HASH.fullmatch(value):
                raise _invalid(text, start, "--hash needs sha256: and 64 digits behind it.")
            options.hashes.append(value.lower())
            position = match.end()
            continue
        if name not in _INDEX_OPTIONS:
            raise _invalid(text, start, f"The option {name} is not known here.")
        if not _ADDRESS.match(value):
            raise _invalid(text, start, f"{name} needs an address behind it.")
        if name == "--extra-index-url":
            options.extra_index_urls.append(value)
        else:
            options.index_url = value
        position = match.end()
    if body[position:].strip():
        raise _invalid(text, offset + position + 1, "This belongs to no option.")
    return body[: first.start()].rstrip(), options


def _parsed(text: str, body: str, offset: int, home: Path | None) -> Wanted:
    if _REPOSITORY.match(body):
        return Wanted(RequirementForm.REPOSITORY, body, _egg_name(body), location=body)
    if _ADDRESS.match(body):
        return _addressed(text, body, offset)
    if _PATH_START.match(body) or (
        body.lower().endswith(_ARCHIVES) and "@" not in body and ";" not in body
    ):
        return _local(text, body, offset, home)
    try:
        parsed = Requirement(body)
    except InvalidRequirement as error:
        raise _invalid(text, offset + _position(error, body), _reason(error)) from error
    name = canonicalize_name(parsed.name)
    extras = tuple(sorted(parsed.extras))
    marker = str(parsed.marker or "")
    if parsed.url:
        form = RequirementForm.URL
        if _REPOSITORY.match(parsed.url):
            form = RequirementForm.REPOSITORY
        elif parsed.url.lower().startswith("file:"):
            found = _existing(text, offset, _path_of_url(parsed.url), "")
            place = found.location
            return Wanted(found.form, str(parsed), name, "", extras, marker, place)
        elif not _ADDRESS.match(parsed.url):
            at = offset + body.find("@") + 1
            raise _invalid(text, at, "An address such as https://… is expected behind @.")
        return Wanted(form, str(parsed), name, "", extras, marker, parsed.url)
    specifier = str(parsed.specifier)
    return Wanted(RequirementForm.NAME, str(parsed), name, specifier, extras, marker)


def _addressed(text: str, body: str, offset: int) -> Wanted:
    if body.lower().startswith("file:"):
        return _existing(text, offset, _path_of_url(body), "")
    last = unquote(urlsplit(body).path.rpartition("/")[2])
    if not last.lower().endswith(_ARCHIVES):
        raise _invalid(
            text,
            offset,
            "The address of a package ends in .whl, .tar.gz or .zip.",
        )
    return Wanted(RequirementForm.URL, body, _egg_name(body) or _name_of_file(last), location=body)


def _local(text: str, body: str, offset: int, home: Path | None) -> Wanted:
    match = _EXTRAS.search(body)
    extras = match[0] if match else ""
    path = body[: match.start()] if match else body
    if path.startswith("~") and home is not None:
        path = str(home) + path[1:]
    if not Path(path).is_absolute():
        raise _invalid(text, offset, "The full path is needed, from the top of the disk.")
    return _existing(text, offset, Path(path), extras)


def _existing(text: str, offset: int, path: Path, extras: str) -> Wanted:
    names = tuple(sorted(word.strip() for word in extras.strip("[]").split(",") if word.strip()))
    written = f"{extras} @ {path.as_uri()}" if path.is_absolute() else ""
    if path.is_dir():
        if not any((path / each).is_file() for each in ("pyproject.toml", "setup.py")):
            raise _invalid(text, offset, "This folder holds no Python project.")
        # Without a name uv finds it out by looking into the folder.
        line = path.as_uri() if not extras else f"{path}{extras}"
        return Wanted(RequirementForm.FOLDER, line, "", "", names, location=str(path))
    if not path.is_file():
        raise _invalid(text, offset, "There is no such file or folder.")
    name = _name_of_file(path.name)
    if not name:
        raise _invalid(text, offset, "This is not the name of a wheel or of a source archive.")
    return Wanted(RequirementForm.FILE, f"{name}{written}", name, "", names, location=str(path))


def _path_of_url(url: str) -> Path:
    parts = urlsplit(url)
    host = f"//{parts.netloc}" if parts.netloc and parts.netloc != "localhost" else ""
    return Path(url2pathname(host + parts.path))


def _name_of_file(name: str) -> str:
    try:
        if name.lower().endswith(".whl"):
            return parse_wheel_filename(name)[0]
        return parse_sdist_filename(name)[0]
    except (InvalidWheelFilename, InvalidSdistFilename):
        return ""


def _egg_name(address: str) -> str:
    found = re.search(r"[#&]egg=([A-Za-z0-9][A-Za-z0-9._-]*)", address)
    return canonicalize_name(found[1]) if found else ""


def _position(error: InvalidRequirement, body: str) -> int:
    span: object = getattr(error.__cause__, "span", None)
    start = span[0] if isinstance(span, tuple) else 0  # pyright: ignore[reportUnknownVariableType]
    return min(start, len(body)) if isinstance(start, int) else 0


def _reason(error: InvalidRequirement) -> str:
    return str(error).splitlines()[0].rstrip(".") + "."


def _invalid(text: str, position: int, cause: str) -> EngineError:
    return EngineError(
        ErrorCode.REQUIREMENT_INVALID,
        f"“{text.strip()}” cannot be understood as a PyPI package.",
        cause=cause,
        hint="Write a name, perhaps with a version: requests>=2.31",
        requirement=text,
        position=str(position),
    )
