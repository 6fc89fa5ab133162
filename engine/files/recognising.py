"""Tell from the content of a file what kind it is; its name only decides between equals."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Final, cast

from engine.files.decoding import decode_text
from engine.files.requirement_lines import logical_lines
from engine.files.values import FileKind

LINE: Final = 500  # characters of a line that are looked at
HEAD: Final = 1 << 18  # bytes that are looked at where a part tells as much as the whole

_LIST_HEADER: Final = re.compile(
    r"^#\s*packages in environment at|^#\s+Name\s+Version\s+Build"
    r"|^[ \t]*List of packages in environment|^[ \t]*Name\s+Version\s+Build\s+Channel",
    re.MULTILINE | re.IGNORECASE,
)
_EXPLICIT: Final = re.compile(r"^[ \t]*@EXPLICIT[ \t]*$", re.MULTILINE)
_CONDA_URL: Final = re.compile(
    r"^[ \t]*(?:https?|file)://\S+\.(?:conda|tar\.bz2)(?:#\S+)?[ \t]*$", re.MULTILINE
)
_SCRIPT: Final = re.compile(r"^# /// script\s*$", re.MULTILINE)
_PIP_TABLE: Final = re.compile(r"^Package\s+Version\b.*\n-{3,}", re.MULTILINE)
_PIN: Final = re.compile(r"[A-Za-z0-9][\w.\-]*(?:\[[\w,\- ]*\])?\s*===?\s*[\w.+!\-]+\Z")
_FROZEN: Final = re.compile(r"[A-Za-z0-9][\w.\-]* @ \S+\Z|-e \S+\Z|## FIXME")
_OLD_PIP_LIST: Final = re.compile(r"[A-Za-z0-9][\w.\-]* \(\d[^()]*\)\Z")
_CONDA_LINE: Final = re.compile(
    r"[A-Za-z0-9_][\w.\-]*=[^=\s]+(?:=[^=\s]+)?\Z|\S+::[A-Za-z0-9_][\w.\-]*.*\Z"
    r"|[A-Za-z0-9_][\w.\-]*\[[\w]+=[^\]]*\]\Z"
)
_REQUIREMENT_LINE: Final = re.compile(
    r"-{1,2}[A-Za-z]|[A-Za-z0-9][\w.\-]*\s*(?:\[[^\]]*\])?\s*(?:(?:[<>!~;@(]|==|--?[A-Za-z]).*)?\Z"
    r"|\S+://|[./~]|[A-Za-z]:[\\/]|(?:git|hg|svn|bzr)\+|\S+/\S+\.(?:whl|zip|tar\.gz)\Z"
)
_PYTHON: Final = re.compile(r"^(?:from \S+ import |import \S|def |class |#!.*python)", re.MULTILINE)
_YAML_KEY: Final = re.compile(r"^([A-Za-z_][\w-]*):", re.MULTILINE)
_INI_HEADER: Final = re.compile(r"^\[([A-Za-z0-9_.:\-]+)\]\s*$", re.MULTILINE)

_OPEN_LISTS: Final = (FileKind.REQUIREMENTS, FileKind.CONSTRAINTS, FileKind.PIP_FREEZE)


def recognise(data: bytes, name: str) -> tuple[FileKind, ...]:
    """Return the kinds that `data`, called `name`, may be, the best guess first; none if unknown.

    Only the first `HEAD` bytes of long texts are looked at.
    """
    lower = name.lower().rpartition("/")[2]
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"BZh")):
        return _archive(data, lower)
    text, _ = decode_text(data[:HEAD])
    text = re.sub(r"[ \t]{200,}", " ", text.replace("\r\n", "\n"))
    text = "\n".join(line[: 20 * LINE] for line in text.split("\n"))
    if "\0" in text:
        return ()
    found = tuple(dict.fromkeys(_by_content(text, lower, whole=len(data) <= HEAD)))
    named = kind_by_name(lower)
    if named is not None and named in found and found[0] is not named and _is_open(found, named):
        found = (named, *(each for each in found if each is not named))
    is_list = named in _OPEN_LISTS
    return found or ((named,) if named is not None and (is_list or not text.strip()) else ())


def _is_open(found: tuple[FileKind, ...], named: FileKind) -> bool:
    """Return whether the name decides: content cannot tell these apart."""
    return found[0] in _OPEN_LISTS and named in (*_OPEN_LISTS, FileKind.CONDA_LIST)


def _archive(data: bytes, name: str) -> tuple[FileKind, ...]:
    if data.startswith(b"BZh"):
        return (FileKind.CONDA_PACKAGE,)
    head = data[:4096]
    is_conda = b"metadata.json" in head or b".tar.zst" in head
    if is_conda or (name.endswith(".conda") and not name.endswith(".whl")):
        return (FileKind.CONDA_PACKAGE,)
    return (FileKind.WHEEL,) if name.endswith(".whl") or b".dist-info/" in data else ()


def kind_by_name(name: str) -> FileKind | None:
    """Return the kind that files called `name`, in lower case, usually are."""
    stem = name.rpartition(".")[0] or name
    if "constraint" in stem:
        return FileKind.CONSTRAINTS
    if "freeze" in stem or stem.startswith("pip-list"):
        return FileKind.PIP_FREEZE
    if "requirement" in stem or stem in ("reqs", "req", "deps"):
        return FileKind.REQUIREMENTS
    if name.endswith((".yml", ".yaml")):
        return FileKind.ENVIRONMENT_YAML
    return {
        "pyproject.toml": FileKind.PYPROJECT,
        "pixi.toml": FileKind.PYPROJECT,
        "setup.cfg": FileKind.SETUP_CFG,
        "pipfile": FileKind.PIPFILE,
    }.get(name)


def _by_content(text: str, name: str, *, whole: bool) -> Iterator[FileKind]:
    start = text.lstrip()[:1]
    if start in ("{", "["):
        yield from _json(text, whole=whole)
    if _EXPLICIT.search(text):
        yield FileKind.EXPLICIT
        return
    if _SCRIPT.search(text) and not name.endswith((".txt", ".yml", ".yaml", ".toml", ".cfg")):
        yield FileKind.SCRIPT
        return
    if _LIST_HEADER.search(text):
        yield FileKind.CONDA_LIST
        return
    if _PIP_TABLE.search(text):
        yield FileKind.PIP_FREEZE
        return
    structured = (*_toml(text, name, whole=whole), *_ini(text), *_yaml(text))
    if structured:
        yield from structured
        return
    if name.endswith((".py", ".pyw")) or (_PYTHON.search(text) and not name.endswith(".txt")):
        yield FileKind.SCRIPT
        return
    yield from _lines(text)


def _json(text: str, *, whole: bool) -> Iterator[FileKind]:
    if '"nbformat"' in text or ('"cells"' in text and '"cell_type"' in text):
        yield FileKind.NOTEBOOK
        return
    try:
        document: object = json.loads(text) if whole else None
    except (ValueError, RecursionError):
        return
    if document is None:
        if re.match(r'\s*\[\s*\{[^{}]*"(?:dist_name|base_url|build_string)"', text):
            yield FileKind.CONDA_LIST
        elif re.match(r'\s*\[\s*\{\s*"name"\s*:\s*"[^"]*"\s*,\s*"version"', text):
            yield FileKind.PIP_FREEZE
    elif isinstance(document, list):
        yield from _json_list(cast("list[object]", document))
    elif isinstance(document, dict):
        yield from _json_table(cast("dict[str, object]", document))


def _json_table(document: dict[str, object]) -> Iterator[FileKind]:
    if "default" in document and "_meta" in document:
        yield FileKind.PIPFILE
    elif "metadata" in document and isinstance(document.get("package"), list):
        yield FileKind.CONDA_LOCK  # JSON is YAML
    elif isinstance(document.get("dependencies"), list):
        yield FileKind.ENVIRONMENT_YAML


def _json_list(items: list[object]) -> Iterator[FileKind]:
    first = cast("dict[str, object]", items[0]) if items and isinstance(items[0], dict) else {}
    if "name" in first and "version" in first:
        is_conda = any(key in first for key in ("dist_name", "channel", "build_string", "base_url"))
        yield FileKind.CONDA_LIST if is_conda else FileKind.PIP_FREEZE


def _toml(text: str, name: str, *, whole: bool) -> Iterator[FileKind]:
    headers = set(
        re.findall(r"^[ \t]*\[+[ \t]*([A-Za-z0-9_.\-\"' ]+?)\s*\]+\s*(?:#.*)?$", text, re.M)
    )
    tops = {each.partition(".")[0].strip("\"' ") for each in headers}
    is_toml = bool(re.search(r"^[ \t]*[A-Za-z0-9_\-\"'.]+[ \t]*=\s*[\[{\"'0-9tf]", text, re.M))
    has_lock = re.search(r"^lock-version\s*=", text, re.M) is not None
    if has_lock and ("packages" in tops or re.search(r"^created-by\s*=", text, re.M)):
        yield FileKind.PYLOCK
        return
    if not headers or not (is_toml or name.endswith(".toml") or name == "pipfile"):
        return
    if whole and name.endswith(".toml") and not is_toml:
        try:
            tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError):
            return
    if tops & {"project", "build-system", "dependency-groups", "tool"} or "workspace" in tops:
        if ("options" not in tops and "metadata" not in tops) or name.endswith(".toml"):
            yield FileKind.PYPROJECT
    elif tops & {"packages", "dev-packages", "source"} and "package" not in tops:
        yield FileKind.PIPFILE
    elif "dependencies" in tops and name.endswith(".toml"):
        yield FileKind.PYPROJECT


def _ini(text: str) -> Iterator[FileKind]:
    headers = set(_INI_HEADER.findall(text))
    if headers & {"options", "options.extras_require"} or {"metadata"} == headers & {
        "metadata",
        "project",
        "tool",
    }:
        yield FileKind.SETUP_CFG


def _yaml(text: str) -> Iterator[FileKind]:
    keys = set(_YAML_KEY.findall(text))
    if {"environments", "packages"} <= keys or {"version", "environments"} <= keys:
        yield FileKind.PIXI_LOCK
    elif "package" in keys and keys & {"metadata", "version"}:
        yield FileKind.CONDA_LOCK
    elif keys & {"dependencies", "channels"} or ({"name", "prefix"} <= keys):
        yield FileKind.ENVIRONMENT_YAML


def _lines(text: str) -> Iterator[FileKind]:
    head = "\n".join(line[:LINE] for line in text.splitlines()[:2000])
    lines = [line.text[: 4 * LINE] for line in logical_lines(head, {})]
    if not lines:
        return
    urls = len(_CONDA_URL.findall(text))
    if urls and urls == len(lines):
        yield FileKind.EXPLICIT
        return
    if all(_OLD_PIP_LIST.match(line) for line in lines):
        yield FileKind.PIP_FREEZE
        return
    conda = sum(_CONDA_LINE.match(line) is not None for line in lines)
    exported = "# This file may be used to create an environment" in text
    wanted = sum(_REQUIREMENT_LINE.match(line) is not None for line in lines)
    pins = sum(_PIN.match(line) is not None or _FROZEN.match(line) is not None for line in lines)
    frozen = any(_FROZEN.match(line) for line in lines) and pins == len(lines)
    if exported or conda:
        yield FileKind.CONDA_LIST
        if conda < wanted:
            yield from (FileKind.REQUIREMENTS, FileKind.CONSTRAINTS)
        return
    if wanted * 2 < len(lines):
        return
    if frozen and ("@ file://" in text or "## FIXME" in text or "# Editable" in text):
        yield FileKind.PIP_FREEZE
    yield FileKind.REQUIREMENTS
    if pins == len(lines) and len(lines) > 1:
        yield FileKind.PIP_FREEZE
    yield FileKind.CONSTRAINTS
