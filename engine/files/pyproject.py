"""Read pyproject.toml (PEP 621, PEP 735; the tables of Poetry, pixi, uv and PDM), and pixi.toml."""

from __future__ import annotations

import re
from dataclasses import replace

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from engine.files.gathering import Gathering, Source
from engine.files.includes import include_list, note_requires_python, want_text
from engine.files.pixi_manifest import read_pixi
from engine.files.poetry import read_poetry
from engine.files.requirement_indexes import note_index_option
from engine.files.toml_texts import (
    TomlFile,
    TomlTable,
    inner,
    list_of,
    open_toml,
    shown,
    table_of,
    text_of,
)
from engine.files.values import RemarkCode


def read_pyproject(source: Source, found: Gathering) -> None:
    """Add what the pyproject.toml or pixi.toml `source` asks for; raises EngineError."""
    file = open_toml(source, found)
    document = file.document
    tool = table_of(document.get("tool"))
    project = table_of(document.get("project"))
    is_pixi_file = not tool and ("workspace" in document or "dependencies" in document)
    if is_pixi_file or (project and "channels" in project):
        read_pixi(file, document, "", source, found)
        return
    reader = _Reader(file, source, found)
    reader.project(project)
    reader.dependency_groups(table_of(document.get("dependency-groups")))
    reader.setuptools(inner(tool, "setuptools", "dynamic"))
    if "poetry" in tool:
        read_poetry(file, table_of(tool["poetry"]), source, found)
    if "pixi" in tool:
        read_pixi(file, table_of(tool["pixi"]), "tool.pixi", source, found)
    reader.uv(table_of(tool.get("uv")))
    reader.pdm(table_of(tool.get("pdm")))
    reader.hatch(inner(tool, "hatch", "envs"))


class _Reader:
    def __init__(self, file: TomlFile, source: Source, found: Gathering) -> None:
        self._file = file
        self._source = source
        self._found = found
        self._name = ""
        self._taken: set[tuple[str, str, str]] = set()

    def _want(self, item: object, table: str, group: str = "", *, constraint: bool = False) -> None:
        text = text_of(item)
        place = self._file.place(table, text or shown(item), group)
        if not text:
            summary = "A requirement, between quotes, is expected here."
            self._found.remark(RemarkCode.LINE_INVALID, place, summary, line=shown(item))
            return
        want_text(text, place, self._source, self._found, group=group, constraint=constraint)

    def project(self, project: TomlTable) -> None:
        self._name = canonicalize_name(text_of(project.get("name")))
        self._found.name = text_of(project.get("name"))
        python = text_of(project.get("requires-python"))
        if python:
            place = self._file.place("project", "requires-python")
            note_requires_python(python, place, self._found)
        for item in list_of(project.get("dependencies")):
            self._want(item, "project")
        extras = table_of(project.get("optional-dependencies"))
        for extra in extras:
            self._extra(extra, extras, extra, ())
        for item in list_of(project.get("dynamic")):
            self._dynamic(text_of(item))

    def _extra(self, extra: str, extras: TomlTable, group: str, above: tuple[str, ...]) -> None:
        """Add what `extra` holds; the project's own extras in it stand for what they hold."""
        if not self._is_new("extra", extra, group):
            return
        self._found.groups.append(group)
        table = "project.optional-dependencies"
        for item in list_of(extras.get(extra)):
            inside = self._own_extras(text_of(item))
            if inside is None:
                self._want(item, table, group)
                continue
            for name in inside:
                known = next((key for key in extras if _same(key, name)), None)
                if known is None or known in (*above, extra):
                    self._unresolved(shown(item), table, name)
                else:
                    self._extra(known, extras, group, (*above, extra))

    def _own_extras(self, text: str) -> tuple[str, ...] | None:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            return None
        if not self._name or canonicalize_name(requirement.name) != self._name:
            return None
        return tuple(sorted(requirement.extras))

    def _unresolved(self, line: str, table: str, name: str) -> None:
        place = self._file.place(table, line, name)
        summary = f"There is no group {name}, or it holds itself."
        self._found.remark(RemarkCode.LINE_INVALID, place, summary, line=line, name=name)

    def _dynamic(self, field: str) -> None:
        tool = inner(self._file.document, "tool", "setuptools", "dynamic")
        if field in ("dependencies", "optional-dependencies") and not tool.get(field):
            self._found.remark(
                RemarkCode.NOT_SUPPORTED,
                self._file.place("project", field, "dynamic"),
                "The project works this list out with a program of its own, which is not run.",
                option=field,
            )

    def dependency_groups(self, groups: TomlTable) -> None:
        for name in groups:
            self._found.groups.append(name)
            self._group(name, groups, name, ())

    def _is_new(self, what: str, name: str, group: str) -> bool:
        """Return whether `group` has not taken what `name` holds before."""
        is_new = (what, name, group) not in self._taken
        self._taken.add((what, name, group))
        return is_new

    def _group(self, name: str, groups: TomlTable, group: str, above: tuple[str, ...]) -> None:
        if not self._is_new("group", name, group):
            return
        table = "dependency-groups"
        for item in list_of(groups.get(name)):
            included = text_of(table_of(item).get("include-group"))
            if not included:
                self._want(item, table, group)
                continue
            known = next((key for key in groups if _same(key, included)), None)
            if known is None or known in (*above, name):
                self._unresolved(included, table, included)
            elif len(above) < 60:
                self._group(known, groups, group, (*above, name))

    def setuptools(self, dynamic: TomlTable) -> None:
        """Read the lists that setuptools takes from files (setuptools docs, "Dynamic Metadata")."""
        self._files(dynamic.get("dependencies"), "")
        for name, value in table_of(dynamic.get("optional-dependencies")).items():
            self._found.groups.append(name)
            self._files(value, name)

    def _files(self, value: object, group: str) -> None:
        names = table_of(value).get("file")
        for name in [names] if isinstance(names, str) else list_of(names):
            place = self._file.place("tool.setuptools.dynamic", text_of(name))
            include_list(text_of(name), place, self._source, self._found, group=group)

    def uv(self, uv: TomlTable) -> None:
        """Read what uv keeps in its own table (uv docs, "Settings")."""
        for item in list_of(uv.get("dev-dependencies")):
            self._found.groups.append("dev")
            self._want(item, "tool.uv", "dev")
        for item in list_of(uv.get("constraint-dependencies")):
            self._want(item, "tool.uv", constraint=True)
        for key in ("override-dependencies", "build-constraint-dependencies", "conflicts"):
            if uv.get(key):
                place = self._file.place("tool.uv", key)
                summary = f"{key} of uv is not kept."
                self._found.remark(RemarkCode.NOT_SUPPORTED, place, summary, option=key)
        self._sources(table_of(uv.get("sources")))
        for item in list_of(uv.get("index")):
            self._index(table_of(item))
        for key, option in (("index-url", "index-url"), ("extra-index-url", "extra-index-url")):
            values = uv.get(key)
            for value in [values] if isinstance(values, str) else list_of(values):
                self._option(option, text_of(value), "tool.uv")

    def _index(self, index: TomlTable) -> None:
        url = text_of(index.get("url"))
        if index.get("explicit"):
            place = self._file.place("tool.uv.index", url)
            summary = "This index is only for packages that name it; it is not kept."
            self._found.remark(RemarkCode.NOT_SUPPORTED, place, summary, option=url)
        elif url:
            self._option("index-url" if index.get("default") else "extra-index-url", url, "tool.uv")

    def _option(self, name: str, value: str, table: str) -> None:
        place = self._file.place(table, value)
        written = f"{name} = {value}"
        folder = self._source.folder
        note_index_option(name, value, written, place, self._found, folder=folder)

    def _sources(self, sources: TomlTable) -> None:
        """Give requirements the address that `tool.uv.sources` names for them."""
        for name, value in sources.items():
            place = self._file.place("tool.uv.sources", name)
            address = _address(table_of(value))
            wanted = [
                each
                for each in self._found.wanted
                if each.name == canonicalize_name(name) and " @ " not in each.text
            ]
            if not address or not wanted:
                summary = f"Where {name} comes from is not kept."
                self._found.remark(RemarkCode.NOT_SUPPORTED, place, summary, line=shown(value))
                continue
            for each in wanted:
                at = self._found.wanted.index(each)
                text = _with_address(each.text, address)
                want_text(text, place, self._source, self._found, group=each.group)
                if len(self._found.wanted) and self._found.wanted[-1].place == place:
                    moved = self._found.wanted.pop()
                    self._found.wanted[at] = replace(moved, place=each.place)

    def pdm(self, pdm: TomlTable) -> None:
        for group, items in table_of(pdm.get("dev-dependencies")).items():
            self._found.groups.append(group)
            for item in list_of(items):
                text = re.sub(r"\A-e\s+", "", text_of(item))
                self._want(text or item, "tool.pdm.dev-dependencies", group)
        for item in list_of(pdm.get("source")):
            url = text_of(table_of(item).get("url"))
            if url:
                is_first = table_of(item).get("name") == "pypi"
                name = "index-url" if is_first else "extra-index-url"
                self._option(name, url, "tool.pdm.source")

    def hatch(self, environments: TomlTable) -> None:
        for name, value in environments.items():
            if table_of(value).get("dependencies") or table_of(value).get("extra-dependencies"):
                place = self._file.place(f"tool.hatch.envs.{name}", "dependencies")
                summary = f"The environment {name} of Hatch is not read."
                self._found.remark(RemarkCode.NOT_SUPPORTED, place, summary, option=name)


def _same(one: str, other: str) -> bool:
    return canonicalize_name(one) == canonicalize_name(other)


def _address(source: TomlTable) -> str:
    if git := text_of(source.get("git")):
        revision = next(
            (text for key in ("rev", "tag", "branch") if (text := text_of(source.get(key)))), ""
        )
        below = text_of(source.get("subdirectory"))
        at = f"@{revision}" if revision else ""
        return f"git+{git}{at}" + (f"#subdirectory={below}" if below else "")
    return text_of(source.get("url")) or text_of(source.get("path"))


def _with_address(text: str, address: str) -> str:
    requirement = Requirement(text)
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    marker = f" ; {requirement.marker}" if requirement.marker else ""
    if "://" not in address and not address.startswith((".", "/")):
        address = f"./{address}"
    return f"{requirement.name}{extras} @ {address}{marker}"
