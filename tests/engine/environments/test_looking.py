"""Looking at files tells what is not there from what may not be looked at."""

from __future__ import annotations

from pathlib import Path

from engine.environments.looking import closed_value, is_gone


def test_that_only_what_is_not_there_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    assert is_gone(tmp_path / "none")
    assert is_gone(file / "below")
    assert not is_gone(file)
    # Too long a name is refused as a closed folder is, and also to an administrator.
    assert not is_gone(tmp_path / ("x" * 300))


def test_that_a_failure_says_which_folder_is_closed(tmp_path: Path) -> None:
    assert closed_value(tmp_path, PermissionError(13, "no")) == {"closed": str(tmp_path)}
    assert closed_value(tmp_path, FileNotFoundError(2, "no")) == {}
