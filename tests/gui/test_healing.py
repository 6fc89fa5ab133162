"""A broken environment in the real window: seen in the list, explained, repaired, seen clean."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from engine.health.values import Depth, FindingCode, HealthProgress
from engine.places import places_below
from engine.practice.environments import COURSE
from engine.practice.world import PracticeWorld, build_world
from gui.dialogs.preview import PreviewDialog, Stage
from gui.main_window import MainWindow
from gui.presenting.health import HealthState
from gui.settings import WindowSettings
from tests.support.pypi import install_with_uv
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
    await until(lambda: state(ward) is HealthState.SOUND, seconds=60)
    await until(lambda: not page.health.cards)
    assert page.health.summary() == "No problems found"
    assert (prefix / "bin" / "tidepool").exists()


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
