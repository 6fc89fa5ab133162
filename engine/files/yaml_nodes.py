"""Read YAML as a tree that knows its lines; nothing is constructed, no tag means anything."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import ReusedAnchorWarning, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode

from engine.errors import EngineError, ErrorCode

SIZE_LIMIT: Final = 160_000  # bytes; more would take longer than anybody waits
NODE_LIMIT: Final = 60_000  # an alias counts with all that is behind it
DEPTH_LIMIT: Final = 40
BRACKET_LIMIT: Final = 2_000  # the time to read them grows with the square of their depth


@dataclass(frozen=True, slots=True)
class Scalar:
    """Hold one word as it is written; `line` counts from 1."""

    text: str
    line: int
    is_quoted: bool = False

    @property
    def is_nothing(self) -> bool:
        """Return whether YAML takes it for no value at all."""
        return not self.is_quoted and self.text in ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True, slots=True)
class Sequence:
    """Hold a list."""

    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Hold pairs in their order; a key that is no scalar is left out."""

    pairs: tuple[tuple[Scalar, Node], ...]
    line: int

    def get(self, key: str) -> Node | None:
        """Return what stands behind `key`, the last one if it stands there twice."""
        return next((value for name, value in reversed(self.pairs) if name.text == key), None)

    def text(self, key: str) -> str:
        """Return the word behind `key`, empty for nothing or for anything else."""
        value = self.get(key)
        return value.text if isinstance(value, Scalar) and not value.is_nothing else ""

    def items(self, key: str) -> tuple[Node, ...]:
        """Return the list behind `key`, empty for anything else."""
        value = self.get(key)
        return value.items if isinstance(value, Sequence) else ()

    def mapping(self, key: str) -> Mapping:
        """Return the pairs behind `key`, none for anything else."""
        value = self.get(key)
        return value if isinstance(value, Mapping) else Mapping((), self.line)


Node = Scalar | Sequence | Mapping


def read_yaml(text: str) -> Node | None:
    """Return the one document in `text`, None when it is empty.

    Raises EngineError (file-malformed, file-too-large).
    """
    if len(text) > SIZE_LIMIT:
        raise EngineError(
            ErrorCode.FILE_TOO_LARGE,
            "This file is too large to be a list of packages.",
            cause=f"Envdesk reads at most {SIZE_LIMIT // 1000} kB of such a file.",
            hint="Choose the file that names the packages, not the data.",
            limit=str(SIZE_LIMIT),
        )
    if text.count("[") + text.count("{") > BRACKET_LIMIT or text.count("? ") > BRACKET_LIMIT:
        raise malformed("YAML", "It has more brackets than any list of packages.", 0)
    try:
        reader = YAML(typ="safe", pure=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ReusedAnchorWarning)  # the last one counts (YAML 1.2)
            root = cast("object", reader.compose(text))  # pyright: ignore[reportUnknownMemberType]
        return _Walk().node(cast("_Composed", root), 0) if root is not None else None
    except YAMLError as error:
        raise malformed("YAML", _BROKEN, _line(error), _reason(error)) from error
    except (RecursionError, ValueError, OverflowError, AttributeError, IndexError) as error:
        raise malformed("YAML", "It is nested too deeply, or broken.", 0) from error


def malformed(form: str, cause: str, line: int, detail: str = "") -> EngineError:
    """Return the failure of a file that breaks the rules of its format, TOML or another.

    `detail` is what a library said about it.
    """
    return EngineError(
        ErrorCode.FILE_MALFORMED,
        f"This file is no correct {form}.",
        cause=cause,
        hint="Mend that line, or ask whoever sent the file for a sound copy."
        if line
        else "Ask whoever sent the file for a sound copy.",
        detail=detail,
        format=form,
        line=str(line or ""),
    )


def _line(error: YAMLError) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return mark.line + 1 if mark is not None else 0


def _reason(error: YAMLError) -> str:
    words = getattr(error, "problem", None) or getattr(error, "context", None)
    text = str(words or error).partition("\n")[0].strip()[:300]
    return f"{text[:1].upper()}{text[1:]}."


_BROKEN = "A space, a quote, a colon or a bracket is wrong there, or the file is cut off."


class _Mark(Protocol):
    line: int


class _Composed(Protocol):
    """What ruamel.yaml tells of every node, in words that have types."""

    start_mark: _Mark
    style: str | None
    value: object


class _Walk:
    """Turn nodes that may share parts, or be endless, into a tree of bounded size."""

    def __init__(self) -> None:
        self._left = NODE_LIMIT

    def node(self, node: _Composed, depth: int) -> Node:
        self._left -= 1
        if self._left < 0 or depth > DEPTH_LIMIT:
            raise malformed("YAML", "It repeats or nests its parts too often.", 0)
        if _is(node, ScalarNode):
            return self._scalar(node)
        line = node.start_mark.line + 1
        if _is(node, MappingNode):
            pairs = cast("list[tuple[_Composed, _Composed]]", node.value)
            return Mapping(tuple(self._pairs(pairs, depth)), line)
        items = cast("list[_Composed]", node.value)
        return Sequence(tuple(self.node(each, depth + 1) for each in items), line)

    def _scalar(self, node: _Composed) -> Scalar:
        return Scalar(str(node.value), node.start_mark.line + 1, bool(node.style))

    def _pairs(
        self, pairs: Iterable[tuple[_Composed, _Composed]], depth: int
    ) -> Iterator[tuple[Scalar, Node]]:
        for key, value in pairs:
            if _is(key, ScalarNode):
                yield self._scalar(key), self.node(value, depth + 1)


def _is(node: object, kind: type[object]) -> bool:
    return isinstance(node, kind)
