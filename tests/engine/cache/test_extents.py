"""Clones: files that share what they hold, where the file system can do that and tells."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.cache.extents import can_be_told, read_extents, shared_blocks
from engine.cache.looking import look
from engine.cache.values import freed
from tests.support.caches import make_package, make_prefix, package_cache
from tests.support.promises import comes_true
from tests.support.volumes import free_bytes, mounted

MOUNTS = (
    "22 1 254:0 / / rw - ext4 /dev/vda rw\n"
    "30 22 0:45 /home /home rw,relatime shared:1 - btrfs /dev/sdb rw\n"
    "31 30 0:46 / /home/my\\040data rw - xfs /dev/sdc rw\n"
    "32 30 0:47 / /home/memory rw - tmpfs tmpfs rw\n"
)


def extent(logical: int, length: int, flags: int) -> bytes:
    return struct.pack("=QQQ16xL12x", logical, 7 * logical, length, flags)


def answer(*extents: bytes) -> bytes:
    return struct.pack("=QQLLLL", 0, 2**64 - 1, 0, len(extents), 32, 0) + b"".join(extents)


@pytest.mark.parametrize(
    ("folder", "platform", "expected"),
    [
        ("/home/ana/pkgs", "linux", True),
        ("/home/my data/pkgs", "linux", True),
        ("/home/memory/pkgs", "linux", False),
        ("/homemade", "linux", False),
        ("/srv", "linux", False),
        ("/home/ana/pkgs", "darwin", False),
        ("/home/ana/pkgs", "win32", False),
    ],
)
def test_that_the_nearest_mount_says_whether_there_can_be_clones(
    folder: str, platform: str, expected: bool
) -> None:
    assert can_be_told(folder, MOUNTS, platform) is expected


def test_that_only_shared_extents_count_and_long_lists_are_asked_on() -> None:
    shared, plain, last = 0x2000, 0, 0x1
    assert read_extents(answer()) == (0, 0)
    assert read_extents(answer(extent(0, 4096, shared | last))) == (4096, 0)
    both = answer(extent(0, 8192, plain), extent(8192, 4096, shared))
    assert read_extents(both) == (4096, 12_288)


@pytest.fixture(params=["btrfs", "xfs"])
def cloning(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """Mount a volume that can clone, where that is possible."""
    kind: str = request.param
    if shutil.which(f"mkfs.{kind}") is None:
        pytest.skip(f"there is no mkfs.{kind}")
    with mounted(tmp_path / kind, 320, kind) as volume:
        yield volume


def clone(source: Path, target: Path) -> None:
    subprocess.run(["cp", "--reflink=always", str(source), str(target)], check=True)


def test_that_a_clone_is_told_and_nothing_is_promised_that_it_keeps(cloning: Path) -> None:
    pkgs = cloning / "pkgs"
    package = make_package(
        pkgs, "a-1-0", [("lib/big", os.urandom(5_000_000)), ("lib/own", os.urandom(2_000_000))]
    )
    prefix = make_prefix(cloning / "envs" / "one")
    clone(package / "lib" / "big", prefix / "big")
    os.sync()
    big = package / "lib" / "big"
    assert shared_blocks(str(big), big.stat().st_blocks) == big.stat().st_blocks
    own = package / "lib" / "own"
    assert shared_blocks(str(own), own.stat().st_blocks) == 0
    picture, _ = look([package_cache(pkgs)], [prefix])
    (item,) = picture.items
    assert item.allocated_bytes > 7_000_000
    promised = freed(picture, [item.path])
    assert 2_000_000 < promised < 2_100_000
    least = free_bytes(cloning) + promised - 65_536
    shutil.rmtree(item.path)
    comes_true(lambda: free_bytes(cloning) >= least, 20)  # XFS gives back a moment later
