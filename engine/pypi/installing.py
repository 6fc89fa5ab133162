"""Bring the PyPI packages of a mirror of an environment to what a plan says.

New releases are put into a folder of their own first, so that nothing in the mirror, whose files
other environments may share, is ever written into: files are only taken away and moved in.
"""

from __future__ import annotations

import asyncio
import csv
import filecmp
import hashlib
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from engine.conda.condarc import CondaConfiguration
from engine.conda.meta import read_conda_meta
from engine.environments.packages import read_packages, site_packages_folders
from engine.errors import EngineError, ErrorCode
from engine.events import Phase, Progress, ProgressUnit
from engine.places import Places
from engine.plan import Plan
from engine.pypi.locking import Lock, Pin, PinForm, read_lock
from engine.pypi.resolving import chosen_indexes
from engine.pypi.running import INSTALL_SECONDS, Uv, open_uv
from engine.records import RecordKind
from engine.replicas.compiling import compile_missing, interpreter_in
from engine.replicas.launchers import is_program, rewrite_launcher
from engine.replicas.metadata import Rewritten, rewrite_record_file
from engine.replicas.ownership import read_owned
from engine.replicas.prefixes import PrefixRewriter, looks_like_text
from engine.replicas.values import ReplicaResult
from engine.transactions.reporting import Report

_SCRATCH: Final = "pypi"
_SCRIPTS: Final = ("bin/", "Scripts/")
_WITHOUT_HASH: Final = (PinForm.FOLDER, PinForm.REPOSITORY)
_CHANGED: Final = (ErrorCode.PYPI_UNSATISFIABLE, ErrorCode.DISTRIBUTION_UNKNOWN, ErrorCode.NO_WHEEL)
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
    there = await asyncio.to_thread(_from_pypi, new, configuration)
    names = [name for name in lock.removed if name in there]
    report.progress(Progress(Phase.REMOVING, 0, len(names), ProgressUnit.PACKAGES))
    await _uninstall(names, new, open_uv(places, site=new), report)


async def apply_pypi(
    plan: Plan,
    new: Path,
    final: Path,
    report: Report,
    places: Places,
    configuration: CondaConfiguration,
) -> None:
    """Put the PyPI releases of `plan` into the mirror `new`, which will live at `final`.

    To be called after conda's packages are linked. Exactly the files that were planned are
    installed, told by their hashes. Raises EngineError: plan-stale (the index, or what conda owns,
    is not what it was), hash-mismatch, pypi-overwrites, source-build-failed, index-unreachable,
    index-needs-login, disk-full, timed-out.
    """
    lock = read_lock(plan.pypi_lock)
    if not lock.pins and not lock.removed:
        return
    job = _Job(lock, new, final, new.parent / _SCRATCH, configuration)
    try:
        if lock.pins:
            await asyncio.to_thread(job.check_owners)
            await _fetch(job, open_uv(places, site=new), report)
            await asyncio.to_thread(job.check_fetched)
            await asyncio.to_thread(job.check_overwritten)
            names = await asyncio.to_thread(job.replaced)
            await _uninstall(names, new, open_uv(places, site=new), report)
            await asyncio.to_thread(job.place, report)
    finally:
        await asyncio.to_thread(shutil.rmtree, job.scratch, ignore_errors=True)
    await asyncio.to_thread(job.check_outcome)


async def _uninstall(names: Sequence[str], new: Path, uv: Uv, report: Report) -> None:
    python = interpreter_in(new)
    if not names or python is None:
        return
    await uv.run(
        *("pip", "uninstall", "--python", str(python), *names), folder=new.parent, log=report.log
    )


async def _fetch(job: _Job, uv: Uv, report: Report) -> None:
    """Install the pins into the scratch folder, from the cache alone where that has them."""
    python = interpreter_in(job.new)
    if python is None:
        raise _stale("The Python that they were planned for is not there.", "python")
    names = [pin.name for pin in job.lock.pins]
    report.progress(
        Progress(Phase.DOWNLOADING, 0, len(names), ProgressUnit.PACKAGES, ", ".join(names[:_NAMED]))
    )
    variables = chosen_indexes(job.lock.index_url, job.lock.extra_index_urls)
    base = ["pip", "install", "--python", str(python), "--prefix", str(job.scratch)]
    base += ["--no-deps", "--link-mode", "copy", "--no-compile-bytecode"]
    hashed = [pin for pin in job.lock.pins if pin.form not in _WITHOUT_HASH]
    if hashed:
        lines = [_line(pin) for pin in hashed]
        file = await asyncio.to_thread(_written, job.scratch, "exact.txt", lines)
        arguments = [*base, "--require-hashes", "--requirements", str(file)]
        await _install(arguments, hashed, uv, report, variables, job.new.parent)
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
    report.progress(Progress(Phase.DOWNLOADING, len(names), len(names), ProgressUnit.PACKAGES))


async def _install(
    arguments: list[str],
    pins: Sequence[Pin],
    uv: Uv,
    report: Report,
    variables: dict[str, str],
    folder: Path,
) -> None:
    if not all(pin.is_local for pin in pins):
        with suppress(EngineError):
            await uv.run(
                *arguments,
                "--offline",
                folder=folder,
                timeout=INSTALL_SECONDS,
                variables=variables,
            )
            return
    try:
        await uv.run(
            *arguments,
            folder=folder,
            timeout=INSTALL_SECONDS,
            log=report.log,
            variables=variables,
        )
    except EngineError as error:
        if error.code in _CHANGED:
            raise _stale(error.failure.cause, "index", error.failure.detail) from error
        raise


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


def _stale(cause: str, reason: str, detail: str = "") -> EngineError:
    return EngineError(
        ErrorCode.PLAN_STALE,
        "What PyPI offers, or what conda brings, is not what it was when this was planned.",
        cause=cause,
        hint="Look at the plan again: it will be worked out anew.",
        detail=detail,
        reason=reason,
    )


def _from_pypi(prefix: Path, configuration: CondaConfiguration) -> dict[str, str]:
    records = read_packages(prefix, configuration)
    return {record.name: record.version for record in records if record.kind is RecordKind.PYPI}


@dataclass(frozen=True, slots=True)
class _Job:
    """Carry the steps that touch files; every method blocks."""

    lock: Lock
    new: Path
    final: Path
    scratch: Path
    configuration: CondaConfiguration

    def owners(self) -> dict[str, str]:
        """Return the distributions that conda owns in the mirror, with their packages."""
        meta = read_conda_meta(self.new, self.configuration)
        names = {record.path: record.name for record in meta.records}
        return {
            _distribution_of(owned.path): names.get(owned.record, "")
            for owned in meta.distributions
            if (self.new / owned.path).exists()
        }

    def check_owners(self) -> None:
        """Raise when conda brought a distribution that PyPI has, or is to have, too."""
        mine = {pin.name for pin in self.lock.pins} - set(self.lock.overwritten)
        twice = sorted(mine & self.owners().keys())
        if twice:
            raise _stale(f"conda's packages bring {', '.join(twice)} themselves.", "conda")

    def check_fetched(self) -> None:
        """Raise unless the scratch folder holds the planned releases and no others."""
        found = {
            name: version
            for folder in self._site_packages(self.scratch)
            for name, version in _releases_in(self.scratch / folder)
        }
        wanted = {pin.name: pin.version for pin in self.lock.pins}
        if found.keys() != wanted.keys() or any(
            version and not _is_same_version(found[name], version)
            for name, version in wanted.items()
        ):
            raise _stale(
                "Other releases came than were planned.",
                "index",
                f"planned: {sorted(wanted.items())}\ncame: {sorted(found.items())}",
            )

    def check_overwritten(self) -> None:
        """Raise when a file of a conda package would be replaced that nobody spoke of."""
        owners = self.owners()
        agreed = {owners.get(name, "") for name in self.lock.overwritten}
        fold = os.path.normcase
        owned = {fold(path): file for path, file in read_owned(self.new).items()}
        clashes: dict[str, str] = {}
        for path in _files_in(self.scratch):
            file = owned.get(fold(path))
            if file is None or _package_name(file.package) in agreed:
                continue
            target = self.new / path
            if target.exists() and not filecmp.cmp(self.scratch / path, target, shallow=False):
                clashes[path] = _package_name(file.package)
        if clashes:
            packages = ", ".join(sorted(set(clashes.values())))
            raise EngineError(
                ErrorCode.PYPI_OVERWRITES,
                f"Files of conda's {packages} would be overwritten by packages from PyPI.",
                cause=f"They bring the same files, {min(clashes)} for one.",
                hint="Take these packages from a conda channel, or leave one of them out.",
                detail="\n".join(sorted(clashes)),
                packages=packages,
            )

    def replaced(self) -> list[str]:
        """Return what must go from the mirror before the new releases come."""
        there = {*_from_pypi(self.new, self.configuration), *self.lock.overwritten}
        return sorted({pin.name for pin in self.lock.pins} & there)

    def place(self, report: Report) -> None:
        """Make the releases name their final place, move them in and compile them."""
        folders = self._site_packages(self.scratch)
        rewritten = self._rewrite_scripts()
        for folder in folders:
            self._mend_records(folder, rewritten)
        paths = list(_files_in(self.scratch))
        for number, path in enumerate(paths):
            target = self.new / path
            target.parent.mkdir(parents=True, exist_ok=True)
            (self.scratch / path).replace(target)
            if number % 100 == 0:
                report.progress(
                    Progress(Phase.LINKING, number, len(paths), ProgressUnit.FILES, path)
                )
        sources = tuple(
            path
            for path in paths
            if path.endswith(".py") and path.startswith(tuple(f"{each}/" for each in folders))
        )
        result = ReplicaResult(len(paths), 0, 0, to_compile=sources)
        compile_missing(self.new, self.final, result, report)

    def check_outcome(self) -> None:
        """Raise unless the mirror has the PyPI packages that the plan showed, each once."""
        found = _from_pypi(self.new, self.configuration)
        wanted = dict(self.lock.after)
        twice = found.keys() & self.owners().keys()
        is_same = found.keys() == wanted.keys() and all(
            not version or _is_same_version(found[name], version)
            for name, version in wanted.items()
        )
        if twice or not is_same:
            raise EngineError(
                ErrorCode.INTERNAL,
                "The PyPI packages did not become what the plan showed, so nothing was changed.",
                hint="Try again. If it happens again, please report it with the details below.",
                detail=f"planned: {sorted(wanted.items())}\nfound: {sorted(found.items())}\n"
                f"twice: {sorted(twice)}",
            )

    def _site_packages(self, root: Path) -> tuple[str, ...]:
        meta = read_conda_meta(self.new, self.configuration)
        named = tuple(dict.fromkeys(meta.site_packages))
        found = site_packages_folders(root, named)
        return tuple(path.relative_to(root).as_posix() for path in found)

    def _rewriter(self) -> PrefixRewriter:
        olds = tuple(dict.fromkeys((str(self.new), os.path.realpath(self.new))))
        return PrefixRewriter(olds, str(self.final))

    def _rewrite_scripts(self) -> dict[str, Rewritten]:
        rewriter = self._rewriter()
        found: dict[str, Rewritten] = {}
        for path in _files_in(self.scratch):
            if not path.startswith(_SCRIPTS):
                continue
            file = self.scratch / path
            data = file.read_bytes()
            if sys.platform == "win32" and is_program(data):
                folder = str((self.new / path).parent)
                written = rewrite_launcher(data, folder, rewriter.retarget)
            elif looks_like_text(data):
                written = rewriter.rewrite_text(data, file.suffix)
            else:
                continue
            if written != data:
                file.write_bytes(written)
                found[path] = Rewritten(
                    hashlib.sha256(data).hexdigest(),
                    hashlib.sha256(written).hexdigest(),
                    len(data),
                    len(written),
                )
        return found

    def _mend_records(self, folder: str, rewritten: dict[str, Rewritten]) -> None:
        """Bring RECORD files up to date, and mark only what was asked for as asked for."""
        requested = {pin.name for pin in self.lock.pins if pin.requested}
        for info in sorted((self.scratch / folder).glob("*.dist-info")):
            record = info / "RECORD"
            data = rewrite_record_file(record.read_bytes(), folder, rewritten)
            marker = info / "REQUESTED"
            if _distribution_of(info.name) not in requested and marker.is_file():
                marker.unlink()
                data = _without_line(data, f"{info.name}/REQUESTED")
            record.write_bytes(data)


def _distribution_of(path: str) -> str:
    stem = path.rpartition("/")[2].rpartition(".")[0]
    return canonicalize_name(stem.partition("-")[0])


def _releases_in(folder: Path) -> Iterator[tuple[str, str]]:
    for info in folder.glob("*.dist-info"):
        name, _, version = info.stem.partition("-")
        yield canonicalize_name(name), version


def _is_same_version(one: str, other: str) -> bool:
    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return one == other


def _package_name(spelled: str) -> str:
    return spelled.rsplit("-", 2)[0]


def _files_in(root: Path) -> Iterator[str]:
    """Yield the installed files, relative and with `/`; not what lies in `root` itself."""
    for folder, _, names in os.walk(root):
        inside = Path(folder).relative_to(root).as_posix()
        if inside != ".":
            yield from (f"{inside}/{name}" for name in names)


def _without_line(data: bytes, path: str) -> bytes:
    lines = data.decode("utf-8", "surrogateescape").splitlines(keepends=True)
    kept = [line for line in lines if next(csv.reader([line]), [""])[0] != path]
    return "".join(kept).encode("utf-8", "surrogateescape")
