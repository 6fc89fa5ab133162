"""Write environment.yml (conda docs, "Managing environments", creating a file manually)."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO
from typing import Any

from packaging.utils import canonicalize_name
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from engine.files.headings import headed, name_for_conda, split_head
from engine.files.ranges import parsed
from engine.files.values import ExportFormat
from engine.files.writing.contents import Contents
from engine.records import Record


def environment_yaml(contents: Contents, export_format: ExportFormat) -> str:
    """Return the file: what the user chose, or everything exactly as it is."""
    document: Any = CommentedMap()
    name = name_for_conda(contents.name)
    document["name"] = name
    document["channels"] = CommentedSeq(contents.channels)
    is_exact = export_format is ExportFormat.ENVIRONMENT_YAML_EXACT
    dependencies: Any = CommentedSeq(_exact(contents) if is_exact else _chosen(contents))
    document["dependencies"] = dependencies
    pip = _pip(contents, is_exact=is_exact)
    if pip:
        if not any(_name(each) == "pip" for each in dependencies):
            dependencies.append("pip")
        dependencies.append(CommentedMap(pip=CommentedSeq(pip)))
    if contents.variables:
        document["variables"] = CommentedMap(contents.variables)
    return headed(_dumped(document), contents.name if name != contents.name else "")


def _chosen(contents: Contents) -> list[str]:
    """Return the specs that packages were asked for by; all roots when nobody remembers."""
    asked = [spec for each in contents.conda for spec in each.record.requested]
    if asked:
        return list(dict.fromkeys(map(_plain, asked)))
    needed = {
        spec.partition(" ")[0].partition("[")[0].lower()
        for each in contents.conda
        for spec in each.record.depends
    }
    return [each.record.name for each in contents.conda if each.record.name not in needed]


def _plain(spec: str) -> str:
    """Return a spec without a build, which only one system has."""
    parts = spec.split("=")
    is_built = len(parts) == 3 and all(parts) and not set("<>!~[, ") & set(spec)
    return "=".join(parts[:2]) if is_built else spec


def _exact(contents: Contents) -> list[str]:
    return ["=".join((r.name, r.version, r.build)) for r in (e.record for e in contents.conda)]


def _pip(contents: Contents, *, is_exact: bool) -> list[str]:
    needed: set[str] = set() if is_exact else _needed_names(contents.pypi)
    chosen = (each for each in contents.pypi if each.name not in needed)
    return [f"{each.name}=={each.version}" for each in chosen]


def _needed_names(records: Iterable[Record]) -> set[str]:
    """Return the names of the packages that come along with those that were chosen.

    What only an extra needs is not among them: nothing tells later that the extra was asked for.
    """
    known = {each.name: each for each in records}
    chosen = [each.name for each in known.values() if each.requested]
    found: set[str] = set()
    waiting = list(chosen)
    while waiting:
        for text in known[waiting.pop()].depends:
            read = parsed(text)
            name = canonicalize_name(read.name) if read is not None else ""
            if read is None or name not in known or name in found or "extra" in str(read.marker):
                continue
            found.add(name)
            waiting.append(name)
    return found.difference(chosen)


def updated_yaml(old: str, new: str) -> str:
    """Return `new` in the order and with the comments of `old`, which Envdesk wrote.

    Lines of packages that are still there keep their place and words where they say the same;
    raises ValueError when `old` is no such file.
    """
    _, old = split_head(old)
    head, new = split_head(new)
    try:
        before: Any = _loader().load(old)
        after: Any = _loader().load(new)
    except YAMLError as error:
        raise ValueError("not YAML") from error
    if not all(isinstance(each, CommentedMap) for each in (before, after)):
        raise ValueError("not a mapping")
    for key in [key for key in before if key not in after]:
        del before[key]
    for key, value in after.items():
        there: Any = before.get(key)
        if all(isinstance(each, CommentedSeq) for each in (there, value)):
            _bring_up_to_date(there, value)
        else:
            before[key] = value
    return head + _dumped(before)


def _bring_up_to_date(there: Any, wanted: Any) -> None:  # noqa: ANN401 - ruamel has no types
    by_name: dict[str, Any] = {_name(each): each for each in wanted}
    for index in range(len(there) - 1, -1, -1):
        name = _name(there[index])
        if name not in by_name:
            del there[index]
            continue
        value = by_name.pop(name)
        if all(isinstance(each, CommentedMap) for each in (there[index], value)):
            _bring_up_to_date(there[index]["pip"], value["pip"])
        else:
            there[index] = value
    is_nested = bool(there) and isinstance(there[-1], CommentedMap)
    for each in (each for each in wanted if _name(each) in by_name):
        if is_nested and not isinstance(each, CommentedMap):
            there.insert(len(there) - 1, each)
        else:
            there.append(each)


def _name(entry: Any) -> str:  # noqa: ANN401 - ruamel has no types
    if isinstance(entry, dict):
        return "pip:"
    text = str(entry).rpartition("::")[2]
    for mark in "<>=!~ [;@":
        text = text.partition(mark)[0]
    return text.lower()


def _loader() -> Any:  # noqa: ANN401 - ruamel has no types
    yaml: Any = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _dumped(document: Any) -> str:  # noqa: ANN401 - ruamel has no types
    stream = StringIO()
    _loader().dump(document, stream)
    return stream.getvalue()


def updated_lines(old: str, new: str) -> str:
    """Return the lines of `new` in the order and with the comments of `old`, a requirements file.

    Raises ValueError when Envdesk did not write `old`.
    """
    _, old = split_head(old)
    head, new = split_head(new)
    wanted = {_name(line): line for line in _entries(new.splitlines())}
    kept: list[str] = []
    for line in old.splitlines():
        words, mark, comment = line.partition(" #")
        if not words.strip() or words.startswith("#"):
            kept.append(line)
        elif (found := wanted.pop(_name(words.strip()), None)) is not None:
            kept.append(f"{found}{mark}{comment}")
    return head + "\n".join((*kept, *wanted.values())) + "\n"


def _entries(lines: Iterable[str]) -> Iterable[str]:
    return (line for line in lines if line.strip() and not line.startswith("#"))
