"""One requirement as files write it: a name with versions, an address, a repository or a path.

The rules are those of pip (pip docs, "Requirement Specifiers" and "VCS Support") and of PEP 508.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urlsplit
from urllib.request import url2pathname

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)

from engine.files.gathering import Gathering
from engine.files.targets import Target, holds_for_some_python, marker_holds
from engine.files.values import ConsentCode, Place, RemarkCode, Wanted, WantedKind

ARCHIVES: Final = (
    ".whl",
    ".zip",
    ".tar.gz",
    ".tgz",
    ".tar.bz2",
    ".tbz",
    ".tar.xz",
    ".txz",
    ".tar.lzma",
    ".tlz",
    ".tar.lz",
    ".tar",
)
LONGEST_REQUIREMENT: Final = 20_000  # characters; packaging's own reader is slow beyond

_REPOSITORY: Final = re.compile(r"(?:git|hg|svn|bzr)\+[a-z+]+:|git://", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"(?:https?|ftp|file):", re.IGNORECASE)
_EXTRAS: Final = re.compile(r"(?P<place>.+)(?P<extras>\[[^\]\[]*\])\Z", re.DOTALL)
_HASH: Final = re.compile(r"[#&](sha1|sha224|sha384|sha256|sha512|md5)=([0-9a-fA-F]+)")
_BUILD_FOLDER: Final = re.compile(
    r"/feedstock_root/|/build_artifacts/|[/\\](?:croot|conda-bld|b?croot_\w+)[/\\]|"
    r"[A-Za-z]:[/\\]+(?:b|ci|bld)[/\\]",
    re.IGNORECASE,
)
_DRIVE: Final = re.compile(r"[A-Za-z]:[\\/]|\\\\")


class NotARequirementError(ValueError):
    """Say in one sentence what is wrong with a requirement."""


@dataclass(frozen=True, slots=True)
class Spec:
    """Hold one requirement.

    `text` is what an installer is told. `location` is an address, or a path where `is_local`;
    `runs_code` says that something in it is run to find out what it needs.
    """

    text: str
    name: str = ""
    marker: Marker | None = None
    extras: tuple[str, ...] = ()
    specifier: str = ""
    location: str = ""
    is_local: bool = False
    runs_code: bool = False
    hashes: tuple[str, ...] = ()


def parse_spec(text: str, folder: Path | None) -> Spec:
    """Return what `text`, a requirement without options, asks for; paths start from `folder`.

    No path is looked at. Raises NotARequirementError.
    """
    text = text.strip()
    if len(text) > LONGEST_REQUIREMENT:
        raise NotARequirementError("It is too long.")
    if "\0" in text:
        raise NotARequirementError("It holds a character that no requirement has.")
    if _REPOSITORY.match(text) or _ADDRESS.match(text):
        return _addressed(*_split(text, "; "))
    body, marker = _split(text, ";")
    if _is_path(body):
        return _local(body, marker, folder)
    try:
        parsed = Requirement(text)
    except InvalidRequirement as error:
        raise NotARequirementError(_reason(error)) from error
    except RecursionError as error:
        raise NotARequirementError("Its marker is nested too deeply.") from error
    if parsed.url:
        return _named_address(parsed, folder)
    return Spec(
        text=str(parsed),
        name=canonicalize_name(parsed.name),
        marker=parsed.marker,
        extras=tuple(sorted(parsed.extras)),
        specifier=str(parsed.specifier),
    )


def _reason(error: InvalidRequirement) -> str:
    return str(error).partition("\n")[0].rstrip(".") + "."


def _split(text: str, separator: str) -> tuple[str, Marker | None]:
    body, _, words = text.partition(separator)
    if not words.strip():
        return body.strip(), None
    try:
        return body.strip(), Marker(words)
    except (InvalidMarker, RecursionError) as error:
        raise NotARequirementError("What stands behind ; is no condition.") from error


def _is_path(body: str) -> bool:
    head = body.partition("@")[0]
    if "@" in body and not _looks_like_path(head):
        return False
    place = _EXTRAS.match(body)
    bare = place["place"] if place else body
    return _looks_like_path(body) or bare.lower().endswith(ARCHIVES)


def _looks_like_path(text: str) -> bool:
    return "/" in text or text.startswith(".") or _DRIVE.match(text) is not None


def _addressed(body: str, marker: Marker | None) -> Spec:
    """Read `git+https://…#egg=name` and `https://…/name-1.0.whl`."""
    split = urlsplit_or_refuse(body)
    if split.scheme.lower() == "file":
        return _local_address(body, marker)
    egg = re.search(r"[#&]egg=([A-Za-z0-9][A-Za-z0-9._-]*)(\[[^\]]*\])?", body)
    name = canonicalize_name(egg[1]) if egg else ""
    extras = _names(egg[2]) if egg and egg[2] else ()
    file_name = unquote(split.path.rpartition("/")[2])
    is_repository = _REPOSITORY.match(body) is not None
    if not is_repository:
        name = name or name_of_archive(file_name)
    return Spec(
        text=_with_marker(body, marker),
        name=name,
        marker=marker,
        extras=extras,
        location=body,
        runs_code=is_repository or not file_name.lower().endswith(".whl"),
        hashes=_hashes(body),
    )


def _local_address(body: str, marker: Marker | None) -> Spec:
    bare = body.partition("#")[0]
    found = _EXTRAS.match(bare)
    extras = found["extras"] if found else ""
    path = path_of_address(found["place"] if found else bare)
    return _placed(path, extras, marker, _hashes(body))


def _named_address(parsed: Requirement, folder: Path | None) -> Spec:
    """Read `name @ address`."""
    url = parsed.url or ""
    name = canonicalize_name(parsed.name)
    extras = tuple(sorted(parsed.extras))
    is_repository = _REPOSITORY.match(url) is not None
    if not is_repository and not _ADDRESS.match(url):
        if not _looks_like_path(url):
            raise NotARequirementError("An address such as https://… is expected behind @.")
        path = _from(folder, url)
        text = f"{parsed.name}{_bracketed(extras)} @ {_uri(path)}"
        return _local_spec(path, text, name, marker=parsed.marker, extras=extras, hashes=())
    urlsplit_or_refuse(url)
    if url.lower().startswith("file:"):
        path = path_of_address(url.partition("#")[0])
        return _local_spec(
            path, str(parsed), name, marker=parsed.marker, extras=extras, hashes=_hashes(url)
        )
    is_wheel = url.partition("#")[0].partition("?")[0].lower().endswith(".whl")
    return Spec(
        text=str(parsed),
        name=name,
        marker=parsed.marker,
        extras=extras,
        location=url,
        runs_code=is_repository or not is_wheel,
        hashes=_hashes(url),
    )


def _local(body: str, marker: Marker | None, folder: Path | None) -> Spec:
    found = _EXTRAS.match(body)
    place, extras = (found["place"], found["extras"]) if found else (body, "")
    return _placed(_from(folder, place), extras, marker, ())


def _placed(path: str, extras: str, marker: Marker | None, hashes: tuple[str, ...]) -> Spec:
    name = name_of_archive(re.split(r"[\\/]", path)[-1])
    words = _names(extras)
    text = f"{name}{_bracketed(words)} @ {_uri(path)}" if name else f"{path}{_bracketed(words)}"
    return _local_spec(
        path, _with_marker(text, marker), name, marker=marker, extras=words, hashes=hashes
    )


def _local_spec(
    path: str,
    text: str,
    name: str,
    *,
    marker: Marker | None,
    extras: tuple[str, ...],
    hashes: tuple[str, ...],
) -> Spec:
    return Spec(
        text=text,
        name=name,
        marker=marker,
        extras=extras,
        location=path,
        is_local=True,
        runs_code=not path.lower().endswith(".whl"),
        hashes=hashes,
    )


def _from(folder: Path | None, place: str) -> str:
    if _DRIVE.match(place) or place.startswith("/") or folder is None:
        return place
    place = place.replace("\\", "/")  # a file from Windows is read everywhere
    return os.path.normpath(os.path.join(folder, place))  # noqa: PTH118 - must stay text


def _uri(path: str) -> str:
    if _DRIVE.match(path):
        slashed = quote(path.replace("\\", "/"), safe="/:")
        return f"file:{slashed}" if slashed.startswith("//") else f"file:///{slashed}"
    return f"file://{quote(path)}" if path.startswith("/") else path


def path_of_address(url: str) -> str:
    """Return the path that a `file:` address names."""
    split = urlsplit_or_refuse(url)
    if re.match(r"/[A-Za-z]:", split.path):
        return unquote(split.path[1:])
    host = f"//{split.netloc}" if split.netloc not in ("", "localhost") else ""
    return url2pathname(host + split.path)


def urlsplit_or_refuse(url: str) -> SplitResult:
    """Return the parts of `url`; raises NotARequirementError."""
    try:
        split = urlsplit(url)
        _ = split.port
    except ValueError as error:
        raise NotARequirementError("This address is not spelled correctly.") from error
    return split


def _with_marker(text: str, marker: Marker | None) -> str:
    return f"{text} ; {marker}" if marker is not None else text


def _names(extras: str) -> tuple[str, ...]:
    return tuple(sorted(word.strip() for word in extras.strip("[]").split(",") if word.strip()))


def _bracketed(extras: tuple[str, ...]) -> str:
    return f"[{','.join(extras)}]" if extras else ""


def _hashes(url: str) -> tuple[str, ...]:
    return tuple(f"{name}:{digest.lower()}" for name, digest in _HASH.findall(url))


def name_of_archive(file_name: str) -> str:
    """Return the project that a wheel or source archive is of, empty when its name says nothing."""
    try:
        if file_name.lower().endswith(".whl"):
            return parse_wheel_filename(file_name)[0]
        return parse_sdist_filename(file_name)[0]
    except (InvalidWheelFilename, InvalidSdistFilename):
        return ""


@dataclass(frozen=True, slots=True)
class Line:
    """Say where a requirement stands and what it is part of.

    `kind` is for what has a name and no address; whatever has one only pip can install.
    """

    place: Place
    written: str
    target: Target
    folder: Path | None
    kind: WantedKind = WantedKind.PYTHON
    group: str = ""
    constraint: bool = False
    hashes: tuple[str, ...] = ()


def want_spec(text: str, line: Line, found: Gathering) -> Spec | None:
    """Add the requirement `text` to `found`, with what it needs a tick for; None if it is none."""
    try:
        spec = parse_spec(text, line.folder)
        if line.constraint:
            _check_constraint(spec)
    except NotARequirementError as error:
        found.remark(
            RemarkCode.LINE_INVALID,
            line.place,
            f"This line cannot be understood: {error}",
            line=line.written,
            reason=str(error),
        )
        return None
    spec = _without_build_folder(spec, line, found)
    found.want(
        Wanted(
            kind=line.kind if not spec.location else WantedKind.PIP,
            name=spec.name,
            text=spec.text,
            written=line.written,
            place=line.place,
            group=line.group,
            applies=marker_holds(spec.marker, line.target),
            hashes=tuple(dict.fromkeys((*line.hashes, *spec.hashes))),
        ),
        constraint=line.constraint,
    )
    if not holds_for_some_python(spec.marker, line.target):
        found.remark(
            RemarkCode.OTHER_SYSTEM,
            line.place,
            "This is only for another kind of computer.",
            line=line.written,
            condition=str(spec.marker),
        )
    _ask(spec, line, found)
    return spec


def _without_build_folder(spec: Spec, line: Line, found: Gathering) -> Spec:
    """Return `spec` by name where its path is that of the computer that built it for conda.

    `pip freeze` says so of what conda installed (pypa/pip#8176); nobody else has such a folder.
    """
    if not (spec.is_local and spec.name and _BUILD_FOLDER.search(spec.location)):
        return spec
    version = re.search(r"-(\d[^-/]*)-[^/]*\.whl\Z", spec.location)
    text = f"{spec.name}=={version[1]}" if version else spec.name
    found.remark(
        RemarkCode.PATH_ELSEWHERE,
        line.place,
        f"{spec.name} lay in a folder of the computer that built it; {text} is asked for instead.",
        line=line.written,
        name=spec.name,
    )
    return Spec(_with_marker(text, spec.marker), spec.name, spec.marker, spec.extras)


def _check_constraint(spec: Spec) -> None:
    """Refuse what pip refuses in a constraints file (pip docs, "Constraints Files")."""
    if not spec.name:
        raise NotARequirementError("A constraint needs a name.")
    if spec.extras:
        raise NotARequirementError("A constraint cannot have extras.")


def _ask(spec: Spec, line: Line, found: Gathering) -> None:
    if not spec.location:
        return
    if spec.is_local:
        found.consent(ConsentCode.LOCAL_PATH, line.place, line.written, spec.location)
    else:
        found.consent(ConsentCode.URL, line.place, line.written, host_of(spec.location))
    if spec.runs_code:
        target = spec.location if spec.is_local else host_of(spec.location)
        found.consent(ConsentCode.RUNS_CODE, line.place, line.written, target)


def host_of(address: str) -> str:
    """Return the host of an address without any login, or the address when it has none."""
    try:
        host = urlsplit(address).hostname
    except ValueError:
        return address
    return host or address
