"""What can be added for the words in the search field: from the channels, and from PyPI."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from engine.errors import EngineError
from engine.pypi.requirements import RequirementForm, Wanted, parse_requirement
from engine.records import Record, RecordKind
from gui.dialogs.specs import spec_name, split_specs
from gui.models.basket import Wish, WishKind, wish_for
from gui.models.dependents import plain_name
from gui.models.name_index import NameIndex

MOST_OFFERS = 50

_ADDRESS = re.compile(r"(?:git|hg|svn|bzr)\+|(?:https?|ftp|file)://|\S+\s+@\s", re.IGNORECASE)
_PATH = re.compile(r"(?:\.{1,2}[\\/]|~?[\\/]|[A-Za-z]:[\\/])")
_ARCHIVES = (".whl", ".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz")
_EXTRAS = re.compile(r"[A-Za-z0-9._-]+\s*\[[^=\]]*\]")
_ONE_VERSION = re.compile(r"([A-Za-z0-9._-]+?)(?:\s*={1,2}\s*|\s+)([0-9][\w.!+]*)\Z")


@dataclass(frozen=True, slots=True)
class Offer:
    """Hold one thing that can be put into the basket, or, without wishes, why nothing can.

    One `is_elsewhere` is for a new environment instead.
    """

    title: str
    wishes: tuple[Wish, ...] = ()
    note: str = ""
    is_elsewhere: bool = False

    @property
    def is_from_pypi(self) -> bool:
        """Return whether PyPI would bring it."""
        return any(wish.tool is RecordKind.PYPI for wish in self.wishes)


class Installed:
    """Know which packages are there, by name."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._records: dict[tuple[RecordKind, str], Record] = {}
        for record in records:
            if record.problem is None:
                self._records.setdefault((record.kind, plain_name(record.name)), record)
        self.has_python = (RecordKind.CONDA, "python") in self._records

    def with_python(self) -> Installed:
        """Return the same with Python, which every new environment can have."""
        found = Installed(self._records.values())
        found.has_python = True
        return found

    def record(self, kind: RecordKind, name: str) -> Record | None:
        """Return the installed package `name` that belongs to `kind`."""
        return self._records.get((kind, plain_name(name)))

    def has(self, name: str) -> bool:
        """Return whether conda or PyPI brought the package `name`."""
        return any(self.record(kind, name) is not None for kind in RecordKind)


def offers_for(
    text: str, index: NameIndex | None, installed: Installed, most: int = MOST_OFFERS
) -> tuple[Offer, ...]:
    """Return what can be added for `text`, the likeliest first; nothing for what is there.

    A name, a beginning or a part of one finds packages of the channels. Versions behind a name
    are kept; an address, a file or extras are for PyPI, and so is a name that no channel has.
    Without an `index`, the names are not known yet.
    """
    wanted = text.strip()
    if not wanted:
        return ()
    if _is_for_pypi(wanted):
        return _from_address(wanted, installed)
    if index is None:
        return ()
    specs = split_specs(wanted)
    if len(specs) > 1:
        return _several(specs, index, installed)
    return _one(wanted, specs[0] if specs else "", index, installed, most)


def elsewhere(offers: Iterable[Offer], protection: str) -> tuple[Offer, ...]:
    """Return `offers` for a new environment, after why nothing can be added to this one."""
    words = QCoreApplication.translate("Offers", "Nothing can be added here")
    note = QCoreApplication.translate("Offers", "in a new environment")
    return (
        Offer(words, note=protection),
        *(
            replace(
                offer,
                note=f"{note} · {offer.note}" if offer.is_from_pypi and offer.note else note,
                is_elsewhere=True,
            )
            for offer in offers
            if offer.wishes
        ),
    )


def looks_at_disk(text: str) -> bool:
    """Return whether telling what can be added for `text` means to look at files, which may take.

    Folders on a network that went away answer after half a minute.
    """
    wanted = text.strip()
    is_path = _PATH.match(wanted) or wanted.lower().endswith(_ARCHIVES)
    return bool(is_path) or "file:" in wanted.lower()


def _is_for_pypi(text: str) -> bool:
    return bool(
        _ADDRESS.match(text)
        or _PATH.match(text)
        or _EXTRAS.match(text)
        or text.lower().endswith(_ARCHIVES)
    )


def _from_address(text: str, installed: Installed) -> tuple[Offer, ...]:
    try:
        wanted = parse_requirement(text, Path.home())
    except EngineError as error:
        words = QCoreApplication.translate("Offers", "This cannot be read as a package yet.")
        return (Offer(text, note=error.failure.cause or words),)
    if not installed.has_python:
        return (Offer(text, note=_needs_python()),)
    return (Offer(text, (pypi_wish(wanted, installed),), _note_of(wanted)),)


def _note_of(wanted: Wanted) -> str:
    match wanted.form:
        case RequirementForm.NAME:
            return ""
        case RequirementForm.FILE | RequirementForm.FOLDER:
            return QCoreApplication.translate("Offers", "from this computer")
        case RequirementForm.URL | RequirementForm.REPOSITORY:
            return QCoreApplication.translate("Offers", "from this address")


def _needs_python() -> str:
    return QCoreApplication.translate(
        "Offers", "PyPI packages need Python, and there is none in this environment."
    )


def _several(specs: tuple[str, ...], index: NameIndex, installed: Installed) -> tuple[Offer, ...]:
    """Offer a typed or pasted list as a whole, when every word of it is a package."""
    if not all(spec_name(spec) in index or installed.has(spec_name(spec)) for spec in specs):
        return ()
    new = [spec for spec in specs if _is_bound(spec) or not installed.has(spec_name(spec))]
    if not new:
        return ()
    return (Offer(", ".join(new), tuple(conda_wish(spec, installed) for spec in new)),)


def _one(
    text: str, spec: str, index: NameIndex, installed: Installed, most: int
) -> tuple[Offer, ...]:
    name = spec_name(spec)
    if not name:
        return ()
    if _is_bound(spec):
        return tuple(_bounded(text, spec, name, index, installed))
    names = [found for found in index.find(name, most) if not installed.has(found)]
    names.sort(key=lambda found: found != name)
    offers = [Offer(found, (conda_wish(found, installed),)) for found in names]
    if name not in index and not installed.has(name):
        similar = "" if names else index.similar(name)
        if similar and not installed.has(similar):
            note = QCoreApplication.translate("Offers", "did you mean this?")
            offers.append(Offer(similar, (conda_wish(similar, installed),), note))
        offers += _only_pypi(text, installed, _perhaps_there())
    return tuple(offers)


def _bounded(
    text: str, spec: str, name: str, index: NameIndex, installed: Installed
) -> list[Offer]:
    """Offer a certain version from where the package is, or else from who has it."""
    is_conda = installed.record(RecordKind.CONDA, name) is not None or "::" in spec
    is_pypi = installed.record(RecordKind.PYPI, name) is not None
    if is_conda or (name in index and not is_pypi):
        return [Offer(spec, (conda_wish(spec, installed),))]
    return _only_pypi(text, installed, "" if is_pypi else _perhaps_there())


def _perhaps_there() -> str:
    """Return what to say of a name that no channel has: PyPI's names are not known beforehand."""
    return QCoreApplication.translate(
        "Offers", "no channel has this; PyPI is asked when you review"
    )


def _only_pypi(text: str, installed: Installed, note: str) -> list[Offer]:
    one = _ONE_VERSION.match(text)
    try:
        wanted = parse_requirement(f"{one[1]}=={one[2]}" if one else text)
    except EngineError:
        return []
    if not installed.has_python:
        return []
    return [Offer(wanted.text, (pypi_wish(wanted, installed),), note)]


def _is_bound(spec: str) -> bool:
    return spec.strip().lower() != spec_name(spec)


def conda_wish(spec: str, installed: Installed) -> Wish:
    """Return the wish for `spec` from a channel, in place of what is installed by its name."""
    name = spec_name(spec)
    there = installed.record(RecordKind.CONDA, name)
    if there is not None:
        return wish_for(there, RecordKind.CONDA, spec)
    return Wish(WishKind.ADD, RecordKind.CONDA, name, spec)


def pypi_wish(wanted: Wanted, installed: Installed) -> Wish:
    """Return the wish for `wanted` from PyPI, in place of what PyPI brought by its name."""
    name = wanted.name or wanted.location
    there = installed.record(RecordKind.PYPI, name) if wanted.name else None
    if there is not None:
        return wish_for(there, RecordKind.PYPI, wanted.text)
    return Wish(WishKind.ADD, RecordKind.PYPI, name, wanted.text)
