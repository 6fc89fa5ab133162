"""Worker processes as a front end sees them: started, listened to, and really stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Sequence
from typing import IO

import psutil

TAIL_BYTES = 16_384


class WorkerProcess:
    """Run one command and hand its output over line by line.

    A thread of its own starts the process and reads from it, so that neither starting nor a
    chatty worker holds the event loop up, and so that any kind of loop will do. The process gets
    a pipe as standard input; when this process dies, the worker sees that pipe end.
    """

    def __init__(self, command: Sequence[str], document: bytes | None = None) -> None:
        self._command = list(command)
        self._document = document
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._process: subprocess.Popen[bytes] | None = None
        self._guard = threading.Lock()
        self._unwanted = False
        self._delivered = threading.Event()
        self._failure: OSError | None = None
        self._errors = ""
        self.returncode: int | None = None
        self._thread = threading.Thread(target=self._run, name="envdesk-worker", daemon=True)
        self._thread.start()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._iterate()

    async def _iterate(self) -> AsyncIterator[bytes]:
        while (line := await self._lines.get()) is not None:
            yield line
        if self._failure is not None:
            raise self._failure

    async def read(self) -> bytes:
        """Return everything the worker printed, once it has ended."""
        return b"".join([line async for line in self])

    @property
    def has_ended(self) -> bool:
        """Return whether it is known to be gone."""
        return not self._thread.is_alive()

    async def ask(self, line: bytes) -> None:
        """Write one question to a worker that was started ahead of it."""
        await asyncio.to_thread(self._delivered.wait, 10)
        self.send(line + b"\n")

    def send(self, line: bytes) -> None:
        """Write `line` to the worker's standard input; a worker that is gone is no error."""
        with self._guard:
            process = self._process
        if process is None or process.stdin is None:
            return
        with contextlib.suppress(OSError, ValueError):
            process.stdin.write(line)
            process.stdin.flush()

    def kill(self) -> None:
        """Stop the worker at once, whatever it does; returns before it is gone."""
        with self._guard:
            self._unwanted = True
            if self._process is not None:
                _kill_all(self._process)

    async def release(self) -> None:
        """Let the worker go on without us; returns when it has all it needs."""
        await asyncio.to_thread(self._delivered.wait, 10)
        self.send(b"detach\n")

    def errors(self) -> str:
        """Return the end of what the worker wrote to standard error, once it has ended."""
        return self._errors

    def _run(self) -> None:
        try:
            with tempfile.TemporaryFile() as complaints:
                self._start_and_read(complaints)
                complaints.seek(max(0, complaints.seek(0, os.SEEK_END) - TAIL_BYTES))
                self._errors = complaints.read().decode("utf-8", "replace")
        except OSError as error:
            self._failure = error
        finally:
            self._delivered.set()
            self._tell(None)

    def _start_and_read(self, complaints: IO[bytes]) -> None:
        flags = subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0
        process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            creationflags=flags,
            start_new_session=os.name == "posix",  # Ctrl+C in our terminal is not meant for it
        )
        with self._guard:
            self._process = process
            if self._unwanted:
                _kill_all(process)
        assert process.stdin is not None
        assert process.stdout is not None
        if self._document is not None:
            with contextlib.suppress(OSError):
                process.stdin.write(self._document + b"\n")
                process.stdin.flush()
        self._delivered.set()
        for line in process.stdout:
            self._tell(line)
        self.returncode = process.wait()
        with contextlib.suppress(OSError):
            process.stdin.close()
        process.stdout.close()

    def _tell(self, line: bytes | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop was closed before the worker ended
            self._loop.call_soon_threadsafe(self._lines.put_nowait, line)


def _kill_all(process: subprocess.Popen[bytes]) -> None:
    """Kill a worker and the programs it started: none of them may write on."""
    with contextlib.suppress(OSError, psutil.Error):
        if sys.platform == "win32":
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
