"""Create environments step by step with the engine's own functions; runs in a rattler worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.conda.caches import Unpacked, choose_cache, unpacked_in
from engine.conda.completing import complete
from engine.conda.condarc import CondaConfiguration
from engine.conda.history import write_creation
from engine.conda.installing import install_into
from engine.conda.repodata import open_repodata
from engine.conda.solving import Solution, solve_records, to_repodata_records
from engine.events import Progress
from engine.places import Places
from engine.plan import Plan
from engine.planning.creating import plan_create
from engine.records import Record
from engine.requests import ChannelPriority, CreateRequest

PLAIN = CondaConfiguration()


@dataclass(slots=True)
class Heard:
    """Keep everything that a step tells."""

    progress_made: list[Progress] = field(default_factory=list[Progress])
    lines: list[str] = field(default_factory=list[str])

    def progress(self, progress: Progress) -> None:
        self.progress_made.append(progress)

    def log(self, line: str) -> None:
        self.lines.append(line)

    def settle_down(self) -> None:
        pass


async def opened_with(
    channels: Sequence[str], places: Places, stall_seconds: float = 10.0
) -> tuple[str, ...]:
    """Open the channels, and return the names of those read from the cache alone."""
    repodata = await open_repodata(channels, PLAIN, places, stall_seconds=stall_seconds)
    return repodata.old


async def solved(
    specs: Sequence[str],
    channels: Sequence[str],
    places: Places,
    priority: ChannelPriority = ChannelPriority.STRICT,
    *,
    configuration: CondaConfiguration = PLAIN,
    timeout: float = 60.0,
    stall_seconds: float = 10.0,
) -> Solution:
    """Open the channels and solve for `specs`."""
    repodata = await open_repodata(channels, configuration, places, stall_seconds=stall_seconds)
    return await solve_records(specs, repodata, priority, configuration, places, timeout=timeout)


async def installed(
    records: Sequence[Record],
    staging: Path,
    final: Path,
    places: Places,
    *,
    cache: Path | None = None,
    configuration: CondaConfiguration = PLAIN,
    stall_seconds: float = 10.0,
) -> Heard:
    """Link `records` into `staging`."""
    heard = Heard()
    folder = cache or choose_cache(final, places, configuration).folder
    await install_into(
        records,
        staging,
        final,
        folder,
        heard,
        places,
        configuration,
        stall_seconds=stall_seconds,
    )
    return heard


async def created(
    request: CreateRequest, places: Places, configuration: CondaConfiguration = PLAIN
) -> tuple[Plan, Heard]:
    """Plan and make an environment, beside its final place first."""
    plan = await plan_create(request, places, configuration)
    assert plan.package_cache is not None
    staging = request.prefix.with_name(".new")
    heard = Heard()
    records = plan.after.records
    await install_into(
        records, staging, request.prefix, plan.package_cache, heard, places, configuration
    )
    await complete(staging, request.prefix, records, heard)
    specs = [spec for record in records for spec in record.requested]
    write_creation(staging, records, specs, "envdesk create")
    staging.rename(request.prefix)
    return plan, heard


async def cached_in(folder: Path, records: Sequence[Record]) -> dict[str, Unpacked]:
    """Return what of `records` is unpacked in `folder`."""
    return await unpacked_in(folder, records, to_repodata_records(records))


async def completed(staging: Path, final: Path, records: Sequence[Record]) -> Heard:
    """Complete a linked prefix."""
    heard = Heard()
    await complete(staging, final, records, heard)
    return heard
