"""Measure size and start of the frozen application beside those from source.

`xvfb-run python -m release.measure` after `python -m release linux`; needs xdotool. A start lasts
from the command until the window is on the screen; both kinds take turns, in one run.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from release.places import DIST, PAYLOAD, SOURCE

_TURNS: Final = 7
_LIMIT_S: Final = 60.0


def main() -> int:
    """Print the figures; return the exit status."""
    for file in sorted(DIST.iterdir()):
        if file.suffix in {".xz", ".deb", ".exe", ".dmg"}:
            print(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB")
    files = [each for each in PAYLOAD.rglob("*") if each.is_file() and not each.is_symlink()]
    print(f"unpacked: {sum(each.stat().st_size for each in files) / 1e6:.0f} MB")
    kinds = {"from source": [sys.executable, "-m", "gui"], "frozen": [str(PAYLOAD / "envdesk")]}
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    for turn in range(_TURNS + 1):
        for kind, command in kinds.items():
            seconds = _start(command)
            if turn:  # the first one fills the disk cache
                times[kind].append(seconds)
    for kind, found in times.items():
        print(f"window {kind}: median {statistics.median(found):.2f} s, best {min(found):.2f} s")
    ratio = statistics.median(times["frozen"]) / statistics.median(times["from source"])
    print(f"frozen / from source: {ratio:.2f}")
    return 0


def _start(command: list[str]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        with subprocess.Popen(
            [*command, "--root", str(Path(folder, "root"))], cwd=SOURCE, stdin=subprocess.DEVNULL
        ) as process:
            try:
                while not _is_shown():
                    if process.poll() is not None or time.perf_counter() - began > _LIMIT_S:
                        raise RuntimeError("No window came up.")
                return time.perf_counter() - began
            finally:
                process.terminate()
                process.wait(_LIMIT_S)


def _is_shown() -> bool:
    search = ["xdotool", "search", "--onlyvisible", "--name", "^Envdesk$"]
    return subprocess.run(search, capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
