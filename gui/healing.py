"""Look after the health of the environment that is shown: check, repair, ignore."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Signal

from engine.events import TaskId
from engine.health.values import Depth, Health, HealthProgress, RepairStep, RepairWish
from engine.records import Environment, Mark
from engine.requests import RepairRequest
from gui.dialogs.preview import PreviewDialog
from gui.models.health import HealthBook
from gui.operations import Operation
from gui.settings import ChannelChoice, WindowSettings
from gui.texts import mark_sentence
from gui.views.health import HealthView

if TYPE_CHECKING:
    from engine.session import Engine


class Healing(QObject):
    """Join the Health tab with the engine; `counted` tells how many findings are shown."""

    counted = Signal(int)

    def __init__(
        self,
        engine: Engine,
        settings: WindowSettings,
        book: HealthBook,
        view: HealthView,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.engine = engine
        self.settings = settings
        self.book = book
        self._view = view
        self._environment: Environment | None = None
        self._checking: Operation[Health | None] | None = None
        self._checked: Path | None = None
        book.changed.connect(self._on_changed)
        view.repair_chosen.connect(self.repair)
        view.repair_all_chosen.connect(self.repair_all)
        view.look_chosen.connect(self._look_into)
        view.ignore_chosen.connect(self._ignore)
        view.heed_chosen.connect(self._heed)
        view.check_chosen.connect(self.check)
        view.stop_chosen.connect(self.stop)

    def show_environment(self, environment: Environment | None) -> None:
        """Show the findings of `environment` as far as they are known."""
        before = self._environment
        self._environment = environment
        if environment is None:
            return
        if before is None or before.prefix != environment.prefix:
            self.stop()
            self._view.leave()
            self._view.trouble.hide()
        self._show()

    @property
    def is_known(self) -> bool:
        """Return whether there is something to show of the environment before it is looked at."""
        return self._environment is not None and bool(self.book.of(self._environment.prefix).depths)

    async def look(self, prefix: Path) -> Health:
        """Return, and take in, what a quick check finds."""
        health = await self.engine.quick_health(prefix)
        self.book.take(health)
        return health

    def show_health(self, _health: Health) -> None:
        """Show what was taken in."""
        self._show()

    def check(self, depth: object) -> None:
        """Check the environment thoroughly."""
        environment = self._environment
        if environment is None or (self._checking is not None and self._checking.is_running):
            return
        prefix, wanted = environment.prefix, cast("Depth", depth)
        self._checked = prefix
        self._view.show_check(wanted)
        self._checking = (
            Operation(self._view, lambda: self._examine(prefix, wanted))
            .otherwise(self._view.show_trouble)
            .finally_(lambda: self._view.show_check(None))
            .run()
        )

    def stop(self) -> None:
        """Stop a thorough check; what it has found so far is not kept."""
        if self._checking is not None:
            self._checking.cancel()

    def repair(self, steps: object) -> None:
        """Open the preview of what `steps` would do."""
        self._ask(steps=tuple(cast("Sequence[RepairStep]", steps)))

    def repair_all(self, wishes: object) -> None:
        """Open the preview of mending as much of `wishes` as goes together."""
        self._ask(wishes=tuple(cast("Sequence[RepairWish]", wishes)))

    def _ask(
        self, *, steps: tuple[RepairStep, ...] = (), wishes: tuple[RepairWish, ...] = ()
    ) -> None:
        environment = self._environment
        if environment is None:
            return
        prefix = environment.prefix

        def preview(choice: ChannelChoice) -> None:
            request = RepairRequest(prefix, choice.channels, choice.priority, steps, wishes)
            dialog = PreviewDialog(self.engine, request, self._view.window())

            def expect(task: object) -> None:
                if dialog.plan is not None:
                    self.book.expect_repair(dialog.plan, cast("TaskId", task))

            dialog.submitted.connect(expect)
            dialog.open()

        Operation(self._view, lambda: self._choice(prefix)).then(preview).run()

    async def _examine(self, prefix: Path, depth: Depth) -> Health | None:
        async for answer in self.engine.health(prefix, depth):
            match answer:
                case HealthProgress():
                    self._view.show_progress(answer)
                case Health():
                    self.book.take(answer)
                    return answer
        return None

    async def _choice(self, prefix: Path) -> ChannelChoice:
        configuration = await self.engine.configuration()
        usual = ChannelChoice(configuration.effective_channels, configuration.priority)
        return self.settings.channel_choice(prefix) or usual

    def _look_into(self, folder: object) -> None:
        Operation(self._view, lambda: self.engine.open_folder(cast("Path", folder))).run()

    def _ignore(self, key: str) -> None:
        if self._environment is not None:
            self.book.ignore(self._environment.prefix, key)

    def _heed(self, key: str) -> None:
        if self._environment is not None:
            self.book.heed(self._environment.prefix, key)

    def _on_changed(self, prefix: object) -> None:
        if self._environment is not None and prefix == self._environment.prefix:
            self._show()

    def _show(self) -> None:
        environment = self._environment
        if environment is None:
            return
        diagnosis = self.book.of(environment.prefix)
        self.counted.emit(len(diagnosis.findings))
        if diagnosis.depths:
            self._view.show_diagnosis(diagnosis, _refusal(environment))


def _refusal(environment: Environment) -> str:
    """Return why nothing can be repaired here, "" when it can; other marks can be repaired."""
    marks = (mark for mark in (Mark.BASE, Mark.FROZEN) if mark in environment.marks)
    return next((mark_sentence(mark) for mark in marks), "")
