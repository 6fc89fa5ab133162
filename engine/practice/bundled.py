"""The practice channels that a frozen application carries: it has no Python to make them from."""

from __future__ import annotations

import contextlib
import hashlib
import io
import tarfile
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from engine.errors import EngineError, ErrorCode
from engine.launching import bundle_folder
from engine.practice.channels import EXTRA_CHANNEL, MAIN_CHANNEL, build_channels
from engine.practice.interpreter import Interpreter, as_path, running_interpreter
from engine.practice.rattling import index_channels

BUNDLE: Final = "practice/channels.tar.zst"  # below the folder of the frozen application
_DESCRIPTION = "interpreter.json"
_LEVEL = 10
_WINDOW_LOG = 26  # 64 MB: the second copy of the interpreter lies within it
_DAMAGES = (
    *(FileNotFoundError, tarfile.TarError, zipfile.BadZipFile, KeyError, IndexError),
    *(StopIteration, EOFError, msgspec.DecodeError),
)


def write_bundle(target: Path) -> None:
    """Write the practice channels of this machine's Python as one file; the same bytes each time.

    Takes some seconds and blocks. Raises what `build_channels` raises.
    """
    from backports import zstd

    # Where the Python lay that they were made from is nobody's business.
    described = replace(
        running_interpreter(), base_prefix=Path(), stdlib=Path(), library_folder="", wheel_folder=""
    )
    buffer = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        channels = build_channels(Path(folder, "channels"))
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
            _add(archive, _DESCRIPTION, msgspec.json.encode(described, enc_hook=str))
            for file in sorted(each for each in channels.rglob("*") if _is_packed(each)):
                _add(archive, file.relative_to(channels).as_posix(), file.read_bytes())
    options: dict[int, int] = {
        zstd.CompressionParameter.compression_level: _LEVEL,
        zstd.CompressionParameter.enable_long_distance_matching: 1,
        zstd.CompressionParameter.window_log: _WINDOW_LOG,
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(zstd.compress(buffer.getvalue(), options=options))


def bundled_channels() -> Path | None:
    """Return the file with the channels, None where they are made from the running Python."""
    inside = bundle_folder()
    return None if inside is None else inside / BUNDLE


def unpack_channels(bundle: Path, folder: Path) -> Interpreter:
    """Write the channels in `bundle` below `folder`; return the interpreter that is in them.

    Raises EngineError (internal) when the file is not there or not whole, OSError, RattlingError.
    """
    try:
        with _opened(bundle) as archive:
            member = archive.extractfile(_DESCRIPTION)
            description = b"" if member is None else member.read()
            for each in archive.getmembers():
                if each.name != _DESCRIPTION:
                    archive.extract(each, folder, filter="data")
        interpreter = msgspec.json.decode(description, type=Interpreter, dec_hook=as_path)
    except _DAMAGES as error:
        raise _damaged(bundle, error) from error
    index_channels((folder / MAIN_CHANNEL, folder / EXTRA_CHANNEL))
    return interpreter


def bundled_python(cache: Path) -> Path | None:
    """Return the interpreter that a frozen application carries, unpacked below `cache`.

    It answers for what a Python can have, where there is no other; environments never use it.
    None from source. Takes a second the first time; raises what `unpack_python` raises.
    """
    bundle = bundled_channels()
    return None if bundle is None else unpack_python(bundle, cache / "own-python")


def unpack_python(bundle: Path, folder: Path) -> Path:
    """Return the interpreter of `bundle`, unpacked into `folder` unless it is there already.

    Raises EngineError (internal) when the bundle is not whole, and OSError.
    """
    stamp = hashlib.sha256(bundle.read_bytes()).hexdigest()[:16] if bundle.is_file() else "none"
    target = folder / stamp
    found = _program(target)
    if found is None:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as staging:
            _unpack_python(bundle, Path(staging, "python"))
            with contextlib.suppress(OSError):  # another process was quicker
                Path(staging, "python").rename(target)
        found = _program(target)
    if found is None:
        raise _damaged(bundle, FileNotFoundError("python"))
    return found


def _program(prefix: Path) -> Path | None:
    places = (prefix / "python.exe", prefix / "bin" / "python")
    return next((each for each in places if each.is_file()), None)


def _unpack_python(bundle: Path, target: Path) -> None:
    from backports import zstd

    try:
        with _opened(bundle) as archive:
            names = sorted(each for each in archive.getnames() if "/python-" in each)
            member = archive.extractfile(names[-1])
            assert member is not None
            with zipfile.ZipFile(io.BytesIO(member.read())) as package:
                inner = next(each for each in package.namelist() if each.startswith("pkg-"))
                files = io.BytesIO(zstd.decompress(package.read(inner)))
        with tarfile.open(fileobj=files) as archive:
            archive.extractall(target, filter="data")
    except _DAMAGES as error:
        raise _damaged(bundle, error) from error


def _opened(bundle: Path) -> tarfile.TarFile:
    from backports import zstd

    options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: _WINDOW_LOG}
    try:
        return tarfile.open(
            fileobj=io.BytesIO(zstd.decompress(bundle.read_bytes(), options=options))
        )
    except zstd.ZstdError as error:
        raise tarfile.ReadError(str(error)) from error


def _is_packed(file: Path) -> bool:
    """Return whether `file` is not part of the channels' own index, which tells the hour."""
    return file.is_file() and "repodata" not in file.name and file.parent.name != "shards"


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), 0o644
    archive.addfile(member, io.BytesIO(data))


def _damaged(bundle: Path, error: Exception) -> EngineError:
    return EngineError(
        ErrorCode.INTERNAL,
        "A part of Envdesk is missing: the practice packages.",
        cause=f"{type(error).__name__}: {error}",
        hint="Install Envdesk again.",
        path=str(bundle),
    )
