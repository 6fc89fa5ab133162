"""Every repair and what it does to files has its words."""

from __future__ import annotations

import pytest

from engine.health.mending import MendKind
from engine.health.values import (
    RepairKind,
    RepairStep,
)
from gui.presenting.repairs import mend_sentence, mend_word, repair_label, repair_sentence
from tests.support.sentences import PLACE


@pytest.mark.parametrize("kind", RepairKind)
def test_that_every_repair_says_what_it_does_and_has_a_button(kind: RepairKind) -> None:
    for subject in ("", "numpy"):
        steps = (RepairStep(kind, subject), RepairStep(kind, f"{subject}-other"))
        assert repair_sentence(steps).endswith(".")
        assert repair_label(steps)
        assert not PLACE.search(repair_sentence(steps) + repair_label(steps)) or not subject


def test_that_every_kind_of_file_has_its_words() -> None:
    for words in (
        [mend_sentence(kind, 2) for kind in MendKind],
        [mend_word(kind) for kind in MendKind],
    ):
        assert all(words)
        assert len(set(words)) == len(words)
