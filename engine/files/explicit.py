"""Read lists of package addresses (CEP 23, "Explicit input files"; conda-lock's rendered ones)."""

from __future__ import annotations

import os
import re
from typing import Final

from engine.files.decoding import decode_text
from engine.files.gathering import Gathering, Source
from engine.files.lock_entries import (
    absolute,
    check_platforms,
    conda_address,
    platforms_of,
    remark_hash,
)
from engine.files.requirement_specs import NotARequirementError, parse_spec
from engine.files.requirements import check_count, note_encoding
from engine.files.values import ConsentCode, Locked, Place, RemarkCode, WantedKind

_PLATFORM: Final = re.compile(r"#\s*platform:\s*(?P<subdir>[\w-]+)")
_PIP: Final = re.compile(r"#\s*pip\s+(?P<spec>\S+ @ \S+)\s*\Z")  # as conda-lock renders them


def read_explicit(source: Source, found: Gathering) -> None:
    """Add the packages that the explicit list `source` names."""
    text, guessed = decode_text(source.data)
    note_encoding(guessed, source.label, found)
    without: list[tuple[str, Place]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.strip()
        place = Place(source.label, number)
        if words.startswith("#"):
            _comment(words, place, source, found)
        elif words and words != "@EXPLICIT":
            name = _package(words, place, source, found)
            if name:
                without.append((name, place))
            check_count(found, source.path)
    for name, place in without[:20]:
        remark_hash(name, place, found)
    if len(without) > 20:
        remark_hash(f"{len(without) - 20} more packages", without[20][1], found)
    found.platforms.extend(each for locked in found.locked for each in locked.platforms)
    check_platforms(source, found)


def _comment(words: str, place: Place, source: Source, found: Gathering) -> None:
    platform = _PLATFORM.match(words)
    if platform:
        found.platforms.append(platform["subdir"])
    pip = _PIP.match(words)
    if pip is None:
        return
    try:
        spec = parse_spec(pip["spec"], source.folder)
    except NotARequirementError as error:
        summary = f"This line cannot be understood: {error}"
        found.remark(RemarkCode.LINE_INVALID, place, summary, line=words)
        return
    version = re.search(r"-(\d[^-/]*)(?:-[^/]*\.whl|\.(?:tar\.gz|zip))(?:#|\Z)", spec.location)
    sha256 = next((each[7:] for each in spec.hashes if each.startswith("sha256:")), "")
    url = spec.location.partition("#")[0]
    found.locked.append(
        Locked(WantedKind.PIP, spec.name, version[1] if version else "", url, place, sha256=sha256)
    )


def _package(words: str, place: Place, source: Source, found: Gathering) -> str:
    """Add one package; return its name when it has no checksum."""
    address = conda_address(absolute(_expanded(words), source))
    if address is None:
        summary = "This is not the address of a conda package."
        found.remark(RemarkCode.LINE_INVALID, place, summary, line=words)
        return ""
    if address.has_bad_hash:
        summary = "What stands behind # is no checksum; this package is not taken."
        found.remark(RemarkCode.LINE_INVALID, place, summary, line=words)
        return ""
    if "://" not in address.url or address.url.lower().startswith("file:"):
        found.consent(ConsentCode.LOCAL_PATH, place, words, address.url)
    found.locked.append(
        Locked(
            kind=WantedKind.CONDA,
            name=address.name,
            version=address.version,
            url=address.url,
            place=place,
            build=address.build,
            channel=address.channel,
            md5=address.md5,
            sha256=address.sha256,
            platforms=platforms_of(address.subdir),
        )
    )
    return "" if address.md5 or address.sha256 else address.name


def _expanded(words: str) -> str:
    """Return `words` with `~` and variables filled in, which only paths have (CEP 23)."""
    if "://" in words:
        return words
    return os.path.expandvars(os.path.expanduser(words))  # noqa: PTH111 - must stay text
