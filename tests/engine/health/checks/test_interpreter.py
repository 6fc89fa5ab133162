from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.health.checks import interpreter
from engine.health.values import FindingCode
from tests.support.scenes import scene_at


def test_that_a_python_that_is_not_marked_as_a_program_is_broken(
    prefix: Path, tmp_path: Path
) -> None:
    (prefix / "bin" / "python").chmod(0o644)
    (found,) = interpreter.find(scene_at(prefix, tmp_path, platform="linux"), ())
    assert found.code is FindingCode.INTERPRETER_BROKEN
    assert "not marked as a program" in found.value("cause")


def test_that_windows_marks_no_programs(prefix: Path, tmp_path: Path) -> None:
    (prefix / "python.exe").write_bytes(b"MZ")
    (prefix / "python.exe").chmod(0o644)
    assert list(interpreter.find(scene_at(prefix, tmp_path, platform="win32"), ())) == []


def test_that_a_folder_in_its_place_is_no_python(prefix: Path, tmp_path: Path) -> None:
    (prefix / "bin" / "python").unlink()
    (prefix / "bin" / "python").mkdir()
    (found,) = interpreter.find(scene_at(prefix, tmp_path, platform="linux"), ())
    assert found.code is FindingCode.INTERPRETER_MISSING


@pytest.mark.skipif(os.name != "posix", reason="makes a symbolic link")
def test_that_it_is_told_where_a_link_in_its_place_leads(prefix: Path, tmp_path: Path) -> None:
    (prefix / "bin" / "python").unlink()
    (prefix / "bin" / "python").symlink_to("python3.99")
    (found,) = interpreter.find(scene_at(prefix, tmp_path), ())
    assert found.code is FindingCode.INTERPRETER_MISSING
    assert found.evidence[0].text == "-> python3.99"
