"""Read pixi's tables, in pixi.toml or in pyproject.toml (pixi docs, "Manifest")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.conda.channels import is_subdir
from engine.files.conda_specs import note_python, other_system, want_conda
from engine.files.gathering import Gathering, Source
from engine.files.requirement_indexes import note_index_option
from engine.files.table_requirements import Entry, want_entry
from engine.files.targets import Target
from engine.files.toml_texts import TomlFile, TomlTable, list_of, shown, table_of, text_of
from engine.files.values import Place, RemarkCode, WantedKind

_CONDA_TABLES: Final = ("dependencies", "host-dependencies", "build-dependencies")


def read_pixi(
    file: TomlFile, pixi: TomlTable, prefix: str, source: Source, found: Gathering
) -> None:
    """Add what pixi's tables, which begin with `prefix`, ask for; groups are features."""
    reader = _Reader(file, prefix, source, found)
    workspace = table_of(pixi.get("workspace")) or table_of(pixi.get("project"))
    reader.workspace(workspace)
    reader.feature(pixi, "", "")
    for name, value in table_of(pixi.get("feature")).items():
        found.groups.append(name)
        reader.feature(table_of(value), f"feature.{name}", name)
    known = table_of(pixi.get("environments"))
    if known:
        summary = "Its environments are made of features, which can be chosen one by one."
        names = ", ".join(known)
        place = reader.place("environments", next(iter(known)))
        found.remark(RemarkCode.NOT_SUPPORTED, place, summary, option=names)
    note_python(found)


@dataclass(frozen=True, slots=True)
class _Part:
    table: str
    group: str
    condition: str = ""


class _Reader:
    def __init__(self, file: TomlFile, prefix: str, source: Source, found: Gathering) -> None:
        self._file = file
        self._prefix = prefix
        self._source = source
        self._found = found

    def place(self, table: str, *words: str) -> Place:
        joined = ".".join(part for part in (self._prefix, table) if part)
        return self._file.place(joined, *words)

    def workspace(self, workspace: TomlTable) -> None:
        found = self._found
        found.name = found.name or text_of(workspace.get("name"))
        self._channels(workspace)
        for item in list_of(workspace.get("platforms")):
            platform = text_of(item)
            place = self.place("workspace", platform)
            if is_subdir(platform):
                found.platforms.append(platform)
            else:
                summary = "This is no platform."
                found.remark(RemarkCode.LINE_INVALID, place, summary, line=shown(item))
        here = self._source.target.subdir
        if found.platforms and here not in found.platforms:
            found.remark(
                RemarkCode.PLATFORM_MISSING,
                self.place("workspace", "platforms"),
                "The file was written for other kinds of computers.",
                platform=here,
                platforms=", ".join(found.platforms),
            )
        self._options(table_of(workspace.get("pypi-options")), "workspace.pypi-options")

    def _channels(self, table: TomlTable) -> None:
        items = list_of(table.get("channels"))
        ranked = [
            (text_of(item) or text_of(table_of(item).get("channel")), _priority(item))
            for item in items
        ]
        for name, _ in sorted(ranked, key=lambda one: -one[1]):
            if name:
                self._found.channels.append(name)

    def feature(self, feature: TomlTable, where: str, group: str) -> None:
        if group:
            self._channels(feature)
            for item in list_of(feature.get("platforms")):
                if text_of(item) == self._source.target.subdir:
                    break
            else:
                if feature.get("platforms"):
                    place = self.place(where, "platforms")
                    condition = ", ".join(map(text_of, list_of(feature["platforms"])))
                    other_system(place, group, condition, self._found, self._source.target)
        self._packages(feature, _Part(where, group))
        self._activation(feature, where)
        self._options(table_of(feature.get("pypi-options")), _below(where, "pypi-options"))
        for key in ("tasks", "system-requirements"):
            if feature.get(key):
                summary = f"{key} of pixi have no meaning here and are left out."
                place = self.place(_below(where, key))
                self._found.remark(RemarkCode.OPTION_MEANINGLESS, place, summary, option=key)
        for system, table in table_of(feature.get("target")).items():
            part = _Part(_below(where, f"target.{system}"), group, system)
            self._packages(table_of(table), part)
            if _is_for(system, self._source.target):
                self._activation(table_of(table), part.table)

    def _packages(self, table: TomlTable, part: _Part) -> None:
        for key in _CONDA_TABLES:
            for name, value in table_of(table.get(key)).items():
                self._conda(name, value, key, part)
        for name, value in table_of(table.get("pypi-dependencies")).items():
            self._pypi(name, value, part)
        for name, value in table_of(table.get("constraints")).items():
            place = self.place(_below(part.table, "constraints"), name)
            summary = "Constraints of pixi are not kept."
            self._found.remark(
                RemarkCode.NOT_SUPPORTED, place, summary, line=f"{name} = {shown(value)}"
            )

    def _conda(self, name: str, value: object, key: str, part: _Part) -> None:
        place = self.place(_below(part.table, key), name)
        written = f"{name} = {shown(value)}"
        if part.group == "" and key == "build-dependencies":
            summary = "What is only needed to build the project is left out."
            self._found.remark(
                RemarkCode.OPTION_MEANINGLESS, place, summary, option=key, line=written
            )
            return
        table: TomlTable = {"version": value} if isinstance(value, str) else table_of(value)
        if any(table.get(each) for each in ("git", "path")):
            summary = "A conda package that is built from its source is not supported."
            self._found.remark(RemarkCode.NOT_SUPPORTED, place, summary, line=written)
            return
        holds = _is_for(part.condition, self._source.target)
        spec = text_of(table.get("url")) or _spec(name, table)
        want_conda(spec, place, written, self._found, group=part.group, applies=holds)
        if not holds:
            other_system(place, written, part.condition, self._found, self._source.target)

    def _pypi(self, name: str, value: object, part: _Part) -> None:
        place = self.place(_below(part.table, "pypi-dependencies"), name)
        written = f"{name} = {shown(value)}"
        if not _is_for(part.condition, self._source.target):
            other_system(place, written, part.condition, self._found, self._source.target)
            return
        want_entry(Entry(name, value, place, part.group, WantedKind.PIP), self._source, self._found)

    def _activation(self, table: TomlTable, where: str) -> None:
        activation = table_of(table.get("activation"))
        for name, value in table_of(activation.get("env")).items():
            self._found.variables[name] = value if isinstance(value, str) else shown(value)
        if activation.get("scripts"):
            place = self.place(_below(where, "activation"), "scripts")
            summary = "Scripts that run at activation are left out."
            line = shown(activation["scripts"])
            self._found.remark(RemarkCode.NOT_SUPPORTED, place, summary, line=line)

    def _options(self, options: TomlTable, where: str) -> None:
        for key, option in (("index-url", "index-url"), ("extra-index-urls", "extra-index-url")):
            values = options.get(key)
            for value in [values] if isinstance(values, str) else list_of(values):
                self._option(option, text_of(value), where)
        for item in list_of(options.get("find-links")):
            table = table_of(item)
            self._option("find-links", text_of(table.get("url") or table.get("path")), where)

    def _option(self, name: str, value: str, where: str) -> None:
        place = self.place(where, value)
        folder = self._source.folder
        written = f"{name} = {value}"
        note_index_option(name, value, written, place, self._found, folder=folder)


def _priority(item: object) -> int:
    value = table_of(item).get("priority")
    return value if isinstance(value, int) else 0


def _below(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _is_for(system: str, target: Target) -> bool:
    if system == "unix":
        return target.system != "win"
    return system in ("", target.subdir, target.system)


def _spec(name: str, table: TomlTable) -> str:
    version = text_of(table.get("version")).strip()
    build = text_of(table.get("build")).strip()
    channel = text_of(table.get("channel")).strip()
    version = "" if version == "*" and not build else version
    head = f"{channel}::{name}" if channel else name
    return " ".join(part for part in (head, version, build) if part)
