"""Read the plain YAML that lock files are written in, a hundred times faster than YAML at large.

Locks have tens of thousands of lines of block mappings and lists with one word a line; a reader of
the whole of YAML (yaml.org, 1.2) takes minutes of patience for them. Whatever is not of that plain
shape is refused here, never guessed at, and left to `yaml_nodes`.
"""

from __future__ import annotations

import json
import re
from typing import Final

from engine.errors import EngineError, ErrorCode
from engine.files.yaml_nodes import DEPTH_LIMIT, Mapping, Node, Scalar, Sequence, read_yaml

SIZE_LIMIT: Final = 5 << 20  # bytes

_KEY: Final = re.compile(
    r"""(?P<key>"[^"\\]*"|'[^']*'|[A-Za-z0-9_./][^:#'"\s]*):(?:[ ]+(?P<rest>\S.*))?\Z"""
)
_PLAIN: Final = re.compile(r"""[^\s\-?:,\[\]{}#&*!|>'"%@`].*|[-?:](?=\S).*""")
_EMPTY: Final = {"{}": Mapping((), 0), "[]": Sequence((), 0)}

_Line = tuple[int, str, int]


class _NotPlainError(ValueError):
    pass


def read_lock_yaml(text: str) -> Node | None:
    """Return the document in `text`, None when it is empty; raises EngineError as `read_yaml`."""
    if len(text) > SIZE_LIMIT:
        raise EngineError(
            ErrorCode.FILE_TOO_LARGE,
            "This lock file is larger than Envdesk reads.",
            cause=f"Envdesk reads at most {SIZE_LIMIT >> 20} MB of such a file.",
            hint="Choose the file that the lock was made from.",
            limit=str(SIZE_LIMIT),
        )
    try:
        return read_blocks(text)
    except _NotPlainError:
        return read_yaml(text)


def read_blocks(text: str) -> Node | None:
    """Return the document in `text`, None when it is empty; raises ValueError if not plain."""
    lines = list(_lines(text))
    if not lines:
        return None
    node, end = _block(lines, 0, lines[0][0], 0)
    if end != len(lines):
        raise _NotPlainError
    return node


def _lines(text: str) -> list[_Line]:
    found: list[_Line] = []
    for number, line in enumerate(text.split("\n"), start=1):
        content = line.rstrip("\r ").lstrip(" ")
        if not content or content.startswith("#"):
            continue
        if content == "---" and not found:
            continue
        if "\t" in content or not content.isprintable():
            raise _NotPlainError
        found.append((len(line) - len(line.lstrip(" ")), content, number))
    return found


def _block(lines: list[_Line], at: int, indent: int, depth: int) -> tuple[Node, int]:
    if depth > DEPTH_LIMIT:
        raise _NotPlainError
    content = lines[at][1]
    if content == "-" or content.startswith("- "):
        return _sequence(lines, at, indent, depth)
    if _KEY.match(content):
        return _mapping(lines, at, indent, depth)
    if at == len(lines) - 1 or lines[at + 1][0] < indent:
        return _scalar(content, lines[at][2]), at + 1
    raise _NotPlainError


def _sequence(lines: list[_Line], at: int, indent: int, depth: int) -> tuple[Node, int]:
    items: list[Node] = []
    first = lines[at][2]
    end = len(lines)
    while at < end and lines[at][0] == indent and lines[at][1][0] == "-":
        _, content, number = lines[at]
        if content != "-" and content[1] != " ":
            raise _NotPlainError
        rest = content[1:].lstrip(" ")
        if not rest:
            if at + 1 < end and lines[at + 1][0] > indent:
                node, at = _block(lines, at + 1, lines[at + 1][0], depth + 1)
            else:
                node, at = Scalar("", number), at + 1
        elif rest.startswith("- ") or _KEY.match(rest):
            inner = indent + len(content) - len(rest)
            lines[at] = (inner, rest, number)
            node, at = _block(lines, at, inner, depth + 1)
        else:
            node, at = _scalar(rest, number), at + 1
        items.append(node)
    return Sequence(tuple(items), first), at


def _mapping(lines: list[_Line], at: int, indent: int, depth: int) -> tuple[Node, int]:
    pairs: list[tuple[Scalar, Node]] = []
    names: set[str] = set()
    first = lines[at][2]
    end = len(lines)
    while at < end and lines[at][0] == indent:
        _, content, number = lines[at]
        found = _KEY.match(content)
        if found is None:
            raise _NotPlainError
        written = found["key"]
        name = written.strip("\"'") if written[0] in "\"'" else written
        if name in names or name == "<<":
            raise _NotPlainError
        names.add(name)
        rest = found["rest"]
        at += 1
        if rest is not None:
            node: Node = _scalar(rest, number)
        elif at < end and (
            lines[at][0] > indent or (lines[at][0] == indent and lines[at][1].startswith("- "))
        ):
            node, at = _block(lines, at, lines[at][0], depth + 1)
        else:
            node = Scalar("", number)
        pairs.append((Scalar(name, number), node))
    return Mapping(tuple(pairs), first), at


def _scalar(text: str, line: int) -> Node:
    head = text[0]
    if head == "'":
        body = text[1:-1]
        if len(text) < 2 or text[-1] != "'" or "'" in body.replace("''", ""):
            raise _NotPlainError
        return Scalar(body.replace("''", "'"), line, is_quoted=True)
    if head == '"':
        return _double_quoted(text, line)
    if text in _EMPTY:
        empty = _EMPTY[text]
        return Mapping((), line) if isinstance(empty, Mapping) else Sequence((), line)
    if not _PLAIN.fullmatch(text) or " #" in text or ": " in text or text.endswith(":"):
        raise _NotPlainError
    return Scalar(text, line)


def _double_quoted(text: str, line: int) -> Scalar:
    try:
        value: object = json.loads(text)
    except ValueError as error:
        raise _NotPlainError from error
    if not isinstance(value, str) or "\\" in text:
        raise _NotPlainError
    return Scalar(value, line, is_quoted=True)
