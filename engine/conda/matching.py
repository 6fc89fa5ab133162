"""Tell whether installed packages fulfil conda's specs; for worker processes only: loads rattler.

The meaning of a spec is rattler's (conda docs, "Package match specifications"; CEP 29).
"""

from __future__ import annotations

from functools import lru_cache

from rattler import MatchSpec, PackageRecord
from rattler.package import BuildString

_REMEMBERED = 50_000  # a large environment has some thousand different specs


@lru_cache(maxsize=_REMEMBERED)
def _parsed(spec: str) -> MatchSpec | None:
    try:
        return MatchSpec(spec)
    except Exception:  # noqa: BLE001 - rattler's errors have no other base
        return None


@lru_cache(maxsize=_REMEMBERED)
def _record(name: str, version: str, build: str, number: int, subdir: str) -> PackageRecord | None:
    try:
        return PackageRecord(
            name=name,
            version=version,
            build=BuildString(build or "0"),
            build_number=number,
            subdir=subdir or "noarch",
        )
    except Exception:  # noqa: BLE001
        return None


@lru_cache(maxsize=_REMEMBERED)
def matches(  # noqa: PLR0917 - what one package is, spelled out for the cache
    spec: str, name: str, version: str, build: str = "", number: int = 0, subdir: str = "noarch"
) -> bool:
    """Return whether a package of that name, version and build fulfils `spec`.

    The channel that a spec names does not count: a package stays what it is wherever it came
    from. What cannot be understood is taken for fulfilled.
    """
    parsed, record = (
        _parsed(spec.rpartition("::")[2]),
        _record(name, version, build, number, subdir),
    )
    if parsed is None or record is None:
        return True
    return parsed.matches(record)
