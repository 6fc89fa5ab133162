"""Bring the PyPI packages of a mirror of an environment to what a plan says.

New releases are put into a folder of their own first, so that nothing in the mirror, whose files
other environments may share, is ever written into: files are only taken away and moved in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from engine.conda.condarc import CondaConfiguration
from engine.conda.meta import CondaMeta, read_conda_meta
from engine.errors import EngineError, ErrorCode
from engine.events import Phase, Progress, ProgressUnit
from engine.places import Places
from engine.plan import Plan
from engine.pypi.locking import Lock, Pin, PinForm, read_lock
from engine.pypi.resolving import chosen_indexes
from engine.pypi.running import INSTALL_SECONDS, Uv, open_uv
from engine.pypi.staging import Staging, from_pypi, stale
from engine.records import RecordKind
from engine.replicas.compiling import interpreter_in
from engine.transactions.reporting import Report

_SCRATCH: Final = "pypi"
_WITHOUT_HASH: Final = (PinForm.FOLDER, PinForm.REPOSITORY)
_CHANGED: Final = (ErrorCode.PYPI_UNSATISFIABLE, ErrorCode.DISTRIBUTION_UNKNOWN, ErrorCode.NO_WHEEL)
_ELSEWHERE: Final = (ErrorCode.PLAN_STALE, ErrorCode.INDEX_UNREACHABLE, ErrorCode.HASH_MISMATCH)
_GONE: Final = ("404", "410")
_NAMED: Final = 5


async def clear_pypi(
    plan: Plan, new: Path, report: Report, places: Places, configuration: CondaConfiguration
) -> None:
    """Take the PyPI packages that go out of the mirror `new`.

    To be called before conda's packages are linked: those that conda brings itself would lose
    their files otherwise, and a Python that goes can still be asked. Raises EngineError.
    """
    lock = read_lock(plan.pypi_lock)
    if not lock.removed:
        return
    there = await asyncio.to_thread(from_pypi, new, configuration)
    names = [name for name in lock.removed if name in there]
    report.progress(Progress(Phase.REMOVING, 0, len(names), ProgressUnit.PACKAGES))
    await _uninstall(names, new, open_uv(places, site=new), report)


async def fetch_ahead(
    plan: Plan, new: Path, report: Report, places: Places, configuration: CondaConfiguration
) -> CondaMeta | None:
    """Fetch and prepare the PyPI releases of `plan` beside `new` while that is in the making.

    Possible where a sound Python stays, because the one that is in place does the work; nothing
    is written into its environment. Returns what its conda-meta tells, None when nothing was done;
    raises what `apply_pypi` raises.
    """
    lock = read_lock(plan.pypi_lock)
    stays = any(each.name == "python" and not each.raw for each in plan.after.of(RecordKind.CONDA))
    python = interpreter_in(plan.prefix) if plan.repairing is None else None
    if not lock.pins or not stays or python is None:
        return None
    job = Staging(lock, new, plan.prefix, new.parent / _SCRATCH, configuration)
    uv = open_uv(places, site=plan.prefix, index=lock.index)
    await _fetch(job, python, uv, report)
    await asyncio.to_thread(job.prepare, report, python)
    return await asyncio.to_thread(read_conda_meta, plan.prefix, configuration)


async def apply_pypi(  # noqa: PLR0917 - one call, and its arguments are all of different types
    plan: Plan,
    new: Path,
    final: Path,
    report: Report,
    places: Places,
    configuration: CondaConfiguration,
    ahead: asyncio.Future[CondaMeta | None] | None = None,
) -> None:
    """Put the PyPI releases of `plan` into the mirror `new`, which will live at `final`.

    To be called after conda's packages are linked; `ahead` is what fetches the releases already,
    if anything does. Exactly the files that were planned are installed, told by their hashes.
    The folder in which they were fetched stays beside `new`; it goes with the transaction's.
    Raises EngineError: plan-stale (the index, or what conda owns, is not what it was),
    hash-mismatch, pypi-overwrites, source-build-failed, index-unreachable, index-needs-login,
    disk-full, timed-out.
    """
    lock = read_lock(plan.pypi_lock)
    if not lock.pins and not lock.removed:
        return
    if lock.pins:
        report.progress(_fetching(lock, 0))
    if ahead is not None:
        await asyncio.wait((ahead,))
    known = ahead.result() if ahead is not None and ahead.exception() is None else None
    job = Staging(lock, new, final, new.parent / _SCRATCH, configuration, known)
    had_two = await asyncio.to_thread(job.names_of_two)
    if lock.pins:
        await asyncio.to_thread(job.check_owners)
        if ahead is None or await ahead is None:
            await _bring(job, open_uv(places, site=new, index=lock.index), report)
        report.progress(_fetching(lock, len(lock.pins)))
        await asyncio.to_thread(job.check_fetched)
        await asyncio.to_thread(job.check_overwritten)
        names = await asyncio.to_thread(job.replaced)
        await _uninstall(names, new, open_uv(places, site=new), report)
        await asyncio.to_thread(job.place, report)
    await asyncio.to_thread(job.check_outcome, had_two)


async def _uninstall(names: Sequence[str], new: Path, uv: Uv, report: Report) -> None:
    python = interpreter_in(new)
    if not names or python is None:
        return
    await uv.run(
        *("pip", "uninstall", "--python", str(python), *names), folder=new.parent, log=report.log
    )


def _fetching(lock: Lock, done: int) -> Progress:
    names = ", ".join([pin.name for pin in lock.pins][:_NAMED]) if done == 0 else ""
    return Progress(Phase.DOWNLOADING, done, len(lock.pins), ProgressUnit.PACKAGES, names)


async def _bring(job: Staging, uv: Uv, report: Report) -> None:
    python = interpreter_in(job.new)
    if python is None:
        raise stale("The Python that they were planned for is not there.", "python")
    await _fetch(job, python, uv, report)
    await asyncio.to_thread(job.prepare, report, python)


async def _fetch(job: Staging, python: Path, uv: Uv, report: Report) -> None:
    """Install the pins into the scratch folder, from the cache alone where that has them."""
    variables = chosen_indexes(job.lock.index_url, job.lock.extra_index_urls)
    base = ["pip", "install", "--python", str(python), "--prefix", str(job.scratch)]
    base += ["--no-deps", "--link-mode", "copy", "--no-compile-bytecode"]
    hashed = [pin for pin in job.lock.pins if pin.form not in _WITHOUT_HASH]
    if hashed:
        lines = [_line(pin) for pin in hashed]
        file = await asyncio.to_thread(_written, job.scratch, "exact.txt", lines)
        arguments = [*base, "--require-hashes", "--requirements", str(file)]
        is_near = all(pin.is_local for pin in hashed)
        if is_near or not await _cached(arguments, uv, variables, job.new.parent):
            try:
                await _install(arguments, uv, report, variables, job)
            except EngineError as error:
                if error.code not in _ELSEWHERE or not any(pin.fallback for pin in hashed):
                    raise
                # The index in force lacks a release, or is away; the lock knows another address.
                lines = [_line(replace(pin, location=pin.fallback)) for pin in hashed]
                await asyncio.to_thread(_written, job.scratch, "exact.txt", lines)
                await _install(arguments, uv, report, variables, job)
    others = [pin for pin in job.lock.pins if pin.form in _WITHOUT_HASH]
    if others:
        lines = [_line(pin) for pin in others]
        file = await asyncio.to_thread(_written, job.scratch, "others.txt", lines)
        arguments = [*base, "--requirements", str(file)]
        await uv.run(
            *arguments,
            folder=job.new.parent,
            timeout=INSTALL_SECONDS,
            log=report.log,
            variables=variables,
        )


async def _cached(arguments: list[str], uv: Uv, variables: dict[str, str], folder: Path) -> bool:
    """Install from what was fetched earlier; return whether that was enough."""
    try:
        await uv.run(
            *arguments, "--offline", folder=folder, timeout=INSTALL_SECONDS, variables=variables
        )
    except EngineError as error:
        if error.code in (ErrorCode.DISK_FULL, ErrorCode.NOT_WRITABLE):
            raise
        return False
    return True


async def _install(
    arguments: list[str], uv: Uv, report: Report, variables: dict[str, str], job: Staging
) -> None:
    """Install, and where the index is not what it was, ask it anew before giving up.

    uv keeps what an index said for a while. Whatever it says now is kept from then on, so that
    the plan that is made again is made from that.
    """

    async def attempt(*more: str) -> None:
        await uv.run(
            *arguments,
            *more,
            folder=job.new.parent,
            timeout=INSTALL_SECONDS,
            log=report.log,
            variables=variables,
        )

    try:
        await attempt()
    except EngineError as error:
        if not _is_about_the_index(error):
            raise
    else:
        return
    try:
        await attempt(*(f"--refresh-package={pin.name}" for pin in job.lock.pins))
    except EngineError as error:
        if error.code in _CHANGED:
            raise stale(error.failure.cause, "index", error.failure.detail) from error
        raise


def _is_about_the_index(error: EngineError) -> bool:
    """Return whether the index may offer something else than when it was last asked."""
    is_gone = error.failure.value("status") in _GONE
    return is_gone or error.code in (*_CHANGED, ErrorCode.HASH_MISMATCH)


def _line(pin: Pin) -> str:
    if pin.form is PinForm.FOLDER and pin.editable:
        return f"--editable {pin.location}"
    hashes = "".join(f" --hash={each}" for each in pin.hashes)
    if pin.location:
        return f"{pin.name} @ {pin.location}{hashes}"
    return f"{pin.name}=={pin.version}{hashes}"


def _written(scratch: Path, name: str, lines: Iterable[str]) -> Path:
    scratch.mkdir(parents=True, exist_ok=True)
    path = scratch / name
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path
