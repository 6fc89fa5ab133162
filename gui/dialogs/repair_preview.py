"""Show what a repair does to files: how many of which kind, and each of them behind a line."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from engine.health.mending import Repairing
from gui.dialogs.errors import RawText
from gui.panels import Disclosure
from gui.presenting.mends import mend_sentences, mend_word
from gui.theme import TextRole
from gui.widgets import column, label

_SHOWN = 2_000


class RepairPreview(QWidget):
    """Show the files that a repair deletes, puts back and changes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: QVBoxLayout = column(spacing=0.5)
        self._raw = RawText(self.tr("Files that the repair touches"))
        self.each = Disclosure(self.tr("Show each file"), self._raw)
        self.setLayout(
            column(label(self.tr("Files"), TextRole.STRONG), self._lines, self.each, None)
        )

    def show_repairing(self, repairing: Repairing | None) -> None:
        """Show the files of `repairing`; nothing is shown where none are touched."""
        while (item := self._lines.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        mends = repairing.mends if repairing is not None else ()
        self.setVisible(bool(mends))
        if repairing is None or not mends:
            return
        for sentence in mend_sentences(repairing):
            self._lines.addWidget(label(sentence, wrap=True))
        lines = [f"{mend_word(mend.kind)}: {mend.path}" for mend in mends[:_SHOWN]]
        if len(mends) > _SHOWN:
            lines.append("…")
        self._raw.set_text("\n".join(lines))
        self.each.set_open(False)

    def sentences(self) -> tuple[str, ...]:
        """Return what is said about the files."""
        items = (self._lines.itemAt(at) for at in range(self._lines.count()))
        widgets = (item.widget() for item in items if item is not None)
        return tuple(widget.text() for widget in widgets if isinstance(widget, QLabel))
