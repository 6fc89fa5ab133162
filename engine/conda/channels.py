"""Say where a conda package came from in the short words that conda uses, without rattler."""

from __future__ import annotations

import re
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from engine.records import Source, SourceKind

UNKNOWN_CHANNEL = "<unknown>"
DEFAULT_ALIAS = "https://conda.anaconda.org"

_SUBDIR = re.compile(r"(noarch|[a-z]+-(?:32|64|[a-z][a-z0-9_]*))\Z")
_SYSTEMS = ("noarch", "linux-", "osx-", "win-", "freebsd-", "zos-", "emscripten-", "wasi-")
_ARCHIVE = re.compile(r"\.(?:conda|tar\.bz2|whl)\Z")
_WINDOWS_PATH = re.compile(r"[A-Za-z]:[\\/]|\\\\")
# Anaconda's own channels keep this spelling on its servers and on every mirror of them.
_PACKAGES_OF_ANACONDA = "pkgs"


class ChannelNames(Protocol):
    """Tell how a configuration names channels: that part of `.condarc` which bears on it.

    `custom_channels` holds pairs of a name and the location before it: the channel's address is
    `location/name` (conda docs, "Settings": channel_alias, custom_channels).
    """

    @property
    def channel_alias(self) -> str:
        """Return the address before the name of a channel that has no location of its own."""
        ...

    @property
    def custom_channels(self) -> tuple[tuple[str, str], ...]:
        """Return pairs of a channel's name and the location before it."""
        ...


def short_name(channel: str, configuration: ChannelNames | None = None) -> str:
    """Return what conda calls `channel` (a name, an address, or a folder); empty when unknown.

    Credentials, tokens, platform folders and package file names are dropped. A mirror that the
    configuration names by `custom_channels` or `channel_alias` gets its channel's own name; any
    other address is called by its last part (conda docs, "Managing channels").
    """
    channel = channel.strip()
    if not channel or channel == UNKNOWN_CHANNEL:
        return ""
    if _is_folder(channel):
        return _last(_channel_parts(channel.replace("\\", "/")))
    if "://" not in channel:
        return "/".join(_channel_parts(channel))
    address = _split(channel)
    parts = _channel_parts(address.path)
    if address.scheme == "file":
        return _last(parts)
    return _configured_name(address, parts, configuration) or _usual_name(address, parts)


def _configured_name(
    address: SplitResult, parts: list[str], configuration: ChannelNames | None
) -> str:
    if configuration is None:
        return ""
    place = (_host(address), *parts)
    for name, location in configuration.custom_channels:
        home = (*_place(location), *_words(name))
        if place[: len(home)] == home:
            return "/".join((*_words(name), *place[len(home) :]))
    alias = _place(configuration.channel_alias)
    return "/".join(place[len(alias) :]) if place[: len(alias)] == alias else ""


def _usual_name(address: SplitResult, parts: list[str]) -> str:
    host = _host(address)
    if parts and host == _host(urlsplit(DEFAULT_ALIAS)):
        return "/".join(parts)
    if parts[-2:-1] == [_PACKAGES_OF_ANACONDA]:
        return "/".join(parts[-2:])
    if parts[-2:-1] == ["label"]:
        return "/".join(parts[-3:])
    return _last(parts) or host


def without_credentials(address: str) -> str:
    """Return `address` without user, password, token and query, fit to be shown."""
    if "://" not in address or address.startswith("file:"):
        return address
    split = _split(address)
    path = re.sub(r"\A/t/[^/]+(?=/|\Z)", "", split.path)
    login, _, host = split.netloc.rpartition("@")
    if login and split.scheme.endswith("ssh"):
        host = f"{login.partition(':')[0]}@{host}"  # who logs in by key is part of the address
    return urlunsplit((split.scheme, host, path, "", ""))


def channel_source(channel: str, url: str, configuration: ChannelNames | None = None) -> Source:
    """Return the source of a record whose conda-meta names `channel` and the package's `url`."""
    known = channel if channel and channel != UNKNOWN_CHANNEL else ""
    if not known and "://" in url:
        known = url.rpartition("/")[0]
    name = short_name(known, configuration)
    if not name:
        return Source(SourceKind.UNKNOWN, "", without_credentials(url))
    exact = known if "://" in known else url.rpartition("/")[0] or known
    return Source(SourceKind.CHANNEL, name, _without_subdir(without_credentials(exact)))


def is_subdir(text: str) -> bool:
    """Return whether `text` is spelled like a platform folder of a channel (`linux-64`)."""
    return text.startswith(_SYSTEMS) and _SUBDIR.match(text) is not None


def _without_subdir(address: str) -> str:
    address = address.rstrip("/")
    head, _, tail = address.rpartition("/")
    return head if head and is_subdir(tail) else address


def _channel_parts(path: str) -> list[str]:
    parts = list(_words(unquote(path)))
    if len(parts) >= 2 and parts[0] == "t":
        del parts[:2]
    if parts and _ARCHIVE.search(parts[-1]):
        parts.pop()
    if len(parts) > 1 and is_subdir(parts[-1]):
        parts.pop()
    return parts


def _is_folder(channel: str) -> bool:
    return channel.startswith(("/", "./", "../", "~")) or _WINDOWS_PATH.match(channel) is not None


def _words(path: str) -> tuple[str, ...]:
    return tuple(part for part in path.split("/") if part)


def _place(location: str) -> tuple[str, ...]:
    address = _split(location if "://" in location else f"https://{location}")
    return (_host(address), *_channel_parts(address.path))


def _split(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:  # a bracket that no IPv6 address follows
        scheme, _, rest = address.partition("://")
        host, _, path = rest.partition("/")
        return SplitResult(scheme, host, f"/{path}", "", "")


def _host(address: SplitResult) -> str:
    return address.netloc.rpartition("@")[2].lower()


def _last(parts: list[str]) -> str:
    return parts[-1] if parts else ""
