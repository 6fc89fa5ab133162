"""Say what a repair means for the rest of an environment, with the other way to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.environments.freezing import frozen_message
from engine.health.mending import Repairing
from engine.health.values import RepairKind, RepairStep
from engine.plan import Alternative, PlanWarning, Severity, WarningCode
from engine.planning.elsewhere import copy_instead
from engine.planning.repair_steps import Ground, Wishes
from engine.planning.wishing import needs_of
from engine.records import Record, RecordKind, State
from engine.requests import RepairRequest


def repair_warnings(
    request: RepairRequest,
    ground: Ground | None,
    wishes: Wishes,
    repairing: Repairing,
    after: State,
) -> tuple[PlanWarning, ...]:
    """Return what is to be told before `request` is carried out, the loudest first."""
    if ground is None:
        return tuple(_later(repairing))
    return (
        *_breaks_conda(request, wishes, after),
        *_thaws(request, wishes),
        *_undoes_pypi(request, ground, wishes),
        *_keeps_pypi(request, ground, wishes),
    )


def _later(repairing: Repairing) -> Iterator[PlanWarning]:
    if repairing.later:
        yield PlanWarning(
            WarningCode.REPAIR_LATER,
            Severity.NOTE,
            "Other problems have to wait until this is done.",
            (("count", str(len(repairing.later))),),
        )


def _breaks_conda(request: RepairRequest, wishes: Wishes, after: State) -> Iterator[PlanWarning]:
    conda = after.of(RecordKind.CONDA)
    for record in wishes.dropped:
        users = sorted(each.name for each in conda if record.name in needs_of(each))
        if users:
            names = ", ".join(users)
            yield PlanWarning(
                WarningCode.REPAIR_BREAKS_CONDA,
                Severity.BLOCKING,
                f"{names} from conda could not be used any more without conda's {record.name}.",
                (("package", record.name), ("packages", names)),
                (_other(request, record, RepairKind.HAND_TO_PYPI, RepairKind.RESTORE_CONDA),),
            )


def _thaws(request: RepairRequest, wishes: Wishes) -> Iterator[PlanWarning]:
    """Tell that somebody froze the environment on purpose, and offer a copy instead."""
    if wishes.thaws:
        message = frozen_message(request.prefix)
        yield PlanWarning(
            WarningCode.REPAIR_THAWS,
            Severity.WARNING,
            "Somebody marked this environment so that nobody changes it by mistake.",
            (("message", message),) if message else (),
            (copy_instead(request.prefix),),
        )


def _undoes_pypi(request: RepairRequest, ground: Ground, wishes: Wishes) -> Iterator[PlanWarning]:
    """Tell whose PyPI copy goes when conda's files come back."""
    for record in wishes.restored:
        copies = ground.copies_of(record)
        if not copies:
            continue
        is_newer = any(copy.version != record.version for copy in copies)
        yield PlanWarning(
            WarningCode.REPAIR_UNDOES_PYPI if is_newer else WarningCode.REPAIR_CHOICE,
            Severity.WARNING if is_newer else Severity.NOTE,
            f"The copy of {record.name} from PyPI goes; conda's {record.version} comes back.",
            _values(record, copies[0]),
            (_other(request, record, RepairKind.RESTORE_CONDA, RepairKind.HAND_TO_PYPI),),
        )


def _keeps_pypi(request: RepairRequest, ground: Ground, wishes: Wishes) -> Iterator[PlanWarning]:
    for record in wishes.dropped:
        copies = ground.copies_of(record)
        if copies:
            is_same = copies[0].version == record.version
            yield PlanWarning(
                WarningCode.REPAIR_CHOICE if is_same else WarningCode.REPAIR_KEEPS_PYPI,
                Severity.NOTE,
                f"{record.name} {copies[0].version} from PyPI stays; conda forgets its own.",
                (*_values(record, copies[0]), ("kept", "pypi")),
                (_other(request, record, RepairKind.HAND_TO_PYPI, RepairKind.RESTORE_CONDA),),
            )


def _values(record: Record, copy: Record) -> tuple[tuple[str, str], ...]:
    return (
        ("conda_version", record.version),
        ("package", record.name),
        ("pypi_version", copy.version),
    )


def _other(
    request: RepairRequest, record: Record, taken: RepairKind, other: RepairKind
) -> Alternative:
    def exchanged(step: RepairStep) -> RepairStep:
        is_meant = step.kind is taken and step.subject.lower() in (
            record.name.lower(),
            record.spelled.lower(),
        )
        return RepairStep(other, step.subject) if is_meant else step

    steps = tuple(exchanged(step) for step in request.steps)
    return Alternative(other.value, replace(request, steps=steps), (("package", record.name),))
