"""A package index of its own, on disk, and places whose pip is pointed at it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name
from uv import find_uv_bin

from engine.places import Places
from engine.planning.distributing import markers_for, unmet
from engine.practice.pypi_index import Release, write_index
from engine.practice.wheels import Project
from engine.pypi.distributions import read_headers
from engine.replicas.ownership import read_owned

# Loads much of the library, and compiles that: what is loaded from site-packages stays as it was.
_WARM_UP = """
import importlib.util, py_compile, sys, sysconfig
import importlib.metadata, json, sqlite3, ssl, subprocess, tokenize, zipfile
try:
    import pip._internal.commands.check, pip._internal.commands.install
    import pip._internal.commands.list, pip._internal.commands.uninstall
except ImportError:
    pass
for module in tuple(sys.modules.values()):
    source = getattr(module, "__file__", None) or ""
    if source.endswith(".py") and "site-packages" not in source:
        py_compile.compile(source, doraise=True)
"""


def point_pip_at(places: Places, url: str, *lines: str) -> Places:
    """Write the user's pip configuration."""
    target = places.home / ".config" / "pip" / "pip.conf"
    target.parent.mkdir(parents=True, exist_ok=True)
    text = "\n".join(("[global]", f"index-url = {url}", *lines))
    target.write_text(text + "\n", encoding="utf-8")
    return places


def project(
    name: str,
    version: str,
    *requires: str,
    module: str = "",
    extras: tuple[str, ...] = (),
    script: bool = False,
    tag: str = "py3-none-any",
) -> Project:
    """Return a release with one module and, perhaps, a command."""
    module = module or name.replace("-", "_")
    source = f'__version__ = "{version}"\n\n\ndef main():\n    print("{name} {version}")\n'
    return Project(
        name,
        version,
        f"Practice package {name}.",
        requires=requires,
        extras=extras,
        scripts=(f"{name} = {module}:main",) if script else (),
        modules=((f"{module}/__init__.py", source),),
        tag=tag,
    )


def index_of(folder: Path, *projects: Project | Release) -> str:
    """Write an index of `projects` and return its address."""
    releases = tuple(each if isinstance(each, Release) else Release(each) for each in projects)
    return write_index(folder, releases).as_uri()


@dataclass(frozen=True, slots=True)
class Faults:
    """Hold names of distributions that are there twice, unmet requirements with whose they are,
    and conda packages whose files are not theirs any more or are missing.
    """

    twice: frozenset[str] = frozenset()
    unmet: frozenset[tuple[str, str]] = frozenset()
    overwritten: frozenset[str] = frozenset()


def faults(prefix: Path, python: tuple[int, ...] = ()) -> Faults:
    """Return what is wrong with the distributions of an environment, read from its files.

    `python` is the version of its Python where that is not the running one.
    """
    versions: dict[str, str] = {}
    twice: set[str] = set()
    requires: dict[str, tuple[str, ...]] = {}
    for info in prefix.glob("lib/python3*/site-packages/*.dist-info"):
        headers = read_headers(str(info / "METADATA"))
        name = canonicalize_name(headers.name)
        if name in versions:
            twice.add(name)
        versions[name] = headers.version
        requires[name] = headers.requires
    markers = markers_for(".".join(map(str, python or sys.version_info[:3])))
    broken = {
        (name, text) for name, texts in requires.items() for text in unmet(texts, versions, markers)
    }
    overwritten = {
        file.package.rsplit("-", 2)[0]
        for path, file in read_owned(prefix).items()
        if file.installed_sha256
        and not path.endswith(".pyc")
        and not (prefix / path).is_symlink()
        and _sha256(prefix / path) != file.installed_sha256
    }
    return Faults(frozenset(twice), frozenset(broken), frozenset(overwritten))


def _sha256(path: Path) -> str:
    """Return the digest of a file; read once, however many names it has."""
    try:
        found = path.stat()
    except OSError:
        return ""
    key = (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size)
    if key not in _DIGESTS:
        _DIGESTS[key] = hashlib.sha256(path.read_bytes()).hexdigest()
    return _DIGESTS[key]


_DIGESTS: dict[tuple[int, ...], str] = {}


def linked_copy(template: Path, prefix: Path) -> Path:
    """Make another environment of the same files, within a moment."""
    shutil.copytree(template, prefix, symlinks=True, copy_function=os.link)
    return prefix


def warmed_up(prefix: Path) -> Path:
    """Have the library of an environment compiled, as conda's Python comes, for pip, uv and us.

    Without this, every run of its Python, and of that of every copy, compiles what it needs.
    """
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(
        [prefix / "bin" / "python", "-B", "-c", _WARM_UP],
        check=True,
        capture_output=True,
        timeout=120,
        env=environment,
    )
    return prefix


def install_with_uv(prefix: Path, index: str, *requirements: str) -> None:
    """Install as a user would in a terminal."""
    subprocess.run(
        [
            *(find_uv_bin(), "pip", "install", "--quiet", "--no-config", "--no-cache", "--no-deps"),
            *("--python", str(prefix / "bin" / "python"), "--index-url", index, *requirements),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
