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
from gui.presenting.repairs import repair_label, repair_sentence
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
        "kite needs an NVIDIA graphics card and its software CUDA 99 or newer. This computer does"
        " not seem to have that."
    )


def test_that_what_goes_with_no_version_at_all_is_not_told_as_older_than_nothing() -> None:
    values = (("needed", "wind"), ("version", "1.0"), ("by", "kite"), ("wants", "wind <0a0"))
    found = replace(OVERWRITTEN, code=FindingCode.CONSTRAINS_VIOLATED, values=values)
    assert explain_finding(found).meaning == "A program that uses both can fail."


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
            "Installs kite (1.4 or newer). Packages that do not work with it get another version,"
            " too.",
        ),
        (
            FindingCode.VULNERABLE,
            (*HOLE.values[:2], ("partly", "1.4")),
            RepairStep(RepairKind.UPDATE, "kite>=1.4"),
            "Version 1.4 closes some of them. There is no version yet that closes all.",
            "Installs kite (1.4 or newer). Packages that do not work with it get another version,"
            " too.",
        ),
        (
            FindingCode.GONE_FROM_CHANNEL,
            (*GONE.values, ("newer", "2.1")),
            RepairStep(RepairKind.UPDATE, "wind"),
            "because the channel has version 2.1 in its place.",
            "Installs the newest version of wind that fits here.",
        ),
        (
            FindingCode.GONE_FROM_CHANNEL,
            (*GONE.values, ("older", "1.9")),
            RepairStep(RepairKind.INSTALL, "wind ==1.9"),
            "You can install that here, so that this environment",
            "Installs wind 1.9.",
        ),
        (
            FindingCode.GONE_FROM_CHANNEL,
            (*GONE.values, ("older", "1.9")),
            RepairStep(RepairKind.UPDATE, "https://example.invalid/sea::wind ==1.9"),
            "The channel has only version 1.9 now, which is older.",
            "Takes wind 1.9 from the channel sea instead. The version can change.",
        ),
        (
            FindingCode.GONE_FROM_CHANNEL,
            (*GONE.values, ("elsewhere", "lake"), ("offered", "1.9")),
            RepairStep(RepairKind.UPDATE, "https://example.invalid/lake::wind", "1.9"),
            "lake, another channel that you use, has version 1.9.",
            "Takes wind 1.9 from the channel lake instead.",
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


@pytest.mark.parametrize(
    ("kind", "release", "will", "label"),
    [
        (
            RepairKind.RESTORE_CONDA,
            "2.0",
            "Puts wind 2.0 back as conda installed it.",
            "Put back wind 2.0 from conda",
        ),
        (
            RepairKind.HAND_TO_PYPI,
            "2.1",
            "Keeps wind 2.1, which came from PyPI.",
            "Keep wind 2.1 from PyPI",
        ),
        (
            RepairKind.REINSTALL_PYPI,
            "2.1",
            "Installs wind 2.1 again from PyPI,",
            "Install wind 2.1 again",
        ),
        (
            RepairKind.RESTORE_CONDA,
            "",
            "Puts the files of wind back as conda installed them.",
            "Put back wind from conda",
        ),
    ],
)
def test_that_a_repair_says_which_version_is_there_afterwards(
    kind: RepairKind, release: str, will: str, label: str
) -> None:
    steps = (RepairStep(kind, "wind", release),)
    assert repair_sentence(steps).startswith(will)
    assert repair_label(steps) == label


def test_that_files_are_named_where_they_are_few() -> None:
    values = (("package", "zlib"), ("count", "1"), ("names", "a.py"))
    altered = replace(OVERWRITTEN, code=FindingCode.FILES_ALTERED, values=values)
    assert explain_finding(altered).sentence.endswith("changed after it was installed: a.py.")
    nameless = replace(altered, values=(*values[:2], ("names", "")))
    assert explain_finding(nameless).sentence.endswith("changed after it was installed.")


def test_that_an_extra_feature_says_which_package_needs_it() -> None:
    values = (("needed", "pigment"), ("by", "inkwell"), ("parts", "colour"))
    optional = replace(OVERWRITTEN, code=FindingCode.REQUIREMENT_OPTIONAL, values=values)
    assert explain_finding(optional).meaning.startswith("This only matters if you use")
    asked = replace(optional, values=(*values, ("askers", "inkstand")))
    assert explain_finding(asked).meaning.startswith("That feature is needed by inkstand,")


def test_that_every_state_has_its_own_words() -> None:
    words = [state_sentence(state) for state in HealthState]
    assert all(words)
    assert len(set(words)) == len(words)
