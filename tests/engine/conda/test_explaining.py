"""The solver's trees in plain words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conda.explaining import explain

CLASH = """Cannot solve the request because of: The following packages are incompatible
├─ moonrise * can be installed with any of the following options:
│  └─ moonrise 0.9.0 would require
│     └─ numerals >=2.1, which can be installed with any of the following options:
│        └─ numerals 2.1.0
└─ starchart * cannot be installed because there are no viable options:
   ├─ starchart 1.8.0 would require
   │  └─ numerals >=2.0,<2.1, which cannot be installed because there are no viable options:
   │     └─ numerals 2.0.1, which conflicts with the versions reported above.
   └─ starchart 1.2.0 is excluded because due to strict channel priority not using this option
"""


def test_that_a_clash_names_both_sides_and_what_they_want() -> None:
    words = explain(CLASH, ("moonrise", "starchart"))
    assert words.packages == ("moonrise", "starchart")
    assert words.summary == "moonrise and starchart cannot be installed together."
    assert words.cause == (
        "moonrise 0.9.0 needs numerals >=2.1; starchart 1.8.0 needs numerals >=2.0,<2.1."
    )
    assert words.is_priority_in_the_way


CONSTRAINED = (
    "Cannot solve the request because of: The following packages are incompatible\n"
    "├─ icemoss * can be installed with any of the following options:\n"
    "│  └─ icemoss 1.0.0\n"
    "└─ firelily * cannot be installed because there are no viable options:\n"
    "   └─ firelily 1.0.0 would constrain\n"
    "      └─ icemoss <0, which conflicts with any installable versions previously reported\n"
)


def test_that_a_constraint_is_told_from_a_need() -> None:
    words = explain(CONSTRAINED, ("icemoss", "firelily"))
    assert words.cause == "firelily 1.0.0 goes with no version of icemoss."
    words = explain(CONSTRAINED.replace("<0,", "<2,"), ("icemoss", "firelily"))
    assert words.cause == "firelily 1.0.0 only goes with icemoss <2."


OF_TWO_VERSIONS = """Cannot solve the request because of: The following packages are incompatible
├─ starchart * cannot be installed because there are no viable options:
│  ├─ starchart 1.8.0 would require
│  │  └─ numerals >=2.0,<2.1, which cannot be installed because there are no viable options:
│  │     └─ numerals 2.0.1, which conflicts with the versions reported above.
│  └─ starchart 1.1.0 | 1.2.0 would require
│     └─ numerals >=1.0,<2, which cannot be installed because there are no viable options:
│        └─ numerals 1.4.2, which conflicts with the versions reported above.
└─ numerals >=2.1 cannot be installed because there are no viable options:
   └─ numerals 2.1.0, which conflicts with the versions reported above.
"""


@pytest.mark.parametrize(
    ("there", "cause"),
    [
        ({}, "starchart 1.8.0 needs numerals >=2.0,<2.1; you asked for numerals >=2.1."),
        ({"starchart": "1.2.0"}, "starchart 1.2.0 needs numerals >=1.0,<2; you asked for"),
        ({"starchart": "1.8.0"}, "starchart 1.8.0 needs numerals >=2.0,<2.1; you asked for"),
    ],
)
def test_that_of_several_versions_the_installed_one_is_spoken_of(
    there: dict[str, str], cause: str
) -> None:
    words = explain(OF_TWO_VERSIONS, ("starchart", "numerals >=2.1"), there)
    assert words.summary == "starchart and numerals >=2.1 cannot be installed together."
    assert words.cause.startswith(cause)
    assert words.cause.count("starchart") == 1


def test_that_what_strict_priority_passes_over_is_named_with_its_channel() -> None:
    words = explain(
        "Cannot solve the request because of: tidepool ==2.6.0 cannot be installed because there "
        "are no viable options:\n└─ tidepool 2.6.0 is excluded because due to strict channel "
        "priority not using this option from: practice-extra\n",
        ("tidepool ==2.6.0",),
    )
    assert words.summary == "tidepool 2.6.0 cannot be installed from these channels."
    assert words.cause == (
        "tidepool 2.6.0 is only in a channel further down the list: practice-extra."
    )


def test_that_what_needs_a_package_that_is_to_go_is_told_so() -> None:
    words = explain(
        "Cannot solve the request because of: The following packages are incompatible\n"
        "├─ starchart * cannot be installed because there are no viable options:\n"
        "│  └─ starchart 1.8.0 would require\n"
        "│     └─ tidepool *, which cannot be installed because there are no viable options:\n"
        "│        └─ tidepool 3.1.0, which conflicts with the versions reported above.\n"
        "└─ the constraint tidepool <0 cannot be fulfilled\n",
        ("starchart",),
    )
    assert words.summary == "starchart cannot be had without tidepool."
    assert words.packages == ("starchart", "tidepool")


def test_that_two_requests_for_one_package_are_told_as_such() -> None:
    words = explain(
        "Cannot solve the request because of: The following packages are incompatible\n"
        "├─ python 3.11.* can be installed with any of the following options:\n"
        "│  └─ python 3.11.7\n"
        "└─ python 3.12.* cannot be installed because there are no viable options:\n"
        "   └─ python 3.12.1, which conflicts with the versions reported above.\n",
        ("python=3.11", "python=3.12"),
    )
    assert words.summary == "python 3.11 and python 3.12 cannot be installed together."
    assert words.packages == ("python",)


def test_that_what_only_the_system_could_give_is_said_in_words_for_people() -> None:
    words = explain(
        "Cannot solve the request because of: furnace * cannot be installed because there are no "
        "viable options:\n└─ furnace 1.0.0 would require\n"
        "   └─ __cuda >=99, for which no candidates were found.\n",
        ("furnace",),
    )
    assert words.summary == "furnace cannot be installed on this computer."
    assert "NVIDIA" in words.cause


@given(st.text(alphabet="├─└│ \nab12*,<>=:.", max_size=300), st.lists(st.text(max_size=5)))
def test_that_any_text_gets_a_sentence(text: str, specs: list[str]) -> None:
    words = explain(text, specs)
    assert words.summary
    assert "\n" not in words.summary
