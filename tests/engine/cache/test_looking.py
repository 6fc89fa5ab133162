"""Random trees of caches and environments, counted against a slow and obvious count."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.cache.finding import FoundCache, Layout
from engine.cache.looking import look
from engine.cache.values import (
    CacheKind,
    Choice,
    DiskPicture,
    Preset,
    SkipReason,
    UseKind,
    chosen_items,
    freed,
)
from tests.support.caches import (
    allocated,
    freed_by_hand,
    living_links,
    make_package,
    make_prefix,
    own_by_hand,
    package_cache,
)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="blocks are asked for")

NAMES = (
    b"a.txt",
    b"lib/b.so",
    b"lib/deep/er/c.py",
    "é/ü".encode(),
    b"bad\xff/\xfe.bin",
    b"d",
    b"x-1-py3.whl",
)
PACKAGES = ("alpha-1.0-0", "beta-2.0-py_0", "gamma-3.0-h1")
PLACES = (
    *(f"pkgs/{package}" for package in PACKAGES),
    *("other/alpha-1.0-0", "envs/one", "envs/two", "envs/one/inner", "outside"),
    *("pip/wheels/ab", "pip/http-v2/0"),
)
places = st.sampled_from(PLACES)
names = st.sampled_from(NAMES)
files = st.tuples(places, names, st.integers(0, 30_000), st.booleans())
links = st.tuples(st.tuples(places, names), st.tuples(places, names))
targets = st.one_of(
    st.tuples(places, names).map(lambda at: ("absolute", *at)),
    st.tuples(places, names).map(lambda at: ("relative", *at)),
    places.map(lambda place: ("folder", place, b"")),
    st.sampled_from([b"nowhere", b".", b"..", b"a.txt", b"d"]).map(lambda t: ("raw", "", t)),
)
soft_links = st.tuples(st.tuples(places, names), targets)


def at(root: Path, place: str, name: bytes) -> Path:
    return root / place / os.fsdecode(name)


@contextmanager
def world(
    made: list[tuple[str, bytes, int, bool]],
    linked: list[tuple[tuple[str, bytes], tuple[str, bytes]]],
    soft: list[tuple[tuple[str, bytes], tuple[str, str, bytes]]],
) -> Generator[Path]:
    """Lay files, hard links and soft links out; what cannot be made is left out."""
    root = Path(tempfile.mkdtemp(prefix="caches-"))
    try:
        for package in PACKAGES:
            make_package(root / "pkgs", package)
        make_package(root / "other", "alpha-1.0-0")
        for prefix in ("envs/one", "envs/two"):
            make_prefix(root / prefix)
        (root / "outside").mkdir()
        for place, name, size, is_sparse in made:
            with suppress(OSError):
                path = at(root, place, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("xb") as stream:
                    if is_sparse:
                        stream.truncate(size * 10)
                        stream.seek(size * 5)
                    stream.write(b"x" * size)
        for old, new in linked:
            with suppress(OSError):
                path = at(root, *new)
                path.parent.mkdir(parents=True, exist_ok=True)
                os.link(at(root, *old), path, follow_symlinks=False)
        for (place, name), (kind, there, that) in soft:
            with suppress(OSError):
                path = at(root, place, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                target = os.fsdecode(that) if kind == "raw" else str(at(root, there, that))
                if kind == "relative":
                    target = os.path.relpath(target, path.parent)
                path.symlink_to(target)
        yield root
    finally:
        shutil.rmtree(os.fsencode(root))


def picture_of(root: Path) -> DiskPicture:
    picture, _ = look(
        [
            package_cache(root / "pkgs"),
            package_cache(root / "other"),
            FoundCache(root / "pip", CacheKind.PIP, Layout.PIP),
        ],
        [root / "envs" / "one", root / "envs" / "two"],
    )
    return picture


def paths_of(picture: DiskPicture, chosen: set[Path]) -> list[Path]:
    items = [item for item in picture.items if item.path in chosen]
    return [path for item in items for path in (item.path, *item.companions)]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(files, max_size=14),
    st.lists(links, max_size=14),
    st.lists(soft_links, max_size=8),
    st.data(),
)
def test_that_every_figure_equals_the_slow_count(
    made: list[tuple[str, bytes, int, bool]],
    linked: list[tuple[tuple[str, bytes], tuple[str, bytes]]],
    soft: list[tuple[tuple[str, bytes], tuple[str, str, bytes]]],
    data: st.DataObject,
) -> None:
    with world(made, linked, soft) as root:
        picture = picture_of(root)
        prefixes = [root / "envs" / "one", root / "envs" / "two"]
        for environment in picture.environments:
            assert environment.own_bytes == own_by_hand(environment.prefix)
            whole = allocated([environment.prefix])
            assert environment.own_bytes + environment.shared_bytes == whole
        for item in picture.items:
            assert item.allocated_bytes == allocated([item.path, *item.companions])
            assert item.freed_bytes == freed_by_hand([item.path, *item.companions])
        tops = [cache.folder for cache in picture.caches if cache.kind is not CacheKind.PIP]
        pip = [root / "pip" / name for name in ("wheels", "http-v2")]
        assert picture.total_bytes == allocated([*tops, *pip, *prefixes])

        free = [item.path for item in picture.items if item.blocked is None]
        chosen = data.draw(st.sets(st.sampled_from(free))) if free else set[Path]()
        promised = freed(picture, chosen)
        paths = paths_of(picture, chosen)
        assert promised == freed_by_hand(paths)
        before, alive = allocated([root]), [living_links(prefix) for prefix in prefixes]
        contents = {path: path.read_bytes() for p in prefixes for path in regular_files(p)}
        for path in paths:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(os.fsencode(path))
            elif os.path.lexists(path):
                path.unlink()
        after = allocated([root])
        shrunk = 4096 * len(paths)  # some file systems give back blocks of a folder that empties
        assert 0 <= (before - after) - promised <= shrunk
        assert alive == [living_links(prefix) for prefix in prefixes]
        assert all(path.read_bytes() == content for path, content in contents.items())


def regular_files(prefix: Path) -> list[Path]:
    found: list[Path] = []
    for folder, _, children in os.walk(prefix):
        paths = (Path(folder, name) for name in children)
        found += [path for path in paths if path.is_file()]
    return found


@pytest.fixture
def pkgs(tmp_path: Path) -> Path:
    return tmp_path / "pkgs"


def look_at(tmp_path: Path, *names: str) -> DiskPicture:
    picture, _ = look(
        [package_cache(tmp_path / "pkgs")], [tmp_path / "envs" / name for name in names]
    )
    return picture


def test_that_links_inside_of_a_package_are_no_use_of_it(tmp_path: Path, pkgs: Path) -> None:
    package = make_package(pkgs, "python-3.12-0", [("bin/python", b"x" * 9000)])
    os.link(package / "bin" / "python", package / "bin" / "python3")
    picture = look_at(tmp_path)
    (item,) = picture.items
    assert not item.is_used
    assert item.freed_bytes == item.allocated_bytes


def test_that_a_soft_link_from_an_environment_keeps_a_package(tmp_path: Path, pkgs: Path) -> None:
    package = make_package(pkgs, "zlib-1-0", [("lib/libz.so.1", b"x")])
    (package / "lib" / "libz.so").symlink_to("libz.so.1")
    prefix = make_prefix(tmp_path / "envs" / "one")
    (prefix / "lib").mkdir()
    (prefix / "lib" / "libz.so").symlink_to(package / "lib" / "libz.so")
    (item,) = look_at(tmp_path, "one").items
    assert item.blocked is SkipReason.NEEDED
    assert [(use.prefix, use.kind) for use in item.uses] == [(prefix, UseKind.SOFT_LINK)]


@pytest.mark.parametrize("way", ["folder link", "chain outside", "link to the cache", "prefix"])
def test_that_no_way_of_linking_into_a_cache_is_missed(
    tmp_path: Path, pkgs: Path, way: str
) -> None:
    package = make_package(pkgs, "zlib-1-0", [("lib/libz.so", b"x")])
    prefix = tmp_path / "envs" / "one"
    match way:
        case "folder link":
            make_prefix(prefix)
            (prefix / "lib").symlink_to(package / "lib")
        case "chain outside":
            make_prefix(prefix)
            (tmp_path / "step").symlink_to(package / "lib" / "libz.so")
            (prefix / "z").symlink_to("../../step")
        case "link to the cache":
            make_prefix(prefix)
            (tmp_path / "way").symlink_to(pkgs)
            (prefix / "z").symlink_to(tmp_path / "way" / "zlib-1-0" / "lib" / "libz.so")
        case _:
            make_prefix(package / "environment")
            prefix.parent.mkdir()
            prefix.symlink_to(package / "environment")
    (item,) = look_at(tmp_path, "one").items
    assert item.blocked is SkipReason.NEEDED


@pytest.mark.parametrize(
    ("kind", "expected", "blocked"),
    [(3, UseKind.COPY, None), (2, UseKind.SOFT_LINK, SkipReason.NEEDED)],
)
def test_that_the_link_type_of_a_record_is_believed(
    tmp_path: Path, pkgs: Path, kind: int, expected: UseKind, blocked: SkipReason | None
) -> None:
    package = make_package(pkgs, "zlib-1-0", [("lib/libz.so", b"x")])
    prefix = make_prefix(tmp_path / "envs" / "one")
    record = '{"name":"zlib","version":"1","build":"0","link":{"source":"%s","type":%d}}'
    (prefix / "conda-meta" / "zlib-1-0.json").write_text(record % (package, kind))
    (item,) = look_at(tmp_path, "one").items
    assert [use.kind for use in item.uses] == [expected]
    assert item.blocked is blocked


def test_that_a_file_of_two_pieces_is_promised_only_for_both(tmp_path: Path, pkgs: Path) -> None:
    first = make_package(pkgs, "a-1-0", [("x", b"x" * 50_000)])
    second = make_package(pkgs, "b-1-0")
    os.link(first / "x", second / "x")
    picture = look_at(tmp_path)
    one, two = (item.path for item in picture.items)
    assert freed(picture, [one, two]) == allocated([pkgs]) - pkgs.stat().st_blocks * 512
    assert freed(picture, [one]) + freed(picture, [two]) + 53_248 == freed(picture, [one, two])


def test_that_an_environment_inside_of_a_package_folder_is_no_part_of_it(
    tmp_path: Path, pkgs: Path
) -> None:
    package = make_package(pkgs, "a-1-0")
    make_prefix(package / "envs" / "inner")
    picture, _ = look([package_cache(pkgs)], [package / "envs" / "inner"])
    (item,) = picture.items
    assert item.blocked is not None


def test_that_unreadable_folders_are_told_and_block_what_they_are_in(
    tmp_path: Path, pkgs: Path
) -> None:
    package = make_package(pkgs, "a-1-0", [("secret/x", b"x")])
    prefix = make_prefix(tmp_path / "envs" / "one")
    (prefix / "closed").mkdir()
    for folder in (package / "secret", prefix / "closed"):
        folder.chmod(0)
    for folder in (tmp_path, *tmp_path.parents):
        with suppress(OSError):
            if folder.is_relative_to(tempfile.gettempdir()) and folder != Path(
                tempfile.gettempdir()
            ):
                folder.chmod(0o755)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        picture = look_at(tmp_path, "one")
    finally:
        if is_root:
            os.seteuid(0)
        for folder in (package / "secret", prefix / "closed"):
            folder.chmod(0o755)
    (item,) = picture.items
    assert item.blocked is SkipReason.FORBIDDEN
    assert set(picture.unreadable) == {package / "secret", prefix / "closed"}


def test_that_presets_leave_alone_what_is_used_and_safe_costs_a_download_at_most(
    tmp_path: Path, pkgs: Path
) -> None:
    used = make_package(pkgs, "used-1-0", [("x", b"x")])
    unused = make_package(pkgs, "unused-1-0")
    by_hand = make_package(pkgs, "mine-1-0", url="")
    prefix = make_prefix(tmp_path / "envs" / "one")
    os.link(used / "x", prefix / "x")
    picture = look_at(tmp_path, "one")

    def chosen(choice: Choice) -> set[Path]:
        return {item.path for item in chosen_items(picture, choice, picture.seen)}

    assert chosen(Choice(Preset.SAFE)) == {unused}
    assert chosen(Choice(Preset.EVERYTHING_UNUSED)) == {unused, by_hand}
    assert chosen(Choice(items=(used,))) == {used}
    assert chosen(Choice(Preset.SAFE, older_than_days=1)) == set()
    assert chosen(Choice(Preset.SAFE, caches=(tmp_path,))) == set()
