"""Write conda packages (`.conda` and `.tar.bz2`) whose bytes depend on their content alone."""

from __future__ import annotations

import bz2
import hashlib
import io
import json
import tarfile
import zipfile
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

_ZIP_DATE = (2025, 1, 1, 0, 0, 0)
_COMPRESSION_LEVEL = 1  # practice packages are unpacked once or twice: writing them must be quick


class Noarch(StrEnum):
    """Say whether, and in which manner, a package suits every platform."""

    NO = ""
    GENERIC = "generic"
    PYTHON = "python"


class PlaceholderKind(StrEnum):
    """Say how a prefix placeholder is replaced (conda-build docs, "Relocatable packages")."""

    TEXT = "text"
    BINARY = "binary"


class ArchiveFormat(StrEnum):
    """Name the two archive formats of conda packages by their file ending."""

    CONDA = ".conda"
    TAR_BZ2 = ".tar.bz2"


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """Describe one file of a package; `path` is relative to the prefix, with forward slashes.

    A file with a `link_target` is a symbolic link and its `data` is that of the file it leads to.
    A `placeholder` is the prefix that is written in `data` and gives way to the real one.
    """

    path: str
    data: bytes = b""
    mode: int = 0o644
    link_target: str = ""
    placeholder: str = ""
    placeholder_kind: PlaceholderKind = PlaceholderKind.TEXT


@dataclass(frozen=True, slots=True)
class CondaPackage:
    """Describe one conda package with all its files; `timestamp` is in seconds since 1970."""

    name: str
    version: str
    build: str
    subdir: str
    build_number: int = 0
    noarch: Noarch = Noarch.NO
    depends: tuple[str, ...] = ()
    constrains: tuple[str, ...] = ()
    license: str = "BSD-3-Clause"
    summary: str = ""
    timestamp: int = 1_735_689_600
    entry_points: tuple[str, ...] = ()
    site_packages: str = ""
    archive_format: ArchiveFormat = ArchiveFormat.CONDA
    files: tuple[PackagedFile, ...] = field(default=(), repr=False)

    @property
    def stem(self) -> str:
        """Return name, version and build as they stand in file names."""
        return f"{self.name}-{self.version}-{self.build}"

    @property
    def file_name(self) -> str:
        """Return the name of the archive."""
        return self.stem + self.archive_format


def compress_files(package: CondaPackage) -> bytes:
    """Return the zstd-compressed tar of the package's files, without its metadata.

    Packages with equal files can share the result: see `write_package`.
    """
    from backports import zstd

    return zstd.compress(_tar(package.files, package.timestamp), _COMPRESSION_LEVEL)


def write_package(
    package: CondaPackage, channel: Path, compressed_files: bytes | None = None
) -> Path:
    """Write the archive of `package` into its subdir of the folder `channel`; return its path."""
    folder = channel / package.subdir
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / package.file_name
    metadata = tuple(PackagedFile(path, data) for path, data in _metadata_files(package))
    if package.archive_format is ArchiveFormat.TAR_BZ2:
        target.write_bytes(bz2.compress(_tar((*metadata, *package.files), package.timestamp), 1))
        return target

    from backports import zstd

    members = {
        "metadata.json": b'{"conda_pkg_format_version": 2}',
        f"pkg-{package.stem}.tar.zst": compressed_files or compress_files(package),
        f"info-{package.stem}.tar.zst": zstd.compress(
            _tar(metadata, package.timestamp), _COMPRESSION_LEVEL
        ),
    }
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_DATE), data)
    return target


def _tar(files: tuple[PackagedFile, ...], timestamp: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for file in files:
            member = tarfile.TarInfo(file.path)
            member.mtime = timestamp
            if file.link_target:
                member.type, member.linkname, member.mode = tarfile.SYMTYPE, file.link_target, 0o777
                archive.addfile(member)
            else:
                member.size, member.mode = len(file.data), file.mode
                archive.addfile(member, io.BytesIO(file.data))
    return buffer.getvalue()


def _metadata_files(package: CondaPackage) -> list[tuple[str, bytes]]:
    files = sorted(package.files, key=lambda file: file.path)
    metadata = [
        ("info/index.json", _json(_index(package))),
        ("info/about.json", _json({"summary": package.summary, "license": package.license})),
        ("info/files", "".join(f"{file.path}\n" for file in files).encode()),
        ("info/paths.json", _json({"paths": [_path(file) for file in files], "paths_version": 1})),
    ]
    with_placeholder = [file for file in files if file.placeholder]
    if with_placeholder:
        lines = (
            f'"{file.placeholder}" {file.placeholder_kind} "{file.path}"\n'
            for file in with_placeholder
        )
        metadata.append(("info/has_prefix", "".join(lines).encode()))
    if package.noarch is Noarch.PYTHON:
        link = {
            "noarch": {"type": "python", "entry_points": list(package.entry_points)},
            "package_metadata_version": 1,
        }
        metadata.append(("info/link.json", _json(link)))
    return metadata


def _index(package: CondaPackage) -> dict[str, object]:
    index: dict[str, object] = {
        "name": package.name,
        "version": package.version,
        "build": package.build,
        "build_number": package.build_number,
        "depends": list(package.depends),
        "constrains": list(package.constrains),
        "license": package.license,
        "subdir": package.subdir,
        "timestamp": package.timestamp * 1000,
    }
    if package.noarch is not Noarch.NO:
        index["noarch"] = package.noarch
    if package.site_packages:
        index["python_site_packages_path"] = package.site_packages
    return index


def _path(file: PackagedFile) -> dict[str, object]:
    path: dict[str, object] = {
        "_path": file.path,
        "path_type": "softlink" if file.link_target else "hardlink",
        "sha256": hashlib.sha256(file.data).hexdigest(),
        "size_in_bytes": len(file.data),
    }
    if file.placeholder:
        path["prefix_placeholder"] = file.placeholder
        path["file_mode"] = file.placeholder_kind
    return path


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False).encode()
