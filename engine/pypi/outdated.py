"""Ask the indexes of an environment which of its PyPI packages are not the newest, through uv."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name

from engine.errors import EngineError, ErrorCode
from engine.pypi.running import Uv


class _Entry(msgspec.Struct, gc=False):
    name: str
    latest_version: str = ""


def offline(uv: Uv) -> Uv:
    """Return `uv` as it answers from its cache alone, however old that is."""
    return replace(uv, variables=(*uv.variables, ("UV_OFFLINE", "1")))


async def newest_releases(
    names: Collection[str], others: Iterable[str], python: Path, uv: Uv
) -> dict[str, str]:
    """Return the newest version of each distribution in `names` that is newer than what is there.

    `python` is the interpreter that they are installed for, and `others` names the distributions
    there that nobody asks about: no index is told of them. Pre-releases count where one is there,
    and what the indexes do not have is left out. Raises EngineError: index-unreachable,
    index-needs-login, timed-out, internal.
    """
    arguments = ["pip", "list", "--outdated", "--format", "json", "--python", str(python)]
    for name in sorted(set(others) - set(names)):
        arguments += ["--exclude", name]
    folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="envdesk-")
    try:
        answer = await uv.run(*arguments, folder=Path(folder.name))
    finally:
        await asyncio.to_thread(folder.cleanup)
    try:
        entries = msgspec.json.decode(answer.encode(), type=list[_Entry])
    except msgspec.DecodeError as error:
        raise EngineError(
            ErrorCode.INTERNAL,
            "What uv said of newer versions could not be read.",
            cause=type(error).__name__,
            detail=str(error),
        ) from error
    found = {canonicalize_name(entry.name): entry.latest_version for entry in entries}
    return {name: version for name, version in found.items() if name in names and version}
