"""Ask about versions where rattler is loaded: runs in a rattler worker."""

from __future__ import annotations

from engine.conda.ripening import is_prerelease, names_prerelease


def is_for_testers(versions: tuple[str, ...]) -> dict[str, bool]:
    """Return which versions are pre-releases."""
    return {version: is_prerelease(version) for version in versions}


def asks_for_testers(spec: str) -> bool:
    """Return whether a spec asks for a pre-release."""
    return names_prerelease(spec)
