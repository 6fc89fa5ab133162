from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.environments.sizing import CLUSTER, measure, measure_one
from engine.records import Sizes

posix = pytest.mark.skipif(os.name != "posix", reason="counts blocks as POSIX does")


def write(path: Path, size: int = 10_000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


def allocated(*paths: Path) -> int:
    return sum(path.lstat().st_blocks * 512 for path in paths)


@posix
def test_that_own_and_shared_bytes_are_told_apart(tmp_path: Path) -> None:
    prefix = tmp_path / "env"
    own = write(prefix / "lib" / "own")
    twice = write(prefix / "lib" / "twice")
    os.link(twice, prefix / "lib" / "again")
    cached = write(tmp_path / "pkgs" / "cached", 50_000)
    os.link(cached, prefix / "lib" / "linked")
    os.link(cached, prefix / "lib" / "linked-again")
    folders = allocated(prefix, prefix / "lib")
    ((seen, sizes),) = measure([prefix])
    assert seen == prefix
    assert sizes == Sizes(
        own_bytes=folders + allocated(own, twice), shared_bytes=allocated(cached), files=5
    )


@posix
def test_that_the_sum_is_what_du_says(tmp_path: Path) -> None:
    for number in range(40):
        write(tmp_path / "env" / f"d{number % 7}" / f"f{number}", number * 731)
        os.link(tmp_path / "env" / f"d{number % 7}" / f"f{number}", tmp_path / "env" / f"l{number}")
    done = subprocess.run(
        ["du", "-s", "-k", str(tmp_path / "env")], capture_output=True, text=True, check=True
    )
    sizes = measure_one(tmp_path / "env")
    assert (sizes.own_bytes + sizes.shared_bytes) // 1024 == int(done.stdout.split()[0])


@posix
def test_that_links_are_never_followed(tmp_path: Path) -> None:
    prefix = tmp_path / "env"
    write(prefix / "file")
    write(tmp_path / "outside" / "large", 1_000_000)
    (prefix / "to-folder").symlink_to(tmp_path / "outside", target_is_directory=True)
    (prefix / "to-file").symlink_to(tmp_path / "outside" / "large")
    (prefix / "to-itself").symlink_to(prefix)
    (prefix / "dangling").symlink_to(tmp_path / "nowhere")
    sizes = measure_one(prefix)
    assert sizes.own_bytes < 100_000
    assert sizes.files == 5


@posix
def test_that_a_sparse_file_counts_what_it_takes(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as stream:
        stream.truncate(100_000_000)
    assert measure_one(tmp_path).own_bytes < 1_000_000


def test_that_environments_and_caches_inside_are_not_part_of_an_installation(
    tmp_path: Path,
) -> None:
    write(tmp_path / "conda-meta" / "history")
    write(tmp_path / "lib" / "own")
    alone = measure_one(tmp_path)
    write(tmp_path / "envs" / "one" / "conda-meta" / "history")
    write(tmp_path / "envs" / "one" / "lib" / "large", 1_000_000)
    write(tmp_path / "pkgs" / "urls.txt")
    write(tmp_path / "pkgs" / "numpy-1-0" / "large", 1_000_000)
    sizes = measure_one(tmp_path)
    assert sizes.files == alone.files
    assert sizes.own_bytes - alone.own_bytes < 50_000


def test_that_what_is_gone_or_no_folder_is_nothing(tmp_path: Path) -> None:
    file = write(tmp_path / "file")
    found = dict(measure([tmp_path / "gone", file]))
    assert found[tmp_path / "gone"] == Sizes(0, 0, 0)
    assert found[file].files == 0


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are bytes")
def test_that_names_that_are_not_text_are_counted(tmp_path: Path) -> None:
    write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9/\xff")))
    assert measure_one(tmp_path).files == 1


def test_that_windows_counts_clusters_and_finds_links(tmp_path: Path) -> None:
    prefix = tmp_path / "env"
    write(prefix / "sub" / "own", CLUSTER + 1)
    write(prefix / "empty", 0)
    os.link(write(tmp_path / "cached", 10), prefix / "linked")
    sizes = measure_one(prefix, "win32")
    assert sizes == Sizes(own_bytes=2 * CLUSTER, shared_bytes=CLUSTER, files=3)


def test_that_prefixes_are_measured_one_after_the_other(tmp_path: Path) -> None:
    prefixes = [write(tmp_path / name / "file").parent for name in "abc"]
    results = measure(prefixes)
    assert next(results)[0] == prefixes[0]
    write(prefixes[1] / "later")
    assert next(results)[1].files == 2


@posix
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    names=st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 20_000)), max_size=20)
)
def test_that_each_inode_counts_once_on_one_side(
    tmp_path_factory: pytest.TempPathFactory, names: list[tuple[int, bool, int]]
) -> None:
    root = tmp_path_factory.mktemp("root")
    prefix, outside = root / "env", root / "outside"
    prefix.mkdir()
    outside.mkdir()
    first: dict[int, Path] = {}
    for number, (inode, is_inside, size) in enumerate(names):
        path = (prefix if is_inside else outside) / str(number)
        if inode in first:
            os.link(first[inode], path)
        else:
            first[inode] = write(path, size)
    places = {inode: {inside for each, inside, _ in names if each == inode} for inode in first}
    sizes = measure_one(prefix)
    own = sum(allocated(path) for inode, path in first.items() if places[inode] == {True})
    shared = sum(allocated(path) for inode, path in first.items() if len(places[inode]) == 2)
    assert sizes.own_bytes == own + allocated(prefix)
    assert sizes.shared_bytes == shared
    assert sizes.files == sum(inside for _, inside, _ in names)
