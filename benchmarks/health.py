"""How long it takes to say how 600 packages are: quickly, and with every file read.

`python benchmarks/health.py` writes an environment of 400 conda and 200 PyPI packages, 30,000
files of 23 kB on average, whose packages need each other as real ones do. The quick check
runs as it does for a front end, in a worker that is there already and has seen no such environment;
it goes against `uv pip check`, plus reading conda-meta once with Python's own JSON reader. The deep
check goes against `sha256sum` in two processes over the same files.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.measuring import (
    Row,
    clean_environment,
    print_table,
    program,
    times_of,
    times_of_command,
)
from engine.places import Places, places_below
from tests.support.environments import Package, make_environment

REAL = (300, 900, 2_000, 4_000, 9_000, 16_000, 30_000, 120_000)  # bytes of each file
TINY = (10, 30, 60, 100, 200, 300, 400, 500)
EXTRAS = ("dev", "docs", "test", "fast", "plots")


def build(places: Places, conda: int, pypi: int, files: int, sizes: tuple[int, ...] = REAL) -> Path:
    """Write the environment and return its prefix."""
    packages = [
        Package(
            f"package-{number:03}",
            f"{number % 7}.{number % 11}.{number}",
            distribution=f"package_{number:03}" if number % 3 else "",
            depends=("python >=3.10", *_depends(number)),
            data_files=files,
        )
        for number in range(conda - 2)
    ]
    packages.append(Package("pip", "25.0", distribution="pip"))
    wheels = [(f"wheel_{number:03}", f"1.{number}") for number in range(pypi)]
    python = platform.python_version()
    prefix = make_environment(places.envs / "large", packages, python, files=True, pip=wheels)
    site = prefix / f"lib/python{'.'.join(python.split('.')[:2])}/site-packages"
    for number in range(pypi):
        _append(site / f"wheel_{number:03}-1.{number}.dist-info", _requires(number, pypi))
    for number in range(conda - 2):
        if number % 3:
            version = f"{number % 7}.{number % 11}.{number}"
            _append(site / f"package_{number:03}-{version}.dist-info", _requires(number, pypi))
    (prefix / "bin" / "pip").write_text("#!/usr/bin/env python\n")
    _fill(prefix, sizes)
    _make_virtual(prefix)
    return prefix


def _fill(prefix: Path, sizes: tuple[int, ...]) -> None:
    """Make the files as large as `sizes`, and the records tell what is really there."""
    for record in (prefix / "conda-meta").glob("*.json"):
        document = json.loads(record.read_bytes())
        for at, entry in enumerate(document["paths_data"]["paths"]):
            path = prefix / entry["_path"]
            data = path.read_bytes()
            if path.suffix == ".dat":
                data = (data * 12_000)[: sizes[at % len(sizes)]]
                path.write_bytes(data)
            digest = hashlib.sha256(data).hexdigest()
            entry |= {"sha256": digest, "sha256_in_prefix": digest, "size_in_bytes": len(data)}
        record.write_text(json.dumps(document), encoding="utf-8")


def _make_virtual(prefix: Path) -> None:
    """Let uv, which starts the interpreter, find one: that of a virtual environment."""
    interpreter = Path(sys.base_prefix) / "bin" / "python3"
    (prefix / "bin" / "python").unlink()
    (prefix / "bin" / "python").symlink_to(interpreter)
    (prefix / "pyvenv.cfg").write_text(f"home = {interpreter.parent}\n", encoding="utf-8")


def _depends(number: int) -> tuple[str, ...]:
    return tuple(
        f"package-{number - step:03} >={(number - step) % 7}.{(number - step) % 11},<9.0a0"
        for step in (1, 2, 5, 9)
        if number >= step
    )


def _requires(number: int, pypi: int) -> str:
    others = {number // 2 % pypi, number // 3 % pypi}
    lines = [f"wheel-{other:03}>=1.{other},<2" for other in others]
    lines += [f"wheel-{number % pypi:03}>=1; python_version >= '3.{minor}'" for minor in (8, 9)]
    lines += [f"never-{number}>=1; sys_platform == 'win32'"]
    lines += [f"tool-{number}-{extra}>=2; extra == '{extra}'" for extra in EXTRAS]
    return "".join(f"Requires-Dist: {line}\n" for line in lines)


def _append(info: Path, text: str) -> None:
    path = info / "METADATA"
    path.write_bytes(path.read_bytes() + text.encode())


def read_meta(prefix: Path) -> int:
    """Read conda-meta once, as a script would."""
    return sum(
        len(json.loads(path.read_bytes())["files"])
        for path in (prefix / "conda-meta").glob("*.json")
    )


def check(root: Path, prefix: Path, runs: int) -> dict[str, list[float]]:
    """Return the seconds of the first and later quick checks, and of deep ones."""
    from engine.commands.collecting import collect_rarely
    from engine.conda.matching import matches
    from engine.conda.solving import virtual_packages
    from engine.health.deep import check_deep
    from engine.health.quick import check_quick
    from engine.health.surroundings import surroundings_of

    places = places_below(root)
    collect_rarely()
    matches("warm >=1", "warm", "1.0")
    quick: list[float] = []
    around = surroundings_of(places, {}, virtual_packages(places))
    for _ in range(runs):
        started = time.perf_counter()
        health = check_quick(prefix, around)
        quick.append(time.perf_counter() - started)
        assert not health.findings, health.findings[:3]
    deep = times_of(lambda: check_deep(prefix, around), runs)
    return {"quick": quick, "deep": list(deep)}


def measure(root: Path, prefix: Path, runs: int) -> dict[str, list[float]]:
    """Return the times of several processes, of each the first quick check apart."""
    found: dict[str, list[float]] = {"first": [], "later": [], "deep": []}
    command = [sys.executable, __file__, "--check", str(root), "--prefix", str(prefix)]
    for _ in range(runs):
        done = subprocess.run(
            command, env=clean_environment(root / "home"), stdout=subprocess.PIPE, check=True
        )
        times: dict[str, list[float]] = json.loads(done.stdout)
        found["first"].append(times["quick"][0])
        found["later"] += times["quick"][1:]
        found["deep"] += times["deep"]
    return found


def hashed_files(prefix: Path, target: Path) -> int:
    """Write the names of the files that the deep check reads; return their number."""
    names = [
        f"{folder}/{name}"
        for folder, _, files in os.walk(prefix)
        for name in files
        if "conda-meta" not in folder
    ]
    target.write_bytes(b"\0".join(map(os.fsencode, names)))
    return len(names)


def main() -> int:
    """Print the tables; the exit status is 1 when a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conda", type=int, default=400)
    parser.add_argument("--pypi", type=int, default=200)
    parser.add_argument("--files", type=int, default=75, help="of each conda package")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--check", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--prefix", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.check is not None:
        print(json.dumps(check(chosen.check, chosen.prefix, 3)))
        return 0
    with tempfile.TemporaryDirectory(prefix="envdesk-benchmark-") as folder:
        root = Path(folder) / "root"
        places = places_below(root)
        places.home.mkdir(parents=True)
        prefix = build(places, chosen.conda, chosen.pypi, chosen.files)
        small = build(places_below(root / "small"), 100, 50, chosen.files)
        times = measure(root, prefix, chosen.runs)
        first = measure(root, small, chosen.runs)["first"]
        uv = program("uv")
        assert uv is not None
        command = [uv, "pip", "check", "--python", str(prefix / "bin" / "python")]
        by_uv = times_of_command(command, places.home, chosen.runs)
        by_json = times_of(lambda: read_meta(prefix), chosen.runs)
        both = tuple(one + other for one, other in zip(by_uv, by_json, strict=True))
        rows = [
            Row("uv pip check, plus reading conda-meta once", both),
            Row("uv pip check", by_uv),
            Row("Envdesk, first quick check", tuple(times["first"]), min(both)),
            Row("Envdesk, later quick checks", tuple(times["later"]), min(both)),
            Row("Envdesk, first quick check of 150 packages", tuple(first), 0.05),
        ]
        title = f"The health of {chosen.conda} conda and {chosen.pypi} PyPI packages"
        is_reached = print_table(title, rows)
        is_reached &= compare_deep("Every file read", prefix, times["deep"], places, chosen.runs)
        tiny = places_below(root / "tiny")
        tiny_prefix = build(tiny, chosen.conda, chosen.pypi, chosen.files, TINY)
        deep = measure(root / "tiny", tiny_prefix, chosen.runs)["deep"]
        title = "Every file read, all of them tiny"
        compare_deep(title, tiny_prefix, deep, tiny, chosen.runs, has_goal=False)
    return 0 if is_reached else 1


def compare_deep(
    title: str,
    prefix: Path,
    times: list[float],
    places: Places,
    runs: int,
    *,
    has_goal: bool = True,
) -> bool:
    """Print how long the deep check takes beside `sha256sum`; return whether it is no slower."""
    if not shutil.which("sha256sum"):
        return True
    places.home.mkdir(parents=True, exist_ok=True)
    names = places.home / "names"
    count = hashed_files(prefix, names)
    shell = f"xargs -0 -P2 -n 2000 sha256sum < {shlex.quote(str(names))} > /dev/null"
    by_sum = times_of_command(["sh", "-c", shell], places.home, runs)
    rows = [
        Row(f"sha256sum of {count} files, two processes", by_sum),
        Row("Envdesk, deep check", tuple(times), min(by_sum) if has_goal else None),
    ]
    return print_table(title, rows)


if __name__ == "__main__":
    sys.exit(main())
