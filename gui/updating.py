"""Find out what could be newer: quietly from what is known, and anew when somebody asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from engine.errors import Failure
from engine.records import Environment, RecordKind
from engine.updates import Updates
from gui.operations import Operation
from gui.package_actions import protection_of
from gui.presenting import explain
from gui.presenting.updates import looked_sentence, unknown_sentence, unreached_sentence
from gui.settings import ChannelChoice
from gui.views.packages import PackagesView

if TYPE_CHECKING:
    from engine.session import Engine

QUIET_AFTER_MS: Final = 1000  # whoever only passes by does not make anybody work


class Updating(QObject):
    """Fill the updates of the environment that `view` shows in, some time after its packages.

    Without being asked it only looks at lists that were read before; answers are kept until the
    environment changes. `choice_of` tells which channels count for an environment.
    """

    def __init__(
        self,
        engine: Engine,
        choice_of: Callable[[Path], Awaitable[ChannelChoice]],
        view: PackagesView,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._choice_of = choice_of
        self._view = view
        self._environment: Environment | None = None
        self._known: dict[tuple[Path, str], Updates] = {}
        self._asking: Operation[Updates] | None = None
        self._is_looking = False
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_AFTER_MS)
        self._quiet.timeout.connect(self._fill)
        view.updates_requested.connect(self.look)
        view.note.stopped.connect(self.stop)
        view.note.retried.connect(self.look)

    @property
    def is_looking(self) -> bool:
        """Return whether somebody waits for an answer."""
        return self._is_looking

    def show_environment(self, environment: Environment | None) -> None:
        """Leave what was shown of another environment."""
        before, self._environment = self._environment, environment
        if before is None or environment is None or before.prefix != environment.prefix:
            self.stop()
            self._view.show_updates(None)
        elif before.stamp != environment.stamp:
            was_looking = self._is_looking
            self._end()
            if was_looking:
                self.look()

    def fill(self) -> None:
        """Show what is known; what is not is looked for later. The packages are shown by now."""
        environment = self._environment
        if environment is None or self._is_looking:
            return
        known = self._known.get((environment.prefix, environment.stamp))
        self._view.show_updates(known)
        if known is None and not protection_of(environment):
            self._quiet.start()

    def forget(self, prefix: Path) -> None:
        """Forget what was known of an environment, whose channels are others now."""
        self._known = {key: each for key, each in self._known.items() if key[0] != prefix}
        if self._environment is not None and self._environment.prefix == prefix:
            self._end()
            self.fill()

    def look(self) -> None:
        """Ask channels and indexes anew."""
        environment = self._environment
        if environment is None or protection_of(environment) or self._is_looking:
            return
        self._end()
        self._is_looking = True
        self._view.note.say_busy()
        self._ask(environment, looks=True)

    def stop(self) -> None:
        """Look no more; what was known stays."""
        self._end()
        self._view.note.hush()

    def _end(self) -> None:
        self._quiet.stop()
        self._is_looking = False
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    def _fill(self) -> None:
        if self._environment is not None and self._asking is None:
            self._ask(self._environment, looks=False)

    def _ask(self, environment: Environment, *, looks: bool) -> None:
        async def ask() -> Updates:
            choice = await self._choice_of(environment.prefix)
            return await self._engine.updates(
                environment.prefix, choice.channels, choice.priority, looks=looks
            )

        def take(updates: Updates) -> None:
            self._settle(asking)
            self._take(environment, updates, looks=looks)

        asking = Operation(self._view, ask).then(take)
        self._asking = asking.otherwise(self._refuse).finally_(lambda: self._settle(asking)).run()

    def _settle(self, asked: Operation[Updates]) -> None:
        if self._asking is asked:
            self._asking = None
            self._is_looking = False

    def _take(self, environment: Environment, updates: Updates, *, looks: bool) -> None:
        key = (environment.prefix, environment.stamp)
        if looks and not updates.problems:
            self._known.clear()  # the lists that others were worked out from are newer now
        elif looks and (before := self._known.get(key)) is not None:
            updates = _completed(updates, before)
        if updates.updates or not updates.problems:
            self._known[key] = updates
        is_shown = self._environment is not None and self._environment.prefix == environment.prefix
        if not is_shown:
            return
        self._view.show_updates(self._known.get(key))
        if looks:
            self._tell(updates)

    def _tell(self, updates: Updates) -> None:
        note = self._view.note
        if updates.problems:
            reason = explain(updates.problems[0]).sentence
            kinds = [kind for kind in RecordKind if kind not in updates.complete]
            note.say_trouble(unknown_sentence(kinds[0] if len(kinds) == 1 else None, reason))
        elif updates.old:
            note.say_trouble(unreached_sentence(updates.old))
        else:
            fitting = len(self._view.model.updatable)
            staying = len(updates.updates) - fitting
            note.say(looked_sentence(fitting, staying), has_some=bool(fitting))

    def _refuse(self, failure: Failure) -> None:
        if self._is_looking:
            self._view.note.say_trouble(unknown_sentence(None, explain(failure).sentence))


def _completed(updates: Updates, before: Updates) -> Updates:
    """Return `updates` with what was known `before` of the kinds that could not be asked now."""
    missing = [f"{kind}:" for kind in RecordKind if kind not in updates.complete]
    old = (each for each in before.updates if each.key.startswith(tuple(missing)))
    return replace(updates, updates=(*updates.updates, *old))
