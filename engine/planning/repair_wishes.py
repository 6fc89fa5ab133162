"""Turn the wishes of a repair for packages into a change: from conda first, from PyPI else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from packaging.requirements import InvalidRequirement, Requirement

from engine.conda.addresses import spec_channel
from engine.errors import EngineError
from engine.planning.relaxing import EACH_SECONDS
from engine.planning.repair_steps import Ground, Wishes
from engine.planning.resolving import Standing, channels_of, resolve
from engine.pypi.names import carried
from engine.records import Record, SourceKind
from engine.requests import ChangeRequest, RepairRequest

_PLACED = (SourceKind.EDITABLE, SourceKind.LOCAL, SourceKind.URL)


async def change_for(
    request: RepairRequest, wishes: Wishes, ground: Ground, standing: Standing
) -> ChangeRequest:
    """Return the change of packages that a repair brings along; one without wishes changes none.

    What is missing comes from conda where a channel has it and nothing else would have to move
    for it, else from PyPI; what a conda package needs comes from conda alone. Raises
    EngineError about a channel.
    """
    change = ChangeRequest(
        prefix=request.prefix,
        channels=request.channels,
        priority=request.priority,
        add=("pip",) if wishes.adds_pip else (),
        add_pypi=tuple(_exactly(record) for record in wishes.reinstalled),
        remove_orphans=False,
    )
    for name in wishes.removed:
        if ground.pypi(name) is None and (record := ground.conda(name)) is not None:
            change = replace(change, remove=(*change.remove, record.name))
        else:
            change = replace(change, remove_pypi=(*change.remove_pypi, name))
    chooser = _Chooser(ground, standing)
    for text in dict.fromkeys((*wishes.wanted, *wishes.updated)):
        change = await chooser.with_wish(change, text)
    for text in wishes.from_conda:
        change = await chooser.with_wish(change, text, only_conda=True)
    return change


def _exactly(record: Record) -> str:
    if record.source.kind in _PLACED and record.url:
        return f"{record.name} @ {record.url}"
    return f"{record.name}=={record.version}"


class _Chooser:
    """Choose for each requirement who brings it."""

    def __init__(self, ground: Ground, standing: Standing) -> None:
        self._ground = ground
        self._standing = standing

    async def with_wish(
        self, change: ChangeRequest, text: str, *, only_conda: bool = False
    ) -> ChangeRequest:
        """Return `change` with the wish `text`.

        What `only_conda` may bring is not looked for on PyPI, where the same name can be that of
        something else altogether.
        """
        requirement = _parsed(text)
        if requirement is None:
            return self._as_conda_spells_it(change, text)
        if self._ground.pypi(requirement.name) is not None:
            return _from_pypi(change, text, requirement, is_there=True)
        owner = self._owner_of(requirement.name)
        if owner is not None:
            spec = f"{owner.name} {requirement.specifier}".strip()
            if requirement.specifier:
                return replace(change, add=(*change.add, spec))
            return replace(change, update=(*change.update, owner.name))
        if only_conda:
            return replace(change, add=(*change.add, text))
        for spec in await self._specs(change, requirement):
            tried = replace(change, add=(*change.add, spec), add_pypi=(), remove_pypi=())
            if await self._is_harmless(tried):
                return replace(change, add=(*change.add, spec))
        return _from_pypi(change, text, requirement, is_there=False)

    def _as_conda_spells_it(self, change: ChangeRequest, text: str) -> ChangeRequest:
        """Return `change` with a wish such as `zlib 1.2.*` or `channel::zlib`.

        Who names nothing but the channel that a package came from wants a newer one from there,
        and so it is asked for from now on.
        """
        channel, rest = spec_channel(text)
        standing, record = self._standing, self._ground.conda(rest)
        if record is None or record.source.url != channel or record.name not in standing.installed:
            return replace(change, add=(*change.add, text))
        asked = replace(standing.installed[record.name], requested=(f"{channel}::{record.name}",))
        standing.installed = {**standing.installed, record.name: asked}
        return replace(change, update=(*change.update, record.name))

    def _owner_of(self, name: str) -> Record | None:
        record = self._ground.conda(name)
        is_there = record is not None and record.name in self._standing.installed
        return record if is_there else None

    async def _specs(self, change: ChangeRequest, requirement: Requirement) -> Iterable[str]:
        if requirement.extras or requirement.url:
            return ()
        channels = channels_of(change, self._standing.configuration)
        repodata = await self._standing.repodata(channels)
        answer = carried(requirement.name, await repodata.names())
        return () if answer is None else (f"{answer.name} {requirement.specifier}".strip(),)

    async def _is_harmless(self, change: ChangeRequest) -> bool:
        try:
            found = await resolve(change, self._standing, timeout=EACH_SECONDS)
        except EngineError:
            return False
        return not found.moved


def _parsed(text: str) -> Requirement | None:
    try:
        return Requirement(text)
    except InvalidRequirement:
        return None


def _from_pypi(
    change: ChangeRequest, text: str, requirement: Requirement, *, is_there: bool
) -> ChangeRequest:
    if is_there and not requirement.specifier:
        return replace(change, update_pypi=(*change.update_pypi, requirement.name))
    bare = text.partition(";")[0].strip()
    return replace(change, add_pypi=(*change.add_pypi, bare))
