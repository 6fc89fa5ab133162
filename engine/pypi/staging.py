"""New PyPI releases in a folder of their own: checked, made to fit their place, and moved there."""

from __future__ import annotations

import csv
import filecmp
import hashlib
import os
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from engine.conda.condarc import CondaConfiguration
from engine.conda.meta import CondaMeta, read_conda_meta
from engine.environments.packages import read_others, site_packages_folders
from engine.errors import EngineError, ErrorCode
from engine.events import Phase, ProgressUnit
from engine.pypi.locking import Lock
from engine.replicas.compiling import compile_missing
from engine.replicas.launchers import is_program, rewrite_launcher
from engine.replicas.metadata import Rewritten, rewrite_record_file
from engine.replicas.metering import Meter
from engine.replicas.ownership import read_owned
from engine.replicas.prefixes import PrefixRewriter, looks_like_text
from engine.replicas.values import ReplicaResult
from engine.transactions.reporting import Report

_SCRIPTS: Final = ("bin/", "Scripts/")


def stale(cause: str, reason: str, detail: str = "") -> EngineError:
    """Return the EngineError for a plan that the world has moved on from."""
    return EngineError(
        ErrorCode.PLAN_STALE,
        "What PyPI offers, or what conda brings, is not what it was when this was planned.",
        cause=cause,
        hint="Look at the plan again: it will be worked out anew.",
        detail=detail,
        reason=reason,
        source="PyPI" if reason == "index" else "",
    )


def from_pypi(
    prefix: Path, configuration: CondaConfiguration, meta: CondaMeta | None = None
) -> dict[str, str]:
    """Return the PyPI distributions in `prefix` with their versions, left-over halves left out.

    `meta` is what its conda-meta tells, where that is known already.
    """
    meta = meta or read_conda_meta(prefix, configuration)
    others = read_others(prefix, meta)
    return {record.name: record.version for record in others if record.problem is None}


@dataclass(frozen=True)
class Staging:
    """Check and move what was fetched into `scratch`; every method blocks.

    `new` is the mirror that will live at `final`. conda's packages in it are there already, and
    are not looked at twice.
    """

    lock: Lock
    new: Path
    final: Path
    scratch: Path
    configuration: CondaConfiguration
    known: CondaMeta | None = None  # what conda-meta tells at `final`, of which `new` is a mirror

    @cached_property
    def _meta(self) -> CondaMeta:
        alike = (self.final, self.known) if self.known is not None else None
        return read_conda_meta(self.new, self.configuration, alike)

    @cached_property
    def _there(self) -> dict[str, str]:
        """The PyPI distributions before anything of them changes."""
        return from_pypi(self.new, self.configuration, self._meta)

    def owners(self) -> dict[str, str]:
        """Return the distributions that conda owns in the mirror, with their packages."""
        meta = self._meta
        names = {record.path: record.name for record in meta.records}
        return {
            _distribution_of(owned.path): names.get(owned.record, "")
            for owned in meta.distributions
            if (self.new / owned.path).exists()
        }

    def check_owners(self) -> None:
        """Raise when conda brought a distribution that PyPI has, or is to have, too."""
        mine = {pin.name for pin in self.lock.pins} - set(self.lock.overwritten)
        owned = self.owners().keys() - self._there
        twice = sorted(mine & owned)
        if twice:
            raise stale(f"conda's packages bring {', '.join(twice)} themselves.", "conda")

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
            raise stale(
                "Other releases came than were planned.",
                "index",
                f"planned: {sorted(wanted.items())}\ncame: {sorted(found.items())}",
            )

    def check_overwritten(self) -> None:
        """Raise when a file of a conda package would be replaced that nobody spoke of."""
        brought = (path for path in _files_in(self.scratch) if not _is_compiled(path))
        there = [path for path in brought if (self.new / path).exists()]
        if not there:
            return
        owners = self.owners()
        agreed = {*self.lock.agreed, *(owners.get(name, "") for name in self.lock.overwritten)}
        fold = os.path.normcase
        owned = {fold(path): file for path, file in read_owned(self.new).items()}
        clashes: dict[str, str] = {}
        for path in there:
            file = owned.get(fold(path))
            if file is None or _package_name(file.package) in agreed:
                continue
            target = self.new / path
            if not filecmp.cmp(self.scratch / path, target, shallow=False):
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
        there = {*self._there, *self.lock.overwritten}
        return sorted({pin.name for pin in self.lock.pins} & there)

    def prepare(self, report: Report, interpreter: Path) -> None:
        """Make the releases in the scratch folder name their final place, and compile them there.

        `interpreter` is a Python of the version that they are for. Needs nothing of the mirror.
        """
        found = site_packages_folders(self.scratch)
        folders = [path.relative_to(self.scratch).as_posix() for path in found]
        rewritten = self._rewrite_scripts()
        for folder in folders:
            self._mend_records(folder, rewritten)
        inside = tuple(f"{each}/" for each in folders)
        paths = list(_files_in(self.scratch))
        sources = tuple(p for p in paths if p.endswith(".py") and p.startswith(inside))
        result = ReplicaResult(len(paths), 0, 0, to_compile=sources)
        compile_missing(self.scratch, self.final, result, report, interpreter)

    def place(self, report: Report) -> None:
        """Move the prepared releases into the mirror."""
        meter = Meter(report, Phase.LINKING, ProgressUnit.FILES, 0)
        for path in _files_in(self.scratch):
            target = self.new / path
            target.parent.mkdir(parents=True, exist_ok=True)
            (self.scratch / path).replace(target)
            meter.add(1, path)

    def check_outcome(self, had_two: Collection[str] = ()) -> None:
        """Raise unless the mirror has the PyPI packages that the plan showed, each once.

        Those that `had_two` copies before may have them still.
        """
        found = from_pypi(self.new, self.configuration, self._meta)
        wanted = dict(self.lock.after)
        twice = [name for name in self.names_of_two() if name not in had_two]
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
                f"twice: {twice}",
            )

    def names_of_two(self) -> list[str]:
        """Return the distributions of which there are two metadata folders."""
        seen: set[str] = set()
        twice: set[str] = set()
        for folder in self._site_packages(self.new):
            for name, _ in _releases_in(self.new / folder):
                (twice if name in seen else seen).add(name)
        return sorted(twice & {name for name, _ in self.lock.after})

    def _site_packages(self, root: Path) -> tuple[str, ...]:
        named = tuple(dict.fromkeys(self._meta.site_packages))
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


def _is_compiled(path: str) -> bool:
    return "/__pycache__/" in path


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
