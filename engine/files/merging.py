"""Put several readings together: requirements and their constraints, an environment and a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import TypeVar

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from engine.errors import EngineError, ErrorCode
from engine.files.values import FileKind, IndexOptions, Place, Reading, Remark, RemarkCode

T = TypeVar("T")


def merged(readings: Sequence[Reading]) -> Reading:
    """Return one reading of all `readings`, of which there is at least one.

    What is said once and differs (a name, an index) is the first one's, and remarked on.
    Raises EngineError (files-do-not-mix) when one of several names exact packages and another one
    anything else.
    """
    if len(readings) == 1:
        return readings[0]
    _check(readings)
    ordered = sorted(readings, key=lambda one: one.kind is FileKind.CONSTRAINTS)
    first = ordered[0]
    labels = [_label(each) for each in ordered]
    read: set[object] = set()
    kept: list[Reading] = []
    for each in ordered:
        if each.path is not None and each.path in read:
            continue  # the file before includes it
        kept.append(each)
        read.update(each.files)
    return replace(
        first,
        files=_joined(each.files for each in kept),
        certain=all(each.certain for each in kept),
        could_be=(),
        name=next((each.name for each in kept if each.name), ""),
        channels=_joined(each.channels for each in kept),
        only_channels=any(each.only_channels for each in kept),
        python=_python(kept),
        groups=_joined(each.groups for each in kept),
        wanted=_joined(each.wanted for each in kept),
        constraints=_joined(each.constraints for each in kept),
        locked=_joined(each.locked for each in kept),
        platforms=_joined(each.platforms for each in kept),
        index=_index([each.index for each in kept]),
        variables=tuple(dict(chain.from_iterable(each.variables for each in kept)).items()),
        remarks=(*_joined(each.remarks for each in kept), *_differing(kept, labels)),
        consents=_joined(each.consents for each in kept),
    )


def _check(readings: Sequence[Reading]) -> None:
    exact = [each for each in readings if each.is_lock]
    archives = (FileKind.CONDA_PACKAGE, FileKind.WHEEL)
    if exact and not all(each.kind in archives for each in readings):
        raise EngineError(
            ErrorCode.FILES_DO_NOT_MIX,
            "These files cannot be used together.",
            cause=f"{_label(exact[0])} names exact packages and is used as it is.",
            hint="Choose one of them, or drop them one by one.",
            file=_label(exact[0]),
        )


def _label(reading: Reading) -> str:
    if reading.path is not None:
        return reading.path.name
    entries = (*reading.locked, *reading.wanted)
    return next((entry.place.file for entry in entries if entry.place.file), "")


def _joined(parts: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(parts)))


def _python(readings: Iterable[Reading]) -> str:
    ranges = [each.python for each in readings if each.python]
    try:
        return str(SpecifierSet(",".join(dict.fromkeys(ranges))))
    except InvalidSpecifier:
        return ranges[0]


def _index(options: Sequence[IndexOptions]) -> IndexOptions:
    return IndexOptions(
        index_url=next((each.index_url for each in options if each.index_url), ""),
        extra_index_urls=_joined(each.extra_index_urls for each in options),
        find_links=_joined(each.find_links for each in options),
        trusted_hosts=_joined(each.trusted_hosts for each in options),
        no_index=any(each.no_index for each in options),
        pre=any(each.pre for each in options),
        require_hashes=any(each.require_hashes for each in options),
        no_binary=_joined(each.no_binary for each in options),
        only_binary=_joined(each.only_binary for each in options),
    )


def _differing(readings: Sequence[Reading], labels: Sequence[str]) -> list[Remark]:
    """Return remarks on what a later file says otherwise than the first one that says it."""
    remarks: list[Remark] = []
    name = next((each.name for each in readings if each.name), "")
    index = next((each.index.index_url for each in readings if each.index.index_url), "")
    for each, label in zip(readings, labels, strict=False):
        if each.name and each.name != name:
            summary = f"Another file gave the name {name} before."
            values = (("name", each.name),)
            remarks.append(Remark(RemarkCode.NAME_IGNORED, Place(label), summary, values))
        if each.index.index_url and each.index.index_url != index:
            summary = "Another file named an index before; this one is not used."
            values = (("option", "--index-url"),)
            remarks.append(Remark(RemarkCode.OPTION_MEANINGLESS, Place(label), summary, values))
    return remarks
