from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.launching import (
    bundle_folder,
    engine_command,
    hasher_command,
    leave_bundle,
    linker_command,
    own_command,
    walker_command,
)
from engine.places import places_below
from engine.version import __version__


def test_that_a_worker_of_a_root_is_started_on_that_root(tmp_path: Path) -> None:
    command = engine_command("info", places=places_below(tmp_path))
    assert command[-3:] == ["--root", str(tmp_path), "info"]
    assert command[0] == sys.executable


def test_that_a_worker_from_source_answers_wherever_it_is_started(tmp_path: Path) -> None:
    done = subprocess.run(
        own_command("--version"), cwd=tmp_path, capture_output=True, check=True, text=True
    )
    assert done.stdout.strip() == __version__


def test_that_a_frozen_application_starts_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "envdesk"))
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path / "inside"), raising=False)
    assert own_command("ask") == [str(tmp_path / "envdesk"), "--engine", "ask"]
    assert hasher_command() == [str(tmp_path / "envdesk"), "--engine", "hash"]
    assert walker_command() == [str(tmp_path / "envdesk"), "--engine", "walk"]
    assert linker_command() == [str(tmp_path / "envdesk"), "--engine", "link"]
    assert bundle_folder() == tmp_path / "inside"


def test_that_from_source_there_is_no_bundle() -> None:
    assert bundle_folder() is None


def test_that_other_programs_find_no_trace_of_the_bundle() -> None:
    environ = {
        "LD_LIBRARY_PATH": "/opt/envdesk/_internal",
        "DYLD_LIBRARY_PATH": "/opt/envdesk/_internal:/own",
        "DYLD_LIBRARY_PATH_ORIG": "/own",
        "_PYI_APPLICATION_HOME_DIR": "/opt/envdesk/_internal",
        "QT_PLUGIN_PATH": "/opt/envdesk/_internal/PySide6/Qt/plugins",
        "PATH": "/usr/bin",
        "QT_SCALE_FACTOR": "2",
    }
    leave_bundle(environ)
    assert environ == {
        "DYLD_LIBRARY_PATH": "/own",
        "DYLD_LIBRARY_PATH_ORIG": "/own",
        "PATH": "/usr/bin",
        "QT_SCALE_FACTOR": "2",
    }
