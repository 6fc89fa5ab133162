"""Share the comparing of files with a second process.

Whatever goes wrong with it, its work is done here.
"""

from __future__ import annotations

import marshal
import subprocess
import sys
import threading
from contextlib import suppress
from queue import SimpleQueue
from typing import Final, cast

from engine.framing import read_message, write_message
from engine.health.comparing import Expected
from engine.launching import hasher_command

_PATIENCE: Final = 5.0  # seconds for it to end


class Helper:
    """Hold the helping process; threads write to it and read from it, so that nobody waits.

    `out` are the numbers of what it has not answered yet; `is_well` tells whether it may be asked.
    """

    def __init__(self, process: subprocess.Popen[bytes], folder: str) -> None:
        self.out: set[int] = set()
        self.is_well = True
        self._process = process
        self._questions: SimpleQueue[bytes | None] = SimpleQueue()
        self._answers: SimpleQueue[bytes | None] = SimpleQueue()
        self._questions.put(marshal.dumps(folder))
        self._threads = [
            threading.Thread(target=act, daemon=True) for act in (self._write, self._read)
        ]
        for thread in self._threads:
            thread.start()

    @classmethod
    def start(cls, folder: str) -> Helper | None:
        """Return a helper that compares files below `folder`, None where none can be started."""
        try:
            process = subprocess.Popen(
                hasher_command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                creationflags=subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0,
            )
        except OSError:
            return None
        return cls(process, folder)

    def ask(self, number: int, expected: Expected) -> None:
        """Give it something to compare, under a number of its own."""
        self.out.add(number)
        self._questions.put(marshal.dumps((number, expected)))

    def answers(self, *, waiting: bool = False) -> list[tuple[int, list[int]]]:
        """Return what it answered by now; when `waiting`, there is something unless it has died."""
        found: list[tuple[int, list[int]]] = []
        while self.is_well and (not self._answers.empty() or (waiting and self.out and not found)):
            data = self._answers.get()
            try:
                number, wrong = cast("tuple[int, list[int]]", marshal.loads(data or b""))
            except (EOFError, TypeError, ValueError):
                self.is_well = False
                break
            self.out.discard(number)
            found.append((number, wrong))
        return found

    def end(self) -> None:
        """Have it end, and wait for that."""
        self.is_well = False
        self._process.kill()  # it writes nothing that anybody keeps
        self._questions.put(None)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE)
        for thread in self._threads:
            thread.join(_PATIENCE)
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()

    def _write(self) -> None:
        pipe = self._process.stdin
        with suppress(OSError, ValueError):  # it has died: the other thread hears of it
            while pipe is not None and (data := self._questions.get()) is not None:
                write_message(pipe, data)

    def _read(self) -> None:
        pipe = self._process.stdout
        with suppress(OSError, ValueError):
            while pipe is not None and (data := read_message(pipe)) is not None:
                self._answers.put(data)
        self._answers.put(None)
