"""Fetch the one file that somebody dropped or pasted the address of: only so much, only so long."""

from __future__ import annotations

import time
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

import requests

from engine.conda.channels import without_credentials
from engine.errors import EngineError, ErrorCode
from engine.files.taking import TEXT_LIMIT, too_large
from engine.places import Places

SECONDS: Final = 20.0  # for all of it
HOPS: Final = 5

_WAIT: Final = 8.0  # seconds for each sign of life
_PIECE: Final = 1 << 16


def name_in(address: str) -> str:
    """Return what the file at `address` is called; empty when the address does not say."""
    return PurePosixPath(unquote(urlsplit(address).path)).name


def fetch(address: str, places: Places) -> bytes:
    """Return what is at `address` (http or https), asked as the user's settings for pip say.

    Follows at most five redirections, never from https to http. Raises EngineError
    (file-unreadable, file-too-large, file-not-recognised for a web page).
    """
    from engine.pypi.asking import index_session
    from engine.pypi.running import open_uv

    ends = time.monotonic() + SECONDS
    asked = address
    try:
        with index_session(open_uv(places)) as session:
            for _ in range(HOPS + 1):
                with session.get(
                    asked, timeout=_WAIT, stream=True, allow_redirects=False
                ) as answer:
                    following = answer.next
                    if following is None or not following.url:
                        answer.raise_for_status()
                        return _body(answer, address, ends)
                    _check_hop(asked, following.url, address)
                    asked = following.url
    except (requests.RequestException, ValueError) as error:
        raise _unreadable(address, _cause(error)) from error
    raise _unreadable(address, "The address leads from one to the next without an end.")


def _check_hop(before: str, after: str, address: str) -> None:
    schemes = (urlsplit(before).scheme.lower(), urlsplit(after).scheme.lower())
    if schemes[1] not in ("http", "https"):
        raise _unreadable(address, "The address leads to something that is no web address.")
    if schemes == ("https", "http"):
        raise _unreadable(address, "The address leads to another one that is not encrypted.")


def _body(answer: requests.Response, address: str, ends: float) -> bytes:
    data = bytearray()
    for piece in answer.iter_content(_PIECE):
        data += piece
        if len(data) > TEXT_LIMIT:
            raise too_large(None, TEXT_LIMIT)
        if time.monotonic() > ends:
            raise _unreadable(address, "It came too slowly.")
    if answer.headers.get("Content-Type", "").lower().startswith("text/html"):
        raise EngineError(
            ErrorCode.FILE_NOT_RECOGNISED,
            "This address is that of a web page, not of a file.",
            cause="A page that shows a file is not the file itself.",
            hint="Look on the page for a link that downloads the file, and drop that one.",
        )
    return bytes(data)


def _cause(error: Exception) -> str:
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"The server answered with {error.response.status_code}."
    if isinstance(error, requests.Timeout):
        return "The server did not answer in time."
    if isinstance(error, requests.exceptions.SSLError):
        return "The server could not prove that it is who it says it is."
    if isinstance(error, requests.ConnectionError):
        return "The server could not be reached, or broke off."
    return "The address or the answer is not as it should be."


def _unreadable(address: str, cause: str) -> EngineError:
    return EngineError(
        ErrorCode.FILE_UNREADABLE,
        "This file could not be fetched.",
        cause=cause,
        hint="Look at the address and at your internet connection, then try again.",
        path=without_credentials(address),
    )
