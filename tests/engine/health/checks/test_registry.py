from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.health.checks.registry import prefix_gone
from tests.support.checking import ways_of
from tests.support.scenes import around


def test_that_only_what_is_on_the_list_and_not_there_is_gone(prefix: Path, tmp_path: Path) -> None:
    gone, unlisted = tmp_path / "gone", tmp_path / "never"
    listed = replace(around(tmp_path), registered=(prefix, gone))
    assert prefix_gone(prefix, listed) is None
    assert prefix_gone(unlisted, listed) is None
    found = prefix_gone(gone, listed)
    assert found is not None
    assert (found.subject, ways_of(found)) == (str(gone), (f"forget {gone}",))
    (gone / "bin").mkdir(parents=True)
    assert prefix_gone(gone, listed) is not None, "a folder alone is no environment"
