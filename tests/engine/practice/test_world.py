from __future__ import annotations

import json
import os
import platform
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from engine.codec import decode, encode
from engine.conda.condarc import read_configuration
from engine.conda.history import read_revisions
from engine.environments.registering import registered
from engine.errors import EngineError, ErrorCode
from engine.places import places_below
from engine.practice import ChannelServer, PracticeWorld, build_world, serve_world
from tests.engine.practice import rattler_process


def prefix_of(world: PracticeWorld, name: str) -> Path:
    return next(entry.prefix for entry in world.environments if entry.name == name)


def test_that_a_world_lies_where_an_isolated_root_looks(world: PracticeWorld) -> None:
    places = places_below(world.root)
    assert (world.home, world.envs, world.pkgs) == (places.home, places.envs, places.pkgs)
    assert [channel.name for channel in world.channels] == ["practice-main", "practice-extra"]
    assert all((channel.path / "noarch" / "repodata.json").is_file() for channel in world.channels)
    assert (world.simple.path / "inkwell" / "index.html").is_file()
    assert world.python_version == platform.python_version()


def test_that_a_world_can_be_written_down_and_read_again(world: PracticeWorld) -> None:
    assert decode(encode(world), PracticeWorld) == world


def test_that_conda_is_told_of_channels_folders_and_environments(world: PracticeWorld) -> None:
    places = places_below(world.root)
    configuration = read_configuration(places)
    assert configuration.channels == tuple(channel.url for channel in world.channels)
    assert configuration.envs_dirs[0] == world.envs
    assert configuration.pkgs_dirs[0] == world.pkgs
    assert registered(places) == tuple(entry.prefix for entry in world.environments)


def test_that_the_course_environment_runs_and_has_a_package_of_the_index(
    world: PracticeWorld,
) -> None:
    prefix = prefix_of(world, "course-2026")
    code = "import numerals, inkwell, almanac; print(numerals.roman(2026), almanac.__version__)"
    answer = subprocess.run(
        [prefix / "bin" / "python", "-c", code], capture_output=True, check=True, text=True
    )
    assert answer.stdout.split() == ["MMXXVI", "2025.3"]
    inkwell = next(prefix.glob("lib/python*/site-packages/inkwell-1.0.0.dist-info/INSTALLER"))
    assert inkwell.read_text().strip() == "uv"
    written = subprocess.run([prefix / "bin" / "inkwell"], capture_output=True, check=True)
    assert written.stdout == b"inkwell 1.0.0\n"


def test_that_histories_tell_what_was_asked_for(world: PracticeWorld) -> None:
    revision = read_revisions(prefix_of(world, "course-2026"))[-1]
    assert revision.specs == ("python", "pip", "tidepool", "starchart", "almanac")
    assert "practice-main/noarch::tidepool-3.1.0-pyh5eed0a1_0" in revision.added
    old = read_revisions(prefix_of(world, "数据分析"))[-1]
    assert "practice-extra/noarch::papyrus-4.0.1-pyh5eed0a1_0" in old.added


def test_that_records_are_as_open_as_condas_and_name_their_request(world: PracticeWorld) -> None:
    meta = prefix_of(world, "course-2026") / "conda-meta"
    for file in meta.glob("*.json"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o644
    record = json.loads(next(meta.glob("almanac-*.json")).read_bytes())
    assert record["requested_specs"] == ["almanac"]
    assert record["url"].startswith(world.channels[0].url)


def test_that_one_environment_has_no_python_and_one_is_half_broken(world: PracticeWorld) -> None:
    assert not (prefix_of(world, "tiny") / "bin" / "python").exists()
    meta = prefix_of(world, "old-thesis") / "conda-meta"
    states: dict[str, bool] = {}
    for file in meta.glob("*.json"):
        try:
            states[file.name] = isinstance(json.loads(file.read_bytes()), dict)
        except ValueError:
            states[file.name] = False
    assert sorted(states.values()) == [False, False, True]


def test_that_files_are_shared_with_the_package_cache(world: PracticeWorld) -> None:
    program = (prefix_of(world, "course-2026") / "bin" / "python").resolve()
    cached = next(world.pkgs.glob("python-*_1_cpython/bin/python3.*"))
    assert program.samefile(cached)


def test_that_pip_of_an_environment_uses_the_local_index(world: PracticeWorld) -> None:
    prefix = prefix_of(world, "数据分析")
    done = subprocess.run(
        [prefix / "bin" / "python", "-m", "pip", "install", "--dry-run", "silver-gauge"],
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, "HOME": str(world.home), "USERPROFILE": str(world.home)},
    )
    assert "Would install" in done.stdout
    assert "silver-gauge-1.0.0" in done.stdout


def test_that_a_served_world_answers_for_channels_and_index(
    world: PracticeWorld, tmp_path: Path
) -> None:
    with serve_world(world) as server:
        urls = tuple(server.url_of(channel.name) for channel in world.channels)
        outcome = rattler_process.install(urls, tmp_path / "new 环境", "tidepool")
        assert any(name.startswith("tidepool-3.2.0") for name in outcome.distributions)
        assert (tmp_path / "new 环境" / "bin" / "tidepool").is_file()
        assert server.find_file("/simple/inkwell/index.html") is not None
        assert isinstance(server, ChannelServer)


def test_that_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("important")
    with pytest.raises(EngineError) as caught:
        build_world(tmp_path)
    assert caught.value.code is ErrorCode.PREFIX_EXISTS
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.txt"]


def test_that_a_failed_build_leaves_nothing_behind(tmp_path: Path, channels_cache: Path) -> None:
    def spoil(line: str) -> None:
        if line == "Making environments":
            shutil.rmtree(tmp_path / "world" / "channels")

    with pytest.raises(EngineError) as caught:
        build_world(tmp_path / "world", spoil, cache_dir=channels_cache)
    assert "repodata.json" in caught.value.failure.detail
    assert list(tmp_path.iterdir()) == []


def test_that_a_folder_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EngineError) as caught:
        build_world(tmp_path / "file" / "world")
    assert caught.value.failure.cause
