"""Requirements written as tables, as Poetry, pixi and Pipenv do: `{version = "…", …}`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from engine.files.gathering import Gathering, Source
from engine.files.includes import want_text
from engine.files.toml_texts import TomlTable, list_of, shown, table_of, text_of
from engine.files.values import Place, RemarkCode, WantedKind
from engine.files.version_ranges import RangeError, translate_range

_MARKER_KEYS: Final = (
    "os_name",
    "sys_platform",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "python_version",
    "python_full_version",
    "implementation_name",
    "implementation_version",
)
_KNOWN: Final = frozenset(
    (
        *("version", "extras", "markers", "python", "platform", "git", "branch", "tag", "rev"),
        *("ref", "url", "path", "file", "subdirectory", "optional", "hashes", *_MARKER_KEYS),
    )
)


@dataclass(frozen=True, slots=True)
class Entry:
    """Say where a requirement of a table stands and what it is part of."""

    name: str
    value: object
    place: Place
    group: str = ""
    kind: WantedKind = WantedKind.PYTHON
    constraint: bool = False


def want_entry(entry: Entry, source: Source, found: Gathering) -> None:
    """Add a requirement that is a version, a table, or a list of tables for different systems."""
    alternatives = list_of(entry.value)
    if isinstance(entry.value, list):
        for each in alternatives:
            single = Entry(entry.name, each, entry.place, entry.group, entry.kind)
            want_entry(single, source, found)
        return
    table: TomlTable = (
        {"version": entry.value} if isinstance(entry.value, str) else table_of(entry.value)
    )
    written = f"{entry.name} = {shown(entry.value)}"
    if not table and entry.value != {}:
        summary = "A version or a table is expected here."
        found.remark(RemarkCode.LINE_INVALID, entry.place, summary, line=written)
        return
    for key in table:
        if key not in _KNOWN and not (key in ("develop", "editable") and not table[key]):
            summary = f"{key} has no meaning here and is left out."
            found.remark(
                RemarkCode.OPTION_MEANINGLESS, entry.place, summary, option=key, line=written
            )
    text = _requirement(entry, table, written, found)
    hashes = tuple(text_of(each) for each in list_of(table.get("hashes")))
    want_text(
        text,
        entry.place,
        source,
        found,
        written=written,
        kind=entry.kind,
        group=entry.group,
        hashes=hashes,
    )


def _requirement(entry: Entry, table: TomlTable, written: str, found: Gathering) -> str:
    extras = [text_of(each) for each in list_of(table.get("extras"))]
    head = f"{entry.name}[{','.join(extras)}]" if extras else entry.name
    markers = _markers(table, entry.place, written, found)
    behind = " and ".join(f"({each})" for each in markers) if len(markers) > 1 else "".join(markers)
    address = _address(table)
    if address:
        return f"{head} @ {address}" + (f" ; {behind}" if behind else "")
    try:
        version = translate_range(text_of(table.get("version")))
    except RangeError:
        version = ""
        found.remark(
            RemarkCode.NOT_SUPPORTED,
            entry.place,
            "This range of versions cannot be kept; any version is asked for.",
            line=written,
        )
    return f"{head}{version}" + (f" ; {behind}" if behind else "")


def _address(table: TomlTable) -> str:
    if git := text_of(table.get("git")):
        revision = next(
            (text for key in ("rev", "tag", "branch", "ref") if (text := text_of(table.get(key)))),
            "",
        )
        below = text_of(table.get("subdirectory"))
        git = git if git.startswith("git+") else f"git+{git}"
        git = re.sub(r"\Agit\+git@([^:/]+):", r"git+ssh://git@\1/", git)
        return (
            f"{git}{'@' + revision if revision else ''}{'#subdirectory=' + below if below else ''}"
        )
    if url := text_of(table.get("url")):
        return url
    path = text_of(table.get("path")) or text_of(table.get("file"))
    if not path or "://" in path or path.startswith((".", "/", "~")):
        return path
    return f"./{path}"


def _markers(table: TomlTable, place: Place, written: str, found: Gathering) -> list[str]:
    markers: list[str] = []
    if text := text_of(table.get("markers")):
        markers.append(text)
    markers.extend(f"{key} {text}" for key in _MARKER_KEYS if (text := text_of(table.get(key))))
    if text := text_of(table.get("platform")):
        markers.append(f"sys_platform == '{text}'")
    if text := text_of(table.get("python")):
        try:
            ranges = translate_range(text)
        except RangeError:
            summary = "This range of Python versions cannot be kept."
            found.remark(RemarkCode.NOT_SUPPORTED, place, summary, line=written)
        else:
            markers.extend(_python_marker(each) for each in ranges.split(",") if each)
    return markers


def _python_marker(specifier: str) -> str:
    found = re.fullmatch(r"([<>=!~]+)(.+)", specifier)
    assert found is not None
    version = found[2]
    name = "python_full_version" if version.count(".") >= 2 else "python_version"
    return f"{name} {found[1]} '{version}'"
