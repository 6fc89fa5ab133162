from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.health.checks import pip_here
from engine.health.values import FindingCode
from tests.support.scenes import scene_at, told_before


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Return a folder of programs with a pip of another Python."""
    pip = tmp_path / "outside" / "pip"
    pip.parent.mkdir()
    pip.write_text("#!/usr/bin/python3\n")
    pip.chmod(0o755)
    return pip.parent


def test_that_pip_without_a_command_leads_to_another_one(
    prefix: Path, tmp_path: Path, outside: Path
) -> None:
    (prefix / "bin" / "pip").unlink()
    (found,) = pip_here.find(scene_at(prefix, tmp_path, {"PATH": str(outside)}, "linux"), ())
    assert found.code is FindingCode.PIP_ELSEWHERE
    assert (found.value("pip"), found.value("installed")) == (str(outside / "pip"), "25.0")
    assert list(pip_here.find(scene_at(prefix, tmp_path, platform="linux"), ())) == []


def test_that_a_command_without_its_package_is_no_pip(
    prefix: Path, site: Path, tmp_path: Path, outside: Path
) -> None:
    shutil.rmtree(site / "pip-25.0.dist-info")
    (found,) = pip_here.find(scene_at(prefix, tmp_path, {"PATH": str(outside)}, "linux"), ())
    assert found.code is FindingCode.PIP_MISSING


@pytest.mark.parametrize(
    ("code", "subject"),
    [
        (FindingCode.CONDA_DIST_INFO_GONE, "pip"),
        (FindingCode.INTERPRETER_MISSING, "python"),
    ],
)
def test_that_what_explains_it_is_told_alone(
    prefix: Path, site: Path, tmp_path: Path, code: FindingCode, subject: str
) -> None:
    shutil.rmtree(site / "pip-25.0.dist-info")
    scene = scene_at(prefix, tmp_path)
    assert list(pip_here.find(scene, (told_before(code, subject),))) == []
    other = told_before(FindingCode.CONDA_DIST_INFO_GONE, "wheel")
    assert len(list(pip_here.find(scene, (other,)))) == 1


def test_that_folders_of_programs_that_cannot_be_looked_into_do_no_harm(
    prefix: Path, tmp_path: Path, outside: Path
) -> None:
    (prefix / "bin" / "pip").unlink()
    path = f"/{'x' * 300}:{outside}"  # no name may be as long
    (found,) = pip_here.find(scene_at(prefix, tmp_path, {"PATH": path}, "linux"), ())
    assert found.value("pip") == str(outside / "pip")
