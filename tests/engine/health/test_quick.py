from __future__ import annotations

from pathlib import Path

from engine.health.values import Depth, FindingCode, Gravity
from tests.support.checking import checked_quickly, codes, the
from tests.support.environments import Package, make_environment, write_distribution
from tests.support.rattling import RattlerWorker

PIP = Package("pip", "25.0", distribution="pip")


def sound(root: Path, *packages: Package) -> Path:
    prefix = make_environment(root / "envs" / "sound 环境", (PIP, *packages), files=True)
    command = prefix / "bin" / "pip"
    command.write_text("#!/usr/bin/env python\n")
    (prefix / "bin" / "python").chmod(0o755)
    return prefix


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
