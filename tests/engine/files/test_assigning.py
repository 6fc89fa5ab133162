"""Who brings what a file asks for, and why."""

from __future__ import annotations

import re

import pytest

from engine.files.assigned import Offer, ReasonCode, Side
from engine.files.assigning import assign, limits_of, moved, names_to_ask_for
from engine.files.values import Place, Wanted, WantedKind
from engine.messages import AssignQuery
from engine.planning.assigning import assign_lines
from tests.support.creating import PLAIN
from tests.support.practising import Practice

R = ReasonCode
OFFERS = {
    "numpy": Offer("numpy", "main", ("2.1", "1.26"), is_python=True),
    "pytorch": Offer("pytorch", "main", ("2.4",), is_python=True),
    "redis": Offer("redis", "main", ("7.0",)),
    "oldie": Offer("oldie", "main", (), has_others=True, is_python=True),
}


def wanted(text: str, kind: WantedKind = WantedKind.PYTHON, **others: object) -> Wanted:
    name = re.split(r"[\s\[=<>~!]", text, maxsplit=1)[0]
    found = Wanted(kind, name, text, text, Place("requirements.txt", 1))
    for key, value in others.items():
        object.__setattr__(found, key, value)
    return found


def always(_: str, __: str) -> bool:
    return True


@pytest.mark.parametrize(
    ("line", "side", "reason", "spec"),
    [
        (wanted("numpy"), Side.CONDA, R.IN_CHANNEL, "numpy"),
        (wanted("numpy<2"), Side.CONDA, R.IN_CHANNEL, "numpy <2"),
        (wanted("torch"), Side.CONDA, R.IN_CHANNEL, "pytorch"),
        (wanted("numpy==9"), Side.PYPI, R.VERSION_NOT_IN_CHANNELS, ""),
        (wanted("numpy[all]"), Side.PYPI, R.NEEDS_EXTRA, ""),
        (wanted("numpy", hashes=("sha256:" + "0" * 64,)), Side.PYPI, R.NEEDS_HASHES, "numpy"),
        (wanted("numpy", WantedKind.PIP), Side.PYPI, R.FILE_SAYS_PIP, "numpy"),
        (wanted("unheard-of", WantedKind.PIP), Side.PYPI, R.FILE_SAYS_PIP, ""),
        (wanted("numpy==9", WantedKind.PIP), Side.PYPI, R.FILE_SAYS_PIP, ""),
        (wanted("numpy[all]", WantedKind.PIP), Side.PYPI, R.FILE_SAYS_PIP, ""),
        (wanted("oldie", WantedKind.PIP), Side.PYPI, R.FILE_SAYS_PIP, ""),
        (wanted("unheard-of"), Side.PYPI, R.NOT_IN_CHANNELS, ""),
        (wanted("redis"), Side.PYPI, R.NOT_IN_CHANNELS, ""),
        (wanted("oldie"), Side.PYPI, R.NOT_FOR_PYTHON, ""),
        (wanted("numpy @ https://example.org/n-1-py3-none-any.whl"), Side.PYPI, R.IS_ADDRESS, ""),
        (wanted("numpy", applies=False), Side.NOBODY, R.DOES_NOT_APPLY, "numpy"),
        (wanted("gcc", WantedKind.CONDA), Side.CONDA, R.NOT_IN_CHANNELS, "gcc"),
        (wanted("numpy", WantedKind.CONDA), Side.CONDA, R.FILE_SAYS_CONDA, "numpy"),
    ],
    ids=lambda value: value.text if isinstance(value, Wanted) else None,
)
def test_that_each_line_has_a_side_and_a_reason(
    line: Wanted, side: Side, reason: ReasonCode, spec: str
) -> None:
    (found,) = assign([line], OFFERS, always)
    assert (found.side, found.reason, found.spec) == (side, reason, spec)


def test_that_two_lines_of_one_package_come_from_one_side() -> None:
    first, second = assign([wanted("numpy"), wanted("numpy[all]")], OFFERS, always)
    assert (first.side, first.reason) == (Side.PYPI, R.SAME_AS_OTHER_LINE)
    assert second.side is Side.PYPI


def test_that_a_constraint_narrows_what_fits_and_what_comes_along() -> None:
    constraint = wanted("numpy<2")
    (line,) = assign([wanted("numpy")], OFFERS, always, [constraint])
    assert line.spec == "numpy <2"
    assert line.version == "1.26"
    assert limits_of([constraint, wanted("numpy!=5")], OFFERS, always) == ("numpy !=5,<2",)


def test_that_a_line_moves_only_where_it_can_be_had() -> None:
    numpy, unheard = assign([wanted("numpy"), wanted("unheard-of")], OFFERS, always)
    assert moved(numpy, Side.PYPI).reason is R.CHOSEN
    assert moved(numpy, Side.PYPI).requirement == "numpy"
    assert moved(unheard, Side.CONDA) is unheard
    assert moved(unheard, Side.NOBODY).side is Side.NOBODY


def test_that_lists_of_other_computers_are_taken_leniently() -> None:
    lines = [wanted("numpy==1.26", WantedKind.CONDA), wanted("numpy==0.1", WantedKind.CONDA)]
    lines.append(wanted("libwin==1", WantedKind.CONDA))
    found = assign(lines, OFFERS, always, lenient=True)
    assert [each.spec for each in found] == ["numpy==1.26", "numpy", "libwin==1"]
    assert found[2].side is Side.NOBODY


def test_that_both_names_of_a_package_are_asked_for() -> None:
    assert {"torch", "pytorch"} <= names_to_ask_for([wanted("torch")])


def test_that_real_channels_answer_all_at_once(practice: Practice) -> None:
    lines = tuple(map(wanted, ("numerals<2.1", "tidepool~=3.1", "almanac==1", "lighthouse", "nix")))
    query = AssignQuery(practice.both, lines)
    answer = practice.call(assign_lines, query, PLAIN, practice.places)
    found = {line.wanted.name: line for line in answer.lines}
    assert found["numerals"].spec == "numerals <2.1"
    assert found["numerals"].version == "2.0.1"
    assert found["tidepool"].spec == "tidepool >=3.1,3.*"
    assert found["almanac"].reason is R.VERSION_NOT_IN_CHANNELS
    assert found["lighthouse"].side is Side.PYPI  # no Python in it
    assert found["nix"].reason is R.NOT_IN_CHANNELS
    assert answer.python in answer.pythons
