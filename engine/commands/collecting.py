"""How often a worker process looks for garbage."""

from __future__ import annotations

import gc
from typing import Final

_FEW: Final = 100_000  # objects: tables of files and packages hold many, and none is a cycle


def collect_rarely() -> None:
    """Look for garbage seldom from here on: for processes that read much and end soon."""
    gc.set_threshold(_FEW)
