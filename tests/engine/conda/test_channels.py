from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.conda.channels import channel_source, is_subdir, short_name, without_credentials
from engine.records import SourceKind


@dataclass(frozen=True)
class Named:
    channel_alias: str = "https://conda.anaconda.org"
    custom_channels: tuple[tuple[str, str], ...] = ()


@pytest.mark.parametrize(
    ("channel", "name"),
    [
        ("conda-forge", "conda-forge"),
        ("conda-forge/linux-64", "conda-forge"),
        ("https://conda.anaconda.org/conda-forge/linux-64", "conda-forge"),
        ("https://conda.anaconda.org/conda-forge/noarch/", "conda-forge"),
        ("https://conda.anaconda.org/pytorch/label/nightly/win-64", "pytorch/label/nightly"),
        ("https://conda.anaconda.org/t/ab-12/secret/osx-arm64", "secret"),
        ("https://user:pass@conda.anaconda.org/lab", "lab"),
        ("https://conda.anaconda.org/conda-pypi/noarch", "conda-pypi"),
        ("https://repo.anaconda.com/pkgs/main/linux-64", "pkgs/main"),
        ("https://mirror.example.cn/anaconda/pkgs/main/win-64", "pkgs/main"),
        ("https://mirror.example.cn/anaconda/cloud/conda-forge/win-64", "conda-forge"),
        ("pkgs/main", "pkgs/main"),
        ("http://127.0.0.1:8000/lab/linux-64/", "lab"),
        ("https://prefix.dev/conda-forge", "conda-forge"),
        ("https://channel.example.org", "channel.example.org"),
        ("https://a.example/x/numpy-1.0-0.conda", "x"),
        ("https://a.example/x/linux-64/numpy-1.0-0.tar.bz2", "x"),
        ("file:///srv/channels/%E5%AE%9E%E9%AA%8C%20room/noarch", "实验 room"),
        ("file:///C:/channels/lab/win-64", "lab"),
        ("/srv/channels/lab/", "lab"),
        (r"D:\channels\lab", "lab"),
        (r"\\server\share\lab", "lab"),
        ("oci://ghcr.io/channel-mirrors/conda-forge", "conda-forge"),
        ("<unknown>", ""),
        ("", ""),
    ],
)
def test_that_a_channel_has_the_short_name_that_people_use(channel: str, name: str) -> None:
    assert short_name(channel) == name


def test_that_a_mirror_named_in_the_configuration_has_the_name_of_its_channel() -> None:
    names = Named(
        channel_alias="https://t:x@mirror.example/conda",
        custom_channels=(
            ("lab/inner", "https://host.example:8080/deep/down"),
            ("school", "https://host.example/of"),
        ),
    )
    assert short_name("https://mirror.example/conda/bioconda/noarch", names) == "bioconda"
    assert short_name("https://mirror.example/conda/me/label/dev", names) == "me/label/dev"
    assert short_name("https://host.example:8080/deep/down/lab/inner/win-64", names) == "lab/inner"
    assert short_name("https://host.example/of/school/label/x", names) == "school/label/x"
    assert short_name("https://host.example/of/schoolyard", names) == "schoolyard"
    assert short_name("https://conda.anaconda.org/bioconda", names) == "bioconda"
    assert short_name("https://mirror.example/conda", names) == "conda"


def test_that_tokens_and_passwords_are_not_shown() -> None:
    url = "https://me:secret@conda.example/t/tk-123/lab/linux-64/a-1-0.conda?key=secret"
    source = channel_source("", url)
    assert source.kind is SourceKind.CHANNEL
    assert source.name == "lab"
    assert source.url == "https://conda.example/lab"
    assert without_credentials("ssh://git@host/x.git") == "ssh://git@host/x.git"
    assert without_credentials("ssh://git:pw@host/x.git") == "ssh://git@host/x.git"
    assert without_credentials("conda-forge") == "conda-forge"


def test_that_a_record_without_channel_and_address_comes_from_nowhere_known() -> None:
    assert channel_source("<unknown>", "").kind is SourceKind.UNKNOWN
    assert channel_source("", "").name == ""
    named = channel_source("conda-forge", "https://a.example/conda-forge/linux-64/x-1-0.conda")
    assert (named.name, named.url) == ("conda-forge", "https://a.example/conda-forge")


@pytest.mark.parametrize("subdir", ["noarch", "linux-64", "linux-aarch64", "osx-arm64", "win-32"])
def test_that_platform_folders_are_known_and_channels_are_not_taken_for_them(subdir: str) -> None:
    assert is_subdir(subdir)
    assert not is_subdir(f"{subdir}/x")
    assert not is_subdir("conda-forge")
    assert not is_subdir("win-tools-of-mine")


@given(st.one_of(st.text(max_size=60), st.text("htps:/[]@%?#.t\\ ", max_size=30)))
@example("http://[::1")
@example("https://host/[x")
@example("file://")
def test_that_any_text_has_a_short_name_without_platform_or_slash_at_its_ends(text: str) -> None:
    name = short_name(text)
    assert name == name.strip("/")
    assert without_credentials(without_credentials(text)) == without_credentials(text)


@given(
    st.from_regex(r"\A[a-z][a-z0-9-]{0,12}\Z").filter(lambda name: not is_subdir(name)),
    st.sampled_from(["linux-64", "noarch", "win-64", ""]),
    st.sampled_from(["", "user:pass@"]),
    st.sampled_from(["", "t/token-1/"]),
)
def test_that_name_and_address_agree_whatever_surrounds_the_name(
    name: str, subdir: str, login: str, token: str
) -> None:
    if name in ("t", "pkgs", "label"):
        return
    for host in ("conda.anaconda.org", "mirror.example:8443/deep/cloud"):
        first, _, rest = host.partition("/")
        path = f"{token}{rest}/" if rest else token
        address = f"https://{login}{first}/{path}{name}/{subdir}"
        assert short_name(address) == name
        assert "pass" not in without_credentials(address)
