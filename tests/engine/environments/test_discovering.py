from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from engine.conda.condarc import CondaConfiguration, read_configuration
from engine.environments.discovering import (
    child_folders,
    discover,
    folders_of_environments,
    gone_ones,
    is_environment,
)
from engine.environments.registering import register
from engine.places import Places, places_below
from tests.support.environments import make_environment

NOTHING = CondaConfiguration()


def names(prefixes: tuple[Path, ...]) -> set[str]:
    return {prefix.name for prefix in prefixes}


def test_that_nothing_is_found_where_nothing_is(places: Places) -> None:
    assert discover(places, NOTHING) == ()


def test_that_environments_of_every_source_are_found(places: Places, tmp_path: Path) -> None:
    make_environment(places.envs / "own")
    make_environment(tmp_path / "elsewhere" / "registered")
    register(places, tmp_path / "elsewhere" / "registered")
    root = make_environment(tmp_path / "conda")
    make_environment(root / "envs" / "of-conda")
    make_environment(tmp_path / "configured" / "数据 分析")
    make_environment(tmp_path / "added" / "in-added-folder")
    make_environment(tmp_path / "added-itself")
    configuration = CondaConfiguration(
        envs_dirs=(tmp_path / "configured", root / "envs"), root_prefixes=(root,)
    )
    added = (tmp_path / "added", tmp_path / "added-itself", tmp_path / "gone")
    assert names(discover(places, configuration, added)) == {
        "own",
        "registered",
        "conda",
        "of-conda",
        "数据 分析",
        "in-added-folder",
        "added-itself",
    }


def test_that_an_added_installation_brings_its_environments(places: Places, tmp_path: Path) -> None:
    conda = make_environment(tmp_path / "conda")
    make_environment(conda / "envs" / "inside")
    (tmp_path / "mamba" / "envs").mkdir(parents=True)
    make_environment(tmp_path / "mamba" / "envs" / "of-mamba")
    found = discover(places, NOTHING, (conda, tmp_path / "mamba"))
    assert names(found) == {"conda", "inside", "of-mamba"}


def test_that_what_is_hidden_unfinished_or_no_environment_is_left_out(places: Places) -> None:
    make_environment(places.envs / ".envdesk" / "token")
    make_environment(places.envs / ".hidden")
    make_environment(places.envs / "deep" / "deeper")
    (places.envs / "empty").mkdir()
    (places.envs / "just-meta" / "conda-meta").mkdir(parents=True)
    (places.envs / "venv").mkdir()
    (places.envs / "venv" / "pyvenv.cfg").touch()
    (places.envs / "file").touch()
    (places.envs / "dangling").symlink_to(places.envs / "nowhere")
    (places.envs / "loop").symlink_to(places.envs / "loop")
    make_environment(places.envs / "real")
    assert names(discover(places, NOTHING)) == {"real"}


def test_that_an_environment_without_history_is_shown_not_hidden(places: Places) -> None:
    prefix = make_environment(places.envs / "damaged", ["numpy"])
    (prefix / "conda-meta" / "history").unlink()
    assert discover(places, NOTHING) == (prefix,)


def test_that_an_environment_without_packages_is_found(places: Places) -> None:
    prefix = make_environment(places.envs / "empty", python="")
    assert discover(places, NOTHING) == (prefix,)


def test_that_a_registered_prefix_that_is_gone_is_not_listed(places: Places) -> None:
    register(places, places.home / "gone")
    assert discover(places, NOTHING) == ()


def test_that_what_is_registered_and_gone_is_told_apart_once(places: Places) -> None:
    there = make_environment(places.home / "there")
    emptied = places.home / "emptied"
    emptied.mkdir(parents=True)
    gone = places.home / "gone"
    for prefix in (gone, there, emptied, gone / "sub" / ".."):
        assert register(places, prefix)
    assert gone_ones(places) == (gone, emptied)
    assert gone_ones(places_below(places.home / "nobody")) == ()


def test_that_one_folder_is_listed_once_as_first_spelled(places: Places, tmp_path: Path) -> None:
    real = make_environment(tmp_path / "real" / "one")
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    register(places, tmp_path / "link" / "one")
    configuration = CondaConfiguration(envs_dirs=(tmp_path / "real", tmp_path / "real"))
    assert discover(places, configuration, (real,)) == (tmp_path / "link" / "one",)


def test_that_variables_point_to_environments_unless_isolated(
    places: Places, tmp_path: Path
) -> None:
    make_environment(tmp_path / "active")
    make_environment(tmp_path / "before")
    make_environment(tmp_path / "mamba")
    environ = {
        "CONDA_PREFIX": str(tmp_path / "active"),
        "CONDA_PREFIX_1": str(tmp_path / "before"),
        "CONDA_PREFIX_2": "not/absolute",
        "MAMBA_EXE": str(tmp_path / "mamba" / "bin" / "mamba"),
        "CONDA_EXE": "",
    }
    assert discover(places, NOTHING, environ=environ) == ()
    open_places = replace(places, isolated=False)
    found = discover(open_places, NOTHING, environ=environ)
    assert names(found) == {"active", "before", "mamba"}


def test_that_the_home_of_a_plain_user_is_searched(places: Places) -> None:
    open_places = replace(places, isolated=False)
    root = make_environment(places.home / "miniconda3")
    make_environment(root / "envs" / "course")
    make_environment(places.home / "micromamba" / "envs" / "mine")
    configuration = read_configuration(open_places, {})
    found = discover(open_places, configuration, environ={})
    assert {root, root / "envs" / "course", places.home / "micromamba/envs/mine"} <= set(found)


def test_that_folders_for_environments_come_best_first(places: Places, tmp_path: Path) -> None:
    configuration = CondaConfiguration(envs_dirs=(tmp_path / "a", places.envs))
    folders = folders_of_environments(places, configuration, (tmp_path / "b",))
    assert folders == (places.envs, tmp_path / "a", tmp_path / "b" / "envs", tmp_path / "b")


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_that_an_environment_that_may_not_be_looked_into_is_found(places: Places) -> None:
    prefix = make_environment(places.envs / "closed")
    (prefix / "conda-meta").chmod(0)
    try:
        assert is_environment(prefix)
    finally:
        (prefix / "conda-meta").chmod(0o755)


@pytest.mark.parametrize("text", ["", "\0", "a\0b", "/dev/null", "x" * 5000])
def test_that_no_path_is_too_odd_to_ask_about(text: str) -> None:
    assert not is_environment(text)
    assert child_folders(text or "/nowhere") == []


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are bytes")
def test_that_names_that_are_not_text_are_found(places: Places) -> None:
    places.envs.mkdir(parents=True)
    prefix = make_environment(Path(os.fsdecode(os.fsencode(places.envs) + b"/caf\xe9")))
    assert discover(places, NOTHING) == (prefix,)
