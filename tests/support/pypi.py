"""A package index of its own, on disk, and places whose pip is pointed at it."""

from __future__ import annotations

from pathlib import Path

from engine.places import Places
from engine.practice.pypi_index import Release, write_index
from engine.practice.wheels import Project


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
