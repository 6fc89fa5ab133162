from __future__ import annotations

import pytest

from engine.conda.history import Revision
from engine.plan import ChangeKind
from gui.models.revisions import (
    RevisionChange,
    RevisionCounts,
    changes_of,
    counts_of,
    split_distribution,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("conda-forge/linux-64::numpy-1.26.4-py312_0", ("conda-forge", "numpy", "1.26.4")),
        ("https://repo.example/main/noarch::a-b-1-0", ("https://repo.example/main", "a-b", "1")),
        ("conda-forge::pip-24.0-pyh_0", ("conda-forge", "pip", "24.0")),
        ("python-3.12.7-h1_0_cpython", ("", "python", "3.12.7")),
        ("defaults::zlib-1.3-0.tar.bz2", ("defaults", "zlib", "1.3")),
        ("nonsense", ("", "nonsense", "")),
        ("", ("", "", "")),
    ],
)  # fmt: skip
def test_that_distributions_are_split_as_conda_writes_them(
    text: str, expected: tuple[str, str, str]
) -> None:
    assert split_distribution(text) == expected


def test_that_a_package_that_went_and_came_is_one_change() -> None:
    revision = Revision(
        None,
        added=("c::up-2.0-0", "c::down-1.0-0", "c::same-1.0-1", "c::new-1.0-0"),
        removed=("c::up-1.9-0", "c::down-1.10-0", "c::same-1.0-0", "c::gone-3-0"),
    )
    assert counts_of(revision) == RevisionCounts(added=1, exchanged=3, removed=1)
    assert changes_of(revision) == (
        RevisionChange(ChangeKind.DOWNGRADE, "down", "1.10", "1.0", "c"),
        RevisionChange(ChangeKind.REMOVE, "gone", "3", "", "c"),
        RevisionChange(ChangeKind.ADD, "new", "", "1.0", "c"),
        RevisionChange(ChangeKind.REPLACE, "same", "1.0", "1.0", "c"),
        RevisionChange(ChangeKind.UPDATE, "up", "1.9", "2.0", "c"),
    )
