"""In every view and dialog each label and button can be read, in languages of any width."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from engine.cache.values import Choice, Preset
from engine.practice import ChannelServer
from engine.records import Environment
from engine.requests import CleanRequest
from engine.session import Engine
from gui.bridge import EngineBridge
from gui.dialogs import (
    PreviewDialog,
    clone_environment,
    create_environment,
    import_files,
    present_error,
    remove_environment,
    rename_environment,
    share_environment,
)
from gui.dialogs.channels import ChannelsDialog
from gui.dialogs.errors import FailureDialog
from gui.dialogs.import_form import FileSource, ImportForm
from gui.dialogs.preview import Stage
from gui.main_window import MainWindow
from gui.settings import ChannelChoice, WindowSettings
from gui.tasks import ask_about_leaving
from gui.views.sidebar import ActivityChosen, DiskChosen
from tests.gui.dialogs.test_errors import FAILURE
from tests.support.environments import make_environment, numbered_packages
from tests.support.tasks import quick_removal, stalled_creation
from tests.support.widths import ChineseWords, LongWords, OtherWords, cut_texts
from tests.support.windowing import bridge, engine, house, until

__all__ = ["bridge", "engine", "house"]

SIZES = ((900, 600), (1400, 900))
WORDS = (LongWords, ChineseWords)  # what fits when it is longer fits in English, too
words = pytest.mark.parametrize("language", WORDS, indirect=True, ids=["long", "chinese"])


@pytest.fixture
def language(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[None]:
    """Let the window speak in words of another width."""
    kind: type[OtherWords] = request.param
    made = kind()
    qapp.installTranslator(made)
    yield
    qapp.removeTranslator(made)


def settle() -> None:
    """Let layouts find their places."""
    for _ in range(4):
        QCoreApplication.sendPostedEvents()


async def cut_in(view: QWidget, window: QWidget, name: str) -> list[str]:
    """Return what cannot be read in `view` at any size of its window."""
    found: list[str] = []
    for width, height in SIZES:
        window.resize(width, height)
        for _ in range(5):
            settle()
            await asyncio.sleep(0)
        found += [f"{name} at {width}: {text}" for text in cut_texts(view)]
    return found


@pytest.fixture
def filled(engine: Engine) -> Environment:
    """Fill the root with environments and caches; returns one with something of everything."""
    prefix = make_environment(
        engine.places.envs / "数据分析 course-2026",
        ["numpy", *numbered_packages(20)],
        files=True,
        pip=[("requests", "2.32.0"), ("broken-one", "1.0")],
    )
    make_environment(engine.places.envs / "other", ["zlib"], files=True)
    cache = engine.places.home / ".cache" / "pip" / "http-v2" / "a"
    cache.mkdir(parents=True)
    (cache / "abcdef.body").write_bytes(b"d" * 600_000)
    return Environment(prefix.name, prefix, "3.12.7", 22)


@words
@pytest.mark.usefixtures("language")
async def test_that_every_text_of_every_view_can_be_read(
    engine: Engine, bridge: EngineBridge, settings: WindowSettings, filled: Environment
) -> None:
    window = MainWindow(engine, bridge, settings)
    window.show()
    window.refresh_all()
    found: list[str] = []
    try:
        window.select_name(filled.name)
        await until(lambda: window.is_settled and window.page.prefix == filled.prefix)
        for at in range(window.page.tabs.count()):
            window.page.tabs.setCurrentIndex(at)
            await until(lambda: window.page.is_loaded)
            found += await cut_in(window, window, f"tab {at}")
        window.sidebar.choose(DiskChosen())
        await until(lambda: window.disk.picture is not None and not window.disk.is_looking)
        found += await cut_in(window, window, "disk")
        window.disk.panel.map.choose_environment(filled.prefix)
        found += await cut_in(window, window, "disk, an environment")
        window.disk.panel.parts_wanted.emit(filled.prefix)
        await until(lambda: window.disk.panel.opened == filled.prefix)
        found += await cut_in(window, window, "disk, its packages")
        task = await quick_removal(engine)
        await until(lambda: any(t.id == task and t.state.is_final for t in engine.tasks()))
        window.sidebar.choose(ActivityChosen())
        found += await cut_in(window, window, "activity")
    finally:
        window.hide()
        window.deleteLater()
    assert not found, "\n".join(["", *dict.fromkeys(found)])


@words
@pytest.mark.usefixtures("language")
async def test_that_every_text_of_every_dialog_can_be_read(
    engine: Engine,
    bridge: EngineBridge,
    house: QWidget,
    filled: Environment,
    server: ChannelServer,
) -> None:
    found: list[str] = []

    async def look_at(dialog: QDialog, name: str) -> None:
        await until(dialog.isVisible)
        found.extend(await as_it_is(dialog, name))
        dialog.reject()

    create = create_environment(engine, house)
    await look_at(create, "create")
    for ask in (clone_environment, rename_environment):
        await look_at(ask(engine, filled, house), ask.__name__)
    removing = remove_environment(engine, filled, house)
    await until(lambda: removing.stage is Stage.SHOWING)
    await look_at(removing, "remove")
    cleaning = PreviewDialog(engine, CleanRequest(Choice(Preset.SAFE)), house)
    cleaning.open()
    await until(lambda: cleaning.stage is Stage.SHOWING)
    await look_at(cleaning, "clean")
    sharing = share_environment(engine, filled, house)
    await until(lambda: sharing.export is not None)
    await look_at(sharing, "share")
    choice = ChannelChoice((server.url_of("practice-main"), "conda-forge"))
    channels = ChannelsDialog(filled.name, choice, choice, house)
    channels.open()
    await look_at(channels, "channels")
    file = engine.places.home / "requirements.txt"
    file.write_text("numerals<2.1\nlantern\ngit+https://git.example.org/a.git#egg=gauge\n")
    importing = import_files(engine, FileSource((file,)), None, house)
    await until(lambda: (form := importing.findChild(ImportForm)) is not None and form.is_settled)
    await look_at(importing, "import")
    present_error(house, FAILURE)
    failure = house.findChild(FailureDialog)
    assert failure is not None
    await look_at(failure, "failure")
    await stalled_creation(engine, server)
    await look_at(ask_about_leaving(engine, bridge, house), "leaving")
    server.faults.clear()
    assert not found, "\n".join(["", *dict.fromkeys(found)])


async def as_it_is(dialog: QDialog, name: str) -> list[str]:
    for _ in range(5):
        settle()
        await asyncio.sleep(0)
    return [f"{name}: {text}" for text in cut_texts(dialog)]


def test_that_what_cannot_be_read_is_noticed(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 200)
    good = QLabel("All of this can be read", window)
    narrow, low, outside, covered = (
        QPushButton("Cut at the side", window),
        QLabel("Cut below", window),
        QLabel("Half outside", window),
        QLabel("Covered by another", window),
    )
    good.move(0, 0)
    narrow.setGeometry(0, 40, 20, 30)
    low.setGeometry(0, 80, 200, 4)
    outside.move(380, 100)
    covered.move(0, 140)
    cover = QLabel("Cover", window)
    cover.move(10, 145)
    window.show()
    told = cut_texts(window)
    for text in ("Cut at the side", "Cut below", "Half outside", "Covered by another", "Cover"):
        assert sum(f"“{text}”" in line for line in told) >= 1
    assert not any("All of this" in line for line in told)
