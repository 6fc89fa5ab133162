from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from engine.places import Places
from gui import app
from gui.options import Options, read_options
from gui.tokens import DARK, LIGHT
from tests.support.environments import make_environment, numbered_packages

ROOT = Path(__file__).parents[2]
SECONDS = 60


def gui(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gui", *arguments],
        cwd=ROOT,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )


@pytest.fixture
def root(places: Places) -> Path:
    """Return a root with environments in it."""
    make_environment(places.envs / "course", numbered_packages(40))
    make_environment(places.envs / "数据 分析", ["numpy"])
    return places.home.parent


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], Options()),
        (["--root", "/r", "--select", "数据"], Options(root=Path("/r"), select="数据")),
        (["a.yml", "b.txt"], Options(files=("a.yml", "b.txt"))),
        (["--practice", "--scheme", "dark"], Options(practice=True, scheme="dark")),
        (["--size", "1280x800"], Options(size=(1280, 800))),
        (
            ["--offscreen", "--screenshot", "a.png"],
            Options(offscreen=True, screenshot=Path("a.png")),
        ),
    ],
)
def test_that_options_are_read(arguments: list[str], expected: Options) -> None:
    assert read_options(arguments) == expected


@pytest.mark.parametrize(
    "arguments",
    [["--size", "big"], ["--size", "0x5"], ["--scheme", "pink"], ["--practice", "--root", "x"]],
)
def test_that_a_wrong_command_line_ends_with_2_and_a_sentence(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        app.main(arguments)
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_that_a_machine_without_a_display_gets_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert app.main([]) == 2
    assert "--offscreen --screenshot FILE" in capsys.readouterr().err
    monkeypatch.setattr("sys.platform", "win32")
    assert app.has_display()


def test_that_usage_errors_and_the_worker_cost_no_qt() -> None:
    code = "import sys, gui.app; sys.exit('PySide6' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_that_the_application_is_its_own_worker(root: Path) -> None:
    done = gui("--engine", "--root", str(root), "environments")
    assert done.returncode == 0, done.stderr
    assert "course" in done.stdout
    assert json.loads(done.stdout)


@pytest.mark.parametrize(("scheme", "tokens"), [("light", LIGHT), ("dark", DARK)])
def test_that_a_picture_of_the_window_is_saved(
    root: Path, tmp_path: Path, scheme: str, tokens: object
) -> None:
    file = tmp_path / "pictures" / f"{scheme}.png"
    stalls = tmp_path / "stalls.json"
    done = gui(
        "--root", str(root), "--offscreen", "--screenshot", str(file), "--size", "1100x700",
        "--scheme", scheme, "--select", "数据 分析", ENVDESK_WATCHDOG=str(stalls),
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    picture = QImage(str(file))
    assert (picture.width(), picture.height()) == (1100, 700)
    surface = tokens.surface  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType]
    assert picture.pixelColor(1098, 698).name() == surface
    assert json.loads(stalls.read_text())["beats"] > 0
    log = root / "state" / "envdesk.log"
    assert not log.exists() or "Traceback" not in log.read_text("utf-8")


def test_that_a_picture_that_cannot_be_written_ends_with_1_and_a_sentence(
    root: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    done = gui("--root", str(root), "--offscreen", "--screenshot", str(tmp_path / "file" / "x.png"))
    assert done.returncode == 1
    assert "could not be written" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals of this kind are POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_that_a_signal_ends_it_in_order(root: Path, tmp_path: Path, number: int) -> None:
    settings = root / "settings" / "window.ini"
    beats = tmp_path / "beats.json"
    with subprocess.Popen(
        [sys.executable, "-m", "gui", "--root", str(root), "--offscreen"],
        cwd=ROOT,
        env={**os.environ, "ENVDESK_WATCHDOG": str(beats)},
    ) as process:
        until = time.monotonic() + SECONDS
        while not beats.exists() and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(number)
        assert process.wait(SECONDS) == 0
    assert settings.exists(), "what the window remembers was saved"


def test_that_a_practice_world_is_shown_and_gone_afterwards(tmp_path: Path) -> None:
    file = tmp_path / "practice.png"
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    done = gui(
        "--practice", "--offscreen", "--screenshot", str(file), "--select", "数据分析",
        TMPDIR=str(temporary), TEMP=str(temporary),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert not QImage(str(file)).isNull()
    assert list(temporary.glob("envdesk*")) == []
