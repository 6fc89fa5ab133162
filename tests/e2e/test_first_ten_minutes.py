"""One person's first ten minutes: make an environment, look at it, copy it, remove both."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from engine.practice import ChannelServer, PracticeWorld
from tests.e2e.application import Application, Stage
from tests.e2e.person import Person
from tests.e2e.smoothness import Stall, Steps, hold_to_smoothness
from tests.e2e.worlds import served_world

pytestmark = pytest.mark.xserver

NAME = "第一个 env"
COPY = "副本 2"
CHANGE_MENU = "Share, clone, rename or remove this environment"
AMOUNT = r"\d[\d.,]* ?(bytes|kB|MB)"


def run_python(prefix: Path, code: str) -> str:
    done = subprocess.run(
        [prefix / "bin" / "python", "-c", code],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    return done.stdout.strip()


def cells_of(person: Person) -> list[str]:
    return [cell.name for cell in person.screen.find_all("cell")]


def create_from_second_channel(person: Person, steps: Steps) -> None:
    """Make the environment from what the second channel of the configuration has."""
    steps.begin("open the dialog that creates")
    person.click("push button", "New environment")
    person.screen.see("dialog", re.compile("^New environment"))
    steps.begin("enter what is wanted")
    person.enter("text", "Name", NAME)
    person.click("list item", re.compile("practice-extra"))
    person.click("push button", "Ask this channel earlier")
    person.choose_packages("papyrus", "tidepool")
    person.screen.see("combo box", re.compile(r"^Python 3\.\d+$"))
    person.take_picture("light-new-environment")
    steps.begin("preview the creation")
    person.click("push button", "Review")
    person.see_preview(f"Create {NAME}")
    person.take_picture("light-preview-of-creating")
    steps.begin("create")
    person.click("push button", "Create")
    person.screen.see("label", f"{NAME} is ready.")


def clone(person: Person, steps: Steps) -> None:
    steps.begin("open the dialog that clones")
    person.choose_from_menu(CHANGE_MENU, re.compile("^Clone"))
    person.enter("text", "Name", COPY)
    person.take_picture("light-clone")
    steps.begin("preview the clone")
    person.click("push button", "Review")
    person.see_preview(f"Clone {NAME} as {COPY}")
    person.take_picture("light-preview-of-cloning")
    steps.begin("clone")
    person.click("push button", "Clone")
    person.screen.see("label", f"{COPY} is ready.")


def remove(person: Person, steps: Steps, name: str) -> None:
    steps.begin(f"choose {name}")
    person.click("list item", re.compile(f"^{name},"))
    steps.begin(f"preview the removal of {name}")
    person.choose_from_menu(CHANGE_MENU, re.compile("^Remove"))
    person.see_preview(f"Remove {name}")
    person.screen.see("label", re.compile(f"[Ff]rees {AMOUNT}"))
    person.take_picture(f"light-preview-of-removing-{len(name)}")
    steps.begin(f"remove {name}")
    person.click("push button", "Remove")
    person.screen.see("label", f"{name} is gone.")
    person.screen.see_none("list item", re.compile(f"^{name},"))


def live_through(stage: Stage, world: PracticeWorld) -> tuple[Stall, ...]:
    """Do everything once, and return the stalls that the watchdog of the event loop saw."""
    steps = Steps()
    steps.begin("open the window")
    prefix, copy = world.envs / NAME, world.envs / COPY
    registry = world.home / ".conda" / "environments.txt"
    with Application(stage, world.root, "--scheme", "light") as app:
        person, screen = app.person, app.screen
        for environment in world.environments:
            screen.see("list item", re.compile(f"^{environment.name},"))
        create_from_second_channel(person, steps)
        screen.see("list item", re.compile(f"^{NAME}, Python {world.python_version}"))
        code = "import papyrus, tidepool, sys; print(sys.prefix)"
        assert run_python(prefix, code) == str(prefix)
        assert str(prefix) in registry.read_text(encoding="utf-8").splitlines()

        steps.begin("look at its packages")
        screen.see("table", "Packages")
        cells = cells_of(person)
        for package, version in (("papyrus", "4.0.1"), ("tidepool", "2.6.0")):
            at = cells.index(package)
            assert (cells[at + 1], cells[at + 3]) == (version, "practice-extra")
        person.take_picture("light-environment-made")
        steps.begin("look at its details")
        person.click("page tab", "Details")
        for value in (prefix, prefix / "bin" / "python", "practice-extra (6)"):
            screen.see("label", re.compile(re.escape(f": {value}") + "$"))
        person.take_picture("light-details-of-made")
        person.click("page tab", "Packages")

        clone(person, steps)
        screen.see("list item", re.compile(f"^{COPY}, Python {world.python_version}"))
        assert run_python(copy, code) == str(copy)

        for name in (COPY, NAME):
            remove(person, steps, name)
            assert not (world.envs / name).exists()
            assert str(world.envs / name) not in registry.read_text(encoding="utf-8")
        steps.begin("look at what was done")
        person.click("check box", "Activity")
        screen.see("label", f"Remove {NAME}")
        person.take_picture("light-activity")
        assert sorted(entry.name for entry in world.envs.iterdir()) == sorted(
            environment.name for environment in world.environments
        )
        assert app.close() == 0
        assert app.said() == ""
        watched = app.watched()
    assert watched["beats"] > 100
    return steps.stalls_of(watched)


def test_that_an_environment_is_made_looked_at_copied_and_removed_by_mouse_without_a_stall(
    stage: Stage, tmp_path: Path, channels_cache: Path
) -> None:
    def live(run: int) -> tuple[Stall, ...]:
        with served_world(tmp_path / f"世界 {run}", channels_cache) as world:
            return live_through(stage, world)

    hold_to_smoothness(live)


def test_that_the_keyboard_alone_is_enough(
    stage: Stage, empty_root: Path, server: ChannelServer
) -> None:
    with Application(stage, empty_root) as app:
        person, screen = app.person, app.screen
        screen.see("push button", re.compile("^New environment"))
        person.press("ctrl+n")
        screen.see("dialog", re.compile("^New environment"))
        person.write("keys")
        person.press("alt+b")
        person.type("almanac,")
        screen.see("label", "almanac")
        screen.see("combo box", re.compile(r"^Python 3\.\d+$"))
        person.press("alt+r")
        person.see_preview("Create keys")
        person.press("Return")
        screen.see("label", "keys is ready.")
        assert run_python(empty_root / "envs" / "keys", "import almanac; print(1)") == "1"
        screen.see("list item", re.compile("^keys, Python"))
        person.press("ctrl+l", "Delete")
        screen.see_enabled("push button", "Remove")
        person.press("Return")  # the harmless button has the keyboard
        screen.see_none("dialog")
        person.press("ctrl+l", "Delete")
        screen.see_enabled("push button", "Remove")
        person.press("alt+r")
        screen.see("label", "keys is gone.")
        person.press("ctrl+q")
        assert app.wait_for_end() == 0
    assert list((empty_root / "envs").iterdir()) == []
