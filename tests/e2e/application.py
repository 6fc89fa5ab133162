"""The window as a process of its own, on a root of its own, used by a person."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from tests.e2e.desktop import Desktop, until
from tests.e2e.person import Person
from tests.e2e.screen import PATIENCE_S, Reader, Screen

SOURCE = Path(__file__).resolve().parents[2]
_END_S = 90.0


@dataclass(frozen=True, slots=True)
class Stage:
    """Where applications are played: the desktop, its reader, and where pictures go."""

    desktop: Desktop
    reader: Reader
    pictures: Path


class Application:
    """Run the window on `root` from `with` to its end; what is not closed by then is killed.

    With `practice` it is run on a world that it makes itself; `temporary` is its folder for such.
    """

    def __init__(self, stage: Stage, root: Path, *arguments: str, practice: bool = False) -> None:
        self._stage = stage
        self.root = root
        place = ("--practice",) if practice else ("--root", str(root))
        self._arguments = (*place, *arguments)
        self.temporary = root.parent / f"{root.name}-tmp"
        self._watchdog = root.parent / f"{root.name}-watchdog.json"
        self._log = root.parent / f"{root.name}-said.txt"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.temporary.mkdir(exist_ok=True)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gui", *self._arguments],
                cwd=SOURCE,
                env=self._stage.desktop.environment
                | {"ENVDESK_WATCHDOG": str(self._watchdog), "TMPDIR": str(self.temporary)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.screen = Screen(self._stage.reader, self._process.pid)
        self.person = Person(self._stage.desktop, self.screen, self._stage.pictures)
        try:
            self.screen.wait(self.screen.nodes, PATIENCE_S, "no window came")
        except BaseException as error:
            self.kill()
            error.add_note(self.said())
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_END_S)

    def wait_for_end(self, seconds: float = _END_S) -> int:
        """Return the exit status as soon as it has ended; fail and tell what it shows instead."""
        assert self._process is not None
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            showing = self.screen.told()
            self._process.send_signal(signal.SIGUSR1)  # it says what its threads do
            until(
                lambda: "Current thread" in self.said(), 10.0, "it does not even say what it does"
            )
            raise AssertionError(
                f"it did not end; there is:\n{showing}\nIt said:\n{self.said()}"
            ) from None

    def close(self) -> int:
        """Close the window as its owner does, and return the exit status."""
        self.person.press("alt+F4")
        return self.wait_for_end()

    def said(self) -> str:
        """Return what it wrote on standard output and error."""
        return self._log.read_text(errors="replace")

    def watched(self) -> dict[str, Any]:
        """Return what the watchdog of the event loop wrote last."""
        until(self._watchdog.exists, PATIENCE_S, "the watchdog wrote nothing")
        return json.loads(self._watchdog.read_bytes())

    def relatives(self) -> list[psutil.Process]:
        """Return every living process that works below the root, the window included."""
        found: list[psutil.Process] = []
        for process in psutil.process_iter(["cmdline", "status"]):
            line: list[str] = process.info["cmdline"] or []
            if process.info["status"] != psutil.STATUS_ZOMBIE and str(self.root) in line:
                found.append(process)
        return found
