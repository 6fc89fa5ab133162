"""What the addresses in locks say: a package's name, version and build, its channel and system."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from engine.conda.channels import is_subdir
from engine.files.gathering import Gathering, Source
from engine.files.values import Place, RemarkCode

_ARCHIVE: Final = re.compile(
    r"(?P<before>.*?)(?P<stem>[^/\\#]+)\.(?:conda|tar\.bz2)(?:#(?P<hash>[^#]*))?\Z"
)
_HEX: Final = re.compile(r"(?:(?P<kind>md5|sha256)[:=])?(?P<digest>[0-9a-fA-F]+)\Z")


@dataclass(frozen=True, slots=True)
class CondaAddress:
    """Hold what the address of a conda package says; `url` is without what stands behind #."""

    url: str
    name: str
    version: str
    build: str
    channel: str
    subdir: str
    md5: str = ""
    sha256: str = ""
    has_bad_hash: bool = False


def conda_address(text: str) -> CondaAddress | None:
    """Return what the address or path of a conda package says, None when it is none (CEP 23)."""
    found = _ARCHIVE.match(text) if len(text) < 4000 else None
    if found is None:
        return None
    parts = unquote(found["stem"]).rsplit("-", 2)
    if len(parts) != 3 or not all(parts):
        return None
    place = found["before"].rstrip("/\\")
    channel, _, subdir = place.replace("\\", "/").rpartition("/")
    if not is_subdir(subdir):
        channel, subdir = place, ""
    digest = _HEX.match(found["hash"] or "")
    kind = (
        (digest["kind"] or {32: "md5", 64: "sha256"}.get(len(digest["digest"]), ""))
        if digest
        else ""
    )
    value = digest["digest"].lower() if digest else ""
    if (kind, len(value)) not in (("md5", 32), ("sha256", 64)):
        kind = ""
    return CondaAddress(
        url=text.partition("#")[0],
        name=parts[0].lower(),
        version=parts[1],
        build=parts[2],
        channel=channel,
        subdir=subdir,
        md5=value if kind == "md5" else "",
        sha256=value if kind == "sha256" else "",
        has_bad_hash=bool(found["hash"]) and not kind,
    )


def platforms_of(subdir: str) -> tuple[str, ...]:
    """Return the systems that a package in the folder `subdir` is for, none for all of them."""
    return (subdir,) if is_subdir(subdir) and subdir != "noarch" else ()


def absolute(path: str, source: Source) -> str:
    """Return `path`, which `source` names, as seen from the folder of that file."""
    if source.folder is None or Path(path).is_absolute() or "://" in path:
        return path
    return os.path.normpath(source.folder / path)


def check_platforms(source: Source, found: Gathering, line: int = 0) -> None:
    """Remark that a lock has nothing for this computer, if it has not."""
    here = source.target.subdir
    if found.platforms and here not in found.platforms:
        found.remark(
            RemarkCode.PLATFORM_MISSING,
            Place(source.label, line),
            "The file holds no packages for this kind of computer.",
            platform=here,
            platforms=", ".join(dict.fromkeys(found.platforms)),
        )


def lines_of_names(text: str) -> list[int]:
    """Return the line of each `"name":` in a JSON list of packages."""
    lines = enumerate(text.split("\n"), start=1)
    return [number for number, line in lines for _ in range(line.count('"name":'))]


def remark_hash(name: str, place: Place, found: Gathering) -> None:
    """Remark that nothing tells whether the package `name` arrives unaltered."""
    summary = f"{name} has no checksum; nobody can tell whether it arrives unaltered."
    found.remark(RemarkCode.HASH_MISSING, place, summary, name=name)
