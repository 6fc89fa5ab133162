from __future__ import annotations

from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from engine.events import TaskState
from engine.practice import EXTRA_CHANNEL, ChannelServer
from engine.requests import ChannelPriority, CreateRequest
from engine.session import Engine
from gui.dialogs.create import CreateForm
from gui.dialogs.preview import Stage
from tests.support.dialogs import opened_create
from tests.support.windowing import click, press, type_text, until


def choose_python(form: CreateForm, version: str) -> None:
    row = form.python.box.findData(version)
    form.python.box.setCurrentIndex(row)
    form.python.box.activated.emit(row)


async def test_that_the_form_begins_in_the_name_with_the_configured_channels(
    engine: Engine, house: QWidget, server: ChannelServer
) -> None:
    dialog, form = await opened_create(engine, house)
    configuration = await engine.configuration()
    assert form.channels.channels() == (server.url_of("practice-main"),)
    strict = configuration.priority is ChannelPriority.STRICT
    assert form.channels.strict.isChecked() is strict
    assert dialog.focusWidget() is form.placing.name
    assert not dialog.go.isEnabled()


async def test_that_the_newest_python_of_the_channels_is_chosen_by_itself(
    engine: Engine, house: QWidget, server: ChannelServer
) -> None:
    _, form = await opened_create(engine, house)
    box = form.python.box
    await until(lambda: box.count() > 2)
    versions = await engine.python_versions(form.channels.channels())
    assert form.python.version() == versions[0]
    offered = [box.itemData(row) for row in range(box.count())]
    assert offered[: len(versions)] == list(versions)
    assert "" in offered
    await until(lambda: not form.python.message.text())
    await until(lambda: "tidepool" in form.packages.known_names)


async def test_that_nothing_moves_while_the_channels_are_asked(
    engine: Engine, house: QWidget, server: ChannelServer
) -> None:
    stall = server.faults.stall("*/repodata*")
    dialog, form = await opened_create(engine, house)
    await until(form.python.loading.text)
    below = form.packages.mapTo(dialog, QPoint(0, 0))
    server.faults.remove(stall)
    await until(lambda: form.python.box.count() > 2)
    assert form.python.loading.text() == ""
    await until(lambda: form.packages.mapTo(dialog, QPoint(0, 0)) == below)


async def test_that_an_unreachable_channel_is_said_in_place_and_asked_again_on_demand(
    engine: Engine, house: QWidget, server: ChannelServer
) -> None:
    fault = server.faults.fail("*/repodata*", 503)
    _, form = await opened_create(engine, house)
    await until(form.python.message.offer)
    assert "practice-main" in form.python.message.text()
    assert form.python.specs() == ("python",)
    server.faults.remove(fault)
    form.python.message.take_offer()
    await until(lambda: form.python.box.count() > 2)
    assert form.python.version()


async def test_that_choices_become_a_request(engine: Engine, house: QWidget) -> None:
    dialog, form = await opened_create(engine, house)
    await until(lambda: form.python.box.count() > 2)
    version = form.python.version()
    type_text(form.placing.name, "第一个 env")
    form.packages.add("numerals<2")
    form.packages.entry.setText("tidepool")
    form.channels.entry.setText("bioconda")
    click(form.channels.add)
    click(form.channels.flexible)
    request = form.request()
    assert request == CreateRequest(
        prefix=form.placing.folder() / "第一个 env",
        channels=form.channels.channels(),
        priority=ChannelPriority.FLEXIBLE,
        python=version,
        specs=("numerals<2", "tidepool"),
    )
    assert dialog.go.isEnabled()
    choose_python(form, "")
    request = form.request()
    assert isinstance(request, CreateRequest)
    assert request.python == ""


async def test_that_a_python_among_the_packages_outdoes_the_choice(
    engine: Engine, house: QWidget
) -> None:
    _, form = await opened_create(engine, house)
    form.placing.name.setText("course")
    form.packages.add("python=3.12")
    request = form.request()
    assert isinstance(request, CreateRequest)
    assert (request.python, request.specs) == ("", ("python=3.12",))


async def test_that_an_environment_is_made_from_the_keyboard(
    engine: Engine, house: QWidget
) -> None:
    dialog, form = await opened_create(engine, house)
    choose_python(form, "")
    submitted: list[object] = []
    dialog.submitted.connect(submitted.append)
    type_text(form.placing.name, "第一个 env")
    form.packages.entry.setFocus()
    type_text(form.packages.entry, "glyphs")
    press(form.packages.entry, Qt.Key.Key_Return)
    press(form.packages.entry, Qt.Key.Key_Return)
    assert dialog.stage is Stage.PLANNING
    await until(lambda: dialog.stage is not Stage.PLANNING)
    assert dialog.stage is Stage.SHOWING, dialog.failure_sentence()
    plan = dialog.plan
    assert plan is not None
    assert [change.name for change in plan.changes] == ["glyphs"]
    press(dialog, Qt.Key.Key_Return)
    assert submitted == [task.id for task in engine.tasks()]
    await until(lambda: engine.tasks()[0].state.is_final, 60)
    assert engine.tasks()[0].state is TaskState.SUCCEEDED
    assert (plan.prefix / "conda-meta" / "history").exists()


async def test_that_going_back_from_the_preview_keeps_everything(
    engine: Engine, house: QWidget
) -> None:
    dialog, form = await opened_create(engine, house)
    form.placing.name.setText("course")
    form.packages.add("glyphs")
    choose_python(form, "")
    asked = form.request()
    click(dialog.go)
    await until(lambda: dialog.stage is Stage.SHOWING)
    assert dialog.windowTitle() == "Create course"
    click(dialog.back)
    assert dialog.stage is Stage.ASKING
    assert form.request() == asked
    assert form.isVisible()
    click(dialog.go)
    await until(lambda: dialog.stage is Stage.SHOWING)
    press(dialog, Qt.Key.Key_Escape)
    assert dialog.stage is Stage.ASKING
    assert form.request() == asked
    click(dialog.go)
    await until(lambda: dialog.stage is Stage.SHOWING)
    dialog.close()
    assert not dialog.isVisible()
    assert engine.tasks() == ()


async def test_that_planning_can_be_stopped_and_nothing_is_lost_or_left_running(
    engine: Engine, house: QWidget, server: ChannelServer
) -> None:
    dialog, form = await opened_create(engine, house)
    await until(lambda: form.python.box.count() > 2)
    fault = server.faults.stall(f"/{EXTRA_CHANNEL}/*")
    form.placing.name.setText("course")
    form.channels.set_channels((server.url_of(EXTRA_CHANNEL),))
    asked = form.request()
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    click(dialog.go)
    assert dialog.stage is Stage.PLANNING
    assert not form.isEnabled()
    await until(lambda: len(server.requests) > 0)
    press(dialog, Qt.Key.Key_Escape)
    await until(lambda: dialog.stage is Stage.ASKING, 5)
    assert form.request() == asked
    assert form.isEnabled()
    assert dialog.failure_sentence() == ""
    server.faults.remove(fault)
    await until(lambda: not _planners() - before, 10)


def _planners() -> set[int]:
    found: set[int] = set()
    for child in psutil.Process().children(recursive=True):
        try:
            if child.status() != psutil.STATUS_ZOMBIE and "plan" in child.cmdline():
                found.add(child.pid)
        except psutil.Error:
            continue
    return found


async def test_that_a_request_without_a_solution_is_explained_with_the_form_as_it_was(
    engine: Engine, house: QWidget
) -> None:
    dialog, form = await opened_create(engine, house)
    form.placing.name.setText("course")
    form.packages.add("starchart", "moonrise")
    asked = form.request()
    click(dialog.go)
    await until(lambda: dialog.stage is not Stage.PLANNING)
    assert dialog.stage is Stage.ASKING
    assert dialog.failure_sentence() == "These packages cannot be installed together."
    assert form.request() == asked
    assert not Path(engine.places.envs / "course").exists()


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("tidpool", "There is no package called tidpool."),
        ("numpy<<>", "“numpy<<>” cannot be read as a package."),
    ],
)
async def test_that_a_package_which_does_not_exist_is_named(
    engine: Engine, house: QWidget, spec: str, sentence: str
) -> None:
    dialog, form = await opened_create(engine, house)
    form.placing.name.setText("course")
    form.packages.add(spec)
    click(dialog.go)
    await until(lambda: dialog.stage is not Stage.PLANNING)
    assert dialog.failure_sentence() == sentence


async def test_that_a_refusal_leaves_the_keyboard_where_it_was(
    engine: Engine, house: QWidget
) -> None:
    dialog, form = await opened_create(engine, house)
    form.placing.name.setText("course")
    form.packages.entry.setFocus()
    type_text(form.packages.entry, "tidpool")
    press(dialog, Qt.Key.Key_Return)
    await until(dialog.failure_sentence)
    assert dialog.stage is Stage.ASKING
    assert dialog.focusWidget() is form.packages.entry
