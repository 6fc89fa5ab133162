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


def asks(prefix: Path, name: str, requirement: str) -> None:
    """Let what conda installed ask for something in the list that is meant for PyPI."""
    (metadata,) = prefix.glob(f"lib/python3.12/site-packages/{name}-*.dist-info/METADATA")
    metadata.write_text(f"{metadata.read_text().rstrip()}\nRequires-Dist: {requirement}\n")


def test_that_what_those_who_packed_for_conda_left_out_is_only_a_note(
    tmp_path: Path, checker: RattlerWorker
) -> None:
    prefix = sound(
        tmp_path, Package("spindle", distribution="spindle"), Package("wool", distribution="wool")
    )
    asks(prefix, "spindle", "thread-counter>=2")
    asks(prefix, "spindle", "wool>=9")
    health = checker.call(checked_quickly, prefix, tmp_path)
    assert codes(health) == {FindingCode.REQUIREMENT_MISSING, FindingCode.REQUIREMENT_UNMET}
    for found in health.findings:
        assert (found.gravity, found.value("settled")) == (Gravity.NOTE, "spindle")
        assert found.is_choice


def test_that_what_came_from_pypi_needs_all_that_it_asks_for(
    tmp_path: Path, checker: RattlerWorker
) -> None:
    prefix = sound(
        tmp_path, Package("spindle", distribution="spindle"), Package("wool", distribution="wool")
    )
    site = prefix / "lib/python3.12/site-packages"
    write_distribution(site, "loom", "1.0")
    for name in ("spindle", "loom"):
        asks(prefix, name, "thread-counter>=2")
        asks(prefix, name, "wool>=9")
    health = checker.call(checked_quickly, prefix, tmp_path)
    assert {found.gravity for found in health.findings} == {Gravity.BROKEN}
    for found in health.findings:
        assert (found.value("settled"), found.value("by")) == ("", "spindle, loom")
        assert not found.is_choice


def test_that_what_pip_put_beside_conda_is_not_settled(
    tmp_path: Path, checker: RattlerWorker
) -> None:
    prefix = sound(tmp_path, Package("spindle", distribution="spindle"))
    write_distribution(prefix / "lib/python3.12/site-packages", "wool", "1.0")
    asks(prefix, "spindle", "wool>=9")
    unmet = the(checker.call(checked_quickly, prefix, tmp_path), FindingCode.REQUIREMENT_UNMET)
    assert (unmet.gravity, unmet.value("settled")) == (Gravity.BROKEN, "")
