"""Whatever quick looks read is told apart when it changes where it lies, and nothing else is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.environments.describing import stamp_of
from engine.environments.stamping import contents_stamp
from tests.support.environments import (
    Package,
    make_environment,
    site_packages_of,
    write_distribution,
)

SITE = site_packages_of("3.12.7")
INFO = f"{SITE}/almanac-1.0.dist-info"
READ = (
    "conda-meta/zlib-1.0-0.json",
    "conda-meta/state",
    "pyvenv.cfg",
    "bin/tool",
    "etc/conda/env_vars.d/more.sh",
    f"{SITE}/some.pth",
    f"{SITE}/older.egg-link",
    f"{SITE}/old-1.0-py3.12.egg-info",
    f"{SITE}/older-1.0-py3.12.egg-info/PKG-INFO",
    *(f"{INFO}/{name}" for name in ("METADATA", "RECORD", "INSTALLER", "WHEEL", "direct_url.json")),
)


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    made = make_environment(tmp_path / "环境", [Package("zlib", "1.0", "0")], "3.12.7", files=True)
    write_distribution(made / SITE, "almanac", "1.0")
    for name in (*READ, f"{SITE}/almanac.py", f"{INFO}/LICENSE"):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        with (made / name).open("ab") as file:
            file.write(b"something\n")
        os.utime(made / name, (1e9, 1e9))
    return made


def lengthen(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more\n")
    os.utime(path, (1e9, 1e9))


def rewrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"S")
    os.utime(path, (2e9, 2e9))


def replace(path: Path) -> None:
    other = path.with_name(".other")
    other.write_bytes(path.read_bytes())
    os.utime(other, (1e9, 1e9))
    other.replace(path)


@pytest.mark.parametrize("change", [lengthen, rewrite, replace, Path.unlink])
@pytest.mark.parametrize("name", READ)
def test_that_a_change_of_what_is_read_is_told(
    prefix: Path, name: str, change: Callable[[Path], None]
) -> None:
    before = contents_stamp(prefix)
    assert contents_stamp(prefix) == before
    change(prefix / name)
    assert contents_stamp(prefix) != before


@pytest.mark.parametrize("name", [f"{SITE}/almanac.py", f"{INFO}/LICENSE"])
def test_that_files_that_are_not_read_are_not_looked_at(prefix: Path, name: str) -> None:
    before = contents_stamp(prefix)
    lengthen(prefix / name)
    assert contents_stamp(prefix) == before


def test_that_it_tells_of_what_the_stamp_of_packages_cannot(prefix: Path) -> None:
    before, usual = contents_stamp(prefix), stamp_of(prefix)
    lengthen(prefix / INFO / "METADATA")
    assert (contents_stamp(prefix) != before, stamp_of(prefix) == usual) == (True, True)


def test_that_commands_of_windows_are_told_apart(prefix: Path) -> None:
    tool = prefix / "Scripts" / "tool.exe"
    tool.parent.mkdir()
    tool.write_bytes(b"MZ")
    before = contents_stamp(prefix, "win32")
    lengthen(tool)
    assert contents_stamp(prefix, "win32") != before


def test_that_an_environment_without_a_record_of_python_is_told_apart_too(tmp_path: Path) -> None:
    prefix = make_environment(tmp_path / "one", ["zlib"])
    write_distribution(prefix / SITE, "almanac", "1.0")
    before = contents_stamp(prefix)
    lengthen(prefix / INFO / "METADATA")
    assert contents_stamp(prefix) != before


def test_that_nothing_there_is_no_trouble(tmp_path: Path) -> None:
    assert contents_stamp(tmp_path / "gone") == contents_stamp(tmp_path / "gone")


def test_that_it_is_the_same_in_every_process(prefix: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from engine.environments.stamping import contents_stamp\n"
        "print(contents_stamp(Path(sys.argv[1])))"
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code, str(prefix)],
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        cwd=Path(__file__).resolve().parents[3],
    )
    assert done.stdout.strip() == contents_stamp(prefix)


def test_that_what_may_not_be_looked_into_is_no_error(tmp_path: Path) -> None:
    # Too long a name is refused as closed folders are, and also to an administrator.
    assert contents_stamp(tmp_path / ("x" * 300)) == contents_stamp(tmp_path / ("y" * 300))
