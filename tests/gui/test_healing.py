"""A broken environment in the real window: seen in the list, explained, repaired, seen clean."""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from engine.environments.registering import registered
from engine.health.values import Depth, FindingCode, HealthProgress
from engine.places import Places, places_below
from engine.plan import WarningCode
from engine.practice.environments import COURSE, TINY
from engine.practice.world import PracticeWorld, build_world
from engine.records import Mark
from engine.requests import ChannelPriority, RepairRequest
from gui.actions import EnvironmentAction
from gui.dialogs.preview import PreviewDialog, Stage
from gui.main_window import MainWindow
from gui.presenting import explain_warning
from gui.presenting.health import HealthState
from gui.settings import ChannelChoice, WindowSettings
from tests.support.environments import Package, make_environment
from tests.support.pypi import index_of, install_with_uv, project
from tests.support.windowing import click, opened_window, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="breaks it by POSIX means")


@pytest.fixture
def world(tmp_path: Path, channels_cache: Path) -> PracticeWorld:
    made = build_world(tmp_path / "w", cache_dir=channels_cache)
    prefix = made.envs / COURSE
    install_with_uv(prefix, made.simple.url, "--reinstall", "numerals==2.2.0")
    (prefix / "bin" / "tidepool").unlink()
    return made


@pytest.fixture
async def ward(
    qapp: QApplication, world: PracticeWorld, settings: WindowSettings
) -> AsyncIterator[MainWindow]:
    async with opened_window(places_below(world.root), settings, COURSE) as made:
        yield made


def stages(window: MainWindow) -> list[Stage]:
    return [dialog.stage for dialog in window.findChildren(PreviewDialog)]


def marks(window: MainWindow, prefix: Path) -> tuple[Mark, ...]:
    environment = window.model.environment(prefix)
    return environment.marks if environment is not None else ()


def state(window: MainWindow) -> HealthState:
    row = window.model.row_of(window.page.prefix or Path())
    return window.model.row_at(row).health


async def test_that_a_broken_environment_is_seen_explained_and_repaired(
    ward: MainWindow, world: PracticeWorld
) -> None:
    prefix = world.envs / COURSE
    page = ward.page
    await until(lambda: state(ward) is HealthState.BROKEN)
    assert page.tabs.tabText(page.tabs.indexOf(page.health)) == "Hea&lth (1)"
    index = ward.model.index(ward.model.row_of(prefix))
    assert "broken" in str(index.data(Qt.ItemDataRole.AccessibleTextRole))
    assert "broken" in str(index.data(Qt.ItemDataRole.ToolTipRole))
    page.tabs.setCurrentWidget(page.health)
    await until(lambda: len(page.health.cards) == 1)
    (card,) = page.health.cards
    assert card.finding.code is FindingCode.CONDA_OVERWRITTEN
    shown: list[HealthProgress] = []

    def note(progress: HealthProgress) -> None:
        shown.append(progress)

    page.health.show_progress = note
    click(page.health.deep)
    await until(lambda: Depth.DEEP in ward.health.of(prefix).depths)
    assert shown
    await until(lambda: len(page.health.cards) == len(ward.health.of(prefix).findings) > 1)
    click(page.health.repair_all)
    await until(lambda: [d for d in ward.findChildren(PreviewDialog) if d.stage is Stage.SHOWING])
    (dialog,) = ward.findChildren(PreviewDialog)
    assert dialog.plan is not None
    assert {change.name for change in dialog.plan.changes} == {"numerals", "tidepool"}
    assert any(text.startswith("Put back:") for text in dialog.page.repairing.sentences())
    click(dialog.go)
    await until(lambda: state(ward) is HealthState.SOUND)
    await until(lambda: not page.health.cards)
    assert page.health.summary() == "No problems found"
    assert (prefix / "bin" / "tidepool").exists()


async def test_that_damage_that_no_folder_tells_of_turns_the_dot_by_itself(
    qapp: QApplication, places: Places, settings: WindowSettings
) -> None:
    packages = [Package("pip", distribution="pip"), Package("kite")]
    prefix = make_environment(places.envs / "quiet", packages, files=True)
    (prefix / "bin" / "pip").write_text("#!/usr/bin/env python\n")
    (prefix / "bin" / "python").chmod(0o755)
    async with opened_window(places, settings, "quiet") as window:
        await until(lambda: state(window) is HealthState.SOUND)
        record = next((prefix / "conda-meta").glob("kite-*.json"))
        whole = record.read_bytes()
        with record.open("r+b") as file:
            file.truncate(7)
        await until(lambda: state(window) is HealthState.BROKEN)
        with record.open("r+b") as file:
            file.write(whole)
        await until(lambda: state(window) is HealthState.SOUND)


async def test_that_an_ignored_finding_leaves_the_dot_and_comes_back(ward: MainWindow) -> None:
    page = ward.page
    await until(lambda: state(ward) is HealthState.BROKEN)
    page.tabs.setCurrentWidget(page.health)
    await until(lambda: len(page.health.cards) == 1)
    click(page.health.cards[0].ignore)
    await until(lambda: state(ward) is HealthState.SOUND)
    await until(lambda: len(page.health.ignored) == 1)
    page.health.ignored[0].show_again.click()
    await until(lambda: state(ward) is HealthState.BROKEN)


async def test_that_what_is_known_is_shown_while_it_is_looked_at_again(ward: MainWindow) -> None:
    page = ward.page
    await until(lambda: state(ward) is HealthState.BROKEN)
    waits: list[bool] = []
    page.health.show_loading = lambda: waits.append(True)
    page.tabs.setCurrentWidget(page.health)
    assert not page.is_loaded
    timer = page.findChild(QTimer, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert isinstance(timer, QTimer)
    timer.timeout.emit()
    await until(lambda: len(page.health.cards) == 1)
    assert waits == []


async def test_that_repair_all_tells_what_it_mends_in_another_way_and_what_it_leaves(
    ward: MainWindow, world: PracticeWorld, tmp_path: Path
) -> None:
    prefix = world.envs / COURSE
    page = ward.page
    await until(lambda: state(ward) is HealthState.BROKEN)
    page.tabs.setCurrentWidget(page.health)
    index = index_of(tmp_path / "more", project("kite", "1.0", "wind"))
    install_with_uv(prefix, index, "kite")
    await until(lambda: len(page.health.cards) == 2)
    cards = {card.finding.code: card for card in page.health.cards}
    missing = cards[FindingCode.REQUIREMENT_MISSING]
    assert [way.text() for way in missing.ways] == ["Repair", "Remove kite"]
    click(page.health.repair_all)
    await until(lambda: stages(ward) == [Stage.SHOWING], seconds=90)
    (dialog,) = ward.findChildren(PreviewDialog)
    assert dialog.plan is not None
    told = {each.code: explain_warning(each, dialog.plan.request) for each in dialog.plan.warnings}
    assert told[WarningCode.REPAIR_OTHER_WAY].sentence == (
        "Another way than usual for wind: Removes kite."
    )
    assert {change.name for change in dialog.plan.changes} == {"numerals", "kite"}
    dialog.close()


async def test_that_the_other_way_of_a_card_is_planned_with_the_channels_of_the_environment(
    ward: MainWindow, world: PracticeWorld, settings: WindowSettings
) -> None:
    page = ward.page
    choice = ChannelChoice((world.channels[0].url,), ChannelPriority.DISABLED)
    settings.set_channel_choice(world.envs / COURSE, choice)
    await until(lambda: state(ward) is HealthState.BROKEN)
    page.tabs.setCurrentWidget(page.health)
    await until(lambda: len(page.health.cards) == 1)
    click(page.health.cards[0].ways[1])
    await until(lambda: stages(ward) == [Stage.SHOWING], seconds=90)
    (dialog,) = ward.findChildren(PreviewDialog)
    assert dialog.plan is not None
    assert isinstance(dialog.plan.request, RepairRequest)
    assert (dialog.plan.request.channels, dialog.plan.request.priority) == (
        choice.channels,
        choice.priority,
    )
    steps = dialog.plan.repairing.dropped if dialog.plan.repairing is not None else ()
    assert [name.partition("-")[0] for name in steps] == ["numerals"]
    dialog.close()


async def test_that_an_environment_that_is_gone_is_shown_and_taken_off_the_list(
    ward: MainWindow, world: PracticeWorld
) -> None:
    prefix = world.envs / TINY
    page = ward.page
    await until(lambda: ward.model.row_of(prefix) >= 0)
    shutil.rmtree(prefix)
    await until(lambda: Mark.MISSING in marks(ward, prefix))
    row = ward.model.row_at(ward.model.row_of(prefix))
    assert "folder is gone" in row.second_line()
    ward.sidebar.choose_environment(prefix)
    page.tabs.setCurrentWidget(page.health)
    await until(lambda: page.prefix == prefix and len(page.health.cards) == 1)
    (card,) = page.health.cards
    assert card.finding.code is FindingCode.PREFIX_GONE
    click(card.ways[0])
    await until(lambda: stages(ward) == [Stage.SHOWING], seconds=90)
    (dialog,) = ward.findChildren(PreviewDialog)
    assert dialog.windowTitle() == f"Take {TINY} off the list"
    dialog.close()
    await until(lambda: not ward.findChildren(PreviewDialog))
    ward.act(EnvironmentAction.REMOVE, prefix)
    await until(lambda: stages(ward) == [Stage.SHOWING], seconds=90)
    (dialog,) = ward.findChildren(PreviewDialog)
    assert dialog.windowTitle() == f"Take {TINY} off the list"
    assert dialog.go.text() == "&Take off the list"
    click(dialog.go)
    await until(lambda: ward.model.row_of(prefix) < 0)
    assert prefix not in registered(places_below(world.root))
