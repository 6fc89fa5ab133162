"""Read Pipfile and Pipfile.lock (pipenv docs, "Pipfile & Pipfile.lock")."""

from __future__ import annotations

import json
from typing import Final, cast

from engine.files.decoding import decode_text
from engine.files.gathering import Gathering, Source
from engine.files.includes import note_requires_python
from engine.files.requirement_indexes import note_index_option
from engine.files.requirement_specs import host_of
from engine.files.table_requirements import Entry, want_entry
from engine.files.toml_texts import TomlTable, list_of, open_toml, table_of, text_of
from engine.files.values import Place, RemarkCode, WantedKind
from engine.files.yaml_nodes import malformed

_NO_PACKAGES: Final = ("source", "requires", "scripts", "pipenv", "pipfile")
_GROUPS: Final = {"packages": "", "dev-packages": "dev"}


def read_pipfile(source: Source, found: Gathering) -> None:
    """Add what the Pipfile, or the Pipfile.lock, `source` asks for; raises EngineError."""
    text, _ = decode_text(source.data)
    if text.lstrip().startswith("{"):
        _read_lock(text, source, found)
        return
    file = open_toml(source, found)
    document = file.document
    for item in list_of(document.get("source")):
        url = text_of(table_of(item).get("url"))
        _index(table_of(item), file.place("source", url), found)
    requires = table_of(document.get("requires"))
    for key in ("python_full_version", "python_version"):
        if version := text_of(requires.get(key)):
            _python(version, file.place("requires", key), found)
            break
    if table_of(document.get("pipenv")).get("allow_prereleases"):
        place = file.place("pipenv", "allow_prereleases")
        note_index_option("pre", "", "allow_prereleases", place, found, folder=None)
    if document.get("scripts"):
        summary = "Scripts have no meaning here and are left out."
        place = file.place("scripts")
        found.remark(RemarkCode.OPTION_MEANINGLESS, place, summary, option="scripts")
    for table, packages in document.items():
        if table in _NO_PACKAGES or not isinstance(packages, dict):
            continue
        group = _GROUPS.get(table, table)
        if group:
            found.groups.append(group)
        for name, value in table_of(cast("object", packages)).items():
            want_entry(Entry(name, value, file.place(table, name), group), source, found)


def _index(table: TomlTable, place: Place, found: Gathering) -> None:
    url = text_of(table.get("url"))
    if not url:
        return
    name = "extra-index-url" if found.index.index_url else "index-url"
    note_index_option(name, url, f"url = {url}", place, found, folder=None)
    if table.get("verify_ssl") is False:
        host = host_of(url)
        note_index_option("trusted-host", host, "verify_ssl = false", place, found, folder=None)


def _python(version: str, place: Place, found: Gathering) -> None:
    is_whole = version.count(".") >= 2 or "*" in version
    note_requires_python(f"=={version}" if is_whole else f"=={version}.*", place, found)


def _read_lock(text: str, source: Source, found: Gathering) -> None:
    try:
        document = table_of(cast("object", json.loads(text)))
    except (ValueError, RecursionError) as error:
        raise malformed("JSON", "It is broken, or cut off.", 0) from error
    meta = table_of(document.get("_meta"))
    lines = _Lines(text, source.label)
    for item in list_of(meta.get("sources")):
        url = text_of(table_of(item).get("url"))
        _index(table_of(item), lines.place(url), found)
    requires = table_of(meta.get("requires"))
    for key in ("python_full_version", "python_version"):
        if version := text_of(requires.get(key)):
            _python(version, lines.place(key), found)
            break
    for table, packages in document.items():
        if table == "_meta":
            continue
        group = {"default": "", "develop": "dev"}.get(table, table)
        if group:
            found.groups.append(group)
        for name, value in table_of(packages).items():
            kept = {key: each for key, each in table_of(value).items() if key != "index"}
            place = lines.place(name)
            if not kept:
                summary = f"{name} has no version here; any is asked for."
                found.remark(RemarkCode.LINE_INVALID, place, summary, line=name)
            want_entry(Entry(name, kept, place, group, WantedKind.PIP), source, found)


class _Lines:
    def __init__(self, text: str, label: str) -> None:
        self._lines = text.split("\n")
        self._label = label
        self._at: dict[str, int] = {}

    def place(self, word: str) -> Place:
        quoted = f'"{word}"'
        for number in range(self._at.get(word, 0), len(self._lines)):
            if quoted in self._lines[number]:
                self._at[word] = number + 1
                return Place(self._label, number + 1)
        return Place(self._label)
