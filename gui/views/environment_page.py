"""The page of the chosen environment: its head, its packages, history and details."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from engine.environments.pinning import Pin
from engine.errors import Failure
from engine.records import Record
from gui.actions import EnvironmentAction
from gui.changing import Changing
from gui.healing import Healing
from gui.models.environments import EnvironmentRow
from gui.models.health import HealthBook
from gui.operations import Operation
from gui.panels import Loading
from gui.settings import WindowSettings
from gui.updating import Updating
from gui.views.details import DetailsView
from gui.views.environment_header import EnvironmentHeader
from gui.views.health import HealthView
from gui.views.history import HistoryView
from gui.views.packages import PackagesView
from gui.views.stacks import Stack, Tabs
from gui.widgets import column

if TYPE_CHECKING:
    from engine.session import Engine

R = TypeVar("R")
View = PackagesView | HealthView | HistoryView | DetailsView

_PATIENCE_MS = 150  # until then the old content stands: quicker answers do not flicker


class EnvironmentPage(QWidget):
    """Show one environment at a time; each tab is read when it is looked at.

    `action_requested` tells what to do with the environment, `create_requested` asks for another
    one; `loaded` that the visible tab shows
    the environment that was chosen last.
    """

    action_requested = Signal(object, object)
    create_requested = Signal()
    loaded = Signal()

    def __init__(
        self,
        engine: Engine,
        settings: WindowSettings,
        book: HealthBook,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._row: EnvironmentRow | None = None
        self._read: dict[int, tuple[Path, str]] = {}
        self._running: dict[int, Operation[Any]] = {}
        self.header = EnvironmentHeader()
        self.header.action_requested.connect(self._on_action)
        self.header.create_requested.connect(self.create_requested)
        self.header.health_requested.connect(self.show_health)
        self.packages = PackagesView(settings)
        self.changing = Changing(engine, settings, self.packages, self)
        self.updating = Updating(engine, self.changing.choice, self.packages, self)
        self.changing.channels_chosen.connect(self.updating.forget)
        self.health = HealthView()
        self.healing = Healing(engine, settings, book, self.health, self)
        self.healing.counted.connect(self._count_findings)
        self.history = HistoryView()
        self.details = DetailsView()
        self.details.share_requested.connect(lambda: self._on_action(EnvironmentAction.SHARE))
        self.tabs = Tabs()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self.packages, self.tr("&Packages"))
        self.tabs.addTab(self.health, self.tr("Hea&lth"))
        self.tabs.addTab(self.history, self.tr("&History"))
        self.tabs.addTab(self.details, self.tr("&Details"))
        self.tabs.currentChanged.connect(self._load)
        for view in self._views():
            view.retry_requested.connect(self.reload)
        self._making = Loading(self.tr("This environment is being made…"))
        self._bodies = Stack()
        self._bodies.addWidget(self.tabs)
        self._bodies.addWidget(self._making)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self._show_waiting)
        inner = column(self.header, self._bodies, spacing=0)
        inner.setStretch(1, 1)
        self.setLayout(inner)

    @property
    def prefix(self) -> Path | None:
        """Return the prefix of the environment that is shown."""
        return None if self._row is None else self._row.prefix

    @property
    def is_loaded(self) -> bool:
        """Return whether the visible tab shows the chosen environment as it is now."""
        return self._row is not None and self._read.get(self.tabs.currentIndex()) == self._wanted()

    def show_row(self, shown: EnvironmentRow) -> None:
        """Show the environment of `shown`; what changed since it was read is read again."""
        is_other = self._row is None or self._row.prefix != shown.prefix
        self._row = shown
        self._engine.attend(shown.prefix)
        self.header.show_row(shown)
        if is_other:
            self.packages.begin_anew()
        self.changing.show_environment(shown.environment)
        self.updating.show_environment(shown.environment)
        self.healing.show_environment(shown.environment)
        self._bodies.setCurrentWidget(self._making if shown.environment is None else self.tabs)
        self._load()

    def show_health(self) -> None:
        """Go to what is wrong with the environment."""
        self.tabs.setCurrentWidget(self.health)

    def reload(self) -> None:
        """Read the visible tab again, and the others when they are looked at."""
        self._read.clear()
        self._load()

    def _views(self) -> tuple[View, ...]:
        return (self.packages, self.health, self.history, self.details)

    def _wanted(self) -> tuple[Path, str]:
        row = self._row
        assert row is not None
        return row.prefix, row.environment.stamp if row.environment is not None else ""

    def _load(self) -> None:
        row, at = self._row, self.tabs.currentIndex()
        if row is None or row.environment is None or self._read.get(at) == self._wanted():
            return
        prefix = row.prefix
        match self.tabs.widget(at):
            case PackagesView() as view:
                self._start(at, lambda: self._packages_of(prefix), self._show_packages)
            case HealthView():
                self._start(at, lambda: self.healing.look(prefix), self.healing.show_health)
            case HistoryView() as view:
                self._start(at, lambda: self._engine.history(prefix), view.show_revisions)
            case DetailsView() as view:
                self._start(at, lambda: self._engine.details(prefix), view.show_details)
            case _:
                pass

    async def _packages_of(self, prefix: Path) -> tuple[tuple[Record, ...], tuple[Pin, ...]]:
        return await self._engine.packages(prefix), await self._engine.pins(prefix)

    def _show_packages(self, found: tuple[tuple[Record, ...], tuple[Pin, ...]]) -> None:
        records, pins = found
        self.packages.show_records(records)
        self.packages.show_pins(pins)
        self.changing.fit(records)
        self.updating.fill()

    def _count_findings(self, count: int) -> None:
        title = self.tr("Hea&lth ({count})").format(count=count) if count else self.tr("Hea&lth")
        self.tabs.setTabText(self.tabs.indexOf(self.health), title)

    def _start(
        self, at: int, read: Callable[[], Coroutine[Any, Any, R]], show: Callable[[R], None]
    ) -> None:
        before = self._running.pop(at, None)
        if before is not None:
            before.cancel()
        wanted = self._wanted()
        view = self._views()[at]
        if self._read.get(at, (None, ""))[0] != wanted[0]:
            self._patience.start()

        def done(result: R) -> None:
            self._read[at] = wanted
            self._settle(at)
            show(result)
            self.loaded.emit()

        def failed(failure: Failure) -> None:
            self._settle(at)
            view.show_failure(failure)

        operation = Operation(self, read).then(done)
        operation.otherwise(failed)
        self._running[at] = operation
        operation.run()

    def _settle(self, at: int) -> None:
        self._running.pop(at, None)
        if at == self.tabs.currentIndex():
            self._patience.stop()

    def _show_waiting(self) -> None:
        at = self.tabs.currentIndex()
        is_shown = self.tabs.currentWidget() is self.health and self.healing.is_known
        if at in self._running and not is_shown:
            self._views()[at].show_loading()

    def _on_action(self, action: object) -> None:
        self.action_requested.emit(action, self.prefix)
