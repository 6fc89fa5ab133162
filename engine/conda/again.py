"""Records of what is installed in the form of planned ones, so that it can be linked once more.

For worker processes only: it loads rattler.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import msgspec
from rattler import PrefixRecord

from engine.conda.condarc import CondaConfiguration
from engine.conda.repodata import Repodata
from engine.conda.solving import planned_record
from engine.errors import EngineError, ErrorCode
from engine.records import Record
from engine.replicas.copying import SourceError, sha256_of

_OF_PREFIX: Final = (
    "files",
    "paths_data",
    "link",
    "package_tarball_full_path",
    "extracted_package_dir",
    "requested_spec",
    "requested_specs",
)


class _Entry(msgspec.Struct, rename={"path": "_path"}, gc=False):
    path: str = ""
    sha256: str | None = None
    path_type: str | None = None


class _Paths(msgspec.Struct, gc=False):
    paths: list[_Entry] = []


_PATHS = msgspec.json.Decoder(_Paths)


def as_planned(record: Record, configuration: CondaConfiguration) -> Record:
    """Return the installed `record` as one that can be fetched and linked; asked for as before.

    Raises EngineError (package-broken) when its file in conda-meta does not tell enough.
    """
    assert record.path is not None
    try:
        original = PrefixRecord.from_path(record.path)
    except Exception as error:  # rattler's errors have no other base
        raise EngineError(
            ErrorCode.PACKAGE_BROKEN,
            f"What is known of {record.name} is not enough to fetch it again.",
            cause="Its record in conda-meta is incomplete.",
            hint="Install it anew: that writes a new record.",
            detail=str(error),
            package=record.name,
            path=str(record.path),
        ) from error
    planned = planned_record(original, configuration)
    document: dict[str, Any] = json.loads(planned.raw)
    kept = {key: value for key, value in document.items() if key not in _OF_PREFIX}
    return replace(
        planned,
        raw=json.dumps(kept, ensure_ascii=False, separators=(",", ":")),
        requested=record.requested,
    )


async def found_again(
    record: Record,
    repodata: Repodata,
    configuration: CondaConfiguration,
    requested: tuple[str, ...] = (),
) -> Record:
    """Return the package that the unreadable `record` was of, as the channels have it.

    `requested` are the specs by which it was asked for. Its name, version and build come from the
    name of its file. Raises EngineError (package-unknown) when no channel has it, and about a
    channel.
    """
    for answers in await repodata.records(record.name):
        for each in answers:
            if (str(each.version), str(each.build)) == (record.version, record.build):
                return replace(planned_record(each, configuration), requested=requested)
    channels = ", ".join(address.name for address in repodata.addresses)
    raise EngineError(
        ErrorCode.PACKAGE_UNKNOWN,
        f"No channel has {record.spelled} any more.",
        cause=f"It is not in these channels: {channels}.",
        hint="Install another version of it: that writes a new record.",
        package=record.name,
        channels=channels,
    )


async def sound_in(folder: Path, records: Iterable[Record]) -> frozenset[str]:
    """Return the names of `records` whose files in the cache `folder` are all unaltered."""
    sound = await asyncio.gather(
        *(asyncio.to_thread(_is_sound, folder / record.spelled) for record in records)
    )
    return frozenset(
        record.name for record, is_sound in zip(records, sound, strict=True) if is_sound
    )


def _is_sound(unpacked: Path) -> bool:
    """Return whether every file is what `info/paths.json` says (CEP 34)."""
    with suppress(OSError, ValueError, SourceError, msgspec.DecodeError):
        listed = _PATHS.decode((unpacked / "info" / "paths.json").read_bytes()).paths
        return all(
            entry.path_type == "softlink"
            or not entry.sha256
            or sha256_of(f"{unpacked}/{entry.path}") == entry.sha256
            for entry in listed
        )
    return False
