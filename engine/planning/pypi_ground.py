"""What the PyPI half of a change starts from: both sides of the environment, and what goes."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from packaging.utils import canonicalize_name

from engine.conda.condarc import CondaConfiguration
from engine.conda.meta import CondaMeta
from engine.errors import EngineError, ErrorCode
from engine.places import Places
from engine.plan import (
    Alternative,
    Change,
    ChangeKind,
    Figures,
    PlanWarning,
    Severity,
    WarningCode,
)
from engine.planning.distributing import (
    Distribution,
    after_conda,
    conda_distributions,
    is_same,
    markers_for,
    needs,
)
from engine.planning.parts import PypiPart
from engine.planning.pypi_scene import Scene, is_local
from engine.pypi.locking import Lock, write_lock
from engine.pypi.names import same_files
from engine.pypi.requirements import Wanted, parse_requirement
from engine.pypi.resolving import Question
from engine.pypi.running import Uv
from engine.records import Record, RecordKind, State
from engine.replicas.compiling import interpreter_in
from engine.requests import ChangeRequest

_BORROWED: Final = re.compile(r"^version(?:_info)?\s*=\s*(3\.\d+(?:\.\d+)?)", re.M)


@dataclass(frozen=True, slots=True)
class Ground:
    """Hold both sides of an environment, before and after conda's half.

    `mine` are the PyPI records that stay; `asked`, `dependents`, `orphans` and `arriving` those
    that go: removed, needing one removed, needed by nobody any more, and brought by conda now.
    """

    request: ChangeRequest
    wanted: tuple[Wanted, ...]
    mine: tuple[Record, ...]
    asked: tuple[Record, ...]
    dependents: tuple[Record, ...]
    orphans: tuple[Record, ...]
    arriving: tuple[Record, ...]
    unreadable: tuple[Record, ...]
    conda_before: tuple[Distribution, ...]
    conda_now: tuple[Distribution, ...]
    python_before: str
    python_after: str

    @classmethod
    def of(
        cls,
        request: ChangeRequest,
        states: tuple[State, tuple[Record, ...]],
        places: Places,
        configuration: CondaConfiguration,
        meta: CondaMeta | None = None,
    ) -> Ground:
        """Return the ground of `request`; `states` are before, and conda's records after.

        `meta` is what conda-meta tells, where it was read already. Reads files. Raises EngineError
        (requirement-invalid, distribution-unknown).
        """
        before, conda_after = states
        wanted = tuple(parse_requirement(text, places.home) for text in request.add_pypi)
        installed = conda_distributions(request.prefix, before, configuration, meta)
        python_before = _version_of(before.of(RecordKind.CONDA), "python")
        python_after = _version_of(conda_after, "python")
        if not python_before and not python_after:
            python_before = python_after = _borrowed_python(request.prefix)
        anew = minor_version(python_before) != minor_version(python_after)
        now = after_conda(installed, before, conda_after, places, configuration, anew=anew)
        readable = [each for each in before.of(RecordKind.PYPI) if each.problem is None]
        arriving = _arriving(readable, now, before, () if anew else conda_after, request)
        staying = [record for record in readable if record not in arriving]
        markers = markers_for(python_after or python_before)
        names = {canonicalize_name(name) for name in request.remove_pypi}
        asked = [record for record in staying if record.name in names]
        _check_known(names, readable, request)
        owned = frozenset(each.name for each in now)
        wishes = frozenset(each.name for each in wanted if each.name)
        uses = {record.name: _needs_of(record, markers) for record in staying}
        dependents = _dependents(staying, asked, uses, owned | wishes)
        orphans: list[Record] = []
        if asked and request.remove_orphans:
            orphans = _orphans(staying, [*asked, *dependents], uses, wishes)
        gone = {record.name for record in (*asked, *dependents, *orphans)}
        return cls(
            request=request,
            wanted=wanted,
            mine=tuple(record for record in staying if record.name not in gone),
            asked=tuple(asked),
            dependents=tuple(dependents),
            orphans=tuple(orphans),
            arriving=tuple(arriving),
            unreadable=tuple(r for r in before.of(RecordKind.PYPI) if r.problem is not None),
            conda_before=installed,
            conda_now=now,
            python_before=python_before,
            python_after=python_after,
        )

    @property
    def gone(self) -> tuple[Record, ...]:
        """Return the PyPI records that go."""
        return (*self.asked, *self.dependents, *self.orphans, *self.arriving)

    @property
    def new_python(self) -> str:
        """Return the version of a Python whose site-packages starts empty, else nothing."""
        is_moved = minor_version(self.python_before) != minor_version(self.python_after)
        return self.python_after if is_moved and self.python_before else ""

    @property
    def overwritten(self) -> frozenset[str]:
        """Return the distributions of conda that may be overwritten."""
        return frozenset(canonicalize_name(name) for name in self.request.overwrite)

    def without_python(self) -> PypiPart:
        """Return the part of an environment that has no Python afterwards."""
        if self.wanted:
            with_python = replace(self.request, add=(*self.request.add, "python"))
            warning = PlanWarning(
                WarningCode.NO_PYTHON,
                Severity.BLOCKING,
                "PyPI packages need a Python, and the environment will have none.",
                (),
                (Alternative("with-python", with_python),),
            )
            records = (*self.mine, *self.gone, *self.unreadable)
            return PypiPart(tuple(sorted(records, key=by_name)), warnings=(warning,))
        gone = (*self.mine, *self.gone)
        return PypiPart(
            self.unreadable,
            changes=tuple(Change(ChangeKind.REMOVE, r.name, r, None) for r in gone),
            figures=Figures(freed_bytes=sum(r.installed_bytes or 0 for r in gone)),
            lock=write_lock(Lock(removed=tuple(record.name for record in gone))),
        )

    def scene(self, uv: Uv, places: Places) -> Scene:
        """Return the question to be worked out."""
        everyone = (*self.mine, *self.gone)
        versions = {record.name: record.version for record in everyone}
        versions |= {each.name: each.version for each in self.conda_before}
        interpreter = interpreter_in(self.request.prefix)
        python = self.new_python or ("" if interpreter else self.python_after)
        # A Python that is put back finds what was installed for it where it was.
        is_back = not interpreter and self.python_before and not self.new_python
        return Scene(
            request=self.request,
            uv=uv,
            question=Question(interpreter or _other_python(places), python),
            markers=markers_for(self.python_after),
            wanted=self.wanted,
            mine=self.mine,
            held=tuple(each for each in self.conda_now if each.name not in self.overwritten),
            before=versions,
            python_version="" if is_back else python,
        )


def _arriving(
    readable: Sequence[Record],
    now: Iterable[Distribution],
    before: State,
    conda_after: Iterable[Record],
    request: ChangeRequest,
) -> list[Record]:
    """Return the PyPI records of which conda brings its own copy with this change.

    Only what conda leaves where it is, among `conda_after`, does not arrive.
    """
    agreed = {canonicalize_name(name) for name in request.overwrite}
    installed = {record.name: record for record in before.of(RecordKind.CONDA)}
    staying = {record.name for record in conda_after if is_same(installed.get(record.name), record)}
    names = {each.name for each in now if each.conda not in staying} - agreed
    # OpenCV, for one, has several names on PyPI: any of them is in the way of conda's files.
    names |= {other for name in names for other in same_files(name)} - agreed
    return [record for record in readable if record.name in names]


def _check_known(names: Iterable[str], readable: Sequence[Record], request: ChangeRequest) -> None:
    known = {record.name for record in readable}
    updated = {canonicalize_name(name) for name in request.update_pypi}
    for name in sorted({*names, *updated} - known):
        raise EngineError(
            ErrorCode.DISTRIBUTION_UNKNOWN,
            f"The environment has no PyPI package named {name}.",
            hint="Look at the table of its packages.",
            package=name,
        )


def _dependents(
    staying: Sequence[Record],
    asked: Sequence[Record],
    uses: Mapping[str, frozenset[str]],
    provided: frozenset[str],
) -> list[Record]:
    """Return what goes along with `asked` because it needs it; `provided` comes from elsewhere."""
    first = {record.name for record in asked}
    gone = set(first)
    while more := {
        name
        for name, used in uses.items()
        if name not in gone | provided and used & gone - provided
    }:
        gone |= more
    return [record for record in staying if record.name in gone - first]


def _orphans(
    staying: Sequence[Record],
    going: Sequence[Record],
    uses: Mapping[str, frozenset[str]],
    wishes: frozenset[str],
) -> list[Record]:
    """Return what nobody asked for and nobody but those `going` needs."""
    gone = {record.name for record in going}
    first = frozenset(gone)
    candidates = {
        record.name for record in staying if not record.requested and not is_local(record)
    }
    while more := {
        name
        for name in candidates - gone - wishes
        if any(name in uses[user] for user in gone)
        and not any(name in used for user, used in uses.items() if user not in gone)
    }:
        gone |= more
    return [record for record in staying if record.name in gone - first]


def _needs_of(record: Record, markers: Mapping[str, str]) -> frozenset[str]:
    found = needs(record.depends, markers)
    return frozenset(str(canonicalize_name(each.name)) for _, each in found)


def _borrowed_python(prefix: Path) -> str:
    """Return the version of a Python that is used here and not conda's (PEP 405); "" for none."""
    with suppress(OSError, UnicodeDecodeError):
        told = _BORROWED.search((prefix / "pyvenv.cfg").read_text(encoding="utf-8"))
        if told is not None and interpreter_in(prefix) is not None:
            return told[1]
    return ""


def _version_of(records: Iterable[Record], name: str) -> str:
    return next((record.version for record in records if record.name == name), "")


def minor_version(version: str) -> str:
    """Return the minor version in a version of Python, `3.12`."""
    return ".".join(version.split(".")[:2])


def _other_python(places: Places) -> Path:
    """Return an interpreter to resolve with when the environment has none yet."""
    from engine.practice.bundled import bundled_python

    return bundled_python(places.cache) or Path(sys.executable)


def by_name(record: Record) -> tuple[str, str]:
    """Return what PyPI records are sorted by."""
    return (record.name, record.version)
