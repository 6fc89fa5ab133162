"""Read the tables of Poetry (Poetry docs, "The pyproject.toml file")."""

from __future__ import annotations

from packaging.utils import canonicalize_name

from engine.files.gathering import Gathering, Source
from engine.files.includes import note_requires_python
from engine.files.requirement_indexes import note_index_option
from engine.files.table_requirements import Entry, want_entry
from engine.files.toml_texts import TomlFile, TomlTable, inner, list_of, table_of, text_of
from engine.files.values import RemarkCode
from engine.files.version_ranges import RangeError, translate_range

_PRIMARY = ("primary", "default")


def read_poetry(file: TomlFile, poetry: TomlTable, source: Source, found: Gathering) -> None:
    """Add what the table `tool.poetry` asks for; its groups and extras can be chosen."""
    found.name = found.name or text_of(poetry.get("name"))
    extras = _extras(poetry)
    found.groups.extend(dict.fromkeys(extra for each in extras.values() for extra in each))
    # Beside [project], Poetry's own table only says more about what that one lists.
    listed = {wanted.name for wanted in found.wanted}
    for name, value in table_of(poetry.get("dependencies")).items():
        if name.lower() == "python":
            _python(value, file, found)
        elif canonicalize_name(name) not in listed:
            _dependency(name, value, "tool.poetry.dependencies", extras, file, source, found)
    for name, value in table_of(poetry.get("dev-dependencies")).items():
        found.groups.append("dev")
        place = file.place("tool.poetry.dev-dependencies", name)
        want_entry(Entry(name, value, place, "dev"), source, found)
    for group, table in table_of(poetry.get("group")).items():
        found.groups.append(group)
        where = f"tool.poetry.group.{group}.dependencies"
        for name, value in inner(table_of(table), "dependencies").items():
            want_entry(Entry(name, value, file.place(where, name), group), source, found)
    for item in list_of(poetry.get("source")):
        _index(table_of(item), file, found)


def _extras(poetry: TomlTable) -> dict[str, list[str]]:
    """Return the extras that each package belongs to."""
    belongs: dict[str, list[str]] = {}
    for extra, names in table_of(poetry.get("extras")).items():
        for name in list_of(names):
            belongs.setdefault(canonicalize_name(text_of(name)), []).append(extra)
    return belongs


def _dependency(  # noqa: PLR0917 - one call, and its arguments are all of different types
    name: str,
    value: object,
    table: str,
    extras: dict[str, list[str]],
    file: TomlFile,
    source: Source,
    found: Gathering,
) -> None:
    place = file.place(table, name)
    if not table_of(value).get("optional"):
        want_entry(Entry(name, value, place), source, found)
        return
    groups = extras.get(canonicalize_name(name), [])
    for group in groups:
        want_entry(Entry(name, value, place, group), source, found)
    if not groups:
        summary = f"{name} is optional and part of no extra; nothing asks for it."
        found.remark(RemarkCode.OPTION_MEANINGLESS, place, summary, option="optional", line=name)


def _python(value: object, file: TomlFile, found: Gathering) -> None:
    text = text_of(value) or text_of(table_of(value).get("version"))
    place = file.place("tool.poetry.dependencies", "python")
    if found.python:
        return
    try:
        note_requires_python(translate_range(text), place, found)
    except RangeError:
        summary = "The versions of Python that are asked for cannot be kept."
        found.remark(RemarkCode.NOT_SUPPORTED, place, summary, line=f"python = {text}")


def _index(index: TomlTable, file: TomlFile, found: Gathering) -> None:
    url = text_of(index.get("url"))
    name = text_of(index.get("name"))
    place = file.place("tool.poetry.source", url or name)
    priority = text_of(index.get("priority")) or ("default" if index.get("default") else "primary")
    if priority == "explicit":
        summary = "This index is only for packages that name it; it is not kept."
        found.remark(RemarkCode.NOT_SUPPORTED, place, summary, option=name)
    elif url:
        is_first = priority in _PRIMARY and not found.index.index_url
        option = "index-url" if is_first else "extra-index-url"
        note_index_option(option, url, f"{name} = {url}", place, found, folder=None)
