from __future__ import annotations

import json
from pathlib import Path

from engine.health.checks import editables
from tests.support.checking import ways_of
from tests.support.environments import write_distribution
from tests.support.scenes import scene_at


def test_that_only_a_folder_that_is_gone_is_told(prefix: Path, site: Path, tmp_path: Path) -> None:
    for name, is_editable in (("here", True), ("gone", True), ("built", False)):
        folder = tmp_path / name
        direct = {"url": folder.as_uri(), "dir_info": {"editable": is_editable}}
        info = write_distribution(site, name, "1.0")
        (info / "direct_url.json").write_text(json.dumps(direct))
    (tmp_path / "here").mkdir()
    (found,) = editables.find(scene_at(prefix, tmp_path), ())
    assert (found.subject, found.value("folder")) == ("gone", str(tmp_path / "gone"))
    assert ways_of(found) == ("remove gone",)
