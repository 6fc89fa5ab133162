"""The versions of one package that can be had, as a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QCoreApplication, QObject, Qt

from engine.records import PackageVersion, PypiRelease, Record, RecordKind, ReleaseForm
from gui.formats import format_bytes, format_day
from gui.models.basket import Wish, WishKind, wish_for, wish_to_update
from gui.models.packages import version_key
from gui.models.record_table import PLAIN, Chip, Column, Look, RecordTableModel
from gui.theme import Tone

_PYPI = "PyPI"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Hold one version from one source, with its builds.

    PyPI's have a `release` instead, or no version yet: that is typed then.
    `channel` is how the channel is asked for, empty where it would be taken anyway.
    """

    name: str
    version: str
    source: str
    address: str = ""
    builds: tuple[PackageVersion, ...] = ()
    channel: str = ""
    is_installed: bool = False
    release: PypiRelease | None = None

    @property
    def is_pypi(self) -> bool:
        """Return whether PyPI would bring it."""
        return not self.builds

    @property
    def fits(self) -> bool:
        """Return whether one of its builds suits the Python that is there."""
        if self.release is not None:
            return self.release.form is not ReleaseForm.NONE
        return self.is_pypi or any(build.fits for build in self.builds)

    @property
    def archive_bytes(self) -> int | None:
        """Return what it takes to download, as far as can be told without solving."""
        offered = self.release or self.best
        return None if offered is None else offered.archive_bytes

    @property
    def published(self) -> datetime | None:
        """Return when it was published."""
        offered = self.release or self.best
        return None if offered is None else offered.published

    @property
    def best(self) -> PackageVersion | None:
        """Return the build that would be taken, as far as can be told without solving."""
        fitting = [build for build in self.builds if build.fits]
        return (fitting or self.builds or (None,))[0]

    @property
    def key(self) -> str:
        """Return what tells it from the others."""
        return f"{self.version} {self.address or self.source}"

    def wish(self, record: Record, *, build: str = "", bounds: str = "") -> Wish:
        """Return the wish for it in place of `record`, which may be one that is only wanted yet.

        `build` narrows it to one build; `bounds` is what is asked of PyPI's version.
        """
        tool = RecordKind.PYPI if self.is_pypi else RecordKind.CONDA
        is_there = record.path is not None and record.kind is tool
        if is_there and self.is_pypi and self.release is None and not bounds:
            # any version would do for the bare name, also the one that is there
            return wish_to_update(record)
        if self.release is not None:
            bounds = f"=={self.version}"
        spec = f"{self.name}{bounds}" if self.is_pypi else self._spec(build)
        if record.path is None:
            return Wish(WishKind.ADD, tool, self.name, spec)
        return wish_for(record, tool, spec)

    def _spec(self, build: str) -> str:
        channel = f"{self.channel}::" if self.channel else ""
        return f"{channel}{self.name}=={self.version}{'=' if build else ''}{build}"


def candidates(
    name: str,
    versions: Iterable[PackageVersion],
    record: Record,
    *,
    channels: tuple[str, ...] = (),
    pypi: str = "",
    releases: Iterable[PypiRelease] = (),
) -> tuple[Candidate, ...]:
    """Return the versions of the conda package `name`, in their order, each source by itself.

    `record` is what is installed, `channels` what would be asked, as they are called there, and
    `pypi` the name of the package on PyPI, empty for none, with its `releases` there.
    """
    grouped: dict[tuple[str, str], list[PackageVersion]] = {}
    for version in versions:
        grouped.setdefault((version.version, version.address), []).append(version)
    has_choice = len({address for _, address in grouped}) > 1
    found: list[Candidate] = []
    if pypi:
        found.append(Candidate(pypi, "", _PYPI))
        is_there = record.kind is RecordKind.PYPI and record.path is not None
        found += [
            Candidate(
                pypi,
                release.version,
                _PYPI,
                is_installed=is_there and release.version == record.version,
                release=release,
            )
            for release in releases
        ]
    for (version, address), builds in grouped.items():
        source = builds[0].channel
        exact = source if source in channels else address
        is_there = (version, source) == (record.version, record.source.name)
        found.append(
            Candidate(
                name,
                version,
                source,
                address,
                tuple(builds),
                channel=exact if has_choice else "",
                is_installed=is_there and record.path is not None,
            )
        )
    return tuple(found)


class VersionsModel(RecordTableModel[Candidate]):
    """Show candidates; those that do not suit the Python that is there are pale."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_columns(), lambda candidate: candidate.key, parent)
        self.sort(0, Qt.SortOrder.DescendingOrder)

    def look_of(self, record: Candidate) -> Look:
        """Return how the row of a candidate is drawn."""
        return PLAIN if record.fits else Look(tone=Tone.MUTED)


def _columns() -> tuple[Column[Candidate], ...]:
    return (
        Column(
            "version",
            lambda: QCoreApplication.translate("VersionsModel", "Version"),
            lambda found: (
                found.version or QCoreApplication.translate("VersionsModel", "newest that fits")
            ),
            lambda found: (not found.version, version_key(found.version)),
            width=120,
            icon=lambda found: ("check", Tone.SUCCESS) if found.is_installed else None,
        ),
        Column(
            "source",
            lambda: QCoreApplication.translate("VersionsModel", "Source"),
            lambda found: found.source,
            lambda found: found.source.casefold(),
            width=128,
            chip=lambda found: Chip(found.source, "chip_pypi" if found.is_pypi else "chip_channel"),
            tip=lambda found: found.address,
        ),
        Column(
            "size",
            lambda: QCoreApplication.translate("VersionsModel", "Download"),
            lambda found: format_bytes(found.archive_bytes),
            lambda found: found.archive_bytes or 0,
            width=84,
            is_number=True,
        ),
        Column(
            "published",
            lambda: QCoreApplication.translate("VersionsModel", "Published"),
            lambda found: format_day(found.published),
            _published,
            width=92,
            tone=Tone.MUTED,
        ),
        Column(
            "note",
            lambda: "",
            _note,
            _note,
            width=176,
            tone=Tone.MUTED,
            tip=_note,
        ),
    )


def _published(found: Candidate) -> float:
    return found.published.timestamp() if found.published is not None else 0.0


def _note(found: Candidate) -> str:
    if found.is_installed:
        return QCoreApplication.translate("VersionsModel", "installed")
    if found.release is not None:
        return _release_note(found.release)
    if not found.fits and found.best is not None:
        text = QCoreApplication.translate("VersionsModel", "for Python {range}")
        return text.format(range=found.best.python)
    return ""


def _release_note(release: PypiRelease) -> str:
    if release.is_yanked:
        return QCoreApplication.translate("VersionsModel", "withdrawn by its makers")
    match release.form:
        case ReleaseForm.WHEEL:
            return QCoreApplication.translate("VersionsModel", "ready to use")
        case ReleaseForm.SOURCE:
            return QCoreApplication.translate("VersionsModel", "must be built here")
        case ReleaseForm.NONE:
            return QCoreApplication.translate("VersionsModel", "not for this Python or system")
