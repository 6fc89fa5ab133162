"""Words can be asked for in a language that is no language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QApplication


class Foreign(QTranslator):
    """Speaks every text backwards, so that what went through translation shows."""

    def isEmpty(self) -> bool:
        return False

    def translate(
        self, context: str, source_text: str, /, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        return f"«{source_text}»"


@pytest.fixture
def foreign(qapp: QApplication) -> Iterator[None]:
    translator = Foreign(qapp)
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)
