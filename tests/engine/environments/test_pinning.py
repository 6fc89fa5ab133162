from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.conda.condarc import read_configuration
from engine.environments.describing import stamp_of
from engine.environments.pinning import Pin, change_pins, pin_for, pinned_specs, read_pins
from engine.errors import EngineError, ErrorCode
from engine.places import Places
from engine.transactions.locking import hold
from tests.support.environments import make_environment
from tests.support.records import record

NUMPY = pin_for(record("numpy", "1.26.4"))


@pytest.fixture
def prefix(places: Places) -> Path:
    return make_environment(places.envs / "第一个 env")


def test_that_a_pin_is_written_as_conda_writes_it_and_taken_back(
    prefix: Path, places: Places
) -> None:
    before = stamp_of(prefix)
    change_pins(prefix, places, (NUMPY,))
    assert (prefix / "conda-meta" / "pinned").read_text() == "numpy ==1.26.4\n"
    assert stamp_of(prefix) != before
    change_pins(prefix, places, without=("numpy",))
    assert not (prefix / "conda-meta" / "pinned").exists()
    assert not list((prefix / "conda-meta").glob(".pinned*"))


def test_that_lines_of_others_stay_as_they_are(prefix: Path, places: Places) -> None:
    file = prefix / "conda-meta" / "pinned"
    file.write_bytes(
        "# für alle\r\nscipy 1.*  # slow\nconda-forge::Numpy <2\nnumpy-base 1\n".encode()
    )
    file.chmod(0o640)
    change_pins(prefix, places, (NUMPY,))
    assert file.read_text("utf-8").splitlines() == [
        "# für alle",
        "scipy 1.*  # slow",
        "numpy-base 1",
        "numpy ==1.26.4",
    ]
    if os.name == "posix":
        assert file.stat().st_mode & 0o777 == 0o640
    assert pinned_specs(prefix) == ("scipy 1.*", "numpy-base 1", "numpy ==1.26.4")


def test_that_general_pins_are_told_apart_and_never_written(prefix: Path, places: Places) -> None:
    places.home.mkdir(parents=True, exist_ok=True)
    (places.home / ".condarc").write_text("pinned_packages:\n  - openssl 3.*\n")
    change_pins(prefix, places, (NUMPY,), without=("openssl",))
    assert read_pins(prefix, read_configuration(places)) == (
        Pin("openssl", "openssl 3.*", is_general=True),
        NUMPY,
    )


def test_that_nothing_is_pinned_while_somebody_changes_the_environment(
    prefix: Path, places: Places
) -> None:
    with hold((prefix,), places), pytest.raises(EngineError) as caught:
        change_pins(prefix, places, (NUMPY,))
    assert caught.value.failure.code is ErrorCode.PREFIX_BUSY
    assert pinned_specs(prefix) == ()


def test_that_an_environment_that_went_is_not_brought_back(prefix: Path, places: Places) -> None:
    with pytest.raises(EngineError) as caught:
        change_pins(places.envs / "gone", places, (NUMPY,))
    assert caught.value.failure.code is ErrorCode.NOT_AN_ENVIRONMENT
    assert not (places.envs / "gone").exists()
