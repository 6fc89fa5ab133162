"""Turn channel names into addresses, and addresses into conda's canonical channel names."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from engine.conda.channels import is_subdir, without_credentials
from engine.conda.condarc import DEFAULT_ALIAS

DEFAULTS = "defaults"
_ANACONDA = "https://repo.anaconda.com"
_DEFAULT_CHANNELS = tuple(f"{_ANACONDA}/pkgs/{name}" for name in ("main", "r", "msys2"))
_CUSTOM_CHANNELS = (("pkgs/pro", _ANACONDA),)
_FOLDER = re.compile(r"[/~]|\.\.?(?:[/\\]|\Z)|[A-Za-z]:[\\/]|\\\\")


class ChannelAddresses(Protocol):
    """Tell where a configuration places the channels that it names (conda docs, "Settings")."""

    @property
    def channel_alias(self) -> str:
        """Return the address below which plain names are looked for."""
        ...

    @property
    def custom_channels(self) -> tuple[tuple[str, str], ...]:
        """Return pairs of a name and the location before it."""
        ...

    @property
    def custom_multichannels(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return pairs of a name and the channels that it stands for."""
        ...

    @property
    def default_channels(self) -> tuple[str, ...]:
        """Return the channels that `defaults` stands for."""
        ...


class _CondaDefaults:
    """What conda does where no configuration file says anything."""

    channel_alias = DEFAULT_ALIAS
    custom_channels = _CUSTOM_CHANNELS
    custom_multichannels: tuple[tuple[str, tuple[str, ...]], ...] = ()
    default_channels = _DEFAULT_CHANNELS


CONDA_DEFAULTS: ChannelAddresses = _CondaDefaults()


def channel_urls(name: str, configuration: ChannelAddresses) -> tuple[str, ...]:
    """Return the addresses that `name` (a name, an address or a folder) stands for, in order.

    Multichannels such as `defaults` have several. No address ends in a slash or in a platform
    folder (conda docs, "Managing channels").
    """
    return tuple(dict.fromkeys(_urls(name, configuration, frozenset())))


def canonical_name(url: str, configuration: ChannelAddresses = CONDA_DEFAULTS) -> str:
    """Return the name by which conda's history calls the channel at `url`.

    Members of `defaults` and of other multichannels have its name; channels below the alias or a
    custom channel their own; any other is called by its address, credentials left out.
    """
    url = base_url(without_credentials(url))
    location, name = _located(url, configuration)
    for multichannel, members in _multichannels(configuration):
        for member in members:
            for address in channel_urls(member, configuration):
                if _located(address, configuration)[1] == name and name:
                    return multichannel
    if location is None:
        return url
    return name


def base_url(url: str) -> str:
    """Return `url` without the platform folder and slashes at its end."""
    url = url.strip().rstrip("/")
    head, _, tail = url.rpartition("/")
    return head.rstrip("/") if head and is_subdir(tail) else url


def spec_channel(spec: str) -> tuple[str, str]:
    """Split `channel::rest` and `channel/subdir::rest` into the channel and the rest."""
    channel, separator, rest = spec.rpartition("::")
    if not separator or "[" in channel:
        return "", spec
    return base_url(channel) if "/" in channel else channel.strip(), rest


def _urls(name: str, configuration: ChannelAddresses, seen: frozenset[str]) -> Iterator[str]:
    name = name.strip()
    if not name or name in seen:
        return
    if "://" in name:
        yield base_url(name)
        return
    if _FOLDER.match(name):
        yield base_url(Path(os.path.abspath(Path(name).expanduser())).as_uri())
        return
    name = base_url(name)
    for multichannel, members in _multichannels(configuration):
        if name == multichannel:
            for member in members:
                yield from _urls(member, configuration, seen | {name})
            return
    for custom, location in _longest_first(configuration.custom_channels):
        if name == custom or name.startswith(f"{custom}/"):
            yield f"{_with_scheme(location)}/{name}"
            return
    for member in configuration.default_channels:  # so that `pkgs/main` alone has its address
        if "://" in member and _located(base_url(member), configuration)[1] == name:
            yield base_url(member)
            return
    yield f"{_with_scheme(configuration.channel_alias)}/{name}"


def _multichannels(
    configuration: ChannelAddresses,
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    named = dict(configuration.custom_multichannels)
    # conda ignores a multichannel called `defaults`: default_channels says what that is.
    named[DEFAULTS] = configuration.default_channels
    return tuple(named.items())


def _located(url: str, configuration: ChannelAddresses) -> tuple[str | None, str]:
    """Split `url` into a location that the configuration names and the channel's name in it."""
    place = _place(url)
    for custom, location in _longest_first(configuration.custom_channels):
        home = _place(f"{_with_scheme(location)}/{custom}")
        if place[: len(home)] == home:
            return location, "/".join((custom, *place[len(home) :]))
    alias = _place(_with_scheme(configuration.channel_alias))
    if len(place) > len(alias) and place[: len(alias)] == alias:
        return configuration.channel_alias, "/".join(place[len(alias) :])
    parts = place[1:]
    if urlsplit(url).scheme == "file":
        parts = parts[-1:]
    return None, "/".join(parts)


def _longest_first(pairs: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    stripped = [(name.strip("/"), location) for name, location in pairs]
    return sorted(stripped, key=lambda pair: -len(pair[0]))


def _with_scheme(location: str) -> str:
    location = location.rstrip("/")
    return location if "://" in location else f"https://{location}"


def _place(url: str) -> tuple[str, ...]:
    address = urlsplit(url)
    return (_host(address), *(part for part in address.path.split("/") if part))


def _host(address: SplitResult) -> str:
    return address.netloc.rpartition("@")[2].lower()
