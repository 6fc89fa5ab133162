from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.cache.values import Cleaning, Relinking
from engine.health.values import RepairKind, RepairStep
from engine.plan import Figures
from engine.requests import CreateRequest, RepairRequest
from gui import presenting
from tests.support.sentences import CLEAN, CREATE, HOME, RELINK, REMOVE, plan


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "a few seconds"),
        (8.0, "about 10 seconds"),
        (21.7, "about 20 seconds"),
        (54.0, "about 50 seconds"),
        (58.0, "about 1 minute,"),
        (170.0, "about 3 minutes"),
        (13 * 60.0, "about 15 minutes"),
        (9000.0, "more than an hour"),
    ],
)
def test_that_a_duration_is_told_no_more_exactly_than_it_is_known(
    seconds: float, words: str
) -> None:
    known = replace(plan(CREATE, Figures(download_bytes=10)), expected_seconds=seconds)
    assert f"Takes {words}" in presenting.figures_sentences(known)[-1]
    unknown = presenting.figures_sentences(plan(CREATE, Figures(download_bytes=10)))
    assert not any("Takes" in sentence for sentence in unknown)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=30))
def test_that_any_name_of_an_environment_is_shown_as_it_is(name: str) -> None:
    if name in (".", ".."):
        return
    request = CreateRequest(HOME / name, ("conda-forge",))
    assert presenting.request_title(request) == f"Create {name}"
    assert presenting.running_title(request) == f"Creating {name}"
    assert presenting.success_sentence(request) == f"{name} is ready."


def test_that_the_costs_of_a_creation_are_said_in_sentences() -> None:
    figures = Figures(31_000_000, 120_000_000, 900_000_000, 0, 60, 54, 9000)
    text = " ".join(presenting.figures_sentences(plan(CREATE, figures)))
    assert re.search(r"Downloads 31.MB, and uses 120.MB", text)
    assert "54 of 60 packages" in text
    assert "cost nothing" in text


def test_that_copied_packages_are_not_called_links() -> None:
    figures = Figures(0, 120_000_000, 0, 0, 60, 60, 9000)
    text = " ".join(presenting.figures_sentences(plan(CREATE, figures)))
    assert "Downloads nothing" in text
    assert "links" not in text


def test_that_a_removal_says_what_it_really_frees_and_what_stays() -> None:
    figures = Figures(freed_bytes=1_200_000_000, linked_bytes=800_000_000)
    text = " ".join(presenting.figures_sentences(plan(REMOVE, figures)))
    assert re.search(r"frees 1\.2.GB", text)
    assert re.search(r"800.MB stay", text)
    alone = presenting.figures_sentences(plan(REMOVE, Figures(freed_bytes=1)))
    assert len(alone) == 1


def test_that_a_request_names_its_place_and_its_environments() -> None:
    assert presenting.request_place(CREATE) == str(HOME / "数据分析")
    assert presenting.request_place(CLEAN) == str(Path("/pkgs"))
    assert presenting.affected_name(CLEAN) == ""
    assert "course" in presenting.affected_name(RELINK)


def test_that_a_cleaning_says_what_it_frees_and_what_it_costs_later() -> None:
    cleaning = Cleaning((), (), 1_200_000_000)
    made = replace(plan(CLEAN, Figures(freed_bytes=1_300_000_000)), cleaning=cleaning)
    words = " ".join(presenting.figures_sentences(made))
    assert "Frees 1.3 GB" in words
    assert "1.2 GB are downloaded" in words
    assert presenting.apply_label(CLEAN, 1_300_000_000) == "&Free 1.3 GB"
    free = replace(made, cleaning=Cleaning((), (), 0))
    assert "downloaded" not in " ".join(presenting.figures_sentences(free))


def test_that_sharing_files_says_how_many_and_what_that_saves() -> None:
    made = replace(plan(RELINK, Figures(freed_bytes=25_000_000)), relinking=Relinking((), 1))
    words = presenting.figures_sentences(made)
    assert words[0] == "Saves 25 MB of the disk."
    assert words[1].startswith("From now on 1 file will be shared")


def test_that_what_only_takes_away_is_not_called_a_repair_on_its_button() -> None:
    def label(*kinds: RepairKind) -> str:
        steps = tuple(RepairStep(kind, "wind") for kind in kinds)
        return presenting.apply_label(RepairRequest(Path("/envs/course"), (), steps=steps))

    assert label(RepairKind.REMOVE) == "&Apply"
    assert label(RepairKind.HAND_TO_PYPI) == "&Apply"
    assert label(RepairKind.REMOVE, RepairKind.RESTORE_CONDA) == "R&epair"
    assert label(RepairKind.RESTORE_CONDA) == "R&epair"
    assert label() == "R&epair"
