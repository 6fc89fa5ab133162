"""Every repair and what it does to files has its words."""

from __future__ import annotations

import pytest

from engine.health.values import (
    RepairKind,
    RepairStep,
)
from gui.presenting.repairs import repair_label, repair_sentence
from tests.support.sentences import PLACE


@pytest.mark.parametrize("kind", RepairKind)
def test_that_every_repair_says_what_it_does_and_has_a_button(kind: RepairKind) -> None:
    for subject in ("", "numpy"):
        steps = (RepairStep(kind, subject), RepairStep(kind, f"{subject}-other"))
        assert repair_sentence(steps).endswith(".")
        assert repair_label(steps)
        assert not PLACE.search(repair_sentence(steps) + repair_label(steps)) or not subject
