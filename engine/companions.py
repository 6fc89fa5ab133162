"""Processes that help this one with work that is done here when they fail.

They share nothing with it but two pipes, write nothing that anybody keeps unless their work says
so, and are killed when they are not needed any more.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from queue import SimpleQueue
from typing import Final

from engine.framing import read_message, write_message

_PATIENCE: Final = 5.0  # seconds for it to end


def processors() -> int:
    """Return on how many processors this process may run."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def start_process(command: Sequence[str]) -> subprocess.Popen[bytes] | None:
    """Return a process to exchange messages with, None where none can be started."""
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0,
        )
    except OSError:
        return None


def close_pipes(process: subprocess.Popen[bytes]) -> None:
    """Close both pipes of a process that has ended."""
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            if pipe is not None:
                pipe.close()


class Companion:
    """Exchange messages with a process; threads write to it and read from it, so nobody waits.

    `answers` brings its messages in order, and None when it has died or ended.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._questions: SimpleQueue[bytes | None] = SimpleQueue()
        self.answers: SimpleQueue[bytes | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=act, daemon=True) for act in (self._write, self._read)
        ]
        for thread in self._threads:
            thread.start()

    @classmethod
    def start(cls, command: Sequence[str]) -> Companion | None:
        """Return a companion that runs `command`, None where it cannot be started."""
        process = start_process(command)
        return None if process is None else cls(process)

    def send(self, message: bytes) -> None:
        """Send it a message; when it has died, nothing happens but that `answers` tells."""
        self._questions.put(message)

    def end(self) -> None:
        """Kill it, and wait until it is gone."""
        self._process.kill()
        self._questions.put(None)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE)
        for thread in self._threads:
            thread.join(_PATIENCE)
        close_pipes(self._process)

    def _write(self) -> None:
        pipe = self._process.stdin
        with suppress(OSError, ValueError):  # it has died: the other thread hears of it
            while pipe is not None and (data := self._questions.get()) is not None:
                write_message(pipe, data)

    def _read(self) -> None:
        pipe = self._process.stdout
        with suppress(OSError, ValueError):
            while pipe is not None and (data := read_message(pipe)) is not None:
                self.answers.put(data)
        self.answers.put(None)
