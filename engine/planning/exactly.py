"""Plan a new environment of exactly the packages that a list names; loads rattler."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from engine.conda.condarc import CondaConfiguration
from engine.conda.exact import exact_records
from engine.errors import EngineError, ErrorCode
from engine.places import Places
from engine.plan import Change, ChangeKind, Figures, Plan, PlanWarning, Severity, WarningCode
from engine.planning.creating import (
    additions,
    cache_warnings,
    find_cached,
    plan_create,
    script_warnings,
    space_warnings,
    with_size,
)
from engine.planning.figures import UNPACKED_PER_ARCHIVE, cost_of, summed
from engine.planning.new_pypi import with_pypi
from engine.planning.parts import PypiPart
from engine.planning.placing import check_target, name_warning
from engine.planning.pypi_warnings import code_warnings, settings_warnings
from engine.pypi.distributions import PYPI
from engine.pypi.locking import Lock, Pin, PinForm, write_lock
from engine.pypi.running import open_uv
from engine.records import Record, RecordKind, State
from engine.requests import CreateRequest, ExactRelease, ExactRequest


async def plan_exact(
    request: ExactRequest, places: Places, configuration: CondaConfiguration
) -> Plan:
    """Return the plan of an environment of exactly what `request` names; nothing is written.

    Only where it names no conda package are channels asked, for the Python of the releases. Raises
    EngineError: name-invalid, prefix-exists, not-writable, bad-usage (packages for another
    system, one of them twice), hash-mismatch, and what reading channels and solving raise.
    """
    problems = check_target(request.prefix)
    if not request.packages:
        return await _with_python(request, places, configuration)
    records = await exact_records(request.packages, configuration, places)
    choice, cached = await find_cached(request.prefix, records, places, configuration)
    records = tuple(with_size(record, cached) for record in records)
    pypi = _pypi(request, places)
    cost = with_pypi(cost_of(records, cached, is_near=choice.is_near), pypi)
    return Plan(
        request=request,
        prefix=request.prefix,
        before=State(),
        after=State((*records, *pypi.records)),
        changes=(*additions(records, cached), *pypi.changes),
        figures=cost.figures,
        warnings=(
            *space_warnings(request.prefix, choice, cost),
            *_python_warnings(request, records),
            *pypi.warnings,
            *script_warnings(cached),
            *cache_warnings(choice, places),
            *name_warning(request.prefix, problems),
        ),
        stamp="",
        created=datetime.now(UTC),
        package_cache=choice.folder,
        pypi_lock=pypi.lock,
    )


async def _with_python(
    request: ExactRequest, places: Places, configuration: CondaConfiguration
) -> Plan:
    """Return the plan of a Python from the channels, and the releases for it."""
    create = CreateRequest(
        request.prefix,
        request.channels,
        python=request.python or "3",
        # A lock that has a pip of its own must not meet another one.
        with_pip=not any(each.name == "pip" for each in request.releases),
    )
    plan = await plan_create(create, places, configuration)
    twice = {each.name for each in request.releases} & {
        record.name for record in plan.after.of(RecordKind.CONDA)
    }
    if twice:
        lasting = tuple(each for each in request.releases if each.name not in twice)
        request = replace(request, releases=lasting)
    pypi = _pypi(request, places)
    return replace(
        plan,
        request=request,
        after=State((*plan.after.records, *pypi.records)),
        changes=(*plan.changes, *pypi.changes),
        figures=summed(plan.figures, pypi.figures),
        warnings=(*pypi.warnings, *plan.warnings),
        pypi_lock=pypi.lock,
    )


def _python_warnings(request: ExactRequest, records: tuple[Record, ...]) -> Iterator[PlanWarning]:
    if any(record.name == "python" for record in records):
        return
    blocking = bool(request.releases)
    yield PlanWarning(
        WarningCode.NO_PYTHON,
        Severity.BLOCKING if blocking else Severity.NOTE,
        "The environment will have no Python of its own.",
    )


def _pypi(request: ExactRequest, places: Places) -> PypiPart:
    if not request.releases:
        return PypiPart()
    pins = tuple(sorted(map(_pin, request.releases), key=lambda pin: pin.name))
    records = tuple(_record(pin) for pin in pins)
    size = sum(pin.size or 0 for pin in pins)
    lock = Lock(
        pins=pins,
        after=tuple((record.name, record.version) for record in records),
        index=request.index,
    )
    settings = open_uv(places, site=request.prefix, index=request.index).settings
    return PypiPart(
        records,
        tuple(Change(ChangeKind.ADD, each.name, None, each) for each in records),
        (*code_warnings(pins), *settings_warnings(settings)),
        Figures(download_bytes=size, disk_bytes=size * UNPACKED_PER_ARCHIVE, packages=len(pins)),
        write_lock(lock),
    )


def _pin(release: ExactRelease) -> Pin:
    """Return what is installed for `release`: from the index in force, else from its address."""
    location, _, _ = release.url.partition("#")
    is_repository = location.partition("+")[0] in ("git", "hg", "svn", "bzr")
    if is_repository:
        return Pin(
            release.name, release.version, PinForm.REPOSITORY, (), release.url, requested=True
        )
    if not release.hashes:
        raise EngineError(
            ErrorCode.BAD_USAGE,
            f"The list has no checksum for {release.name}.",
            cause="What is installed exactly must be known by its checksum.",
            hint="Ask for the packages anew instead.",
            package=release.name,
        )
    is_source = location.endswith((".tar.gz", ".zip", ".tar.bz2"))
    form = PinForm.SOURCE if is_source else PinForm.WHEEL
    return Pin(
        release.name,
        release.version,
        form,
        release.hashes,
        size=release.size,
        requested=True,
        fallback=location if "://" in location else "",
    )


def _record(pin: Pin) -> Record:
    sha256 = [each.removeprefix("sha256:") for each in pin.hashes if each.startswith("sha256:")]
    return Record(
        kind=RecordKind.PYPI,
        name=pin.name,
        version=pin.version,
        source=PYPI,
        requested=(pin.name,),
        archive_bytes=pin.size,
        url=pin.location,
        sha256=sha256[0] if len(sha256) == 1 else "",
    )
