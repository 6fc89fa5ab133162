"""What pip's configuration comes to, and what uv is told of it."""

from __future__ import annotations

import os
import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import ErrorCode
from engine.places import Places, places_below
from engine.pypi.settings import (
    PipSettings,
    config_files,
    read_pip_settings,
    uv_config_files,
    uv_variables,
)

HOST = "https://mirror.example/simple"


def as_user(root: Path) -> Places:
    """Return places that are not isolated, with a home of their own."""
    return Places(root, root / "e", root / "p", root / "s", root / "st", root / "c")


def write(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def user_file(home: Path) -> Path:
    return home / ".config" / "pip" / "pip.conf"


def read(places: Places, site: Path | None = None, **environ: str) -> PipSettings:
    return read_pip_settings(places, environ, site, "linux")


@pytest.mark.parametrize(
    ("platform", "names"),
    [
        ("linux", ["/etc/xdg/pip/pip.conf", "/etc/pip.conf", "H/.pip/pip.conf"]),
        ("darwin", ["/Library/Application Support/pip/pip.conf", "H/.pip/pip.conf"]),
        ("win32", ["C:/Data/pip/pip.ini", "H/pip/pip.ini", "H/AppData/Roaming/pip/pip.ini"]),
    ],
)
def test_that_every_place_of_pip_is_looked_into(
    tmp_path: Path, platform: str, names: list[str]
) -> None:
    environ = {"PROGRAMDATA": "C:/Data"}
    found = config_files(as_user(tmp_path), environ, tmp_path / "env", platform)
    texts = [path.as_posix().replace(tmp_path.as_posix(), "H") for path in found]
    last = "pip.ini" if platform == "win32" else "pip.conf"
    assert texts[: len(names)] == names
    assert texts[-1] == f"H/env/{last}"
    if platform != "win32":
        assert "H/.config/pip/pip.conf" in texts


def test_that_macos_uses_its_own_folder_once_it_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "Library" / "Application Support" / "pip"
    folder.mkdir(parents=True)
    found = config_files(as_user(tmp_path), {}, None, "darwin")
    assert found[-1] == folder / "pip.conf"
    assert tmp_path / ".config" / "pip" / "pip.conf" not in found


def test_that_isolated_places_read_nothing_but_what_is_theirs(places: Places) -> None:
    for platform in ("linux", "darwin", "win32"):
        for path in config_files(places, {}, None, platform):
            assert path.is_relative_to(places.home)


def test_that_the_later_file_wins_and_the_section_of_install_before_all(tmp_path: Path) -> None:
    places = as_user(tmp_path)
    legacy, user, site = tmp_path / ".pip" / "pip.conf", user_file(tmp_path), tmp_path / "env"
    write(legacy, "[global]", "index-url = https://legacy", "timeout = 11")
    write(user, "[global]", "index_url = https://user", "[install]", "pre = yes")
    write(site / "pip.conf", "[global]", "index-url = https://site", "pre = no")
    found = read(places, site)
    assert (found.index_url, found.timeout, found.pre) == ("https://site", 11, True)
    assert found.site_index
    assert not read(places, site, PIP_INDEX_URL="https://variable").site_index
    assert read(places, site, PIP_INDEX_URL="https://variable").index_url == "https://variable"
    assert not read(places).site_index


def test_that_pip_config_file_replaces_the_users_and_the_null_device_silences_all(
    tmp_path: Path,
) -> None:
    places = as_user(tmp_path)
    write(user_file(tmp_path), "[global]", "index-url = https://user", "timeout = 5")
    other = write(tmp_path / "other.conf", "[global]", "index-url = https://other")
    found = read(places, PIP_CONFIG_FILE=str(other))
    assert (found.index_url, found.timeout) == ("https://other", None)
    missing = read(places, PIP_CONFIG_FILE=str(tmp_path / "nowhere"))
    assert missing.index_url == "https://user"
    assert read(places, PIP_CONFIG_FILE=os.devnull) == PipSettings()


def test_that_every_setting_reaches_uv_under_its_own_name(places: Places) -> None:
    write(
        user_file(places.home),
        "[global]",
        f"index-url = {HOST}",
        "extra-index-url =",
        "    https://one.example/simple",
        "    https://two.example/simple",
        "find-links = ~/wheels",
        "trusted-host = mirror.example",
        "cert = /certs/all.pem",
        "client-cert = /certs/me.pem",
        "proxy = http://proxy.example:3128",
        "keyring-provider = subprocess",
        "timeout = 42.4",
        "retries = 3",
        "pre = true",
        "only-binary = :all:",
        "no-binary = lxml,pyyaml",
    )
    assert uv_variables(read(places), places, {}) == {
        "UV_DEFAULT_INDEX": HOST,
        "UV_EXTRA_INDEX_URL": "https://one.example/simple https://two.example/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": f"{places.home}/wheels",
        "UV_INSECURE_HOST": "mirror.example",
        "SSL_CERT_FILE": "/certs/all.pem",
        "SSL_CLIENT_CERT": "/certs/me.pem",
        "HTTPS_PROXY": "http://proxy.example:3128",
        "HTTP_PROXY": "http://proxy.example:3128",
        "UV_KEYRING_PROVIDER": "subprocess",
        "UV_HTTP_TIMEOUT": "42",
        "UV_HTTP_RETRIES": "3",
        "UV_PRERELEASE": "allow",
        "UV_NO_BUILD": "1",
        "UV_NO_BINARY_PACKAGE": "lxml pyyaml",
    }


def test_that_what_was_said_to_uv_itself_wins(places: Places) -> None:
    write(
        user_file(places.home),
        *("[global]", f"index-url = {HOST}", "trusted-host = a", "cert = /c", "proxy = http://p"),
    )
    found = read(places)
    mine = {"UV_INDEX_URL": "https://mine", "SSL_CERT_FILE": "/mine", "https_proxy": "http://q"}
    told = uv_variables(found, places, mine)
    assert told == {"UV_INSECURE_HOST": "a", "HTTP_PROXY": "http://p"}
    write(
        places.home / ".config" / "uv" / "uv.toml",
        *('allow-insecure-host = ["b"]', "[pip]", 'index-url = "https://mine"'),
    )
    assert set(uv_variables(found, places, {})) == {"SSL_CERT_FILE", "HTTPS_PROXY", "HTTP_PROXY"}
    assert "UV_DEFAULT_INDEX" in uv_variables(found, places, {"UV_NO_CONFIG": "1"})


def test_that_uvs_own_files_are_known_on_every_system(tmp_path: Path) -> None:
    user = as_user(tmp_path)
    assert tmp_path / ".config/uv/uv.toml" in uv_config_files(user, {}, "linux")
    windows = uv_config_files(user, {"APPDATA": "R:/r"}, "win32")
    assert Path("R:/r/uv/uv.toml") in windows
    assert uv_config_files(user, {"UV_CONFIG_FILE": "/x"}, "linux") == (Path("/x"),)


@pytest.mark.parametrize(
    "text", ["[global\nindex-url = x", "index-url = x", "[global]\n\x00= =\nfoo", "[a]\nb=1\nb=2"]
)
def test_that_a_broken_file_is_told_and_left_out(places: Places, text: str) -> None:
    file = write(user_file(places.home), text)
    found = read(places, PIP_TIMEOUT="7")
    assert found.timeout == 7
    assert [problem.code for problem in found.problems] == [ErrorCode.CONFIG_UNREADABLE]
    assert found.problems[0].value("path") == str(file)


def test_that_passwords_do_not_show(places: Places) -> None:
    secret = "https://me:hunter2@mirror.example/simple"
    write(
        user_file(places.home), "[global]", f"index-url = {secret}", f"extra-index-url = {secret}"
    )
    found = read(places, PIP_PROXY="http://me:hunter2@proxy.example")
    assert found.index_url == secret
    assert "hunter2" not in f"{found!r} {found}"
    write(user_file(places.home), f"index-url = {secret}")
    assert "hunter2" not in repr(read(places).problems)


WORDS = st.text(string.ascii_letters + string.digits + ":/.-_%@", min_size=1, max_size=12).filter(
    lambda word: word.strip() == word and not word.startswith(("~", ":"))
)
KEYS = ("index-url", "cert", "proxy", "client-cert")
LISTS = ("extra-index-url", "trusted-host", "find-links")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    scalars=st.dictionaries(st.sampled_from(KEYS), WORDS),
    lists=st.dictionaries(st.sampled_from(LISTS), st.lists(WORDS, min_size=1, unique=True)),
    as_variables=st.booleans(),
    underscores=st.booleans(),
)
def test_that_what_is_written_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    scalars: dict[str, str],
    lists: dict[str, list[str]],
    as_variables: bool,
    underscores: bool,
) -> None:
    places = places_below(tmp_path_factory.mktemp("root"))
    values = {**scalars, **{key: " ".join(words) for key, words in lists.items()}}
    environ: dict[str, str] = {}
    if as_variables:
        environ = {f"PIP_{key.upper().replace('-', '_')}": text for key, text in values.items()}
    else:
        names = {key: key.replace("-", "_") if underscores else key for key in values}
        lines = [f"{names[key]} = {text}" for key, text in values.items()]
        write(user_file(places.home), "[global]", *lines)
    found = read_pip_settings(places, environ, None, "linux")
    assert not found.problems
    assert found.index_url == scalars.get("index-url", "")
    assert found.cert == scalars.get("cert", "")
    assert found.client_cert == scalars.get("client-cert", "")
    assert found.proxy == scalars.get("proxy", "")
    assert found.extra_index_urls == tuple(lists.get("extra-index-url", ()))
    assert found.trusted_hosts == tuple(lists.get("trusted-host", ()))
    assert found.find_links == tuple(lists.get("find-links", ()))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.binary(max_size=200))
def test_that_no_file_whatever_it_holds_stops_the_reading(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    places = places_below(tmp_path_factory.mktemp("root"))
    file = write(user_file(places.home), "")
    file.write_bytes(data)
    found = read_pip_settings(places, {}, None, "linux")
    uv_variables(found, places, {})
    assert len(found.files) + len(found.problems) == 1
