"""A clone of a real environment, made by real installers, works like its source."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.practice.environments import COURSE
from engine.practice.world import PracticeWorld, build_world
from engine.replicas.replicating import compile_missing, replicate
from tests.engine.replicas.sources import Watcher, picture

pytestmark = pytest.mark.skipif(os.name != "posix", reason="looks for POSIX paths")
NAMES = ["第一个 env", "c", 'it\'s "mine"', "a-name-much-longer-than-that-of-the-source"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, channels_cache: Path) -> PracticeWorld:
    return build_world(tmp_path_factory.mktemp("world") / "w", cache_dir=channels_cache)


@pytest.fixture(scope="module")
def source(world: PracticeWorld) -> Path:
    """Return an environment with conda and PyPI packages, both compiled where they lie."""
    prefix = world.envs / COURSE
    site = site_packages(prefix)
    compiled = (site / "inkwell", site / "tidepool", site / "pip" / "_internal")
    command = [python_of(prefix), "-m", "compileall", "-q", *compiled]
    subprocess.run(command, check=True, capture_output=True)
    return prefix


def python_of(prefix: Path) -> Path:
    return prefix / "bin" / "python"


def site_packages(prefix: Path) -> Path:
    return next(prefix.glob("lib/python3*/site-packages"))


def clone_of(source: Path, name: str) -> Path:
    final = source.parent / name
    if not final.exists():
        staging = source.parent / ".envdesk" / "token" / "new"
        watcher = Watcher()
        result = replicate(source, staging, final, watcher)
        compile_missing(staging, final, result, watcher)
        staging.rename(final)
    return final


def said_by(*command: str | Path) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={"PATH": os.defpath}, timeout=60
    )
    assert done.stderr == ""
    return done.stdout.strip()


def files_of(root: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(root):
        yield from (Path(folder, name) for name in names)


def test_that_the_source_stays_untouched_to_the_byte(source: Path) -> None:
    before = picture(source)
    clone_of(source, "for-comparison")
    assert picture(source) == before


@pytest.mark.parametrize("name", NAMES)
def test_that_the_clones_python_runs_and_imports_packages_of_both_kinds(
    source: Path, name: str
) -> None:
    clone = clone_of(source, name)
    code = (
        "import sys, ssl, sqlite3, ctypes, inkwell, tidepool; print(sys.prefix, inkwell.__file__)"
    )
    prefix, _, file = said_by(python_of(clone), "-I", "-c", code).rpartition(f" {clone}")
    assert prefix == str(clone)
    assert file.endswith("inkwell/__init__.py")


@pytest.mark.parametrize("name", NAMES)
def test_that_scripts_of_both_kinds_run_with_the_clones_python(source: Path, name: str) -> None:
    clone = clone_of(source, name)
    for script in ("inkwell", "tidepool"):
        assert said_by(clone / "bin" / script)


def test_that_pip_of_the_clone_is_the_clones(source: Path) -> None:
    clone = clone_of(source, NAMES[0])
    assert f" from {clone}/lib/" in said_by(clone / "bin" / "pip", "--version")


@pytest.mark.parametrize("name", NAMES)
def test_that_no_file_of_the_clone_names_the_source(source: Path, name: str) -> None:
    clone = clone_of(source, name)
    old = os.fsencode(source)
    named = [
        path
        for path in files_of(clone)
        if not path.is_symlink()
        and not path.match("conda-meta/*.json")
        and old in path.read_bytes()
    ]
    assert named == []


@pytest.mark.parametrize("name", NAMES)
def test_that_every_recorded_hash_is_true(source: Path, name: str) -> None:
    clone = clone_of(source, name)
    checked = 0
    for path in (clone / "conda-meta").glob("*.json"):
        for entry in json.loads(path.read_bytes())["paths_data"]["paths"]:
            file = clone / entry["_path"]
            expected = entry.get("sha256_in_prefix") or entry.get("sha256")
            if expected and file.is_file() and not file.is_symlink():
                assert hashlib.sha256(file.read_bytes()).hexdigest() == expected, file
                checked += 1
    assert checked > 500
    with next(clone.glob("lib/*/*/inkwell*.dist-info/RECORD")).open(newline="") as stream:
        rows = [row for row in csv.reader(stream) if row[1]]
    assert any("bin/inkwell" in row[0] for row in rows)
    for file, digest, size in rows:
        data = (site_packages(clone) / file).read_bytes()
        expected = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        assert (digest, int(size)) == (f"sha256={expected}", len(data))


def test_that_bytes_are_shared_with_the_cache_and_not_with_the_source(
    source: Path, world: PracticeWorld
) -> None:
    clone = clone_of(source, NAMES[0])
    cached = {path.stat().st_ino for path in files_of(world.pkgs) if not path.is_symlink()}
    shared = own = 0
    for path in files_of(clone):
        if path.is_symlink():
            continue
        status = path.stat()
        if status.st_ino in cached:
            shared += status.st_size
        else:
            own += status.st_size
            assert status.st_nlink == 1, path
    assert shared > own


def test_that_compiled_files_are_current(source: Path) -> None:
    clone = clone_of(source, NAMES[0])
    sources = {path.with_suffix("").name for path in site_packages(clone).glob("inkwell/*.py")}
    compiled = {path.name.split(".")[0] for path in clone.glob("lib/*/*/inkwell/__pycache__/*")}
    assert compiled == sources
    before = picture(clone / "lib")
    said_by(python_of(clone), "-c", "import inkwell, tidepool, pip")
    after = picture(clone / "lib")
    assert {path for path in after if "site-packages" in path} == {
        path for path in before if "site-packages" in path
    }
    assert all(after[path] == before[path] for path in before if path.endswith(".pyc"))


def test_that_what_cannot_follow_is_compiled_with_the_final_place(
    source: Path, tmp_path: Path
) -> None:
    module = site_packages(source) / "here.py"
    module.write_text(f"place = {str(source)!r}\n", encoding="utf-8")
    broken = site_packages(source) / "unfinished.py"
    broken.write_text(f"# {source}\ndef (\n", encoding="utf-8")
    (broken.parent / "__pycache__").mkdir(exist_ok=True)
    tag = sys.implementation.cache_tag
    try:
        subprocess.run([python_of(source), "-m", "py_compile", module], check=True)
        (broken.parent / "__pycache__" / f"unfinished.{tag}.pyc").write_bytes(
            bytes(16) + os.fsencode(source)
        )
        staging, final = source.parent / "staging", source.parent / "compiled"
        watcher = Watcher()
        result = replicate(source, staging, final, watcher)
        assert compile_missing(staging, final, result, watcher) == 1
        staging.rename(final)
    finally:
        module.unlink()
        broken.unlink()
    assert any("unfinished.py" in line for line in watcher.lines)
    code = "import here; print(here.__spec__.cached, here.place)"
    cached, place = said_by(python_of(final), "-c", code).split(" ")
    assert place == str(final)
    assert str(final / "lib").encode() in Path(cached).read_bytes()
    assert str(staging).encode() not in Path(cached).read_bytes()
