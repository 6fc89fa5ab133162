"""Let a basket follow what was chosen in the preview of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.errors import EngineError
from engine.pypi.requirements import parse_requirement
from engine.records import RecordKind
from engine.requests import ChangeRequest, ChannelPriority, UpdateScope
from gui.models.basket import (
    UPDATE_ALL,
    Basket,
    Wish,
    is_granted,
    wish_to_remove,
    wish_to_update,
)
from gui.models.offers import Installed, conda_wish, pypi_wish


def followed(
    basket: Basket, request: ChangeRequest, installed: Installed, usual: ChannelPriority
) -> Basket:
    """Return `basket` as it must be for `request` to come of it.

    Consent to overwrite files is not kept: it was given for one plan. `usual` is the priority of
    channels where nobody chose another one.
    """
    kept = tuple(wish for wish in basket.wishes if is_granted(wish, request))
    keys = {wish.key for wish in kept}
    fresh = tuple(wish for wish in _wishes_of(request, installed) if wish.key not in keys)
    scope = request.scope
    if scope is UpdateScope.ALL:
        fresh = (*fresh, UPDATE_ALL) if UPDATE_ALL not in kept else fresh
        scope = UpdateScope.KEEP
    return replace(
        basket,
        wishes=(*kept, *fresh),
        scope=scope,
        priority=None if request.priority is usual else request.priority,
    )


def _wishes_of(request: ChangeRequest, installed: Installed) -> Iterator[Wish]:
    conda, pypi = RecordKind.CONDA, RecordKind.PYPI
    for spec in request.add:
        yield conda_wish(spec, installed)
    for text in request.add_pypi:
        try:
            yield pypi_wish(parse_requirement(text), installed)
        except EngineError:  # it was read before, or there would be no plan of it
            continue
    for kind, updated, removed in (
        (conda, request.update, request.remove),
        (pypi, request.update_pypi, request.remove_pypi),
    ):
        for name in updated:
            if (record := installed.record(kind, name)) is not None:
                yield wish_to_update(record)
        for name in removed:
            if (record := installed.record(kind, name)) is not None:
                yield wish_to_remove(record)
