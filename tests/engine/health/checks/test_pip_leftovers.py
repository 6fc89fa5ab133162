from __future__ import annotations

from pathlib import Path

from engine.health.checks import pip_leftovers
from tests.support.checking import ways_of
from tests.support.environments import Package, sound_environment, write_distribution
from tests.support.scenes import scene_at

SITE = "lib/python3.12/site-packages"


def test_that_a_half_of_what_is_there_in_another_copy_only_goes(
    prefix: Path, site: Path, tmp_path: Path
) -> None:
    (write_distribution(site, "kite", "1.0") / "METADATA").unlink()
    write_distribution(site, "kite", "2.0")
    (found,) = pip_leftovers.find(scene_at(prefix, tmp_path), ())
    assert ways_of(found) == (f"delete-files {SITE}/kite-1.0.dist-info",)


def test_that_a_half_that_does_not_say_its_version_only_goes(
    prefix: Path, site: Path, tmp_path: Path
) -> None:
    (site / "kite.dist-info").mkdir()
    (found,) = pip_leftovers.find(scene_at(prefix, tmp_path), ())
    assert ways_of(found) == (f"delete-files {SITE}/kite.dist-info",)


def test_that_a_half_of_condas_is_told_by_the_check_of_its_packages(tmp_path: Path) -> None:
    prefix = sound_environment(tmp_path / "e", Package("kite", distribution="kite"))
    (prefix / SITE / "kite-1.0.0.dist-info" / "METADATA").unlink()
    assert list(pip_leftovers.find(scene_at(prefix, tmp_path), ())) == []
