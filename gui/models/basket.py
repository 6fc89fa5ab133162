"""The basket of one environment: changes that are wanted, until they are planned together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine.conda.channels import short_name
from engine.events import Task, TaskId, TaskState
from engine.records import Record, RecordKind, Source, SourceKind
from engine.requests import ChangeRequest, ChannelPriority, UpdateScope, affected_prefixes
from gui.models.dependents import plain_name

_PYPI_SOURCE = "PyPI"


class WishKind(StrEnum):
    """Name what can be wanted of a package, or of all of them."""

    ADD = "add"
    SWITCH = "switch"
    UPDATE = "update"
    REMOVE = "remove"
    UPDATE_ALL = "update-all"


@dataclass(frozen=True, slots=True)
class Wish:
    """Hold one change that is wanted.

    `tool` is who shall carry it out. `spec` is what is asked for by an addition or a switch: a
    conda MatchSpec, or a PyPI requirement. `of` is the key of the installed record that the wish
    is about, empty for an addition.
    """

    kind: WishKind
    tool: RecordKind = RecordKind.CONDA
    name: str = ""
    spec: str = ""
    of: str = ""

    @property
    def key(self) -> str:
        """Return what tells it from the other wishes of a basket: one wish for one row."""
        if self.kind is WishKind.UPDATE_ALL:
            return "all"
        return self.of or f"{self.tool}:{self.name}"

    @property
    def channel(self) -> str:
        """Return the channel that the package shall come from, "" when any will do."""
        before, mark, _ = self.spec.rpartition("::")
        return before if mark and self.tool is RecordKind.CONDA else ""

    @property
    def bounds(self) -> str:
        """Return what is asked of the version, as it is written behind the name."""
        rest = self.spec.rpartition("::")[2] if self.channel else self.spec
        is_named = plain_name(rest).startswith(plain_name(self.name))
        return rest[len(self.name) :].strip() if is_named else ""

    def record(self) -> Record:
        """Return a row for what shall be added."""
        if self.tool is RecordKind.PYPI:
            source = Source(SourceKind.PYPI, _PYPI_SOURCE)
        else:
            source = Source(SourceKind.CHANNEL, short_name(self.channel), self.channel)
        return Record(self.tool, self.name, self.bounds, source, requested=(self.spec,))


UPDATE_ALL = Wish(WishKind.UPDATE_ALL)


def wish_to_remove(record: Record) -> Wish:
    """Return the wish that `record` goes."""
    return Wish(WishKind.REMOVE, record.kind, record.name, of=record.key)


def wish_to_update(record: Record) -> Wish:
    """Return the wish for the newest `record` that fits."""
    return Wish(WishKind.UPDATE, record.kind, record.name, of=record.key)


def wish_for(record: Record, tool: RecordKind, spec: str) -> Wish:
    """Return the wish that `spec`, brought by `tool`, takes the place of `record`."""
    return Wish(WishKind.SWITCH, tool, plain_name(record.name), spec, of=record.key)


@dataclass(frozen=True, slots=True)
class Basket:
    """Hold wishes in the order in which they came, one at most for each package.

    `scope` and `priority` are what was chosen while they were looked at together: how far they
    may reach, and how channels compete when that is not as usual.
    """

    wishes: tuple[Wish, ...] = ()
    scope: UpdateScope = UpdateScope.KEEP
    priority: ChannelPriority | None = None

    def __len__(self) -> int:
        return len(self.wishes)

    def wish_of(self, key: str) -> Wish | None:
        """Return the wish about the row with `key`."""
        return next((wish for wish in self.wishes if wish.key == key), None)

    def with_wishes(self, *wishes: Wish) -> Basket:
        """Return the basket with `wishes`, each in place of an earlier one about the same."""
        kept = list(self.wishes)
        for wish in wishes:
            kept = [old for old in kept if not _is_about_the_same(old, wish)]
            kept.append(wish)
        return self._holding(kept)

    def without(self, *wishes: Wish) -> Basket:
        """Return the basket without `wishes`."""
        return self._holding(wish for wish in self.wishes if wish not in wishes)

    def fitting(self, records: Iterable[Record]) -> Basket:
        """Return the basket without wishes about records that are no longer there."""
        keys = {record.key for record in records}
        return self._holding(wish for wish in self.wishes if not wish.of or wish.of in keys)

    def without_granted(self, request: ChangeRequest) -> Basket:
        """Return the basket without what `request` asks for, too."""
        return self._holding(wish for wish in self.wishes if not is_granted(wish, request))

    def request(
        self,
        prefix: Path,
        channels: tuple[str, ...],
        priority: ChannelPriority = ChannelPriority.STRICT,
    ) -> ChangeRequest:
        """Return everything that is wanted as one request."""
        conda, pypi = RecordKind.CONDA, RecordKind.PYPI
        new = (WishKind.ADD, WishKind.SWITCH)
        return ChangeRequest(
            prefix=prefix,
            channels=channels,
            priority=self.priority or priority,
            scope=UpdateScope.ALL if UPDATE_ALL in self.wishes else self.scope,
            add=tuple(wish.spec for wish in self._of(conda, *new)),
            update=tuple(wish.name for wish in self._of(conda, WishKind.UPDATE)),
            remove=tuple(wish.name for wish in self._of(conda, WishKind.REMOVE)),
            add_pypi=tuple(wish.spec for wish in self._of(pypi, *new)),
            update_pypi=tuple(wish.name for wish in self._of(pypi, WishKind.UPDATE)),
            remove_pypi=tuple(wish.name for wish in self._of(pypi, WishKind.REMOVE)),
        )

    def _holding(self, wishes: Iterable[Wish]) -> Basket:
        """Return the basket with `wishes` for its own; an empty one begins anew in every way."""
        held = tuple(wishes)
        return replace(self, wishes=held) if held else Basket()

    def _of(self, tool: RecordKind, *kinds: WishKind) -> tuple[Wish, ...]:
        return tuple(wish for wish in self.wishes if wish.tool is tool and wish.kind in kinds)


class Baskets(QObject):
    """Keep a basket for every environment; `changed` carries the prefix of the one that did.

    What was sent to be carried out comes back when that fails or is cancelled.
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._baskets: dict[Path, Basket] = {}
        self._sent: dict[TaskId, tuple[Path, Basket]] = {}

    def of(self, prefix: Path) -> Basket:
        """Return the basket of an environment."""
        return self._baskets.get(prefix, Basket())

    def put(self, prefix: Path, basket: Basket) -> None:
        """Make `basket` the one of an environment."""
        if basket == self.of(prefix):
            return
        if basket.wishes:
            self._baskets[prefix] = basket
        else:
            self._baskets.pop(prefix, None)
        self.changed.emit(prefix)

    def send(self, prefix: Path, task_id: TaskId) -> None:
        """Empty a basket whose wishes `task_id` carries out."""
        self._sent[task_id] = (prefix, self.of(prefix))
        self.put(prefix, Basket())

    def hear(self, task: Task) -> None:
        """Take note of how a task ended."""
        if not task.state.is_final:
            return
        prefix, sent = self._sent.pop(task.id, (affected_prefixes(task.request)[-1], Basket()))
        if task.state is not TaskState.SUCCEEDED:
            now = self.of(prefix)
            self.put(prefix, sent.with_wishes(*now.wishes))
        elif isinstance(task.request, ChangeRequest):
            self.put(prefix, self.of(prefix).without_granted(task.request))

    def follow(self, source: Path, prefix: Path) -> None:
        """Keep the basket of an environment that is somewhere else now."""
        basket = self.of(source)
        self.put(source, Basket())
        self.put(prefix, basket)


def _is_about_the_same(old: Wish, new: Wish) -> bool:
    if WishKind.UPDATE_ALL in (old.kind, new.kind):
        # what is updated anyway needs no wish of its own
        return new.kind is WishKind.UPDATE_ALL and old.kind in (
            WishKind.UPDATE,
            WishKind.UPDATE_ALL,
        )
    is_addition = old.kind is new.kind is WishKind.ADD
    return old.key == new.key or (is_addition and plain_name(old.name) == plain_name(new.name))


def is_granted(wish: Wish, request: ChangeRequest) -> bool:
    """Return whether `request` asks for what `wish` wants."""
    is_conda = wish.tool is RecordKind.CONDA
    match wish.kind:
        case WishKind.ADD | WishKind.SWITCH:
            return wish.spec in (request.add if is_conda else request.add_pypi)
        case WishKind.UPDATE:
            return wish.name in (request.update if is_conda else request.update_pypi)
        case WishKind.REMOVE:
            return wish.name in (request.remove if is_conda else request.remove_pypi)
        case WishKind.UPDATE_ALL:
            return request.scope is UpdateScope.ALL
