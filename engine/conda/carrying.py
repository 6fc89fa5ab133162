"""Ask the channels at once what they have of many packages; for worker processes: loads rattler."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache

from rattler import Version, VersionSpec
from rattler.repo_data import RepoDataRecord

from engine.conda.repodata import Repodata
from engine.files.assigned import Offer


@cache
def _range(text: str) -> VersionSpec | None:
    try:
        return VersionSpec(text)
    except Exception:  # noqa: BLE001 - rattler's errors have no other base
        return None


@cache
def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except Exception:  # noqa: BLE001 - rattler's errors have no other base
        return None


def admits(wanted: str, version: str) -> bool:
    """Return whether conda's range `wanted` holds `version`."""
    known, offered = _range(wanted), _version(version)
    return known is not None and offered is not None and known.matches(offered)


@dataclass(slots=True)
class _Gathered:
    """Gather what channels say about one package."""

    channel: str
    fitting: set[str] = field(default_factory=set[str])
    others: set[str] = field(default_factory=set[str])
    is_python: bool = False


async def carried_offers(
    repodata: Repodata, names: Collection[str], python: str, *, carried: bool = False
) -> dict[str, Offer]:
    """Return what the channels have of those of `names` that they carry, by name.

    Of several channels the first counts, as with strict priority. `python` is the version that
    builds shall suit, empty for any; with `carried` channels have each of `names`. Raises
    EngineError about a channel.
    """
    there = names if carried else await repodata.names()
    wanted = [name for name in names if name in there]
    answers = await repodata.records_of(wanted) if wanted else ()
    gathered: dict[str, _Gathered] = {}
    for address, records in zip(repodata.addresses, answers, strict=False):
        here: dict[str, _Gathered] = {}
        for record in records:
            name = record.name.normalized
            known = gathered.get(name)
            if known is None:
                known = here.get(name)
                if known is None:
                    known = here[name] = _Gathered(address.name)
                _take(known, record, python)
        gathered |= here
    return {name: _offer(name, each) for name, each in gathered.items()}


def _take(known: _Gathered, record: RepoDataRecord, python: str) -> None:
    version = str(record.version)
    if version in known.fitting:
        return
    needs = _python_needs(tuple(record.depends))
    known.is_python |= needs is not None
    fits = not python or not needs or all(_suits(python, each) for each in needs)
    (known.fitting if fits else known.others).add(version)


@cache
def _python_needs(depends: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the ranges of Python in `depends`, None when Python is not among them."""
    found: list[str] = []
    is_python = False
    for spec in depends:
        name, _, rest = spec.partition(" ")
        if name in ("python", "python_abi"):
            is_python = True
            if rest:
                found.append(rest.split()[0])
    return tuple(found) if is_python else None


@cache
def _suits(python: str, wanted: str) -> bool:
    # Of a minor version any patch release will do.
    patched = python if python.count(".") > 1 else f"{python}.99"
    known, version = _range(wanted), _version(patched)
    # What cannot be understood is left to the solver.
    return known is None or version is None or known.matches(version)


def _offer(name: str, each: _Gathered) -> Offer:
    known = {text: version for text in each.fitting if (version := _version(text)) is not None}
    newest_first = sorted(known, key=lambda text: known[text], reverse=True)
    return Offer(
        name, each.channel, tuple(newest_first), bool(each.others - each.fitting), each.is_python
    )
