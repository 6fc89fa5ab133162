"""A file dragged onto the window from another program becomes an environment that works."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.practice import ChannelServer, PracticeWorld
from tests.e2e.application import SOURCE, Application, Stage
from tests.e2e.drag_source import SIDE
from tests.e2e.screen import PATIENCE_S

pytestmark = pytest.mark.xserver

DIALOG = re.compile("^Install what a file asks for")
LABEL = re.compile("^Drop it to install")
NAME = "课程 2026"


@contextmanager
def drag_source(stage: Stage, file: Path) -> Generator[subprocess.Popen[str]]:
    """Show a window of another process that `file` can be dragged out of."""
    program = Path(__file__).with_name("drag_source.py")
    process = subprocess.Popen(
        [sys.executable, str(program), str(file)],
        cwd=SOURCE,
        env=stage.desktop.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "shown\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def drag_over(app: Application) -> None:
    """Drag from the other program until the window says that it can be dropped."""
    person, screen = app.person, app.screen
    target = screen.see_enabled("push button", "New environment").centre
    person.hold_at(SIDE // 2, SIDE // 2)
    places = iter([(target[0] + step % 40, target[1] + 200 + step % 30) for step in range(600)])

    def is_offered() -> bool:
        person.move_to(*next(places))
        return screen.find("label", LABEL) is not None

    screen.wait(is_offered, PATIENCE_S, "the window does not say that it can be dropped")


def test_that_a_file_dragged_from_another_program_becomes_an_environment(
    stage: Stage, world: PracticeWorld, tmp_path: Path
) -> None:
    folder = tmp_path / NAME
    folder.mkdir()
    file = folder / "requirements.txt"
    file.write_text("numerals<2.1\ninkwell[colour]\n", encoding="utf-8")
    with (
        Application(stage, world.root, "--scheme", "light") as app,
        drag_source(stage, file) as source,
    ):
        person, screen = app.person, app.screen
        drag_over(app)
        person.take_picture_of_drag("light-drop")
        person.let_go()
        assert source.stdout is not None
        assert source.stdout.readline() == "CopyAction\n"
        screen.see("dialog", DIALOG)
        screen.see("label", "requirements.txt")
        person.take_picture("light-import")
        person.click("push button", "Review")
        person.see_preview(f"Create {NAME}")
        person.take_picture("light-preview-of-import")
        person.click("push button", "Create")
        screen.see("label", f"{NAME} is ready.")
        assert app.close() == 0
    python = world.envs / NAME / "bin" / "python"
    code = "import inkwell, pigment, numerals; print(inkwell.__version__, numerals.__version__)"
    done = subprocess.run(
        [python, "-I", "-c", code], capture_output=True, encoding="utf-8", timeout=60, check=True
    )
    assert done.stdout.split() == ["1.2.0", "2.0.1"]


def test_that_what_browsers_drag_is_fetched_or_taken_for_text(
    stage: Stage, world: PracticeWorld, tmp_path: Path
) -> None:
    web = tmp_path / "web"
    web.mkdir()
    (web / "lab.yml").write_text("name: tides\ndependencies:\n- numerals\n", encoding="utf-8")
    with ChannelServer(web) as server:
        address = server.url_of("lab.yml")
        link = f'<a href="{address}">the file of the course</a>'
        # What Firefox, Chromium and Safari put on offer for a link, and all of them for words.
        drags: list[tuple[dict[str, str], str, str]] = [
            (
                {
                    "text/x-moz-url": f"{address}\nthe file of the course",
                    "text/html": link,
                    "text/plain": address,
                },
                "lab.yml from 127.0.0.1",
                "tides",
            ),
            (
                {"text/uri-list": f"{address}\r\n", "text/html": link, "text/plain": address},
                "lab.yml from 127.0.0.1",
                "tides",
            ),
            (
                {
                    "text/html": "<p>numerals&lt;2.1</p><p>inkwell</p>",
                    "text/plain": "numerals<2.1\ninkwell\n",
                },
                "Pasted text",
                "new-environment",
            ),
        ]
        with Application(stage, world.root, "--scheme", "dark") as app:
            for number, (formats, title, name) in enumerate(drags):
                document = tmp_path / f"{number}.drag"
                document.write_text(json.dumps(formats), encoding="utf-8")
                with drag_source(stage, document) as source:
                    drag_over(app)
                    app.person.let_go()
                    assert source.stdout is not None
                    assert source.stdout.readline() == "CopyAction\n"
                    app.screen.see("label", title)
                    app.screen.wait(
                        lambda name=name: _name_in(app) == name,
                        PATIENCE_S,
                        f"no name {name} is suggested",
                    )
                    app.person.take_picture(f"dark-drop-{number}")
                    app.person.click("push button", "Cancel")
                    app.screen.wait(
                        lambda: app.screen.find("dialog", DIALOG) is None,
                        PATIENCE_S,
                        "it stays open",
                    )
            assert app.close() == 0
        assert {entry.path for entry in server.requests} == {"/lab.yml"}


def _name_in(app: Application) -> str:
    field = app.screen.find("text", "Name", DIALOG)
    return field.text if field is not None else ""
