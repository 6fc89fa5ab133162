from __future__ import annotations

from pathlib import Path

from engine.health.values import Depth, FindingCode, Gravity
from tests.support.checking import checked_quickly, codes, the
from tests.support.environments import Package, sound_environment, write_distribution
from tests.support.rattling import RattlerWorker


def sound(root: Path, *packages: Package) -> Path:
    return sound_environment(root / "envs" / "sound 环境", *packages)


def test_that_a_sound_environment_has_no_findings(tmp_path: Path, checker: RattlerWorker) -> None:
    prefix = sound(tmp_path, Package("numpy", distribution="numpy"))
    health = checker.call(checked_quickly, prefix, tmp_path)
    assert (health.findings, health.depth, health.prefix) == ((), Depth.QUICK, prefix)
    assert health.stamp


def test_that_the_worst_comes_first(tmp_path: Path, checker: RattlerWorker) -> None:
    prefix = sound(tmp_path, Package("kite", depends=("wind >=1",)))
    (prefix / "conda-meta" / "frozen").write_text("{}")
    write_distribution(prefix / "lib/python3.12/site-packages", "almanac", "1.0")
    (prefix / "lib/python3.12/site-packages/~lmanac").mkdir()
    health = checker.call(checked_quickly, prefix, tmp_path)
    assert [finding.gravity for finding in health.findings] == [
        Gravity.BROKEN,
        Gravity.NOTE,
        Gravity.NOTE,
    ]
    assert codes(health) == {
        FindingCode.DEPENDS_UNMET,
        FindingCode.PIP_LEFTOVERS,
        FindingCode.FROZEN,
    }
    unmet = the(health, FindingCode.DEPENDS_UNMET)
    assert (unmet.value("needed"), unmet.value("system")) == ("wind", "")
