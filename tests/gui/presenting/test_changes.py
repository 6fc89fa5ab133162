from __future__ import annotations

import re
from dataclasses import replace

from engine.plan import Change, ChangeKind
from engine.records import Record, RecordKind, Source, SourceKind
from gui import presenting


def record(name: str, version: str, source: str = "conda-forge", build: str = "0") -> Record:
    return Record(RecordKind.CONDA, name, version, Source(SourceKind.CHANNEL, source), build=build)


def test_that_a_change_is_shown_as_the_way_from_one_to_the_other() -> None:
    before, after = record("numpy", "1.26.4"), record("numpy", "2.1.0", "PyPI")
    change = Change(ChangeKind.UPDATE, "numpy", before, after)
    assert presenting.version_text(change) == "1.26.4 → 2.1.0"
    assert presenting.source_text(change) == "conda-forge → PyPI"
    rebuilt = replace(change, after=record("numpy", "1.26.4", build="1"))
    assert presenting.version_text(rebuilt) == "1.26.4 (0) → 1.26.4 (1)"
    assert presenting.source_text(rebuilt) == "conda-forge"


def test_that_a_change_says_who_needs_it() -> None:
    added = Change(ChangeKind.ADD, "numpy", None, record("numpy", "2.1.0"))
    assert presenting.reason_text(added) == ""
    needed = replace(added, needed_by=("pandas", "scipy"))
    assert re.fullmatch(r"needed by pandas\W.*scipy", presenting.reason_text(needed))
    widely = replace(added, needed_by=("a", "b", "c", "d", "e"))
    assert presenting.reason_text(widely) == "needed by a, b, c and 2 more"
    asked = replace(added, after=replace(record("numpy", "2.1.0"), requested=("numpy",)))
    assert presenting.reason_text(asked) == "chosen by you"


def test_that_one_package_is_not_called_packages() -> None:
    assert presenting.group_title(ChangeKind.ADD, 1) == "Added: 1 package"
    assert presenting.group_title(ChangeKind.REMOVE, 54) == "Removed: 54 packages"
