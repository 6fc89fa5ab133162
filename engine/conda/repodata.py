"""Ask channels what packages they have, through rattler's gateway.

For worker processes only: it loads rattler. Lists of packages are cached below the places' cache
and asked for again only when the server has a newer one.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Collection, Coroutine, Iterable
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any, TypeVar

from rattler import Channel, Client, Config, Gateway, SourceConfig, Subdir
from rattler.repo_data import RepoDataRecord

from engine.conda.addresses import channel_urls
from engine.conda.channels import short_name
from engine.conda.condarc import CondaConfiguration
from engine.conda.translating import channel_error, stalled
from engine.errors import EngineError, ErrorCode
from engine.places import Places
from engine.requests import ChannelPriority
from engine.version import __version__

STALL_SECONDS = 30.0
RETRIES = 2

T = TypeVar("T")

_WITHOUT_NETWORK = (ErrorCode.CHANNEL_UNREACHABLE, ErrorCode.CHANNEL_STALLED)
_RELEASE = re.compile(r"(\d+)\.(\d+)(?:\.\d+)*\Z")


@dataclass(frozen=True, slots=True)
class Address:
    """Pair the name by which a channel is shown with its address."""

    name: str
    url: str


class Repodata:
    """Hold the opened channels of one question; `old` names those read from the cache alone."""

    def __init__(
        self,
        addresses: tuple[Address, ...],
        gateway: Gateway,
        folder: Path,
        stall_seconds: float,
        old: tuple[str, ...] = (),
    ) -> None:
        self.addresses = addresses
        self.gateway = gateway
        self.old = old
        self._folder = folder
        self._stall_seconds = stall_seconds

    @property
    def channels(self) -> list[Channel]:
        """Return the channels as rattler wants them, the first one first."""
        return [Channel(address.url) for address in self.addresses]

    async def records(self, name: str) -> tuple[tuple[RepoDataRecord, ...], ...]:
        """Return the records of the package `name`, one tuple for each channel."""
        answers = await asyncio.gather(
            *(
                self.watched(_query(self.gateway, address, name), address)
                for address in self.addresses
            )
        )
        return tuple(answers)

    async def records_of(self, names: Collection[str]) -> tuple[tuple[RepoDataRecord, ...], ...]:
        """Return the records of all packages in `names` at once, one tuple for each channel."""
        answers = await asyncio.gather(
            *(
                self.watched(_query(self.gateway, address, *sorted(names)), address)
                for address in self.addresses
            )
        )
        return tuple(answers)

    async def names(self) -> frozenset[str]:
        """Return the names of all packages in all channels."""
        answers = await asyncio.gather(
            *(self.watched(_names(self.gateway, address), address) for address in self.addresses)
        )
        return frozenset(name for answer in answers for name in answer)

    async def has(self, name: str, address: Address) -> bool:
        """Return whether the channel at `address` has the package `name`."""
        return bool(await self.watched(_query(self.gateway, address, name), address))

    async def watched(self, work: Coroutine[Any, Any, T], address: Address | None = None) -> T:
        """Await `work`, which reads from `address` (or from any), and give up when it stalls.

        Nothing arrives and nothing is worked out: that is a stall. Raises EngineError
        (channel-stalled) and what `work` raises.
        """
        blamed = address or self.addresses[0]
        task = asyncio.ensure_future(work)
        clock = asyncio.get_running_loop().time
        pause = self._stall_seconds / 8
        seen, effort, since = _activity(self._folder), process_time(), clock()
        try:
            while not (await asyncio.wait({task}, timeout=pause))[0]:
                now, spent = _activity(self._folder), process_time()
                if now != seen or spent - effort > pause / 4:
                    since = clock()
                elif clock() - since >= self._stall_seconds:
                    raise stalled(blamed.name, blamed.url)
                seen, effort = now, spent
            return task.result()
        finally:
            task.cancel()


async def open_repodata(
    channels: Iterable[str],
    configuration: CondaConfiguration,
    places: Places,
    *,
    stall_seconds: float = STALL_SECONDS,
) -> Repodata:
    """Reach every channel and return them opened.

    A channel that cannot be reached is taken from the cache when it was read before. Raises
    EngineError (channel-not-found, -unreachable, -stalled, -broken, -needs-login) that names the
    channel and tells its address.
    """
    addresses = resolved(channels, configuration)
    folder = places.cache / "repodata"
    client = client_for(configuration, places)

    def gateway(cached: Iterable[str]) -> Gateway:
        only_cache = SourceConfig(cache_action="force-cache-only")
        return Gateway(
            cache_dir=folder,
            default_config=only_cache if configuration.offline else SourceConfig(),
            per_channel_config=dict.fromkeys(cached, only_cache),
            client=client,
        )

    repodata = Repodata(addresses, gateway(()), folder, stall_seconds)
    failures = await _failures(repodata)
    lost = [address for address, failure in failures if failure.code in _WITHOUT_NETWORK]
    if lost and len(lost) == len(failures) and not configuration.offline:
        again = Repodata(
            addresses,
            gateway(address.url for address in lost),
            folder,
            stall_seconds,
            old=tuple(dict.fromkeys(address.name for address in lost)),
        )
        if not await _failures(again):
            return again
    if failures:
        serious = [pair for pair in failures if pair[1].code not in _WITHOUT_NETWORK]
        raise (serious or failures)[0][1]
    return repodata


async def python_versions(
    channels: Iterable[str],
    configuration: CondaConfiguration,
    places: Places,
    *,
    priority: ChannelPriority = ChannelPriority.STRICT,
    stall_seconds: float = STALL_SECONDS,
) -> tuple[str, ...]:
    """Return the minor versions of Python that can be had here (`3.13`), newest first.

    Alphas, betas and release candidates are left out. With strict priority only the first channel
    that has Python counts, as when solving. Raises EngineError as `open_repodata` does.
    """
    repodata = await open_repodata(channels, configuration, places, stall_seconds=stall_seconds)
    found: set[tuple[int, int]] = set()
    for records in await repodata.records("python"):
        for record in records:
            if release := _RELEASE.match(str(record.version)):
                found.add((int(release[1]), int(release[2])))
        if found and priority is ChannelPriority.STRICT:
            break
    return tuple(f"{major}.{minor}" for major, minor in sorted(found, reverse=True))


async def package_names(
    channels: Iterable[str],
    configuration: CondaConfiguration,
    places: Places,
    *,
    stall_seconds: float = STALL_SECONDS,
) -> tuple[str, ...]:
    """Return the names of all packages that the channels have for this platform, sorted.

    Raises EngineError as `open_repodata` does.
    """
    repodata = await open_repodata(channels, configuration, places, stall_seconds=stall_seconds)
    return tuple(sorted(await repodata.names()))


def resolved(channels: Iterable[str], configuration: CondaConfiguration) -> tuple[Address, ...]:
    """Return the addresses of `channels` in order, each once, with the names to show for them."""
    found: dict[str, Address] = {}
    for channel in channels:
        for url in channel_urls(channel, configuration):
            found.setdefault(url, Address(short_name(url, configuration) or channel, url))
    if not found:
        raise EngineError(
            ErrorCode.CHANNEL_NOT_FOUND,
            "No channel was chosen.",
            cause="Packages come from channels, and the list of channels is empty.",
            hint="Add a channel, for example conda-forge.",
        )
    return tuple(found.values())


def client_for(configuration: CondaConfiguration, places: Places) -> Client:
    """Return a client that connects as conda would: certificates, proxies, sign-ins."""
    lines: list[str] = []
    match configuration.ssl_verify:
        case False:
            lines.append("tls-no-verify = true")
        case True:
            pass
        case "truststore":
            lines.append('tls-root-certs = "system"')
        case str() as bundle:
            os.environ["SSL_CERT_FILE"] = bundle  # where the system's certificates are looked for
            lines.append('tls-root-certs = "system"')
    if places.isolated:
        credentials = str(places.state / "credentials.json")
        lines.insert(0, f"authentication-override-file = {_quoted(credentials)}")
    proxies = [
        f"{scheme} = {_quoted(address)}"
        for scheme, address in configuration.proxy_servers
        if scheme in ("http", "https")
    ]
    if proxies:
        lines += ["[proxy-config]", *proxies]
    return Client.from_config(
        Config.from_toml("\n".join(lines)),
        max_retries=RETRIES,
        user_agent=f"envdesk/{__version__}",
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _platforms() -> list[Subdir]:
    return [Subdir.current(), Subdir("noarch")]


async def _query(gateway: Gateway, address: Address, *names: str) -> tuple[RepoDataRecord, ...]:
    try:
        answer = await gateway.query(
            [Channel(address.url)],
            _platforms(),
            list(names),
            recursive=False,
            channel_relations="disabled",
        )
    except Exception as error:
        raise channel_error(error, address.name, address.url) from error
    return tuple(record for records in answer for record in records)


async def _names(gateway: Gateway, address: Address) -> list[str]:
    try:
        answer = await gateway.names(
            [Channel(address.url)], _platforms(), channel_relations="disabled"
        )
    except Exception as error:
        raise channel_error(error, address.name, address.url) from error
    return [name.normalized for name in answer]


async def _failures(repodata: Repodata) -> list[tuple[Address, EngineError]]:
    """Open every channel, and return those that could not be, with the reason."""
    # Every solve needs these records, and nothing less makes rattler read the index of a channel.
    answers = await asyncio.gather(
        *(
            repodata.watched(_query(repodata.gateway, address, "python"), address)
            for address in repodata.addresses
        ),
        return_exceptions=True,
    )
    failures: list[tuple[Address, EngineError]] = []
    for address, answer in zip(repodata.addresses, answers, strict=True):
        if isinstance(answer, EngineError):
            failures.append((address, answer))
        elif isinstance(answer, BaseException):
            raise answer
    return failures


def _activity(folder: Path) -> tuple[int, int]:
    """Return the number of files below `folder` and their bytes: they grow while data arrives."""
    count = size = 0
    folders = [str(folder)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        count += 1
                        size += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return count, size
