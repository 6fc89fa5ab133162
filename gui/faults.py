"""What becomes of errors that nobody expected: a line in the log, a calm sentence for the user."""

from __future__ import annotations

import logging
import logging.handlers
import os
import sys
import time
from asyncio import AbstractEventLoop
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from engine.errors import Failure
from gui.operations import internal_failure

_log = logging.getLogger("envdesk")
_qt_log = logging.getLogger("envdesk.qt")
_LOG_BYTES = 1_000_000
_HELD = 1_000
_QUIET_S = 10.0  # one sentence is enough when errors come in swarms
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def hold_log() -> logging.handlers.MemoryHandler:
    """Keep all logging, and Qt's messages, until it is known where the log is written."""
    held = logging.handlers.MemoryHandler(_HELD, flushLevel=logging.CRITICAL + 1)
    logging.getLogger().addHandler(held)
    qInstallMessageHandler(_on_qt_message)
    return held


def write_log_to(folder: Path, held: logging.handlers.MemoryHandler | None = None) -> None:
    """Send all logging, and Qt's messages, to `envdesk.log` in `folder`, what is held first.

    Where nothing can be written, only warnings go to standard error.
    """
    root = logging.getLogger()
    form = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler: logging.Handler
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(folder)
        handler = _LogFile(
            folder / "envdesk.log", maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8", delay=True
        )
        root.setLevel(logging.INFO)
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(form)
    root.addHandler(handler)
    if held is not None:
        root.removeHandler(held)
        held.setTarget(handler)
        held.close()
    qInstallMessageHandler(_on_qt_message)


class _LogFile(logging.handlers.RotatingFileHandler):
    """Write what can be written: a full disk is told about where it matters, not once a line."""

    def handleError(self, record: logging.LogRecord) -> None:
        if not isinstance(sys.exception(), OSError):
            super().handleError(record)


class FaultReporter:
    """Catch what leaves by either door: `sys.excepthook` and the loop's exception handler.

    `tell` shows a failure to the user; it is called at most once in ten seconds.
    """

    def __init__(self, tell: Callable[[Failure], None]) -> None:
        self._tell = tell
        self._told = -_QUIET_S

    def install(self, loop: AbstractEventLoop) -> None:
        """Watch both doors from now on."""
        sys.excepthook = self._on_exception
        loop.set_exception_handler(self._on_loop)

    def _on_exception(
        self,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        _log.error("an error nobody expected", exc_info=(kind, error, trace))
        self._say(error)

    def _on_loop(self, loop: AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            _log.error("%s", context.get("message"), exc_info=error)
            self._say(error)
        else:
            _log.error("%s", context)

    def _say(self, error: BaseException) -> None:
        now = time.monotonic()
        if now - self._told >= _QUIET_S:
            self._told = now
            self._tell(internal_failure(error))


def _on_qt_message(kind: QtMsgType, _: QMessageLogContext, text: str) -> None:
    _qt_log.log(_LEVELS.get(kind, logging.WARNING), "%s", text)
