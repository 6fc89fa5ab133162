"""The one door through which a widget starts anything that takes longer than a frame."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from engine.errors import EngineError, ErrorCode, Failure

R = TypeVar("R")

_log = logging.getLogger(__name__)
_alive: set[asyncio.Task[None]] = set()
_presenters: list[Callable[[QWidget, Failure], None]] = []


def present_failures_with(presenter: Callable[[QWidget, Failure], None]) -> None:
    """Make `presenter` show every failure that no `otherwise` took; the latest one counts.

    It is called on the Qt thread with the widget that started the operation; it must not block.
    """
    _presenters[:] = [presenter]


def present_failure(parent: QWidget, failure: Failure) -> None:
    """Show `failure` over `parent` with the presenter in force; a cancelled one shows nothing."""
    if failure.code is ErrorCode.CANCELLED:
        return
    _log.warning("%s: %s %s %s", failure.code, failure.summary, failure.cause, failure.detail)
    if _presenters and isValid(parent):
        _presenters[-1](parent, failure)


def internal_failure(error: BaseException) -> Failure:
    """Return the calm failure that stands for a fault of Envdesk itself."""
    return Failure(
        ErrorCode.INTERNAL,
        "Something went wrong inside Envdesk.",
        detail=f"{type(error).__name__}: {error}",
    )


class Operation(Generic[R]):
    """Run one coroutine for a widget, and hand its result, or its failure, back to it.

    `start` makes the coroutine; nothing happens before `run`. What `then`, `otherwise` and
    `finally_` were given is called on the Qt thread, and not at all when `parent` was deleted
    meanwhile. Cancelling (also by the engine) is silent: only `finally_` hears of it. A reference
    is kept until the end; an operation whose parent is destroyed is cancelled.

        Operation(self, lambda: engine.plan(request)).then(self._show_plan).run()
    """

    def __init__(self, parent: QWidget, start: Callable[[], Coroutine[Any, Any, R]]) -> None:
        self._parent = parent
        self._start = start
        self._on_success: Callable[[R], None] | None = None
        self._on_failure: Callable[[Failure], None] | None = None
        self._on_end: Callable[[], None] | None = None
        self._task: asyncio.Task[None] | None = None

    def then(self, on_success: Callable[[R], None]) -> Operation[R]:
        """Call `on_success` with the result."""
        self._on_success = on_success
        return self

    def otherwise(self, on_failure: Callable[[Failure], None]) -> Operation[R]:
        """Call `on_failure` with a failure instead of showing it."""
        self._on_failure = on_failure
        return self

    def finally_(self, on_end: Callable[[], None]) -> Operation[R]:
        """Call `on_end` last, whatever happened."""
        self._on_end = on_end
        return self

    def run(self) -> Operation[R]:
        """Start on the running loop; calling it again while it runs does nothing."""
        if self._task is not None and not self._task.done():
            return self
        task = asyncio.get_running_loop().create_task(self._guarded())
        self._task = task
        _alive.add(task)
        # A task cancelled before its first step never enters its coroutine.
        task.add_done_callback(self._settle)
        self._parent.destroyed.connect(_Canceller(task).cancel)
        return self

    def cancel(self) -> None:
        """Cancel; silent when it has ended or was not started."""
        if self._task is not None:
            self._task.cancel()

    @property
    def is_running(self) -> bool:
        """Return whether it was started and has not ended."""
        return self._task is not None and not self._task.done()

    async def _guarded(self) -> None:
        try:
            result = await self._start()
        except EngineError as error:
            self._fail(error.failure)
        except Exception as error:  # noqa: BLE001 - a fault of ours must not end in silence
            _log.exception("an operation failed")
            self._fail(internal_failure(error))
        else:
            if self._on_success is not None and isValid(self._parent):
                self._on_success(result)

    def _fail(self, failure: Failure) -> None:
        if not isValid(self._parent) or failure.code is ErrorCode.CANCELLED:
            return
        if self._on_failure is not None:
            self._on_failure(failure)
        else:
            present_failure(self._parent, failure)

    def _settle(self, task: asyncio.Task[None]) -> None:
        _alive.discard(task)
        try:
            if self._on_end is not None and isValid(self._parent):
                self._on_end()
        finally:
            error = None if task.cancelled() else task.exception()
            if error is not None:
                asyncio.get_running_loop().call_exception_handler(
                    {"message": "the end of an operation failed", "exception": error}
                )


async def cancel_operations() -> None:
    """Cancel every operation under way and wait until all have ended; for closing down."""
    tasks = tuple(_alive)
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.gather(*tasks, return_exceptions=True)


class _Canceller(QObject):
    """Cancels a task when a widget goes; lives in the application, as the widget is dying."""

    def __init__(self, task: asyncio.Task[None]) -> None:
        super().__init__(QCoreApplication.instance())
        self._task = task
        task.add_done_callback(self._discard)

    def cancel(self) -> None:
        self._task.cancel()

    def _discard(self, _: asyncio.Task[None]) -> None:
        if isValid(self):
            self.deleteLater()
