"""The exact PyPI releases of a plan, as text that travels in it to the executor."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from engine.codec import decode, encode
from engine.files.values import IndexOptions

NO_REASON: Final = "no reason given"


class PinForm(StrEnum):
    """Say what will be installed, and so how it is named to the installer."""

    WHEEL = "wheel"
    SOURCE = "source"
    FILE = "file"
    FOLDER = "folder"
    REPOSITORY = "repository"


@dataclass(frozen=True, slots=True)
class Pin:
    """Name one release exactly.

    `hashes` are `algorithm:hexadecimal` and hold for any of the files that may be taken; empty for
    folders and repositories. `location` is an address, empty for what the index offers. `version`
    is empty where only building it tells. `size` is that of the download in bytes, None when not
    known. `requested` says that the user asked for it by name, `needed_by` who does; `is_local`
    that no network is needed to get it. `source_hashes` are those of the source archive of a
    release that has wheels, too. `fallback` is an address to try when the index that is in force
    does not have the release. `withdrawn` says why its makers took it back ("" as a rule, and
    something even where they gave no reason).
    """

    name: str
    version: str
    form: PinForm
    hashes: tuple[str, ...] = ()
    location: str = ""
    size: int | None = None
    editable: bool = False
    requested: bool = False
    needed_by: tuple[str, ...] = ()
    is_local: bool = False
    source_hashes: tuple[str, ...] = ()
    fallback: str = ""
    missing_extras: tuple[str, ...] = ()
    withdrawn: str = ""

    @property
    def is_at_hand(self) -> bool:
        """Return whether it is on this computer, in whatever form."""
        return self.is_local or self.location.startswith(("file:", "git+file:"))

    @property
    def needs_build(self) -> bool:
        """Return whether code of the package runs while it is installed."""
        if self.form is PinForm.FILE:
            return not self.location.partition("#")[0].endswith(".whl")
        return self.form in (PinForm.SOURCE, PinForm.FOLDER, PinForm.REPOSITORY)


@dataclass(frozen=True, slots=True)
class Lock:
    """Hold what the executor does for the PyPI part.

    `removed` are the distributions that go before conda's packages are linked (those that are
    replaced by other releases go later, by themselves). `overwritten` are distributions of conda
    that the user agreed to have overwritten, `agreed` the conda packages whose files that means.
    `after` pairs every PyPI distribution that must be
    there in the end with its version, empty for any. `index_url` and `extra_index_urls` replace
    the configured ones when they were written behind a requirement; `index` is what a file says.
    """

    pins: tuple[Pin, ...] = ()
    removed: tuple[str, ...] = ()
    overwritten: tuple[str, ...] = ()
    after: tuple[tuple[str, str], ...] = ()
    index_url: str = ""
    extra_index_urls: tuple[str, ...] = ()
    index: IndexOptions = field(default_factory=IndexOptions)
    agreed: tuple[str, ...] = ()


def write_lock(lock: Lock) -> str:
    """Return `lock` as one line of JSON, empty when there is nothing to do."""
    return encode(lock).decode() if lock.pins or lock.removed else ""


def read_lock(text: str) -> Lock:
    """Return the lock in `text`; raises EngineError (plan-unreadable)."""
    return decode(text, Lock) if text else Lock()
