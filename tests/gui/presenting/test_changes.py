from __future__ import annotations

import re
from dataclasses import replace

from engine.plan import Change, ChangeKind, Figures
from engine.records import Record, RecordKind, Source, SourceKind, State
from engine.requests import ChangeRequest
from gui import presenting
from tests.support.sentences import CHANGE, plan


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
    unbuilt = replace(change, after=record("numpy", "1.26.4", "PyPI", build=""))
    assert presenting.version_text(unbuilt) == "1.26.4"


def test_that_a_change_says_who_needs_it() -> None:
    added = Change(ChangeKind.ADD, "numpy", None, record("numpy", "2.1.0"))
    assert presenting.reason_text(added) == ""
    needed = replace(added, needed_by=("pandas", "scipy"))
    assert re.fullmatch(r"needed by pandas\W.*scipy", presenting.reason_text(needed))
    widely = replace(added, needed_by=("a", "b", "c", "d", "e"))
    assert presenting.reason_text(widely) == "needed by a, b, c and 2 more"
    asked = replace(added, after=replace(record("numpy", "2.1.0"), requested=("numpy",)))
    assert presenting.reason_text(asked) == "chosen by you"
    assert presenting.reason_text(asked, mends=True) == "repair"
    assert presenting.reason_text(widely, mends=True) == "needed by a, b, c and 2 more"


def test_that_one_package_is_not_called_packages() -> None:
    assert presenting.group_title(ChangeKind.ADD, 1) == "Added: 1 package"
    assert presenting.group_title(ChangeKind.REMOVE, 54) == "Removed: 54 packages"


def test_that_a_download_of_unknown_size_is_not_told_as_none() -> None:
    known, unknown = record("numpy", "2.0"), record("scipy", "1.0")
    changes = (
        Change(ChangeKind.ADD, "numpy", None, replace(known, archive_bytes=5_000_000)),
        Change(ChangeKind.ADD, "scipy", None, unknown),
    )
    partly = replace(plan(CHANGE, Figures(download_bytes=5_000_000)), changes=changes)
    assert "at least 5" in presenting.figures_sentences(partly)[0]
    fully = replace(plan(CHANGE, Figures()), changes=changes[1:])
    assert "nothing" not in presenting.figures_sentences(fully)[0]
    near = replace(fully, changes=(replace(changes[1], is_local=True),))
    assert "Downloads nothing" in presenting.figures_sentences(near)[0]
    assert presenting.download_text(near.changes[0]) == "none"


def test_that_a_plan_without_changes_says_why() -> None:
    def said(request: ChangeRequest) -> str:
        (sentence,) = presenting.figures_sentences(plan(request, Figures()))
        return sentence

    assert "there already" in said(CHANGE)
    assert "nothing newer" in said(replace(CHANGE, add=(), update=("numpy",)))
    there = record("numpy", "2.0")
    noted = replace(
        plan(CHANGE, Figures()),
        before=State((there,)),
        after=State((replace(there, requested=("numpy",)),)),
    )
    assert presenting.figures_sentences(noted)[0].endswith("when other packages go: numpy.")
