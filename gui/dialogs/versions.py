"""Choose a version of a package, and where it comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QStackedWidget, QWidget

from engine.errors import Failure
from engine.pypi.names import conda_names, pypi_name
from engine.records import PackageVersion, PypiRelease, Record, RecordKind, ReleaseForm
from gui.dialogs.fields import FieldMessage
from gui.dialogs.fitting import room_for
from gui.models.versions import Candidate, VersionsModel, candidates
from gui.operations import Operation
from gui.panels import Loading
from gui.presenting import explain
from gui.settings import WindowSettings
from gui.theme import SPACE, TextRole, Tone
from gui.views.failed_state import FailedState
from gui.views.record_table import RecordTable
from gui.widgets import ButtonKind, button, column, label, row

if TYPE_CHECKING:
    from engine.session import Engine

_WIDTH = SPACE * 84
_HEIGHT = SPACE * 68


class VersionsDialog(QDialog):
    """Offer the versions and builds of the package that `record` is, channel by channel, and PyPI.

    `python` is the version of Python in the environment, empty for none. `chosen` carries a Wish.
    Open it with `open`.
    """

    chosen = Signal(object)

    def __init__(
        self,
        engine: Engine,
        settings: WindowSettings,
        record: Record,
        channels: tuple[str, ...],
        *,
        prefix: Path | None = None,
        python: str = "",
        is_other_source: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._engine = engine
        self._record = record
        self._channels = channels
        self._prefix = prefix
        self._python = python
        self._versions: tuple[PackageVersion, ...] | None = None
        self._releases: tuple[PypiRelease, ...] | None = None
        self._has_chosen = False
        self._is_other_source = is_other_source
        self._pypi = _name_on_pypi(record) if python else ""
        self._name = _name_in_channels(record)
        self.setWindowTitle(self.tr("Versions of {name}").format(name=record.name))
        self.model = VersionsModel(self)
        self.table = RecordTable(self.model, settings, "versions")
        self.table.setProperty("framed", "true")
        self.table.setAccessibleName(self.windowTitle())
        self.filter_box = QLineEdit()
        self.filter_box.setPlaceholderText(self.tr("Find a version or a channel"))
        self.filter_box.setAccessibleName(self.tr("Find a version or a channel"))
        self.filter_box.setClearButtonEnabled(True)
        self.build = QComboBox()
        self.build.setAccessibleName(self.tr("Build"))
        self.bounds = QLineEdit()
        self.bounds.setPlaceholderText(self.tr("Newest that fits; or 2.1, or >=2,<3"))
        self.bounds.setAccessibleName(self.tr("Version on PyPI"))
        self.message = FieldMessage()
        self.pypi_state = label("", TextRole.SMALL, Tone.MUTED, wrap=True)
        self.cancel = button(self.tr("Cancel"))
        self.take = button(self.tr("&Put into the basket"), ButtonKind.PRIMARY)
        self._build()
        self._ask()

    def candidate(self) -> Candidate | None:
        """Return what is chosen in the table."""
        at = self.table.current_row()
        return self.model.record_at(at) if at >= 0 else None

    def accept(self) -> None:
        """Tell the wish, and close."""
        candidate = self.candidate()
        bounds = _bounds(self.bounds.text())
        if candidate is None or bounds is None or not self.take.isEnabled():
            return
        build = str(self.build.currentData() or "")
        self.chosen.emit(candidate.wish(self._record, build=build, bounds=bounds))
        super().accept()

    def _build(self) -> None:
        self._loading = Loading(self.tr("Asking the channels which versions they have…"))
        self._failed = FailedState(self.tr("Try &again"))
        self._failed.acted.connect(self._ask)
        self._pages = QStackedWidget()
        for page in (self._loading, self.table, self._failed):
            self._pages.addWidget(page)
        self._build_label = label(self.tr("&Build"))
        self._build_label.setBuddy(self.build)
        self._bounds_label = label(self.tr("&Version"))
        self._bounds_label.setBuddy(self.bounds)
        narrow = row(self._build_label, self.build, self._bounds_label, self.bounds)
        narrow.setStretch(1, 1)
        narrow.setStretch(3, 1)
        body = column(
            label(self.windowTitle(), TextRole.TITLE, wrap=True),
            label(self._about(), tone=Tone.MUTED, wrap=True),
            self.filter_box,
            self._pages,
            self.pypi_state,
            narrow,
            self.message,
            row(None, self.cancel, self.take),
            spacing=1.5,
            margins=3,
        )
        body.setStretch(3, 1)
        self.setLayout(body)
        self.take.setDefault(True)
        self.cancel.clicked.connect(self.reject)
        self.take.clicked.connect(self.accept)
        self.table.current_changed.connect(self._on_current)
        self.table.doubleClicked.connect(self.accept)
        self.filter_box.textChanged.connect(self._on_find)
        self.bounds.textChanged.connect(self._update)
        room = room_for(self)
        self.resize(min(_WIDTH, room.width()), min(_HEIGHT, room.height()))
        self._on_current()

    def _about(self) -> str:
        if self._record.path is None:
            return self.tr("Choose which one is added.")
        text = self.tr("Version {version} from {source} is installed.")
        return text.format(version=self._record.version, source=self._record.source.name)

    def _ask(self) -> None:
        self._pages.setCurrentWidget(self._loading)
        name, python = self._name, self._python
        Operation(self, lambda: self._engine.package_versions(self._channels, name, python)).then(
            self._show
        ).otherwise(self._show_failure).run()

        self._ask_pypi()

    def _ask_pypi(self) -> None:
        prefix, name = self._prefix, self._pypi
        self._say_of_pypi("")
        if prefix is not None and name and self._releases is None:
            self._say_of_pypi(self.tr("Asking PyPI which versions it has…"))
            Operation(self, lambda: self._engine.pypi_releases(prefix, name, self._python)).then(
                self._show_releases
            ).otherwise(self._lack_releases).run()

    def _show_releases(self, releases: tuple[PypiRelease, ...]) -> None:
        self._releases = releases
        self._say_of_pypi("" if releases else self.tr("PyPI has nothing by this name."))
        if self._versions is not None:
            self._show(self._versions)

    def _lack_releases(self, failure: Failure) -> None:
        self._say_of_pypi(explain(failure).sentence)

    def _say_of_pypi(self, text: str) -> None:
        self.pypi_state.setText(text)
        self.pypi_state.setVisible(bool(text))

    def _show(self, versions: tuple[PackageVersion, ...]) -> None:
        self._versions = versions
        has_pypi = self._releases is None or bool(self._releases)
        found = candidates(
            self._name,
            versions,
            self._record,
            channels=self._channels,
            pypi=self._pypi if has_pypi else "",
            releases=self._releases or (),
        )
        self.model.set_records(found)
        if not found:
            self._failed.say(
                self.tr("No versions found"), self.tr("None of your channels has this package.")
            )
            self._pages.setCurrentWidget(self._failed)
            return
        self._pages.setCurrentWidget(self.table)
        if self._has_chosen and self.candidate() is not None:
            return  # what PyPI has came later, and moves nobody
        self._has_chosen = True
        first = self._first(found)
        self.table.select_key(first.key)
        self.table.setFocus()

    def _first(self, found: tuple[Candidate, ...]) -> Candidate:
        """Return what to choose at first: what is there, or the newest from elsewhere."""
        there = next((each for each in found if each.is_installed), None)
        other = [each for each in found if each.source != self._record.source.name and each.fits]
        if self._is_other_source and other:
            return next((each for each in other if not each.is_pypi), other[0])
        return there or next((each for each in found if each.fits), found[0])

    def _show_failure(self, failure: Failure) -> None:
        self._failed.tell(failure)
        self._pages.setCurrentWidget(self._failed)

    def _on_find(self, text: str) -> None:
        words = text.casefold().split()
        self.model.set_filter(
            lambda each: all(word in f"{each.version} {each.source}".casefold() for word in words)
        )

    def _on_current(self) -> None:
        candidate = self.candidate()
        is_pypi = candidate is not None and candidate.is_pypi
        is_open = candidate is not None and is_pypi and candidate.release is None
        self.build.clear()
        if candidate is not None and not is_pypi:
            self.build.addItem(self.tr("Any build that fits"), "")
            for build in candidate.builds:
                self.build.addItem(_build_words(build), build.build)
        for widget in (self._build_label, self.build):
            widget.setVisible(not is_pypi)
        for widget in (self._bounds_label, self.bounds):
            widget.setVisible(is_open)
        self._update()

    def _update(self) -> None:
        candidate = self.candidate()
        is_readable = _bounds(self.bounds.text()) is not None
        self.message.clear()
        release = None if candidate is None else candidate.release
        if release is not None:
            words, tone = self._warning_of(release)
            self.message.say(words, tone)
        elif candidate is not None and candidate.is_pypi and not is_readable:
            self.message.say(self.tr("This is not a version. Write 2.1, or >=2,<3."), Tone.DANGER)
        elif candidate is not None and not candidate.fits:
            text = self.tr("It does not suit Python {version}, which would have to change too.")
            self.message.say(text.format(version=self._python), Tone.WARNING)
        self.take.setEnabled(
            candidate is not None
            and not candidate.is_installed
            and (release is not None or is_readable or not candidate.is_pypi)
            and (release is None or candidate.fits)
        )

    def _warning_of(self, release: PypiRelease) -> tuple[str, Tone]:
        """Return what to know before this release is taken."""
        if release.form is ReleaseForm.NONE:
            if release.python:
                text = self.tr("PyPI has no file of it for this Python; it asks for {range}.")
                return text.format(range=release.python), Tone.DANGER
            return self.tr("PyPI has no file of it for this Python and system."), Tone.DANGER
        words: list[str] = []
        if release.is_yanked:
            reason = release.yanked_for
            text = self.tr("Its makers withdrew it: {reason}. Better take another version.")
            plain = self.tr("Its makers withdrew it. Better take another version.")
            words.append(text.format(reason=reason.rstrip(".")) if reason else plain)
        if release.form is ReleaseForm.SOURCE:
            words.append(
                self.tr(
                    "It must be built on this computer: that runs code of the package, can take"
                    " long, and can fail where tools are missing."
                )
            )
        return " ".join(words), Tone.WARNING


def _build_words(build: PackageVersion) -> str:
    return f"{build.build} ({build.python})" if build.python else build.build


def _bounds(text: str) -> str | None:
    """Return `text` as the bounds of a requirement, None when it cannot be read as such."""
    text = text.strip()
    try:
        return str(SpecifierSet(text))
    except InvalidSpecifier:
        pass
    try:
        return f"=={Version(text)}"
    except InvalidVersion:
        return None


def _name_on_pypi(record: Record) -> str:
    if record.kind is RecordKind.PYPI:
        return record.name
    answer = pypi_name(record)
    return "" if answer is None else answer.name


def _name_in_channels(record: Record) -> str:
    if record.kind is RecordKind.CONDA:
        return record.name
    return next((answer.name for answer in conda_names(record.name)), record.name)
