"""Compare versions as conda does; for worker processes only: it loads rattler."""

from __future__ import annotations

from collections.abc import Collection

from rattler import Version, VersionSpec

from engine.conda.repodata import Repodata


def compare(one: str, other: str) -> int:
    """Return -1, 0 or 1: whether version `one` is older than `other`, the same, or newer.

    Texts that are no versions are as good as each other (CEP "Version ordering").
    """
    try:
        first, second = Version(one), Version(other)
    except Exception:  # noqa: BLE001 - rattler's errors have no other base
        return 0
    return (first > second) - (first < second)


def is_within(version: str, bounds: str) -> bool:
    """Return whether `version` is in the range `bounds` of a spec; True where it cannot be read."""
    try:
        return not bounds or VersionSpec(bounds).matches(Version(version))
    except Exception:  # noqa: BLE001 - rattler's errors have no other base
        return True


async def has_at_least(
    repodata: Repodata, name: str, version: str, urls: Collection[str] = ()
) -> bool:
    """Return whether a channel has the package `name` as new as `version`.

    With `urls` only the channels at these addresses count.
    """
    answers = await repodata.records(name)
    return any(
        compare(str(found.version), version) >= 0
        for address, answer in zip(repodata.addresses, answers, strict=True)
        if not urls or address.url in urls
        for found in answer
    )
