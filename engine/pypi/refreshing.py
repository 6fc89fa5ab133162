"""Fetch a newer table of what conda's packages are on PyPI, only when somebody asks, and keep it.

The table is that of parselmouth (prefix.dev), which looks into the packages of conda-forge: a JSON
object of conda names, each with the PyPI names in it or null for none.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec
from packaging.utils import canonicalize_name

from engine.errors import EngineError, ErrorCode, from_os_error
from engine.places import Places
from engine.pypi.names import refreshed_file

NAMES_ADDRESS: Final = "https://conda-mapping.prefix.dev/compressed-v0/compressed_mapping.json"
_SECONDS: Final = 30
_MOST_BYTES: Final = 50 * 2**20
_TABLE: Final = msgspec.json.Decoder(dict[str, list[str] | str | None])


async def refresh_names(places: Places, address: str = "") -> int:
    """Fetch the table at `address`, the public one without it; return how many names it has.

    The user's proxy and certificates for pip count. What was kept before stays when this fails.
    Raises EngineError: index-unreachable, download-failed (it is no such table), disk-full,
    not-writable.
    """
    return await asyncio.to_thread(_refresh, places, address or NAMES_ADDRESS)


def _refresh(places: Places, address: str) -> int:
    names = _names_in(_fetched(places, address))
    document = {"fetched": datetime.now(UTC).isoformat(timespec="seconds"), "names": names}
    target = refreshed_file(places)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, json.dumps(document, ensure_ascii=False).encode())
    except OSError as error:
        raise from_os_error(error, target) from error
    return len(names)


def _replace(target: Path, data: bytes) -> None:
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        temporary.write_bytes(data)
        os.replace(temporary, target)  # noqa: PTH105
    finally:
        temporary.unlink(missing_ok=True)


def _fetched(places: Places, address: str) -> bytes:
    import requests

    from engine.pypi.asking import index_session
    from engine.pypi.running import open_uv

    try:
        with (
            index_session(open_uv(places)) as session,
            session.get(address, timeout=_SECONDS, stream=True) as answer,
        ):
            answer.raise_for_status()
            data = b""
            for piece in answer.iter_content(2**16):
                data += piece
                if len(data) > _MOST_BYTES:
                    raise _broken("It is far larger than such a table can be.")
            return data
    except requests.RequestException as error:
        raise EngineError(
            ErrorCode.INDEX_UNREACHABLE,
            "The table of package names could not be fetched.",
            cause=type(error).__name__,
            hint="Look at your internet connection, then try again. Everything works without it.",
            host=urlsplit(address).hostname or "",
        ) from error


def _names_in(data: bytes) -> dict[str, list[str]]:
    try:
        table = _TABLE.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _broken(str(error)) from error
    if not table:
        raise _broken("It is empty.")
    return {
        conda: sorted({canonicalize_name(name) for name in names})
        for conda, found in table.items()
        for names in (([found] if isinstance(found, str) else found or []),)
    }


def _broken(cause: str) -> EngineError:
    return EngineError(
        ErrorCode.DOWNLOAD_FAILED,
        "What was fetched is no table of package names.",
        cause=cause,
        hint="Look at the address. What is known already is kept.",
    )
