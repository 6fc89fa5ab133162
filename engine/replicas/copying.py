"""Put single files into a copy: linked, cloned by the file system, or copied."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

from engine.replicas.walking import Found

CHUNK: Final = 8 * 2**20
_NOT_HERE = {
    errno.EXDEV,
    errno.EINVAL,
    errno.ENOSYS,
    errno.EOPNOTSUPP,
    errno.EPERM,
    errno.EBADF,
    errno.ETXTBSY,
    errno.EIO,
}
_NOT_LINKABLE = {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS}
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_CODESIGN = "/usr/bin/codesign"


class SourceError(Exception):
    """Reading the source failed; `error` says how."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


def link(source: str, target: str) -> bool:
    """Give the file at `source` the name `target` too; return whether the volume allows it.

    Raises OSError for everything but the lack of the ability.
    """
    try:
        os.link(source, target)
    except OSError as error:
        winerror: int | None = getattr(error, "winerror", None)
        if error.errno in _NOT_LINKABLE or winerror in (1, 17, 1142):
            return False
        raise
    return True


def can_link_within() -> bool:
    """Return whether names can be given within open folders, which spares looking paths up."""
    return os.link in os.supports_dir_fd and os.scandir in os.supports_fd


def open_folder(path: str) -> int:
    """Return a descriptor of the folder at `path`, which must be none but that; raises OSError."""
    return os.open(path, _FOLDER)


def link_all(opened: int | None, source: str, target: str, names: Iterable[str]) -> list[str]:
    """Give the files `names` in the folder `source` names in the folder `target`, too.

    `opened` is the descriptor of `source`, where names can be given within open folders. Returns
    the names that this failed for, whatever the reason; raises OSError when `target` cannot be
    opened.
    """
    failed: list[str] = []
    if opened is None:
        for name in names:
            try:
                os.link(f"{source}/{name}", f"{target}/{name}")
            except OSError:
                failed.append(name)
        return failed
    other = open_folder(target)
    link = os.link
    try:
        for name in names:
            try:
                link(name, name, src_dir_fd=opened, dst_dir_fd=other, follow_symlinks=False)
            except OSError:
                failed.append(name)
    finally:
        os.close(other)
    return failed


def write_new(target: str, data: bytes, found: Found, *, keep_time: bool) -> None:
    """Write `data` to the new file `target` with the mode of `found`; raises OSError."""
    descriptor = os.open(target, _WRITE, 0o600)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view[:CHUNK]) :]
    finally:
        os.close(descriptor)
    dress(target, found, keep_time=keep_time)


def copy(source: str, target: str, found: Found, step: Callable[[int], None]) -> None:
    """Copy the content, mode and time of `source` to the new file `target`.

    The file system shares the blocks where it can (Linux `copy_file_range(2)`: btrfs, XFS, NFS).
    `step` takes the number of bytes of each chunk. Raises SourceError and OSError.
    """
    try:
        reading = os.open(source, _READ)
    except OSError as error:
        raise SourceError(error) from error
    try:
        writing = os.open(target, _WRITE, 0o600)
        try:
            if not _copy_within_kernel(reading, writing, step):
                _copy_by_hand(reading, writing, step)
        finally:
            os.close(writing)
    finally:
        os.close(reading)
    dress(target, found, keep_time=True)


def _copy_within_kernel(reading: int, writing: int, step: Callable[[int], None]) -> bool:
    if not hasattr(os, "copy_file_range"):
        return False
    copied = 0
    while True:
        try:
            count = os.copy_file_range(reading, writing, CHUNK)
        except OSError as error:
            if copied == 0 and error.errno in _NOT_HERE:
                return False
            raise
        if count == 0:
            return copied > 0  # some file systems answer 0 for what they cannot do
        copied += count
        step(count)


def _copy_by_hand(reading: int, writing: int, step: Callable[[int], None]) -> None:
    while True:
        try:
            chunk = os.read(reading, CHUNK)
        except OSError as error:
            raise SourceError(error) from error
        if not chunk:
            return
        view = memoryview(chunk)
        while view:
            view = view[os.write(writing, view) :]
        step(len(chunk))


def dress(target: str, found: Found, *, keep_time: bool) -> None:
    """Give `target` the mode of `found`, and its time if it is still the same file."""
    if keep_time:
        os.utime(target, ns=(found.mtime, found.mtime))
    os.chmod(target, found.mode)  # noqa: PTH101 - a text is at hand


def read_source(path: str) -> bytes:
    """Return the content of a file of the source; raises SourceError."""
    try:
        with open(path, "rb", buffering=0) as stream:  # noqa: PTH123 - a text is at hand
            return stream.readall()
    except OSError as error:
        raise SourceError(error) from error


def read_start(path: str, length: int) -> bytes:
    """Return the first `length` bytes of a file of the source; raises SourceError."""
    try:
        with open(path, "rb", buffering=0) as stream:  # noqa: PTH123 - a text is at hand
            return stream.read(length)
    except OSError as error:
        raise SourceError(error) from error


def contains(path: str, needles: tuple[bytes, ...]) -> bool:
    """Return whether one of `needles` is in a file, of any size, of the source.

    Raises SourceError.
    """
    overlap = max(map(len, needles)) - 1
    rest = b""
    try:
        with open(path, "rb", buffering=0) as stream:  # noqa: PTH123 - a text is at hand
            while chunk := stream.read(CHUNK):
                data = rest + chunk
                if any(needle in data for needle in needles):
                    return True
                rest = data[-overlap:] if overlap else b""
    except OSError as error:
        raise SourceError(error) from error
    return False


def sha256_of(path: str) -> str:
    """Return the hash of a file in hexadecimal; raises SourceError."""
    try:
        with open(path, "rb", buffering=0) as stream:  # noqa: PTH123 - a text is at hand
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(error) from error


def sign_again(path: str) -> str:
    """Sign a changed Mach-O file ad hoc, which Apple silicon demands; return what went wrong.

    Entitlements are kept (`man codesign`). Runs on macOS only.
    """
    mode = os.stat(path).st_mode  # noqa: PTH116 - a text is at hand
    with suppress(OSError):
        os.chmod(path, mode | 0o200)  # noqa: PTH101
    command = [_CODESIGN, "--sign", "-", "--force", "--preserve-metadata=entitlements", path]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    finally:
        with suppress(OSError):
            os.chmod(path, mode & 0o7777)  # noqa: PTH101
    return done.stderr.strip() if done.returncode else ""
