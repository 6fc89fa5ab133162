"""Show a failure: one clear sentence, its cause, what to do; raw text behind a disclosure."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent, QTextCursor
from PySide6.QtWidgets import QDialog, QFrame, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from engine.errors import ErrorCode, Failure
from gui.dialogs.fitting import fit_to_content
from gui.panels import Disclosure
from gui.presenting import explain
from gui.theme import SPACE, TextRole, Tone, theme
from gui.widgets import ButtonKind, CopyButton, IconLabel, button, column, label, row

_DIALOG_WIDTH = SPACE * 62
_DETAIL_HEIGHT = SPACE * 18


class RawText(QWidget):
    """Show text that is meant for those who help: monospaced, read-only, with a copy button."""

    def __init__(self, name: str, while_empty: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._while_empty = name, while_empty
        self._lines: list[str] = []
        self._edit: QPlainTextEdit | None = None
        self._is_at_end = False
        self.setFixedHeight(_DETAIL_HEIGHT)

    def text(self) -> str:
        """Return all of it."""
        return "\n".join(self._lines)

    def set_text(self, text: str, *, at_end: bool = False) -> None:
        """Show `text` from its beginning, or its end."""
        self._lines = text.splitlines()
        self._is_at_end = at_end
        if self._edit is not None:
            self._fill(self._edit)

    def append(self, line: str) -> None:
        """Add one line; the view follows when it was at the end."""
        self._lines.append(line)
        if self._edit is not None:
            self._edit.appendPlainText(line)

    def showEvent(self, event: QShowEvent) -> None:
        """Make what shows the text: most of it is never looked at."""
        if self._edit is None:
            self._edit = self._make_edit()
            self._fill(self._edit)
            inner = row(self._edit, column(CopyButton(self.text, self.tr("Copy all of it")), None))
            inner.setSpacing(SPACE // 2)
            inner.setStretch(0, 1)
            self.setLayout(inner)
        super().showEvent(event)

    def _fill(self, edit: QPlainTextEdit) -> None:
        edit.setPlainText(self.text())
        if self._is_at_end:
            bar = edit.verticalScrollBar()

            def follow(_: int, last: int) -> None:
                bar.setValue(last)

            bar.rangeChanged.connect(follow)  # it grows as it is laid out
            edit.moveCursor(QTextCursor.MoveOperation.End)

    def _make_edit(self) -> QPlainTextEdit:
        made = QPlainTextEdit()
        made.setPlaceholderText(self._while_empty)
        made.setReadOnly(True)
        made.setAccessibleName(self._name)
        made.setFont(theme().font(TextRole.MONO))
        made.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        made.setTabChangesFocus(True)
        return made


class FailureBox(QFrame):
    """Say a failure in place, above or below what caused it; hidden until there is one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("banner", Tone.DANGER.value)
        self._words = FailureWords()
        icon = IconLabel("warning", Tone.DANGER)
        inner = row(icon, self._words)
        inner.setAlignment(icon, Qt.AlignmentFlag.AlignTop)
        inner.setContentsMargins(SPACE + 4, SPACE + 2, SPACE + 4, SPACE + 2)
        inner.setStretch(1, 1)
        self.setLayout(inner)
        self.hide()

    def say(self, failure: Failure) -> None:
        """Show `failure`, and tell screen readers of it."""
        self._words.say(failure)
        self.setAccessibleName(self._words.sentence())
        self.show()

    def sentence(self) -> str:
        """Return the sentence that is shown."""
        return self._words.sentence()


class FailureWords(QWidget):
    """Hold the sentence, the cause, what to do, and the details of one failure."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = label("", TextRole.STRONG, wrap=True, selectable=True)
        self._cause = label("", wrap=True, selectable=True)
        self._remedy = label("", wrap=True, selectable=True)
        self._raw = RawText(self.tr("Details of the failure"))
        self.details = Disclosure(self.tr("Details"), self._raw)
        self.setLayout(column(self._sentence, self._cause, self._remedy, self.details, spacing=0.5))

    def say(self, failure: Failure) -> None:
        """Show `failure`."""
        words = explain(failure)
        for target, text in (
            (self._sentence, words.sentence),
            (self._cause, words.cause),
            (self._remedy, words.remedy),
        ):
            target.setText(text)
            target.setVisible(bool(text))
        # What a build says last is why it failed.
        is_build = failure.code is ErrorCode.SOURCE_BUILD_FAILED
        self._raw.set_text(words.detail, at_end=is_build)
        self.details.set_open(False)

    def sentence(self) -> str:
        """Return the sentence that is shown."""
        return self._sentence.text()

    def labels(self) -> tuple[QLabel, ...]:
        """Return the labels of the sentence, the cause and what to do."""
        return (self._sentence, self._cause, self._remedy)


class FailureDialog(QDialog):
    """Show one failure over a window; open it with `open`, never with `exec`."""

    def __init__(self, failure: Failure, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Something did not work"))
        self.words = FailureWords()
        self.words.say(failure)
        self.words.details.toggled.connect(self._fit)
        close = button(self.tr("&Close"), ButtonKind.PRIMARY)
        close.setDefault(True)
        close.clicked.connect(self.accept)
        icon = IconLabel("warning", Tone.DANGER, SPACE * 3)
        head = row(icon, self.words, spacing=2)
        head.setAlignment(icon, Qt.AlignmentFlag.AlignTop)
        head.setStretch(1, 1)
        outer: QVBoxLayout = column(head, None, row(None, close), spacing=2, margins=2.5)
        self.setLayout(outer)
        self._fit()
        close.setFocus()

    def sentence(self) -> str:
        """Return the sentence that is shown."""
        return self.words.sentence()

    def sizeHint(self) -> QSize:
        """Return a width that reads well."""
        return QSize(_DIALOG_WIDTH, super().sizeHint().height())

    def _fit(self) -> None:
        fit_to_content(self, _DIALOG_WIDTH)


def present_error(parent: QWidget, failure: Failure) -> None:
    """Open a dialog about `failure` over the window of `parent`; returns at once."""
    FailureDialog(failure, parent.window()).open()
