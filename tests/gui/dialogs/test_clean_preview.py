from __future__ import annotations

from pathlib import Path

from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from engine.cache.values import (
    Choice,
    Cleaning,
    Cost,
    Duplicate,
    ItemKind,
    Preset,
    Relinking,
    Skipped,
    SkipReason,
)
from engine.plan import Figures, Plan
from engine.records import State
from engine.requests import CleanRequest, RelinkRequest, RemoveRequest, Request
from gui.dialogs.clean_preview import CleanPreview
from tests.support.disk_pictures import COURSE, DATA, MB, NOW, PIP, PKGS, thing

ARCHIVE = thing("numpy", 30 * MB, kind=ItemKind.ARCHIVE)
WHEEL = thing("mylib", 5 * MB, kind=ItemKind.WHEEL, cache=PIP, cost=Cost.BUILD)


def plan_of(
    request: Request,
    freed: int,
    cleaning: Cleaning | None = None,
    relinking: Relinking | None = None,
) -> Plan:
    return Plan(
        request,
        PKGS,
        State(),
        State(),
        (),
        Figures(freed_bytes=freed),
        (),
        "",
        NOW,
        cleaning=cleaning,
        relinking=relinking,
    )


def words(shown: CleanPreview) -> str:
    return "\n".join(each.text() for each in shown.findChildren(QLabel))


def preview(qtbot: QtBot, plan: Plan) -> CleanPreview:
    made = CleanPreview()
    qtbot.addWidget(made)
    made.show_plan(plan)
    return made


def test_that_each_kind_says_why_it_can_go_and_what_it_costs_later(qtbot: QtBot) -> None:
    cleaning = Cleaning((ARCHIVE, WHEEL), (), 30 * MB)
    request = CleanRequest(Choice(preset=Preset.EVERYTHING_UNUSED))
    shown = preview(qtbot, plan_of(request, 36 * MB, cleaning))
    assert shown.texts() == (
        "Downloaded packages (1 thing)",
        "Packages built here by pip (1 thing)",
        "Files that several of these share",
    )
    said = words(shown)
    assert "no environment needs them" in said
    assert "Building them again may take long." in said
    assert "1.0 MB" in said, "what only goes because both go"
    QAbstractItemModelTester(shown.model)
    names = [shown.model.record_at(row).name for row in range(shown.model.rowCount())]
    assert names == ["numpy 1.0", "mylib 1.0"]


def test_that_what_stays_is_named_with_its_reason(qtbot: QtBot) -> None:
    left = tuple(Skipped(Path(f"/pkgs/{at}"), f"lib{at}", SkipReason.LOCKED) for at in range(6))
    busy = Skipped(Path("/pkgs/x"), "python", SkipReason.IN_USE, "conda")
    cleaning = Cleaning((ARCHIVE,), (*left, busy), 0)
    shown = preview(qtbot, plan_of(CleanRequest(Choice()), 30 * MB, cleaning))
    said = words(shown)
    assert "7 things stay, although they were asked for." in said
    assert "lib0" in said
    assert "2 more" in said
    assert "(conda)" in said


def test_that_sharing_tells_each_environment_what_it_saves(qtbot: QtBot) -> None:
    copies = (
        Duplicate(COURSE, "numpy", "1.0", "0", ARCHIVE.path, 10, 20 * MB),
        Duplicate(DATA, "numpy", "1.0", "0", ARCHIVE.path, 10, 21 * MB),
        Duplicate(DATA, "scipy", "1.0", "0", ARCHIVE.path, 10, 4 * MB),
    )
    request = RelinkRequest((COURSE, DATA))
    shown = preview(qtbot, plan_of(request, 45 * MB, relinking=Relinking(copies, 30)))
    assert shown.texts() == ("course-2026", "数据分析")
    assert "25 MB" in words(shown)
    assert shown.model.rowCount() == 3


def test_that_other_plans_show_nothing_of_it(qtbot: QtBot) -> None:
    shown = preview(qtbot, plan_of(RemoveRequest(COURSE), 5))
    assert shown.isHidden()
    assert shown.texts() == ()
