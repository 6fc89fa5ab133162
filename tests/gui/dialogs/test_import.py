"""The dialog that installs what a file asks for, on a real engine and real channels."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QWidget

from engine.events import TaskState
from engine.files.assigned import Side
from engine.files.values import FileKind
from engine.practice import ChannelServer
from engine.records import Environment
from engine.requests import ChangeRequest, CreateRequest
from engine.session import Engine
from gui.dialogs import PreviewDialog, import_files
from gui.dialogs.import_form import FileSource, ImportForm
from gui.dialogs.preview import Stage
from tests.support.changing import imported
from tests.support.pypi import index_of, point_pip_at, project
from tests.support.windowing import click, until


async def opened(
    engine: Engine, house: QWidget, source: FileSource, chosen: Environment | None = None
) -> tuple[PreviewDialog, ImportForm]:
    dialog = import_files(engine, source, chosen, house)
    await until(dialog.isVisible)
    form = dialog.findChild(ImportForm)
    assert form is not None
    await until(lambda: form.is_settled or form.message.offer())
    return dialog, form


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    folder = tmp_path / "course"
    folder.mkdir()
    file = folder / "requirements.txt"
    lines = (
        "numerals<2.1",
        "lantern",
        "# nothing",
        "git+https://git.example.org/gauge.git#egg=gauge",
        "--extra-index-url https://wheels.example.org/simple",
        "winter-quill ; sys_platform == 'an-unknown-system'",
    )
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def choose(box: QComboBox, kind: FileKind) -> None:
    """Choose from a list as a person does, which is told apart from a program's choice."""
    box.setCurrentIndex(box.findData(kind))
    box.activated.emit(box.currentIndex())


def cells(form: ImportForm) -> dict[str, tuple[str, str]]:
    model = form.table.lines
    return {
        str(model.index(row, 0).data()): (
            str(model.index(row, 1).data()),
            str(model.index(row, 2).data()),
        )
        for row in range(model.rowCount())
    }


async def test_that_a_file_shows_who_brings_what_and_what_stays_out(
    engine: Engine, house: QWidget, server: ChannelServer, requirements: Path
) -> None:
    _, form = await opened(engine, house, FileSource((requirements,)))
    shown = cells(form)
    assert shown["numerals<2.1"] == ("practice-main", "a channel has a version that fits")
    assert shown["lantern"] == ("PyPI", "no channel has it")
    assert form.placing.name.text() == "course"
    remarks = form.remarks.toPlainText()
    assert "line 6" in remarks
    assert "line 4" in remarks
    assert len(form.consents.boxes) == 2
    request = form.request()
    assert isinstance(request, CreateRequest)
    assert request.specs == ("numerals <2.1",)
    assert request.add_pypi == ("lantern",)
    assert request.index.extra_index_urls == ()


async def test_that_a_tick_takes_the_line_in_and_its_remark_away(
    engine: Engine, house: QWidget, server: ChannelServer, requirements: Path
) -> None:
    _, form = await opened(engine, house, FileSource((requirements,)))
    for box in form.consents.boxes:
        click(box)
    request = form.request()
    assert isinstance(request, CreateRequest)
    assert any("git.example.org" in each for each in request.add_pypi)
    assert request.index.extra_index_urls == ("https://wheels.example.org/simple",)
    assert "line 4" not in form.remarks.toPlainText()


async def test_that_a_line_can_be_given_to_somebody_else_for_good(
    engine: Engine, house: QWidget, server: ChannelServer, requirements: Path
) -> None:
    _, form = await opened(engine, house, FileSource((requirements,)))
    form.table.choose(0, Side.PYPI)
    assert cells(form)["numerals<2.1"] == ("PyPI", "chosen by you")
    form.channels.changed.emit()
    await until(lambda: form.request() is None)
    await until(lambda: form.request() is not None)
    request = form.request()
    assert isinstance(request, CreateRequest)
    assert "numerals<2.1" in request.add_pypi


async def test_that_the_chosen_environment_can_take_it(
    engine: Engine, house: QWidget, server: ChannelServer, requirements: Path
) -> None:
    prefix = engine.places.envs / "mine"
    environment = Environment("mine", prefix, "3.11.7", 3)
    _, form = await opened(engine, house, FileSource((requirements,)), environment)
    click(form.into)
    await until(lambda: form.request() is not None)
    request = form.request()
    assert isinstance(request, ChangeRequest)
    assert request.prefix == prefix
    assert request.add == ("numerals <2.1",)


async def test_that_pasted_text_and_another_kind_are_read(
    engine: Engine, house: QWidget, server: ChannelServer
) -> None:
    text = "name: shared\ndependencies:\n  - numerals\n"
    _, form = await opened(engine, house, FileSource(text=text))
    assert form.placing.name.text() == "shared"
    request = form.request()
    assert isinstance(request, CreateRequest)
    assert request.specs == ("numerals",)
    assert request.python == ""
    _, form = await opened(engine, house, FileSource(text="numerals<3\n"))
    assert form.kind.currentData() == FileKind.REQUIREMENTS
    choose(form.kind, FileKind.CONSTRAINTS)
    await until(lambda: form.is_settled and not cells(form))
    assert form.kind.currentData() == FileKind.CONSTRAINTS


async def test_that_a_file_nobody_knows_is_said_and_can_be_named(
    engine: Engine, house: QWidget, server: ChannelServer, tmp_path: Path
) -> None:
    file = tmp_path / "picture.bin"
    file.write_bytes(bytes(range(256)) * 20)
    dialog, form = await opened(engine, house, FileSource((file,)))
    assert form.message.text()
    assert form.kind.currentIndex() == -1
    assert not dialog.go.isEnabled()


async def test_that_each_of_several_files_is_named_and_corrected(
    engine: Engine, house: QWidget, server: ChannelServer, tmp_path: Path
) -> None:
    wishes, limits, odd = (tmp_path / name for name in ("wishes.txt", "limits.txt", "odd.bin"))
    wishes.write_text("numerals\n", encoding="utf-8")
    limits.write_text("numerals<2.1\nalmanac<3000\n", encoding="utf-8")
    odd.write_bytes(bytes(range(256)) * 20)
    _, form = await opened(engine, house, FileSource((wishes, limits)))
    assert not form.kind.isVisible()
    assert list(form.kinds.boxes) == [wishes, limits]
    shown = {path.name: box.currentData() for path, box in form.kinds.boxes.items()}
    assert shown == dict.fromkeys(("wishes.txt", "limits.txt"), FileKind.REQUIREMENTS.value)
    assert set(cells(form)) == {"numerals", "numerals<2.1", "almanac<3000"}
    choose(form.kinds.boxes[limits], FileKind.CONSTRAINTS)
    await until(lambda: form.is_settled and len(cells(form)) == 1)
    request = form.request()
    assert isinstance(request, CreateRequest)
    assert request.specs == ("numerals <2.1",)
    assert [limit.split()[0] for limit in request.limits] == ["numerals", "almanac"]
    assert form.kinds.boxes[limits].currentData() == FileKind.CONSTRAINTS
    assert form.kinds.boxes[wishes].currentData() == FileKind.REQUIREMENTS

    _, form = await opened(engine, house, FileSource((wishes, odd)))
    assert form.message.text().startswith("odd.bin: ")
    assert form.kinds.boxes[odd].currentIndex() == -1
    assert form.kinds.isVisible()


async def test_that_a_file_on_the_web_says_from_which_host_it_came(
    engine: Engine, house: QWidget, server: ChannelServer, tmp_path: Path
) -> None:
    folder = tmp_path / "web"
    folder.mkdir()
    (folder / "environment.yml").write_text("name: shared\ndependencies: [numerals]\n", "utf-8")
    (folder / "limits.txt").write_text("numerals<3\n", "utf-8")
    with ChannelServer(folder) as web:
        source = FileSource(addresses=(web.url_of("environment.yml"), web.url_of("limits.txt")))
        _, form = await opened(engine, house, source)
        title = form.title.text()
        assert title == "environment.yml from 127.0.0.1, limits.txt from 127.0.0.1"
        assert form.placing.name.text() == "shared"
        assert cells(form)["numerals"][0] == "practice-main"
        asked = sorted(entry.path for entry in web.requests)
        assert asked == ["/environment.yml", "/limits.txt"]


@pytest.mark.skipif(sys.platform == "win32", reason="looks into bin")
async def test_that_the_file_becomes_an_environment_that_imports_it(
    engine: Engine, house: QWidget, server: ChannelServer, requirements: Path, tmp_path: Path
) -> None:
    point_pip_at(engine.places, index_of(tmp_path / "simple", project("lantern", "1.0.0")))
    dialog, _ = await opened(engine, house, FileSource((requirements,)))
    await until(dialog.go.isEnabled)
    click(dialog.go)
    await until(lambda: dialog.stage is Stage.SHOWING, 90)
    assert dialog.plan is not None
    prefix = dialog.plan.prefix
    dialog.go.click()
    await until(lambda: all(task.state.is_final for task in engine.tasks()), 90)
    assert [task.state for task in engine.tasks()] == [TaskState.SUCCEEDED]
    assert imported(prefix, "numerals", "lantern") == {"numerals": "2.0.1", "lantern": "1.0.0"}
