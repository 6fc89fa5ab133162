from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

from engine.health.checks import scripts
from engine.health.values import Finding
from tests.support.scenes import scene_at

posix = pytest.mark.skipif(os.name != "posix", reason="first lines name paths of POSIX")


def found_in(prefix: Path, root: Path) -> list[Finding]:
    return list(scripts.find(scene_at(prefix, root), ()))


def write_command(prefix: Path, interpreter: str | Path) -> None:
    (prefix / "bin" / "kite").write_text(f"#!{interpreter}\nprint(1)\n")


@posix
@pytest.mark.parametrize(
    "interpreter",
    ["/usr/bin/python3", "/usr/local/bin/python9", "/opt/homebrew/bin/python3", "/bin/python"],
)
def test_that_packages_may_ask_for_the_python_of_the_system(
    prefix: Path, tmp_path: Path, interpreter: str
) -> None:
    write_command(prefix, interpreter)
    assert found_in(prefix, tmp_path) == []


@posix
def test_that_another_environment_is_told_and_any_other_folder_with_a_python_is_not(
    prefix: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    (other / "bin").mkdir(parents=True)
    (other / "bin" / "python3").touch()
    write_command(prefix, other / "bin" / "python3")
    assert found_in(prefix, tmp_path) == []
    (other / "pyvenv.cfg").touch()
    (found,) = found_in(prefix, tmp_path)
    assert (found.subject, found.value("exists")) == (str(other), "yes")
    (other / "pyvenv.cfg").unlink()
    (other / "conda-meta").mkdir()
    assert [each.subject for each in found_in(prefix, tmp_path)] == [str(other)]


@posix
def test_that_a_place_that_is_gone_is_told_as_such(prefix: Path, tmp_path: Path) -> None:
    write_command(prefix, "/envs/before/bin/python3.12")
    (found,) = found_in(prefix, tmp_path)
    assert (found.subject, found.value("exists")) == ("/envs/before", "")
    assert found.value("names") == "kite"


@posix
def test_that_an_environment_behind_a_link_is_no_other_place(prefix: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(prefix)
    write_command(prefix, prefix / "bin" / "python")
    assert found_in(link, tmp_path) == []
    write_command(prefix, link / "bin" / "python")
    assert found_in(prefix, tmp_path) == []


def test_that_launchers_of_windows_tell_which_python_they_start(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("__main__.py", "print(1)")
    program = b"MZ" + bytes(200)
    line = b"#!C:\\envs\\before\\python.exe\r\n"
    (tmp_path / "kite.exe").write_bytes(program + line + stream.getvalue())
    (tmp_path / "other.exe").write_bytes(program)
    (tmp_path / "kite-script.py").write_bytes(b"#!C:\\envs\\before\\pythonw.exe\r\n")
    assert list(scripts.interpreters(tmp_path, "win32")) == [
        (tmp_path / "kite-script.py", "C:\\envs\\before\\pythonw.exe"),
        (tmp_path / "kite.exe", "C:\\envs\\before\\python.exe"),
    ]
