"""Which PyPI distribution a conda package is, and how sure that is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from engine.pypi import names
from engine.pypi.names import NameCertainty, carried, conda_names, pypi_name, same_files
from engine.records import Record
from tests.support.records import record

TABLE = json.loads(Path(names.__file__).with_name("names_table.json").read_text("utf-8"))


def python_package(name: str) -> Record:
    return replace(record(name, depends=("python >=3.9",)), raw="")


@pytest.mark.parametrize(
    ("conda", "pypi", "certainty"),
    [
        ("pytorch", "torch", NameCertainty.TABLE),
        ("py-opencv", "opencv-python", NameCertainty.TABLE),
        ("matplotlib-base", "matplotlib", NameCertainty.TABLE),
        ("ruamel.yaml", "ruamel-yaml", NameCertainty.TABLE),
        ("Some_Thing", "some-thing", NameCertainty.GUESS),
    ],
)
def test_that_the_source_of_an_answer_is_told(
    conda: str, pypi: str, certainty: NameCertainty
) -> None:
    answer = pypi_name(python_package(conda))
    assert answer is not None
    assert (answer.name, answer.certainty) == (pypi, certainty)


def test_that_purls_come_before_the_table() -> None:
    raw = json.dumps({"name": "pytorch", "purls": ["pkg:conda/x", "pkg:pypi/Torch_Special@1"]})
    answer = pypi_name(replace(python_package("pytorch"), raw=raw))
    assert answer is not None
    assert (answer.name, answer.certainty) == ("torch-special", NameCertainty.PURL)


def test_that_what_needs_no_python_has_no_name() -> None:
    assert pypi_name(record("openssl")) is None
    assert pypi_name(replace(python_package("graphviz"))) is None
    assert pypi_name(replace(record("thing"), noarch="python")) is not None
    assert pypi_name(record("thing", depends=("python-build",))) is None


def test_that_a_channel_is_looked_through_for_every_name() -> None:
    found = carried("torch", {"pytorch", "numpy"})
    assert found is not None
    assert (found.name, found.certainty) == ("pytorch", NameCertainty.TABLE)
    guess = carried("left-pad", frozenset({"left-pad"}))
    assert guess is not None
    assert guess.certainty is NameCertainty.GUESS
    assert carried("torch", {"torch"}) is not None
    # conda's package of this name is a program, not PyPI's library
    found = carried("graphviz", {"graphviz", "python-graphviz"})
    assert found is not None
    assert found.name == "python-graphviz"
    assert carried("duckdb", {"duckdb"}) is None


def test_that_the_table_is_consistent() -> None:
    condas = [conda for conda, _ in TABLE["names"]]
    assert len(condas) == len(set(condas)) >= 100
    assert not set(condas) & set(TABLE["no_distribution"])
    for conda, pypi in TABLE["names"]:
        assert pypi == canonicalize_name(pypi)
        assert conda in {answer.name for answer in conda_names(pypi)}
    for family in TABLE["families"]:
        assert len(family) > 1
        for name in family:
            assert same_files(name) == frozenset(family) - {name}
    assert same_files("numpy") == frozenset()
