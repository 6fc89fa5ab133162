"""From channel names to addresses and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.conda.addresses import canonical_name, channel_urls, spec_channel
from engine.conda.condarc import CondaConfiguration

MIRROR = "https://mirror.example/anaconda"
MIRRORED = CondaConfiguration(
    channel_alias="https://alias.example/conda",
    default_channels=(f"{MIRROR}/pkgs/main", f"{MIRROR}/pkgs/r"),
    custom_channels=(("conda-forge", f"{MIRROR}/cloud"), ("team", "http://team.example/")),
    custom_multichannels=(("course", ("conda-forge", "team", "https://x.example/y/linux-64")),),
)


@pytest.mark.parametrize(
    ("name", "urls"),
    [
        ("bioconda", ("https://alias.example/conda/bioconda",)),
        ("conda-forge", (f"{MIRROR}/cloud/conda-forge",)),
        ("conda-forge/label/rc", (f"{MIRROR}/cloud/conda-forge/label/rc",)),
        ("conda-forge-other", ("https://alias.example/conda/conda-forge-other",)),
        ("team", ("http://team.example/team",)),
        ("defaults", (f"{MIRROR}/pkgs/main", f"{MIRROR}/pkgs/r")),
        (
            "course",
            (f"{MIRROR}/cloud/conda-forge", "http://team.example/team", "https://x.example/y"),
        ),
        ("https://x.example/y/", ("https://x.example/y",)),
        ("https://x.example/y/noarch", ("https://x.example/y",)),
        ("https://u:p@x.example/t/tk-1/y", ("https://u:p@x.example/t/tk-1/y",)),
        ("file:///srv/channel", ("file:///srv/channel",)),
        ("", ()),
    ],
)
def test_that_a_name_has_the_addresses_that_conda_would_use(
    name: str, urls: tuple[str, ...]
) -> None:
    assert channel_urls(name, MIRRORED) == urls


def test_that_a_channel_of_anaconda_is_not_below_the_alias() -> None:
    assert channel_urls("pkgs/main", CondaConfiguration()) == (
        "https://repo.anaconda.com/pkgs/main",
    )


def test_that_a_folder_is_a_channel(tmp_path: Path) -> None:
    folder = tmp_path / "my channel 频道"
    assert channel_urls(str(folder), MIRRORED) == (folder.as_uri(),)
    assert channel_urls(str(folder / "noarch"), MIRRORED) == (folder.as_uri(),)


def test_that_multichannels_that_name_each_other_end() -> None:
    looped = CondaConfiguration(
        custom_multichannels=(("a", ("b", "https://x.example/y")), ("b", ("a",)))
    )
    assert channel_urls("a", looped) == ("https://x.example/y",)


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("bioconda", "bioconda"),
        ("conda-forge/label/rc", "conda-forge/label/rc"),
        ("conda-forge", "course"),  # a member of a multichannel has its name
        ("team", "course"),
    ],
)
def test_that_an_address_has_the_canonical_name_that_conda_gives_it(
    name: str, canonical: str
) -> None:
    (url,) = channel_urls(name, MIRRORED)
    assert canonical_name(f"{url}/linux-64", MIRRORED) == canonical


def test_that_canonical_names_hold_no_credentials() -> None:
    assert canonical_name("https://u:p@x.example/y/noarch/", MIRRORED) == "course"
    assert canonical_name("https://u:p@z.example/t/tk-1/z", MIRRORED) == "https://z.example/z"


@pytest.mark.parametrize(
    ("spec", "parts"),
    [
        ("numpy >=1.26", ("", "numpy >=1.26")),
        ("conda-forge::numpy", ("conda-forge", "numpy")),
        ("conda-forge/linux-64::numpy", ("conda-forge", "numpy")),
        ("https://x.example/y::numpy=1", ("https://x.example/y", "numpy=1")),
        ("numpy[channel='a::b']", ("", "numpy[channel='a::b']")),
    ],
)
def test_that_the_channel_of_a_spec_is_told_from_the_rest(
    spec: str, parts: tuple[str, str]
) -> None:
    assert spec_channel(spec) == parts
