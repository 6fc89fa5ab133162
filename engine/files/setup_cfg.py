"""Read setup.cfg (setuptools docs, "Configuring setuptools using setup.cfg files")."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from typing import Final

from engine.files.decoding import decode_text
from engine.files.gathering import Gathering, Source
from engine.files.includes import include_list, note_requires_python, want_text
from engine.files.requirements import note_encoding
from engine.files.values import Place, RemarkCode
from engine.files.yaml_nodes import malformed

_EXTRAS: Final = "options.extras_require"


def read_setup_cfg(source: Source, found: Gathering) -> None:
    """Add what the setup.cfg `source` asks for; raises EngineError (file-malformed)."""
    text, guessed = decode_text(source.data)
    note_encoding(guessed, source.label, found)
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        line: object = getattr(error, "lineno", 0) or next(
            (number for number, _ in getattr(error, "errors", ())), 0
        )
        raise malformed("setup.cfg", "A line in it belongs to nothing.", int(str(line))) from error
    reader = _Reader(text, source, found)
    found.name = parser.get("metadata", "name", fallback="")
    python = parser.get("options", "python_requires", fallback="")
    if python:
        place = reader.place("options", "python_requires")
        note_requires_python(python.strip("\"' \n"), place, found)
    reader.requirements("options", "install_requires", parser)
    reader.requirements("options", "tests_require", parser, group="tests")
    if parser.has_section(_EXTRAS):
        for extra in parser.options(_EXTRAS):
            reader.requirements(_EXTRAS, extra, parser, group=extra)
    if parser.get("options", "setup_requires", fallback="").strip():
        place = reader.place("options", "setup_requires")
        summary = "What is only needed to build the project is left out."
        found.remark(RemarkCode.OPTION_MEANINGLESS, place, summary, option="setup_requires")


class _Reader:
    def __init__(self, text: str, source: Source, found: Gathering) -> None:
        self._lines = text.split("\n")
        self._options = dict(self._all_options())
        self._source = source
        self._found = found

    def place(self, section: str, option: str) -> Place:
        return Place(self._source.label, self._line(section, option))

    def _line(self, section: str, option: str) -> int:
        return self._options.get((section, option.lower()), 0)

    def _all_options(self) -> Iterator[tuple[tuple[str, str], int]]:
        section = ""
        for number, line in enumerate(self._lines, start=1):
            header = re.match(r"\[([^\]]+)\]", line)
            option = re.match(r"([^\s:=#;][^:=]{0,200}?)\s*[:=]", line)
            if header:
                section = header[1]
            elif option:
                yield (section, option[1].lower()), number

    def requirements(
        self, section: str, option: str, parser: configparser.RawConfigParser, group: str = ""
    ) -> None:
        value = parser.get(section, option, fallback="")
        if not value.strip():
            return
        if group:
            self._found.groups.append(group)
        start = self._line(section, option)
        directive = re.match(r"\s*file:\s*(.+)", value, re.DOTALL)
        if directive:
            for name in re.split(r"[,\n]", directive[1]):
                place = Place(self._source.label, start)
                if name.strip():
                    include_list(name.strip(), place, self._source, self._found, group=group)
            return
        for text, line in self._items(value, start):
            place = Place(self._source.label, line)
            want_text(text, place, self._source, self._found, group=group)

    def _items(self, value: str, start: int) -> Iterator[tuple[str, int]]:
        number = start
        parts = value.split("\n") if "\n" in value else value.split(";")
        for part in parts:
            text = re.sub(r"(?:\A|\s+)#.*\Z", "", part).strip()
            if not text:
                continue
            for at in range(number, min(number + 200, len(self._lines) + 1)):
                if at and text in self._lines[at - 1]:
                    number = at
                    break
            yield text, number
            number += "\n" in value
