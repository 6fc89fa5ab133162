"""What can be seen on the screen of one program, by role and name, as a screen reader tells it."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.e2e.desktop import SYSTEM_PYTHON, Desktop

PATIENCE_S = 90.0  # only what hangs may fail: the machine can be slow and full
_PAUSE_S = 0.05
_READER = Path(__file__).with_name("reader_process.py")


@dataclass(frozen=True, slots=True)
class Node:
    """Describe one thing on the screen; `area` is x, y, width and height in screen pixels."""

    role: str
    name: str
    description: str
    text: str
    value: float | None
    window: str
    states: frozenset[str]
    area: tuple[int, int, int, int]

    @property
    def centre(self) -> tuple[int, int]:
        x, y, width, height = self.area
        return x + width // 2, y + height // 2

    @property
    def is_enabled(self) -> bool:
        return "SENSITIVE" in self.states

    def is_inside(self, other: Node) -> bool:
        x, y = self.centre
        left, top, width, height = other.area
        return left <= x < left + width and top <= y < top + height


Name = str | re.Pattern[str]


class Reader:
    """Read the windows of any program on a desktop, through a process of the system's Python."""

    def __init__(self, desktop: Desktop) -> None:
        self._process = subprocess.Popen(
            [SYSTEM_PYTHON, str(_READER)],
            env=desktop.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def nodes(self, pid: int, *roles: str) -> tuple[Node, ...]:
        """Return what the program `pid` shows of those roles, or everything but cells."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps({"pid": pid, "roles": roles}) + "\n")
        stdin.flush()
        answer: list[dict[str, Any]] = json.loads(stdout.readline())
        return tuple(
            Node(
                role=each["role"],
                name=each["name"],
                description=each.get("description", ""),
                text=each.get("text", ""),
                value=each.get("value"),
                window=each["window"],
                states=frozenset(each["states"]),
                area=tuple(each["area"]),
            )
            for each in answer
        )


class Screen:
    """What one program shows."""

    def __init__(self, reader: Reader, pid: int) -> None:
        self._reader = reader
        self.pid = pid

    def nodes(self, *roles: str) -> tuple[Node, ...]:
        """Return what is showing of those roles, or everything but cells."""
        return self._reader.nodes(self.pid, *roles)

    def find(self, role: str, name: Name = "", window: Name = "") -> Node | None:
        """Return the first thing of that role and name, now."""
        return next(iter(self.find_all(role, name, window)), None)

    def find_all(self, role: str, name: Name = "", window: Name = "") -> list[Node]:
        """Return everything of that role and name, now; an empty name is any."""
        return [
            node
            for node in self.nodes(role)
            if _fits(node.name, name) and _fits(node.window, window)
        ]

    def see(
        self, role: str, name: Name = "", window: Name = "", seconds: float = PATIENCE_S
    ) -> Node:
        """Return the first thing of that role and name as soon as it is there."""
        seen: list[Node] = []

        def look() -> bool:
            seen[:] = self.find_all(role, name, window)
            return bool(seen)

        self.wait(look, seconds, f"no {role} {name!r} in {window!r}")
        return seen[0]

    def see_enabled(self, role: str, name: Name = "", window: Name = "") -> Node:
        """Return the first such thing that can be used and stands still."""
        before: list[Node] = []
        steady: list[Node] = []

        def look() -> bool:
            now = [node for node in self.find_all(role, name, window) if node.is_enabled]
            steady[:] = [node for node in now if any(node.area == each.area for each in before)]
            before[:] = now
            return bool(steady)

        self.wait(look, PATIENCE_S, f"no {role} {name!r} in {window!r} that can be used")
        return steady[0]

    def see_none(
        self, role: str, name: Name = "", window: Name = "", seconds: float = PATIENCE_S
    ) -> None:
        """Return as soon as nothing of that role and name is there."""
        complaint = f"{role} {name!r} stays"
        self.wait(lambda: not self.find_all(role, name, window), seconds, complaint)

    def wait(self, condition: Callable[[], object], seconds: float, complaint: str) -> None:
        """Return as soon as `condition` holds; fail and tell what is showing after `seconds`."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"{complaint}; there is:\n{self.told()}"
            time.sleep(_PAUSE_S)

    def told(self) -> str:
        """Return what is showing as lines of text, for a person who reads a failure."""
        return "\n".join(
            f"  {node.role} {node.name!r} {node.area} {' '.join(sorted(node.states))}"
            for node in self.nodes()
            if node.name or node.role in ("text", "combo box")
        )


def _fits(name: str, wanted: Name) -> bool:
    if isinstance(wanted, re.Pattern):
        return wanted.search(name) is not None
    return not wanted or name == wanted
