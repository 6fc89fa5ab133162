"""Fetch, unpack and link packages into a folder; for worker processes only: it loads rattler.

Cancelling does not stop what rattler does natively: only the end of the process does.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import Awaitable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic, process_time
from urllib.parse import urlsplit
from urllib.request import url2pathname

import psutil
import rattler
from rattler import MatchSpec, PrefixRecord
from rattler.install import InstallerReporter
from rattler.repo_data import RepoDataRecord

from engine.conda.caches import foreign_copies, has_link_script, opened_cache, unpacked_in
from engine.conda.condarc import CondaConfiguration
from engine.conda.repodata import STALL_SECONDS, client_for
from engine.conda.solving import to_repodata_records
from engine.conda.translating import download_stalled, hash_mismatch, install_error
from engine.errors import EngineError, ErrorCode, from_os_error
from engine.events import Phase, Progress, ProgressUnit
from engine.places import Places
from engine.records import Record
from engine.transactions.reporting import Report

REPORTS_PER_SECOND = 20

_CHUNK = 1 << 20


async def install_into(  # noqa: PLR0917 - one call, and its arguments are all of different types
    records: Sequence[Record],
    staging: Path,
    final: Path,
    package_cache: Path,
    report: Report,
    places: Places,
    configuration: CondaConfiguration,
    *,
    installed: Sequence[PrefixRecord] = (),
    kept: Sequence[RepoDataRecord] = (),
    again: frozenset[str] = frozenset(),
    thorough: bool = False,
    stall_seconds: float = STALL_SECONDS,
) -> None:
    """Link planned `records` into `staging` as if it were `final`, fetching what is not cached.

    What is `installed` there and not among `kept` is unlinked; of what is kept, the packages named
    in `again` are linked anew. With `thorough` every file in the cache is hashed first, and a
    package of which one was altered there is fetched again. Progress counts bytes while
    anything is downloaded, then packages. Link scripts of packages are never run; the log names
    them. Raises EngineError; `staging` is then left as it is.
    """
    originals = to_repodata_records(records)
    cached = await unpacked_in(package_cache, records, originals)
    missing = [record for record in records if record.name not in cached]
    _check_offline(missing, configuration)
    if foreign := foreign_copies(package_cache, records):
        raise EngineError(
            ErrorCode.PACKAGE_BROKEN,
            f"The package cache holds another package of the name {foreign[0].name}.",
            cause="conda unpacked it from another channel.",
            hint="Look at the plan again: it will be worked out anew.",
            package=foreign[0].name,
            path=str(foreign[0]),
        )
    await asyncio.to_thread(_check_local_archives, missing)
    teller = _Teller(report, missing, len(records))
    try:
        await _watched(
            rattler.install(
                [*originals, *kept],
                target_prefix=staging,
                installed_packages=list(installed),
                reinstall_packages=set(again) or None,
                package_cache=opened_cache(package_cache, thorough=thorough),
                client=client_for(configuration, places),
                # Given any, rattler writes them into the records of what stays, too.
                requested_specs=None
                if installed
                else _inner(record.requested for record in records),
                reporter=teller,
                alternative_target_prefix=final,
                execute_link_scripts=False,
                show_progress=False,
            ),
            teller,
            stall_seconds,
        )
    except EngineError:
        raise
    except OSError as error:
        raise from_os_error(error) from error
    except Exception as error:
        raise install_error(error, records) from error
    for record in records:
        if has_link_script(package_cache / record.spelled, record.name):
            report.log(f"{record.spelled} has a script to run after linking; it was not run.")


def _inner(requested: Iterable[Iterable[str]]) -> list[MatchSpec]:
    # rattler's own MatchSpec is not what its installer accepts, whatever its types say.
    return [MatchSpec(spec)._match_spec for specs in requested for spec in specs]  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType, reportUnknownVariableType]


def _check_offline(missing: Iterable[Record], configuration: CondaConfiguration) -> None:
    if not configuration.offline:
        return
    for record in missing:
        if not record.url.startswith("file:"):
            raise EngineError(
                ErrorCode.DOWNLOAD_FAILED,
                f"The package {record.spelled} is not on this computer.",
                cause="conda is set to work offline, so it cannot be downloaded.",
                hint="Switch the offline setting off, then try again.",
                package=record.spelled,
                channel=record.source.name,
            )


def _check_local_archives(records: Iterable[Record]) -> None:
    """Compare archives on this computer with what their channel announces: rattler does not."""
    for record in records:
        algorithm, expected = "sha256", record.sha256
        if not expected:
            algorithm, expected = "md5", str(json.loads(record.raw).get("md5") or "")
        if not record.url.startswith("file:") or not expected:
            continue
        path = Path(url2pathname(urlsplit(record.url).path))
        digest = hashlib.new(algorithm, usedforsecurity=False)
        try:
            with path.open("rb") as stream:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
        except FileNotFoundError as error:
            raise EngineError(
                ErrorCode.DOWNLOAD_FAILED,
                f"The package {record.spelled} could not be fetched.",
                cause="The channel lists the package but does not have it.",
                hint="Look whether the folder of the channel is complete.",
                package=record.spelled,
                channel=record.source.name,
                path=str(path),
            ) from error
        except OSError as error:
            raise from_os_error(error, path) from error
        if digest.hexdigest() != expected:
            raise hash_mismatch(record.spelled, record.source.name, expected, digest.hexdigest())


async def _watched(work: Awaitable[None], teller: _Teller, stall_seconds: float) -> None:
    """Await `work`, and give up when a download stalls."""
    task = asyncio.ensure_future(work)
    pause = stall_seconds / 8
    seen, effort, since = teller.events, _effort(), monotonic()
    try:
        while not (await asyncio.wait({task}, timeout=pause))[0]:
            now, spent = teller.events, _effort()
            is_busy = spent[0] - effort[0] > pause / 4 or spent[1] > effort[1]
            if now != seen or is_busy or (awaited := teller.awaited()) is None:
                since = monotonic()
            elif monotonic() - since >= stall_seconds:
                raise download_stalled(awaited.spelled, awaited.source.name)
            seen, effort = now, spent
        task.result()
    finally:
        task.cancel()


def _effort() -> tuple[float, int]:
    """Return the processor seconds and the bytes written so far, where the system counts them."""
    written = 0
    with suppress(psutil.Error, AttributeError, OSError, NotImplementedError):
        written = psutil.Process().io_counters().write_bytes  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType, reportAttributeAccessIssue]
    return process_time(), int(written)  # pyright: ignore[reportUnknownArgumentType]


class _Teller(InstallerReporter):
    """Turn rattler's callbacks, which come on threads of its own, into progress."""

    def __init__(self, report: Report, missing: Sequence[Record], packages: int) -> None:
        self._report = report
        self._guard = threading.Lock()
        self._missing = {record.name: record for record in missing}
        self._sizes = {record.name: record.archive_bytes or 0 for record in missing}
        self._arrived = dict.fromkeys(self._sizes, 0)
        self._fetched: set[str] = set()
        self._packages = packages
        self._linked = 0
        self._tokens: dict[int, str] = {}
        self._last = 0.0
        self.events = 0

    def awaited(self) -> Record | None:
        """Return a package that is being fetched and has not arrived."""
        with self._guard:
            names = [name for name in self._arrived if name not in self._fetched]
            begun = set(self._tokens.values())
            return next((self._missing[name] for name in names if name in begun), None)

    def on_populate_cache_start(self, operation: int, package_name: str) -> int:
        return self._token(package_name)

    def on_download_start(self, cache_entry: int) -> int:
        return self._token(self._tokens.get(cache_entry, ""))

    def on_download_progress(self, download_idx: int, progress: int, total: int | None) -> None:
        with self._guard:
            self.events += 1
            name = self._tokens.get(download_idx, "")
            if name not in self._arrived:
                return
            if not self._sizes[name]:
                self._sizes[name] = total or 0
            # A download that broke off begins anew; what is shown does not go back.
            self._arrived[name] = max(self._arrived[name], min(progress, self._sizes[name]))
            self._tell(name)

    def on_populate_cache_complete(self, cache_entry: int) -> None:
        with self._guard:
            self.events += 1
            name = self._tokens.get(cache_entry, "")
            if name in self._arrived:
                self._arrived[name] = self._sizes[name]
                self._fetched.add(name)
                self._tell(name)

    def on_link_start(self, operation: int, package_name: str) -> int:
        token = self._token(package_name)
        with self._guard:
            self._tell(package_name)
        return token

    def on_link_complete(self, index: int) -> None:
        with self._guard:
            self.events += 1
            self._linked += 1
            self._tell(self._tokens.get(index, ""))

    def _token(self, name: str) -> int:
        with self._guard:
            self.events += 1
            token = len(self._tokens) + 1
            self._tokens[token] = name
            return token

    def _tell(self, name: str) -> None:
        is_fetching = len(self._fetched) < len(self._arrived)
        if is_fetching:
            progress = Progress(
                Phase.DOWNLOADING,
                sum(self._arrived.values()),
                sum(self._sizes.values()),
                ProgressUnit.BYTES,
                name,
            )
        else:
            progress = Progress(
                Phase.LINKING, self._linked, self._packages, ProgressUnit.PACKAGES, name
            )
        now = monotonic()
        if progress.done < progress.total and now - self._last < 1 / REPORTS_PER_SECOND:
            return
        self._last = now
        self._report.progress(progress)
