"""Ask the package index which known vulnerabilities installed releases have.

PyPI tells them in its JSON pages, `/pypi/NAME/VERSION/json` (PyPI docs, "JSON API"); of its mirrors
some do. The pages are looked for beside the index that the user's settings name.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec
import requests

from engine.errors import EngineError, ErrorCode, Failure
from engine.places import Places
from engine.pypi.asking import index_session, indexes_in_force
from engine.pypi.running import Uv, open_uv

_SECONDS: Final = 20
_AT_ONCE: Final = 8
_SILENCE: Final = (requests.ConnectionError, requests.Timeout)


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """Describe one vulnerability of one release; `fixed_in` are the versions without it."""

    name: str
    version: str
    id: str
    aliases: tuple[str, ...] = ()
    summary: str = ""
    fixed_in: tuple[str, ...] = ()
    link: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Hold what the index reported: of `unknown` releases it knows nothing.

    `failure` says why it could not be asked; it may also tell no vulnerabilities at all.
    """

    found: tuple[Vulnerability, ...] = ()
    unknown: int = 0
    is_reporting: bool = True
    failure: Failure | None = None


class _Reported(msgspec.Struct, gc=False):
    id: str = ""
    aliases: list[str] = []
    details: str = ""
    summary: str | None = None
    fixed_in: list[str] = []
    link: str | None = None
    withdrawn: str | None = None


class _Page(msgspec.Struct, gc=False):
    vulnerabilities: list[_Reported] | None = None


_PAGE: Final = msgspec.json.Decoder(_Page)


async def vulnerabilities(
    releases: Iterable[tuple[str, str]], places: Places, site: Path | None = None
) -> Report:
    """Return the known vulnerabilities of `releases`, pairs of a normalised name and a version.

    `site` is the environment whose own pip settings count. Withdrawn ones are left out. Raises
    EngineError (internal) when there is no uv.
    """
    uv = open_uv(places, site=site)
    try:
        indexes = await indexes_in_force(uv)
    except EngineError as error:
        return Report(is_reporting=False, failure=error.failure)
    if not indexes or not indexes[0].startswith(("http://", "https://")):
        return Report(is_reporting=False)
    return await asyncio.to_thread(_ask_all, tuple(releases), _pages(indexes[0]), uv)


def _pages(index: str) -> tuple[str, ...]:
    """Return the addresses before `NAME/VERSION/json` that the index at `index` may have."""
    root = re.sub(r"/(?:\+?simple)/*\Z", "", index.rstrip("/"))
    return tuple(dict.fromkeys((f"{root}/pypi", f"{re.sub('/pypi$', '', root)}/pypi", root)))


def _ask_all(releases: Sequence[tuple[str, str]], pages: Sequence[str], uv: Uv) -> Report:
    with index_session(uv) as session:
        try:
            base = next((page for page in pages if _reports(session, page, releases)), None)
        except _SILENCE as error:
            return Report(is_reporting=False, failure=_unreachable(error))
        if base is None:
            return Report(is_reporting=False)
        with ThreadPoolExecutor(_AT_ONCE, "envdesk-index") as pool:
            names, versions = [name for name, _ in releases], [version for _, version in releases]
            answers = list(pool.map(partial(_ask, session, base), names, versions))
    found = tuple(each for answer in answers for each in answer or ())
    return Report(found, sum(answer is None for answer in answers))


def _reports(session: requests.Session, page: str, releases: Sequence[tuple[str, str]]) -> bool:
    """Return whether `page` knows one of the first of `releases`: some are nowhere but here.

    Raises one of _SILENCE at once where nobody answers: the others would take as long.
    """
    return any(_told(session, page, *release) is not None for release in releases[:_AT_ONCE])


def _unreachable(error: Exception) -> Failure:
    summary = "The package index does not answer."
    return EngineError(ErrorCode.INDEX_UNREACHABLE, summary, detail=str(error)).failure


def _ask(
    session: requests.Session, base: str, name: str, version: str
) -> tuple[Vulnerability, ...] | None:
    try:
        return _told(session, base, name, version)
    except _SILENCE:
        return None


def _told(
    session: requests.Session, base: str, name: str, version: str
) -> tuple[Vulnerability, ...] | None:
    address = f"{base}/{quote(name, safe='')}/{quote(version, safe='')}/json"
    try:
        answer = session.get(address, timeout=_SECONDS)
        if answer.status_code != requests.codes["ok"]:
            return None
        page = _PAGE.decode(answer.content)
    except _SILENCE:
        raise
    except (requests.RequestException, ValueError, msgspec.DecodeError):
        return None
    if page.vulnerabilities is None:
        return None
    return tuple(
        Vulnerability(
            name,
            version,
            each.id,
            tuple(each.aliases),
            each.summary or each.details.partition("\n")[0],
            tuple(each.fixed_in),
            each.link or "",
        )
        for each in page.vulnerabilities
        if not each.withdrawn
    )
