"""Caches are found wherever the settings of conda, pip, uv and pixi put them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.cache.finding import find_caches, rattler_folders
from engine.cache.pieces import pieces_of, split_stem
from engine.cache.settings import pip_cache_folders, pip_settings, uv_cache_folders
from engine.cache.values import CacheKind, Cost, ItemKind
from engine.conda.condarc import CondaConfiguration, read_configuration
from engine.places import Places, user_places
from tests.support.caches import make_package, package_cache, write_condarc


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        ("linux", ".cache/pip"),
        ("darwin", "Library/Caches/pip"),
        ("win32", "AppData/Local/pip/Cache"),
    ],
)
def test_where_pip_caches_without_settings(tmp_path: Path, platform: str, expected: str) -> None:
    assert pip_cache_folders(tmp_path, (), {}, platform)[0] == tmp_path / expected


@pytest.mark.parametrize(
    ("platform", "file"),
    [
        ("linux", ".config/pip/pip.conf"),
        ("linux", ".pip/pip.conf"),
        ("darwin", "Library/Application Support/pip/pip.conf"),
        ("win32", "AppData/Roaming/pip/pip.ini"),
        ("win32", "pip/pip.ini"),
    ],
)
def test_that_the_settings_of_pip_are_followed(tmp_path: Path, platform: str, file: str) -> None:
    settings = tmp_path / file
    settings.parent.mkdir(parents=True)
    settings.write_text(f"[global]\ncache-dir = {tmp_path}/缓存\n", encoding="utf-8")
    assert pip_cache_folders(tmp_path, (), {}, platform)[0] == tmp_path / "缓存"


def test_the_order_and_the_off_switch_of_pips_settings(tmp_path: Path) -> None:
    (tmp_path / "own.conf").write_text(f"[install]\ncache_dir = {tmp_path}/own\n")
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "pip.conf").write_text(f"[global]\ncache-dir = {tmp_path}/env-cache\n")
    environ = {
        "PIP_CACHE_DIR": str(tmp_path / "first"),
        "PIP_CONFIG_FILE": str(tmp_path / "own.conf"),
    }
    found = pip_cache_folders(tmp_path, [tmp_path / "env"], environ, "linux")
    names = [path.name for path in found]
    assert names == ["first", "own", "env-cache", "pip"]
    assert pip_settings(tmp_path, {"PIP_CONFIG_FILE": "/dev/null"}, "linux") == ()


@pytest.mark.parametrize("text", ["[global\ncache-dir=x", "cache-dir = 1", "\0\xff"])
def test_that_broken_settings_say_nothing(tmp_path: Path, text: str) -> None:
    for file in (".config/pip/pip.conf", ".config/uv/uv.toml"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).write_text(text, encoding="latin-1")
    assert pip_cache_folders(tmp_path, (), {}, "linux") == (tmp_path / ".cache" / "pip",)
    assert uv_cache_folders(tmp_path, {}, "linux") == (tmp_path / ".cache" / "uv",)


def test_where_uv_and_rattler_cache(tmp_path: Path) -> None:
    settings = tmp_path / ".config" / "uv" / "uv.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('cache-dir = "~/from-toml"\n')
    found = uv_cache_folders(tmp_path, {"UV_CACHE_DIR": str(tmp_path / "a")}, "linux")
    assert [path.name for path in found] == ["a", "from-toml", "uv"]
    windows = uv_cache_folders(tmp_path, {"LOCALAPPDATA": str(tmp_path / "L")}, "win32")
    assert windows[-1] == tmp_path / "L" / "uv" / "cache"
    assert rattler_folders(tmp_path, {"RATTLER_CACHE_DIR": "/r"}, "linux")[0] == Path("/r")
    assert rattler_folders(tmp_path, {}, "darwin")[0].parts[-3:] == ("Caches", "rattler", "cache")


def test_that_isolated_places_see_nothing_outside(places: Places, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    make_package(outside, "a-1-0")
    inside = places.home.parent / "conda" / "pkgs"
    make_package(inside, "a-1-0")
    write_condarc(places, outside, inside)
    (places.home / ".cache" / "pip").mkdir(parents=True)
    found = find_caches(places, read_configuration(places))
    assert {cache.folder for cache in found} == {inside, places.home / ".cache" / "pip"}


def test_that_every_cache_of_the_user_is_found_once(
    private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = private_home
    for name in (".cache/pip", ".cache/uv", ".cache/rattler/cache/pkgs", "mini/pkgs"):
        (home / name).mkdir(parents=True)
    (home / "same").symlink_to(home / "mini" / "pkgs")
    configuration = CondaConfiguration(pkgs_dirs=(home / "mini" / "pkgs", home / "same"))
    found = find_caches(user_places(), configuration)
    assert [(cache.folder, cache.kind) for cache in found] == [
        (home / "mini/pkgs", CacheKind.CONDA),
        (home / ".cache/rattler/cache/pkgs", CacheKind.RATTLER),
        (home / ".cache/pip", CacheKind.PIP),
        (home / ".cache/uv", CacheKind.UV),
    ]


def test_that_only_what_is_known_is_a_piece(tmp_path: Path) -> None:
    pkgs = tmp_path / "pkgs"
    make_package(pkgs, "numpy-base-2.0-py312_0")
    (pkgs / "numpy-base-2.0-py312_0.conda").write_bytes(b"x")
    (pkgs / "mine-1-0.tar.bz2").write_bytes(b"x")
    (pkgs / "urls.txt").write_text("https://c/noarch/numpy-base-2.0-py312_0.conda\n")
    (pkgs / "my-own-work").mkdir()
    (pkgs / "notes.txt").write_text("x")
    (pkgs / ".cache.lock").write_text("")
    (pkgs / "elsewhere-1-0").symlink_to(tmp_path)
    found = {piece.path.rpartition("/")[2]: piece for piece in pieces_of(package_cache(pkgs))}
    assert set(found) == {
        "numpy-base-2.0-py312_0",
        "numpy-base-2.0-py312_0.conda",
        "mine-1-0.tar.bz2",
    }
    archive = found["numpy-base-2.0-py312_0.conda"]
    assert (archive.kind, archive.name, archive.cost) == (
        ItemKind.ARCHIVE,
        "numpy-base",
        Cost.DOWNLOAD,
    )
    assert found["mine-1-0.tar.bz2"].cost is Cost.UNKNOWN


def test_that_names_without_all_parts_are_kept_whole() -> None:
    assert split_stem("a-b-1.0-0") == ("a-b", "1.0", "0")
    assert split_stem("odd") == ("odd", "", "")
