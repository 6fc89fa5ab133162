"""Write environments as conda leaves them, without packages behind them."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

CHANNEL = "https://conda.anaconda.org/conda-forge"
PYTHON_FILES = ("bin/python", "bin/python3", "lib/libpython.so")


@dataclass(frozen=True, slots=True)
class Package:
    """Describe one conda package; a `distribution` gives it a dist-info of that name.

    `data_files` is how many more files it has, small ones that do nothing. `channel` is the
    address that it came from.
    """

    name: str
    version: str = "1.0.0"
    build: str = "pyhd8ed1ab_0"
    distribution: str = ""
    requested: str = ""
    depends: tuple[str, ...] = ()
    installer: str = "conda"
    subdir: str = "noarch"
    data_files: int = 0
    constrains: tuple[str, ...] = ()
    channel: str = CHANNEL


def numbered_packages(count: int) -> tuple[Package, ...]:
    """Return `count` different packages, two in three of them Python distributions."""
    return tuple(
        Package(
            f"package-{number:03}",
            f"{number % 7}.{number % 11}.{number}",
            distribution=f"package_{number:03}" if number % 3 else "",
            requested=f"package-{number:03}" if number % 10 == 0 else "",
            depends=("python >=3.10", *((f"package-{number - 1:03}",) if number else ())),
        )
        for number in range(count)
    )


def make_environment(
    prefix: Path,
    packages: Iterable[Package | str] = (),
    python: str = "3.12.7",
    *,
    files: bool = False,
    pip: Iterable[tuple[str, str]] = (),
) -> Path:
    """Write `conda-meta` and the dist-info folders of an environment below `prefix`.

    `packages` are names or Packages, `pip` the names and versions of PyPI distributions, `python`
    a version or empty for none. With `files`, every file that a record lists is there too.
    """
    meta = prefix / "conda-meta"
    meta.mkdir(parents=True)
    chosen = [each if isinstance(each, Package) else Package(each) for each in packages]
    if python:
        build = "h99e199e_0_cpython"
        chosen.insert(0, Package("python", python, build, requested="python", subdir="linux-64"))
    site = site_packages_of(python)
    if python:
        (prefix / site).mkdir(parents=True)
    for package in chosen:
        write_record(prefix, package, site, files=files)
    for name, version in pip:
        write_distribution(prefix / site, name, version)
    write_history(prefix, chosen)
    return prefix


def site_packages_of(python: str) -> str:
    """Return the folder of site-packages in an environment with that Python, on POSIX."""
    return f"lib/python{'.'.join(python.split('.')[:2])}/site-packages" if python else ""


def write_record(prefix: Path, package: Package, site: str, *, files: bool = False) -> Path:
    """Write the record of one package and what it has in site-packages; returns the record."""
    contents = _contents(package, site)
    fn = f"{package.name}-{package.version}-{package.build}"
    paths = [
        {
            "_path": path,
            "path_type": "hardlink",
            "sha256": hashlib.sha256(data).hexdigest(),
            "sha256_in_prefix": hashlib.sha256(data).hexdigest(),
            "size_in_bytes": len(data),
        }
        for path, data in contents.items()
    ]
    record = {
        "arch": None,
        "build": package.build,
        "build_number": 0,
        "channel": f"{package.channel}/{package.subdir}",
        "constrains": list(package.constrains),
        "depends": list(package.depends),
        "extracted_package_dir": f"/nowhere/pkgs/{fn}",
        "files": list(contents),
        "fn": f"{fn}.conda",
        "license": "BSD-3-Clause",
        "link": {"source": f"/nowhere/pkgs/{fn}", "type": 1},
        "md5": hashlib.md5(fn.encode()).hexdigest(),
        "name": package.name,
        "noarch": "python" if package.distribution else None,
        "package_tarball_full_path": f"/nowhere/pkgs/{fn}.conda",
        "paths_data": {"paths": paths, "paths_version": 1},
        "requested_spec": package.requested,
        "sha256": hashlib.sha256(fn.encode()).hexdigest(),
        "size": 1000 + len(fn),
        "subdir": package.subdir,
        "timestamp": 1700000000000,
        "url": f"{package.channel}/{package.subdir}/{fn}.conda",
        "version": package.version,
    }
    written = {path: data for path, data in contents.items() if files or ".dist-info/" in path}
    for folder in {path.rpartition("/")[0] for path in written}:
        (prefix / folder).mkdir(parents=True, exist_ok=True)
    for path, data in written.items():
        (prefix / path).write_bytes(data)
    target = prefix / "conda-meta" / f"{fn}.json"
    target.write_text(json.dumps(record), encoding="utf-8")
    return target


def sound_environment(prefix: Path, *packages: Package, python: str = "3.12.7") -> Path:
    """Write an environment with pip in which no check finds anything; its Python starts."""
    chosen = (Package("pip", "25.0", distribution="pip"), *packages)
    make_environment(prefix, chosen, python, files=True)
    (prefix / "bin" / "pip").write_text("#!/usr/bin/env python\n")
    if python:
        _write_interpreter(prefix)
    return prefix


def _write_interpreter(prefix: Path) -> None:
    """Put an interpreter in place that starts where scripts can, and record it as it is."""
    data = f'#!/bin/sh\nexec "{sys.executable}" "$@"\n'.encode()
    (prefix / "bin" / "python").write_bytes(data)
    (prefix / "bin" / "python").chmod(0o755)
    record = next((prefix / "conda-meta").glob("python-[0-9]*.json"))
    document = json.loads(record.read_bytes())
    for entry in document["paths_data"]["paths"]:
        if entry["_path"] == "bin/python":
            digest = hashlib.sha256(data).hexdigest()
            entry |= {"sha256": digest, "sha256_in_prefix": digest, "size_in_bytes": len(data)}
    record.write_text(json.dumps(document), encoding="utf-8")


def write_distribution(
    site: Path, name: str, version: str, installer: str = "pip", *, requires: Iterable[str] = ()
) -> Path:
    """Write the dist-info folder of a PyPI distribution; returns it."""
    folder = site / f"{name}-{version}.dist-info"
    folder.mkdir(parents=True)
    for path, data in _distribution(name, version, installer).items():
        (folder / path).write_bytes(data)
    with (folder / "METADATA").open("a", encoding="utf-8") as metadata:
        metadata.writelines(f"Requires-Dist: {text}\n" for text in requires)
    return folder


def write_history(prefix: Path, packages: Iterable[Package]) -> None:
    """Write the history of an environment that was made in one go."""
    chosen = list(packages)
    specs = [package.requested for package in chosen if package.requested]
    lines = [
        f"==> {datetime(2026, 3, 4, 5, 6, 7):%Y-%m-%d %H:%M:%S} <==",
        f"# cmd: conda create -p {prefix} {' '.join(specs)}",
        "# conda version: 26.7.1",
        *(
            f"+conda-forge/{package.subdir}::{package.name}-{package.version}-{package.build}"
            for package in chosen
        ),
        f"# update specs: {specs!r}",
    ]
    history = prefix / "conda-meta" / "history"
    history.write_bytes(("\n".join(lines) + "\n").encode("utf-8", "surrogateescape"))


def _distribution(name: str, version: str, installer: str) -> dict[str, bytes]:
    metadata = (
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        f"Summary: {name} does one thing well\nLicense: BSD-3-Clause\n"
    )
    folder = f"{name}-{version}.dist-info"
    names = ("INSTALLER", "METADATA", "RECORD", "WHEEL")
    return {
        "INSTALLER": f"{installer}\n".encode(),
        "METADATA": metadata.encode(),
        "RECORD": "".join(f"{folder}/{each},,\n" for each in names).encode(),
        "WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }


def _contents(package: Package, site: str) -> dict[str, bytes]:
    if package.name == "python":
        return {path: f"stands for {path}\n".encode() for path in PYTHON_FILES}
    data = {
        f"share/{package.name}/part-{number:03}.dat": f"{package.name} {number}".encode()
        for number in range(package.data_files)
    }
    if not package.distribution or not site:
        return data | {f"share/{package.name}/data.txt": package.name.encode()}
    folder = f"{site}/{package.distribution}-{package.version}.dist-info"
    meta = _distribution(package.distribution, package.version, package.installer)
    module = {f"{site}/{package.distribution}/__init__.py": b"answer = 42\n"}
    return data | module | {f"{folder}/{name}": content for name, content in meta.items()}
