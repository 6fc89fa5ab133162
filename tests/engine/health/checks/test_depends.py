from __future__ import annotations

from pathlib import Path

from engine.health.quick import check_quick
from engine.health.surroundings import Surroundings
from engine.health.values import FindingCode, Gap, Gravity, Health
from tests.support.checking import codes, the
from tests.support.environments import (
    Package,
    make_environment,
    sound_environment,
    write_distribution,
)
from tests.support.rattling import RattlerWorker
from tests.support.scenes import around

GLIBC = ("__glibc=2.36=0",)


def looked_at(prefix: Path, surroundings: Surroundings) -> Health:
    return check_quick(prefix, surroundings)


def test_that_a_version_that_does_not_fit_is_less_grave_than_nothing_at_all(
    tmp_path: Path, checker: RattlerWorker
) -> None:
    kite, wind = Package("kite", depends=("wind >=2",)), Package("wind", "1.0.0")
    prefix = sound_environment(tmp_path / "e", kite, wind)
    found = the(checker.call(looked_at, prefix, around(tmp_path)), FindingCode.DEPENDS_UNMET)
    assert (found.gravity, found.value("version")) == (Gravity.RISKY, "1.0.0")
    assert [each.text for each in found.evidence] == [
        "wind-1.0.0-pyhd8ed1ab_0",
        "kite: wind >=2",
    ]


def test_that_what_pypi_brought_stands_for_the_package_of_conda_whatever_its_build(
    tmp_path: Path, checker: RattlerWorker
) -> None:
    prefix = sound_environment(tmp_path / "e", Package("kite", depends=("pytorch >=2 py312_7",)))
    site = prefix / "lib/python3.12/site-packages"
    write_distribution(site, "torch", "2.1")
    assert checker.call(looked_at, prefix, around(tmp_path)).findings == ()


def test_that_what_pypi_brought_at_a_version_that_does_not_fit_is_told_with_it(
    tmp_path: Path, checker: RattlerWorker
) -> None:
    prefix = sound_environment(tmp_path / "e", Package("kite", depends=("pytorch >=3",)))
    write_distribution(prefix / "lib/python3.12/site-packages", "torch", "2.1")
    found = the(checker.call(looked_at, prefix, around(tmp_path)), FindingCode.DEPENDS_UNMET)
    assert (found.gravity, found.value("version")) == (Gravity.RISKY, "2.1")
    assert found.summary == "kite need pytorch >=3; there is pytorch 2.1."


def test_that_what_this_computer_has_can_be_unfit_too(
    tmp_path: Path, checker: RattlerWorker
) -> None:
    packages = (
        Package("kite", constrains=("__glibc <2.17",)),
        Package("wind", constrains=("__glibc >=2.17", "__cuda >=99", "absent <1")),
    )
    prefix = sound_environment(tmp_path / "e", *packages)
    health = checker.call(looked_at, prefix, around(tmp_path, virtual_packages=GLIBC))
    (found,) = health.findings
    assert (found.code, found.value("by")) == (FindingCode.CONSTRAINS_VIOLATED, "kite")


def test_that_nothing_is_said_of_what_packages_for_another_computer_need_of_it(
    tmp_path: Path, checker: RattlerWorker
) -> None:
    needy = Package("kite", depends=("__cuda >=99",), subdir="zos-z")
    prefix = make_environment(tmp_path / "e", (needy,), python="")
    health = checker.call(looked_at, prefix, around(tmp_path, virtual_packages=GLIBC))
    assert health.findings == ()
    assert [each.gap for each in health.unchecked] == [Gap.SYSTEM_OTHER]


def test_that_nothing_is_said_of_the_computer_where_it_was_not_asked(
    tmp_path: Path, checker: RattlerWorker
) -> None:
    needy = Package("kite", depends=("__cuda >=99",))
    prefix = make_environment(tmp_path / "e", (needy,), python="")
    health = checker.call(looked_at, prefix, around(tmp_path, virtual_packages=None))
    assert health.findings == ()
    assert [each.gap for each in health.unchecked] == [Gap.SYSTEM_UNKNOWN]
    content = make_environment(tmp_path / "f", (Package("kite"),), python="")
    assert checker.call(looked_at, content, around(tmp_path, virtual_packages=None)).unchecked == ()


def test_that_who_needs_a_package_with_a_record_that_cannot_be_read_does_not_miss_it(
    tmp_path: Path, checker: RattlerWorker
) -> None:
    kite, wind = Package("kite", depends=("wind >=1",)), Package("wind")
    prefix = sound_environment(tmp_path / "e", kite, wind)
    next((prefix / "conda-meta").glob("wind-*.json")).write_text("{")
    health = checker.call(looked_at, prefix, around(tmp_path))
    assert codes(health) == {FindingCode.META_UNREADABLE}
