"""What is found is said in sentences that somebody understands who knows neither conda nor pip."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.health.values import (
    FindingCode,
    RepairKind,
    RepairStep,
)
from gui.presenting.health import (
    HealthState,
    explain_finding,
    known_findings,
    state_sentence,
)
from gui.presenting.repairs import repair_sentence
from tests.support.findings import (
    GONE,
    HOLE,
    OVERWRITTEN,
)
from tests.support.sentences import PLACE


@pytest.mark.parametrize("code", FindingCode)
def test_that_every_finding_is_said_without_values_and_without_a_place_left(
    code: FindingCode,
) -> None:
    words = explain_finding(replace(OVERWRITTEN, code=code, values=()))
    for text in (words.sentence, words.meaning, words.why):
        assert text.endswith((".", "”."))
        assert not PLACE.search(text)
        assert len(text) < 200


def test_that_sentences_of_findings_differ_and_take_their_values() -> None:
    told = [
        explain_finding(replace(OVERWRITTEN, code=code, values=())).sentence for code in FindingCode
    ]
    assert len(set(told)) == len(told)
    assert known_findings().keys() == {code.value for code in FindingCode}
    words = explain_finding(OVERWRITTEN)
    assert words.sentence == (
        "numpy was installed twice: version 1.0 by conda, then 2.0 by pip on top of it."
    )


@pytest.mark.parametrize(("count", "said"), [("1", "1 file."), ("3", "3 files.")])
def test_that_counts_have_their_plural(count: str, said: str) -> None:
    values = (("count", count), ("package", "zlib"))
    found = replace(OVERWRITTEN, code=FindingCode.FILES_MISSING, values=values)
    assert explain_finding(found).sentence == f"zlib has lost {said}"


def test_that_only_what_no_package_brings_is_looked_for_in_the_computer() -> None:
    unmet = replace(OVERWRITTEN, code=FindingCode.DEPENDS_UNMET)
    values = (("by", "kite"), ("needed", "wind"), ("wants", "wind >=1"), ("system", ""))
    words = explain_finding(replace(unmet, values=values))
    assert words.sentence == "wind (1 or newer) is not installed, although it is needed by kite."
    words = explain_finding(replace(unmet, values=(*values[:2], ("system", "__cuda >=99"))))
    assert words.sentence == (
        "This computer does not have an NVIDIA graphics card and its software CUDA 99 or newer,"
        " which is needed by kite."
    )


def test_that_what_goes_with_no_version_at_all_is_not_told_as_older_than_nothing() -> None:
    values = (("needed", "wind"), ("version", "1.0"), ("by", "kite"), ("wants", "wind <0a0"))
    found = replace(OVERWRITTEN, code=FindingCode.CONSTRAINS_VIOLATED, values=values)
    assert explain_finding(found).meaning == "Using both at once can go wrong."


def test_that_a_stranger_among_the_notes_of_conda_is_told_from_a_note_that_is_broken() -> None:
    values = (("file", "notes-1.0-0.json"), ("package", "notes"))
    unreadable = replace(OVERWRITTEN, code=FindingCode.META_UNREADABLE)
    words = explain_finding(replace(unreadable, values=(*values, ("problem", "not-json"))))
    assert words.sentence == "conda's note about notes cannot be read."
    words = explain_finding(replace(unreadable, values=(*values, ("problem", "foreign"))))
    assert words.sentence.startswith("notes-1.0-0.json lies among the notes")


@pytest.mark.parametrize(
    ("code", "values", "steps", "sentence", "will"),
    [
        (
            FindingCode.VULNERABLE,
            (*HOLE.values[:2], ("fixed", "1.4")),
            RepairStep(RepairKind.UPDATE, "kite>=1.4"),
            "It is closed in version 1.4.",
            "Updates to kite (1.4 or newer), and with it what depends on it.",
        ),
        (
            FindingCode.VULNERABLE,
            (*HOLE.values[:2], ("partly", "1.4")),
            RepairStep(RepairKind.UPDATE, "kite>=1.4"),
            "Version 1.4 closes some of them, none closes all yet.",
            "Updates to kite (1.4 or newer), and with it what depends on it.",
        ),
        (
            FindingCode.GONE_FROM_CHANNEL,
            (*GONE.values, ("newer", "2.1")),
            RepairStep(RepairKind.UPDATE, "wind"),
            "The channel has 2.1 now.",
            "Updates wind.",
        ),
        (
            FindingCode.GONE_FROM_CHANNEL,
            (*GONE.values, ("older", "1.9")),
            RepairStep(RepairKind.INSTALL, "wind ==1.9"),
            "Go back to it if you want",
            "Installs wind 1.9.",
        ),
        (
            FindingCode.GONE_FROM_CHANNEL,
            (*GONE.values, ("older", "1.9")),
            RepairStep(RepairKind.UPDATE, "https://example.invalid/sea::wind ==1.9"),
            "The channel has only 1.9 now, which is older.",
            "Takes wind 1.9 from the channel sea instead.",
        ),
        (
            FindingCode.GONE_FROM_CHANNEL,
            (*GONE.values, ("elsewhere", "lake"), ("offered", "1.9")),
            RepairStep(RepairKind.UPDATE, "https://example.invalid/lake::wind"),
            "Your channel lake has 1.9 of it.",
            "Takes wind from the channel lake instead.",
        ),
    ],
)
def test_that_what_an_online_check_found_is_told_with_what_there_is_instead(
    code: FindingCode,
    values: tuple[tuple[str, str], ...],
    steps: RepairStep,
    sentence: str,
    will: str,
) -> None:
    found = replace(OVERWRITTEN, code=code, values=values, repairs=((steps,),))
    words = explain_finding(found)
    assert sentence in f"{words.sentence} {words.meaning} {words.advice}"
    assert bool(words.advice) is found.is_choice
    assert repair_sentence((steps,)) == will


def test_that_every_state_has_its_own_words() -> None:
    words = [state_sentence(state) for state in HealthState]
    assert all(words)
    assert len(set(words)) == len(words)
