"""Write small pure-Python projects as wheels, source archives and conda packages."""

from __future__ import annotations

import base64
import configparser
import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from email.parser import BytesHeaderParser
from importlib.metadata import Distribution
from pathlib import Path, PurePosixPath

from engine.practice.archives import CondaPackage, Noarch, PackagedFile

_ZIP_DATE = (2025, 1, 1, 0, 0, 0)

# A build backend of its own lets the source archive be built without any other package.
_BACKEND = '''"""Build this project's wheel with nothing but the standard library (PEP 517)."""

import pathlib
import zipfile

WHEEL = {wheel!r}


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    target = pathlib.Path(wheel_directory, WHEEL)
    root = pathlib.Path(__file__).parent / "wheel"
    with zipfile.ZipFile(target, "w") as archive:
        for file in sorted(root.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(root).as_posix())
    return WHEEL
'''


@dataclass(frozen=True, slots=True)
class Project:
    """Describe one release of a pure-Python distribution.

    `requires` are PEP 508 requirements; `scripts` are entry points such as `tool = module:main`;
    `modules` are pairs of a path below site-packages and its source text.
    """

    name: str
    version: str
    summary: str = ""
    requires: tuple[str, ...] = ()
    requires_python: str = ">=3.8"
    extras: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    modules: tuple[tuple[str, str], ...] = ()
    tag: str = "py3-none-any"
    license: str = "BSD-3-Clause"

    @property
    def dist_info(self) -> str:
        """Return the name of the dist-info folder."""
        return f"{self.name.replace('-', '_')}-{self.version}.dist-info"

    @property
    def wheel_name(self) -> str:
        """Return the file name of the wheel."""
        return f"{self.name.replace('-', '_')}-{self.version}-{self.tag}.whl"

    @property
    def sdist_name(self) -> str:
        """Return the file name of the source archive."""
        return f"{self.name.replace('-', '_')}-{self.version}.tar.gz"


def metadata_of(project: Project) -> bytes:
    """Return the core metadata of `project` (Python packaging specifications, version 2.1)."""
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {project.name}",
        f"Version: {project.version}",
        f"Summary: {project.summary}",
        f"License: {project.license}",
        f"Requires-Python: {project.requires_python}",
        *(f"Provides-Extra: {extra}" for extra in project.extras),
        *(f"Requires-Dist: {requirement}" for requirement in project.requires),
    ]
    return ("\n".join(lines) + "\n").encode()


def wheel_files(project: Project) -> dict[str, bytes]:
    """Return the files of the wheel by path, RECORD last (PEP 427)."""
    files = {path: text.encode() for path, text in project.modules}
    files[f"{project.dist_info}/METADATA"] = metadata_of(project)
    purelib = "true" if project.tag.endswith("-any") else "false"
    files[f"{project.dist_info}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: envdesk\nRoot-Is-Purelib: {purelib}\nTag: {project.tag}\n"
    ).encode()
    if project.scripts:
        lines = "\n".join(project.scripts)
        files[f"{project.dist_info}/entry_points.txt"] = f"[console_scripts]\n{lines}\n".encode()
    record = "".join(f"{path},{_record_hash(data)},{len(data)}\n" for path, data in files.items())
    record_path = f"{project.dist_info}/RECORD"
    files[record_path] = f"{record}{record_path},,\n".encode()
    return files


def wheel_of(project: Project) -> bytes:
    """Return the wheel of `project`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in wheel_files(project).items():
            entry = zipfile.ZipInfo(path, _ZIP_DATE)
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def sdist_of(project: Project) -> bytes:
    """Return a source archive of `project` that builds without a network (PEP 517, PEP 625)."""
    root = project.sdist_name.removesuffix(".tar.gz")
    settings = (
        "[build-system]\n"
        "requires = []\n"
        'build-backend = "practice_backend"\n'
        'backend-path = ["."]\n\n'
        f'[project]\nname = "{project.name}"\nversion = "{project.version}"\n'
    )
    files = {
        "PKG-INFO": metadata_of(project),
        "pyproject.toml": settings.encode(),
        "practice_backend.py": _BACKEND.format(wheel=project.wheel_name).encode(),
        **{f"wheel/{path}": data for path, data in wheel_files(project).items()},
    }
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, data in files.items():
            member = tarfile.TarInfo(f"{root}/{path}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return gzip.compress(buffer.getvalue(), mtime=0)


def conda_package_of(project: Project, package: CondaPackage) -> CondaPackage:
    """Return `package` as a noarch Python package with the files of `project`."""
    return _with_site_packages(package, wheel_files(project), project.scripts)


def files_of_wheel(wheel: Path) -> dict[str, bytes]:
    """Return the files of a pure-Python wheel by path. Raises OSError, zipfile.BadZipFile."""
    with zipfile.ZipFile(wheel) as archive:
        return {
            entry.filename: archive.read(entry)
            for entry in archive.infolist()
            if not entry.is_dir()
        }


def files_of_distribution(installed: Distribution) -> dict[str, bytes]:
    """Return the files of an installed pure-Python distribution as its wheel would have them."""
    return {
        path.as_posix(): Path(str(path.locate())).read_bytes()
        for path in installed.files or ()
        if ".." not in path.parts and "__pycache__" not in path.parts
    }


def conda_package_of_files(files: dict[str, bytes], package: CondaPackage) -> CondaPackage:
    """Return `package` as a noarch Python package with the `files` of a wheel.

    Name, version, summary and licence come from the wheel's metadata.
    """
    dist_info = _dist_info(files)
    metadata = BytesHeaderParser().parsebytes(files[f"{dist_info}/METADATA"])
    described = replace(
        package,
        name=str(metadata["Name"]),
        version=str(metadata["Version"]),
        summary=str(metadata["Summary"] or ""),
        license=str(metadata["License"] or metadata["License-Expression"] or ""),
    )
    scripts = _scripts(files.get(f"{dist_info}/entry_points.txt", b""))
    return _with_site_packages(described, files, scripts)


def _scripts(entry_points: bytes) -> tuple[str, ...]:
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(entry_points.decode())
    if not parser.has_section("console_scripts"):
        return ()
    return tuple(f"{name} = {target}" for name, target in parser.items("console_scripts"))


def _with_site_packages(
    package: CondaPackage, wheel: dict[str, bytes], scripts: tuple[str, ...]
) -> CondaPackage:
    dist_info = _dist_info(wheel)
    files = {path: data for path, data in wheel.items() if path != f"{dist_info}/RECORD"}
    files[f"{dist_info}/INSTALLER"] = b"conda\n"
    files[f"{dist_info}/REQUESTED"] = b""
    record = "".join(f"{path},{_record_hash(data)},{len(data)}\n" for path, data in files.items())
    files[f"{dist_info}/RECORD"] = f"{record}{dist_info}/RECORD,,\n".encode()
    return replace(
        package,
        subdir="noarch",
        noarch=Noarch.PYTHON,
        entry_points=scripts,
        files=tuple(
            PackagedFile(f"site-packages/{path}", data) for path, data in sorted(files.items())
        ),
    )


def _dist_info(files: Iterable[str]) -> PurePosixPath:
    paths = (PurePosixPath(path) for path in files)
    return next(
        path.parent
        for path in paths
        if path.name == "METADATA" and len(path.parts) == 2 and path.parent.suffix == ".dist-info"
    )


def _record_hash(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=")
    return f"sha256={digest.decode()}"
