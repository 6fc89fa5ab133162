"""Read what `pip freeze` and `pip list` print (pip docs, "pip freeze", "pip list")."""

from __future__ import annotations

import json
import re
from typing import Final, cast

from engine.files.decoding import decode_text
from engine.files.gathering import Gathering, Source
from engine.files.includes import want_text
from engine.files.lock_entries import lines_of_names
from engine.files.requirements import check_count, check_size, note_encoding, read_requirement_text
from engine.files.toml_texts import table_of, text_of
from engine.files.values import Place, RemarkCode, WantedKind
from engine.files.yaml_nodes import malformed

_TABLE_HEAD: Final = re.compile(r"Package\s+Version\b")
_ROW: Final = re.compile(
    r"(?P<name>[A-Za-z0-9][\w.\-]*)\s+(?P<version>\d[\w.+!\-]*)(?:\s+(?P<place>\S.*))?\Z"
)
_OLD_ROW: Final = re.compile(
    r"(?P<name>[A-Za-z0-9][\w.\-]*) \((?P<version>[^,()\s]+)(?:, (?P<place>[^()]+))?\)\Z"
)
# conda builds packages in such folders and leaves them in the metadata that pip freezes.
_LOCAL: Final = re.compile(r"(?P<name>[A-Za-z0-9][\w.\-]*)(?:\[[^\]]*\])? @ file:(?P<path>\S+)")
_EDITABLE: Final = re.compile(r"# Editable .*\((?P<what>.*)\)")
_NOISE: Final = re.compile(
    r"(?:WARNING|DEPRECATION|\[notice\]|You are using pip|You should consider)"
)


def read_pip_freeze(source: Source, found: Gathering) -> None:
    """Add what the saved list `source` names; raises EngineError (file-malformed)."""
    text, guessed = decode_text(source.data)
    note_encoding(guessed, source.label, found)
    if text.lstrip().startswith("["):
        _read_json(text, source, found)
        return
    lines = text.splitlines()
    is_table = any(_TABLE_HEAD.match(line.strip()) for line in lines[:20])
    for number, line in enumerate(lines, start=1):
        place = Place(source.label, number)
        words = line.strip()
        if not words or set(words) <= {"-", " "} or _TABLE_HEAD.match(words):
            continue
        if _NOISE.match(words):
            summary = "This is a message of pip, not a package."
            found.remark(RemarkCode.OPTION_MEANINGLESS, place, summary, line=words)
        elif words.startswith("#"):
            _comment(words, place, found)
        elif row := (_ROW.match(words) if is_table else _OLD_ROW.match(words)):
            _pin(row["name"], row["version"], row["place"] or "", place, words, source, found)
        elif local := _LOCAL.match(words):
            _local(local["name"], words, place, source, found)
        elif is_table:
            summary = "This line is no package of a list."
            found.remark(RemarkCode.LINE_INVALID, place, summary, line=words)
        else:
            read_requirement_text(line, source, found, number, WantedKind.PYTHON)
        check_count(found, source.path)


def _comment(words: str, place: Place, found: Gathering) -> None:
    editable = _EDITABLE.match(words)
    if editable:
        summary = f"{editable['what']} was worked on where the list was made."
        found.remark(RemarkCode.PATH_ELSEWHERE, place, summary, line=words, name=editable["what"])


def _local(name: str, words: str, place: Place, source: Source, found: Gathering) -> None:
    found.remark(
        RemarkCode.PATH_ELSEWHERE,
        place,
        f"{name} came from a folder of another computer; any version of it is asked for.",
        line=words,
        name=name,
    )
    want_text(name, place, source, found, written=words)


def _pin(  # noqa: PLR0917 - they are the columns of a table
    name: str,
    version: str,
    where: str,
    place: Place,
    written: str,
    source: Source,
    found: Gathering,
) -> None:
    folder = re.match(r"/|[A-Za-z]:\\|~", where)
    if folder:
        summary = f"{name} was worked on where the list was made; only that computer has it."
        found.remark(RemarkCode.PATH_ELSEWHERE, place, summary, line=written, name=name)
        return
    want_text(f"{name}=={version}", place, source, found, written=written)


def _read_json(text: str, source: Source, found: Gathering) -> None:
    try:
        items = cast("object", json.loads(text))
    except (ValueError, RecursionError) as error:
        raise malformed("JSON", "It is broken, or cut off.", 0) from error
    lines = lines_of_names(text)
    packages = cast("list[object]", items) if isinstance(items, list) else []
    check_size(len(packages), source.path)
    for at, item in enumerate(packages):
        table = table_of(item)
        name, version = text_of(table.get("name")), text_of(table.get("version"))
        place = Place(source.label, lines[at] if at < len(lines) else 0)
        where = text_of(table.get("editable_project_location"))
        _pin(name, version, where, place, f"{name} {version}", source, found)
        check_count(found, source.path)
