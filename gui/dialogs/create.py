"""Ask what a new environment is called, where it lives, and what is in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QWidget

from engine.conda.condarc import CondaConfiguration
from engine.errors import Failure
from engine.requests import CreateRequest, Request
from gui.dialogs.channels_editor import ChannelsEditor
from gui.dialogs.fields import FieldMessage, question
from gui.dialogs.form import RequestForm
from gui.dialogs.packages_field import PackagesField
from gui.dialogs.placing import PlacingFields
from gui.dialogs.preview import PreviewDialog
from gui.dialogs.specs import spec_name
from gui.operations import Operation
from gui.presenting import explain
from gui.settings import ChannelChoice
from gui.theme import TextRole, Tone
from gui.widgets import column, label

if TYPE_CHECKING:
    from engine.session import Engine

_NEWEST: Final = "newest"
_NONE: Final = ""
_PAUSE_MS: Final = 400  # between a change of the channels and asking them


class PythonField(QWidget):
    """Offer the Python versions that the channels carry.

    Until they are known, and when they cannot be, "newest that fits" stands in for them.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QComboBox()
        self.box.setAccessibleName(self.tr("Python version"))
        self.loading = label("", TextRole.SMALL, Tone.MUTED)
        self.message = FieldMessage()
        self._was_chosen = False
        self.box.activated.connect(self.hold)
        self.setFocusProxy(self.box)
        self.setLayout(column(self.box, self.message, spacing=0.5))
        self._fill((), _NEWEST)

    def version(self) -> str:
        """Return the chosen minor version, "" for none and for the newest that fits."""
        chosen = str(self.box.currentData())
        return "" if chosen == _NEWEST else chosen

    def specs(self) -> tuple[str, ...]:
        """Return what must be asked for besides the version."""
        return ("python",) if self.box.currentData() == _NEWEST else ()

    def say_loading(self) -> None:
        """Say that versions are on their way."""
        self.message.clear()
        self.loading.setText(self.tr("Asking the channels which versions they have…"))

    def say_failure(self, failure: Failure) -> None:
        """Say why no versions are known; the choice stays possible."""
        self.loading.clear()
        self._fill((), _NEWEST)
        self.message.say(explain(failure).sentence, Tone.WARNING, self.tr("Try again"))

    def set_versions(self, versions: tuple[str, ...]) -> None:
        """Offer `versions`, newest first, and choose the first unless the user has chosen."""
        self.loading.clear()
        wanted = str(self.box.currentData()) if self._was_chosen else ""
        first = versions[0] if versions else _NEWEST
        keeps = self._was_chosen and wanted in (_NEWEST, _NONE, *versions)
        self._fill(versions, wanted if keeps else first)
        if versions:
            self.message.clear()
        else:
            self.message.say(self.tr("These channels have no Python."), Tone.WARNING)

    def _fill(self, versions: tuple[str, ...], chosen: str) -> None:
        self.box.clear()
        for version in versions:
            self.box.addItem(self.tr("Python {version}").format(version=version), version)
        self.box.addItem(self.tr("Newest that fits the packages"), _NEWEST)
        self.box.addItem(self.tr("No Python"), _NONE)
        self.box.setCurrentIndex(max(0, self.box.findData(chosen)))

    def hold(self) -> None:
        """Take what is shown for the user's choice."""
        self._was_chosen = True


class CreateForm(RequestForm):
    """Ask for a new environment on one page.

    It is filled in with `specs` and the requirements `pypi`, and with the channels of `choice` in
    place of the usual ones.
    """

    def __init__(
        self,
        engine: Engine,
        parent: QWidget | None = None,
        *,
        specs: tuple[str, ...] = (),
        choice: ChannelChoice | None = None,
        pypi: tuple[str, ...] = (),
    ) -> None:
        super().__init__(parent)
        self._specs, self._pypi = specs, pypi
        self._choice = choice
        self.setWindowTitle(self.tr("New environment"))
        self._engine = engine
        self._asking: Operation[tuple[str, ...]] | None = None
        self._naming: Operation[tuple[str, ...]] | None = None
        self._asked: tuple[str, ...] = ()
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._ask_channels)

    def stages(self) -> tuple[Callable[[], object], ...]:
        """Return what makes the fields."""
        return self._make_fields, self._make_channels, self._lay_out

    def _make_fields(self) -> None:
        self.placing = PlacingFields(self._engine)
        self.python = PythonField()
        self.packages = PackagesField()
        self.packages.add(*self._specs)
        self.packages.add_from_pypi(*self._pypi)
        named = [spec_name(spec) for spec in (*self._specs, *self._pypi) if "/" not in spec]
        if named:
            self.placing.suggest_free(named[0])
        self.placing.changed.connect(self.changed)
        self.packages.changed.connect(self.changed)
        self.python.message.acted.connect(self._ask_again)

    def _make_channels(self) -> None:
        self.channels = ChannelsEditor()
        self.channels.changed.connect(self._on_channels)

    def _lay_out(self) -> None:
        about_channels = label(
            self.tr(
                "A channel is a place on the internet that packages come from. The first one is"
                " asked first."
            ),
            TextRole.SMALL,
            Tone.MUTED,
            wrap=True,
        )
        self.setLayout(
            column(
                label(self.windowTitle(), TextRole.TITLE),
                self.placing,
                question(
                    self.tr("&Python"),
                    self.python,
                    buddy=self.python.box,
                    aside=self.python.loading,
                ),
                question(
                    self.tr("Packages to &begin with (you can add more at any time)"),
                    self.packages,
                    buddy=self.packages.entry,
                ),
                question(
                    self.tr("C&hannels"), about_channels, self.channels, buddy=self.channels.list
                ),
                None,
                spacing=2,
            )
        )

    def request(self) -> Request | None:
        """Return what is asked for, None without a usable name or without a channel."""
        prefix, channels = self.placing.prefix(), self.channels.channels()
        if prefix is None or not channels:
            return None
        specs = self.packages.specs()
        names = {spec_name(spec) for spec in specs}
        extra = tuple(spec for spec in self.python.specs() if spec not in names)
        return CreateRequest(
            prefix=prefix,
            channels=channels,
            priority=self.channels.priority(),
            python="" if "python" in names else self.python.version(),
            specs=(*extra, *specs),
            add_pypi=self.packages.requirements(),
        )

    def start(self) -> None:
        """Load folders, configured channels, and what these offer."""
        self.placing.start()
        Operation(self, self._engine.configuration).then(self._use_configuration).run()

    def hold(self) -> None:
        """Keep the version of Python that is shown, whatever the channels still answer."""
        self.python.hold()

    def take_focus(self) -> None:
        """Begin with the name."""
        self.placing.take_focus()

    def _use_configuration(self, configuration: CondaConfiguration) -> None:
        if not self.channels.channels():
            usual = ChannelChoice(configuration.effective_channels, configuration.priority)
            choice = self._choice or usual
            self.channels.set_priority(choice.priority)
            self.channels.set_channels(choice.channels)
            self._ask_channels()

    def _on_channels(self) -> None:
        self._pause.start()
        self.changed.emit()

    def _ask_again(self) -> None:
        self._asked = ()
        self._ask_channels()

    def _ask_channels(self) -> None:
        channels = self.channels.channels()
        self._pause.stop()
        # The order does not change what there is.
        if not channels or set(channels) == set(self._asked):
            return
        self._asked = channels
        for earlier in (self._asking, self._naming):
            if earlier is not None:
                earlier.cancel()
        self.python.say_loading()
        self._asking = (
            Operation(self, lambda: self._engine.python_versions(channels))
            .then(self._use_versions)
            .otherwise(self.python.say_failure)
            .run()
        )

    def _use_versions(self, versions: tuple[str, ...]) -> None:
        self.python.set_versions(versions)
        channels = self._asked
        self._naming = (
            Operation(self, lambda: self._engine.package_names(channels))
            .then(self.packages.set_names)
            .otherwise(_without_completion)
            .run()
        )


def _without_completion(_: Failure) -> None:
    """Say nothing: the names only complete what is typed, and the plan checks them anyway."""


def create_environment(
    engine: Engine,
    parent: QWidget,
    specs: tuple[str, ...] = (),
    choice: ChannelChoice | None = None,
    *,
    pypi: tuple[str, ...] = (),
) -> PreviewDialog:
    """Open the dialog that makes a new environment, soon, and return it.

    `specs` and the requirements `pypi` are in it at the beginning, and the channels of `choice`, or
    the usual ones.
    """
    form = CreateForm(engine, specs=specs, choice=choice, pypi=pypi)
    dialog = PreviewDialog(engine, form, parent)
    dialog.open_soon()
    return dialog
