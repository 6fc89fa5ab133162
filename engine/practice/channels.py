"""Build the two practice channels and the local index, once per machine where a cache is given."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

from engine.practice.archives import CondaPackage, compress_files, write_package
from engine.practice.catalogue import extra_packages, main_packages, seconds
from engine.practice.interpreter import Interpreter, choose_files, running_interpreter
from engine.practice.pypi_index import write_index
from engine.practice.rattling import index_channels
from engine.practice.relocation import package_files
from engine.practice.wheels import (
    conda_package_of_files,
    files_of_distribution,
    files_of_wheel,
)

MAIN_CHANNEL = "practice-main"
EXTRA_CHANNEL = "practice-extra"
INDEX_FOLDER = "simple"

_KEEP_SECONDS = 7 * 24 * 3600

Progress = Callable[[str], None]


class PipMissingError(RuntimeError):
    """The running Python carries no pip from which a package could be made."""


def build_channels(folder: Path, progress: Progress | None = None) -> Path:
    """Write both channels and the index below `folder`, as sub-folders; return `folder`.

    Takes a few seconds and blocks. Raises OSError, PipMissingError, RattlingError.
    """
    report = progress or _silent
    interpreter = running_interpreter()
    main, extra = folder / MAIN_CHANNEL, folder / EXTRA_CHANNEL

    report(f"Packing Python {interpreter.version}")
    newer, older = python_packages(interpreter)
    payload = compress_files(newer)
    write_package(newer, main, payload)
    write_package(older, extra, payload)

    report("Writing packages")
    pip = pip_package(interpreter)
    _write_all((pip, *main_packages(interpreter.subdir)), main)
    _write_all((pip, *extra_packages()), extra)
    _describe((newer, pip, *main_packages(interpreter.subdir)), main)
    _describe((older, pip, *extra_packages()), extra)
    write_index(folder / INDEX_FOLDER)

    report("Indexing channels")
    for channel in (main, extra):
        (channel / interpreter.subdir).mkdir(exist_ok=True)
    index_channels((main, extra))
    return folder


def cached_channels(cache_dir: Path, progress: Progress | None = None) -> Path:
    """Return a folder with both channels and the index, built only when none is there yet.

    Processes may ask at the same time; one builds and the others wait. Treat the folder as
    read-only, it is shared. Raises what `build_channels` raises.
    """
    from filelock import FileLock

    cache_dir.mkdir(parents=True, exist_ok=True)
    key = _cache_key()
    target = cache_dir / key
    with FileLock(cache_dir / f"{key}.lock"):
        if not target.is_dir():
            for left_over in cache_dir.glob(f"{key}-*"):  # of a builder that was killed
                shutil.rmtree(left_over, ignore_errors=True)
            staging = Path(tempfile.mkdtemp(prefix=f"{key}-", dir=cache_dir))
            try:
                staging.chmod(0o755)
                build_channels(staging, progress)
                staging.rename(target)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
            _forget_old(cache_dir, keep=key)
        os.utime(target)
    return target


def python_packages(interpreter: Interpreter) -> tuple[CondaPackage, CondaPackage]:
    """Return the newer and the older build of the `python` package; their files are equal."""
    files = package_files(interpreter, choose_files(interpreter))

    def build(number: int, day: str) -> CondaPackage:
        return CondaPackage(
            name="python",
            version=interpreter.version,
            build=f"h5eed0a1_{number}_cpython",
            build_number=number,
            subdir=interpreter.subdir,
            license="Python-2.0",
            summary="General purpose programming language",
            timestamp=seconds(day),
            site_packages=interpreter.site_packages,
            files=files,
        )

    return build(1, "2026-01-05"), build(0, "2024-01-08")


def pip_package(interpreter: Interpreter) -> CondaPackage:
    """Return pip as a conda package. Raises PipMissingError."""
    template = CondaPackage(
        name="pip",
        version="",
        build="pyh5eed0a1_0",
        subdir="noarch",
        depends=("python >=3.8",),
        timestamp=seconds("2024-01-08"),
    )
    return conda_package_of_files(_pip_files(interpreter), template)


def _pip_files(interpreter: Interpreter) -> dict[str, bytes]:
    folders = [interpreter.stdlib / "ensurepip" / "_bundled"]
    if interpreter.wheel_folder:  # where distributions put it instead
        folders.append(Path(interpreter.wheel_folder))
    for folder in folders:
        wheels = sorted(folder.glob("pip-*.whl"))
        if wheels:
            return files_of_wheel(wheels[-1])
    try:
        installed = distribution("pip")
    except PackageNotFoundError as error:
        raise PipMissingError(
            f"no pip in {', '.join(map(str, folders))}, none installed"
        ) from error
    return files_of_distribution(installed)


def _write_all(packages: Iterable[CondaPackage], channel: Path) -> None:
    for package in packages:
        write_package(package, channel)


def _describe(packages: Iterable[CondaPackage], channel: Path) -> None:
    """Write what the packages are for, as conda-index does (its docs, "channeldata.json")."""
    described = {package.name: {"summary": package.summary} for package in packages}
    document = {"channeldata_version": 1, "packages": described}
    (channel / "channeldata.json").write_text(json.dumps(document, indent=1), encoding="utf-8")


def _cache_key() -> str:
    """Return a name that changes with everything that the channels are made from."""
    interpreter = running_interpreter()
    digest = hashlib.sha256(repr(interpreter).encode())
    program = interpreter.stdlib / "os.py"
    digest.update(str(program.stat().st_mtime_ns).encode())
    for name in ("py-rattler", "backports.zstd"):
        try:
            digest.update(version(name).encode())
        except PackageNotFoundError:
            digest.update(b"?")
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return f"{interpreter.version}-{digest.hexdigest()[:16]}"


def _forget_old(cache_dir: Path, keep: str) -> None:
    """Remove what was built from other sources and not asked for in a week."""
    limit = time.time() - _KEEP_SECONDS
    for entry in cache_dir.iterdir():
        if entry.is_dir() and entry.name != keep and entry.stat().st_mtime < limit:
            shutil.rmtree(entry, ignore_errors=True)
            (cache_dir / f"{entry.name}.lock").unlink(missing_ok=True)


def _silent(_: str) -> None:
    pass
