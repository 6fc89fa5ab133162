"""Starting where there is nothing to draw on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.e2e.application import SOURCE

HIDDEN = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def test_that_a_machine_without_display_is_told_so_in_a_sentence(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "gui", "--root", str(tmp_path)],
        cwd=SOURCE,
        env={name: value for name, value in os.environ.items() if name not in HIDDEN},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert told.returncode == 2
    assert told.stdout == ""
    assert told.stderr.startswith("There is no display here")
    assert len(told.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
