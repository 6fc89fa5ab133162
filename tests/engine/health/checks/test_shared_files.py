from __future__ import annotations

import itertools

from engine.health.checks.shared_files import claimed_twice
from engine.health.claims import Claim
from engine.records import RecordKind

NOBODY: frozenset[str] = frozenset()


def claim(package: str, original: str, sha256: str = "") -> Claim:
    return Claim("share/chart.txt", package, RecordKind.CONDA, sha256, original)


def test_that_the_same_file_from_two_packages_is_nobodys_trouble() -> None:
    assert claimed_twice({"f": (claim("kite", "ab"), claim("wind", "ab"))}, NOBODY) == {}
    assert claimed_twice({"f": (claim("kite", "ab"), claim("wind", ""))}, NOBODY) == {}
    assert claimed_twice({"f": (claim("kite", "ab"), claim("kite", "cd"))}, NOBODY) == {}


def test_that_files_that_differ_are_told_but_for_packages_that_are_told_already() -> None:
    both = (claim("kite", "ab"), claim("wind", "cd"))
    for claims in itertools.permutations(both):
        assert claimed_twice({"f": claims, "g": both[:1]}, NOBODY) == {"f": [*claims]}
        for package in ("kite", "wind"):
            assert claimed_twice({"f": claims}, frozenset((package,))) == {}


def test_that_contents_are_compared_as_they_were_packed() -> None:
    one, other = claim("kite", "ab", "with one prefix"), claim("wind", "ab", "with another")
    assert claimed_twice({"f": (one, other)}, NOBODY) == {}
