"""What becomes of work under way when the window is closed, or dies."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.practice import ChannelServer
from engine.practice.faults import Fault
from tests.e2e.application import Application, Stage
from tests.e2e.desktop import until
from tests.e2e.person import Person
from tests.e2e.screen import PATIENCE_S
from tests.support.promises import comes_true

pytestmark = pytest.mark.xserver

QUESTION = "Close Envdesk"


@contextmanager
def creating(
    stage: Stage, root: Path, server: ChannelServer, name: str = "slow"
) -> Generator[tuple[Application, Fault]]:
    """Open the window and begin to make an environment that waits for one of its packages."""
    stalled = server.faults.stall("*/quarry-*", after_bytes=100_000)
    with Application(stage, root) as app:
        begin(app.person, name, "quarry")
        server.wait_for("*/quarry-*", at_least_sent=100_000)
        app.screen.see("label", re.compile(f"^Creating {name}: downloading"))
        yield app, stalled


def begin(person: Person, name: str, *packages: str) -> None:
    """Ask for a new environment, up to the button that makes it."""
    person.press("ctrl+n")
    person.enter("text", "Name", name)
    person.choose_packages(*packages)
    person.click("push button", "Review")
    person.see_preview(f"Create {name}")
    person.click("push button", "Create")


def entries(root: Path) -> list[str]:
    envs = root / "envs"
    return sorted(entry.name for entry in envs.iterdir()) if envs.exists() else []


def works(prefix: Path) -> bool:
    code = "import pip, ssl"
    done = subprocess.run(
        [prefix / "bin" / "python", "-c", code], capture_output=True, timeout=60, check=False
    )
    return done.returncode == 0


def test_that_cancelling_puts_everything_back_before_the_window_goes(
    stage: Stage, empty_root: Path, server: ChannelServer
) -> None:
    with creating(stage, empty_root, server) as (app, _):
        app.person.press("alt+F4")
        app.screen.see("dialog", re.compile(QUESTION))
        app.person.take_picture("light-closing")
        app.person.click("push button", "Do not close")
        app.screen.see_none("dialog", re.compile(QUESTION))
        app.screen.see("label", re.compile("^Creating slow"))
        app.person.press("alt+F4")
        app.person.click("push button", "Cancel the work and put everything back")
        assert app.wait_for_end() == 0
        assert entries(empty_root) == []
        until(lambda: not app.relatives(), PATIENCE_S, "something still runs")


def test_that_waiting_closes_the_window_when_the_work_is_done(
    stage: Stage, empty_root: Path, server: ChannelServer
) -> None:
    with creating(stage, empty_root, server) as (app, stalled):
        app.person.press("alt+F4")
        app.person.click("push button", "Wait until it is done, then close")
        app.screen.see("label", "Envdesk closes as soon as the work is done.")
        assert app.is_running
        server.faults.remove(stalled)
        assert app.wait_for_end() == 0
    assert entries(empty_root) == ["slow"]
    assert works(empty_root / "envs" / "slow")


def test_that_the_work_goes_on_without_the_window_when_told_to(
    stage: Stage, empty_root: Path, server: ChannelServer
) -> None:
    with creating(stage, empty_root, server) as (app, stalled):
        app.person.press("alt+F4")
        app.person.click("push button", "Close the window and keep working")
        assert app.wait_for_end() == 0
        assert app.relatives() != []
        server.faults.remove(stalled)
        until(lambda: not app.relatives(), 60, "the work never ended")
    assert entries(empty_root) == ["slow"]
    assert works(empty_root / "envs" / "slow")


def test_that_a_killed_window_leaves_nothing_within_two_seconds(
    stage: Stage, empty_root: Path, server: ChannelServer
) -> None:
    with creating(stage, empty_root, server) as (app, _):
        assert len(app.relatives()) > 1
        app.kill()
        comes_true(lambda: entries(empty_root) == [] and not app.relatives(), 2)


def test_that_a_second_window_waits_its_turn_and_then_says_that_the_name_is_taken(
    stage: Stage, empty_root: Path, server: ChannelServer
) -> None:
    with creating(stage, empty_root, server) as (first, stalled):
        with Application(stage, empty_root) as second:
            begin(second.person, "slow")
            second.screen.see("label", "Creating slow: waiting for another window to finish")
            second.person.take_picture("light-two-windows")
            server.faults.remove(stalled)
            second.screen.see("label", re.compile("^slow could not be made. "))
            second.screen.see("list item", re.compile("^slow, Python"))
            second.person.take_picture("light-name-taken")
            assert second.close() == 0
        first.screen.see("label", "slow is ready.")
    assert entries(empty_root) == ["slow"]
    assert works(empty_root / "envs" / "slow")
