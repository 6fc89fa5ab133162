from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.records import RecordKind
from gui.models.basket import Wish, WishKind
from gui.models.name_index import NameIndex
from gui.models.offers import MOST_OFFERS, Installed, Offer, looks_at_disk, offers_for
from tests.support.records import record

INDEX = NameIndex(
    ("numpy", "numpy-base", "numpydoc", "pandas", "scipy", "python", "bottleneck", "xnumpy")
)
INSTALLED = Installed(
    (
        record("python", "3.12.7"),
        record("pandas", "2.0"),
        record("requests", "2.32.5", kind=RecordKind.PYPI),
    )
)


def found(text: str, installed: Installed = INSTALLED) -> list[tuple[str, str]]:
    offers = offers_for(text, INDEX, installed)
    return [(offer.title, offer.wishes[0].tool if offer.wishes else "") for offer in offers]


def wishes(text: str, installed: Installed = INSTALLED) -> tuple[Wish, ...]:
    return offers_for(text, INDEX, installed)[0].wishes


def test_that_names_beginning_with_the_text_stand_before_those_that_have_it_inside() -> None:
    assert [title for title, _ in found("numpy")] == ["numpy", "numpy-base", "numpydoc", "xnumpy"]
    assert [title for title, _ in found("NUMPYD")] == ["numpydoc", "NUMPYD"]


def test_that_what_is_installed_is_not_offered() -> None:
    assert found("pandas") == []
    assert found("python") == []
    assert found("requests") == []


def test_that_a_name_which_no_channel_has_is_offered_from_pypi() -> None:
    assert found("rich") == [("rich", "pypi")]
    assert found("rich", Installed()) == []
    assert wishes("rich==13.1") == (Wish(WishKind.ADD, RecordKind.PYPI, "rich", "rich==13.1"),)
    assert wishes("rich 13.1")[0].spec == "rich==13.1"


def test_that_nobody_is_told_that_pypi_has_what_was_only_typed() -> None:
    for text in ("rich", "rich==13.1", "nunpy"):
        assert "PyPI is asked" in offers_for(text, INDEX, INSTALLED)[-1].note
    assert not offers_for("requests<2.30", INDEX, INSTALLED)[0].note, "that one came from there"
    assert not offers_for("numpy", INDEX, INSTALLED)[0].note


def test_that_a_misspelled_name_leads_to_the_one_that_was_meant() -> None:
    assert found("nunpy") == [("numpy", "conda"), ("nunpy", "pypi")]


@pytest.mark.parametrize(
    "text", ["numpy >=1.26,<2", "numpy=1.26", "numpy 1.26", "bioconda::samtools"]
)
def test_that_versions_and_channels_are_kept(text: str) -> None:
    (offer,) = offers_for(text, INDEX, INSTALLED)
    assert offer.wishes[0].kind is WishKind.ADD
    assert offer.wishes[0].tool is RecordKind.CONDA
    assert offer.wishes[0].spec.split() == text.replace(" >=", ">=").split()


def test_that_another_version_of_what_is_there_takes_its_place() -> None:
    assert wishes("pandas<2") == (
        Wish(WishKind.SWITCH, RecordKind.CONDA, "pandas", "pandas<2", "conda:pandas"),
    )
    assert wishes("requests<2.30")[0].tool is RecordKind.PYPI
    assert wishes("requests[socks]<2.30") == (
        Wish(WishKind.SWITCH, RecordKind.PYPI, "requests", "requests[socks]<2.30", "pypi:requests"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "rich[jupyter]",
        "git+https://example.org/rich.git",
        "https://example.org/rich-13.0-py3-none-any.whl",
        "rich @ git+https://example.org/rich.git",
    ],
)
def test_that_extras_and_addresses_are_for_pypi(text: str) -> None:
    (offer,) = offers_for(text, INDEX, INSTALLED)
    assert offer.is_from_pypi
    (without,) = offers_for(text, INDEX, Installed())
    assert "need Python" in without.note
    assert not without.wishes


def test_that_a_wheel_on_this_computer_can_be_added(tmp_path: Path) -> None:
    wheel = tmp_path / "rich-13.0-py3-none-any.whl"
    assert "no such file" in offers_for(str(wheel), INDEX, INSTALLED)[0].note
    wheel.write_bytes(b"")
    (wish,) = wishes(str(wheel))
    assert (wish.name, wish.tool) == ("rich", RecordKind.PYPI)


def test_that_a_list_is_offered_as_a_whole() -> None:
    (offer,) = offers_for("conda install numpy scipy>=1.11 pandas", INDEX, INSTALLED)
    assert [wish.spec for wish in offer.wishes] == ["numpy", "scipy>=1.11"]
    assert offers_for("numpy nonesuch", INDEX, INSTALLED) == ()


def test_that_half_typed_requirements_say_what_is_missing() -> None:
    (offer,) = offers_for("git+", INDEX, INSTALLED) or (Offer("", note="none"),)
    assert offer.title == "git+"
    (broken,) = offers_for("https://example.org/page", INDEX, INSTALLED)
    assert broken.note.endswith(".")
    assert not broken.wishes


def test_that_every_name_of_a_large_channel_set_is_found_in_a_moment() -> None:
    index = NameIndex(f"package-{number:05}-{number % 97}" for number in range(34_000))
    begin = time.process_time()
    for text in ("p", "package-3", "-96", "7", "zzz", "package-33999-49", "packag-33999"):
        assert len(offers_for(text, index, INSTALLED)) <= MOST_OFFERS + 2
    assert time.process_time() - begin < 1


@given(st.text(max_size=40))
def test_that_no_text_is_too_odd_to_be_looked_for(text: str) -> None:
    for offer in offers_for(text, INDEX, INSTALLED):
        assert offer.title
        assert offer.wishes or offer.note


@given(
    st.lists(st.text("abc-", min_size=1, max_size=6)),
    st.text("abc-", min_size=1, max_size=3),
    st.integers(1, 8),
)
def test_that_the_index_finds_what_looking_at_each_name_would(
    names: list[str], text: str, most: int
) -> None:
    known = sorted(set(names))
    begin = [name for name in known if name.startswith(text)]
    inside = [name for name in known if text in name and name not in begin]
    assert list(NameIndex(names).find(text, most)) == [*begin, *inside][:most]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/data/wheels/sail-1.0-py3-none-any.whl", True),
        ("~/project", True),
        ("C:\\wheels\\sail", True),
        ("sail-1.0.tar.gz", True),
        ("sail @ file:///data/sail", True),
        ("git+https://example.org/sail", False),
        ("https://example.org/sail", False),
        ("numpy >=2", False),
        ("", False),
    ],
)
def test_that_what_means_looking_at_files_is_told_beforehand(text: str, expected: bool) -> None:
    assert looks_at_disk(text) is expected
