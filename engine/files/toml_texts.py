"""Read TOML, and find the lines that its values stand in."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Final, cast

from engine.errors import EngineError, ErrorCode
from engine.files.decoding import decode_text
from engine.files.gathering import Gathering, Source
from engine.files.requirements import note_encoding
from engine.files.values import Place
from engine.files.yaml_nodes import malformed

SIZE_LIMIT: Final = 2 << 20  # bytes
TomlTable = dict[str, object]

_LOOKS: Final = 500_000  # lines looked at to find others; then it is told where the table begins
_LONG_LINE: Final = 10_000  # characters
_HEADER: Final = re.compile(r"\s*\[{1,2}\s*(?P<name>[^\[\]#]+?)\s*\]{1,2}\s*(?:#.*)?\Z")
# The reader takes the square of the length of a dotted key; nobody writes one of forty parts.
_LONG_KEY: Final = re.compile(r"(?<![\w-])(?:[\w-]++\s*+\.\s*+){40}")


class TomlFile:
    """Hold a TOML document with its text, to tell in which line something stands."""

    def __init__(self, text: str, label: str) -> None:
        self.document = parse_toml(text)
        self._label = label
        self._lines = text.split("\n")
        self._tables: dict[str, int] = {}
        for at, line in enumerate(self._lines):
            found = _HEADER.match(line) if "[" in line else None
            if found:
                name = ".".join(part.strip("\"' ") for part in found["name"].split("."))
                self._tables.setdefault(name, at)
        self._cursors: dict[tuple[str, str], int] = {}
        self._last: dict[str, int] = {}
        self._looks = _LOOKS

    def place(self, table: str, *words: str) -> Place:
        """Return where in `table` the first of `words` stands that can be found there.

        Asked again for the same word, it tells the next line that has it.
        """
        start = self._start(table)
        first = start + 1 if table in self._tables else start
        for word in words:
            after = self._cursors.get((table, word), max(first, self._last.get(table, 0)))
            for at in dict.fromkeys((after, first)):
                number = self._find(table, word, at) if word else -1
                if number >= 0:
                    self._cursors[table, word] = number + 1
                    self._last[table] = number
                    return Place(self._label, number + 1)
        return Place(self._label, start + 1 if start or table in self._tables else 0)

    def _find(self, table: str, word: str, start: int) -> int:
        for number in range(start, len(self._lines)):
            if number > start and self._ends(number, table):
                break
            self._looks -= 1
            if self._looks < 0:
                break
            if len(self._lines[number]) < _LONG_LINE and _holds(self._lines[number], word):
                return number
        return -1

    def _start(self, table: str) -> int:
        while table:
            if table in self._tables:
                return self._tables[table]
            table = table.rpartition(".")[0]
        return 0

    def _ends(self, number: int, table: str) -> bool:
        line = self._lines[number]
        if not line.lstrip().startswith("["):
            return False
        found = _HEADER.match(line)
        if found is None:
            return False
        name = ".".join(part.strip("\"' ") for part in found["name"].split("."))
        return not f"{name}.".startswith(f"{table}.")


def _holds(line: str, word: str) -> bool:
    if word not in line:
        return False
    if f'"{word}"' in line or f"'{word}'" in line:
        return True
    return re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-])", line) is not None


def parse_toml(text: str) -> TomlTable:
    """Return the document in `text`; raises EngineError (file-malformed, file-too-large)."""
    if len(text) > SIZE_LIMIT:
        raise EngineError(
            ErrorCode.FILE_TOO_LARGE,
            "This file is too large to be a list of packages.",
            cause=f"Envdesk reads at most {SIZE_LIMIT >> 20} MB of such a file.",
            hint="Choose the file that names the packages, not the data.",
            limit=str(SIZE_LIMIT),
        )
    for number, line in enumerate(text.split("\n"), start=1):
        if line.count(".") >= 40 and _LONG_KEY.search(line):
            raise malformed("TOML", "A name in it has too many parts.", number)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason = str(error)
        found = re.search(r"at line (\d+)", reason)
        cause = "A quote, an equals sign or a bracket is wrong there, or the file is cut off."
        raise malformed("TOML", cause, int(found[1]) if found else 0, reason[:300]) from error
    except (RecursionError, ValueError, OverflowError) as error:
        raise malformed("TOML", "It is nested too deeply, or broken.", 0) from error


def open_toml(source: Source, found: Gathering) -> TomlFile:
    """Return the TOML of `source`; raises EngineError (file-malformed, file-too-large)."""
    text, guessed = decode_text(source.data)
    note_encoding(guessed, source.label, found)
    return TomlFile(text.replace("\r\n", "\n"), source.label)


def table_of(value: object) -> TomlTable:
    """Return `value` when it is a table, an empty one otherwise."""
    return cast("TomlTable", value) if isinstance(value, dict) else {}


def inner(document: TomlTable, *keys: str) -> TomlTable:
    """Return the table that `keys` lead to, an empty one when there is none."""
    for key in keys:
        document = table_of(document.get(key))
    return document


def list_of(value: object) -> list[object]:
    """Return `value` when it is a list, an empty one otherwise."""
    return cast("list[object]", value) if isinstance(value, list) else []


def text_of(value: object) -> str:
    """Return `value` when it is text, an empty one otherwise."""
    return value if isinstance(value, str) else ""


def shown(value: object) -> str:
    """Return `value` as a line for a remark."""
    if isinstance(value, str):
        return value[:500]
    return json.dumps(value, ensure_ascii=False, default=str)[:500]
