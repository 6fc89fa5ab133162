from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from pytestqt.qtbot import QtBot

from engine.places import places_below
from gui.quitting import QuitRequests, close_windows

ROOT = Path(__file__).parents[2]


def test_that_a_window_is_closed_by_the_command_and_leaves_no_trace(tmp_path: Path) -> None:
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    window = subprocess.Popen(
        [sys.executable, "-m", "gui", "--root", str(tmp_path)],
        cwd=ROOT,
        env=environ,
        stdin=subprocess.DEVNULL,
    )
    try:
        folder = places_below(tmp_path).state / "windows"
        until = time.monotonic() + 60
        while not list(folder.glob("*.lock")) and time.monotonic() < until:
            assert window.poll() is None
            time.sleep(0.05)
        asked = subprocess.run(
            [sys.executable, "-m", "gui", "--quit", "--root", str(tmp_path)],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.DEVNULL,
            timeout=90,
            check=False,
        )
        assert asked.returncode == 0
        assert window.wait(60) == 0
        assert list(folder.iterdir()) == []
    finally:
        window.kill()
        window.wait()


def test_that_nobody_needs_to_be_there_to_be_closed(tmp_path: Path) -> None:
    assert close_windows(places_below(tmp_path), timeout=0)


def test_that_what_a_killed_window_left_is_not_waited_for(tmp_path: Path) -> None:
    folder = places_below(tmp_path).state / "windows"
    folder.mkdir(parents=True)
    (folder / "4711.lock").touch()
    (folder / "4711.quit").touch()
    assert close_windows(places_below(tmp_path), timeout=0)
    assert list(folder.iterdir()) == []


def test_that_a_window_that_does_not_answer_is_told_of(tmp_path: Path, qtbot: QtBot) -> None:
    asked: list[bool] = []
    requests = QuitRequests(places_below(tmp_path), lambda: asked.append(True))
    try:
        code = (
            "import sys; from pathlib import Path; from engine.places import places_below;"
            "from gui.quitting import close_windows;"
            "print(close_windows(places_below(Path(sys.argv[1])), timeout=0))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, check=True
        )
        assert done.stdout.strip() == b"False"
        qtbot.waitUntil(lambda: asked == [True], timeout=60_000)
    finally:
        requests.close()
