from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from engine.events import TaskState
from engine.places import Places
from engine.practice import ChannelServer
from engine.records import Mark
from engine.requests import ChangeRequest, ChannelPriority, CreateRequest, UpdateScope
from engine.session import Engine
from gui.dialogs import PreviewDialog
from gui.dialogs.channels import ChannelsDialog
from gui.dialogs.preview import Stage
from gui.dialogs.preview_page import WarningCard
from gui.dialogs.versions import VersionsDialog
from gui.main_window import MainWindow
from gui.models.basket import WishKind
from gui.package_actions import PackageAction
from gui.settings import ChannelChoice
from gui.views.packages import PackagesView
from tests.support.environments import make_environment
from tests.support.windowing import click, press, type_text, until

SPECS = ("firelily", "quarry")


@pytest.fixture
async def made(configured: Places, window: MainWindow) -> Path:
    """Return an environment of packages without Python, made and shown by the window."""
    engine = engine_of(window)
    prefix = configured.envs / "course"
    channels = (await engine.configuration()).effective_channels
    plan = await engine.plan(CreateRequest(prefix, channels, specs=SPECS, with_pip=False))
    task_id = engine.submit(plan)
    await until(lambda: next(t for t in engine.tasks() if t.id == task_id).state.is_final)
    await until(lambda: window.page.prefix == prefix and window.is_settled)
    await until(lambda: names(window.page.packages) == ["firelily", "quarry"])
    return prefix


def engine_of(window: MainWindow) -> Engine:
    return window.page.changing.engine


def names(view: PackagesView) -> list[str]:
    return [view.model.record_at(row).name for row in range(view.model.rowCount())]


async def offered(view: PackagesView, text: str) -> None:
    view.filter_box.clear()
    type_text(view.filter_box, text)
    await until(lambda: view.has_names)


async def reviewed(window: MainWindow) -> PreviewDialog:
    click(window.page.packages.bar.review)
    await until(lambda: [d for d in window.findChildren(PreviewDialog) if d.isVisible()])
    (dialog,) = [d for d in window.findChildren(PreviewDialog) if d.isVisible()]
    await until(lambda: dialog.stage is not Stage.PLANNING)
    assert dialog.stage is Stage.SHOWING, dialog.failure_sentence()
    return dialog


async def test_that_a_basket_of_changes_is_reviewed_and_carried_out_as_one(
    made: Path, window: MainWindow
) -> None:
    view = window.page.packages
    await offered(view, "mosa")
    assert [offer.title for offer in view.available.offers] == ["mosaic"]
    press(view.filter_box, Qt.Key.Key_Return)
    assert view.filter_box.text() == ""
    view.table.select_key("conda:quarry")
    press(view.table, Qt.Key.Key_Delete)
    assert names(view) == ["mosaic", "firelily", "quarry"]
    assert len(view.bar.rows()) == 2
    dialog = await reviewed(window)
    assert dialog.plan is not None
    changes = {(change.kind.value, change.name) for change in dialog.plan.changes}
    assert changes == {("add", "mosaic"), ("remove", "quarry")}
    click(dialog.go)
    assert not view.bar.isVisible()
    await until(lambda: engine_of(window).tasks()[-1].state.is_final)
    task = engine_of(window).tasks()[-1]
    assert task.state is TaskState.SUCCEEDED, task.failure
    await until(lambda: names(view) == ["firelily", "mosaic"])
    assert not view.bar.isVisible()
    assert {path.name.split("-")[0] for path in (made / "conda-meta").glob("*.json")} == {
        "firelily",
        "mosaic",
    }


async def test_that_a_basket_that_changes_nothing_cannot_be_applied_and_says_why(
    made: Path, window: MainWindow
) -> None:
    view = window.page.packages
    view.table.select_key("conda:quarry")
    press(view.table, Qt.Key.Key_U)
    dialog = await reviewed(window)
    assert dialog.plan is not None
    assert dialog.plan.changes == ()
    assert not dialog.go.isEnabled()
    assert "nothing to apply" in dialog.footnote()
    assert any("nothing newer" in text.text() for text in dialog.page.findChildren(QLabel))
    press(dialog, Qt.Key.Key_Return)
    assert engine_of(window).tasks()[1:] == ()


async def test_that_what_only_the_download_tells_leads_back_to_a_preview_that_tells_it(
    made: Path, window: MainWindow
) -> None:
    view = window.page.packages
    await offered(view, "bellringer")
    press(view.filter_box, Qt.Key.Key_Return)
    dialog = await reviewed(window)
    assert not [card for card in dialog.page.findChildren(WarningCard) if card.isVisible()]
    click(dialog.go)
    await until(lambda: engine_of(window).tasks()[-1].state is TaskState.FAILED)
    notice = window.tasks.notices()[-1]
    assert "bellringer would like to run a program" in notice.sentence()
    assert names(view) == ["bellringer", "firelily", "quarry"]  # in the basket again
    assert not list(made.glob("conda-meta/bellringer*"))
    assert notice.action.text() == "Look again"
    click(notice.action)
    await until(lambda: [d for d in window.findChildren(PreviewDialog) if d.isVisible()])
    (again,) = [d for d in window.findChildren(PreviewDialog) if d.isVisible()]
    await until(lambda: again.stage is Stage.SHOWING)
    (card,) = [card for card in again.page.findChildren(WarningCard) if card.isVisible()]
    assert "bellringer" in card.accessibleName()
    click(again.go)
    await until(lambda: engine_of(window).tasks()[-1].state.is_final)
    assert engine_of(window).tasks()[-1].state is TaskState.SUCCEEDED
    assert list(made.glob("conda-meta/bellringer*"))
    assert not window.page.changing.baskets.of(made).wishes


async def test_that_what_cannot_be_is_said_with_ways_around_it_that_work_in_place(
    made: Path, window: MainWindow
) -> None:
    await offered(window.page.packages, "icemoss")
    press(window.page.packages.filter_box, Qt.Key.Key_Return)
    dialog = await reviewed(window)
    assert dialog.plan is not None
    assert dialog.plan.is_blocked
    assert not dialog.go.isEnabled()
    (card,) = [card for card in dialog.page.findChildren(WarningCard) if card.isVisible()]
    assert "icemoss" in card.accessibleName()
    ways = {way.text(): way for way in card.ways()}
    assert "Remove firelily for it" in ways
    click(ways["Remove firelily for it"])
    await until(lambda: dialog.stage is Stage.SHOWING)
    assert not dialog.plan.is_blocked
    assert dialog.go.isEnabled()
    dialog.reject()
    basket = window.page.changing.baskets.of(made)
    assert [(wish.kind, wish.name) for wish in basket.wishes] == [
        (WishKind.ADD, "icemoss"),
        (WishKind.REMOVE, "firelily"),
    ]
    again = await reviewed(window)
    assert again.plan is not None
    assert not again.plan.is_blocked


async def test_that_the_reach_of_a_change_is_chosen_in_the_preview(
    made: Path, window: MainWindow
) -> None:
    view = window.page.packages
    view.table.select_key("conda:quarry")
    press(view.table, Qt.Key.Key_U)
    dialog = await reviewed(window)
    segments = dialog.page.reach.segments
    assert segments.value is UpdateScope.KEEP
    segments.choose(UpdateScope.ALL)
    assert dialog.stage is Stage.PLANNING
    await until(lambda: dialog.stage is Stage.SHOWING)
    assert dialog.plan is not None
    request = dialog.plan.request
    assert getattr(request, "scope", None) is UpdateScope.ALL
    assert segments.value is UpdateScope.ALL
    dialog.reject()


async def test_that_a_version_is_picked_from_a_channel(made: Path, window: MainWindow) -> None:
    view = window.page.packages
    view.table.select_key("conda:quarry")
    press(view.table, Qt.Key.Key_V)
    await until(lambda: window.findChildren(VersionsDialog))
    (dialog,) = window.findChildren(VersionsDialog)
    await until(dialog.model.rowCount)
    candidate = dialog.candidate()
    assert candidate is not None
    assert candidate.is_installed
    assert not dialog.take.isEnabled()
    assert candidate.source == "practice-main"
    dialog.reject()


async def test_that_channels_are_chosen_for_one_environment_and_remembered(
    made: Path, window: MainWindow, server: ChannelServer
) -> None:
    view = window.page.packages
    view.channels_requested.emit()
    await until(lambda: window.findChildren(ChannelsDialog))
    (dialog,) = window.findChildren(ChannelsDialog)
    assert dialog.usual.isHidden()
    extra = server.url_of("practice-extra")
    dialog.editor.set_channels((*dialog.editor.channels(), extra))
    dialog.editor.set_priority(ChannelPriority.STRICT)
    click(dialog.save)
    choice = window.page.changing.settings.channel_choice(made)
    assert choice is not None
    assert choice.channels[-1] == extra
    assert choice.priority is ChannelPriority.STRICT
    await offered(view, "papyrus")
    assert view.available.offers[0].wishes[0].spec == "papyrus"
    press(view.filter_box, Qt.Key.Key_Return)
    wish = window.page.changing.baskets.of(made).wishes[0]
    assert (wish.kind, wish.spec) == (WishKind.ADD, "papyrus")


async def test_that_the_channel_picked_for_one_package_is_remembered_at_its_next_update(
    made: Path, window: MainWindow, server: ChannelServer
) -> None:
    main, extra = (server.url_of(f"practice-{name}") for name in ("main", "extra"))
    choice = ChannelChoice((main, extra), ChannelPriority.STRICT)
    window.page.changing.settings.set_channel_choice(made, choice)
    view = window.page.packages
    await offered(view, "numerals")
    press(view.filter_box, Qt.Key.Key_Return)
    view.table.select_key(view.model.record_at(names(view).index("numerals")).key)
    press(view.table, Qt.Key.Key_V)
    await until(lambda: window.findChildren(VersionsDialog))
    (picker,) = window.findChildren(VersionsDialog)
    await until(picker.model.rowCount)
    rows = (picker.model.record_at(row) for row in range(picker.model.rowCount()))
    picker.table.select_key(
        next(e.key for e in rows if (e.version, e.source) == ("1.0.0", "practice-extra"))
    )
    click(picker.take)
    click((await reviewed(window)).go)
    await until(lambda: engine_of(window).tasks()[-1].state.is_final)
    assert engine_of(window).tasks()[-1].state is TaskState.SUCCEEDED
    await until(lambda: "numerals" in names(view) and not view.bar.isVisible())
    view.table.select_key("conda:numerals")
    press(view.table, Qt.Key.Key_U)
    again = await reviewed(window)
    assert again.plan is not None
    (change,) = again.plan.changes
    assert change.after is not None
    assert (change.after.version, change.after.source.name) == ("1.4.2", "practice-extra")
    again.reject()


async def test_that_the_focus_goes_to_the_packages_when_the_basket_goes(
    made: Path, window: MainWindow
) -> None:
    view = window.page.packages
    for key in ("conda:quarry", "conda:firelily"):
        view.table.select_key(key)
        view.act(PackageAction.REMOVE)
    view.bar.disclosure.set_open(True)
    view.bar.rows()[0].drop.setFocus()
    press(view.bar.rows()[0].drop, Qt.Key.Key_Space)
    assert window.focusWidget() is view.bar.review
    dialog = await reviewed(window)
    press(dialog.go, Qt.Key.Key_Space)
    assert not view.bar.isVisible()
    assert window.focusWidget() is view.table
    await until(lambda: engine_of(window).tasks()[-1].state.is_final)
    await until(lambda: len(names(view)) == 1)
    assert window.focusWidget() is view.table


async def test_that_each_environment_has_a_basket_of_its_own(
    places: Places, window: MainWindow
) -> None:
    one = make_environment(places.envs / "one", ["numpy"])
    two = make_environment(places.envs / "two", ["numpy"])
    window.refresh()
    await until(lambda: window.model.total == 2)
    view = window.page.packages
    for prefix in (one, two):
        window.sidebar.choose_environment(prefix)
        await until(lambda here=prefix: window.page.prefix == here and window.is_settled)
        assert not view.bar.isVisible()
        view.table.select_key("conda:numpy")
        view.act(PackageAction.REMOVE)
        assert view.bar.isVisible()
    window.sidebar.choose_environment(one)
    await until(lambda: window.page.prefix == one and window.is_settled)
    assert len(view.bar.rows()) == 1
    click(view.bar.discard)
    assert not view.bar.isVisible()
    assert len(window.page.changing.baskets.of(two)) == 1


async def test_that_a_frozen_environment_takes_no_wishes_and_says_why(
    places: Places, window: MainWindow
) -> None:
    frozen = make_environment(places.envs / "fixed", ["numpy"])
    (frozen / "conda-meta" / "frozen").write_text("{}")
    window.refresh()
    await until(lambda: window.page.prefix == frozen and window.is_settled)
    environment = window.model.environment(frozen)
    assert environment is not None
    assert Mark.FROZEN in environment.marks
    view = window.page.packages
    view.table.select_key("conda:numpy")
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_U):
        press(view.table, key)
    assert not view.bar.isVisible()
    type_text(view.filter_box, "git+https://example.org/x.git")
    refusal, other = view.available.offers
    assert "frozen" in refusal.note
    assert not refusal.wishes
    assert other.is_elsewhere


async def test_that_channels_that_cannot_be_reached_are_said_and_asked_again(
    places: Places, window: MainWindow
) -> None:
    prefix = make_environment(places.envs / "one", ["numpy"])
    window.page.changing.settings.set_channel_choice(
        prefix, ChannelChoice(("http://127.0.0.1:9/nowhere",))
    )
    window.refresh()
    await until(lambda: window.page.prefix == prefix and window.is_settled)
    view = window.page.packages
    type_text(view.filter_box, "scipy")
    assert "Asking the channels" in view.available.state()
    await until(lambda: "Asking" not in view.available.state())
    assert "cannot be reached" in view.available.state()
    assert view.available.isVisible()


async def test_that_a_pinned_package_is_marked_and_stays_when_others_are_updated(
    configured: Places, window: MainWindow
) -> None:
    engine, view = engine_of(window), window.page.packages
    prefix = configured.envs / "course"
    channels = (await engine.configuration()).effective_channels
    specs = ("python", "almanac <2026", "numerals <2.1")
    plan = await engine.plan(CreateRequest(prefix, channels, specs=specs, with_pip=False))
    task_id = engine.submit(plan)
    await until(lambda: next(t for t in engine.tasks() if t.id == task_id).state.is_final)
    await until(lambda: "almanac" in names(view) and window.is_settled)
    view.table.select_key("conda:almanac")
    view.act(PackageAction.PIN)
    pinned = prefix / "conda-meta" / "pinned"
    await until(pinned.exists)
    assert pinned.read_text() == "almanac ==2025.3\n"
    await until(lambda: "almanac" in view.model.pins)
    column = view.model.column_of("version")
    tip = view.model.index(view.model.row_of("conda:almanac"), column).data(
        Qt.ItemDataRole.ToolTipRole
    )
    assert "almanac ==2025.3" in tip
    request = ChangeRequest(prefix, channels, update=("numerals", "almanac"))
    changes = {change.name for change in (await engine.plan(request)).changes}
    assert "numerals" in changes
    assert "almanac" not in changes
    view.act(PackageAction.UNPIN)
    await until(lambda: not view.model.pins)
    assert not pinned.exists()
    assert "almanac" in {change.name for change in (await engine.plan(request)).changes}


async def test_that_a_path_is_looked_at_beside_the_window(
    window: MainWindow, made: Path, tmp_path: Path
) -> None:
    view = window.page.packages
    type_text(view.filter_box, str(tmp_path / "nothing-here.whl"))
    assert view.available.offers == ()
    await until(lambda: view.available.offers)
    assert "no such file" in view.available.offers[0].note
