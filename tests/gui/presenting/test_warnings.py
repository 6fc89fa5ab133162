from __future__ import annotations

import re

import pytest

from engine.plan import Alternative, PlanWarning, Severity, WarningCode
from engine.requests import Request
from gui import presenting
from tests.support.sentences import CLONE, CREATE, PLACE, REMOVE, REQUESTS

# In English, the engine itself names the packages that cannot agree.
TOLD_BY_ENGINE = (WarningCode.UNSATISFIABLE, WarningCode.PACKAGE_UNKNOWN)


@pytest.mark.parametrize("code", WarningCode)
@pytest.mark.parametrize("request_", REQUESTS, ids=lambda one: type(one).__name__)
def test_that_every_warning_says_what_happens_and_why(code: WarningCode, request_: Request) -> None:
    words = presenting.explain_warning(PlanWarning(code, Severity.NOTE, "Summary."), request_)
    assert words.sentence.endswith(".")
    assert words.sentence != "Summary." or code in TOLD_BY_ENGINE
    assert words.reason.endswith(".")
    assert not PLACE.search(words.sentence + words.reason)


def test_that_files_of_a_clone_are_said_to_be_copied_and_of_a_removal_to_go() -> None:
    warning = PlanWarning(
        WarningCode.UNOWNED_FILES,
        Severity.NOTE,
        "",
        (("count", "3"), ("size_bytes", "2000000"), ("files", "notes.txt")),
    )
    assert "copied" in presenting.explain_warning(warning, CLONE).sentence
    removal = presenting.explain_warning(warning, REMOVE)
    assert "notes.txt" in removal.sentence
    assert re.search(r"2.*MB", removal.sentence)


def test_that_an_alternative_without_words_of_its_own_can_still_be_pressed() -> None:
    assert presenting.alternative_label(Alternative("with-pip", CREATE)) == "Add pip"
    assert presenting.alternative_label(Alternative("unheard-of", CREATE)) == "Do this instead"


def test_that_an_alternative_names_a_channel_and_not_its_address() -> None:
    for key, code in (("spec", "leave-out"), ("specs", "other-version")):
        values = ((key, "https://example.org/t/secret/sea::tidepool==2.6.0"),)
        label = presenting.alternative_label(Alternative(code, CREATE, values))
        assert label.endswith(" tidepool 2.6.0 from sea"), label
    values = (("spec", "numpy >=1.26"),)
    label = presenting.alternative_label(Alternative("leave-out", CREATE, values))
    assert label == "Leave out numpy >=1.26"
