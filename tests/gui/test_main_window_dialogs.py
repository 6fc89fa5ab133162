"""The main window opens the dialogs of what is wished, or says why it cannot be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.records import Mark, RecordKind
from gui.actions import EnvironmentAction
from gui.dialogs.create import CreateForm
from gui.main_window import MainWindow
from gui.models.basket import Wish, WishKind
from tests.support.main_window import at_rest, dialogs, opened
from tests.support.windowing import until


@pytest.mark.parametrize(
    ("action", "title"),
    [
        (EnvironmentAction.CLONE, "Clone"),
        (EnvironmentAction.RENAME, "Rename"),
        (EnvironmentAction.REMOVE, "Remove"),
    ],
)
async def test_that_changes_open_their_dialog_over_the_window(
    envs: Path, window: MainWindow, action: EnvironmentAction, title: str
) -> None:
    await at_rest(window)
    window.act(action, envs / "zoo")
    dialog = await opened(window)
    assert title in dialog.windowTitle()
    dialog.reject()


async def test_that_base_cannot_be_removed_or_renamed_from_the_window(
    envs: Path, window: MainWindow
) -> None:
    await at_rest(window)
    environment = window.model.environment(envs / "zoo")
    assert environment is not None
    window.model.set_environments([replace(environment, marks=(Mark.BASE,))])
    window.act(EnvironmentAction.REMOVE, envs / "zoo")
    window.act(EnvironmentAction.RENAME, envs / "zoo")
    assert dialogs(window) == []


@pytest.mark.parametrize(
    ("marks", "said", "title"),
    [
        ((Mark.BASE, Mark.UNREADABLE), "holds conda itself", "New environment"),
        ((Mark.FROZEN,), "marked as frozen", "Clone course"),
    ],
)
async def test_that_the_note_about_what_must_stay_says_why_and_opens_what_can_be_done(
    envs: Path, window: MainWindow, marks: tuple[Mark, ...], said: str, title: str
) -> None:
    await at_rest(window)
    environment = window.model.environment(envs / "course")
    assert environment is not None
    window.model.set_environments([replace(environment, marks=marks)])
    window.page.show_row(window.model.row_at(0))
    assert said in window.page.header.note.text()
    assert window.page.header.note.isVisible()
    window.page.header.note.acted.emit()
    dialog = await opened(window)
    assert title in dialog.windowTitle()
    dialog.reject()
    await until(lambda: not dialogs(window))


async def test_that_what_base_cannot_take_opens_a_new_environment_filled_in(
    envs: Path, window: MainWindow
) -> None:
    await at_rest(window)
    wish = Wish(WishKind.ADD, RecordKind.CONDA, "scipy", "scipy >=1.11")
    window.page.packages.wished_elsewhere.emit((wish,))
    dialog = await opened(window)
    form = dialog.findChild(CreateForm)
    assert form is not None
    assert form.packages.specs() == ("scipy >=1.11",)
    assert form.placing.name.text() == "scipy"
    await until(form.channels.channels)
    dialog.reject()
    await until(lambda: not dialogs(window))


@pytest.mark.parametrize("mark", [Mark.BASE, Mark.FROZEN])
async def test_that_nothing_can_be_repaired_in_what_must_stay(
    envs: Path, window: MainWindow, mark: Mark
) -> None:
    await at_rest(window)
    health = window.page.health
    window.page.tabs.setCurrentWidget(health)
    await until(lambda: any(way.isEnabled() for card in health.cards for way in card.ways))
    environment = window.model.environment(envs / "course")
    assert environment is not None
    window.model.set_environments([replace(environment, marks=(mark,))])
    window.page.show_row(window.model.row_at(0))
    await until(lambda: health.cards)
    await until(lambda: not any(way.isEnabled() for card in health.cards for way in card.ways))
