from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.health.checks import frozen
from tests.support.checking import ways_of
from tests.support.scenes import scene_at

SOMEBODY_ELSE = 54321


@pytest.mark.skipif(os.name != "posix", reason="files have owners there")
def test_that_only_the_own_mark_can_be_taken_away(prefix: Path, tmp_path: Path) -> None:
    mark = prefix / "conda-meta" / "frozen"
    assert list(frozen.find(scene_at(prefix, tmp_path), ())) == []
    mark.write_text("{}")
    (found,) = frozen.find(scene_at(prefix, tmp_path), ())
    assert ways_of(found) == ("unfreeze",)
    if os.geteuid() == 0:
        os.chown(mark, SOMEBODY_ELSE, -1)
    else:
        mark.parent.chmod(0o555)
    (found,) = frozen.find(scene_at(prefix, tmp_path), ())
    assert found.repairs == ()
    mark.parent.chmod(0o755)
