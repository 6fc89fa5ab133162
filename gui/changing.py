"""From wishes about packages to a plan of all of them, for the environment that is shown."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from engine.conda.channels import short_name
from engine.environments.pinning import pin_for
from engine.errors import Failure
from engine.events import Task, TaskId
from engine.records import Environment, Record, RecordKind
from engine.requests import ChangeRequest, ChannelPriority, Request
from gui.dialogs.channels import ChannelsDialog
from gui.dialogs.create import create_environment
from gui.dialogs.preview import PreviewDialog
from gui.dialogs.versions import VersionsDialog
from gui.models.basket import Basket, Baskets, Wish
from gui.models.following import followed
from gui.models.name_index import NameIndex
from gui.operations import Operation
from gui.package_actions import protection_of
from gui.presenting import explain
from gui.settings import ChannelChoice, WindowSettings
from gui.views.packages import PackagesView

if TYPE_CHECKING:
    from engine.session import Engine


class Changing(QObject):
    """Keep the baskets of all environments, and let `view` fill and review the one it shows.

    `channels_chosen` carries the prefix of an environment whose channels are others now.
    """

    channels_chosen = Signal(object)

    def __init__(
        self, engine: Engine, settings: WindowSettings, view: PackagesView, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.engine = engine
        self.settings = settings
        self._view = view
        self._environment: Environment | None = None
        self._names: dict[tuple[str, ...], NameIndex] = {}
        self._asking: Operation[tuple[ChannelChoice, NameIndex]] | None = None
        self.baskets = Baskets(self)
        self.baskets.changed.connect(self._on_changed)
        view.wished.connect(self._wish)
        view.wished_elsewhere.connect(self._wish_elsewhere)
        view.dropped.connect(self._drop)
        view.pinned.connect(self._pin)
        view.typed.connect(self._ask_names)
        view.versions_requested.connect(self._choose_version)
        view.channels_requested.connect(self.choose_channels)
        view.available.retried.connect(self._ask_names)
        view.bar.discarded.connect(self.discard)
        view.bar.reviewed.connect(self.review)

    def show_environment(self, environment: Environment | None) -> None:
        """Show the basket of `environment`, and whether it may be changed."""
        before = self._environment
        self._environment = environment
        if environment == before:
            return
        self._view.show_protection(protection_of(environment))
        if environment is None:
            self._view.show_basket(Basket())
        elif before is None or before.prefix != environment.prefix:
            self._forget_names()
            self._view.show_basket(self.baskets.of(environment.prefix))

    def fit(self, records: tuple[Record, ...]) -> None:
        """Drop wishes about packages that are not among the `records` that are shown."""
        if self._environment is not None:
            prefix = self._environment.prefix
            self.baskets.put(prefix, self.baskets.of(prefix).fitting(records))

    def hear(self, task: Task) -> None:
        """Take note of how a task ended."""
        self.baskets.hear(task)

    def follow(self, source: Path, prefix: Path) -> None:
        """Keep what was chosen for an environment that is somewhere else now."""
        self.baskets.follow(source, prefix)
        choice = self.settings.channel_choice(source)
        self.settings.set_channel_choice(source, None)
        self.settings.set_channel_choice(prefix, choice)

    def discard(self) -> None:
        """Empty the basket."""
        if self._environment is not None:
            self.baskets.put(self._environment.prefix, Basket())

    def review(self) -> None:
        """Work the basket out, and show what it comes to."""
        environment = self._environment
        if environment is not None and self.baskets.of(environment.prefix).wishes:
            ask = Operation(self._view, lambda: self.choice(environment.prefix))
            ask.then(partial(self._preview, environment.prefix)).run()

    def choose_channels(self) -> None:
        """Open the dialog about the channels of the environment."""
        environment = self._environment
        if environment is not None:
            ask = Operation(self._view, lambda: self._choices(environment.prefix))
            ask.then(partial(self._show_channels, environment)).run()

    # -- the basket ---------------------------------------------------------------------------

    def _wish(self, wishes: tuple[Wish, ...]) -> None:
        environment = self._environment
        if environment is not None and not protection_of(environment):
            basket = self.baskets.of(environment.prefix)
            self.baskets.put(environment.prefix, basket.with_wishes(*wishes))

    def _wish_elsewhere(self, wishes: tuple[Wish, ...]) -> None:
        """Open the dialog for a new environment, with what cannot be had in this one."""
        environment = self._environment
        if environment is not None:
            ask = Operation(self._view, lambda: self.choice(environment.prefix))
            ask.then(partial(self._make_environment, wishes)).run()

    def _make_environment(self, wishes: tuple[Wish, ...], choice: ChannelChoice) -> None:
        conda = tuple(wish.spec for wish in wishes if wish.tool is RecordKind.CONDA)
        pypi = tuple(wish.spec for wish in wishes if wish.tool is RecordKind.PYPI)
        create_environment(self.engine, self._view.window(), conda, choice, pypi=pypi)

    def _wish_one(self, wish: Wish) -> None:
        self._wish((wish,))

    def _pin(self, records: tuple[Record, ...], stays: bool) -> None:
        environment = self._environment
        if environment is not None and not protection_of(environment):
            prefix = environment.prefix
            pins = tuple(pin_for(record) for record in records) if stays else ()
            without = tuple(record.name for record in records)
            Operation(self._view, lambda: self.engine.pin(prefix, pins, without=without)).run()

    def _drop(self, wish: Wish) -> None:
        if self._environment is not None:
            prefix = self._environment.prefix
            self.baskets.put(prefix, self.baskets.of(prefix).without(wish))

    def _on_changed(self, prefix: object) -> None:
        if self._environment is not None and prefix == self._environment.prefix:
            self._view.show_basket(self.baskets.of(self._environment.prefix))

    def _preview(self, prefix: Path, choice: ChannelChoice) -> None:
        request = self.baskets.of(prefix).request(prefix, choice.channels, choice.priority)
        dialog = PreviewDialog(self.engine, request, self._view.window())
        dialog.submitted.connect(partial(self._on_submitted, prefix))
        dialog.revised.connect(partial(self._on_revised, prefix, choice.priority))
        dialog.open()

    def _on_submitted(self, prefix: Path, task_id: object) -> None:
        self.baskets.send(prefix, cast("TaskId", task_id))

    def _on_revised(self, prefix: Path, usual: ChannelPriority, request: Request) -> None:
        is_shown = self._environment is not None and self._environment.prefix == prefix
        if isinstance(request, ChangeRequest) and request.prefix == prefix and is_shown:
            basket = self.baskets.of(prefix)
            self.baskets.put(prefix, followed(basket, request, self._view.installed, usual))

    # -- channels -----------------------------------------------------------------------------

    async def _choices(self, prefix: Path) -> tuple[ChannelChoice, ChannelChoice]:
        """Return what is in force for an environment, and what would be without a choice."""
        configuration = await self.engine.configuration()
        usual = ChannelChoice(configuration.effective_channels, configuration.priority)
        return self.settings.channel_choice(prefix) or usual, usual

    async def choice(self, prefix: Path) -> ChannelChoice:
        """Return which channels count for an environment."""
        return (await self._choices(prefix))[0]

    def _show_channels(
        self, environment: Environment, choices: tuple[ChannelChoice, ChannelChoice]
    ) -> None:
        current, usual = choices
        dialog = ChannelsDialog(environment.name, current, usual, self._view.window())
        dialog.chosen.connect(partial(self._use_channels, environment.prefix))
        dialog.open()

    def _use_channels(self, prefix: Path, choice: ChannelChoice | None) -> None:
        self.settings.set_channel_choice(prefix, choice)
        self.channels_chosen.emit(prefix)
        if self._environment is not None and self._environment.prefix == prefix:
            self._forget_names()
            self._ask_names()

    # -- what there is to add -----------------------------------------------------------------

    def _forget_names(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None
        self._view.available.say("")
        self._view.show_names(None)

    def _ask_names(self) -> None:
        """Ask the channels what they have, once somebody looks for a package."""
        environment = self._environment
        is_asked = self._asking is not None and self._asking.is_running
        if environment is None or is_asked or self._view.has_names or not self._view.is_looking:
            return
        self._view.available.say(
            self.tr("Asking the channels which packages they have…"), is_busy=True
        )
        self._asking = (
            Operation(self._view, lambda: self._index_for(environment.prefix))
            .then(self._show_names)
            .otherwise(self._lack_names)
            .run()
        )

    async def _index_for(self, prefix: Path) -> tuple[ChannelChoice, NameIndex]:
        choice = await self.choice(prefix)
        index = self._names.get(choice.channels)
        if index is None:
            names = await self.engine.package_names(choice.channels)
            index = await asyncio.to_thread(NameIndex, names)
            self._names[choice.channels] = index
        return choice, index

    def _show_names(self, found: tuple[ChannelChoice, NameIndex]) -> None:
        choice, index = found
        self._view.available.say("")
        names = tuple(short_name(channel) or channel for channel in choice.channels)
        self._view.available.show_names_of(names)
        self._view.show_names(index)

    def _lack_names(self, failure: Failure) -> None:
        self._view.available.say(explain(failure).sentence, can_retry=True)

    # -- versions -----------------------------------------------------------------------------

    def _choose_version(self, record: Record, is_other_source: bool) -> None:
        environment = self._environment
        if environment is not None:
            ask = Operation(self._view, lambda: self.choice(environment.prefix))
            ask.then(partial(self._show_versions, environment, record, is_other_source)).run()

    def _show_versions(
        self,
        environment: Environment,
        record: Record,
        is_other_source: bool,
        choice: ChannelChoice,
    ) -> None:
        dialog = VersionsDialog(
            self.engine,
            self.settings,
            record,
            choice.channels,
            prefix=environment.prefix,
            python=environment.python_version,
            is_other_source=is_other_source,
            parent=self._view.window(),
        )
        dialog.chosen.connect(self._wish_one)
        dialog.open()
