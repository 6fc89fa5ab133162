from __future__ import annotations

import pytest

from tests.support.practising import Practice
from tests.support.prereleases import asks_for_testers, is_for_testers

EARLY = (
    *("2.0rc1", "2.0.rc2", "2.0-rc.1", "1.0a1", "1.0b2", "1.0.0beta", "1.0.0_alpha3", "3.14.0a7"),
    *("2.0.dev0", "2.0.0.dev20260101", "1!2.0rc1", "2.0.0rc1+cpu", "5.0.0-pre", "2.0c1"),
)
RIPE = (
    *("2.0", "2024a", "1.1.1w", "9b", "9e", "2.0.post1", "3.0.1", "2026.1", "1.0.0.1", "4.2b"),
    *("0.1.2.3", "1.2.3_4", "2.0+cu121", "20240722.0", "1.0.develop.later", "1.0prefix", "r4_0"),
)


def test_that_versions_for_testers_are_told_from_those_for_everybody(practice: Practice) -> None:
    found = practice.call(is_for_testers, (*EARLY, *RIPE))
    assert [version for version in EARLY if not found[version]] == []
    assert [version for version in RIPE if found[version]] == []


@pytest.mark.parametrize(
    ("spec", "asks"),
    [
        ("almanac", False),
        ("almanac >=2026", False),
        ("almanac-rc >=1", False),
        ("almanac =2026.2rc1", True),
        ("almanac >=2026.2rc1,<2027", True),
        ("almanac=2026.2rc1", True),
        ("almanac[version='>=2026.2.0a1']", True),
    ],
)
def test_that_only_a_version_asks_for_a_prerelease(
    practice: Practice, spec: str, asks: bool
) -> None:
    assert practice.call(asks_for_testers, spec) is asks
