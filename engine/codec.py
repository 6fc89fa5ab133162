"""Turn the engine's values into JSON and back, for plans, journals and the worker protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final, TypeVar, cast, get_args

import msgspec
from cattrs import Converter
from cattrs.errors import BaseValidationError

from engine.cache.values import DiskPicture, DiskProgress, EnvironmentParts
from engine.errors import EngineError, ErrorCode
from engine.files.assigned import Assignment
from engine.files.values import Reading
from engine.health.values import Health
from engine.messages import (
    ErrorDocument,
    HealthAnswer,
    Names,
    PackageVersions,
    Query,
    SettledMessage,
    SizesMessage,
    WorkMessage,
)
from engine.plan import Plan
from engine.requests import Request
from engine.updates import Updates

T = TypeVar("T")
Look = DiskProgress | DiskPicture


_UNIONS: Final = (
    (Request, "request"),
    (WorkMessage, "message"),
    (Query, "query"),
    (Look, "look"),
    (HealthAnswer, "answer"),
)
_KINDS: Final = (
    Names,
    PackageVersions,
    SizesMessage,
    SettledMessage,
    ErrorDocument,
    Plan,
    Updates,
    Reading,
    Assignment,
    Health,
    EnvironmentParts,
)
_prepared: set[type] = set()


def prepare(
    kinds: Iterable[type] | None = None, breathe: Callable[[], object] | None = None
) -> None:
    """Work out once how values travel: those of `kinds`, else of every kind; in any thread.

    That takes a tenth of a second for all of them, and without it whoever comes first with a value
    waits for it. `breathe` is called between small pieces of that work, which holds the
    interpreter: there a thread can let others go on.
    """
    converter = _converter()
    unions = (member for union, _ in _UNIONS for member in get_args(union))
    for kind in (*unions, *_KINDS) if kinds is None else kinds:
        if kind in _prepared:
            continue
        for work_out in (converter.get_structure_hook, converter.get_unstructure_hook):
            work_out(kind)
            if breathe is not None:
                breathe()
        _prepared.add(kind)


@cache
def _converter() -> Converter:
    converter = Converter()
    converter.register_unstructure_hook(Path, str)
    converter.register_structure_hook(Path, lambda text, _: Path(text))
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
    for union, tag in _UNIONS:
        _register_union(converter, union, tag)
    return converter


def _register_union(converter: Converter, union: object, tag: str) -> None:
    """Let the values of `union` travel with the name of their class under `tag`.

    The strategy of cattrs does the same, but works every class out at once, for each union anew.
    """
    members: dict[str, type[object]] = {member.__name__: member for member in get_args(union)}

    def structure(tree: dict[str, object], _: object) -> object:
        rest = dict(tree)
        return converter.structure(rest, members[str(rest.pop(tag))])

    def unstructure(value: object) -> dict[str, object]:
        return {**converter.unstructure(value, type(value)), tag: type(value).__name__}

    converter.register_structure_hook(union, structure)
    converter.register_unstructure_hook(union, unstructure)


def encode(value: object, as_type: object | None = None) -> bytes:
    """Return `value` as one line of UTF-8 JSON; `as_type` names the union it belongs to, if any.

    Paths that are not valid UTF-8 survive: their odd bytes travel as escaped surrogates.
    """
    tree = _converter().unstructure(value, unstructure_as=as_type)
    try:
        return msgspec.json.encode(tree)
    except UnicodeEncodeError:
        import json

        return json.dumps(tree, ensure_ascii=True).encode()


def decode(data: bytes | str, as_type: type[T]) -> T:
    """Return the value of type `as_type` that `data` holds.

    Raises EngineError (plan-unreadable) when `data` is not JSON or not of that shape.
    """
    import json

    try:
        return _converter().structure(json.loads(data), as_type)
    except (ValueError, TypeError, KeyError, RecursionError, BaseValidationError) as error:
        raise EngineError(
            ErrorCode.PLAN_UNREADABLE,
            "This file does not hold what Envdesk expected.",
            detail=str(error),
        ) from error


def decode_message(line: bytes) -> WorkMessage:
    """Return what a worker said in one line; raises EngineError when it is no message."""
    return cast("WorkMessage", decode(line, cast("type[object]", WorkMessage)))


def decode_query(line: bytes) -> Query:
    """Return the question in one line; raises EngineError when it is none."""
    return cast("Query", decode(line, cast("type[object]", Query)))


def decode_look(line: bytes) -> Look:
    """Return how far a look at the disk has come, or the picture; raises EngineError."""
    return cast("Look", decode(line, cast("type[object]", Look)))


def decode_health(line: bytes) -> HealthAnswer:
    """Return how far a check has come, or what it found; raises EngineError."""
    return cast("HealthAnswer", decode(line, cast("type[object]", HealthAnswer)))


def decode_request(data: bytes) -> Request:
    """Return the request in `data`; raises EngineError when it is none."""
    return cast("Request", decode(data, cast("type[object]", Request)))
