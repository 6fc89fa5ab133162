"""Warn of what a change of conda packages brings along; one rule, one function."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from packaging.utils import canonicalize_name

from engine.health.values import RepairKind, RepairStep
from engine.plan import Alternative, Change, PlanWarning, Severity, WarningCode
from engine.planning.creating import CONDA_FORGE, OF_ANACONDA
from engine.planning.resolving import Resolution, minor_of
from engine.records import Record, RecordKind
from engine.replicas.ownership import SITE_PACKAGES, owned_key, read_owned
from engine.requests import ChangeRequest, RepairRequest, UpdateScope

_NAMED = 5


def keep_warning(resolution: Resolution) -> Iterator[PlanWarning]:
    """Warn that packages which nobody asked to change cannot stay as they are."""
    if resolution.moved:
        names = ", ".join(resolution.moved)
        yield PlanWarning(
            WarningCode.KEEP_IMPOSSIBLE,
            Severity.WARNING,
            f"Not everything else can stay as it is: {names} must change too.",
            (("packages", names),),
        )


def held_back_warning(
    request: ChangeRequest, changes: Iterable[Change], wider: Resolution | None
) -> Iterator[PlanWarning]:
    """Warn that an update does not happen while everything else stays; `wider` lets it."""
    changing = {change.name for change in changes}
    held = [name.lower() for name in request.update if name.lower() not in changing]
    if not held or wider is None:
        return
    before = {change.name: change for change in changes}
    possible = [
        (record.name, record.version)
        for record in wider.records
        if record.name in held and record.raw and record.name not in before
    ]
    if possible:
        names = ", ".join(name for name, _ in possible)
        yield PlanWarning(
            WarningCode.UPDATE_HELD_BACK,
            Severity.WARNING,
            f"A newer {names} needs other packages to change as well.",
            (
                ("packages", names),
                ("versions", ", ".join(version for _, version in possible)),
                ("others", ", ".join(wider.moved)),
            ),
            (Alternative("update-needed", replace(request, scope=UpdateScope.NEEDED)),),
        )


def incomplete_warning(
    request: ChangeRequest, owners: Mapping[str, str], after: Iterable[Record]
) -> Iterator[PlanWarning]:
    """Warn that a copy from PyPI leaves that took the place of files that conda brought.

    `owners` maps distributions to the conda packages that brought them.
    """
    staying = {record.name for record in after if not record.raw}
    names = [canonicalize_name(name) for name in request.remove_pypi]
    found = [(name, owners[name]) for name in names if owners.get(name) in staying]
    if not found:
        return
    packages = ", ".join(owner for _, owner in found)
    steps = tuple(RepairStep(RepairKind.RESTORE_CONDA, owner) for _, owner in found)
    repair = RepairRequest(request.prefix, request.channels, request.priority, steps)
    rest = tuple(each for each in request.remove_pypi if canonicalize_name(each) not in dict(found))
    kept = replace(request, remove_pypi=rest)
    is_all = kept == ChangeRequest(
        request.prefix,
        request.channels,
        request.priority,
        request.scope,
        remove_orphans=request.remove_orphans,
    )
    values = (("package", packages),)
    yield PlanWarning(
        WarningCode.CONDA_INCOMPLETE,
        Severity.DANGER,
        f"The copy from PyPI took the place of conda's files, so {packages} would be without them.",
        (("is-all", "yes" if is_all else ""), ("packages", packages)),
        (
            Alternative("restore-conda", repair, values),
            *(() if is_all else (Alternative("keep-pypi", kept, values),)),
        ),
    )


def dependents_warning(resolution: Resolution) -> Iterator[PlanWarning]:
    """Warn of packages that go because they need one that goes."""
    going = resolution.leaving
    if going.dependents:
        names, because = ", ".join(going.dependents), ", ".join(going.asked)
        yield PlanWarning(
            WarningCode.REMOVES_DEPENDENTS,
            Severity.WARNING,
            f"Without {because} these do not work, and go too: {names}.",
            (("packages", names), ("because", because)),
        )


def python_warning(before: Iterable[Record], after: Iterable[Record]) -> Iterator[PlanWarning]:
    """Warn that Python goes, and with it the packages from PyPI."""
    records = tuple(before)
    names = ", ".join(record.name for record in records if record.kind is RecordKind.PYPI)
    old = minor_of(_named(records, "python"))
    if names and old and _named(after, "python") is None:
        yield PlanWarning(
            WarningCode.PYTHON_CHANGES,
            Severity.WARNING,
            f"Python {old} goes, and with it the packages from PyPI: {names}.",
            (("from", old), ("to", ""), ("packages", names)),
        )


def pip_warning(
    request: ChangeRequest, before: Iterable[Record], after: Iterable[Record]
) -> Iterator[PlanWarning]:
    """Warn of an environment with Python and without a pip of its own."""
    had, has = _named(before, "pip") is not None, _named(after, "pip") is not None
    if _named(after, "python") is None or has:
        return
    is_wanted = any(name.lower() == "pip" for name in request.remove)
    offer = replace(request, add=(*request.add, "pip"))
    yield PlanWarning(
        WarningCode.NO_PIP,
        Severity.WARNING if had else Severity.NOTE,
        "The environment has no pip of its own: pip commands typed in it would change another "
        "Python.",
        (("reason", "removed" if had else "missing"),),
        () if is_wanted else (Alternative("with-pip", offer),),
    )


def mixed_warning(
    request: ChangeRequest, before: Iterable[Record], after: Iterable[Record]
) -> Iterator[PlanWarning]:
    """Warn that a change mixes packages of defaults with those of conda-forge."""
    if len(set(_families(before))) > 1:
        return
    families = _families(after)
    if len(set(families)) < 2:
        return
    others = tuple(
        each for each in request.channels if each not in OF_ANACONDA and "pkgs/" not in each
    )
    is_other_way = bool(others) and others != request.channels
    yield PlanWarning(
        WarningCode.CHANNELS_MIXED,
        Severity.WARNING,
        "Packages of defaults and of conda-forge are mixed; they are not built to go together.",
        (("channels", ", ".join(sorted(set(families.values())))),),
        (Alternative("without-defaults", replace(request, channels=others)),)
        if is_other_way
        else (),
    )


class _Families(dict[str, str]):
    """Map families of channels to one of their names."""


def _families(records: Iterable[Record]) -> _Families:
    found = _Families()
    for record in records:
        name = record.source.name
        if record.kind is not RecordKind.CONDA:
            continue
        if name.rpartition("/")[2] == CONDA_FORGE:
            found["forge"] = name
        elif name in OF_ANACONDA or name.startswith("pkgs/"):
            found["anaconda"] = name
    return found


def clobber_warning(
    prefix: Path, cache: Path, fresh: Iterable[Record], after: Iterable[Record]
) -> Iterator[PlanWarning]:
    """Warn of files that two packages have, as far as the package cache tells."""
    records = tuple(after)
    staying = {record.spelled for record in records if not record.raw}
    site = _site_packages(_named(records, "python"))
    coming = [
        (record.spelled, path.replace(SITE_PACKAGES, site, 1) if is_python else path)
        for record in fresh
        for is_python in (record.noarch == "python",)
        for path in _packed(cache / record.spelled)
    ]
    there = read_owned(prefix, {owned_key(place) for _, place in coming})
    owners = {path: file.package for path, file in there.items() if file.package in staying}
    found: dict[tuple[str, str], list[str]] = {}
    for spelled, place in coming:
        owner = owners.setdefault(owned_key(place), spelled)
        if owner != spelled:
            found.setdefault((owner, spelled), []).append(place)
    for (owner, other), paths in found.items():
        yield PlanWarning(
            WarningCode.FILES_CLOBBERED,
            Severity.WARNING,
            f"{owner} and {other} have files in common; those of one are set aside.",
            (
                ("packages", f"{_name(owner)}, {_name(other)}"),
                ("count", str(len(paths))),
                ("files", ", ".join(sorted(paths)[:_NAMED])),
            ),
        )


def _packed(unpacked: Path) -> list[str]:
    with suppress(OSError, ValueError, KeyError, TypeError):
        document = json.loads((unpacked / "info" / "paths.json").read_bytes())
        return [str(entry["_path"]) for entry in document["paths"]]
    return []


def _site_packages(python: Record | None) -> str:
    if python is None:
        return SITE_PACKAGES
    if python.subdir.startswith("win-"):
        return f"Lib/{SITE_PACKAGES}"
    return f"lib/python{minor_of(python)}/{SITE_PACKAGES}"


def _name(spelled: str) -> str:
    return spelled.rsplit("-", 2)[0]


def _named(records: Iterable[Record], name: str) -> Record | None:
    return next((record for record in records if record.name == name), None)


def old_channels_warning(resolution: Resolution) -> Iterator[PlanWarning]:
    """Warn of channels that could not be reached, of which only the cache speaks."""
    for name in resolution.repodata.old if resolution.repodata is not None else ():
        yield PlanWarning(
            WarningCode.REPODATA_OLD,
            Severity.NOTE,
            f"The channel {name} could not be reached; what it had when last read is shown.",
            (("channel", name),),
        )


def changes_between(
    before: Mapping[str, Record], after: Mapping[str, Record]
) -> tuple[tuple[str, Record | None, Record | None], ...]:
    """Return the names that differ, with what was and what will be, sorted."""
    pairs = [(name, before.get(name), after.get(name)) for name in {*before, *after}]
    different = [pair for pair in pairs if pair[1] is None or pair[2] is None or pair[2].raw]
    return tuple(sorted(different, key=lambda pair: pair[0]))
