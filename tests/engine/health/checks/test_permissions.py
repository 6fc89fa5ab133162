from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.health.checks import permissions
from tests.support.scenes import scene_at

SOMEBODY_ELSE = 54321


@pytest.mark.skipif(os.name != "posix", reason="files have owners there")
def test_that_a_folder_of_somebody_else_is_told(prefix: Path, tmp_path: Path) -> None:
    scripts = prefix / "bin"
    if os.geteuid() == 0:
        os.chown(scripts, SOMEBODY_ELSE, -1)
    else:
        scripts.rename(prefix / "was bin")
        scripts.symlink_to("/usr/bin")
    (found,) = permissions.find(scene_at(prefix, tmp_path), ())
    assert [each.path for each in found.evidence] == [scripts]


def test_that_windows_has_no_such_rights(prefix: Path, tmp_path: Path) -> None:
    (prefix / "conda-meta").chmod(0o555)
    assert list(permissions.find(scene_at(prefix, tmp_path, platform="win32"), ())) == []
    assert len(list(permissions.find(scene_at(prefix, tmp_path, platform="linux"), ()))) == 1
    (prefix / "conda-meta").chmod(0o755)
