"""Long names and paths fit into narrow places, and nothing of them is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.wrapping import shortened, with_breaks

DEEP = "C:\\Users\\maria\\AppData\\Local\\miniforge3\\envs\\course\\Lib\\site_packages"


@pytest.mark.parametrize(
    "text", ["numpy was installed twice", "/home/maria/envs/course-2026/lib/python3.12", "x" * 40]
)
def test_that_what_breaks_by_itself_stays_as_it_is(text: str) -> None:
    assert with_breaks(text) == text


def test_that_a_windows_path_breaks_after_its_folders_and_a_long_name_anywhere() -> None:
    pieces = with_breaks(f"It lies in {DEEP}.").split("\u200b")
    assert pieces[:3] == ["It lies in C:\\", "Users\\", "maria\\"]
    assert max(map(len, with_breaks("x" * 500).split("\u200b"))) == 30


@given(st.text())
def test_that_only_places_to_break_are_added(text: str) -> None:
    assert with_breaks(text).replace("\u200b", "") == text.replace("\u200b", "")


@given(st.text(), st.integers(6, 60))
def test_that_a_shortened_text_is_no_longer_than_wanted(text: str, most: int) -> None:
    made = shortened(text, most)
    assert len(made) <= most
    assert made == text or "…" in made


def test_that_beginning_and_end_of_a_long_text_are_kept() -> None:
    assert shortened("Remove an-extraordinarily-long-name-10", 24) == "Remove an-extra…-name-10"
