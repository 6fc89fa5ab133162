from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.conda.condarc import CondaConfiguration
from engine.environments.details import python_executable, quick_details, this_subdir
from engine.errors import EngineError, ErrorCode
from engine.places import Places, places_below
from engine.records import DetailKey
from tests.support.package_files import (
    SITE_PACKAGES,
    dist_info,
    in_site_packages,
    write_conda_record,
    write_files,
)

VIRTUAL = ("__glibc=2.36=0", "__unix=0=0")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return places_below(tmp_path / "root")


def facts(
    prefix: Path, places: Places, configuration: CondaConfiguration, platform: str = "linux"
) -> dict[DetailKey, tuple[str, ...]]:
    details = quick_details(prefix, places, configuration, VIRTUAL, platform)
    assert details.prefix == prefix
    assert [fact.key for fact in details.facts] == list(DetailKey)
    return {fact.key: fact.values for fact in details.facts}


def test_that_every_fact_of_an_environment_is_told(tmp_path: Path, places: Places) -> None:
    root = tmp_path / "miniforge3"
    prefix = root / "envs" / "数据 1"
    write_conda_record(root, "conda")
    write_conda_record(
        prefix,
        "python",
        "3.12.7",
        files={"bin/python": b"", "bin/pip": b""},
        subdir="linux-aarch64",
    )
    write_conda_record(
        prefix,
        "pip",
        "24.0",
        files=in_site_packages({**dist_info("pip", "24.0"), "pip/__init__.py": b""}),
        subdir="noarch",
        channel="https://repo.anaconda.com/pkgs/main/noarch",
    )
    write_files(prefix, {"conda-meta/history": b"", **in_site_packages(dist_info("attrs"))})
    stamps = [prefix / "conda-meta/history", prefix / "conda-meta", prefix / SITE_PACKAGES]
    for path in stamps:
        os.utime(path, (1_700_000_000, 1_700_000_000))
    configuration = CondaConfiguration(
        root_prefixes=(root,),
        envs_dirs=(root / "envs",),
        pkgs_dirs=(root / "pkgs",),
        files=(root / ".condarc",),
    )
    assert facts(prefix, places, configuration) == {
        DetailKey.NAME: ("数据 1",),
        DetailKey.PREFIX: (str(prefix),),
        DetailKey.PYTHON: ("3.12.7",),
        DetailKey.PYTHON_EXECUTABLE: (str(prefix / "bin/python"),),
        DetailKey.SITE_PACKAGES: (str(prefix / SITE_PACKAGES),),
        DetailKey.PIP: (
            "pip 24.0",
            str(prefix / "bin/pip"),
            str(prefix / SITE_PACKAGES / "pip"),
        ),
        DetailKey.CHANNELS: ("conda-forge (1)", "pkgs/main (1)", "PyPI (1)"),
        DetailKey.PLATFORM: ("linux-aarch64",),
        DetailKey.VIRTUAL_PACKAGES: VIRTUAL,
        DetailKey.PACKAGE_CACHES: (str(root / "pkgs"),),
        DetailKey.CONFIG_FILES: (str(root / ".condarc"),),
        DetailKey.LAST_CHANGE: ("2023-11-14T22:13:20+00:00",),
        DetailKey.INSTALLATION: (str(root),),
    }


def test_that_what_an_environment_lacks_has_no_value(tmp_path: Path, places: Places) -> None:
    prefix = tmp_path / "r-env"
    write_conda_record(prefix, "r-base", "4.4")
    found = facts(prefix, places, CondaConfiguration())
    for key in (
        DetailKey.PYTHON,
        DetailKey.PYTHON_EXECUTABLE,
        DetailKey.SITE_PACKAGES,
        DetailKey.PIP,
        DetailKey.CONFIG_FILES,
        DetailKey.INSTALLATION,
    ):
        assert found[key] == ()
    assert found[DetailKey.NAME] == (str(prefix),)
    assert found[DetailKey.PACKAGE_CACHES] == (str(places.pkgs),)


def test_that_the_pip_of_the_site_packages_counts_and_not_its_record(
    tmp_path: Path, places: Places
) -> None:
    prefix = tmp_path / "env"
    write_conda_record(prefix, "python", "3.12.7", files={"bin/python": b""})
    write_conda_record(prefix, "pip", "24.0")
    assert facts(prefix, places, CondaConfiguration())[DetailKey.PIP] == ()
    write_files(prefix, in_site_packages({**dist_info("pip", "25.1"), "pip/__init__.py": b""}))
    assert facts(prefix, places, CondaConfiguration())[DetailKey.PIP] == (
        "pip 25.1",
        str(prefix / SITE_PACKAGES / "pip"),
    )


def test_that_envdesks_own_cache_is_told_once_it_is_used(tmp_path: Path, places: Places) -> None:
    prefix = tmp_path / "env"
    write_conda_record(prefix, "a")
    configuration = CondaConfiguration(pkgs_dirs=(tmp_path / "pkgs",))
    key = DetailKey.PACKAGE_CACHES
    assert facts(prefix, places, configuration)[key] == (str(tmp_path / "pkgs"),)
    places.pkgs.mkdir(parents=True)
    assert facts(prefix, places, configuration)[key] == (
        str(tmp_path / "pkgs"),
        str(places.pkgs),
    )


def test_that_windows_keeps_its_programs_elsewhere(tmp_path: Path, places: Places) -> None:
    prefix = tmp_path / "env"
    site = "Lib/site-packages"
    write_conda_record(
        prefix, "python", "3.12.7", files={"python.exe": b""}, subdir="win-64", channel="lab"
    )
    pip = {**dist_info("pip", "24.0"), "pip/__init__.py": b""}
    write_conda_record(prefix, "pip", "24.0", files=in_site_packages(pip, site))
    write_files(prefix, {"Scripts/pip.exe": b""})
    found = facts(prefix, places, CondaConfiguration(), "win32")
    assert found[DetailKey.PYTHON_EXECUTABLE] == (str(prefix / "python.exe"),)
    assert found[DetailKey.PIP][1] == str(prefix / "Scripts/pip.exe")
    assert found[DetailKey.PLATFORM] == ("win-64",)
    assert python_executable(prefix, "darwin") == prefix / "bin/python"


@pytest.mark.parametrize(
    ("platform", "processor", "subdir"),
    [
        ("linux", "x86_64", "linux-64"),
        ("linux", "aarch64", "linux-aarch64"),
        ("darwin", "arm64", "osx-arm64"),
        ("darwin", "x86_64", "osx-64"),
        ("win32", "AMD64", "win-64"),
        ("win32", "ARM64", "win-arm64"),
    ],
)
def test_that_this_computer_is_called_as_conda_calls_it(
    platform: str, processor: str, subdir: str
) -> None:
    assert this_subdir(platform, processor) == subdir


def test_that_a_missing_environment_is_refused(tmp_path: Path, places: Places) -> None:
    with pytest.raises(EngineError) as error:
        quick_details(tmp_path / "gone", places, CondaConfiguration(), ())
    assert error.value.code is ErrorCode.PREFIX_MISSING
