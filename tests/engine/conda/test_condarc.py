from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import ErrorCode
from engine.places import Places
from engine.requests import ChannelPriority
from tests.support.configuring import make_root, open_places, read, write


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return open_places(tmp_path)


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
