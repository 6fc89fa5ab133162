"""The main window: two panes, one ear for the engine, and the actions of the whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QWidget

from engine.cache.values import VolumeSpace
from engine.events import (
    EngineEvent,
    EnvironmentsChanged,
    HealthFound,
    Settled,
    SizesFound,
    Task,
    TaskChanged,
    TaskId,
    TaskLog,
    TaskState,
)
from engine.records import Environment, OutsidePython
from engine.requests import (
    CloneRequest,
    CreateRequest,
    ExactRequest,
    RenameRequest,
    affected_prefixes,
)
from gui.actions import EnvironmentAction, reason_against
from gui.bridge import EngineBridge
from gui.dialogs import (
    PreviewDialog,
    clone_environment,
    create_environment,
    import_files,
    remove_environment,
    rename_environment,
    share_environment,
)
from gui.dialogs.import_form import FileSource
from gui.dragging_out import DragOut
from gui.dropping import FileDrops
from gui.models.environments import EnvironmentsModel
from gui.models.health import HealthBook
from gui.operations import Operation
from gui.presenting import settled_sentence
from gui.presenting.disk import low_space_sentence
from gui.settings import WindowSettings
from gui.shortcuts import Keys, make_shortcuts
from gui.tasks import ActivityView, TaskPanel
from gui.theme import SPACE
from gui.turns import in_turns
from gui.views.added_folders import AddedFoldersButton
from gui.views.content import Content, ContentPane
from gui.views.disk import DiskPage
from gui.views.environment_page import EnvironmentPage
from gui.views.outside_python import OutsidePythonPage
from gui.views.panes import Panes
from gui.views.sidebar import (
    ActivityChosen,
    Destination,
    DiskChosen,
    EnvironmentChosen,
    OutsideChosen,
    Sidebar,
)
from gui.widgets import column, copy_text

if TYPE_CHECKING:
    from engine.session import Engine

_SIDEBAR_WIDTH = SPACE * 36
_SIZE = (SPACE * 150, SPACE * 95)


class MainWindow(QMainWindow):
    """Show the engine's environments, and start everything a person can do with them.

    Closing the window only asks for it: `close_requested` comes, and who listens ends the
    application when the engine is closed.
    """

    close_requested = Signal()

    def __init__(self, engine: Engine, bridge: EngineBridge, settings: WindowSettings) -> None:
        super().__init__()
        self._engine = engine
        self._settings = settings
        self._is_stale = False
        self._reading: Operation[tuple[Environment, ...]] | None = None
        self._has_listed = False
        self._wanted_name = ""
        self._last_row = 0
        self._known_tasks: set[TaskId] = set()
        self.model = EnvironmentsModel(self)
        self.sidebar = Sidebar(self.model)
        self.health = HealthBook(settings, self)
        self.page = EnvironmentPage(engine, settings, self.health)
        self.outside = OutsidePythonPage()
        self.disk = DiskPage(engine, self.model, settings)
        self.activity = ActivityView(engine, bridge)
        self.tasks = TaskPanel(engine, bridge)
        self.content = ContentPane(self.page, self.outside, self.disk, self.activity)
        self.sidebar.add_to_head(more := AddedFoldersButton(engine))
        more.told.connect(self.content.say)
        self._build()
        self.drops = FileDrops(self, self.import_files, engine.expect_files)
        self.drag_out = DragOut(engine, self.sidebar.environments)
        self._connect(bridge)
        make_shortcuts(
            self,
            self.sidebar.environments,
            self._act_on_current,
            Keys(
                self.create_environment,
                self._find,
                self.refresh_all,
                self._go_to_list,
                self.drops.open,
                self.drops.paste,
            ),
        )
        self._restore()
        self.sidebar.environments.setFocus()

    def refresh(self) -> None:
        """Ask the engine for the list anew; a call during an answer leads to one more."""
        if self._reading is not None:
            self._is_stale = True
            return
        self._is_stale = False
        self._reading = Operation(self, self._engine.environments)
        self._reading.then(self._show_environments).otherwise(self.content.show_listing_failure)
        self._reading.finally_(self._after_reading).run()

    def refresh_all(self) -> None:
        """Ask for everything anew, as F5 does."""
        self.refresh()
        Operation(self, self._engine.outside_pythons).then(self._show_outside).run()
        self.page.reload()
        self.disk.expire()

    def select_name(self, name: str) -> None:
        """Choose the environment called `name`, as soon as the list is there."""
        self._wanted_name = name
        self._choose_something()

    @property
    def is_reading(self) -> bool:
        """Return whether the list is being asked for."""
        return self._reading is not None

    @property
    def is_settled(self) -> bool:
        """Return whether list, sizes and the visible tab are all there."""
        if not self._has_listed or self._reading is not None:
            return False
        is_sized = all(environment.sizes is not None for environment in self.model.environments())
        is_shown = self.content.content is not Content.ENVIRONMENT or self.page.is_loaded
        return is_sized and is_shown

    def hear(self, event: EngineEvent) -> None:
        """Take an event of the engine; the one place that knows them all."""
        match event:
            case TaskChanged(task=task):
                self._on_task(task)
            case EnvironmentsChanged():
                self.refresh()
            case SizesFound(prefix=prefix, sizes=sizes):
                self.model.set_sizes(prefix, sizes)
                self._update_page(prefix)
            case HealthFound(health=health):
                self.health.take(health)
            case Settled():
                self.content.tell_settled(settled_sentence(event))
                self.refresh()
            case TaskLog():
                pass
            case _:
                assert_never(event)

    def act(self, action: EnvironmentAction, prefix: Path) -> None:
        """Do `action` with the environment at `prefix`."""
        environment = self.model.environment(prefix)
        if environment is None or reason_against(action, environment):
            return
        match action:
            case EnvironmentAction.TERMINAL:
                Operation(self, lambda: self._engine.open_terminal(prefix)).run()
            case EnvironmentAction.PYTHON:
                Operation(self, lambda: self._engine.open_python(prefix)).run()
            case EnvironmentAction.FOLDER:
                Operation(self, lambda: self._engine.open_folder(prefix)).run()
            case EnvironmentAction.COPY_COMMAND:
                ask = Operation(self, lambda: self._engine.activation_command(prefix))
                ask.then(self._copy_command).run()
            case EnvironmentAction.SHARE:
                share_environment(self._engine, environment, self).told.connect(self.content.say)
            case EnvironmentAction.CLONE:
                clone_environment(self._engine, environment, self)
            case EnvironmentAction.RENAME:
                rename_environment(self._engine, environment, self)
            case EnvironmentAction.REMOVE:
                remove_environment(self._engine, environment, self)
            case _:
                assert_never(action)

    def create_environment(self) -> None:
        """Open the dialog that makes a new environment."""
        create_environment(self._engine, self)

    def import_files(self, source: FileSource) -> PreviewDialog:
        """Open the dialog that installs what files ask for, and return it."""
        prefix = self.page.prefix if self.content.content is Content.ENVIRONMENT else None
        chosen = self.model.environment(prefix) if prefix is not None else None
        return import_files(self._engine, source, chosen, self)

    def save(self) -> None:
        """Remember how the window was left."""
        self._settings.set_state("geometry", self.saveGeometry())
        self._settings.set_state("panes", self.panes.state())
        self._settings.set_selected(self.page.prefix)
        self._settings.save()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask to be closed: work may be under way."""
        event.ignore()
        self.close_requested.emit()

    def _build(self) -> None:
        self.setWindowTitle("Envdesk")
        self.panes = Panes(self.sidebar, self.content, _SIDEBAR_WIDTH)
        self.content.turned.connect(self.panes.scroll_up)
        whole = QWidget()
        body = column(self.panes, self.tasks, spacing=0)
        body.setStretch(0, 1)
        whole.setLayout(body)
        self.setCentralWidget(whole)

    def _connect(self, bridge: EngineBridge) -> None:
        bridge.told.connect(self.hear)
        self.sidebar.chosen.connect(self._go_to)
        for asking in (self.sidebar, self.page, self.outside, self.content):
            asking.create_requested.connect(self.create_environment)
        self.sidebar.open_requested.connect(self.drops.open)
        self.sidebar.action_requested.connect(self.act)
        self.page.action_requested.connect(self.act)
        self.health.changed.connect(self._show_health)
        self.disk.environment_wanted.connect(self.sidebar.choose_environment)
        self.disk.volumes_seen.connect(self._show_low_space)
        self.content.retry_requested.connect(self.refresh)
        self.tasks.activity_requested.connect(lambda: self.sidebar.choose(ActivityChosen()))

    def _restore(self) -> None:
        self.resize(*_SIZE)
        geometry = self._settings.state("geometry")
        if geometry is not None:
            self.restoreGeometry(geometry)
        panes = self._settings.state("panes")
        if panes is not None:
            self.panes.restore(panes)

    def _go_to(self, destination: Destination) -> None:
        match destination:
            case EnvironmentChosen(prefix=prefix):
                self._last_row = max(0, self.model.row_of(prefix))
                self.content.show_content(Content.ENVIRONMENT)
                self._update_page(prefix, is_chosen=True)
            case OutsideChosen(executable=executable):
                self.content.show_content(Content.OUTSIDE)
                self.outside.go_to(executable)
            case DiskChosen():
                self.content.show_content(Content.DISK)
            case ActivityChosen():
                self.content.show_content(Content.ACTIVITY)
            case _:
                assert_never(destination)

    def _show_low_space(self, volumes: tuple[VolumeSpace, ...]) -> None:
        self.sidebar.show_low_space(low_space_sentence(volumes))

    def _find(self) -> None:
        if self.content.content is Content.ENVIRONMENT:
            self.page.tabs.setCurrentWidget(self.page.packages)
            self.page.packages.focus_filter()
        elif self.content.content is Content.DISK:
            self.disk.focus_filter()
        else:
            self._go_to_list()

    def _go_to_list(self) -> None:
        self.panes.open()
        self.sidebar.focus_filter()

    def _act_on_current(self, action: EnvironmentAction) -> None:
        prefix = self.sidebar.environments.current
        if prefix is not None:
            self.act(action, prefix)

    def _copy_command(self, command: str) -> None:
        copy_text(command)
        text = self.tr("Copied: {command} — paste it into a terminal to work in this environment.")
        self.content.say(text.format(command=command))

    def _show_environments(self, environments: tuple[Environment, ...]) -> None:
        self.model.set_environments(environments)
        if self._has_listed:
            self._after_listing()
        else:  # to show the page for the first time takes a turn of its own
            in_turns(self, self._after_listing)

    def _after_listing(self) -> None:
        self._has_listed = True
        self._choose_something()
        self.disk.check_space()

    def _show_health(self, prefix: Path) -> None:
        self.model.set_health(prefix, self.health.of(prefix).state)

    def _after_reading(self) -> None:
        self._reading = None
        if self._is_stale:
            self.refresh()

    def _show_outside(self, pythons: tuple[OutsidePython, ...]) -> None:
        self.sidebar.show_outside(pythons)
        self.outside.show_pythons(pythons)

    def _choose_something(self) -> None:
        """Keep what is chosen; where that is gone, choose what stands in its place."""
        if not self._has_listed:
            return
        if self._wanted_name:
            named = self._prefix_of(self._wanted_name)
            self._wanted_name = ""
            if named is not None:
                self.sidebar.choose_environment(named)
        if self.content.content in (Content.OUTSIDE, Content.DISK, Content.ACTIVITY):
            return
        shown = self.sidebar.environments.current
        if shown is not None:
            self.content.show_content(Content.ENVIRONMENT)
            self._update_page(shown, is_chosen=True)
        elif not self.model.total:
            self.content.show_content(Content.NO_ENVIRONMENTS)
        elif self.content.content not in (Content.ENVIRONMENT, Content.NOT_CHOSEN):
            self.sidebar.choose_environment(self._first())
        elif self.page.prefix is not None and self.model.is_gone(self.page.prefix):
            self.content.show_content(Content.NOT_CHOSEN)
            row = min(self._last_row, self.model.rowCount() - 1)
            if row >= 0:
                self.sidebar.choose_environment(self.model.row_at(row).prefix)

    def _first(self) -> Path | None:
        """Return what to show first: what was looked at last, or else one that is for work."""
        remembered = self._settings.selected()
        if remembered is not None and self.model.row_of(remembered) >= 0:
            return remembered
        for environment in self.model.environments():
            if not environment.marks:
                return environment.prefix
        return self.model.row_at(0).prefix if self.model.rowCount() else None

    def _prefix_of(self, name: str) -> Path | None:
        for environment in self.model.environments():
            if name in (environment.name, str(environment.prefix)):
                return environment.prefix
        return None

    def _update_page(self, prefix: Path, *, is_chosen: bool = False) -> None:
        row = self.model.row_of(prefix)
        if row >= 0 and (is_chosen or self.page.prefix == prefix):
            self.page.show_row(self.model.row_at(row))

    def _on_task(self, task: Task) -> None:
        is_new = task.id not in self._known_tasks
        self._known_tasks.add(task.id)
        self.model.set_task(task)
        self.page.changing.hear(task)
        self.health.hear(task)
        request = task.request
        if isinstance(request, CreateRequest | ExactRequest | CloneRequest) and is_new:
            self.sidebar.choose_environment(request.prefix, focus=True)
        if isinstance(request, RenameRequest) and task.state is TaskState.SUCCEEDED:
            self.page.changing.follow(request.source, request.prefix)
            self.sidebar.environments.follow(request.source, request.prefix)
        running = [other for other in self._engine.tasks() if not other.state.is_final]
        self.sidebar.count_tasks(len(running))
        for prefix in affected_prefixes(request):
            self._update_page(prefix)
        if task.state.is_final:
            self.refresh()
            self.disk.take_end(task)
