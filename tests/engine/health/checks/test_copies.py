from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.health.checks import copies
from tests.support.checking import ways_of
from tests.support.environments import Package, sound_environment, write_distribution
from tests.support.scenes import scene_at

SITE = "lib/python3.12/site-packages"


@pytest.mark.parametrize("newest", ["1.0", "2.0"])
def test_that_of_two_copies_of_pypi_the_one_that_came_last_stays(
    prefix: Path, site: Path, tmp_path: Path, newest: str
) -> None:
    for version in ("1.0", "2.0"):
        folder = write_distribution(site, "kite", version)
        os.utime(folder, (1e9, 1.2e9 if version == newest else 1.1e9))
    (found,) = copies.find(scene_at(prefix, tmp_path), ())
    gone = "2.0" if newest == "1.0" else "1.0"
    assert ways_of(found) == (f"remove-copy kite-{gone}.dist-info + reinstall-pypi kite",)
    assert found.since is not None
    assert found.since.timestamp() == 1.2e9


def test_that_condas_copy_stays_or_every_other_one(tmp_path: Path) -> None:
    prefix = sound_environment(tmp_path / "e", Package("big-kite", "1.0", distribution="kite"))
    assert list(copies.find(scene_at(prefix, tmp_path), ())) == []
    for name, version, moment in (("Kite", "2.0", 1.2e9), ("kite", "3.0", 1.1e9)):
        os.utime(write_distribution(prefix / SITE, name, version), (1e9, moment))
    (found,) = copies.find(scene_at(prefix, tmp_path), ())
    assert ways_of(found) == (
        "remove-copy Kite-2.0.dist-info + remove-copy kite-3.0.dist-info + restore-conda big-kite",
        "hand-to-pypi big-kite + remove-copy kite-3.0.dist-info + reinstall-pypi kite",
    )
    assert (found.value("count"), found.value("kept_of_conda")) == ("3", "1.0")
