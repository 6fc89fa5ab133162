from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import EngineError, ErrorCode
from engine.practice.bundled import unpack_channels, unpack_python, write_bundle
from engine.practice.interpreter import running_interpreter


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("bundle") / "inner" / "channels.tar.zst"
    write_bundle(target)
    return target


def test_that_a_bundle_unpacks_to_channels_with_an_index(bundle: Path, tmp_path: Path) -> None:
    interpreter = unpack_channels(bundle, tmp_path)
    running = running_interpreter()
    assert interpreter.version == platform.python_version()
    assert (interpreter.subdir, interpreter.layout) == (running.subdir, running.layout)
    for channel in ("practice-main", "practice-extra"):
        assert (tmp_path / channel / "noarch" / "repodata.json").is_file()
        pythons = list((tmp_path / channel / interpreter.subdir).glob("python-*.conda"))
        assert len(pythons) == 1
    assert (tmp_path / "simple" / "inkwell" / "index.html").is_file()


def test_that_a_bundle_has_the_same_bytes_each_time_and_names_no_folder(
    bundle: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again.tar.zst"
    write_bundle(again)
    assert again.read_bytes() == bundle.read_bytes()
    assert sys.base_prefix not in repr(unpack_channels(again, tmp_path / "channels"))


@pytest.mark.parametrize("kept", [0, 1000])
def test_that_a_damaged_bundle_is_said_to_be_one(bundle: Path, tmp_path: Path, kept: int) -> None:
    damaged = tmp_path / "damaged.tar.zst"
    damaged.write_bytes(bundle.read_bytes()[:kept])
    with pytest.raises(EngineError) as caught:
        unpack_channels(damaged, tmp_path / "channels")
    assert caught.value.failure.code is ErrorCode.INTERNAL
    assert "Install Envdesk again" in caught.value.failure.hint


def test_that_the_interpreter_in_a_bundle_runs_and_is_unpacked_once(
    bundle: Path, tmp_path: Path
) -> None:
    program = unpack_python(bundle, tmp_path)
    code = "import ssl, sqlite3, sys; print('%d.%d.%d' % sys.version_info[:3], sys.prefix)"
    said = subprocess.run([program, "-I", "-c", code], capture_output=True, check=True, text=True)
    version, prefix = said.stdout.split(maxsplit=1)
    assert version == platform.python_version()
    assert Path(prefix.strip()).is_relative_to(tmp_path)
    before = program.stat().st_mtime_ns
    assert unpack_python(bundle, tmp_path) == program
    assert program.stat().st_mtime_ns == before
    assert len(list(tmp_path.iterdir())) == 1


def test_that_a_bundle_without_a_whole_interpreter_is_said_to_be_damaged(
    bundle: Path, tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged.tar.zst"
    damaged.write_bytes(bundle.read_bytes()[:100_000])
    for missing in (damaged, tmp_path / "none"):
        with pytest.raises(EngineError) as caught:
            unpack_python(missing, tmp_path / "python")
        assert caught.value.failure.code is ErrorCode.INTERNAL


def test_that_a_bundle_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        unpack_channels(tmp_path / "none", tmp_path)
    assert caught.value.failure.code is ErrorCode.INTERNAL
