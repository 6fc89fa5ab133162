"""Work the PyPI packages of a change out: first with all others as they are, then with less."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from packaging.utils import canonicalize_name

from engine.errors import EngineError, ErrorCode
from engine.planning.distributing import Distribution, is_met, needs, unmet
from engine.pypi.locking import Pin
from engine.pypi.requirements import RequirementForm, Wanted
from engine.pypi.resolving import Question, Release, constraint_of, extras_in, resolve
from engine.pypi.running import Uv
from engine.records import Record, SourceKind
from engine.requests import ChangeRequest, UpdateScope

LOCAL_SOURCES = (SourceKind.EDITABLE, SourceKind.LOCAL, SourceKind.URL)
REFUSALS = (
    ErrorCode.PYPI_UNSATISFIABLE,
    ErrorCode.NO_WHEEL,
    ErrorCode.DISTRIBUTION_UNKNOWN,
    ErrorCode.SOURCE_BUILD_FAILED,
)
_NOTHING_THERE = (ErrorCode.DISTRIBUTION_UNKNOWN, ErrorCode.NO_WHEEL)


@dataclass(frozen=True, slots=True)
class Broken:
    """Say whose requirement is not fulfilled any more; `requirement` is as it is written."""

    name: str
    requirement: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold the releases to have, and what had to give way for them.

    `broken` stay with a requirement that conda's packages no longer fulfil; `lost` are gone,
    because there is nothing of them for the new Python.
    """

    pins: tuple[Pin, ...] = ()
    broken: tuple[Broken, ...] = ()
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """Hold what the PyPI part starts from.

    `mine` are the PyPI records that stay, `held` the distributions that conda owns afterwards (not
    those that may be overwritten). `before` maps every distribution to its version as it is now.
    `python_version` is that of the new Python where its minor version changes, else empty. Of
    `stuck` packages the index offers nothing: they stay when everything is updated.
    """

    request: ChangeRequest
    uv: Uv
    question: Question
    markers: Mapping[str, str]
    wanted: tuple[Wanted, ...]
    mine: tuple[Record, ...]
    held: tuple[Distribution, ...]
    before: Mapping[str, str]
    python_version: str = ""
    stuck: frozenset[str] = frozenset()

    @property
    def asked(self) -> frozenset[str]:
        """Return the names that the user wants to add or update."""
        return frozenset(wanted.name for wanted in self.wanted if wanted.name)

    @property
    def renewed(self) -> frozenset[str]:
        """Return the PyPI packages that shall become the newest."""
        renewable = frozenset(each.name for each in self.mine if not is_local(each))
        if self.request.scope is UpdateScope.ALL:
            return renewable - (self.stuck - self.named)
        return renewable & self.named

    @property
    def named(self) -> frozenset[str]:
        """Return the PyPI packages that the user wants to update, as opposed to all."""
        return frozenset(canonicalize_name(name) for name in self.request.update_pypi)

    @property
    def versions(self) -> dict[str, str]:
        """Return every distribution as it would be if PyPI's stayed as they are."""
        return {
            **{record.name: record.version for record in self.mine},
            **{each.name: each.version for each in self.held},
        }

    def hurt(self) -> tuple[Broken, ...]:
        """Return the requirements of PyPI packages that the change of conda's would break."""
        after = self.versions
        return tuple(
            Broken(record.name, text)
            for record in self.mine
            if record.name not in self.asked
            for text in unmet(self.own_needs(record), after, self.markers)
        )

    def own_needs(self, record: Record) -> tuple[str, ...]:
        """Return the requirements of a PyPI package, without those that are unfulfilled already.

        What was broken before is no reason to refuse a change.
        """
        broken = unmet(record.depends, self.before, self.markers)
        return tuple(text for text in record.depends if text not in broken)


def is_local(record: Record) -> bool:
    """Return whether a PyPI package came from a folder, a file or an address of its own."""
    return record.source.kind in LOCAL_SOURCES


async def work_out(scene: Scene) -> Answer:
    """Return the releases to have; raises EngineError as `resolve` does."""
    if scene.python_version:
        return await _follow(scene)
    hurt = scene.hurt()
    if not scene.wanted and not scene.renewed and not hurt:
        return Answer()
    try:
        return Answer(await resolve(_keeping(scene), scene.uv))
    except EngineError as error:
        if error.code not in REFUSALS:
            raise
        name = canonicalize_name(error.failure.value("package"))
        if error.code in _NOTHING_THERE and name in scene.renewed - scene.named - scene.asked:
            return await work_out(replace(scene, stuck=scene.stuck | {name}))
        refusal = error
    if scene.request.scope is not UpdateScope.ONLY:
        pins = await _freely(scene)
        if pins is not None:
            return Answer(pins)
    if hurt:
        try:
            return Answer(await resolve(_keeping(scene, hurt), scene.uv), broken=hurt)
        except EngineError as error:
            if error.code not in REFUSALS:
                raise
    raise refusal


def _keeping(scene: Scene, given_up: Iterable[Broken] = ()) -> Question:
    """Return the question in which every PyPI package that nobody asked about stays."""
    lost = set(given_up)
    renewed = scene.renewed - {each.name for each in lost}
    kept: list[Release] = []
    free: list[Release] = []
    for record in scene.mine:
        if record.name in scene.asked and _is_exchanged(scene, record):
            continue
        if record.name in renewed or record.name in scene.asked:
            free.append(Release(record.name, record.version))
            continue
        requires = tuple(
            text for text in scene.own_needs(record) if Broken(record.name, text) not in lost
        )
        kept.append(Release(record.name, record.version, requires))
    return replace(_asked_with(scene, kept, free), renewed=tuple(sorted(renewed)))


async def _freely(scene: Scene) -> tuple[Pin, ...] | None:
    """Return the answer when PyPI packages may change for others, None when there is none."""
    stuck = {record.name for record in scene.mine if is_local(record)}
    if not any(release.name not in stuck for release in _keeping(scene).kept):
        return None
    for _ in range(len(scene.mine) + 1):
        question = _keeping(scene)
        free = [Release(k.name, k.version) for k in question.kept if k.name not in stuck]
        kept = tuple(release for release in question.kept if release.name in stuck)
        freed = replace(question, kept=kept, free=(*question.free, *free))
        try:
            return await resolve(freed, scene.uv)
        except EngineError as error:
            if error.code not in REFUSALS:
                raise
            # A release that the index does not offer any more can only stay as it is.
            name = canonicalize_name(error.failure.value("package"))
            if name in stuck or name not in {release.name for release in free}:
                return None
            stuck.add(name)
    return None


def _is_exchanged(scene: Scene, record: Record) -> bool:
    """Return whether the user names another file or address for an installed package."""
    forms = [each.form for each in scene.wanted if each.name == record.name]
    return is_local(record) or any(form is not RequirementForm.NAME for form in forms)


def _asked_with(scene: Scene, kept: Iterable[Release], free: Iterable[Release]) -> Question:
    return replace(
        scene.question,
        python_version=scene.python_version,
        wanted=scene.wanted,
        held=tuple(_held(scene, each) for each in scene.held),
        kept=tuple(kept),
        free=tuple(free),
        renewed=tuple(sorted(scene.renewed)),
        constraints=_constraints(scene),
    )


def _held(scene: Scene, owned: Distribution) -> Release:
    """Return one of conda's distributions with what the extras need that are asked for of it."""
    extras = {
        canonicalize_name(extra)
        for wanted in scene.wanted
        if wanted.name == owned.name
        for extra in wanted.extras
    }
    needed = (
        text
        for text in (owned.requires if extras else ())
        if not extras.isdisjoint(map(canonicalize_name, extras_in(text)))
    )
    return Release(owned.name, owned.version, tuple(needed))


def _constraints(scene: Scene) -> tuple[str, ...]:
    """Return what conda's packages need of distributions that conda does not own."""
    owned = {each.name for each in scene.held}
    overwritten = {canonicalize_name(name) for name in scene.request.overwrite}
    found: dict[str, None] = {}
    for each in scene.held:
        for text, requirement in needs(each.requires, scene.markers):
            name = canonicalize_name(requirement.name)
            if name in owned or name in overwritten:
                continue
            if name in scene.before and not is_met(requirement, scene.before):
                continue
            constraint = constraint_of(text)
            if constraint:
                found[constraint] = None
    return (*found, *scene.request.constraints)


async def _follow(scene: Scene) -> Answer:
    """Return the releases for a new Python, without those of which there are none for it."""
    staying = scene.mine
    lost: list[str] = []
    try:
        return Answer(await resolve(_anew(scene, staying), scene.uv))
    except EngineError as error:
        if error.code not in REFUSALS or not staying:
            raise
        refusal = error
    for record in scene.mine:
        if record.name in scene.asked:
            continue
        try:
            await resolve(replace(_anew(scene, (record,)), wanted=_moved((record,))), scene.uv)
        except EngineError as error:
            if error.code not in REFUSALS:
                raise
            lost.append(record.name)
    staying = tuple(record for record in staying if record.name not in lost)
    for _ in range(len(staying) + 1):
        try:
            return Answer(await resolve(_anew(scene, staying), scene.uv), lost=tuple(sorted(lost)))
        except EngineError as error:
            if error.code not in REFUSALS:
                raise
            rest = [record for record in staying if record.name not in scene.asked]
            if not rest:
                raise refusal from error
            # They fit alone and not together: the one nobody asked for goes first.
            last = min(rest, key=lambda record: (bool(record.requested), record.name))
            lost.append(last.name)
            staying = tuple(record for record in staying if record is not last)
    raise refusal


def _anew(scene: Scene, records: Iterable[Record]) -> Question:
    chosen = tuple(record for record in records if record.name not in scene.asked)
    free = [Release(record.name, record.version) for record in chosen if not is_local(record)]
    question = _asked_with(scene, (), free)
    return replace(question, wanted=(*scene.wanted, *_moved(chosen)))


def _moved(records: Iterable[Record]) -> tuple[Wanted, ...]:
    """Return how packages from folders and addresses are asked for again."""
    forms = {SourceKind.EDITABLE: RequirementForm.FOLDER, SourceKind.LOCAL: RequirementForm.FOLDER}
    return tuple(
        Wanted(
            forms.get(record.source.kind, RequirementForm.URL),
            f"{record.name} @ {record.url}",
            record.name,
            location=record.url,
        )
        for record in records
        if is_local(record)
    )
