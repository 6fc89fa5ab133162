from __future__ import annotations

import shutil
from pathlib import Path

from engine.health.values import Finding, FindingCode
from tests.support.checking import checked_quickly, codes, the, ways_of
from tests.support.environments import (
    Package,
    sound_environment,
    write_distribution,
    write_record,
)
from tests.support.rattling import RattlerWorker

SITE = "lib/python3.12/site-packages"
OARS = Package("oars", "1.0", distribution="oars")


def overwritten(
    root: Path, checker: RattlerWorker, *others: Package, wanted: str = "oars>=2"
) -> Finding:
    """Return what is told where pip put oars 2.0 over conda's 1.0, and a boat has its own wish."""
    prefix = sound_environment(root / "e", OARS, *others)
    shutil.rmtree(prefix / SITE / "oars-1.0.dist-info")
    write_distribution(prefix / SITE, "oars", "2.0")
    write_distribution(prefix / SITE, "boat", "1.0", requires=(wanted,))
    return the(checker.call(checked_quickly, prefix, root), FindingCode.CONDA_OVERWRITTEN)


def test_that_the_copy_that_the_others_need_stays_first(
    tmp_path: Path, checker: RattlerWorker
) -> None:
    found = overwritten(tmp_path, checker)
    assert ways_of(found) == ("hand-to-pypi oars", "restore-conda oars")
    assert found.value("breaks") == ""


def test_that_condas_copy_comes_back_first_where_either_will_do(
    tmp_path: Path, checker: RattlerWorker
) -> None:
    found = overwritten(tmp_path, checker, wanted="oars>=1")
    assert ways_of(found) == ("restore-conda oars", "hand-to-pypi oars")


def test_that_condas_copy_comes_back_first_where_another_package_of_conda_needs_it(
    tmp_path: Path, checker: RattlerWorker
) -> None:
    found = overwritten(tmp_path, checker, Package("galley", depends=("oars <2",)))
    assert ways_of(found) == ("restore-conda oars", "hand-to-pypi oars")


def test_that_metadata_of_condas_that_is_half_there_is_told_as_gone(
    tmp_path: Path, checker: RattlerWorker
) -> None:
    prefix = sound_environment(tmp_path / "e", OARS)
    (prefix / SITE / "oars-1.0.dist-info" / "METADATA").unlink()
    health = checker.call(checked_quickly, prefix, tmp_path)
    assert codes(health) == {FindingCode.CONDA_DIST_INFO_GONE}


def test_that_what_is_for_another_python_here_is_not_missed(
    tmp_path: Path, checker: RattlerWorker
) -> None:
    prefix = sound_environment(tmp_path / "e")
    write_record(prefix, OARS, "lib/python3.11/site-packages", files=True)
    assert checker.call(checked_quickly, prefix, tmp_path).findings == ()


def test_that_without_any_site_packages_not_every_package_is_told_as_gone(
    tmp_path: Path, checker: RattlerWorker
) -> None:
    prefix = sound_environment(tmp_path / "e", OARS)
    shutil.rmtree(prefix / SITE)
    found = codes(checker.call(checked_quickly, prefix, tmp_path))
    assert FindingCode.CONDA_DIST_INFO_GONE not in found
