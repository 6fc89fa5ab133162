"""Tell which releases of a project the package indexes offer, and which suit an environment.

The pages are those of the Simple repository API, as JSON (PEP 691, PEP 700) or as HTML (PEP 503,
PEP 592), which every index and every folder that serves as one has.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

import msgspec
import requests
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from engine.errors import EngineError, ErrorCode
from engine.places import Places
from engine.pypi.asking import index_session, indexes_in_force, is_trusted
from engine.pypi.running import Uv, open_uv
from engine.records import PypiRelease, ReleaseForm

_SECONDS: Final = 30
_ACCEPT: Final = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"
_WHEEL: Final = ".whl"
_LOGIN: Final = (401, 403)
_GONE: Final = (404, 410)


class _JsonFile(msgspec.Struct, rename="kebab", gc=False):
    filename: str
    requires_python: str | None = None
    yanked: bool | str = False
    size: int | None = None
    upload_time: datetime | None = None


class _JsonPage(msgspec.Struct, gc=False):
    files: list[_JsonFile] = []


@dataclass(frozen=True, slots=True)
class _File:
    """Hold what a page tells of one file."""

    name: str
    python: str = ""
    yanked: str | None = None
    size: int | None = None
    published: datetime | None = None


async def pypi_releases(
    name: str, prefix: Path | None, python: str, places: Places
) -> tuple[PypiRelease, ...]:
    """Return the releases of the project `name`, the newest first; nothing for an unknown one.

    `python` is the version of the Python of the environment at `prefix`, whose own pip settings
    count; without them the user's own do, and no form but a source is told to suit. Raises
    EngineError: index-unreachable, index-needs-login, internal (there is no uv).
    """
    uv = open_uv(places, site=prefix)
    indexes = await indexes_in_force(uv)
    files = await asyncio.to_thread(_files_of, canonicalize_name(name), indexes, uv)
    return _grouped(files, python)


def _files_of(name: str, indexes: Iterable[str], uv: Uv) -> tuple[_File, ...]:
    found: dict[str, _File] = {}
    with index_session(uv) as session:
        for index in indexes:
            for file in _page(session, f"{index.rstrip('/')}/{name}/", uv):
                found.setdefault(file.name, file)
    return tuple(found.values())


def _page(session: requests.Session, address: str, uv: Uv) -> tuple[_File, ...]:
    parts = urlsplit(address)
    if parts.scheme == "file":
        page = Path(url2pathname(unquote(parts.path))) / "index.html"
        with suppress(OSError, UnicodeDecodeError):
            return tuple(_from_html(page.read_text("utf-8")))
        return ()
    try:
        with warnings.catch_warnings():
            verify = session.verify
            if is_trusted(uv, address):
                warnings.simplefilter("ignore")  # the user said so
                verify = False
            answer = session.get(
                address, headers={"Accept": _ACCEPT}, timeout=_SECONDS, verify=verify
            )
    except requests.RequestException as error:
        raise EngineError(
            ErrorCode.INDEX_UNREACHABLE,
            "The package index could not be reached.",
            cause=type(error).__name__,
            hint="Look at your internet connection and at pip's settings, then try again.",
            host=parts.hostname or "",
        ) from None
    if answer.status_code in _GONE:
        return ()
    if answer.status_code in _LOGIN:
        raise EngineError(
            ErrorCode.INDEX_NEEDS_LOGIN,
            "The package index asks for a name and a password.",
            hint="Put them where pip looks for them, then try again.",
            host=parts.hostname or "",
        )
    if answer.status_code != requests.codes["ok"]:
        raise EngineError(
            ErrorCode.INDEX_UNREACHABLE,
            "The package index did not answer as it should.",
            cause=f"Status {answer.status_code}.",
            hint="Try again later.",
            host=parts.hostname or "",
        )
    if "json" in answer.headers.get("Content-Type", ""):
        return tuple(_from_json(answer.content))
    return tuple(_from_html(answer.text))


def _from_json(data: bytes) -> Iterator[_File]:
    try:
        page = msgspec.json.decode(data, type=_JsonPage)
    except (ValueError, msgspec.DecodeError):
        return
    for file in page.files:
        yanked = (file.yanked if isinstance(file.yanked, str) else "") if file.yanked else None
        python = file.requires_python or ""
        yield _File(file.filename, python, yanked, file.size, file.upload_time)


class _Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[_File] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the file that a link leads to."""
        said = dict(attrs)
        if tag == "a" and (link := said.get("href")):
            name = unquote(urlsplit(link).path.rpartition("/")[2])
            yanked = (said["data-yanked"] or "") if "data-yanked" in said else None
            self.found.append(_File(name, said.get("data-requires-python") or "", yanked))


def _from_html(text: str) -> Iterator[_File]:
    parser = _Anchors()
    parser.feed(text)
    yield from parser.found


def _grouped(files: Iterable[_File], python: str) -> tuple[PypiRelease, ...]:
    tags = _tags(python)
    groups: dict[Version, list[tuple[_File, frozenset[Tag]]]] = {}
    for file in files:
        try:
            if file.name.endswith(_WHEEL):
                _, version, _, fitting = parse_wheel_filename(file.name)
            else:
                version, fitting = parse_sdist_filename(file.name)[1], frozenset[Tag]()
        except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
            continue  # older forms, which no installer takes either
        groups.setdefault(version, []).append((file, fitting))
    return tuple(
        _release(version, groups[version], tags, python) for version in sorted(groups, reverse=True)
    )


def _release(
    version: Version,
    group: list[tuple[_File, frozenset[Tag]]],
    tags: frozenset[Tag],
    python: str,
) -> PypiRelease:
    suitable = [(file, fitting) for file, fitting in group if _suits(python, file.python)]
    wheels = [file for file, fitting in suitable if fitting & tags]
    sources = [file for file, _ in suitable if not file.name.endswith(_WHEEL)]
    form = ReleaseForm.WHEEL if wheels else ReleaseForm.SOURCE if sources else ReleaseForm.NONE
    chosen = (wheels or sources or [file for file, _ in group])[0]
    reasons = [file.yanked for file, _ in group]
    return PypiRelease(
        version=str(version),
        form=form,
        python=chosen.python,
        is_yanked=all(reason is not None for reason in reasons),
        yanked_for=next((reason for reason in reasons if reason), ""),
        archive_bytes=chosen.size,
        published=chosen.published,
    )


def _tags(python: str) -> frozenset[Tag]:
    """Return what a wheel may be tagged with for a CPython of this version on this system."""
    numbers = [int(part) for part in python.split(".")[:2] if part.isdecimal()]
    if len(numbers) < 2:
        return frozenset()
    interpreter = f"cp{numbers[0]}{numbers[1]}"
    return frozenset(
        (
            *cpython_tags(numbers),
            *compatible_tags(numbers, interpreter=interpreter),
        )
    )


def _suits(python: str, wanted: str) -> bool:
    try:
        return not wanted or not python or SpecifierSet(wanted).contains(python, prereleases=True)
    except InvalidSpecifier:
        return True  # installers pass over what cannot be read, too
