"""Read one configuration file of conda into settings, with the flags in its comments."""

from __future__ import annotations

import locale
import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Protocol, cast

from engine.errors import ErrorCode, Failure

FLAG = re.compile(r"#!\s*(final|top|bottom)\s*$")
NULL_TAG = "tag:yaml.org,2002:null"
LONGEST_FILE = 1 << 18
DEEPEST = 20


class Flag(StrEnum):
    """Name the marks that conda reads from comments (conda docs, "Using the .condarc file")."""

    FINAL = "final"
    TOP = "top"
    BOTTOM = "bottom"


@dataclass(frozen=True, slots=True)
class Item:
    """Hold one line of a list as it was written, with its mark."""

    value: str
    flag: Flag | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """Hold what one source says about one key: a scalar, a list or a map, whichever was written."""

    scalar: str | None = None
    items: tuple[Item, ...] = ()
    pairs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    final_keys: frozenset[str] = frozenset()
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Layer:
    """Hold the settings of one source; `path` is None for the variables of the process."""

    path: Path | None
    settings: dict[str, Setting] = field(default_factory=dict[str, Setting])


class _Mark(Protocol):
    line: int


class _Node(Protocol):
    id: str
    tag: str | None
    value: object
    start_mark: _Mark


class _Composer(Protocol):
    warn_double_anchors: bool


class _Parser(Protocol):
    composer: _Composer
    max_depth: int

    def compose(self, stream: str) -> _Node | None: ...


class _NotSettingsError(Exception):
    def __init__(self, cause: str, line: int = 0) -> None:
        super().__init__(cause)
        self.line = line


def read_layer(path: Path) -> Layer | Failure | None:
    """Return the settings in `path`, what is wrong with the file, or None when there is none."""
    try:
        with path.open("rb") as stream:
            data = stream.read(LONGEST_FILE + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        return _failure(path, error.strerror or str(error))
    if len(data) > LONGEST_FILE:
        return _failure(path, "It is too long for a configuration file.")
    try:
        return Layer(path, _settings_in(_text_of(data)))
    except UnicodeDecodeError:
        return _failure(path, "It is not a text file.")
    except _NotSettingsError as error:
        return _failure(path, str(error), str(error.line or ""))


def _failure(path: Path, cause: str, line: str = "") -> Failure:
    values = (("line", line), ("path", str(path))) if line else (("path", str(path)),)
    return Failure(
        ErrorCode.CONFIG_UNREADABLE,
        f"The conda configuration file {path} could not be read and is left out.",
        cause=cause,
        values=values,
    )


def _text_of(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        encoding = locale.getencoding()  # what older conda wrote on, say, Chinese Windows
        if encoding.lower().replace("-", "") in ("utf8", "ascii", "ansi_x3.41968"):
            raise
        return data.decode(encoding)


@lru_cache(maxsize=64)
def _settings_in(text: str) -> dict[str, Setting]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    parser = cast("_Parser", YAML(typ="safe", pure=True))
    parser.composer.warn_double_anchors = False
    parser.max_depth = DEEPEST
    try:
        root = parser.compose(text)
    except MarkedYAMLError as error:
        mark = cast("_Mark | None", error.problem_mark)  # pyright: ignore[reportUnknownMemberType]
        cause = str(error).partition("\n")[0]
        raise _NotSettingsError(cause, mark.line + 1 if mark is not None else 0) from error
    except (YAMLError, ValueError, RecursionError) as error:
        raise _NotSettingsError(str(error).partition("\n")[0]) from error
    if root is None or root.tag == NULL_TAG:
        return {}
    if root.id != "mapping":
        raise _NotSettingsError("It holds no settings.", 1)
    lines = text.splitlines()
    return {
        _text(key): _setting(value, _flag_at(lines, key), lines) for key, value in _entries(root)
    }


def _setting(node: _Node, flag: Flag | None, lines: list[str]) -> Setting:
    is_final = flag is Flag.FINAL
    if node.id == "scalar":
        return Setting(scalar=_text(node), is_final=is_final)
    if node.id == "sequence":
        items = tuple(Item(_text(child), _flag_at(lines, child)) for child in _scalars(node))
        return Setting(items=items, is_final=is_final)
    entries = _entries(node)
    pairs = tuple((_text(key), tuple(map(_text, _scalars(value)))) for key, value in entries)
    final = frozenset(_text(key) for key, _ in entries if _flag_at(lines, key) is Flag.FINAL)
    return Setting(pairs=pairs, final_keys=final, is_final=is_final)


def _entries(node: _Node) -> list[tuple[_Node, _Node]]:
    entries = cast("list[tuple[_Node, _Node]]", node.value)
    return [(key, value) for key, value in entries if key.id == "scalar" and value.tag != NULL_TAG]


def _scalars(node: _Node) -> list[_Node]:
    """Return the scalars of a list, or the one scalar that stands where a list may."""
    children = cast("list[_Node]", node.value) if node.id == "sequence" else [node]
    return [child for child in children if child.id == "scalar" and child.tag != NULL_TAG]


def _text(node: _Node) -> str:
    return str(node.value)


def _flag_at(lines: list[str], node: _Node) -> Flag | None:
    number = node.start_mark.line
    match = FLAG.search(lines[number]) if number < len(lines) else None
    return Flag(match[1]) if match else None
