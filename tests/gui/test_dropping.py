"""What can be dropped on the window or pasted into it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from gui.dialogs.import_form import FileSource
from gui.dropping import FileDrops, source_in, source_named
from tests.support.windowing import until


def data(*urls: str, text: str = "") -> QMimeData:
    found = QMimeData()
    if urls:
        found.setUrls([QUrl(url) for url in urls])
    if text:
        found.setText(text)
    return found


@pytest.mark.parametrize(
    ("mime", "names", "text"),
    [
        (data("file:///home/a/requirements.txt"), ["requirements.txt"], ""),
        (data("file:///a/one.yml", "file:///a/two.txt"), ["one.yml", "two.txt"], ""),
        (data(text="file:///a/one%20b.yml\r\n"), ["one b.yml"], ""),
        (data(text="numpy\npandas\n"), [], "numpy\npandas\n"),
    ],
)
def test_that_files_and_text_are_taken(mime: QMimeData, names: list[str], text: str) -> None:
    source = source_in(mime)
    assert source is not None
    assert [path.name for path in source.paths] == names
    assert source.text == text


@pytest.mark.parametrize(
    "mime",
    [
        data("https://example.org/a%20b.yml"),
        data(text=" https://example.org/a%20b.yml\n"),
        data("https://example.org/a%20b.yml", text="the file of the course"),
    ],
)
def test_that_one_web_address_is_that_of_a_file(mime: QMimeData) -> None:
    assert source_in(mime) == FileSource(addresses=("https://example.org/a%20b.yml",))


TWO = ("https://example.org/a.yml", "http://example.org/b.txt")


@pytest.mark.parametrize(
    ("mime", "paths"),
    [
        (data(*TWO), 0),
        (data(*TWO, text="two files"), 0),
        (data(text="\r\n".join(TWO)), 0),
        (data(TWO[0], "file:///a/one.yml", TWO[1]), 1),
    ],
)
def test_that_several_web_addresses_are_all_taken(mime: QMimeData, paths: int) -> None:
    source = source_in(mime)
    assert source is not None
    assert source.addresses == TWO
    assert len(source.paths) == paths


def test_that_a_list_of_archives_to_build_stays_a_list() -> None:
    text = "https://example.org/one.zip\nhttps://example.org/two.tar.gz"
    assert source_in(data(text=text)) == FileSource(text=text)


@pytest.mark.parametrize(
    "mime",
    [
        data(),
        data(text="   "),
        data("ftp://example.org/a"),
    ],
)
def test_that_other_addresses_and_nothing_are_left(mime: QMimeData) -> None:
    assert source_in(mime) is None


def test_that_files_and_addresses_are_named_on_the_command_line() -> None:
    named = source_named(("one.yml", "two b.txt"))
    assert [path.name for path in named.paths] == ["one.yml", "two b.txt"]
    assert all(path.is_absolute() for path in named.paths)
    both = source_named(("https://example.org/a.yml", "one.yml"))
    assert both.addresses == ("https://example.org/a.yml",)
    assert [path.name for path in both.paths] == ["one.yml"]
    assert not source_named(("ftp.example.org",)).addresses


@pytest.fixture
def window(qapp: QApplication) -> Iterator[QWidget]:
    made = QWidget()
    made.resize(400, 300)
    made.field = QLineEdit(made)  # type: ignore[attr-defined]
    yield made
    made.deleteLater()  # its cursor blinks by a timer, which no other thread may stop later
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_that_a_drag_covers_the_window_until_it_leaves_or_drops(window: QWidget) -> None:
    taken: list[FileSource] = []
    expected: list[bool] = []
    drops = FileDrops(window, taken.append, lambda: expected.append(True))
    window.show()
    mime = data("file:///a/environment.yml")
    copy, left, none = (
        Qt.DropAction.CopyAction,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    enter = QDragEnterEvent(QPoint(5, 5), copy, mime, left, none)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    assert drops.overlay.isVisible()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not drops.overlay.isVisible()
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(5, 5), copy, mime, left, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(5, 5), copy, mime, left, none))
    assert not drops.overlay.isVisible()
    assert [path.name for path in taken[0].paths] == ["environment.yml"]
    assert expected == [True, True]
    window.hide()


def test_that_fields_do_not_take_files_for_words(window: QWidget) -> None:
    FileDrops(window, lambda _: None)
    field = window.findChild(QLineEdit)
    assert field is not None
    assert not field.acceptDrops()


async def test_that_pasting_is_for_the_field_that_is_written_in(window: QWidget) -> None:
    taken: list[FileSource] = []
    drops = FileDrops(window, taken.append)
    window.show()
    window.activateWindow()
    QGuiApplication.clipboard().setText("numpy>=2")
    field = window.findChild(QLineEdit)
    assert field is not None
    field.setFocus()
    await until(lambda: QApplication.focusWidget() is field)
    drops.paste()
    assert field.text() == "numpy>=2"
    assert taken == []
    field.clearFocus()
    drops.paste()
    assert [source.text for source in taken] == ["numpy>=2"]
    window.hide()
