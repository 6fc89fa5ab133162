"""Check environments in a rattler worker, with surroundings of the test's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from engine.conda.solving import virtual_packages
from engine.health.deep import check_deep
from engine.health.online import check_online
from engine.health.quick import check_quick
from engine.health.surroundings import Surroundings, surroundings_of
from engine.health.values import Finding, FindingCode, Health
from engine.places import places_below

TODAY = date(2026, 6, 1)  # every Python of the tests is supported on that day


def surroundings(
    root: Path, environ: Mapping[str, str] | None = None, today: date = TODAY
) -> Surroundings:
    """Return what surrounds the environments below `root`."""
    places = places_below(root)
    around = surroundings_of(places, environ or {}, virtual_packages(places))
    return replace(around, today=today)


def checked_quickly(
    prefix: Path, root: Path, environ: Mapping[str, str] | None = None, today: date = TODAY
) -> Health:
    """Return what the quick check says."""
    return check_quick(prefix, surroundings(root, environ, today))


def codes(health: Health) -> set[FindingCode]:
    """Return the codes of what was found."""
    return {finding.code for finding in health.findings}


def the(health: Health, code: FindingCode) -> Finding:
    """Return the one finding with that code."""
    (found,) = (each for each in health.findings if each.code is code)
    return found


def ways_of(finding: Finding) -> tuple[str, ...]:
    """Return the ways to mend it as `kind subject`, the steps of one joined by ` + `."""
    return tuple(
        " + ".join(f"{step.kind} {step.subject}".strip() for step in way) for way in finding.repairs
    )


def checked_deeply(
    prefix: Path, root: Path, environ: Mapping[str, str] | None = None, today: date = TODAY
) -> Health:
    """Return what the deep check says."""
    return check_deep(prefix, surroundings(root, environ, today))


async def checked_online(prefix: Path, root: Path, today: date = TODAY) -> Health:
    """Return what the online check says."""
    return await check_online(prefix, surroundings(root, None, today))
