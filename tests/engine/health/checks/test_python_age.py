from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from engine.health.checks import python_age
from engine.health.checks.python_age import ENDS
from engine.health.scene import read_scene
from tests.support.environments import make_environment
from tests.support.scenes import around


def test_that_a_python_is_looked_after_on_its_last_day(prefix: Path, tmp_path: Path) -> None:
    last = replace(around(tmp_path), today=ENDS["3.12"])
    assert list(python_age.find(read_scene(prefix, last), ())) == []
    after = replace(last, today=last.today + timedelta(days=1))
    assert len(list(python_age.find(read_scene(prefix, after), ()))) == 1


def test_that_nothing_newer_is_offered_where_none_is_known_or_conda_did_not_bring_it(
    prefix: Path, tmp_path: Path
) -> None:
    far = replace(around(tmp_path), today=max(ENDS.values()) + timedelta(days=1))
    (found,) = python_age.find(read_scene(prefix, far), ())
    assert found.repairs == ()
    venv = make_environment(tmp_path / "venv", python="")
    (venv / "lib" / "python3.8" / "site-packages").mkdir(parents=True)
    (venv / "pyvenv.cfg").write_text("version = 3.8.20\n")
    (found,) = python_age.find(read_scene(venv, around(tmp_path)), ())
    assert (found.value("version"), found.repairs) == ("3.8.20", ())
