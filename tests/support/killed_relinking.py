"""Share copies of a small world again and again, kill it before a random change, look, go on.

A process of its own, because it forks. Prints one JSON line for each kill, with what was wrong, if
anything was.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import shutil
import sys
from pathlib import Path

from engine.conda.condarc import read_configuration
from engine.places import Places, places_below
from engine.plan import Plan
from engine.planning.relinking import plan_relink
from engine.requests import RelinkRequest
from engine.transactions.executor import carry_out
from engine.transactions.journal import unfinished
from engine.transactions.reporting import SilentReport
from engine.transactions.settling import settle_all
from tests.support.caches import make_package, make_prefix
from tests.support.killing import kill_before, print_kills

PACKAGES = 4
FILES = 12
ENVIRONMENTS = ("one", "zwei 二")


def content(package: int, file: int) -> bytes:
    """Return what is in a file: of one size, so that only reading tells two apart."""
    return b"%06d %06d\n" % (package, file)


def name(package: int, file: int) -> str:
    """Return where a file is, in its package and in an environment."""
    return f"lib/{package}/{file}.py"


def build(root: Path) -> Places:
    """Lay out packages and environments that have copies of all their files."""
    places = places_below(root)
    places.home.mkdir(parents=True)
    for package in range(PACKAGES):
        files = [(name(package, file), content(package, file)) for file in range(FILES)]
        make_package(places.pkgs, f"package{package}-1-0", files)
    for environment in ENVIRONMENTS:
        prefix = make_prefix(places.envs / environment)
        for package in range(PACKAGES):
            copy_into(prefix, places.pkgs / f"package{package}-1-0", package)
    return places


def copy_into(prefix: Path, unpacked: Path, package: int) -> None:
    """Install a package as conda does where it cannot link."""
    paths = [name(package, file) for file in range(FILES)]
    (prefix / f"lib/{package}").mkdir(parents=True)
    for path in paths:
        shutil.copy2(unpacked / path, prefix / path)
    entries = [
        {
            "_path": path,
            "path_type": "hardlink",
            "sha256": hashlib.sha256((unpacked / path).read_bytes()).hexdigest(),
        }
        for path in paths
    ]
    record = {
        "name": f"package{package}",
        "version": "1",
        "build": "0",
        "files": paths,
        "link": {"source": str(unpacked), "type": 3},
        "paths_data": {"paths": entries, "paths_version": 1},
    }
    (prefix / "conda-meta" / f"package{package}-1-0.json").write_text(json.dumps(record))


def wrongs(places: Places) -> list[str]:
    """Return what is not as it must be, whenever it was killed."""
    found: list[str] = []
    tops = [places.envs / environment for environment in ENVIRONMENTS]
    for package in range(PACKAGES):
        unpacked = places.pkgs / f"package{package}-1-0"
        for file in range(FILES):
            for top in (*tops, unpacked):
                path = top / name(package, file)
                if not path.is_file() or path.read_bytes() != content(package, file):
                    found.append(f"{path} is not what it was")
    return found


def leftovers(places: Places) -> list[str]:
    """Return what should have been tidied up.

    A lock whose owner was killed stays until somebody locks again, and a folder without a journal
    until nobody can be about to write one.
    """
    room = places.envs / ".envdesk"
    left = [*room.glob("*.old"), *(path.parent for path in room.glob("*/journal.json"))]
    return [f"{path} is left" for path in left]


def shared(places: Places) -> int:
    """Return how many files of environments are shared by now."""
    paths = (places.envs / each for each in ENVIRONMENTS)
    return sum(path.stat().st_nlink > 1 for top in paths for path in top.rglob("*.py"))


def plan_all(places: Places) -> Plan:
    """Work out the sharing of all copies."""
    prefixes = tuple(places.envs / environment for environment in ENVIRONMENTS)
    return asyncio.run(plan_relink(RelinkRequest(prefixes), places, read_configuration(places)))


def do(plan: Plan, places: Places) -> None:
    """Carry it out."""
    asyncio.run(carry_out(plan, places, SilentReport()))


def once(root: Path, chance: random.Random, changes: int) -> dict[str, object]:
    """Build, share, kill before one of so many changes, look, settle, share the rest."""
    places = build(root)
    plan = plan_all(places)
    kill_before(chance.randint(1, changes), lambda: do(plan, places))
    was_at_work = bool(unfinished([places.envs]))
    count = shared(places)
    bad = wrongs(places)
    if chance.random() < 0.5:
        settle_all([places.envs], places)
        bad += [*wrongs(places), *leftovers(places)]
    do(plan_all(places), places)
    bad += [*wrongs(places), *leftovers(places)]
    if shared(places) != len(ENVIRONMENTS) * PACKAGES * FILES:
        bad.append(f"only {shared(places)} files are shared in the end")
    return {"shared": count, "at_work": was_at_work, "wrong": bad}


def main() -> None:
    """Do it as often as the command line says."""
    places = build(Path(sys.argv[1]) / "whole")
    plan = plan_all(places)
    print_kills(once, lambda: do(plan, places))


if __name__ == "__main__":
    main()
