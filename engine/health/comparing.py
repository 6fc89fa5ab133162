"""Compare files with the sizes and hashes that they should have: the plain and frequent case.

Also the process that helps with that. Messages are plain values as `marshal` writes them, both
ends the same version of the same program; the process ends when its input does. Nothing but the
standard library is imported, so that it starts quickly.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import stat
import sys

from engine.framing import read_message, write_message

TYPE_CHECKING = False  # these take longer to load than everything else that is needed
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

FLAGS: Final = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
STEP: Final = 1 << 20
_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)
BELOW_DESCRIPTORS: Final = os.open in os.supports_dir_fd
_IS_ROOT: Final = os.name == "posix" and os.geteuid() == 0

# Paths below a folder, sizes in bytes, and hashes (SHA-256, in hexadecimal).
Expected = tuple[list[str], list[int], list[str]]


def not_plainly_right(
    folder: str, expected: Expected, cancelled: Callable[[], bool] = lambda: False
) -> list[int]:
    """Return which files, by their place, are not at the first glance what is `expected`.

    That is nearly none, so there are no more calls than it takes. `folder` ends with a slash. When
    `cancelled`, what is not read yet is among them.
    """
    if not BELOW_DESCRIPTORS:
        return _not_plainly_right(folder, None, expected, cancelled)
    try:
        top = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return list(range(len(expected[0])))
    try:  # the way to the folder would be a good part of the work
        return _not_plainly_right("", top, expected, cancelled)
    finally:
        os.close(top)


def _not_plainly_right(
    folder: str, top: int | None, expected: Expected, cancelled: Callable[[], bool]
) -> list[int]:
    opened, read, close, sha256 = os.open, os.read, os.close, hashlib.sha256
    flags, fstat, is_root, readable = FLAGS | _NO_LINK, os.fstat, _IS_ROOT, stat.S_IRUSR
    wrong: list[int] = []
    at = -1
    for path, size, digest in zip(*expected, strict=True):
        at += 1
        try:
            descriptor = opened(folder + path, flags, dir_fd=top)
        except (OSError, ValueError):
            wrong.append(at)
            continue
        try:
            if is_root and not fstat(descriptor).st_mode & readable:  # it can read everything
                wrong.append(at)
                continue
            if size < STEP:
                data = read(descriptor, size + 1)
                is_right = len(data) == size and sha256(data).hexdigest() == digest
            else:
                is_right = _is_right(descriptor, size, digest, cancelled)
        except OSError:
            is_right = False
        finally:
            close(descriptor)
        if not is_right:
            wrong.append(at)
    return wrong


def _is_right(descriptor: int, size: int, digest: str, cancelled: Callable[[], bool]) -> bool:
    hashed, count = hashlib.sha256(), 0
    while count <= size and (data := os.read(descriptor, STEP)):
        hashed.update(data)
        count += len(data)
        if cancelled():
            return False
    return count == size and hashed.hexdigest() == digest


def serve() -> None:
    """Answer on standard output what is asked on standard input, until that ends.

    The first message is the folder. Each other one is a number and what is expected, and is
    answered by the number and the places of those that are not plainly right.
    """
    source, target = sys.stdin.buffer, sys.stdout.buffer
    first = read_message(source)
    if first is None:
        return
    folder: str = marshal.loads(first)
    while (data := read_message(source)) is not None:
        number: int
        expected: Expected
        number, expected = marshal.loads(data)
        write_message(target, marshal.dumps((number, not_plainly_right(folder, expected))))
