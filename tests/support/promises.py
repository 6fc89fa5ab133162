"""Hold the product to the seconds that it promises, on machines of any speed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

_START_S: Final = 0.012  # what an interpreter takes to start and end on an ordinary machine
_TRIES: Final = 5
_PAUSE_S: Final = 0.02


@contextmanager
def promised(seconds: float) -> Generator[None]:
    """Fail when what is done inside takes longer than `seconds` on an ordinary machine."""
    began = time.monotonic()
    yield
    took = time.monotonic() - began
    assert took < seconds or took < seconds * _slowness(), f"took {took:.2f} s"


def comes_true(condition: Callable[[], object], seconds: float) -> None:
    """Return as soon as `condition` holds; fail after `seconds` of an ordinary machine."""
    with promised(seconds):
        deadline = time.monotonic() + 10 * seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not come true"
            time.sleep(_PAUSE_S)


def _slowness() -> float:
    """Return how many times slower than an ordinary machine this one is just now, 1 at least."""
    slowest = 0.0
    for _ in range(_TRIES):
        began = time.monotonic()
        subprocess.run([sys.executable, "-I", "-S", "-c", "pass"], check=True, timeout=60)
        slowest = max(slowest, time.monotonic() - began)
    return max(1.0, slowest / _START_S)
