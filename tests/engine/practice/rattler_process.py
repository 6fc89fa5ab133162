"""Solve and link with py-rattler for tests, outside of their process; one JSON job, one answer."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job: distributions in the order of their names, or an error."""

    distributions: tuple[str, ...] = ()
    error: str = ""


def solve(channels: tuple[str, ...], *specs: str, strict: bool = True) -> Outcome:
    return _ask({"channels": channels, "specs": specs, "strict": strict})


def install(channels: tuple[str, ...], prefix: Path, *specs: str) -> Outcome:
    return _ask({"channels": channels, "specs": specs, "prefix": str(prefix)})


def install_everything(channel: str, folder: Path) -> tuple[Outcome, ...]:
    """Link every record of a channel, dependencies ignored; one prefix per layer of versions."""
    answer = _run({"channels": [channel], "everything": str(folder)})
    return tuple(Outcome(tuple(names)) for names in answer["layers"])


def _ask(job: dict[str, object]) -> Outcome:
    answer = _run(job)
    return Outcome(tuple(answer["distributions"]), answer["error"])


def _run(job: dict[str, object]) -> Any:
    done = subprocess.run(
        [sys.executable, __file__],
        input=json.dumps(job).encode(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=120,
    )
    return json.loads(done.stdout)


async def _answer(job: dict[str, Any], cache: Path) -> dict[str, object]:
    from rattler import Gateway

    gateway = Gateway(cache_dir=cache / "repodata")
    if "everything" in job:
        return await _everything(job, gateway, cache)
    try:
        return await _solved(job, gateway, cache)
    except Exception as error:  # noqa: BLE001  # py-rattler's errors have no common base
        return asdict(Outcome(error=f"{type(error).__name__}: {error}"))


async def _solved(job: dict[str, Any], gateway: Any, cache: Path) -> dict[str, object]:
    from rattler import VirtualPackage, install, solve
    from rattler.channel import ChannelPriority

    records = await solve(
        job["channels"],
        job["specs"],
        gateway=gateway,
        virtual_packages=VirtualPackage.detect(),
        timeout=timedelta(seconds=30),
        channel_priority=ChannelPriority.Strict
        if job.get("strict", True)
        else ChannelPriority.Disabled,
    )
    if "prefix" in job:
        await install(records, job["prefix"], cache_dir=cache / "pkgs", show_progress=False)
    names = (f"{r.name.normalized}-{r.version}-{r.build}" for r in records)
    return asdict(Outcome(tuple(sorted(names))))


async def _everything(job: dict[str, Any], gateway: Any, cache: Path) -> dict[str, object]:
    from rattler import Subdir, install

    platforms = [Subdir.current(), Subdir("noarch")]
    names = [n.normalized for n in await gateway.names(job["channels"], platforms)]
    found = await gateway.query(job["channels"], platforms, names, recursive=False)
    by_name: dict[str, list[Any]] = {}
    for record in (record for records in found for record in records):
        by_name.setdefault(record.name.normalized, []).append(record)
    pythons = by_name.pop("python")
    layers: list[list[str]] = []
    for depth in range(max(map(len, by_name.values()))):
        records = [*pythons, *(rows[depth] for rows in by_name.values() if len(rows) > depth)]
        prefix = f"{job['everything']}/{depth}"
        await install(records, prefix, cache_dir=cache / "pkgs", show_progress=False)
        layers.append(sorted(f"{r.name.normalized}-{r.version}" for r in records))
    return {"layers": layers}


if __name__ == "__main__":
    code = 1
    with tempfile.TemporaryDirectory() as folder:
        document = asyncio.run(_answer(json.load(sys.stdin), Path(folder)))
        sys.stdout.write(json.dumps(document))
        sys.stdout.flush()
        code = 0
    os._exit(code)
