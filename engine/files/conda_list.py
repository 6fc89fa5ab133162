"""Read what `conda list` prints, in each of its forms, and lists of specs (CEP 23).

conda's, mamba's and micromamba's tables; `--json`; `--export`; `--canonical`.
"""

from __future__ import annotations

import json
import re
from typing import Final, cast

from engine.conda.channels import is_subdir
from engine.files.conda_specs import note_python, want_conda
from engine.files.decoding import decode_text
from engine.files.gathering import Gathering, Source
from engine.files.includes import want_text
from engine.files.lock_entries import check_platforms, lines_of_names, platforms_of
from engine.files.requirements import check_count, check_size, note_encoding
from engine.files.toml_texts import TomlTable, table_of, text_of
from engine.files.values import Place, RemarkCode, WantedKind
from engine.files.yaml_nodes import malformed

_PLATFORM: Final = re.compile(r"#\s*platform:\s*(?P<subdir>[\w-]+)")
_RULER: Final = re.compile(r"[\s─━\-_=]+\Z")
_HEADER: Final = re.compile(r"\s*#?\s*Name\s+Version\s+Build", re.IGNORECASE)
_TABLE: Final = re.compile(
    r"\s*(?:#?\s*Name\s+Version\s+Build|#\s*packages in environment at)", re.IGNORECASE
)
_TITLE: Final = re.compile(r"\s*(?:#|List of packages in environment)", re.IGNORECASE)
_ROW: Final = re.compile(
    r"(?P<name>[A-Za-z0-9_][\w.\-]*)\s+(?P<version>[0-9A-Za-z][\w.+!]*)"
    r"(?:\s+(?P<build><\w+>|[\w.+\-]+))?(?:\s+(?P<channel>\S+))?\Z"
)
_EXPORTED: Final = re.compile(
    r"(?P<name>[A-Za-z0-9_][\w.\-]*)=(?P<version>[^=\s<>!~\[\]]+)=(?P<build>[^=\s\[\]]+)\Z"
)
_CANONICAL: Final = re.compile(
    r"(?:(?P<channel>\S+?)/(?P<subdir>[a-z]+-\w+|noarch)::)(?P<stem>\S+-[^-\s]+-[^-\s]+)\Z"
)
_PYPI_BUILDS: Final = ("pypi_0", "<pip>")
_UNKNOWN_CHANNELS: Final = ("", "defaults", "<unknown>", "unknown")


def read_conda_list(source: Source, found: Gathering) -> None:
    """Add what the saved list `source` names; raises EngineError (file-malformed)."""
    text, guessed = decode_text(source.data)
    note_encoding(guessed, source.label, found)
    reader = _Reader(source, found)
    if text.lstrip().startswith("["):
        reader.json(text)
    else:
        found.platforms.extend(each["subdir"] for each in _PLATFORM.finditer(text))
        check_platforms(source, found)
        is_table = any(_TABLE.match(line) for line in text.splitlines()[:20])
        for number, line in enumerate(text.splitlines(), start=1):
            reader.line(line, Place(source.label, number), is_table=is_table)
            check_count(found, source.path)
    note_python(found)


class _Reader:
    def __init__(self, source: Source, found: Gathering) -> None:
        self._source = source
        self._found = found

    def line(self, line: str, place: Place, *, is_table: bool) -> None:
        words = line.strip()
        if not words or _TITLE.match(words) or _HEADER.match(words) or _RULER.match(words):
            return
        row = _ROW.match(words) if is_table else None
        if row is not None:
            self._package(
                row["name"],
                row["version"],
                row["build"] or "",
                row["channel"] or "",
                place,
                words,
            )
            return
        if is_table:
            self._refuse(place, words)
            return
        if exported := _EXPORTED.match(words):
            name, version, build = exported["name"], exported["version"], exported["build"]
            self._package(name, version, build, "", place, words)
        elif canonical := _CANONICAL.match(words):
            name, version, build = canonical["stem"].rsplit("-", 2)
            if is_subdir(canonical["subdir"]):
                self._found.platforms.extend(platforms_of(canonical["subdir"]))
            self._package(name, version, build, canonical["channel"], place, words)
        else:
            want_conda(re.sub(r"\s+#.*\Z", "", words), place, words, self._found)

    def _refuse(self, place: Place, line: str) -> None:
        summary = "This line is no package of a list."
        self._found.remark(RemarkCode.LINE_INVALID, place, summary, line=line)

    def _package(  # noqa: PLR0917 - they are the columns of a table
        self, name: str, version: str, build: str, channel: str, place: Place, written: str
    ) -> None:
        if build in _PYPI_BUILDS or channel == "pypi":
            kind = WantedKind.PIP
            text = f"{name}=={version}"
            want_text(text, place, self._source, self._found, written=written, kind=kind)
            return
        if build.startswith("dev_") or "<develop>" in (build, channel):
            summary = f"{name} was worked on where the list was made; only that computer has it."
            self._found.remark(RemarkCode.PATH_ELSEWHERE, place, summary, line=written, name=name)
            return
        here = self._source.target.subdir
        if self._found.platforms and here not in self._found.platforms:
            build = ""  # builds have other names on other systems
        head = f"{channel}::{name}" if channel not in _UNKNOWN_CHANNELS else name
        spec = " ".join(part for part in (head, f"=={version}", build) if part)
        want_conda(spec, place, written, self._found)

    def json(self, text: str) -> None:
        try:
            items = cast("object", json.loads(text))
        except (ValueError, RecursionError) as error:
            raise malformed("JSON", "It is broken, or cut off.", 0) from error
        if not isinstance(items, list):
            raise malformed("JSON", "A list of packages is expected.", 0)
        check_size(len(cast("list[object]", items)), self._source.path)
        packages = [table_of(item) for item in cast("list[object]", items)]
        self._found.platforms.extend(
            each for table in packages for each in platforms_of(text_of(table.get("platform")))
        )
        check_platforms(self._source, self._found)
        lines = lines_of_names(text)
        for at, table in enumerate(packages):
            place = Place(self._source.label, lines[at] if at < len(lines) else 0)
            self._item(table, place)
            check_count(self._found, self._source.path)

    def _item(self, table: TomlTable, place: Place) -> None:
        name, version = text_of(table.get("name")), text_of(table.get("version"))
        build = text_of(table.get("build_string")) or text_of(table.get("build"))
        channel = text_of(table.get("channel"))
        written = f"{name} {version} {build} {channel}".strip()
        if not _ROW.match(f"{name} {version}"):
            self._refuse(place, written)
            return
        self._package(name, version, build, channel, place, written)
