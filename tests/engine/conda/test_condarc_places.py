from __future__ import annotations

from pathlib import Path

import pytest

from engine.conda.condarc import (
    configuration_inputs,
    expand_variables,
    read_configuration,
    system_files,
    user_files,
)
from engine.places import Places, places_below
from tests.support.configuring import make_root, open_places, read, write


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return open_places(tmp_path)


def test_that_home_and_variables_in_folders_are_expanded(places: Places, tmp_path: Path) -> None:
    write(
        places.home / ".condarc",
        "envs_dirs:\n  - ~/mine\n  - $HOME/yours\n  - ${DATA}/shared\n  - relative/folder\n"
        "  - $UNKNOWN/folder\n",
    )
    home = places.home
    assert read(places, {"DATA": str(tmp_path / "data")}).envs_dirs == (
        home / "mine",
        home / "yours",
        tmp_path / "data" / "shared",
    )


def test_that_folders_of_all_installations_are_united_and_channels_are_of_the_first(
    places: Places, tmp_path: Path
) -> None:
    first = make_root(tmp_path / "first", f"channels: [a]\nenvs_dirs: [{tmp_path}/of-first]\n")
    second = make_root(
        places.home / "miniconda3", f"channels: [b]\nenvs_dirs: [{tmp_path}/of-second]\n"
    )
    configuration = read(places, {"CONDA_EXE": str(first / "bin" / "conda")})
    assert configuration.root_prefixes == (first, second)
    assert configuration.channels == ("a",)
    assert configuration.envs_dirs == (
        tmp_path / "of-first",
        tmp_path / "of-second",
        first / "envs",
        second / "envs",
    )
    assert configuration.pkgs_dirs == (first / "pkgs", second / "pkgs")


def test_that_root_prefix_and_mambarc_are_honoured(places: Places, tmp_path: Path) -> None:
    root = tmp_path / "mamba root"
    (root / "envs").mkdir(parents=True)
    write(root / ".mambarc", "channels: [of-mamba-root]\n")
    write(places.home / ".mambarc", f"root_prefix: {root}\nchannels: [of-mamba]\n")
    configuration = read(places)
    assert configuration.root_prefixes == (root,)
    assert configuration.channels == ("of-mamba", "of-mamba-root")


def test_that_one_installation_under_two_names_counts_once(places: Places, tmp_path: Path) -> None:
    root = make_root(places.home / "miniconda3")
    (tmp_path / "link").symlink_to(root, target_is_directory=True)
    environ = {"CONDA_ROOT": str(tmp_path / "link")}
    assert read(places, environ).root_prefixes == (tmp_path / "link",)


def test_that_isolated_places_look_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = places_below(tmp_path / "root")
    write(places.home / ".condarc", "channels: [inside]\nenvs_dirs: [$HOME/e, $OUTSIDE/e]\n")
    outside = write(tmp_path / "outside.yml", "channels: [outside]\n")
    monkeypatch.setenv("CONDARC", str(outside))
    monkeypatch.setenv("CONDA_CHANNELS", "outside-too")
    monkeypatch.setenv("OUTSIDE", str(tmp_path))
    monkeypatch.setenv("CONDA_ROOT", str(make_root(tmp_path / "conda", "channels: [of-root]\n")))
    configuration = read_configuration(places)
    assert configuration.channels == ("inside",)
    assert configuration.envs_dirs == (places.home / "e",)
    assert configuration.root_prefixes == ()
    assert all(
        path.is_relative_to(places.home) for path in configuration_inputs(places, configuration)
    )


def test_that_inputs_name_files_that_are_not_there_yet(places: Places, tmp_path: Path) -> None:
    root = make_root(tmp_path / "conda")
    environ = {"CONDA_ROOT": str(root), "CONDARC": str(tmp_path / "rc.yml")}
    inputs = configuration_inputs(places, read(places, environ), environ)
    assert {
        places.home / ".condarc",
        places.home / ".conda" / "condarc.d",
        root / ".condarc",
        tmp_path / "rc.yml",
    } <= set(inputs)


@pytest.mark.parametrize(
    ("platform", "first"), [("linux", "/etc/conda"), ("darwin", "/etc/conda"), ("win32", "C:/Pro")]
)
def test_that_system_files_are_those_of_the_platform(platform: str, first: str) -> None:
    paths = [path.as_posix() for path in system_files(platform)]
    assert paths[0].startswith(first)
    assert any(path.endswith("/condarc.d") for path in paths)


def test_that_xdg_is_weaker_than_the_home_folder(places: Places) -> None:
    paths = [path.as_posix() for path in user_files(places, {"XDG_CONFIG_HOME": "/x/config"})]
    assert paths[0] == "/x/config/conda/.condarc"
    assert paths[-2:] == [f"{places.home}/.condarc", f"{places.home}/.mambarc"]


def test_that_percent_variables_are_expanded_on_windows_only() -> None:
    environ = {"LOCALAPPDATA": "C:/Local", "A": "1"}
    assert expand_variables("%LOCALAPPDATA%/e/$A/${A}", environ, "win32") == "C:/Local/e/1/1"
    assert expand_variables("%LOCALAPPDATA%/e/$A", environ, "linux") == "%LOCALAPPDATA%/e/1"
    assert expand_variables("$NONE ${NONE} 100%", environ, "win32") == "$NONE ${NONE} 100%"
