from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.conda.condarc import (
    CondaConfiguration,
    configuration_inputs,
    expand_variables,
    read_configuration,
    system_files,
    user_files,
)
from engine.conda.roots import named_roots, usual_roots
from engine.errors import ErrorCode
from engine.places import Places, places_below
from engine.requests import ChannelPriority


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """Places of a person whose home is private, yet with variables and late files honoured."""
    isolated = places_below(tmp_path)
    isolated.home.mkdir()
    return Places(
        home=isolated.home,
        envs=isolated.envs,
        pkgs=isolated.pkgs,
        settings=isolated.settings,
        state=isolated.state,
        cache=isolated.cache,
    )


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def read(places: Places, environ: Mapping[str, str] | None = None) -> CondaConfiguration:
    return read_configuration(places, environ or {})


def make_root(root: Path, condarc: str = "") -> Path:
    (root / "conda-meta").mkdir(parents=True)
    if condarc:
        write(root / ".condarc", condarc)
    return root


def test_that_nothing_configured_means_conda_forge_and_no_shared_cache(places: Places) -> None:
    configuration = read(places)
    assert configuration.channels == ()
    assert configuration.effective_channels == ("conda-forge",)
    assert configuration.pkgs_dirs == ()
    assert configuration.priority is ChannelPriority.FLEXIBLE
    assert configuration.ssl_verify is True
    assert configuration.problems == ()


def test_that_channels_stay_as_written_and_in_order(places: Places) -> None:
    text = "channels:\n  - https://mirror.example/conda-forge/\n  - bioconda\n  - defaults\n"
    file = write(places.home / ".condarc", text)
    configuration = read(places)
    assert configuration.channels == ("https://mirror.example/conda-forge/", "bioconda", "defaults")
    assert configuration.effective_channels == configuration.channels
    assert configuration.files == (file,)


def test_that_stronger_files_put_their_lines_first(places: Places, tmp_path: Path) -> None:
    root = make_root(tmp_path / "conda", "channels: [of-root, shared]\n")
    write(places.home / ".config/conda/.condarc", "channels: [of-config]\n")
    write(places.home / ".conda/condarc.d/20.yml", "channels: [of-twenty]\n")
    write(places.home / ".conda/condarc.d/10.yaml", "channels: [of-ten]\n")
    write(places.home / ".conda/condarc.d/not-yaml.txt", "channels: [never]\n")
    write(places.home / ".condarc", "channels: [of-home, shared]\n")
    late = write(tmp_path / "late.yml", "channels: [of-condarc]\n")
    environ = {"CONDA_ROOT": str(root), "CONDARC": str(late), "CONDA_CHANNELS": "one, two"}
    assert read(places, environ).channels == (
        "one",
        "two",
        "of-condarc",
        "of-home",
        "shared",
        "of-twenty",
        "of-ten",
        "of-config",
        "of-root",
    )


def test_that_an_administrator_can_have_the_final_word(places: Places) -> None:
    write(
        places.home / ".conda/.condarc",
        "channels: #!final\n  - approved\nchannel_priority: strict #!final\n"
        "custom_channels:\n  a: https://first.example #!final\n  b: https://first.example\n",
    )
    write(
        places.home / ".condarc",
        "channels: [mine]\nchannel_priority: disabled\n"
        "custom_channels:\n  a: https://second.example\n  b: https://second.example\n",
    )
    configuration = read(places, {"CONDA_CHANNELS": "more"})
    assert configuration.channels == ("approved",)
    assert configuration.priority is ChannelPriority.STRICT
    assert dict(configuration.custom_channels) == {
        "a": "https://first.example",
        "b": "https://second.example",
    }


def test_that_lines_can_be_held_at_the_top_and_at_the_bottom(places: Places) -> None:
    write(
        places.home / ".conda/.condarc",
        "channels:\n  - weak-top  #!top\n  - weak\n  - weak-bottom #!bottom\n",
    )
    write(
        places.home / ".condarc",
        "channels:\n  - strong\n  - strong-bottom #!bottom\n  - strong-top #!top\n",
    )
    assert read(places).channels == (
        "weak-top",
        "strong-top",
        "strong",
        "weak",
        "strong-bottom",
        "weak-bottom",
    )


def test_that_a_broken_file_costs_itself_only(places: Places) -> None:
    broken = write(places.home / ".conda/.condarc", "channels:\n  - a\n bad: [\n")
    good = write(places.home / ".condarc", "channels: [b]\n")
    configuration = read(places)
    assert configuration.channels == ("b",)
    assert configuration.files == (good,)
    (problem,) = configuration.problems
    assert problem.code is ErrorCode.CONFIG_UNREADABLE
    assert problem.value("path") == str(broken)
    assert int(problem.value("line")) in (3, 4)


def test_that_a_setting_of_a_wrong_form_costs_itself_only(places: Places) -> None:
    write(
        places.home / ".condarc",
        "channels: {a: b}\nproxy_servers: [x]\nchannel_priority: [strict]\noffline: true\n",
    )
    configuration = read(places)
    assert configuration.channels == ()
    assert configuration.proxy_servers == ()
    assert configuration.offline is True
    keys = {problem.value("key") for problem in configuration.problems}
    assert keys == {"channels", "proxy_servers", "channel_priority"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("# only a comment\n", ()),
        ("null\n", ()),
        ("channels:\n", ()),
        ("channels: conda-forge\n", ("conda-forge",)),
        ("channel: bioconda\n", ("bioconda",)),
        ("channels: [1.10, yes]\n", ("1.10", "yes")),
        ("\ufeffchannels: [数据]\n", ("数据",)),
        ("channels: &c [a]\nother: *c\n", ("a",)),
    ],
)
def test_that_odd_but_valid_files_are_read(
    places: Places, text: str, expected: tuple[str, ...]
) -> None:
    write(places.home / ".condarc", text)
    configuration = read(places)
    assert configuration.channels == expected
    assert configuration.problems == ()


def test_that_a_file_in_another_encoding_is_named(places: Places) -> None:
    (places.home / ".condarc").write_bytes("channels: [数据]\n".encode("utf-16-le"))
    configuration = read(places)
    assert configuration.channels == ()
    assert len(configuration.problems) == 1


def test_that_everything_else_is_read(places: Places) -> None:
    write(
        places.home / ".condarc",
        "channel_alias: https://mirror.example/anaconda/cloud/\n"
        "default_channels:\n  - https://mirror.example/pkgs/main\n"
        "custom_channels:\n  pytorch: https://mirror.example/cloud\n"
        "custom_multichannels:\n  ours: [a, b]\n"
        "pinned_packages: [numpy <2]\n"
        "create_default_packages: [pip, ipykernel]\n"
        "ssl_verify: $HOME/certificates.pem\n"
        "proxy_servers:\n  http: http://proxy.example:3128\n  https: null\n",
    )
    configuration = read(places)
    assert configuration.channel_alias == "https://mirror.example/anaconda/cloud"
    assert configuration.default_channels == ("https://mirror.example/pkgs/main",)
    assert configuration.custom_channels == (("pytorch", "https://mirror.example/cloud"),)
    assert configuration.custom_multichannels == (("ours", ("a", "b")),)
    assert configuration.pinned_packages == ("numpy <2",)
    assert configuration.create_default_packages == ("pip", "ipykernel")
    assert configuration.ssl_verify == str(places.home / "certificates.pem")
    assert configuration.proxy_servers == (("http", "http://proxy.example:3128"),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("strict", ChannelPriority.STRICT),
        ("Flexible", ChannelPriority.FLEXIBLE),
        ("disabled", ChannelPriority.DISABLED),
        ("true", ChannelPriority.FLEXIBLE),
        ("false", ChannelPriority.DISABLED),
        ("nonsense", ChannelPriority.FLEXIBLE),
    ],
)
def test_that_priorities_of_all_ages_are_known(
    places: Places, text: str, expected: ChannelPriority
) -> None:
    write(places.home / ".condarc", f"channel_priority: {text}\n")
    assert read(places).priority is expected


@pytest.mark.parametrize(("text", "expected"), [("false", False), ("no", False), ("True", True)])
def test_that_verification_can_be_switched(places: Places, text: str, expected: bool) -> None:
    write(places.home / ".condarc", f"ssl_verify: {text}\n")
    assert read(places).ssl_verify is expected


def test_that_variables_override_single_values_and_extend_lists(
    places: Places, tmp_path: Path
) -> None:
    write(
        places.home / ".condarc",
        f"channel_priority: strict\noffline: true\nenvs_dirs: [{tmp_path}/from-file]\n",
    )
    environ = {
        "CONDA_CHANNEL_PRIORITY": "disabled",
        "CONDA_OFFLINE": "0",
        "CONDA_ENVS_PATH": os.pathsep.join((f"{tmp_path}/one", f"{tmp_path}/two")),
        "CONDA_PKGS_DIRS": f"{tmp_path}/pkgs",
        "CONDA_SSL_VERIFY": "false",
        "CONDA_PINNED_PACKAGES": "a=1&b",
    }
    configuration = read(places, environ)
    assert configuration.priority is ChannelPriority.DISABLED
    assert configuration.offline is False
    assert configuration.ssl_verify is False
    assert configuration.pinned_packages == ("a=1", "b")
    assert configuration.envs_dirs == tuple(tmp_path / name for name in ("one", "two", "from-file"))
    assert configuration.pkgs_dirs == (tmp_path / "pkgs",)


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


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {}, ["/h/miniconda3", "/opt/conda", "/opt/miniforge3", "/h/micromamba"]),
        ("linux", {"XDG_DATA_HOME": "/d"}, ["/d/mamba", "/h/.local/share/mamba"]),
        (
            "darwin",
            {},
            [
                "/h/opt/anaconda3",
                "/opt/homebrew/Caskroom/miniforge/base",
                "/usr/local/Caskroom/miniconda/base",
                "/opt/anaconda3",
            ],
        ),
        (
            "win32",
            {"LOCALAPPDATA": "C:/U/L", "PROGRAMDATA": "D:/P"},
            ["C:/U/L/miniconda3", "D:/P/anaconda3", "/h/miniforge3", "C:/tools/miniconda3"],
        ),
    ],
)
def test_that_usual_roots_are_those_of_the_platform(
    platform: str, environ: dict[str, str], expected: list[str]
) -> None:
    roots = [root.as_posix() for root in usual_roots(platform, Path("/h"), environ)]
    assert set(expected) <= set(roots)
    assert len(roots) == len(set(roots))


def test_that_variables_name_installations_nearest_first() -> None:
    environ = {
        "CONDA_EXE": "/c/bin/conda",
        "CONDA_ROOT": "/r",
        "MAMBA_ROOT_PREFIX": "/m",
        "_CONDA_ROOT": "not/absolute",
    }
    assert named_roots(environ) == (Path("/r"), Path("/c"), Path("/m"))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    data=st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
        st.lists(
            st.sampled_from(
                ["channels:", "  - a", "  - [", "offline: {", "x: &a", "*a", "#!final", "- ", "!!x"]
            ),
            max_size=8,
        ).map(lambda lines: "\n".join(lines).encode()),
    )
)
def test_that_no_file_whatsoever_breaks_the_rest(places: Places, data: bytes) -> None:
    (places.home / ".condarc").write_bytes(data)
    late = write(places.home / "late.yml", "create_default_packages: [pip] #!final\n")
    configuration = read(places, {"CONDARC": str(late)})
    assert "pip" in configuration.create_default_packages
    assert late in configuration.files
