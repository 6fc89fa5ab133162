from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psutil
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget

from engine.cache.values import Choice, Preset
from engine.events import TaskState
from engine.health.mending import Mend, MendKind, Repairing
from engine.health.values import RepairKind, RepairStep
from engine.plan import Figures, Plan, PlanWarning, Severity, WarningCode
from engine.records import Environment, State
from engine.requests import (
    ChangeRequest,
    CleanRequest,
    CloneRequest,
    CreateRequest,
    RemoveRequest,
    RenameRequest,
    RepairRequest,
)
from engine.session import Engine
from gui.dialogs import (
    PreviewDialog,
    clone_environment,
    remove_environment,
    rename_environment,
)
from gui.dialogs.changes_view import ChangesView
from gui.dialogs.clone import CloneForm, RenameForm
from gui.dialogs.preview import Stage
from gui.dialogs.preview_page import PreviewPage, WarningCard
from gui.presenting.repairs import repair_sentence
from gui.widgets import ElidedLabel
from tests.support.environments import make_environment, numbered_packages
from tests.support.windowing import click, press, until


def warned(*severities: Severity) -> Plan:
    request = CreateRequest(Path("/envs/course"), ("conda-forge",))
    warnings = tuple(
        PlanWarning(code, severity, "")
        for code, severity in zip(WarningCode, severities, strict=False)
    )
    now = datetime.now(UTC)
    figures = Figures(download_bytes=1)
    return Plan(request, request.prefix, State(), State(), (), figures, warnings, "", now)


async def environment(engine: Engine, name: str = "course", packages: int = 40) -> Environment:
    prefix = make_environment(engine.places.envs / name, numbered_packages(packages), files=True)
    found = await engine.environments()
    return next(one for one in found if one.prefix == prefix)


def cards(widget: QWidget) -> list[WarningCard]:
    return [card for card in widget.findChildren(WarningCard) if card.isVisibleTo(widget)]


async def shown(dialog: PreviewDialog) -> PreviewDialog:
    await until(lambda: dialog.stage is not Stage.PLANNING)
    assert dialog.stage is Stage.SHOWING, dialog.failure_sentence()
    return dialog


def test_that_warnings_stand_loudest_first_and_say_how_loud_they_are(house: QWidget) -> None:
    page = PreviewPage(house)
    page.show_plan(warned(Severity.NOTE, Severity.BLOCKING, Severity.WARNING, Severity.DANGER))
    layers = [card.accessibleName().partition(":")[0] for card in cards(page)]
    assert layers == ["Not possible", "Danger", "Warning", "Note"]
    page.show_plan(warned(Severity.NOTE))
    assert len(cards(page)) == 1


def test_that_a_repair_says_what_it_does_and_counts_what_python_made_apart(house: QWidget) -> None:
    page = PreviewPage(house)
    steps = (RepairStep(RepairKind.REWRITE_PREFIX, "/envs/before"),)
    paths = ("bin/tidepool", "lib/a.pyc", "lib/b.pyc")
    mends = tuple(Mend(MendKind.REWRITTEN, path) for path in paths)
    request = RepairRequest(Path("/envs/course"), ("conda-forge",), steps=steps)
    page.show_plan(replace(warned(), request=request, repairing=Repairing(mends)))
    said = [label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page)]
    assert repair_sentence(steps) in said
    assert page.repairing.sentences() == (
        "Corrected, because another folder is named in it: tidepool.",
        "The same with 2 helper files that Python makes by itself.",
    )
    page.show_plan(warned())
    said = [label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page)]
    assert repair_sentence(steps) not in said


def test_that_a_cleaning_names_the_caches_and_no_folder_that_is_not_there(house: QWidget) -> None:
    page = PreviewPage(house)
    caches = (Path("/home/li/pkgs"), Path("/home/li/.cache/pip"))
    request = CleanRequest(Choice(preset=Preset.SAFE), caches=caches)
    page.show_plan(replace(warned(), request=request, prefix=caches[0] / "cleaning"))
    said = [label.whole() for label in page.findChildren(ElidedLabel)]
    assert any(all(str(cache) in text for cache in caches) for text in said)
    assert not any("cleaning" in text for text in said)


def test_that_a_protected_environment_has_no_choice_of_how_far_a_change_may_reach(
    house: QWidget,
) -> None:
    page = PreviewPage(house)
    open_plan = replace(warned(), request=ChangeRequest(Path("/envs/base"), ("conda-forge",)))
    page.show_plan(open_plan)
    assert page.reach.isVisibleTo(page)
    for code in (WarningCode.ENVIRONMENT_PROTECTED, WarningCode.ENVIRONMENT_FROZEN):
        closed = replace(open_plan, warnings=(PlanWarning(code, Severity.BLOCKING, ""),))
        page.show_plan(closed)
        assert not page.reach.isVisibleTo(page)
    page.show_plan(open_plan)
    assert page.reach.isVisibleTo(page)
    page.show_plan(warned())  # the new environment that was offered instead
    assert not page.reach.isVisibleTo(page)


async def test_that_one_click_takes_the_way_around_a_warning_and_plans_again_in_place(
    engine: Engine, house: QWidget
) -> None:
    channels = (await engine.configuration()).effective_channels
    request = CreateRequest(
        engine.places.envs / "course", channels, specs=("python",), with_pip=False
    )
    dialog = PreviewDialog(engine, request, house)
    dialog.open()
    assert dialog.stage is Stage.PLANNING
    assert not dialog.go.isVisible()
    await shown(dialog)
    assert dialog.plan is not None
    assert [card for card in cards(dialog.page) if "no pip" in card.accessibleName()]
    ways = [
        choice
        for choice in dialog.page.findChildren(QPushButton)
        if choice.isVisible() and choice.text() == "Add pip"
    ]
    click(ways[0])
    assert dialog.stage is Stage.PLANNING
    assert dialog.page.isVisible()
    await shown(dialog)
    assert not [card for card in cards(dialog.page) if "no pip" in card.accessibleName()]
    assert "pip" in {change.name for change in dialog.plan.changes}
    assert engine.tasks() == ()


async def test_that_a_blocked_plan_cannot_be_applied_and_says_why(
    engine: Engine, house: QWidget
) -> None:
    blocked = warned(Severity.NOTE, Severity.BLOCKING)

    class Blocked(Engine):
        async def plan(self, request: object) -> Plan:
            return blocked

    dialog = PreviewDialog(Blocked(engine.places), blocked.request, house)
    dialog.open()
    await shown(dialog)
    assert not dialog.go.isEnabled()
    assert dialog.footnote() in cards(dialog.page)[0].accessibleName()
    press(dialog, Qt.Key.Key_Return)
    assert dialog.stage is Stage.SHOWING


async def test_that_enter_alone_removes_nothing(engine: Engine, house: QWidget) -> None:
    old = await environment(engine)
    dialog = await shown(remove_environment(engine, old, house))
    assert dialog.windowTitle() == "Remove course"
    assert dialog.focusWidget() is dialog.cancel
    press(dialog, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    assert engine.tasks() == ()
    assert old.prefix.exists()


async def test_that_a_removal_shows_what_goes_and_carries_it_out(
    engine: Engine, house: QWidget
) -> None:
    old = await environment(engine)
    (old.prefix / "notes.txt").write_text("mine")
    submitted: list[object] = []
    dialog = await shown(remove_environment(engine, old, house))
    dialog.submitted.connect(submitted.append)
    view = dialog.findChild(ChangesView)
    assert view is not None
    assert view.changes.shown_count() == 41
    assert any("notes.txt" in card.accessibleName() for card in cards(dialog.page))
    click(dialog.go)
    assert len(submitted) == 1
    await until(lambda: engine.tasks()[0].state.is_final)
    assert engine.tasks()[0].state is TaskState.SUCCEEDED
    assert not old.prefix.exists()


async def test_that_a_long_list_can_be_searched_and_a_short_one_needs_no_search(
    engine: Engine, house: QWidget
) -> None:
    many, few = await environment(engine), await environment(engine, "small", packages=3)
    dialog = await shown(remove_environment(engine, many, house))
    field = dialog.page.findChild(QLineEdit)
    assert field is not None
    assert field.isVisible()
    field.setText("package-01")
    view = dialog.findChild(ChangesView)
    assert view is not None
    assert view.changes.shown_count() == 10
    field.setText("nobody has this")
    assert view.changes.shown_count() == 0
    dialog.reject()
    dialog = await shown(remove_environment(engine, few, house))
    field = dialog.page.findChild(QLineEdit)
    assert field is not None
    assert not field.isVisible()


async def test_that_what_is_refused_without_a_form_can_be_tried_again(
    engine: Engine, house: QWidget
) -> None:
    there = await environment(engine)
    gone = replace(there, prefix=engine.places.envs / "gone")
    dialog = remove_environment(engine, gone, house)
    await until(lambda: dialog.stage is Stage.REFUSED)
    assert "gone" in dialog.failure_sentence()
    make_environment(gone.prefix, numbered_packages(3), files=True)
    click(dialog.go)
    await shown(dialog)
    assert dialog.failure_sentence() == ""


async def test_that_closing_the_dialog_ends_the_planning(engine: Engine, house: QWidget) -> None:
    there = await environment(engine)
    dialog = remove_environment(engine, there, house)
    assert dialog.stage is Stage.PLANNING
    assert dialog.cancel.text() == "&Stop"
    press(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


async def test_that_a_clone_is_named_after_its_original_and_planned(
    engine: Engine, house: QWidget
) -> None:
    original = await environment(engine)
    make_environment(engine.places.envs / "course-copy")
    dialog = clone_environment(engine, original, house)
    await until(dialog.isVisible)
    form = dialog.findChild(CloneForm)
    assert form is not None
    assert form.placing.name.text() == "course-copy-2"
    assert dialog.focusWidget() is form.placing.name
    await until(lambda: form.placing.location.count() > 1)
    assert form.request() == CloneRequest(original.prefix, engine.places.envs / "course-copy-2")
    press(form.placing.name, Qt.Key.Key_Return)
    await shown(dialog)
    assert dialog.windowTitle() == "Clone course as course-copy-2"


async def test_that_a_rename_begins_with_the_present_name_and_needs_another(
    engine: Engine, house: QWidget
) -> None:
    original = await environment(engine)
    dialog = rename_environment(engine, original, house)
    await until(dialog.isVisible)
    form = dialog.findChild(RenameForm)
    assert form is not None
    assert form.placing.name.selectedText() == "course"
    assert not dialog.go.isEnabled()
    form.placing.name.setText("lecture")
    assert form.request() == RenameRequest(original.prefix, engine.places.envs / "lecture")
    click(dialog.go)
    await shown(dialog)
    assert dialog.go.text() == "&Rename"
    click(dialog.go)
    await until(lambda: engine.tasks() and engine.tasks()[0].state.is_final)
    assert engine.tasks()[0].state is TaskState.SUCCEEDED, engine.tasks()[0].failure
    assert (engine.places.envs / "lecture" / "conda-meta").exists()
    assert not original.prefix.exists()


async def test_that_removing_a_frozen_environment_is_refused_in_words(
    engine: Engine, house: QWidget
) -> None:
    there = await environment(engine)
    request = RemoveRequest(there.prefix)
    frozen = there.prefix / "conda-meta" / "frozen"
    frozen.write_text("{}")
    dialog = PreviewDialog(engine, request, house)
    dialog.open()
    await until(lambda: dialog.stage is Stage.REFUSED)
    assert "frozen" in dialog.failure_sentence()


def waiting_workers() -> list[int]:
    """Return the processes of ours that wait for a plan, or carry one out."""
    found: list[int] = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if "apply" in child.cmdline() and child.status() != psutil.STATUS_ZOMBIE:
                found.append(child.pid)
    return found


async def test_that_no_worker_waits_for_a_plan_that_was_put_away(
    engine: Engine, house: QWidget
) -> None:
    old = await environment(engine)
    for give_up in ("cancel", "close", "escape"):
        dialog = await shown(remove_environment(engine, old, house))
        await until(lambda: len(waiting_workers()) == 1)
        if give_up == "cancel":
            click(dialog.cancel)
        elif give_up == "close":
            dialog.close()
        else:
            press(dialog, Qt.Key.Key_Escape)
        await until(lambda: waiting_workers() == [])
    assert engine.tasks() == ()


async def test_that_no_worker_waits_while_the_form_is_filled_in_again(
    engine: Engine, house: QWidget
) -> None:
    dialog = clone_environment(engine, await environment(engine), house)
    await until(dialog.isVisible)
    form = dialog.findChild(CloneForm)
    assert form is not None
    await until(lambda: form.placing.location.count() > 1)
    press(form.placing.name, Qt.Key.Key_Return)
    await shown(dialog)
    await until(lambda: len(waiting_workers()) == 1)
    click(dialog.back)
    assert dialog.stage is Stage.ASKING
    await until(lambda: waiting_workers() == [])
    dialog.close()
