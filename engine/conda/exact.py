"""Turn addresses of archives into records to install; for worker processes only: loads rattler.

Such addresses stand in explicit lists and lock files (conda docs, "Building identical
environments"). What a channel says about an archive is asked for; where it says nothing any more,
the archive's name and its own `info/index.json` must do.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from rattler import Subdir
from rattler.repo_data import RepoDataRecord

from engine.conda.addresses import base_url
from engine.conda.channels import short_name, without_credentials
from engine.conda.condarc import CondaConfiguration
from engine.conda.repodata import open_repodata
from engine.conda.solving import planned_record
from engine.errors import EngineError, ErrorCode
from engine.places import Places
from engine.records import Record, RecordKind, Source, SourceKind
from engine.requests import ExactPackage

_FROM_ARCHIVE: Final = (
    *(
        "depends",
        "constrains",
        "license",
        "license_family",
        "noarch",
        "timestamp",
        "track_features",
    ),
    *("python_site_packages_path", "features"),
)
_UNFILLED: Final = "envdesk_unfilled"
_BUILD_NUMBER: Final = re.compile(r"_?(\d+)\Z")


async def exact_records(
    packages: Sequence[ExactPackage], configuration: CondaConfiguration, places: Places
) -> tuple[Record, ...]:
    """Return a record for each archive, sorted by name.

    A channel that cannot be asked is no obstacle here. Raises EngineError: bad-usage (an archive
    for another system, two of one package), hash-mismatch (the channel has another archive of
    that name).
    """
    _check(packages)
    channels = dict.fromkeys(_channel(each.url) for each in packages)
    answers = await asyncio.gather(
        *(_known(channel, packages, configuration, places) for channel in channels)
    )
    known = {url: record for answer in answers for url, record in answer.items()}
    found = [_record(each, known.get(each.url), configuration) for each in packages]
    return tuple(sorted(found, key=lambda record: record.name))


def _check(packages: Iterable[ExactPackage]) -> None:
    platforms = (str(Subdir.current()), "noarch")
    seen: dict[str, ExactPackage] = {}
    for each in packages:
        subdir = _subdir(each.url)
        if subdir not in platforms:
            raise EngineError(
                ErrorCode.BAD_USAGE,
                f"{each.name} {each.version} is for another system ({subdir}).",
                cause="A list of exact packages fits the kind of system that it was made on.",
                hint="Ask for a list for your system, or for an environment.yml.",
                package=each.name,
                platform=subdir,
            )
        if each.name in seen:
            raise EngineError(
                ErrorCode.BAD_USAGE,
                f"The list names {each.name} twice: {seen[each.name].version}, {each.version}.",
                hint="Leave one of them out.",
                package=each.name,
            )
        seen[each.name] = each


async def _known(
    channel: str,
    packages: Iterable[ExactPackage],
    configuration: CondaConfiguration,
    places: Places,
) -> dict[str, RepoDataRecord]:
    """Return what the channel says about those of `packages` that it has, by their addresses."""
    mine = {_file_name(each.url): each for each in packages if _channel(each.url) == channel}
    try:
        repodata = await open_repodata([channel], configuration, places)
        answers = await repodata.records_of({each.name for each in mine.values()})
    except EngineError:
        return {}
    return {
        package.url: record
        for records in answers
        for record in records
        if (package := mine.get(record.file_name)) and record.subdir == _subdir(package.url)
    }


def _record(
    package: ExactPackage, known: RepoDataRecord | None, configuration: CondaConfiguration
) -> Record:
    if known is not None:
        record = planned_record(known, configuration)
        document = json.loads(record.raw)
        for algorithm, wanted in (("sha256", package.sha256), ("md5", package.md5)):
            offered = document.get(algorithm)
            if wanted and offered and wanted.lower() != offered:
                raise EngineError(
                    ErrorCode.HASH_MISMATCH,
                    f"The channel has another {record.spelled} than the one in the list.",
                    cause="Its checksum is not the one that stands in the list.",
                    hint="Ask whoever gave you the list for a newer one.",
                    package=record.spelled,
                    channel=record.source.name,
                    expected=wanted.lower(),
                    found=str(offered),
                )
            if wanted:
                document[algorithm] = wanted.lower()
        record = replace(record, raw=json.dumps(document, separators=(",", ":")))
        requested = (_asked(package),) if package.requested else ()
        return replace(record, requested=requested, sha256=str(document.get("sha256") or ""))
    return _unknown(package, configuration)


def _unknown(package: ExactPackage, configuration: CondaConfiguration) -> Record:
    channel, build = _channel(package.url), package.build
    number = _BUILD_NUMBER.search(build)
    document: dict[str, object] = {
        "name": package.name,
        "version": package.version,
        "build": build,
        "build_number": int(number[1]) if number else 0,
        "subdir": _subdir(package.url),
        "depends": [],
        "fn": _file_name(package.url),
        "url": package.url,
        "channel": f"{channel}/",
        _UNFILLED: True,
    }
    optional = {"md5": package.md5.lower(), "sha256": package.sha256.lower(), "size": package.size}
    document |= {key: value for key, value in optional.items() if value}
    public = without_credentials(channel)
    return Record(
        kind=RecordKind.CONDA,
        name=package.name,
        version=package.version,
        source=Source(SourceKind.CHANNEL, short_name(channel, configuration), public),
        build=build,
        subdir=_subdir(package.url),
        requested=(_asked(package),) if package.requested else (),
        archive_bytes=package.size,
        url=without_credentials(package.url),
        sha256=package.sha256.lower(),
        raw=json.dumps(document, separators=(",", ":")),
    )


def fill_in(prefix: Path, records: Iterable[Record], cache: Path) -> None:
    """Write into the records in `prefix` what only the archives in the `cache` tell.

    For `records` of archives that no channel told about. Raises OSError.
    """
    for record in records:
        if f'"{_UNFILLED}"' not in record.raw:
            continue
        path = prefix / "conda-meta" / f"{record.spelled}.json"
        index = _read(cache / record.spelled / "info" / "index.json")
        document = _read(path)
        document |= {key: index[key] for key in _FROM_ARCHIVE if key in index}
        document.pop(_UNFILLED, None)
        path.write_text(json.dumps(document, ensure_ascii=False, indent=2), encoding="utf-8")


def _read(path: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        document: Any = json.loads(path.read_bytes())
        if isinstance(document, dict):
            return document  # pyright: ignore[reportUnknownVariableType]
    return {}


def _asked(package: ExactPackage) -> str:
    return "=".join(part for part in (package.name, package.version, package.build) if part)


def _parts(url: str) -> list[str]:
    return url.partition("#")[0].partition("?")[0].rstrip("/").split("/")


def _file_name(url: str) -> str:
    return unquote(_parts(url)[-1])


def _subdir(url: str) -> str:
    parts = _parts(url)
    return parts[-2] if len(parts) > 1 and urlsplit(url).path.count("/") > 1 else ""


def _channel(url: str) -> str:
    return base_url("/".join(_parts(url)[:-1]))
