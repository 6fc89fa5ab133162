"""Plan the PyPI half of a change, for the environment as it will be after conda's half."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from engine.conda.condarc import CondaConfiguration
from engine.conda.meta import CondaMeta
from engine.errors import EngineError
from engine.places import Places
from engine.plan import Change, ChangeKind, Figures, PlanWarning
from engine.planning import pypi_warnings as rules
from engine.planning.channel_offers import ChannelOffers
from engine.planning.distributing import Distribution, unmet
from engine.planning.figures import UNPACKED_PER_ARCHIVE
from engine.planning.parts import PypiPart
from engine.planning.pypi_conflicts import broken_by, conflict_warning, other_name_warning
from engine.planning.pypi_ground import Ground, by_name
from engine.planning.pypi_refused import refused_warning
from engine.planning.pypi_scene import REFUSALS, Answer, Broken, Scene, work_out
from engine.planning.wishing import users_of
from engine.pypi.complaints import without_logins
from engine.pypi.distributions import PYPI
from engine.pypi.locking import Lock, Pin, PinForm, write_lock
from engine.pypi.names import carried, same_files
from engine.pypi.requirements import Wanted
from engine.pypi.running import open_uv
from engine.records import Record, RecordKind, Source, SourceKind, State
from engine.requests import ChangeRequest

if TYPE_CHECKING:
    from engine.conda.repodata import Repodata


async def plan_pypi(
    request: ChangeRequest,
    before: State,
    conda_after: tuple[Record, ...],
    places: Places,
    configuration: CondaConfiguration,
    *,
    solves: Callable[[ChangeRequest], Awaitable[bool]] | None = None,
    offering: bool = True,
    meta: CondaMeta | None = None,
    opens: Callable[[tuple[str, ...]], Awaitable[Repodata]] | None = None,
) -> PypiPart:
    """Return what becomes of the PyPI packages of `request.prefix`; nothing there is touched.

    `conda_after` are all conda records after the change; those that stay are the installed ones. A
    wish that cannot be had, or not without breaking something, is a blocking warning with what
    would work, best first; `solves` is asked whether conda can do its half of that. `meta` is what
    conda-meta tells and `opens` opens channels, where others needed that, too. For worker
    processes: asking channels loads rattler. Raises EngineError: requirement-invalid,
    distribution-unknown (to remove or update), index-unreachable, index-needs-login, timed-out;
    when not `offering` also what cannot be had: distribution-unknown, no-wheel,
    pypi-unsatisfiable, source-build-failed.
    """
    states = (before, conda_after)
    ground = await asyncio.to_thread(Ground.of, request, states, places, configuration, meta)
    wanted = ground.wanted
    if not wanted and not ground.mine and not ground.gone:
        return PypiPart(records=ground.unreadable)
    if not ground.python_after:
        return ground.without_python()
    offers = ChannelOffers(request.channels, places, configuration, solves, opens)
    scene = ground.scene(open_uv(places, site=request.prefix, index=request.index), places)
    try:
        answer = await work_out(scene)
    except EngineError as error:
        if error.code not in REFUSALS:
            raise
        if not offering:
            raise
        warning = await _blocking(scene, error, offers)
        return PypiPart(before.of(RecordKind.PYPI), warnings=(warning,))
    blocked = other_name_warning(request, answer.pins, ground.conda_now, wanted)
    if blocked is not None:
        return PypiPart(before.of(RecordKind.PYPI), warnings=(blocked,))
    available: frozenset[str] = frozenset()
    if wanted:
        with suppress(EngineError):  # what cannot be reached offers nothing
            available = await _carried(wanted, offers)
    return await asyncio.to_thread(_part, ground, scene, answer, available, places)


async def _carried(wanted: Iterable[Wanted], offers: ChannelOffers) -> frozenset[str]:
    """Return the conda packages that are what is `wanted`, in a version that is."""
    names = await offers.names()
    found: set[str] = set()
    for each in wanted:
        answer = carried(each.name, names)
        if answer is not None and await offers.has(answer.name, each.specifier):
            found.add(answer.name)
    return frozenset(found)


async def _blocking(scene: Scene, error: EngineError, offers: ChannelOffers) -> PlanWarning:
    try:
        return await conflict_warning(scene, error, offers)
    except EngineError as refusal:
        if refusal.code not in REFUSALS:
            raise
        return await refused_warning(scene, refusal, offers)


def _part(
    ground: Ground,
    scene: Scene,
    answer: Answer,
    available: frozenset[str],
    places: Places,
) -> PypiPart:
    request = ground.request
    there = {record.name: record for record in ground.mine}
    pins = tuple(
        replace(pin, requested=pin.requested or bool(_requested(there.get(pin.name))))
        for pin in _carrying_editable(answer.pins, there)
        if scene.python_version or _is_news(pin, there.get(pin.name), scene.asked)
    )
    new = {pin.name: _record(pin, there.get(pin.name)) for pin in pins}
    stays = [each for each in ground.mine if each.name not in new and each.name not in answer.lost]
    lost = [each for each in ground.mine if each.name in answer.lost]
    removed = (*ground.gone, *lost)
    owned = {each.name: each for each in ground.conda_now}
    overwritten = _overwritten(pins, owned)
    moved = {pin.name: pin.version for pin in pins if pin.name in owned}
    records = tuple(sorted((*stays, *new.values(), *ground.unreadable), key=by_name))
    was_owned = {each.name for each in ground.conda_before} - owned.keys()
    full = replace(scene, held=ground.conda_now)
    broken = broken_by(full, moved) if moved else ()
    warnings = (
        *rules.overwrite_warning(overwritten, broken),
        *rules.follow_warnings(
            request,
            answer,
            ground.python_after,
            (n for n in new if n in there and scene.python_version),
        ),
        *rules.broken_warning(
            request,
            (*answer.broken, *_left_alone(full, records, broken)),
            {each.name: each.version for each in (*ground.conda_now, *records)},
            owned,
        ),
        *rules.takes_over_warning(
            request,
            (pin for pin in pins if pin.name in was_owned and pin.name not in scene.asked),
        ),
        *rules.dependents_removed_warning(
            (each.name for each in ground.asked), (each.name for each in ground.dependents)
        ),
        *rules.copy_replaced_warning(ground.arriving),
        *rules.withdrawn_warning(request, ground.wanted, pins),
        *rules.code_warnings(pins),
        *(rules.index_warnings(ground.wanted, scene.uv.settings) if pins else ()),
        *rules.user_site_warning(pins, ground.python_after, places),
        *rules.extra_warning(request, ground.wanted, answer.pins, owned),
        *rules.conda_copy_warning(request, ground.wanted, {e.name: e for e in scene.held}),
        *rules.in_channel_warning(request, ground.wanted, available, frozenset((*owned, *there))),
        *(rules.settings_warnings(scene.uv.settings) if pins else ()),
    )
    before_linking = tuple(record.name for record in removed)
    if scene.python_version:
        before_linking += tuple(each.name for each in ground.mine if each.name not in answer.lost)
    lock = Lock(
        pins=pins,
        removed=tuple(dict.fromkeys(before_linking)),
        overwritten=tuple(sorted(ground.overwritten & moved.keys())),
        agreed=tuple(sorted({each.conda for each in overwritten} - {""})),
        after=tuple((each.name, each.version) for each in records if each.problem is None),
        index_url=next((each.index_url for each in ground.wanted if each.index_url), ""),
        extra_index_urls=tuple(url for each in ground.wanted for url in each.extra_index_urls),
        index=request.index,
    )
    return PypiPart(
        records=records,
        changes=_changes(ground, scene, new, pins, removed),
        warnings=warnings,
        figures=_figures(pins, removed),
        lock=write_lock(lock),
    )


def _overwritten(
    pins: Iterable[Pin], owned: Mapping[str, Distribution]
) -> tuple[Distribution, ...]:
    """Return the distributions of conda whose files `pins` replace, under whatever name."""
    names = {name for pin in pins for name in (pin.name, *same_files(pin.name))}
    return tuple(each for name, each in owned.items() if name in names)


def _left_alone(scene: Scene, records: Iterable[Record], told: Sequence[str]) -> Iterator[Broken]:
    """Yield what conda's distributions need and lose, but for those `told` of already."""
    after = {
        **{each.name: each.version for each in scene.held},
        **{record.name: record.version for record in records},
    }
    for each in scene.held:
        if each.name not in told:
            was_unmet = unmet(each.requires, scene.before, scene.markers)
            for text in unmet(each.requires, after, scene.markers):
                if text not in was_unmet:
                    yield Broken(each.name, text)


def _requested(record: Record | None) -> tuple[str, ...]:
    return record.requested if record is not None else ()


def _is_news(pin: Pin, there: Record | None, asked: frozenset[str]) -> bool:
    if there is None or pin.version != there.version:
        return True
    return pin.name in asked and bool(pin.location)


def _carrying_editable(pins: Iterable[Pin], there: Mapping[str, Record]) -> Iterable[Pin]:
    for pin in pins:
        old = there.get(pin.name)
        is_editable = old is not None and old.source.kind is SourceKind.EDITABLE
        is_editable |= pin.editable
        yield replace(pin, editable=is_editable) if pin.form is PinForm.FOLDER else pin


def _record(pin: Pin, old: Record | None) -> Record:
    sha256 = [each.removeprefix("sha256:") for each in pin.hashes if each.startswith("sha256:")]
    is_asked = pin.requested or (old is not None and bool(old.requested))
    return Record(
        kind=RecordKind.PYPI,
        name=pin.name,
        version=pin.version,
        source=_source(pin),
        requested=(pin.name,) if is_asked else (),
        summary=old.summary if old is not None else "",
        license=old.license if old is not None else "",
        archive_bytes=pin.size,
        url=_public(pin.location),
        sha256=sha256[0] if len(sha256) == 1 else "",
    )


def _source(pin: Pin) -> Source:
    if not pin.location:
        return PYPI
    address = urlsplit(pin.location.partition("+")[2] or pin.location)
    last = unquote(address.path.rstrip("/").rpartition("/")[2])
    if pin.form is PinForm.REPOSITORY:
        last = last.partition("@")[0]
    if pin.form is PinForm.FOLDER:
        return Source(SourceKind.EDITABLE if pin.editable else SourceKind.LOCAL, last, pin.location)
    if address.scheme == "file":
        return Source(SourceKind.LOCAL, last, pin.location)
    return Source(SourceKind.URL, address.hostname or last, _public(pin.location))


def _public(location: str) -> str:
    """Return an address as it may be shown; only the lock, for the installer, keeps its login."""
    return without_logins(location) if "://" in location else location


def _changes(
    ground: Ground,
    scene: Scene,
    new: Mapping[str, Record],
    pins: Iterable[Pin],
    removed: Iterable[Record],
) -> tuple[Change, ...]:
    there = {record.name: record for record in ground.mine}
    owned = {each.name for each in ground.conda_now}
    named = {canonicalize_name(name) for name in ground.request.update_pypi} | scene.asked
    used = users_of((*ground.mine, *ground.gone))
    orphans = {record.name: used.get(record.key, ()) for record in ground.orphans}
    found = [
        Change(ChangeKind.REMOVE, each.name, each, None, orphans.get(each.name, ()))
        for each in removed
    ]
    for pin in pins:
        old, record = there.get(pin.name), new[pin.name]
        users = () if pin.requested or pin.name in named else pin.needed_by
        kind = _kind(old, record)
        if pin.name in owned and old is None:
            kind = ChangeKind.REPLACE
        found.append(Change(kind, pin.name, old, record, users, is_local=pin.is_at_hand))
    return tuple(sorted(found, key=lambda each: (bool(each.needed_by), each.name)))


def _kind(old: Record | None, new: Record) -> ChangeKind:
    if old is None:
        return ChangeKind.ADD
    try:
        was, will = Version(old.version), Version(new.version)
    except InvalidVersion:
        return ChangeKind.REPLACE
    if was == will or old.source.kind is not new.source.kind:
        return ChangeKind.REPLACE
    return ChangeKind.UPDATE if will > was else ChangeKind.DOWNGRADE


def _figures(pins: Sequence[Pin], removed: Iterable[Record]) -> Figures:
    size = sum(pin.size or 0 for pin in pins)
    return Figures(
        download_bytes=sum(pin.size or 0 for pin in pins if not pin.is_at_hand),
        disk_bytes=size * UNPACKED_PER_ARCHIVE,
        freed_bytes=sum(record.installed_bytes or 0 for record in removed),
        packages=len(pins),
    )
