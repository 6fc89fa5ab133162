"""Tell which bytes of a file are also another file's, on volumes that can clone files.

Linux tells it on btrfs and XFS (kernel docs, "Fiemap Ioctl"). Clones on APFS and block clones on
ReFS cannot be told without reading the volume's own tables. They count as files of their own there,
so that a cleaning may free less than it says when files of a cache have clones.
"""

from __future__ import annotations

import os
import struct
import sys
from typing import Final

CLONING: Final = frozenset(("btrfs", "xfs"))
BLOCK: Final = 512
_FIEMAP: Final = 0xC020660B
_HEAD: Final = struct.Struct("=QQLLLL")
_EXTENT: Final = struct.Struct("=QQQ16xL12x")
_AT_ONCE: Final = 32
_LAST, _SHARED = 0x1, 0x2000
_OPEN: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def can_be_told(folder: str, mounts: str | None = None, platform: str = sys.platform) -> bool:
    """Return whether files in `folder` may be clones, and the system tells so; raises nothing.

    `mounts` is the text of proc(5)'s mountinfo, read when None.
    """
    if platform != "linux":
        return False
    if mounts is None:
        try:
            with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as lines:  # noqa: PTH123
                mounts = lines.read()
        except OSError:
            return False
    path, best, kind = f"{os.path.realpath(folder)}/", "", ""
    for line in mounts.splitlines():
        fields, _, rest = line.partition(" - ")
        words = fields.split(" ")
        if len(words) < 5:
            continue
        at = _plain(words[4]).rstrip("/") + "/"
        if path.startswith(at) and len(at) >= len(best):  # the later one lies over the former
            best, kind = at, rest.split(" ", 1)[0]
    return kind in CLONING


def shared_blocks(path: str, blocks: int) -> int:
    """Return how many of a file's 512-byte `blocks` other files use, too; 0 where nobody tells."""
    if sys.platform != "linux" or not blocks:
        return 0
    import fcntl

    try:
        descriptor = os.open(path, _OPEN)
    except OSError:
        return 0
    shared = start = 0
    try:
        while True:
            answer = bytearray(_HEAD.size + _AT_ONCE * _EXTENT.size)
            _HEAD.pack_into(answer, 0, start, 2**64 - 1 - start, 0, 0, _AT_ONCE, 0)
            fcntl.ioctl(descriptor, _FIEMAP, answer)
            found, start = read_extents(bytes(answer))
            shared += found
            if not start:
                return min(blocks, shared // BLOCK)
    except OSError:
        return 0
    finally:
        os.close(descriptor)


def read_extents(answer: bytes) -> tuple[int, int]:
    """Return the shared bytes that the kernel's answer tells of, and where to ask on, 0 at the end.

    The answer is a `struct fiemap` with its extents (linux/fiemap.h).
    """
    count = _HEAD.unpack_from(answer)[3]
    shared = after = 0
    for at in range(count):
        logical, _, length, flags = _EXTENT.unpack_from(answer, _HEAD.size + at * _EXTENT.size)
        after = logical + length
        if flags & _SHARED:
            shared += length
        if flags & _LAST:
            return shared, 0
    return shared, after


def _plain(text: str) -> str:
    """Return a mount point as it is: blanks and backslashes travel as octal numbers."""
    for code in ("\\040", "\\011", "\\012", "\\134"):
        text = text.replace(code, chr(int(code[1:], 8)))
    return text
