"""Take logins out of text that others may read, and put the user's own back where they belong."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from engine.conda.addresses import channel_urls
from engine.conda.channels import without_credentials
from engine.conda.condarc import CondaConfiguration
from engine.places import Places
from engine.plan import Plan
from engine.pypi.settings import read_pip_settings
from engine.records import State

# Who logs in by key (`ssh://git@host`) is part of the address, unlike a password behind the name.
_LOGIN: Final = re.compile(r"(?<!ssh)://[^/\s\"'\\?#]+@")
_SSH_PASSWORD: Final = re.compile(r"(ssh://[^/:@\s\"'\\]*):[^/\s\"'\\]*@")
_TOKEN: Final = re.compile(r"(://[^/\s\"\\]+)/t/[^/\s\"\\]+")
_UV_INDEXES: Final = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL")


def without_logins(text: str) -> str:
    """Return `text`, JSON perhaps, without the logins and tokens in the addresses it holds.

    Tokens are those of conda's channels, `/t/TOKEN` behind the host (conda docs, "Using private
    conda packages").
    """
    return _TOKEN.sub(r"\1", _SSH_PASSWORD.sub(r"\1@", _LOGIN.sub("://", text)))


def with_logins(plan: Plan, places: Places, configuration: CondaConfiguration) -> Plan:
    """Return `plan` with the logins that the user's settings have for its addresses; reads files.

    Channels get those of the conda configuration, indexes those of pip's and uv's settings.
    """
    known = _known((*_of_channels(configuration), *_of_indexes(plan, places)))
    if not known:
        return plan
    records = tuple(
        replace(record, raw=_restored(record.raw, known)) if record.raw else record
        for record in plan.after.records
    )
    return replace(plan, after=State(records), pypi_lock=_restored(plan.pypi_lock, known))


def _of_channels(configuration: CondaConfiguration) -> Iterator[str]:
    names = (
        *configuration.effective_channels,
        *configuration.default_channels,
        *(name for name, _ in configuration.custom_channels),
        *(name for name, _ in configuration.custom_multichannels),
    )
    for name in names:
        yield from channel_urls(name, configuration)
    yield configuration.channel_alias


def _of_indexes(plan: Plan, places: Places) -> Iterator[str]:
    environ = {} if places.isolated else dict(os.environ)
    settings = read_pip_settings(places, environ, plan.prefix)
    yield from (settings.index_url, *settings.extra_index_urls, *settings.find_links)
    for name in _UV_INDEXES:
        yield from environ.get(name, "").split()


def _known(addresses: Iterable[str]) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return what to look for and what to put there, the longest address first."""
    found: dict[str, str] = {}
    for address in (each.rstrip("/") for each in addresses):
        bare = without_credentials(address)
        if bare != address and "://" in bare:
            found.setdefault(bare, address)
            split = urlsplit(address)
            if "@" in split.netloc:
                host = f"{split.scheme}://{split.netloc.rpartition('@')[2]}"
                found.setdefault(host, f"{split.scheme}://{split.netloc}")
    ordered = sorted(found.items(), key=lambda pair: -len(pair[0]))
    return tuple((re.compile(rf"{re.escape(bare)}(?=[/\"\\])"), full) for bare, full in ordered)


def _restored(text: str, known: Iterable[tuple[re.Pattern[str], str]]) -> str:
    for bare, full in known:
        text = bare.sub(lambda _, full=full: full, text)
    return text
