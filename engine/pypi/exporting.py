"""Find the files that the index in force offers for releases that are installed."""

from __future__ import annotations

import asyncio
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path

from packaging.pylock import Package, Pylock
from packaging.utils import canonicalize_name

from engine.errors import EngineError, ErrorCode
from engine.files.writing.contents import PinnedFile
from engine.places import Places
from engine.pypi.running import open_uv

_LACKING = (ErrorCode.DISTRIBUTION_UNKNOWN, ErrorCode.NO_WHEEL, ErrorCode.PYPI_UNSATISFIABLE)


async def pylock_of(
    releases: Mapping[str, str], python: Path, places: Places, site: Path
) -> tuple[str, tuple[str, ...]]:
    """Return a pylock.toml (PEP 751) of exactly `releases`, and the names of which there is none.

    `releases` maps names to versions, `python` is the interpreter that they are for. Raises
    EngineError: index-unreachable, index-needs-login, timed-out.
    """
    wanted = dict(releases)
    lost: list[str] = []
    while wanted:
        try:
            return await _compiled(wanted, python, places, site), tuple(lost)
        except EngineError as error:
            if error.code not in _LACKING:
                raise
        gone = await _not_offered(wanted, python, places, site)
        lost += gone
        wanted = {name: version for name, version in wanted.items() if name not in gone}
    return "", tuple(lost)


async def _not_offered(
    wanted: Mapping[str, str], python: Path, places: Places, site: Path
) -> list[str]:
    """Return those of `wanted` that the index does not have, asked one by one."""
    gone: list[str] = []
    for name, version in wanted.items():
        try:
            await _compiled({name: version}, python, places, site)
        except EngineError as error:
            if error.code not in _LACKING:
                raise
            gone.append(name)
    return gone or list(wanted)  # each alone, and not together: nothing can be said of any


async def _compiled(wanted: Mapping[str, str], python: Path, places: Places, site: Path) -> str:
    uv = open_uv(places, site=site)
    with tempfile.TemporaryDirectory(prefix="envdesk-") as name:
        folder = Path(name)
        lines = "".join(f"{each}=={version}\n" for each, version in sorted(wanted.items()))
        (folder / "wanted.txt").write_text(lines, encoding="utf-8")
        arguments = ["pip", "compile", "wanted.txt", "--no-deps", "--quiet", "--no-header"]
        arguments += ["--format", "pylock.toml", "--output-file", "pylock.toml"]
        await uv.run(*arguments, "--python", str(python), folder=folder)
        return await asyncio.to_thread((folder / "pylock.toml").read_text, encoding="utf-8")


def files_in(text: str) -> tuple[PinnedFile, ...]:
    """Return the file of each package in a pylock.toml: its best wheel, else its source."""
    if not text:
        return ()
    lock = Pylock.from_dict(tomllib.loads(text))
    return tuple(found for each in lock.packages if (found := _file(each)) is not None)


def _file(package: Package) -> PinnedFile | None:
    source = package.wheels[0] if package.wheels else package.sdist
    if source is None or not source.url:
        return None
    sha256 = dict(source.hashes).get("sha256", "")
    name = canonicalize_name(package.name)
    return PinnedFile(name, str(package.version or ""), source.url, sha256)
