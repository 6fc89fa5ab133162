"""Read a package file itself: `.conda`, `.tar.bz2` (conda docs, "Package specification") or `.whl`.

Nothing is unpacked to disk. Only the metadata is read, from a stream that ends after so many bytes.
"""

from __future__ import annotations

import bz2
import io
import json
import re
import tarfile
import zipfile
import zlib
from email.parser import HeaderParser
from pathlib import Path
from typing import IO, Final, cast

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from engine.errors import EngineError
from engine.files.gathering import Gathering
from engine.files.includes import note_requires_python
from engine.files.lock_entries import platforms_of
from engine.files.pylocks import tags_of
from engine.files.taking import open_regular
from engine.files.targets import Target
from engine.files.toml_texts import table_of, text_of
from engine.files.values import Place, RemarkCode, Wanted, WantedKind
from engine.files.yaml_nodes import malformed

DIRECTORY_LIMIT: Final = 6 << 20  # bytes read at once; the directory of a zip file is read so
METADATA_LIMIT: Final = 4 << 20  # bytes
HEADER_LIMIT: Final = 128 << 10  # bytes
STREAM_LIMIT: Final = 24 << 20  # bytes, unpacked, before the metadata has come

_METADATA: Final = re.compile(r"(?P<stem>[^/]+)\.dist-info/METADATA\Z")


def read_conda_package(path: Path, target: Target, found: Gathering) -> None:
    """Ask for the conda package in the file `path`; raises EngineError."""
    with os_stream(path) as stream:
        is_zip = stream.read(2) == b"PK"
        stream.seek(0)
        data = _index_of_conda(stream, path) if is_zip else _index_of_tar(stream, path)
    try:
        index = table_of(cast("object", json.loads(data)))
    except (ValueError, RecursionError) as error:
        raise _broken(path, "What it says about itself cannot be understood.") from error
    name, version = text_of(index.get("name")), text_of(index.get("version"))
    if not name or not version:
        raise _broken(path, "It does not say its name and version.")
    place = Place(path.name)
    subdir = text_of(index.get("subdir"))
    found.platforms.extend(platforms_of(subdir))
    if found.platforms and target.subdir not in found.platforms:
        summary = "This package is for another kind of computer."
        found.remark(
            RemarkCode.PLATFORM_MISSING, place, summary, platform=target.subdir, platforms=subdir
        )
    build = text_of(index.get("build"))
    written = " ".join(part for part in (name, version, build) if part)
    uri = path.absolute().as_uri()
    found.want(Wanted(WantedKind.CONDA, name.lower(), uri, written, place))


def read_wheel(path: Path, target: Target, found: Gathering) -> None:
    """Ask for the wheel in the file `path`, with what it needs; raises EngineError."""
    with os_stream(path) as stream:
        data = _metadata_of_wheel(stream, path)
    head = re.split(rb"\r?\n\r?\n", data[:HEADER_LIMIT], maxsplit=1)[0]
    headers = HeaderParser().parsestr(head.decode("utf-8", "replace"))
    name, version = str(headers["Name"] or ""), str(headers["Version"] or "")
    if not name or not version:
        raise _broken(path, "It does not say its name and version.")
    place = Place(path.name)
    if headers["Requires-Python"]:
        note_requires_python(str(headers["Requires-Python"]), place, found)
    try:
        tags = parse_wheel_filename(path.name)[3]
    except InvalidWheelFilename:
        summary = "The name of the file is not that of a wheel; give it back the one it had."
        found.remark(RemarkCode.LINE_INVALID, place, summary, line=path.name)
        return
    if not any(tag in tags for tag in tags_of(target)):
        summary = "This wheel is for another kind of computer, or another Python."
        found.remark(RemarkCode.OTHER_SYSTEM, place, summary, line=path.name)
    canonical = canonicalize_name(name)
    text = f"{name} @ {path.absolute().as_uri()}"
    found.want(Wanted(WantedKind.PIP, canonical, text, f"{name} {version}", place))


def os_stream(path: Path) -> _Bounded:
    """Return the regular file at `path` as a stream that gives no large pieces."""
    return _Bounded(open_regular(path), closefd=True)


class _Bounded(io.FileIO):
    """Refuse to hand out more than `DIRECTORY_LIMIT` bytes at once."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0 or size > DIRECTORY_LIMIT:
            data = super().read(DIRECTORY_LIMIT + 1) or b""
            if len(data) > DIRECTORY_LIMIT:
                raise _TooMuchError
            return data
        return super().read(size) or b""


class _TooMuchError(OSError):
    pass


_BROKEN: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    tarfile.TarError,
    zlib.error,
    OSError,
    EOFError,
    ValueError,
    KeyError,
    NotImplementedError,
    RuntimeError,  # an encrypted member
    OverflowError,
    RecursionError,
)


def _broken(path: Path, cause: str) -> EngineError:
    return malformed(f"package ({path.name})", cause, 0)


def _metadata_of_wheel(stream: io.FileIO, path: Path) -> bytes:
    try:
        with zipfile.ZipFile(cast("IO[bytes]", stream)) as archive:
            found = [name for name in archive.namelist() if _METADATA.match(name)]
            if len(found) != 1:
                raise _broken(path, "It is no wheel: it does not say what it holds.")
            return _member(archive, found[0], path)
    except _BROKEN as error:
        raise _broken(path, "It is broken, or not whole.") from error


def _member(archive: zipfile.ZipFile, name: str, path: Path) -> bytes:
    with archive.open(name) as member:
        data = member.read(METADATA_LIMIT + 1)
    if len(data) > METADATA_LIMIT:
        raise _broken(path, "What it says about itself is larger than any package says.")
    return data


def _index_of_conda(stream: io.FileIO, path: Path) -> bytes:
    from backports.zstd import ZstdError, ZstdFile

    try:
        with zipfile.ZipFile(cast("IO[bytes]", stream)) as archive:
            names = [
                name
                for name in archive.namelist()
                if name.startswith("info-") and name.endswith(".tar.zst")
            ]
            if len(names) != 1:
                raise _broken(path, "It is no conda package: it does not say what it holds.")
            with archive.open(names[0]) as member, ZstdFile(member) as unpacked:
                return _index_in(cast("IO[bytes]", unpacked), path)
    except (*_BROKEN, ZstdError) as error:
        raise _broken(path, "It is broken, or not whole.") from error


def _index_of_tar(stream: io.FileIO, path: Path) -> bytes:
    try:
        with bz2.BZ2File(cast("IO[bytes]", stream)) as unpacked:
            return _index_in(cast("IO[bytes]", unpacked), path)
    except _BROKEN as error:
        raise _broken(path, "It is broken, or not whole.") from error


class _Ending:
    """Give the bytes of a stream until there were too many."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._left = STREAM_LIMIT

    def read(self, size: int = -1) -> bytes:
        size = min(size if size >= 0 else 1 << 16, 1 << 16)
        self._left -= size
        if self._left < 0:
            raise _TooMuchError
        return self._stream.read(size)


def _index_in(stream: IO[bytes], path: Path) -> bytes:
    with tarfile.open(fileobj=cast("IO[bytes]", _Ending(stream)), mode="r|") as archive:
        for member in archive:
            if member.name.removeprefix("./") == "info/index.json" and member.isreg():
                content = archive.extractfile(member)
                if content is None or member.size > METADATA_LIMIT:
                    break
                return content.read(METADATA_LIMIT)
    raise _broken(path, "It is no conda package: it does not say what it holds.")
