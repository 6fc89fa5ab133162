"""Read scripts and notebooks that say what they need (PEP 723); neither is ever run.

Notebooks carry the same comment in a cell, as juv writes it, or install with `%pip install`.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from typing import Final, cast

from engine.files.conda_specs import want_conda
from engine.files.decoding import decode_text
from engine.files.gathering import Gathering, Source
from engine.files.includes import note_requires_python, want_text
from engine.files.requirement_indexes import note_index_option
from engine.files.requirements import note_encoding
from engine.files.toml_texts import TomlFile, inner, list_of, shown, table_of, text_of
from engine.files.values import Place, RemarkCode, WantedKind
from engine.files.yaml_nodes import malformed

_START: Final = re.compile(r"# /// (?P<type>[a-zA-Z0-9-]+)[ \t]*\Z")
_INSTALL: Final = re.compile(
    r"^\s*[%!]\s*(?:\{?sys\.executable\}?\s+-m\s+|python3?\s+-m\s+)?"
    r"(?P<tool>uv pip|pip3?|conda|mamba)\s+install\s+(?P<rest>.+?)\s*$",
    re.MULTILINE,
)
_SILENT: Final = ("-q", "--quiet", "-y", "--yes", "-U", "--upgrade", "--user", "-qq", "-qU", "-Uq")


def read_script(source: Source, found: Gathering) -> None:
    """Add what the script `source` says that it needs; raises EngineError (file-malformed)."""
    text, guessed = decode_text(source.data)
    note_encoding(guessed, source.label, found)
    _block(text.replace("\r\n", "\n"), 0, source, found)


def read_notebook(source: Source, found: Gathering) -> None:
    """Add what the notebook `source` says that it needs; raises EngineError (file-malformed)."""
    text, _ = decode_text(source.data)
    try:
        document = table_of(cast("object", json.loads(text)))
    except (ValueError, RecursionError) as error:
        raise malformed("notebook", "It is broken, or cut off.", 0) from error
    sheets = [table_of(each) for each in list_of(document.get("worksheets"))] or [document]
    cells = [table_of(cell) for sheet in sheets for cell in list_of(sheet.get("cells"))]
    for number, cell in enumerate(cells, start=1):
        if cell.get("cell_type") != "code":
            continue
        content = cell.get("source", cell.get("input", ""))
        code = content if isinstance(content, str) else "".join(map(text_of, list_of(content)))
        place = Place(f"{source.label} [{number}]" if source.label else f"[{number}]", 0)
        _block(code, 0, source, found, label=place.file)
        _installs(code, place, source, found)


def _block(text: str, offset: int, source: Source, found: Gathering, label: str = "") -> None:
    blocks = [each for each in _blocks(text.split("\n")) if each[0] == "script"]
    if not blocks:
        return
    if len(blocks) > 1:
        raise malformed("script", "It says twice what it needs.", blocks[1][1] + offset)
    _, first, lines = blocks[0]
    content = "\n".join(line[2:] if line.startswith("# ") else line[1:] for line in lines)
    start = first + offset
    file = TomlFile(content, label or source.label)

    def place(table: str, *words: str) -> Place:
        at = file.place(table, *words)
        return Place(at.file, at.line + start if at.line else start)

    if python := text_of(file.document.get("requires-python")):
        note_requires_python(python, place("", "requires-python"), found)
    for item in list_of(file.document.get("dependencies")):
        text_item = text_of(item) or shown(item)
        want_text(text_item, place("", text_item), source, found)
    uv = inner(file.document, "tool", "uv")
    for item in list_of(uv.get("index")):
        url = text_of(table_of(item).get("url"))
        name = "index-url" if table_of(item).get("default") else "extra-index-url"
        if url:
            at = place("tool.uv.index", url)
            note_index_option(name, url, f"url = {url}", at, found, folder=None)
    for key in uv:
        if key != "index":
            summary = f"{key} of uv is not kept."
            at = place("tool.uv", key)
            found.remark(RemarkCode.NOT_SUPPORTED, at, summary, option=key)


def _blocks(lines: list[str]) -> Iterator[tuple[str, int, list[str]]]:
    """Yield the type, the first line and the content of each block of metadata (PEP 723).

    As in its reference implementation, a block reaches to the last `# ///` of its comment.
    """
    at = 0
    while at < len(lines):
        found = _START.match(lines[at])
        end = at + 1
        if found:
            while end < len(lines) and (lines[end] == "#" or lines[end].startswith("# ")):
                end += 1
            inside = lines[at + 1 : end]
            last = next(
                (n for n in range(len(inside) - 1, 0, -1) if inside[n].rstrip() == "# ///"), 0
            )
            if last:
                yield found["type"], at + 1, inside[:last]
                end = at + last + 2
        at = end


def _installs(code: str, place: Place, source: Source, found: Gathering) -> None:
    for install in _INSTALL.finditer(code):
        line = code.count("\n", 0, install.start()) + 1
        at = Place(place.file, line)
        written = install[0].strip()
        try:
            words = shlex.split(install["rest"], comments=True)
        except ValueError:
            summary = "This line cannot be understood."
            found.remark(RemarkCode.LINE_INVALID, at, summary, line=written)
            continue
        is_conda = install["tool"] in ("conda", "mamba")
        left = [word for word in words if word not in _SILENT]
        if any(word.startswith("-") for word in left):
            summary = "This line has options that are not kept; look at it yourself."
            found.remark(RemarkCode.NOT_SUPPORTED, at, summary, line=written)
            continue
        for word in left:
            if is_conda:
                want_conda(word, at, written, found)
            else:
                kind = WantedKind.PYTHON
                want_text(word, at, source, found, written=written, kind=kind)
