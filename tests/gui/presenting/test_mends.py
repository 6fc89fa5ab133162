"""What a repair does to files is told by name where they are few, and each file once."""

from __future__ import annotations

import pytest

from engine.health.mending import Mend, MendKind, Repairing
from gui.presenting.mends import mend_sentence, mend_sentences, mend_word


@pytest.mark.parametrize("count", [1, 4])
def test_that_every_kind_of_file_has_its_words(count: int) -> None:
    paths = [f"lib/{at}.txt" for at in range(count)]
    for words in (
        [mend_sentence(kind, paths) for kind in MendKind],
        [mend_word(kind) for kind in MendKind],
    ):
        assert all(words)
        assert len(set(words)) == len(words)


def test_that_few_files_are_named_and_many_are_counted() -> None:
    few = mend_sentence(MendKind.DELETED, ["site/notes.py", "site/old"])
    assert few.startswith("Deleted for good: notes.py")
    assert "old" in few
    many = mend_sentence(MendKind.DELETED, [f"{at}.py" for at in range(4)])
    assert many == "Deleted for good: 4 files or folders."


def test_that_what_is_written_anew_is_not_told_as_deleted_too() -> None:
    record = "conda-meta/wind-1.0-0.json"
    mends = (Mend(MendKind.DELETED, record), Mend(MendKind.WRITTEN, record))
    (said,) = mend_sentences(Repairing(mends))
    assert "written anew" in said


def test_that_what_python_makes_by_itself_is_counted_apart() -> None:
    paths = ("bin/tool", "lib/a.pyc", "lib/b.pyc")
    mends = tuple(Mend(MendKind.REWRITTEN, path) for path in paths)
    assert mend_sentences(Repairing(mends)) == (
        "Corrected, because another folder is named in it: tool.",
        "The same with 2 helper files that Python makes by itself.",
    )
    assert mend_sentences(Repairing(mends[1:])) == (
        "Changed: 2 helper files that Python makes by itself.",
    )
