from __future__ import annotations

from pathlib import Path

import pytest

from engine.health.checks import requirements
from engine.health.values import Finding, FindingCode, Gravity
from tests.support.checking import ways_of
from tests.support.environments import write_distribution
from tests.support.scenes import scene_at, told_before


def found_in(prefix: Path, root: Path, *found: Finding) -> list[Finding]:
    return list(requirements.find(scene_at(prefix, root), found))


def test_that_an_optional_part_that_is_asked_for_wants_its_versions(
    prefix: Path, site: Path, tmp_path: Path
) -> None:
    write_distribution(site, "boat", "1.0", requires=("sail[cloth]",))
    write_distribution(site, "sail", "1.0", requires=("linen>=2; extra == 'cloth'",))
    write_distribution(site, "linen", "1.0")
    (found,) = found_in(prefix, tmp_path)
    assert (found.code, found.gravity) == (FindingCode.REQUIREMENT_OPTIONAL, Gravity.NOTE)
    assert (found.value("by"), found.value("parts")) == ("sail", "cloth")
    assert ways_of(found) == ("update linen>=2",)


def test_that_what_does_not_fit_anyway_is_not_told_of_optional_parts_again(
    prefix: Path, site: Path, tmp_path: Path
) -> None:
    write_distribution(site, "boat", "1.0", requires=("linen>=2",))
    write_distribution(site, "sail", "1.0", requires=("linen>=3; extra == 'cloth'",))
    write_distribution(site, "linen", "1.0")
    assert [each.code for each in found_in(prefix, tmp_path)] == [FindingCode.REQUIREMENT_UNMET]


def test_that_a_repair_keeps_what_everybody_else_wants(
    prefix: Path, site: Path, tmp_path: Path
) -> None:
    write_distribution(site, "boat", "1.0", requires=("linen>=2",))
    write_distribution(site, "sail", "1.0", requires=("linen<3", "linen>=0.5"))
    write_distribution(site, "linen", "1.0")
    (found,) = found_in(prefix, tmp_path)
    assert found.value("by") == "boat"
    first, *others = ways_of(found)
    assert set(first.removeprefix("install linen").split(",")) == {">=2", "<3", ">=0.5"}
    assert others == ["update boat", "remove boat"]


@pytest.mark.parametrize(
    "graver",
    [
        told_before(FindingCode.CONDA_DIST_INFO_GONE, "torch"),
        told_before(FindingCode.CONDA_DIST_INFO_GONE, "deep-learning", distribution="torch"),
        told_before(FindingCode.DEPENDS_UNMET, "pytorch"),
    ],
    ids=["its name", "its distribution", "its name at conda"],
)
def test_that_what_a_graver_finding_explains_is_not_told_twice(
    prefix: Path, site: Path, tmp_path: Path, graver: Finding
) -> None:
    write_distribution(site, "boat", "1.0", requires=("torch",))
    assert found_in(prefix, tmp_path, graver) == []
    other = told_before(FindingCode.TWO_COPIES, "torch")
    assert len(found_in(prefix, tmp_path, other)) == 1
