"""Warn of what a change of PyPI packages brings along; one rule, one function."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name

from engine.environments.outside import user_site
from engine.places import Places
from engine.plan import Alternative, PlanWarning, Severity, WarningCode
from engine.planning.distributing import Distribution
from engine.planning.pypi_scene import Answer, Broken
from engine.pypi.locking import NO_REASON, Pin, PinForm
from engine.pypi.names import carried
from engine.pypi.requirements import RequirementForm, Wanted
from engine.pypi.resolving import extras_in
from engine.pypi.settings import PYPI_HOST, PipSettings
from engine.records import Record
from engine.requests import ChangeRequest

_SPECIFIER: Final = re.compile(r"(?:===|~=)")


def _without_wish(request: ChangeRequest, text: str) -> ChangeRequest:
    return replace(request, add_pypi=tuple(each for each in request.add_pypi if each != text))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names)))


def conda_copy_warning(
    request: ChangeRequest, wanted: Sequence[Wanted], held: Mapping[str, Distribution]
) -> Iterator[PlanWarning]:
    """Tell that conda has what was asked for from PyPI, so that nothing happens (rule 1)."""
    for text, each in zip(request.add_pypi, wanted, strict=False):
        owned = held.get(each.name)
        if owned is None or each.form is not RequirementForm.NAME:
            continue
        rest = _without_wish(request, text)
        newer = replace(rest, update=tuple(dict.fromkeys((*rest.update, owned.conda))))
        overwrite = replace(request, overwrite=(*request.overwrite, each.name))
        yield PlanWarning(
            WarningCode.PYPI_HAS_CONDA_COPY,
            Severity.NOTE,
            f"{each.name} {owned.version} is there already, from conda, and stays.",
            (
                ("conda", owned.conda),
                ("packages", each.name),
                ("version", owned.version),
            ),
            (Alternative("update-from-conda", newer), Alternative("overwrite", overwrite)),
        )


def withdrawn_warning(
    request: ChangeRequest, wanted: Sequence[Wanted], pins: Iterable[Pin]
) -> Iterator[PlanWarning]:
    """Say that a release was withdrawn by its makers, which only an exact wish brings (PEP 592)."""
    for pin in pins:
        if not pin.withdrawn:
            continue
        asked = [
            (text, each)
            for text, each in zip(request.add_pypi, wanted, strict=False)
            if each.name == pin.name and each.exact
        ]
        offers: list[Alternative] = []
        for text, each in asked:
            plain = text.replace(each.specifier, "", 1) if each.specifier in text else each.name
            others = tuple(plain if one == text else one for one in request.add_pypi)
            wish = replace(request, add_pypi=others)
            offers.append(Alternative("any-version", wish, (("package", pin.name),)))
        values = [("packages", pin.name), ("version", pin.version)]
        if pin.withdrawn != NO_REASON:
            values.append(("why", pin.withdrawn.rstrip(".")))
        yield PlanWarning(
            WarningCode.RELEASE_WITHDRAWN,
            Severity.WARNING,
            f"The makers of {pin.name} withdrew version {pin.version}: {pin.withdrawn}.",
            tuple(values),
            tuple(offers),
        )


def extra_warning(
    request: ChangeRequest,
    wanted: Sequence[Wanted],
    pins: Iterable[Pin],
    held: Mapping[str, Distribution],
) -> Iterator[PlanWarning]:
    """Say that a package has no such extra, so that nothing comes along for it."""
    lacking = {pin.name: (pin.version, frozenset(pin.missing_extras)) for pin in pins}
    for text, each in zip(request.add_pypi, wanted, strict=False):
        version, missing = lacking.get(each.name, ("", frozenset[str]()))
        if each.name in held:
            known = {extra for need in held[each.name].requires for extra in extras_in(need)}
            version = held[each.name].version
            missing = frozenset(map(canonicalize_name, each.extras))
            missing -= frozenset(map(canonicalize_name, known))
        for extra in each.extras:
            if canonicalize_name(extra) not in map(canonicalize_name, missing):
                continue
            plain = re.sub(rf"(?<=[\[,])\s*{re.escape(extra)}\s*,?", "", text, count=1)
            plain = plain.replace(",]", "]").replace("[]", "")
            others = tuple(plain if one == text else one for one in request.add_pypi)
            yield PlanWarning(
                WarningCode.EXTRA_MISSING,
                Severity.WARNING,
                f"{each.name} {version} has no extra called {extra}: nothing comes along for it.",
                (("extra", extra), ("packages", each.name), ("version", version)),
                (
                    Alternative(
                        "without-extra", replace(request, add_pypi=others), (("extra", extra),)
                    ),
                ),
            )


def in_channel_warning(
    request: ChangeRequest,
    wanted: Sequence[Wanted],
    available: frozenset[str],
    present: frozenset[str],
) -> Iterator[PlanWarning]:
    """Offer from a channel what was asked for from PyPI (rule 2); `present` is there already."""
    for text, each in zip(request.add_pypi, wanted, strict=False):
        is_plain = each.form is RequirementForm.NAME and not (each.marker or each.index_url)
        if not is_plain or each.name in present:
            continue
        answer = carried(each.name, available)
        if answer is None:
            continue
        spec = answer.name
        if each.specifier and not _SPECIFIER.search(each.specifier):
            spec = f"{answer.name} {each.specifier}"
        rest = _without_wish(request, text)
        yield PlanWarning(
            WarningCode.PYPI_IN_CHANNEL,
            Severity.NOTE,
            f"{each.name} can also come from your channels, where it fits the others better.",
            (
                ("certainty", answer.certainty),
                ("conda", answer.name),
                ("packages", each.name),
            ),
            (
                Alternative(
                    "from-channel",
                    replace(rest, add=(*rest.add, spec)),
                    (("specs", spec),),
                ),
            ),
        )


def overwrite_warning(
    overwritten: Sequence[Distribution], broken: Sequence[str]
) -> Iterator[PlanWarning]:
    """Say whose files go and who breaks by what the user agreed to (rule 1)."""
    if overwritten:
        packages = _listed(each.conda for each in overwritten)
        then = f"; {_listed(broken)} will not work properly any more" if broken else ""
        yield PlanWarning(
            WarningCode.PYPI_OVERWRITES_CONDA,
            Severity.DANGER,
            f"PyPI overwrites packages that conda takes care of: {packages}{then}.",
            (("broken", _listed(broken)), ("packages", packages)),
        )


def copy_replaced_warning(arriving: Iterable[Record]) -> Iterator[PlanWarning]:
    """Say that conda brings what PyPI had, and that there will be one of it (rule 3)."""
    names = _listed(record.name for record in arriving)
    if names:
        yield PlanWarning(
            WarningCode.PYPI_COPY_REPLACED,
            Severity.NOTE,
            f"conda brings {names}; the copy from PyPI is removed.",
            (("packages", names),),
        )


def takes_over_warning(request: ChangeRequest, pins: Iterable[Pin]) -> Iterator[PlanWarning]:
    """Say that PyPI brings what conda's change takes away, because somebody needs it (rule 3)."""
    for pin in pins:
        users = pin.needed_by
        removed = (*request.remove_pypi, *users)
        without = replace(request, remove_pypi=tuple(dict.fromkeys(removed)))
        yield PlanWarning(
            WarningCode.PYPI_TAKES_OVER,
            Severity.WARNING,
            f"conda's {pin.name} goes and comes back from PyPI: {_listed(users)} needs it.",
            (("needed-by", _listed(users)), ("packages", pin.name), ("version", pin.version)),
            (Alternative("remove-dependents", without),) if users else (),
        )


def broken_warning(
    request: ChangeRequest,
    broken: Iterable[Broken],
    versions: Mapping[str, str],
    held: Mapping[str, Distribution],
) -> Iterator[PlanWarning]:
    """Name packages whose needs the change leaves unfulfilled (rule 3)."""
    by_name: dict[str, list[str]] = {}
    for each in broken:
        by_name.setdefault(each.name, []).append(each.requirement)
    for name, requirements in sorted(by_name.items()):
        removed = replace(request, remove_pypi=(*request.remove_pypi, name))
        specs = [spec for spec in (_conda_spec(text, held) for text in requirements) if spec]
        alternatives: list[Alternative] = []
        if len(specs) == len(requirements):
            names = {spec.split(" ")[0] for spec in specs}
            kept = replace(
                request,
                add=(
                    *(a for a in request.add if re.split(r"[\s=<>!~]", a)[0] not in names),
                    *specs,
                ),
                update=tuple(each for each in request.update if each not in names),
            )
            alternatives.append(Alternative("keep-range", kept, (("specs", ", ".join(specs)),)))
        if name not in held:
            alternatives.append(Alternative("remove-pypi", removed, (("packages", name),)))
        found = ", ".join(
            f"{need} {versions[need]}" if need in versions else f"no {need}"
            for need in sorted({_need_of(text) for text in requirements})
        )
        yield PlanWarning(
            WarningCode.PYPI_BROKEN,
            Severity.DANGER,
            f"{name} needs {', '.join(requirements)}, and there will be {found}.",
            (("found", found), ("needs", ", ".join(requirements)), ("packages", name)),
            tuple(alternatives),
        )


def _need_of(text: str) -> str:
    found = re.match(r"\s*([A-Za-z0-9._-]+)", text)
    return canonicalize_name(found[1]) if found else ""


def _conda_spec(text: str, held: Mapping[str, Distribution]) -> str:
    """Return the conda spec that keeps what the requirement `text` needs; empty without one."""
    owned = held.get(_need_of(text))
    wanted = re.sub(r"\[[^\]]*\]|[()\s]", "", text.partition(";")[0])
    bounds = re.sub(r"\A[A-Za-z0-9._-]+", "", wanted)
    if owned is None or not bounds or _SPECIFIER.search(bounds):
        return ""
    return f"{owned.conda} {bounds}"


def dependents_removed_warning(
    asked: Iterable[str], dependents: Iterable[str]
) -> Iterator[PlanWarning]:
    """Name PyPI packages that go because they need one that goes."""
    names, because = _listed(dependents), _listed(asked)
    if names:
        yield PlanWarning(
            WarningCode.PYPI_DEPENDENTS_REMOVED,
            Severity.WARNING,
            f"Without {because} these PyPI packages do not work, and go too: {names}.",
            (("because", because), ("packages", names)),
        )


def follow_warnings(
    request: ChangeRequest, answer: Answer, python: str, moved: Iterable[str]
) -> Iterator[PlanWarning]:
    """Say which PyPI packages are installed again for a new Python, and which cannot be."""
    names = _listed(moved)
    if names:
        yield PlanWarning(
            WarningCode.PYPI_REINSTALLED,
            Severity.NOTE,
            f"These PyPI packages are installed again for Python {python}: {names}.",
            (("packages", names), ("python", python)),
        )
    if answer.lost:
        lost = _listed(answer.lost)
        others = tuple(each for each in request.add if not re.match(r"python(\W|\Z)", each))
        keep = replace(
            request,
            add=others,
            update=tuple(name for name in request.update if name != "python"),
        )
        yield PlanWarning(
            WarningCode.PYPI_CANNOT_FOLLOW,
            Severity.DANGER,
            f"There is nothing of these PyPI packages for Python {python}, and they go: {lost}.",
            (("packages", lost), ("python", python)),
            (Alternative("keep-python", keep),) if keep != request else (),
        )


def code_warnings(pins: Iterable[Pin]) -> Iterator[PlanWarning]:
    """Say whose code runs while it is installed, and where it comes from (rule 5)."""
    built: list[str] = []
    for pin in pins:
        is_far = pin.form is PinForm.REPOSITORY or (
            pin.form is PinForm.FILE and not pin.location.startswith("file:")
        )
        if is_far:
            host = _place_of(pin.location)
            yield PlanWarning(
                WarningCode.RUNS_FOREIGN_CODE,
                Severity.WARNING,
                f"{pin.name} comes straight from {host}, which nobody has looked at for PyPI.",
                (("location", host), ("packages", pin.name)),
            )
        elif pin.needs_build:
            built.append(pin.name)
    if built:
        yield PlanWarning(
            WarningCode.SOURCE_BUILD,
            Severity.WARNING,
            f"These are built from their source on this computer: {_listed(built)}.",
            (("packages", _listed(built)),),
        )


def _place_of(location: str) -> str:
    """Return whose computer an address leads to, or which folder of this one."""
    address = urlsplit(location.partition("+")[2] or location)
    return address.hostname or address.path.partition("@")[0]


def index_warnings(wanted: Iterable[Wanted], settings: PipSettings) -> Iterator[PlanWarning]:
    """Say that another index than the user's own settings name is asked (rule 5)."""
    usual = {_host(settings.index_url) or PYPI_HOST, *map(_host, settings.extra_index_urls)}
    written = {
        _host(url) for each in wanted for url in (each.index_url, *each.extra_index_urls) if url
    }
    for host in sorted(written - usual):
        yield _index_warning(host, "requirement")
    if settings.site_index and _host(settings.index_url) != PYPI_HOST:
        yield _index_warning(_host(settings.index_url), "environment")


def _index_warning(host: str, reason: str) -> PlanWarning:
    return PlanWarning(
        WarningCode.OTHER_INDEX,
        Severity.WARNING,
        f"Packages are looked for at {host} instead of the usual place.",
        (("host", host), ("reason", reason)),
    )


def _host(url: str) -> str:
    parts = urlsplit(url)
    return parts.hostname or (parts.path if parts.scheme == "file" else "")


def user_site_warning(
    pins: Iterable[Pin], python: str, places: Places, platform: str = sys.platform
) -> Iterator[PlanWarning]:
    """Say that Python would take other copies, from the user's own folder, of what changes."""
    environ: Mapping[str, str] = {} if places.isolated else os.environ
    folder = user_site(places.home, python, environ, platform, Path())
    there: set[str] = set()
    with suppress(OSError):
        there = {
            canonicalize_name(entry.name.partition("-")[0])
            for entry in os.scandir(folder)
            if entry.name.endswith((".dist-info", ".egg-info"))
        }
    names = _listed(pin.name for pin in pins if pin.name in there)
    if names:
        yield PlanWarning(
            WarningCode.USER_SITE_LEAKS,
            Severity.WARNING,
            f"Python may take {names} from {folder} instead, where you have another copy.",
            (("folder", str(folder)), ("packages", names)),
        )


def settings_warnings(settings: PipSettings) -> Iterator[PlanWarning]:
    """Say that a file of pip's settings was left out."""
    for problem in settings.problems:
        yield PlanWarning(
            WarningCode.PIP_SETTINGS_UNREADABLE,
            Severity.WARNING,
            problem.summary,
            (("cause", problem.cause), ("path", problem.value("path"))),
        )
