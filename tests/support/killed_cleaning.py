"""Clean a small world again and again, kill the cleaning before a random change, look, go on.

A process of its own, because it forks. Prints one JSON line for each kill, the last one with what
was wrong, if anything was.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from pathlib import Path

from engine.cache.values import Choice, ItemKind
from engine.conda.condarc import read_configuration
from engine.places import Places, places_below
from engine.plan import Plan
from engine.planning.cleaning import plan_clean
from engine.requests import CleanRequest
from engine.transactions.executor import carry_out
from engine.transactions.journal import unfinished
from engine.transactions.reporting import SilentReport
from engine.transactions.settling import settle_all
from tests.support.caches import make_package, make_prefix
from tests.support.killing import kill_before, print_kills

PACKAGES = 12
FILES = 15


def build(root: Path) -> Places:
    """Lay out packages, some of them linked into an environment in every way."""
    places = places_below(root)
    places.home.mkdir(parents=True)
    prefix = make_prefix(places.envs / "one")
    for number in range(PACKAGES):
        files = [(f"lib/{number}/{file}.py", b"%d" % file) for file in range(FILES)]
        package = make_package(places.pkgs, f"package{number}-1-0", files)
        (places.pkgs / f"package{number}-1-0.conda").write_bytes(b"x" * 5000)
        (places.pkgs / f"package{number}-1-0.lock").write_bytes(b"")
        (prefix / f"lib/{number}").mkdir(parents=True)
        for path, _ in files[:10]:
            if number % 4 == 0:
                os.link(package / path, prefix / path)
            elif number % 4 == 1:
                (prefix / path).symlink_to(package / path)
    return places


def wrongs(places: Places) -> list[str]:
    """Return what is not as it must be, whenever the cleaning was killed."""
    found: list[str] = []
    for number in range(PACKAGES):
        for file in range(10 if number % 4 < 2 else 0):
            path = places.envs / "one" / f"lib/{number}/{file}.py"
            if not path.exists() or path.read_bytes() != b"%d" % file:
                found.append(f"{path} is gone")
        package = places.pkgs / f"package{number}-1-0"
        if package.exists():
            count = sum(1 for _ in package.rglob("*.py"))
            if count != FILES or not (package / "info" / "index.json").exists():
                found.append(f"{package} has {count} files")
        elif number % 4 == 1:
            found.append(f"{package} is needed")
    return found


def plan_all(places: Places) -> Plan:
    """Work out a cleaning of every archive and every package, needed or not."""
    return asyncio.run(plan_clean(_request(places), places, read_configuration(places)))


def _request(places: Places) -> CleanRequest:
    paths = tuple(
        places.pkgs / f"package{number}-1-0"
        for number in range(PACKAGES)
        if (places.pkgs / f"package{number}-1-0").exists()
    )
    return CleanRequest(Choice(kinds=(ItemKind.ARCHIVE, ItemKind.LEFTOVER), items=paths))


def do(plan: Plan, places: Places) -> None:
    """Carry the cleaning out."""
    asyncio.run(carry_out(plan, places, SilentReport()))


def let_time_pass(cache: Path) -> None:
    """Make what lies around in `cache` look as if nobody could still be at work on it."""
    for lock in cache.glob("*.lock"):
        os.utime(lock, (0, 0))


def once(root: Path, chance: random.Random, changes: int) -> dict[str, object]:
    """Build, clean, kill before one of so many changes, look, settle, clean the rest."""
    places = build(root)
    plan = plan_all(places)
    kill_before(chance.randint(1, changes), lambda: do(plan, places))
    left = sum(1 for _ in places.pkgs.iterdir())
    was_at_work = bool(unfinished([places.pkgs]))
    bad = wrongs(places)
    if chance.random() < 0.5:
        settle_all([places.pkgs], places)
        bad += wrongs(places)
        bad += [f"{path} is left" for path in places.pkgs.glob(".envdesk/*.old")]
    let_time_pass(places.pkgs)
    do(plan_all(places), places)
    bad += wrongs(places)
    staying = {f"package{number}-1-0" for number in range(PACKAGES) if number % 4 == 1}
    staying |= {f"{name}.lock" for name in staying}
    bad += [f"{path} is left" for path in places.pkgs.glob(".envdesk/*.old")]
    names = {path.name for path in places.pkgs.iterdir() if path.name != ".envdesk"}
    if names != staying:
        bad.append(f"left: {sorted(names ^ staying)}")
    return {"left": left, "at_work": was_at_work, "wrong": bad}


def main() -> None:
    """Do it as often as the command line says."""
    places = build(Path(sys.argv[1]) / "whole")
    plan = plan_all(places)
    print_kills(once, lambda: do(plan, places))


if __name__ == "__main__":
    main()
