"""The page "Disk and caches": where the space went, and getting it back safely."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from engine.cache.values import (
    Choice,
    DiskPicture,
    DiskProgress,
    EnvironmentParts,
    VolumeSpace,
)
from engine.errors import Failure
from engine.events import Task, TaskId, TaskState
from engine.plan import Plan
from engine.requests import CleanRequest, RelinkRequest, Request
from gui.dialogs import PreviewDialog
from gui.dialogs.fitting import scrolled
from gui.formats import format_bytes, format_when
from gui.models.disk_looks import (
    Prepared,
    known_picture,
    one_per_device,
    prepared,
    really_freed,
    short_name,
)
from gui.models.environments import EnvironmentsModel
from gui.operations import Operation
from gui.panels import Banner, EmptyState, Loading
from gui.presenting import explain
from gui.presenting.disk import disk_words, skipped_sentences
from gui.presenting.disk_lessons import Lesson
from gui.settings import WindowSettings
from gui.theme import SPACE, TextRole, Tone
from gui.turns import in_turns
from gui.views.disk_clean import CleanPanel
from gui.views.disk_picture import PicturePanel
from gui.views.disk_table import DiskTable
from gui.views.disk_volumes import VolumeLines, free_around, volume_shares
from gui.views.disk_why import WhyButton
from gui.views.failed_state import FailedState
from gui.widgets import (
    ButtonKind,
    ElidedLabel,
    Spinner,
    button,
    column,
    label,
    row,
)

if TYPE_CHECKING:
    from engine.session import Engine

_NARROW: Final = SPACE * 88  # below it, the panel goes under the picture
_PICTURE: Final = SPACE * 54  # what the picture wants beside the panel
_PROGRESS_MS: Final = 100
_STALE_MS: Final = 400


class DiskPage(QWidget):
    """Show the disk once it is looked at; what stood there stays until there is something newer.

    `environment_wanted` carries a prefix to go to, `volumes_seen` the volumes of a new picture.
    """

    environment_wanted = Signal(object)
    volumes_seen = Signal(object)

    def __init__(
        self,
        engine: Engine,
        environments: EnvironmentsModel,
        settings: WindowSettings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.engine = engine
        self._environments = environments
        self._picture: DiskPicture | None = None
        self._looking: Operation[Prepared | None] | None = None
        self._plans: dict[TaskId, Plan] = {}
        self._parts: EnvironmentParts | None = None
        self._way: Qt.Orientation | None = None
        self._is_stale = True
        self._files = 0
        self.panel = PicturePanel()
        self.table = DiskTable(settings)
        self.clean = CleanPanel()
        self.volumes = VolumeLines()
        self.banner = Banner(closable=True)
        self.banner.hide()
        self.again = button(self.tr("&Look again"), ButtonKind.QUIET, "refresh")
        self.again.clicked.connect(lambda: self.look(fresh=True))
        self._sum = ElidedLabel()
        self._spinner = Spinner()
        self._state = ElidedLabel("", TextRole.SMALL, Tone.MUTED)
        self._first = Loading(self.tr("Looking where the space went…"))
        self.empty = EmptyState(
            "disk",
            self.tr("Nothing here yet"),
            self.tr("There is no environment and no cache on this computer that takes up space."),
        )
        self.failed = FailedState(self.tr("T&ry again"))
        self.failed.acted.connect(self.look)
        self._pages = QStackedWidget()
        self._state.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._build()
        self._draw = QTimer(self, singleShot=True, interval=_PROGRESS_MS)
        self._draw.timeout.connect(self._draw_progress)
        self._soon = QTimer(self, singleShot=True, interval=_STALE_MS)
        self._soon.timeout.connect(self._look_if_stale)
        self._known = QTimer(self, singleShot=True, interval=_STALE_MS)
        self._known.timeout.connect(self.check_space)
        self._connect()

    @property
    def picture(self) -> DiskPicture | None:
        """Return the picture that is shown, None before the first."""
        return self._picture

    @property
    def is_looking(self) -> bool:
        """Return whether the disk is being looked at."""
        return self._looking is not None

    def look(self, *, fresh: bool = False) -> None:
        """Look at the disk; `fresh` forgets what was remembered of earlier looks."""
        if self._looking is not None:
            self._is_stale = True
            return
        self._is_stale = False
        self._files = 0
        self._looking = (
            Operation(self, lambda: self._look(fresh=fresh))
            .then(self._take)
            .otherwise(self._refuse)
            .finally_(self._settle)
            .run()
        )
        self._draw_progress()
        if self._picture is None:
            self._pages.setCurrentWidget(self._first)
            self.check_space()

    def expire(self) -> None:
        """Take note that something changed: look anew, now or when it is shown again."""
        self._is_stale = True
        if self.isVisible():
            self._soon.start()

    def check_space(self) -> None:
        """Ask what is free where environments are, and draw what is known of them by now."""
        prefixes = tuple(each.prefix for each in self._environments.environments())
        around = (*prefixes, self.engine.places.envs)
        ask = Operation(self, lambda: free_around(self.engine, around))
        ask.then(self._take_spaces).run()

    def take_end(self, task: Task) -> None:
        """Take note of a task that is over: say what it freed, and look anew."""
        plan = self._plans.pop(task.id, None)
        if plan is not None and task.state is TaskState.SUCCEEDED:
            self.say(self._end_words(plan, task), Tone.WARNING if task.skipped else Tone.SUCCESS)
        self.expire()

    def state_text(self) -> str:
        """Return what is said of the look that is under way, or of the last."""
        return self._state.whole()

    def focus_filter(self) -> None:
        """Put the cursor into the filter of the table."""
        self.table.focus_filter()

    def say(self, text: str, tone: Tone = Tone.SUCCESS) -> None:
        """Say above the picture how a task ended."""
        self.banner.say(text, tone)

    def showEvent(self, event: QShowEvent) -> None:
        """Look at the disk when that was not done, or something has changed."""
        super().showEvent(event)
        self._look_if_stale()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the panel beside the picture, or below it where the room is narrow."""
        super().resizeEvent(event)
        self._fold()

    def _build(self) -> None:
        title = label(self.tr("Disk and caches"), TextRole.TITLE)
        self._spinner.hide()
        head = row(title, None, self._spinner, self._state, self.again)
        head.setStretch(3, 1)
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(SPACE)
        self._split.setProperty("gap", "true")
        self._split.addWidget(self.panel)
        self._split.addWidget(self.table)
        self._split.setStretchFactor(0, 3)
        self._split.setStretchFactor(1, 2)
        self._split.setSizes([SPACE * 44, SPACE * 30])
        # a splitter, for its least height is that of its parts: a layout would ask for their best
        self._body = QSplitter(Qt.Orientation.Horizontal)
        self._body.setChildrenCollapsible(False)
        self._body.setHandleWidth(SPACE * 2)
        self._body.setProperty("gap", "true")
        self._body.addWidget(self._split)
        self._body.addWidget(self.clean)
        self._body.setStretchFactor(0, 1)
        self._body.setStretchFactor(1, 0)
        inner = QWidget()
        content = column(self._body)
        content.setContentsMargins(SPACE * 3, 0, SPACE * 3, SPACE * 2)
        inner.setLayout(content)
        self._scroll = scrolled(inner)
        sums = row(self._sum, WhyButton(Lesson.HARD_LINK), None)
        self._about = QWidget()
        self._about.setLayout(column(sums, self.volumes, spacing=1))
        self._about.hide()
        for page in (self._scroll, self._first, self.empty, self.failed):
            self._pages.addWidget(page)
        self._pages.setCurrentWidget(self._first)
        top = column(head, self.banner, self._about, spacing=1)
        top.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 3, SPACE)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(top)
        outer.addWidget(self._pages, 1)

    def _connect(self) -> None:
        self._environments.dataChanged.connect(self._on_environments)
        self._environments.modelReset.connect(self._on_environments)
        self.panel.scope_changed.connect(self._on_scope)
        self.panel.part_chosen.connect(self.table.choose_part)
        self.panel.parts_wanted.connect(self._count_parts)
        self.panel.item_chosen.connect(self.table.choose)
        self.panel.environment_wanted.connect(self.environment_wanted)
        self.table.selection_changed.connect(self.clean.set_selection)
        self.table.clean_wanted.connect(self.clean.choose_selection)
        self.clean.clean_wanted.connect(self._clean)
        self.clean.relink_wanted.connect(self._relink)

    def _on_environments(self) -> None:
        if self._picture is None and self.is_looking and not self._known.isActive():
            self._known.start()

    def _on_scope(self, paths: frozenset[Path] | None) -> None:
        parts = self._parts
        if parts is not None and self.panel.opened == parts.prefix:
            self.table.show_parts(parts)
        else:
            self.table.set_scope(paths)

    def _count_parts(self, prefix: Path) -> None:
        count = Operation(self, lambda: self.engine.environment_parts(prefix))
        count.then(self._take_parts).otherwise(self._refuse).run()

    def _take_parts(self, parts: EnvironmentParts) -> None:
        self._parts = parts
        self.panel.show_parts(parts)

    def _fold(self) -> None:
        is_narrow = self.width() < max(_NARROW, self.clean.minimumSizeHint().width() + _PICTURE)
        way = Qt.Orientation.Vertical if is_narrow else Qt.Orientation.Horizontal
        if way is self._way:
            return
        self._way = way
        self._body.setOrientation(way)
        self._split.setMinimumHeight(SPACE * 64 if is_narrow else 0)
        self.clean.setMinimumHeight(SPACE * 48 if is_narrow else 0)
        if not is_narrow:
            panel = self.clean.minimumSizeHint().width() + SPACE
            self._body.setSizes([max(0, self.width() - panel), panel])

    def _look_if_stale(self) -> None:
        if self._is_stale and self.isVisible():
            self.look()

    async def _look(self, *, fresh: bool) -> Prepared | None:
        async for told in self.engine.disk(fresh=fresh):
            if isinstance(told, DiskPicture):
                return await asyncio.to_thread(prepared, told, self._titles())
            self._on_progress(told)
        return None

    def _on_progress(self, progress: DiskProgress) -> None:
        self._files = progress.files
        if not self._draw.isActive():
            self._draw.start()

    def _draw_progress(self) -> None:
        is_looking = self._looking is not None
        self._spinner.setVisible(is_looking)
        self.again.setEnabled(not is_looking)
        if is_looking:
            words = disk_words().files(self._files) if self._files else self.tr("Looking…")
            self._state.set_whole(words)
        elif self._picture is not None:
            text = self.tr("as of {when}")
            self._state.set_whole(text.format(when=format_when(self._picture.seen)))
        else:
            self._state.set_whole("")

    def _take(self, ready: Prepared | None) -> None:
        if ready is None:
            return
        in_turns(
            self,
            lambda: self.table.show_rows(ready.rows),
            lambda: self.clean.show_picture(ready.picture, ready.grounds),
            lambda: self._draw_picture(ready),
            lambda: self._show(ready.picture),
        )

    def _show(self, picture: DiskPicture) -> None:
        self._picture = picture
        self._sum.set_whole(self._words(picture))
        self._draw_progress()
        is_empty = not picture.total_bytes
        self._show_page(self.empty if is_empty else self._scroll)
        self.volumes_seen.emit(picture.volumes)

    def _take_spaces(self, spaces: dict[Path, VolumeSpace]) -> None:
        self.volumes_seen.emit(one_per_device(spaces.values()))
        if self._picture is not None or not self.is_looking:
            return
        known = known_picture(self._environments.environments(), spaces)
        if known.environments:
            self._sum.set_whole(self.tr("Environments first; the caches are still looked at."))
            self._draw_picture(prepared(known, self._titles()))
            self._show_page(self._scroll)

    def _draw_picture(self, ready: Prepared) -> None:
        self.volumes.show_volumes(volume_shares(ready.picture))
        opened = self.panel.opened
        self.panel.show_tree(ready.tree)
        if opened is not None:
            self._count_parts(opened)

    def _titles(self) -> dict[Path, str]:
        environments = self._environments.environments()
        return {each.prefix: short_name(each.prefix, each.name) for each in environments}

    def _show_page(self, page: QWidget) -> None:
        self._pages.setCurrentWidget(page)
        self._about.setVisible(page is self._scroll)

    def _words(self, picture: DiskPicture) -> str:
        text = self.tr("Environments and caches take up {total} of the disk.")
        parts = [text.format(total=format_bytes(picture.total_bytes))]
        if picture.unreadable:
            parts.append(
                self.tr("%n folder(s) could not be looked into.", None, len(picture.unreadable))
            )
        return " ".join(parts)

    def _refuse(self, failure: Failure) -> None:
        if self._picture is None:
            self.failed.tell(failure)
            self._show_page(self.failed)
        else:
            words = explain(failure)
            self.say(" ".join(part for part in (words.sentence, words.remedy) if part), Tone.DANGER)

    def _settle(self) -> None:
        self._looking = None
        self._draw_progress()
        self._look_if_stale()

    def _end_words(self, plan: Plan, task: Task) -> str:
        size = format_bytes(really_freed(plan, task.skipped, self._picture))
        if isinstance(plan.request, RelinkRequest):
            return self.tr("{size} saved: these files are shared now.").format(size=size)
        freed_words = self.tr("{size} freed.").format(size=size)
        return " ".join((freed_words, *skipped_sentences(task.skipped)))

    def _clean(self, choice: Choice) -> None:
        self._preview(CleanRequest(choice))

    def _relink(self, prefixes: tuple[Path, ...]) -> None:
        self._preview(RelinkRequest(prefixes))

    def _preview(self, request: Request) -> None:
        dialog = PreviewDialog(self.engine, request, self)

        def remember(task_id: TaskId) -> None:
            if dialog.plan is not None:
                self._plans[task_id] = dialog.plan

        dialog.submitted.connect(remember)
        dialog.open()
