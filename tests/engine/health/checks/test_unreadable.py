from __future__ import annotations

from pathlib import Path

import pytest

from engine.health.checks import unreadable
from engine.records import RecordProblem
from tests.support.checking import ways_of
from tests.support.scenes import scene_at


@pytest.mark.parametrize(
    ("text", "problem", "way"),
    [
        ('{"made": "by me"}', RecordProblem.FOREIGN, "delete-files conda-meta/kite-1.0-0.json"),
        ("[1, 2]", RecordProblem.FOREIGN, "delete-files conda-meta/kite-1.0-0.json"),
        ('{"name": "kite"}', RecordProblem.INCOMPLETE, "rebuild-record kite-1.0-0.json"),
        ('{"name": "kite", "ver', RecordProblem.NOT_JSON, "rebuild-record kite-1.0-0.json"),
    ],
)
def test_that_only_what_is_no_record_goes_and_records_are_written_anew(
    prefix: Path, tmp_path: Path, text: str, problem: RecordProblem, way: str
) -> None:
    (prefix / "conda-meta" / "kite-1.0-0.json").write_text(text)
    (found,) = unreadable.find(scene_at(prefix, tmp_path), ())
    assert found.value("problem") == problem
    assert ways_of(found) == (way,)
    assert (found.value("package"), found.value("version")) == ("kite", "1.0")
