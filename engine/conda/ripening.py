"""Leave versions out that are meant for testers; for worker processes only: it loads rattler."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Final

from rattler import MatchSpec
from rattler.repo_data import RepoDataRecord

from engine.conda.repodata import Repodata
from engine.conda.translating import SolverError

_WORD: Final = re.compile(r"(?:\A|[\d._-])(?:rc|alpha|beta|dev|pre|preview)(?:\Z|[\d._+-])", re.I)
# A letter alone says nothing: openssl 1.1.1a, jpeg 9b and tzdata 2024a are for everybody.
_LETTER: Final = re.compile(r"\A(?:\d+!)?\d+(?:\.\d+)+[._-]?[abc]\d+(?:\Z|[._+-])", re.I)
_LABEL: Final = "/label/"  # channels of their own, for what is not for everybody yet
_ROUNDS: Final = 4
_VERSIONS: Final = re.compile(r"[\s=<>!~,|\[\]\"']+")


def is_prerelease(version: str) -> bool:
    """Return whether `version` calls itself an alpha, a beta, a candidate, or a snapshot.

    conda's versions have no rule for that (CEP "Version ordering"), so what people write is
    recognised: the spellings of PEP 440, and the words that stand for them elsewhere.
    """
    return _WORD.search(version) is not None or _LETTER.match(version) is not None


def names_prerelease(spec: str) -> bool:
    """Return whether a spec asks for a pre-release by its version."""
    _, *versions = _VERSIONS.split(spec.strip(), maxsplit=1)
    return any(is_prerelease(word) for text in versions for word in _VERSIONS.split(text))


async def ripe(
    attempt: Callable[[Sequence[MatchSpec]], Awaitable[list[RepoDataRecord]]],
    repodata: Repodata,
    there: Collection[RepoDataRecord],
    early: Collection[str],
) -> list[RepoDataRecord]:
    """Return a solution without pre-releases that nobody wants, if there is one.

    `attempt` solves under further limits. Pre-releases of packages in `early` are wanted, and what
    is `there` already is no news. Raises what the first attempt raises.
    """
    found = await attempt(())
    known = {_spelled(record) for record in there}
    limits: dict[str, MatchSpec] = {}
    for _ in range(_ROUNDS):
        unripe = [
            record.name.normalized
            for record in found
            if is_prerelease(str(record.version))
            and record.name.normalized not in early
            and _spelled(record) not in known
            and _LABEL not in record.url
        ]
        if not unripe:
            break
        for name in unripe:
            limits[name] = await _released_only(name, repodata)
        try:
            found = await attempt(tuple(limits.values()))
        except SolverError:
            break  # nothing else will do
    return found


def _spelled(record: RepoDataRecord) -> tuple[str, str, str]:
    return (record.name.normalized, str(record.version), str(record.build))


async def _released_only(name: str, repodata: Repodata) -> MatchSpec:
    """Return the spec of the package `name` that no pre-release in the channels fulfils."""
    answers = await repodata.records(name)
    versions = {str(record.version) for answer in answers for record in answer}
    return MatchSpec(f"{name} {','.join(f'!={v}' for v in sorted(versions) if is_prerelease(v))}")
