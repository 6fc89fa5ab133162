"""Look for packages by words; for worker processes only: it loads rattler."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import Version

from engine.conda.channels import without_credentials
from engine.conda.condarc import CondaConfiguration
from engine.conda.offering import versions_in
from engine.conda.repodata import Repodata, open_repodata
from engine.conda.summaries import read_summaries
from engine.environments.packages import read_packages
from engine.errors import EngineError, Failure
from engine.places import Places
from engine.pypi.releases import pypi_releases
from engine.records import PypiRelease, Record, RecordKind, ReleaseForm

MOST_FOUND = 20
PYPI = "PyPI"
_CONDA = RecordKind.CONDA


@dataclass(frozen=True, slots=True)
class Search:
    """Say what to look for, and where: every one of `words` must be in a name or a summary.

    `prefix` is the environment that it is for, None for none. `most` is how many names are told.
    """

    words: tuple[str, ...]
    channels: tuple[str, ...]
    prefix: Path | None = None
    with_pypi: bool = True
    most: int = MOST_FOUND


@dataclass(frozen=True, slots=True)
class FoundPackage:
    """Describe one package as one source offers it.

    `source` is a channel's short name or PyPI, `address` that of the channel. `version` is the
    newest one, `fitting` the newest that suits the Python that is there, empty where none does.
    `installed` is the version that the environment has.
    """

    name: str
    kind: RecordKind
    source: str
    address: str = ""
    version: str = ""
    fitting: str = ""
    summary: str = ""
    installed: str = ""


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """Tell what was found, the likeliest first.

    `more` counts the names that were left out. The packages of the channels in `names_only` could
    be found by their names only, as these tell no summaries. `problems` say what was not asked.
    """

    words: tuple[str, ...]
    found: tuple[FoundPackage, ...]
    more: int = 0
    names_only: tuple[str, ...] = ()
    problems: tuple[Failure, ...] = ()


async def search(wanted: Search, configuration: CondaConfiguration, places: Places) -> SearchAnswer:
    """Return the packages of channels that `wanted` is about, and PyPI's of exactly that name.

    What PyPI lacks or cannot tell is no error. Raises EngineError as `open_repodata` does.
    """
    installed: tuple[Record, ...] = ()
    if wanted.prefix is not None:
        installed = await asyncio.to_thread(read_packages, wanted.prefix, configuration)
    python = next(
        (each.version for each in installed if (each.kind, each.name) == (_CONDA, "python")), ""
    )
    offered, releases = await asyncio.gather(
        _in_channels(wanted, python, configuration, places), _on_pypi(wanted, python, places)
    )
    own = tuple(_with_installed(each, installed) for each in (*offered.found, *releases.found))
    return SearchAnswer(
        wanted.words,
        tuple(sorted(own, key=lambda each: not _is_exact(each.name, wanted.words))),
        offered.more,
        offered.names_only,
        releases.problems,
    )


async def _in_channels(
    wanted: Search, python: str, configuration: CondaConfiguration, places: Places
) -> SearchAnswer:
    repodata = await open_repodata(wanted.channels, configuration, places)
    known = asyncio.gather(
        *(
            asyncio.to_thread(read_summaries, address.url, configuration, places)
            for address in repodata.addresses
        )
    )
    names, summaries = await asyncio.gather(repodata.names(), known)
    told = [each or {} for each in summaries]
    matching = _matching(names, told, wanted.words)
    shown = matching[: wanted.most]
    found = await _described(repodata, shown, told, python)
    silent = [
        address.name
        for address, each in zip(repodata.addresses, summaries, strict=True)
        if each is None
    ]
    more = len(matching) - len(shown)
    return SearchAnswer(wanted.words, found, more, tuple(dict.fromkeys(silent)))


def _matching(
    names: Iterable[str], summaries: Iterable[Mapping[str, str]], words: Iterable[str]
) -> list[str]:
    """Return the names that are meant: exactly so, then by their beginning, in part, by summary."""
    wanted = [word.casefold() for word in words]
    told = tuple(summaries)
    ranked: list[tuple[int, str]] = []
    for name in names:
        text = name.casefold()
        if all(word in text for word in wanted):
            begins = text.startswith(wanted[0])
            ranked.append((0 if _is_exact(name, wanted) else 1 if begins else 2, name))
            continue
        about = " ".join((text, *(known.get(name, "").casefold() for known in told)))
        if all(word in about for word in wanted):
            ranked.append((3, name))
    return [name for _, name in sorted(ranked)]


def _is_exact(name: str, words: Iterable[str]) -> bool:
    return canonicalize_name(name) == canonicalize_name("-".join(words))


async def _described(
    repodata: Repodata,
    names: Iterable[str],
    summaries: Iterable[Mapping[str, str]],
    python: str,
) -> tuple[FoundPackage, ...]:
    names = tuple(names)
    if not names:
        return ()
    answers = await repodata.records_of(names)
    found: list[FoundPackage] = []
    for name in names:
        for address, records, known in zip(repodata.addresses, answers, summaries, strict=True):
            own = [record for record in records if record.name.normalized == name]
            versions = versions_in([address], [own], python)
            if versions:
                fitting = next((each.version for each in versions if each.fits), "")
                found.append(
                    FoundPackage(
                        name=name,
                        kind=_CONDA,
                        source=address.name,
                        address=without_credentials(versions[0].address),
                        version=versions[0].version,
                        fitting=fitting,
                        summary=known.get(name, ""),
                    )
                )
    return tuple(found)


async def _on_pypi(wanted: Search, python: str, places: Places) -> SearchAnswer:
    nothing = SearchAnswer(wanted.words, ())
    if not wanted.with_pypi:
        return nothing
    name = canonicalize_name("-".join(wanted.words))
    try:
        releases = await pypi_releases(name, wanted.prefix, python, places)
    except EngineError as error:
        return replace(nothing, problems=(error.failure,))
    usual = [each for each in releases if not each.is_yanked]
    if not usual:
        return nothing
    fitting = [each for each in usual if not python or each.form is not ReleaseForm.NONE]
    found = FoundPackage(
        name, RecordKind.PYPI, PYPI, version=_newest(usual), fitting=_newest(fitting)
    )
    return replace(nothing, found=(found,))


def _newest(releases: Iterable[PypiRelease]) -> str:
    """Return the newest finished version, or the newest of all where none is finished."""
    versions = [each.version for each in releases]
    finished = (each for each in versions if not Version(each).is_prerelease)
    return next(finished, next(iter(versions), ""))


def _with_installed(found: FoundPackage, installed: Iterable[Record]) -> FoundPackage:
    name = canonicalize_name(found.name)
    there = (
        record.version
        for record in installed
        if record.kind is found.kind and canonicalize_name(record.name) == name
    )
    return replace(found, installed=next(there, ""))
