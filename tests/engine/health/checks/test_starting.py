from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from engine.health.checks import starting
from tests.support.scenes import scene_at

pytestmark = pytest.mark.skipif(os.name != "posix", reason="scripts stand for Python")


def cause(prefix: Path, root: Path, script: str) -> str:
    program = prefix / "bin" / "python"
    program.write_text(script)
    program.chmod(0o755)
    return "".join(each.value("cause") for each in starting.find(scene_at(prefix, root)))


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', ""),
        ("#!/bin/sh\nexit 3\n", "It ended with status 3."),
        ("#!/bin/sh\necho 'first'; echo 'no such library' >&2; exit 127\n", "no such library"),
        ("#!/bin/sh\necho hello\n", "It ended with status 0."),
        ("#!/bin/sh\nkill -SEGV $$\n", "It was ended by SIGSEGV."),
        ("#!/nowhere/at/all\n", "No such file or directory"),
        ("not a program", "Exec format error"),
    ],
)
def test_that_a_python_that_does_not_start_says_why(
    prefix: Path, tmp_path: Path, script: str, said: str
) -> None:
    assert cause(prefix, tmp_path, script) == said


def test_that_variables_of_whoever_checks_do_not_keep_it_from_starting(
    prefix: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHOME", "/nowhere/at/all")
    script = '#!/bin/sh\ntest -z "$PYTHONHOME" && echo 3\n'
    assert cause(prefix, tmp_path, script) == ""


def test_that_a_python_that_cannot_even_be_looked_at_is_another_findings_matter(
    prefix: Path, tmp_path: Path
) -> None:
    (prefix / "bin" / "python").unlink()
    (prefix / "bin" / "python").symlink_to("/" + "x" * 300)  # no name may be as long
    assert list(starting.find(scene_at(prefix, tmp_path))) == []
