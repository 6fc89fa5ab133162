"""Call functions that load rattler in a process of their own, which keeps them for the next call.

A process that used rattler may crash while its interpreter shuts down: the tests' own never does.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import pickle
import struct
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import IO, Any, ParamSpec, TypeVar, cast

ROOT = Path(__file__).parents[2]
CALL_SECONDS = 90

P = ParamSpec("P")
T = TypeVar("T")


class RattlerWorker:
    """Call functions of importable modules, with picklable arguments, in another process."""

    def __init__(self, home: Path) -> None:
        environment = {**os.environ, "HOME": str(home), "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-m", "tests.support.rattling"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=environment,
        )

    def call(self, function: Callable[P, Awaitable[T] | T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `function` returns, or raise what it raises."""
        guard = threading.Timer(CALL_SECONDS, self._process.kill)
        guard.start()
        try:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            job = (function.__module__, function.__qualname__, args, kwargs)
            _send(self._process.stdin, job)
            is_error, answer = _receive(self._process.stdout)
        finally:
            guard.cancel()
        if is_error:
            raise answer
        return cast("T", answer)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()


def _send(stream: IO[bytes], value: object) -> None:
    data = pickle.dumps(value)
    stream.write(struct.pack(">Q", len(data)) + data)
    stream.flush()


def _receive(stream: IO[bytes]) -> tuple[Any, ...]:
    head = stream.read(8)
    if len(head) < 8:
        raise EOFError
    return pickle.loads(stream.read(struct.unpack(">Q", head)[0]))


def _answer(module: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> object:
    __import__(module)
    function = getattr(sys.modules[module], name)
    answer = function(*args, **kwargs)
    if inspect.isawaitable(answer):

        async def awaited() -> object:
            return await answer

        return asyncio.run(awaited())
    return answer


def _serve() -> None:
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anything prints must not get among the answers
    while True:
        try:
            job = _receive(sys.stdin.buffer)
        except EOFError:
            return
        try:
            answer = (False, _answer(*job))
        except Exception as error:  # noqa: BLE001 - it is raised again where the call was made
            answer = (True, error)
        _send(output, answer)


if __name__ == "__main__":
    _serve()
    os._exit(0)
