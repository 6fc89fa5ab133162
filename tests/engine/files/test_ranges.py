"""Version ranges of PyPI's in conda's words, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from engine.files.ranges import conda_range, conda_spec, fitting, leaves_open, requirement_of
from tests.support.admitting import admitted
from tests.support.rattling import RattlerWorker

OFFERED = (
    *("1!1.0", "3.0", "3.0rc1", "2.1.post1", "2.1", "2.0.5", "2.0", "2.0rc1", "2.0a1", "2.0.dev1"),
    *("1.10", "1.9.1", "1.9", "1.2", "1.0"),
)
RANGES = (
    *("", "==2.0", "==2.0.*", "!=2.0", "!=2.0.*", "~=2.0", "~=1.9.0", ">=1.9,<2", "<2", "<=2.0"),
    *(">2.0", ">2.1", "===2.0", ">=2.0rc1", "==1!1.0", "~=1!1.0", ">=1.9,!=1.10,<3", "==2.1.post1"),
)


@pytest.mark.parametrize("text", RANGES)
def test_that_conda_takes_only_what_pip_would(text: str, worker: RattlerWorker) -> None:
    table = worker.call(admitted, text, OFFERED)
    spec, newest = conda_spec("pkg", SpecifierSet(text), OFFERED, lambda r, v: (r, v) in table)
    if not text:
        assert (spec, newest) == ("pkg", OFFERED[0])
        return
    good = set(fitting(SpecifierSet(text), OFFERED))
    assert newest in good
    taken = worker.call(admitted, spec.removeprefix("pkg "), OFFERED, whole=True)
    assert {version for _, version in taken} <= good


@pytest.mark.parametrize(
    ("text", "conda"),
    [
        ("~=1.4.2", ">=1.4.2,1.4.*"),
        ("~=2!1.4", ">=2!1.4,2!1.*"),
        ("==1.2.*", "1.2.*"),
        ("!=1.2.*", "!=1.2.*"),
        ("===1.0", "==1.0"),
        ("==v1.0-rc.1", "==1.0rc1"),
        (">=1,<2,!=1.5", "!=1.5,<2,>=1"),
    ],
)
def test_that_every_operator_has_words(text: str, conda: str) -> None:
    assert conda_range(SpecifierSet(text)) == conda


def test_that_a_version_nobody_offers_has_no_spec() -> None:
    assert conda_spec("pkg", SpecifierSet("==9"), OFFERED, lambda _, v: v == "9") == ("", "")


@pytest.mark.parametrize(
    ("spec", "requirement"),
    [
        ("numpy", "numpy"),
        ("numpy=1.26", "numpy==1.26.*"),
        ("numpy 1.26.*", "numpy==1.26.*"),
        ("numpy 1.26", "numpy==1.26"),
        ("numpy==1.26.4", "numpy==1.26.4"),
        ("numpy >=1.26,<2", "numpy<2,>=1.26"),
        ("numpy=1.26=py311_0", ""),
        ("numpy 1.26 py311_0", ""),
        ("conda-forge::numpy", ""),
        ("numpy >=1|<0.5", ""),
        ("numpy[version='>=1']", ""),
    ],
)
def test_that_specs_are_said_in_the_words_of_pypi_where_it_has_them(
    spec: str, requirement: str
) -> None:
    assert requirement_of(spec) == requirement


@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=4), st.sampled_from(["==", ">=", "<", "~="])
)
def test_that_plain_versions_go_there_and_back(numbers: list[int], operator: str) -> None:
    version = ".".join(map(str, numbers))
    if operator == "~=" and len(numbers) == 1:
        return
    text = conda_range(SpecifierSet(f"{operator}{version}"))
    back = requirement_of(f"pkg {text}" if text[0].isalnum() else f"pkg{text}")
    if operator == "~=":
        assert back
    else:
        assert SpecifierSet(back.removeprefix("pkg")).contains(Version(version)) is (
            operator != "<"
        )


def test_that_any_patch_release_leaves_a_minor_version_open() -> None:
    assert leaves_open(SpecifierSet(">=3.11.4,<3.12"), "3.11")
    assert not leaves_open(SpecifierSet(">=3.11.4,<3.12"), "3.12")
