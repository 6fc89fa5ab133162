from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OFFERED = ("from PyPI", "in one go", "conflict", "cancel", "caches", "remove", "window")


def self_check(tmp_path: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environ = {name: text for name, text in os.environ.items() if name not in _DISPLAYS}
    return subprocess.run(
        [sys.executable, "-m", "gui", "--self-check"],
        cwd=ROOT,
        env={**environ, "TMPDIR": str(tmp_path), "PYTHONIOENCODING": "utf-8", **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


_DISPLAYS = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}


@pytest.mark.slow
def test_that_the_main_job_is_done_without_a_display_and_leaves_nothing(tmp_path: Path) -> None:
    done = self_check(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    passed = [line for line in lines if re.match(r"ok +[0-9.]+ s ", line)]
    assert len(passed) == 11
    assert lines[-1].startswith("All 11 checks passed")
    assert all(any(part in line for line in passed) for part in OFFERED)
    assert list(tmp_path.glob("*envdesk*")) == []


def test_that_what_fails_is_said_and_tells_in_the_exit_status(tmp_path: Path) -> None:
    # a folder that cannot be written to has no place for a practice world; root needs a file
    (tmp_path / "file").touch()
    startup = tmp_path / "sitecustomize.py"
    startup.write_text(
        f"import tempfile\ntempfile.mkdtemp = lambda *a, **k: {str(tmp_path / 'file')!r}\n",
        encoding="utf-8",
    )
    done = self_check(tmp_path, PYTHONPATH=str(tmp_path))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "FAILED  practice channels and environments" in done.stdout
    assert done.stdout.splitlines()[-1] == "The self-check FAILED."
    assert "Traceback" not in done.stderr
