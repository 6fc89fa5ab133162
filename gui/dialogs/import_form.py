"""Ask what becomes of files that say which packages somebody wants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QWidget

from engine.conda.condarc import CondaConfiguration
from engine.errors import EngineError, Failure
from engine.files.assigned import Assignment
from engine.files.importing import (
    Choices,
    channels_for,
    chosen_lines,
    exact_request,
    foreign_channels,
    lacks_this_system,
    left_out,
    name_for,
    reopened,
    request_of,
)
from engine.files.values import FileKind, Reading, Remark, RemarkCode, WantedKind
from engine.records import Environment
from engine.requests import Request
from gui.dialogs.import_fields import ImportFields
from gui.operations import Operation
from gui.presenting import explain
from gui.presenting.files import kind_name, system_names
from gui.theme import Tone

if TYPE_CHECKING:
    from engine.session import Engine

_PAUSE_MS: Final = 300


@dataclass(frozen=True, slots=True)
class FileSource:
    """Say what is to be read: files and folders, files on the web, or text that was pasted."""

    paths: tuple[Path, ...] = ()
    text: str = ""
    addresses: tuple[str, ...] = ()


class ImportForm(ImportFields):
    """Show what was recognised, who brings what, and what cannot be kept; ask where to."""

    def __init__(
        self,
        engine: Engine,
        source: FileSource,
        chosen: Environment | None = None,
        parent: QWidget | None = None,
    ) -> None:
        engine.expect_files()  # they are ready when all of this has been built
        super().__init__(engine, _names(source), source.paths, chosen, parent)
        self._source = source
        self._environment = chosen
        self._configuration: CondaConfiguration | None = None
        self._reading: Reading | None = None
        self._assignment: Assignment | None = None
        self._asking: Operation[Assignment] | None = None
        self._python_held = False
        self._is_filling = False
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._assign)

    def stages(self) -> tuple[Callable[[], object], ...]:
        """Return what makes the fields, and lets them be heard."""
        return *super().stages(), self._connect

    # -- what the dialog asks -----------------------------------------------------------------

    def start(self) -> None:
        """Read the files, and ask for folders and channels meanwhile."""
        self.placing.start()
        Operation(self, self._engine.configuration).then(self._use_configuration).run()
        self._read(None)

    def request(self) -> Request | None:
        """Return what is asked for; None while files are read, or without a place for it."""
        choices = self.choices()
        if self._reading is None or choices is None:
            return None
        try:
            if self.is_exact:
                return exact_request(self._lines_of(), choices)
            if self._assignment is None or self._asking is not None:
                return None
            return request_of(
                self._lines_of(), self.table.lines.lines(), self._assignment.limits, choices
            )
        except EngineError:
            return None

    def hold(self) -> None:
        """Keep the Python that is shown."""
        self._python_held = True

    def take_focus(self) -> None:
        """Begin with the name."""
        self.placing.take_focus()

    def choices(self) -> Choices | None:
        """Return what is chosen, None without a usable name."""
        into = self.into.isChecked() and self._environment is not None
        prefix = self._environment.prefix if into and self._environment else self.placing.prefix()
        if prefix is None:
            return None
        return Choices(
            prefix,
            self.channels.channels(),
            self.channels.priority(),
            into=into,
            python=str(self.python.currentData() or ""),
            groups=self.groups.chosen(),
            environment=str(self.environments.currentData() or ""),
            accepted=self.consents.accepted(),
        )

    @property
    def is_exact(self) -> bool:
        """Return whether the packages of a lock are installed as they stand."""
        reading = self._reading
        return reading is not None and reading.is_lock and not self.anew.isChecked()

    @property
    def is_settled(self) -> bool:
        """Return whether everything that was asked for has been answered."""
        return self._reading is not None and (self.is_exact or self._assignment is not None)

    # -- hearing ------------------------------------------------------------------------------

    def _connect(self) -> None:
        self._show_parts()
        self.placing.changed.connect(self.changed)
        self.kind.activated.connect(self._on_kind)
        self.kinds.changed.connect(self._on_kinds)
        self.new.toggled.connect(self._on_target)
        self.anew.toggled.connect(self._ask_anew)
        self.python.activated.connect(self._on_python)
        self.groups.changed.connect(self._ask_anew)
        self.environments.activated.connect(self._ask_anew)
        self.consents.changed.connect(self._say_what_goes)
        self.table.changed.connect(self._say_what_goes)
        self.channels.changed.connect(self._ask_anew)
        self.message.acted.connect(lambda: self._read(None))
        self.table_message.acted.connect(self._assign)

    # -- reading ------------------------------------------------------------------------------

    def _read(self, kind: FileKind | None) -> None:
        source = self._source
        self.message.say(self.tr("Reading…"))
        kinds = self.kinds.chosen()
        if source.addresses:
            hosts = dict.fromkeys(urlsplit(each).hostname or "" for each in source.addresses)
            text = self.tr("Fetching it from {host}…").format(host=", ".join(hosts))
            self.message.say(text)
            reading = Operation(
                self,
                lambda: self._engine.read_addresses(
                    source.addresses, source.paths, kind=kind, kinds=kinds
                ),
            )
        elif source.paths:
            reading = Operation(
                self, lambda: self._engine.read_files(source.paths, kind=kind, kinds=kinds)
            )
        else:
            reading = Operation(self, lambda: self._engine.read_text(source.text, kind=kind))
        reading.then(self._show_reading).otherwise(self._say_unread).run()

    def _say_unread(self, failure: Failure) -> None:
        words = explain(failure)
        text = " ".join(filter(None, (words.sentence, words.cause, words.remedy)))
        if file := failure.value("file"):
            text = self.tr("{file}: {text}").format(file=file, text=text)
        self.message.say(text, Tone.DANGER, self.tr("Try again"))
        self._fill_kinds(tuple(FileKind), None)
        self.kinds.set_parts({})
        self._show_parts()
        self.changed.emit()

    def _show_reading(self, reading: Reading) -> None:
        self._reading = reading
        self._assignment = None
        self._is_filling = True
        known = (reading.kind, *(each for each in reading.could_be if each is not reading.kind))
        self._fill_kinds((*known, *(each for each in FileKind if each not in known)), reading.kind)
        self.kinds.set_parts({part.path: part for part in reading.parts})
        if not self.placing.has_text():
            self.placing.suggest_free(name_for(reading) or self.tr("new-environment"))
        self.groups.set_groups(reading.groups)
        self.environments.clear()
        for name in reading.environments:
            self.environments.addItem(name, name)
        self.consents.set_consents(reading.consents)
        if reading.is_lock:
            self.new.setChecked(True)
            self._say_what_lock_this_is(reading)
        self._is_filling = False
        self._fill_channels()
        self._say_what_goes()
        self._show_parts()
        self._assign()

    def _say_what_lock_this_is(self, reading: Reading) -> None:
        if lacks_this_system(reading):
            self.anew.setChecked(True)
            systems = system_names(reading.platforms)
            text = self.tr("It has nothing for this kind of computer, only for: {systems}.")
            self.anew_message.say(text.format(systems=systems), Tone.WARNING)
        elif any(remark.code is RemarkCode.HASH_MISSING for remark in reading.remarks):
            text = self.tr(
                "Exactly these packages are installed; those listed below have no checksum in the "
                "file and cannot be checked."
            )
            self.anew_message.say(text, Tone.WARNING)
        else:
            text = self.tr("Exactly these packages are installed, each checked by its checksum.")
            self.anew_message.say(text)

    def _fill_kinds(self, kinds: tuple[FileKind, ...], chosen: FileKind | None) -> None:
        self.kind.clear()
        for kind in kinds:
            self.kind.addItem(kind_name(kind), kind)
        self.kind.setCurrentIndex(self.kind.findData(chosen) if chosen is not None else -1)

    def _on_kind(self) -> None:
        self._reading = None
        self._read(FileKind(self.kind.currentData()))  # Qt gives a plain string

    def _on_kinds(self) -> None:
        self._reading = None
        self._read(None)

    def _use_configuration(self, configuration: CondaConfiguration) -> None:
        self._configuration = configuration
        self._fill_channels()
        self._assign()

    def _fill_channels(self) -> None:
        if self._reading is None or self._configuration is None or self.channels.channels():
            return
        mine = self._configuration.effective_channels
        channels = channels_for(self._reading, mine, self._configuration)
        self._is_filling = True
        self.channels.set_priority(self._configuration.priority)
        self.channels.set_channels(channels)
        self._is_filling = False
        foreign = foreign_channels(self._reading, mine, self._configuration)
        if foreign:
            text = self.tr("The file asks for channels that you do not use otherwise: {names}.")
            self.channels_message.say(text.format(names=", ".join(foreign)), Tone.WARNING)

    # -- who brings what ----------------------------------------------------------------------

    def _lines_of(self) -> Reading:
        assert self._reading is not None
        chosen = chosen_lines(
            self._reading, self.groups.chosen(), str(self.environments.currentData() or "")
        )
        return reopened(chosen) if chosen.is_lock and not self.is_exact else chosen

    def _ask_anew(self) -> None:
        if not self._is_filling:
            self._pause.start()
            self._show_parts()
            self.changed.emit()

    def _on_python(self) -> None:
        self._python_held = True
        self._assign()

    def _on_target(self) -> None:
        self._assignment = None
        self._show_parts()
        self._assign()

    def _assign(self) -> None:
        self._pause.stop()
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None
        channels = self.channels.channels()
        if self._reading is None or not channels:
            self.changed.emit()
            return
        reading = self._lines_of()
        if self.is_exact:
            reading = replace(reading, wanted=(), constraints=())
        python = str(self.python.currentData() or "") if self._python_held else ""
        if self.into.isChecked() and self._environment is not None:
            python = ".".join(self._environment.python_version.split(".")[:2])
        is_lock = self._reading.is_lock
        self.table_message.clear()
        self.asking_words.setText(self.tr("Asking the channels what they have…"))
        asking = Operation(
            self,
            lambda: self._engine.assign(reading, channels, python=python, lenient=is_lock),
        )
        self._asking = asking
        asking.then(self._show_assignment).otherwise(self._say_unasked).run()
        self.changed.emit()

    def _show_assignment(self, assignment: Assignment) -> None:
        self._asking = None
        self._assignment = assignment
        self.asking_words.clear()
        self.python.clear()
        for version in assignment.pythons:
            text = self.tr("Python {version}").format(version=version)
            self.python.addItem(text, version)
        self.python.setCurrentIndex(self.python.findData(assignment.python))
        self.table.lines.set_lines(assignment.lines)
        self._show_parts()
        self._say_what_goes()

    def _say_unasked(self, failure: Failure) -> None:
        self._asking = None
        self.asking_words.clear()
        self.table_message.say(explain(failure).sentence, Tone.WARNING, self.tr("Try again"))
        self.changed.emit()

    def _say_what_goes(self) -> None:
        choices = self.choices()
        reading = self._reading
        if reading is not None:
            lines = () if self.is_exact else self.table.lines.lines()
            accepted = Choices(Path(), (), accepted=self.consents.accepted())
            remarks = (*reading.remarks, *left_out(reading, lines, choices or accepted))
            self.remarks.set_remarks(remarks)
            self.parts["remarks"].setVisible(bool(remarks))
            self._say_of_file(reading, remarks)
        self.changed.emit()

    def _say_of_file(self, reading: Reading, remarks: tuple[Remark, ...]) -> None:
        """Say under its kind what nobody should miss: that was a guess, and something is lost."""
        words = [] if reading.certain else [self.tr("Is that right? It could be another.")]
        if any(remark.code is not RemarkCode.NOT_TICKED for remark in remarks):
            words.append(self.tr("Not everything in it can be kept: see the list further down."))
        self.message.say(" ".join(words), Tone.NOTE if words else Tone.MUTED)

    def _show_parts(self) -> None:
        reading = self._reading
        parts = self.parts
        is_read = reading is not None
        has_several = bool(self.kinds.boxes)
        self.kind.setVisible(self.kind.count() > 0 and not has_several)
        self.kinds.setVisible(has_several and self.kind.count() > 0)
        is_new = self.new.isChecked()
        is_lock = reading is not None and reading.is_lock
        can_choose = self._environment is not None and not is_lock
        parts["target"].setVisible(is_read and can_choose)
        parts["anew"].setVisible(is_lock)
        self.placing.setVisible(is_read and is_new)
        parts["groups"].setVisible(reading is not None and bool(reading.groups))
        parts["environments"].setVisible(reading is not None and len(reading.environments) > 1)
        brings_python = self.is_exact and reading is not None and _has_conda(reading)
        can_have = self.python.count() > 0
        parts["python"].setVisible(is_read and is_new and can_have and not brings_python)
        parts["consents"].setVisible(reading is not None and bool(reading.consents))
        parts["table"].setVisible(is_read and not self.is_exact)
        parts["channels"].setVisible(is_read and not brings_python)
        parts["remarks"].setVisible(reading is not None and bool(self.remarks.toPlainText()))


def _has_conda(reading: Reading) -> bool:
    return any(each.kind is WantedKind.CONDA for each in reading.locked)


def _names(source: FileSource) -> str:
    names = [path.name or str(path) for path in source.paths]
    text = QCoreApplication.translate("ImportForm", "{name} from {host}")
    for address in source.addresses:
        parts = urlsplit(address)
        name = unquote(parts.path).rpartition("/")[2] or "/"
        names.append(text.format(name=name, host=parts.hostname or ""))
    return ", ".join(names)
