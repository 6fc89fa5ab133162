"""Tell which PyPI distribution a conda package is, and back, and how sure that is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final, cast

from packaging.utils import canonicalize_name

from engine.places import Places
from engine.records import Record

_TABLE: Final = Path(__file__).with_name("names_table.json")
_PURL: Final = re.compile(r"pkg:pypi/([^@?#/]+)")


class NameCertainty(StrEnum):
    """Say where a name comes from, the surest source first; a guess is a guess."""

    INSTALLED = "installed"
    PURL = "purl"
    TABLE = "table"
    REFRESHED = "refreshed"
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class NameAnswer:
    """Hold a name and how sure it is."""

    name: str
    certainty: NameCertainty


@dataclass(frozen=True, slots=True)
class _Table:
    to_pypi: dict[str, str]
    to_conda: dict[str, tuple[str, ...]]
    no_python: frozenset[str]
    families: tuple[frozenset[str], ...]
    imports: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Refreshed:
    to_pypi: dict[str, tuple[str, ...]]
    to_conda: dict[str, tuple[str, ...]]


_NOTHING_REFRESHED: Final = _Refreshed({}, {})
_refreshed: list[_Refreshed] = [_NOTHING_REFRESHED]


def refreshed_file(places: Places) -> Path:
    """Return where a fetched table of names is kept."""
    return places.cache / "names" / "conda-pypi.json"


def use_refreshed(places: Places) -> None:
    """Have this process answer also from the table that was fetched last, if there is one.

    Reads a file of about a megabyte. One that cannot be read counts as none.
    """
    _refreshed[0] = _NOTHING_REFRESHED
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        document = json.loads(refreshed_file(places).read_bytes())
        to_pypi = {str(k): tuple(map(str, v)) for k, v in document["names"].items()}
        to_conda: dict[str, list[str]] = {}
        for conda, names in to_pypi.items():
            for name in names:
                to_conda.setdefault(name, []).append(conda)
        _refreshed[0] = _Refreshed(to_pypi, {k: tuple(v) for k, v in to_conda.items()})


@cache
def _table() -> _Table:
    document = cast("dict[str, object]", json.loads(_TABLE.read_text(encoding="utf-8")))
    pairs = cast("list[tuple[str, str]]", document["names"])
    to_conda: dict[str, list[str]] = {}
    for conda, pypi in pairs:
        to_conda.setdefault(pypi, []).append(conda)
    return _Table(
        dict(pairs),
        {pypi: tuple(names) for pypi, names in to_conda.items()},
        frozenset(cast("list[str]", document["no_distribution"])),
        tuple(frozenset(names) for names in cast("list[list[str]]", document["families"])),
        dict(cast("list[tuple[str, str]]", document["imports"])),
    )


def pypi_name(record: Record) -> NameAnswer | None:
    """Return the PyPI name of a conda package that is not installed; None when it has none.

    Asks its purls (conda docs, CEP 36: `purls` of repodata), then the table of well-known
    differences, then the one that was fetched, if any was, then takes its own name, which is a
    guess. A package that needs no Python has no
    PyPI name.
    """
    purl = _purl_of(record)
    if purl:
        return NameAnswer(purl, NameCertainty.PURL)
    name = record.name.lower()
    known = _table().to_pypi.get(name)
    if known is not None:
        return NameAnswer(known, NameCertainty.TABLE)
    fetched = _refreshed[0].to_pypi.get(name)
    if fetched is not None:
        return NameAnswer(fetched[0], NameCertainty.REFRESHED) if fetched else None
    if name in _table().no_python or not _needs_python(record):
        return None
    return NameAnswer(canonicalize_name(name), NameCertainty.GUESS)


def conda_names(pypi: str) -> tuple[NameAnswer, ...]:
    """Return what conda may call the PyPI distribution `pypi`, the likeliest name first."""
    name = canonicalize_name(pypi)
    known = sorted(_table().to_conda.get(name, ()), key=lambda each: each != name)
    found = [NameAnswer(each, NameCertainty.TABLE) for each in known]
    fetched = sorted(_refreshed[0].to_conda.get(name, ()), key=lambda each: (each != name, each))
    found += [NameAnswer(each, NameCertainty.REFRESHED) for each in fetched if each not in known]
    if name not in (*known, *fetched) and name not in _table().no_python:
        belongs_elsewhere = name in _table().to_pypi and _table().to_pypi[name] != name
        if not belongs_elsewhere:
            found.append(NameAnswer(name, NameCertainty.GUESS))
    return tuple(found)


def carried(pypi: str, available: Iterable[str]) -> NameAnswer | None:
    """Return the name under which one of the `available` conda packages is `pypi`, if any is."""
    names = available if isinstance(available, (set, frozenset)) else frozenset(available)
    return next((answer for answer in conda_names(pypi) if answer.name in names), None)


def distribution_of(conda: str) -> str:
    """Return what the conda package of that name is on PyPI, by the table or else its own name."""
    return _table().to_pypi.get(conda) or canonicalize_name(conda)


def known_names() -> frozenset[str]:
    """Return the PyPI names that the table knows."""
    return frozenset(_table().to_conda)


def imported_from(name: str) -> tuple[str, ...]:
    """Return the distribution that is imported, or commonly spoken of, under another `name`."""
    found = _table().imports.get(canonicalize_name(name))
    return (found,) if found is not None else ()


def same_files(pypi: str) -> frozenset[str]:
    """Return the other distributions that put the same files in place, `pypi` left out."""
    name = canonicalize_name(pypi)
    found = next((family for family in _table().families if name in family), frozenset[str]())
    return found - {name}


def _purl_of(record: Record) -> str:
    if '"purls"' not in record.raw:
        return ""
    try:
        document = cast("dict[str, object]", json.loads(record.raw))
    except ValueError:
        return ""
    purls = document.get("purls")
    for purl in cast("list[object]", purls) if isinstance(purls, list) else ():
        found = _PURL.match(str(purl))
        if found is not None:
            return canonicalize_name(found[1])
    return ""


def _needs_python(record: Record) -> bool:
    if record.noarch == "python":
        return True
    return any(re.match(r"(?:python|python_abi|pypy)(?:[\s=<>!~]|\Z)", d) for d in record.depends)
