"""The list of environments: those that are there, and those that a task is making."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import (
    QAbstractListModel,
    QCollator,
    QCollatorSortKey,
    QCoreApplication,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from engine.events import Task, TaskState
from engine.records import Environment, Mark, Sizes
from engine.requests import (
    CloneRequest,
    CreateRequest,
    ExactRequest,
    RenameRequest,
    affected_prefixes,
)
from gui.formats import format_bytes, format_when
from gui.presenting.health import HealthState, state_sentence
from gui.texts import mark_sentence, mark_word

ROW_ROLE: Final = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class EnvironmentRow:
    """Describe one row; `environment` is None while a task is still making it.

    `task` works on it now, or waits for its turn; `health` is what its dot shows; `place` is the
    folder that tells it from another one of the same name, "" where there is none.
    """

    prefix: Path
    environment: Environment | None
    task: Task | None = None
    health: HealthState = HealthState.UNKNOWN
    place: str = ""

    @property
    def title(self) -> str:
        """Return the name to show: the folder's own where conda has none for it."""
        name = self.environment.name if self.environment is not None else ""
        if not name or os.path.isabs(name):  # noqa: PTH117 - asked for each row of each painting
            return self.prefix.name or str(self.prefix)
        return name

    def second_line(self) -> str:
        """Return the Python version and the marks, in words."""
        environment = self.environment
        if environment is None:
            return QCoreApplication.translate("EnvironmentRow", "being made")
        words = [python_text(environment), self.place_text()]
        words += [mark_word(mark) for mark in environment.marks]
        return " · ".join(word for word in words if word)

    def place_text(self) -> str:
        """Return "in miniforge3" where another environment has the same name, or ""."""
        text = QCoreApplication.translate("EnvironmentRow", "in {folder}")
        return text.format(folder=self.place) if self.place else ""

    def tip(self) -> str:
        """Return everything about the row, for a tooltip."""
        environment = self.environment
        lines = [str(self.prefix)]
        if environment is None:
            return lines[0]
        lines.append(
            QCoreApplication.translate(
                "EnvironmentRow", "%n package(s)", None, environment.package_count
            )
        )
        if environment.sizes is not None:
            lines.append(sizes_text(environment.sizes))
        if environment.changed is not None:
            text = QCoreApplication.translate("EnvironmentRow", "Last changed {when}")
            lines.append(text.format(when=format_when(environment.changed)))
        lines += [mark_sentence(mark) for mark in environment.marks]
        if self.health is not HealthState.UNKNOWN:
            lines.append(state_sentence(self.health))
        return "\n".join(lines)


def python_text(environment: Environment) -> str:
    """Return "Python 3.12.7", or that there is none."""
    if not environment.python_version:
        return QCoreApplication.translate("EnvironmentRow", "no Python")
    return f"Python {environment.python_version}"


def sizes_text(sizes: Sizes) -> str:
    """Return own and shared bytes in one sentence."""
    return QCoreApplication.translate(
        "EnvironmentRow", "{own} of its own, {shared} shared with the package cache or others"
    ).format(own=format_bytes(sizes.own_bytes), shared=format_bytes(sizes.shared_bytes))


class EnvironmentsModel(QAbstractListModel):
    """Show environments: `base` first, then as the locale sorts names, at last those being made."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._environments: dict[Path, Environment] = {}
        self._places: dict[Path, str] = {}
        self._tasks: dict[Path, Task] = {}
        self._health: dict[Path, HealthState] = {}
        self._filter = ""
        self._collator = _collator()
        self._sort_keys: dict[str, QCollatorSortKey] = {}
        self._rows: list[EnvironmentRow] = []
        self._positions: dict[Path, int] = {}

    @property
    def total(self) -> int:
        """Return how many rows there are without the filter."""
        return len(self._environments) + len(self._pending())

    @property
    def working(self) -> tuple[int, ...]:
        """Return the rows that a task works on."""
        busy = (path for path, task in self._tasks.items() if not task.state.is_final)
        return tuple(self._positions[path] for path in busy if path in self._positions)

    def set_environments(self, environments: Iterable[Environment]) -> None:
        """Show `environments`; sizes that were known stay until new ones come."""
        known = self._environments
        found: dict[Path, Environment] = {}
        for environment in sorted(environments, key=self._order):
            before = known.get(environment.prefix)
            if environment.sizes is None and before is not None and before.sizes is not None:
                environment = replace(environment, sizes=before.sizes)  # noqa: PLW2901
            found[environment.prefix] = environment
        self._environments = found
        self._places = dict(_places(found.values()))
        self._tasks = {path: task for path, task in self._tasks.items() if not task.state.is_final}
        self._rebuild()

    def set_sizes(self, prefix: Path, sizes: Sizes) -> None:
        """Show the sizes of one environment."""
        environment = self._environments.get(prefix)
        if environment is not None:
            self._environments[prefix] = replace(environment, sizes=sizes)
            self._refresh(prefix)

    def set_health(self, prefix: Path, state: HealthState) -> None:
        """Show how one environment is."""
        if self._health.get(prefix) is not state:
            self._health[prefix] = state
            self._refresh(prefix)

    def set_task(self, task: Task) -> None:
        """Show that `task` works on its environments, or does no more."""
        for prefix in affected_prefixes(task.request):
            before = self._tasks.get(prefix)
            if not task.state.is_final or self._is_fresh(task, prefix):
                self._tasks[prefix] = task
            elif before is not None and before.id == task.id:
                del self._tasks[prefix]
            if prefix in self._environments or (before is not None and prefix in self._tasks):
                self._refresh(prefix)
            else:
                self._rebuild()

    def set_filter(self, text: str) -> None:
        """Show only rows whose name, folder or Python holds every word of `text`."""
        self._filter = text
        self._rebuild()

    def row_at(self, row: int) -> EnvironmentRow:
        """Return what row `row` shows."""
        return self._rows[row]

    def row_of(self, prefix: Path) -> int:
        """Return the row that shows `prefix`, or -1."""
        return self._positions.get(prefix, -1)

    def environment(self, prefix: Path) -> Environment | None:
        """Return the environment at `prefix`, filtered away or not."""
        return self._environments.get(prefix)

    def environments(self) -> tuple[Environment, ...]:
        """Return every environment, filtered away or not."""
        return tuple(self._environments.values())

    def task(self, prefix: Path) -> Task | None:
        """Return the task that works on `prefix` or waits to."""
        return self._tasks.get(prefix)

    def moving_to(self, prefix: Path) -> Path | None:
        """Return where a task that is under way moves the environment at `prefix`, if one does."""
        task = self._tasks.get(prefix)
        if task is None or task.state.is_final or not isinstance(task.request, RenameRequest):
            return None
        return task.request.prefix if task.request.source == prefix else None

    def is_gone(self, prefix: Path) -> bool:
        """Return whether no environment is at `prefix`, nor on its way from there."""
        return prefix not in self._environments and self.moving_to(prefix) is None

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many rows are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return that every row can be dragged out of the list."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a row shows."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.title
            case Qt.ItemDataRole.ToolTipRole:
                return row.tip()
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(row)
            case _:
                return row if role == ROW_ROLE else None

    def _spoken(self, row: EnvironmentRow) -> str:
        own = ""
        if row.environment is not None and row.environment.sizes is not None:
            own = format_bytes(row.environment.sizes.own_bytes)
        is_known = row.environment is not None and row.health is not HealthState.UNKNOWN
        health = state_sentence(row.health) if is_known else ""
        return ", ".join(part for part in (row.title, row.second_line(), own, health) if part)

    def _order(self, environment: Environment) -> tuple[bool, QCollatorSortKey]:
        title = EnvironmentRow(environment.prefix, environment).title
        key = self._sort_keys.get(title)
        if key is None:
            key = self._sort_keys[title] = self._collator.sortKey(title)
        return Mark.BASE not in environment.marks, key

    def _pending(self) -> list[Path]:
        return [
            task.request.prefix
            for prefix, task in self._tasks.items()
            if isinstance(task.request, CreateRequest | ExactRequest | CloneRequest)
            and prefix == task.request.prefix
            and prefix not in self._environments
        ]

    def _is_fresh(self, task: Task, prefix: Path) -> bool:
        """Return whether `task` has just made `prefix`, which the next reading will show."""
        request = task.request
        is_making = isinstance(request, CreateRequest | ExactRequest | CloneRequest | RenameRequest)
        made = is_making and prefix == request.prefix and task.state is TaskState.SUCCEEDED
        return made and prefix not in self._environments and prefix in self._positions

    def _refresh(self, prefix: Path) -> None:
        at = self._positions.get(prefix)
        if at is not None:
            self._rows[at] = self._row(prefix, self._environments.get(prefix))
            self.dataChanged.emit(self.index(at), self.index(at))

    def _row(self, prefix: Path, environment: Environment | None) -> EnvironmentRow:
        health = self._health.get(prefix, HealthState.UNKNOWN)
        place = self._places.get(prefix, "") if environment is not None else ""
        return EnvironmentRow(prefix, environment, self._tasks.get(prefix), health, place)

    def _rebuild(self) -> None:
        rows = [
            self._row(prefix, environment) for prefix, environment in self._environments.items()
        ]
        rows += [self._row(path, None) for path in self._pending()]
        words = self._filter.casefold().split()
        if words:
            rows = [row for row in rows if _matches(row, words)]
        if [row.prefix for row in rows] != [row.prefix for row in self._rows]:
            self.beginResetModel()
            self._rows = rows
            self._positions = {row.prefix: at for at, row in enumerate(rows)}
            self.endResetModel()
            return
        changed = [at for at, row in enumerate(rows) if row != self._rows[at]]
        self._rows = rows
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))


def _places(environments: Iterable[Environment]) -> Iterator[tuple[Path, str]]:
    """Yield for each environment that shares its name the folder that tells it apart."""
    named: dict[str, list[Path]] = {}
    for environment in environments:
        title = EnvironmentRow(environment.prefix, environment).title
        named.setdefault(title, []).append(environment.prefix)
    for prefixes in named.values():
        if len(prefixes) > 1:
            folders = zip(*(reversed(prefix.parts[1:]) for prefix in prefixes), strict=False)
            telling = next((level for level in folders if len(set(level)) == len(level)), None)
            yield from zip(prefixes, telling or map(str, prefixes), strict=True)


def _collator() -> QCollator:
    locale = QLocale()
    if locale.language() is QLocale.Language.C:
        locale = QLocale(QLocale.Language.English)  # C puts every capital before every small letter
    collator = QCollator(locale)
    collator.setNumericMode(True)
    collator.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    return collator


def _matches(row: EnvironmentRow, words: list[str]) -> bool:
    searched = f"{row.title}\n{row.prefix}\n{row.second_line()}".casefold()
    return all(word in searched for word in words)
