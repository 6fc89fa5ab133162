"""Sort the steps of a repair by what they are about: records, distributions, files, settings."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from packaging.utils import canonicalize_name

from engine.conda.condarc import CondaConfiguration
from engine.conda.meta import CondaMeta, read_conda_meta
from engine.environments.packages import site_packages_folders
from engine.errors import EngineError, ErrorCode
from engine.health.values import RepairKind, RepairStep
from engine.records import Record, RecordKind, State

NO_USER_SITE: Final = "PYTHONNOUSERSITE"  # Python docs, "Environment variables"
HISTORY: Final = "history"  # the file of conda-meta by which conda knows an environment


@dataclass(frozen=True, slots=True)
class Ground:
    """Hold what an environment is before a repair.

    `owners` maps normalised names of distributions to the conda packages that brought them,
    whether these still have them or not. `site_packages` are relative to the prefix.
    """

    prefix: Path
    before: State
    owners: dict[str, str]
    site_packages: tuple[str, ...]

    @classmethod
    def of(cls, prefix: Path, before: State, configuration: CondaConfiguration) -> Ground:
        """Return the ground of a repair of `prefix`; reads files."""
        meta = read_conda_meta(prefix, configuration)
        folders = site_packages_folders(prefix, meta.site_packages)
        places = tuple(folder.relative_to(prefix).as_posix() for folder in folders)
        return cls(prefix, before, _owners(meta), places)

    def conda(self, subject: str) -> Record | None:
        """Return the conda record that `subject` means, by its name or its distribution's."""
        name = subject.lower().removesuffix(".json")
        records = self.before.of(RecordKind.CONDA)
        owner = self.owners.get(canonicalize_name(name), "")
        for wanted in (name, owner):
            for record in records:
                if wanted and wanted in (record.name.lower(), record.spelled.lower()):
                    return record
        return next((r for r in records if r.path is not None and r.path.stem == name), None)

    def pypi(self, subject: str, without: Collection[str] = ()) -> Record | None:
        """Return the PyPI record of the distribution `subject`.

        Copies whose metadata folders are among `without`, relative to the prefix, do not count.
        """
        name = canonicalize_name(subject)
        records = [each for each in self.before.of(RecordKind.PYPI) if each.name == name]
        return next(
            (each for each in records if not each.path or self.inside(each.path) not in without),
            None,
        )

    def copies_of(self, record: Record) -> tuple[Record, ...]:
        """Return the PyPI records of what the conda package `record` brought."""
        names = {name for name, owner in self.owners.items() if owner == record.name}
        return tuple(each for each in self.before.of(RecordKind.PYPI) if each.name in names)

    def inside(self, path: Path) -> str:
        """Return `path` relative to the prefix, with `/`."""
        return path.relative_to(self.prefix).as_posix()


@dataclass(frozen=True, slots=True)
class Wishes:
    """Hold the steps of a repair by kind, each about what it found in the environment.

    `restored`, `dropped` and `rebuilt` are conda records, `reinstalled` PyPI ones; `copies` are
    metadata folders that go with their files, `deleted` paths; both are relative to the prefix.
    `isolated` names the environment variables by which nothing shall leak in.
    """

    restored: tuple[Record, ...] = ()
    dropped: tuple[Record, ...] = ()
    rebuilt: tuple[Record, ...] = ()
    reinstalled: tuple[Record, ...] = ()
    copies: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    from_conda: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    writes_history: bool = False
    settles: bool = False
    opens: bool = False
    adds_pip: bool = False
    isolated: tuple[str, ...] = ()
    thaws: bool = False

    @property
    def is_about_packages(self) -> bool:
        """Return whether packages come, go or are put in order."""
        return bool(
            self.restored
            or self.rebuilt
            or self.reinstalled
            or self.wanted
            or self.from_conda
            or self.updated
            or self.removed
            or self.adds_pip
        )


def sort_steps(steps: Iterable[RepairStep], ground: Ground) -> Wishes:
    """Return `steps` sorted; each is looked up in the environment.

    Raises EngineError: package-unknown, distribution-unknown (what a step is about is not there
    any more), bad-usage (a path that is not inside of the environment).
    """
    found: dict[RepairKind, dict[str, None]] = {}
    for step in steps:
        found.setdefault(step.kind, {})[step.subject] = None

    def subjects(kind: RepairKind) -> tuple[str, ...]:
        return tuple(found.get(kind, ()))

    rebuilt = [each for each in subjects(RepairKind.REBUILD_RECORD) if each not in ("", HISTORY)]
    restored = _all_of(ground, subjects(RepairKind.RESTORE_CONDA))
    copies = tuple(_copy(ground, each) for each in subjects(RepairKind.REMOVE_COPY))
    dropped = _all_of(ground, subjects(RepairKind.HAND_TO_PYPI))
    return Wishes(
        restored=restored,
        dropped=tuple(record for record in dropped if record not in restored),
        rebuilt=_all_of(ground, rebuilt),
        reinstalled=tuple(
            _pypi(ground, each, copies) for each in subjects(RepairKind.REINSTALL_PYPI)
        ),
        copies=copies,
        wanted=subjects(RepairKind.INSTALL),
        from_conda=subjects(RepairKind.INSTALL_CONDA),
        updated=subjects(RepairKind.UPDATE),
        removed=subjects(RepairKind.REMOVE),
        deleted=tuple(inside(ground.prefix, each) for each in subjects(RepairKind.DELETE_FILES)),
        thaws=RepairKind.UNFREEZE in found,
        elsewhere=subjects(RepairKind.REWRITE_PREFIX),
        writes_history=len(rebuilt) < len(subjects(RepairKind.REBUILD_RECORD)),
        settles=RepairKind.SETTLE in found,
        opens=RepairKind.ALLOW_WRITING in found,
        adds_pip=RepairKind.ADD_PIP in found,
        isolated=tuple(each or NO_USER_SITE for each in subjects(RepairKind.ISOLATE)),
    )


def inside(prefix: Path, subject: str) -> str:
    """Return `subject`, a path in the environment, relative and with `/`.

    Raises EngineError (bad-usage) when it is the environment itself, leads out of it, or is what
    makes it one.
    """
    path = Path(subject)
    if path.is_absolute() and path.is_relative_to(prefix):
        path = path.relative_to(prefix)
    parts = PurePosixPath(path.as_posix()).parts
    text = "/".join(parts)
    is_vital = text in ("conda-meta", f"conda-meta/{HISTORY}")
    if not parts or path.is_absolute() or ".." in parts or is_vital:
        raise EngineError(
            ErrorCode.BAD_USAGE, f"{subject} cannot be deleted by a repair.", path=subject
        )
    return text


def _all_of(ground: Ground, subjects: Iterable[str]) -> tuple[Record, ...]:
    found: dict[str, Record] = {}
    for subject in subjects:
        record = ground.conda(subject)
        if record is None:
            raise EngineError(
                ErrorCode.PACKAGE_UNKNOWN,
                f"There is no package {subject} from conda in this environment.",
                hint="Look at its health again: it may be mended already.",
                package=subject,
            )
        found[record.key] = record
    return tuple(found.values())


def _pypi(ground: Ground, subject: str, going: Collection[str]) -> Record:
    record = ground.pypi(subject, going) or ground.pypi(subject)
    if record is None:
        raise EngineError(
            ErrorCode.DISTRIBUTION_UNKNOWN,
            f"The environment has no PyPI package named {subject}.",
            hint="Look at its health again: it may be mended already.",
            package=subject,
        )
    return record


def _copy(ground: Ground, subject: str) -> str:
    name = subject.rpartition("/")[2]
    for folder in ground.site_packages:
        if os.path.lexists(ground.prefix / folder / name):
            return f"{folder}/{name}"
    raise EngineError(
        ErrorCode.DISTRIBUTION_UNKNOWN,
        f"There is no copy {subject} in this environment.",
        hint="Look at its health again: it may be mended already.",
        package=subject,
    )


def _owners(meta: CondaMeta) -> dict[str, str]:
    names = {record.path: record.name for record in meta.records}
    found: dict[str, str] = {}
    for owned in meta.distributions:
        stem = owned.path.rpartition("/")[2].rpartition(".")[0]
        found[canonicalize_name(stem.partition("-")[0])] = names.get(owned.record, "")
    return found
