"""Turn the engine's values into JSON and back, for plans, journals and the worker protocol."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TypeVar, cast

import msgspec
from cattrs import Converter
from cattrs.errors import BaseValidationError
from cattrs.strategies import configure_tagged_union

from engine.cache.values import DiskPicture, DiskProgress
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

T = TypeVar("T")
Look = DiskProgress | DiskPicture


@cache
def _converter() -> Converter:
    converter = Converter()
    converter.register_unstructure_hook(Path, str)
    converter.register_structure_hook(Path, lambda text, _: Path(text))
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
    configure_tagged_union(Request, converter, tag_name="request")
    configure_tagged_union(WorkMessage, converter, tag_name="message")
    configure_tagged_union(Query, converter, tag_name="query")
    configure_tagged_union(Look, converter, tag_name="look")
    configure_tagged_union(HealthAnswer, converter, tag_name="answer")
    return converter


def prepare() -> None:
    """Work out once how every kind of value travels; takes a tenth of a second, in any thread.

    Without it, whoever comes first with a value waits for that.
    """
    for kind in (
        Names,
        PackageVersions,
        SizesMessage,
        SettledMessage,
        ErrorDocument,
        Plan,
        Reading,
        Assignment,
        WorkMessage,
        Query,
        Health,
    ):
        _converter().get_structure_hook(kind)
        _converter().get_unstructure_hook(kind)


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
    except (ValueError, TypeError, KeyError, BaseValidationError) as error:
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
