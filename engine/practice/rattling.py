"""Index channels and link environments with py-rattler, in a process of their own.

A process that used py-rattler may crash while its interpreter shuts down, so this one leaves
without that step; and whoever builds a practice world never loads py-rattler.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from engine.launching import own_command

_TIMEOUT_SECONDS = 300


@dataclass(frozen=True, slots=True)
class LinkOrder:
    """Say what to solve for and link: `channels` are URLs, the first one first.

    `constraints` are specs that hold only now, for an environment that looks as if made earlier.
    """

    prefix: str
    channels: tuple[str, ...]
    specs: tuple[str, ...]
    constraints: tuple[str, ...] = ()


class RattlingError(RuntimeError):
    """The process that indexes and links failed; the text is what it wrote."""


def index_channels(channels: tuple[Path, ...]) -> None:
    """Write the package index of each channel folder. Raises RattlingError."""
    _run({"index": [str(channel) for channel in channels]})


def link_environments(orders: tuple[LinkOrder, ...], pkgs: Path) -> None:
    """Solve and link each order, unpacking packages into `pkgs`. Raises RattlingError."""
    _run({"link": [asdict(order) for order in orders], "pkgs": str(pkgs)})


def _run(job: dict[str, object]) -> None:
    try:
        done = subprocess.run(
            own_command("rattle"),
            input=json.dumps(job).encode(),
            capture_output=True,
            creationflags=subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0,
            check=False,
            timeout=_TIMEOUT_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise RattlingError(str(error)) from error
    if done.returncode:
        raise RattlingError(done.stderr.decode(errors="replace"))


async def _index(channels: list[str]) -> None:
    from rattler.index import index_fs

    for channel in channels:
        (Path(channel) / "noarch").mkdir(parents=True, exist_ok=True)
        await index_fs(Path(channel), force=True)


async def _link(orders: list[LinkOrder], pkgs: Path) -> None:
    from rattler import Gateway, MatchSpec, VirtualPackage, install, solve

    with tempfile.TemporaryDirectory() as cache:
        gateway = Gateway(cache_dir=Path(cache))
        for order in orders:
            records = await solve(
                sources=list(order.channels),
                specs=list(order.specs),
                constraints=list(order.constraints),
                gateway=gateway,
                virtual_packages=VirtualPackage.detect(),
                timeout=timedelta(seconds=60),  # nothing else stops a solve
            )
            # py-rattler 0.28 takes the inner objects here, whatever its annotation says.
            requested: list[Any] = [MatchSpec(spec)._match_spec for spec in order.specs]  # pyright: ignore
            await install(
                records,
                target_prefix=order.prefix,
                cache_dir=pkgs,
                show_progress=False,
                requested_specs=requested,
            )


async def answer() -> int:
    """Do the job on standard input, in a process of its own; returns the exit status."""
    try:
        job = json.load(sys.stdin)
        if "index" in job:
            await _index(job["index"])
        else:
            await _link([LinkOrder(**order) for order in job["link"]], Path(job["pkgs"]))
    except BaseException as error:  # noqa: BLE001  # the parent shows what went wrong
        sys.stderr.write(f"{type(error).__name__}: {error}")
        return 1
    return 0
