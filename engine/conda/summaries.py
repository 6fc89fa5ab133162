"""Read what the packages of channels are for, from the `channeldata.json` that conda-index writes.

Not every channel has one: many mirrors leave it out. The names and summaries of what was read are
kept below the places' cache, and asked for again only when the server has other ones.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

import msgspec
import requests

from engine.conda.condarc import CondaConfiguration
from engine.places import Places
from engine.version import __version__

_FILE: Final = "channeldata.json"
_MOST_BYTES: Final = 128 * 2**20  # that of the largest channel has a quarter of it
_SECONDS: Final = 60.0  # for all of it
_WAIT: Final = 15.0  # seconds for each sign of life
_PIECE: Final = 1 << 18


class _Package(msgspec.Struct, gc=False):
    summary: str | None = None


class _ChannelData(msgspec.Struct, gc=False):
    packages: dict[str, _Package] = {}


class _Kept(msgspec.Struct, gc=False):
    etag: str = ""
    modified: str = ""
    summaries: dict[str, str] = {}


class _TooMuchError(ValueError):
    """What a server sends is larger, or comes more slowly, than such a file can."""


def read_summaries(
    channel: str, configuration: CondaConfiguration, places: Places
) -> Mapping[str, str] | None:
    """Return the summaries of the packages of the channel at the address `channel`, by name.

    None where it tells of none, now or before. Blocks, for a minute at most; raises nothing.
    """
    address = f"{channel.rstrip('/')}/{_FILE}"
    parts = urlsplit(address)
    if parts.scheme == "file":
        with suppress(OSError, ValueError, msgspec.MsgspecError):
            return _summaries_in(Path(url2pathname(unquote(parts.path))).read_bytes())
        return None
    name = hashlib.sha256(address.encode()).hexdigest()[:24]
    file = places.cache / "summaries" / f"{name}.json"
    kept = _read_kept(file)
    if parts.scheme in ("http", "https") and not configuration.offline:
        with suppress(OSError, ValueError, requests.RequestException, msgspec.MsgspecError):
            fresh = _fetched(address, configuration, kept or _Kept())
            if fresh is not None:
                _keep(file, fresh)
                kept = fresh
    return None if kept is None else kept.summaries


def _summaries_in(data: bytes) -> dict[str, str]:
    packages = msgspec.json.decode(data, type=_ChannelData).packages
    return {
        name: " ".join(package.summary.split())
        for name, package in packages.items()
        if package.summary
    }


def _fetched(address: str, configuration: CondaConfiguration, kept: _Kept) -> _Kept | None:
    """Return what the server has now, None where it has what was `kept`, or nothing."""
    asked = {"User-Agent": f"envdesk/{__version__}"}
    if kept.etag:
        asked["If-None-Match"] = kept.etag
    elif kept.modified:
        asked["If-Modified-Since"] = kept.modified
    verify = configuration.ssl_verify
    ends = time.monotonic() + _SECONDS
    with (
        requests.Session() as session,
        session.get(
            address,
            headers=asked,
            stream=True,
            timeout=_WAIT,
            verify=True if verify == "truststore" else verify,
            proxies=dict(configuration.proxy_servers) or None,
        ) as answer,
    ):
        if answer.status_code != requests.codes["ok"]:
            return None
        data = bytearray()
        for piece in answer.iter_content(_PIECE):
            data += piece
            if len(data) > _MOST_BYTES or time.monotonic() > ends:
                raise _TooMuchError
        headers = answer.headers
    etag, modified = headers.get("ETag", ""), headers.get("Last-Modified", "")
    return _Kept(etag, modified, _summaries_in(bytes(data)))


def _read_kept(file: Path) -> _Kept | None:
    with suppress(OSError, ValueError, msgspec.MsgspecError):
        return msgspec.json.decode(file.read_bytes(), type=_Kept)
    return None


def _keep(file: Path, kept: _Kept) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        temporary.write_bytes(msgspec.json.encode(kept))
        os.replace(temporary, file)  # noqa: PTH105
    finally:
        temporary.unlink(missing_ok=True)
