"""How this program starts itself again as a worker process."""

from __future__ import annotations

import sys
from pathlib import Path

from engine.places import Places

_START = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from engine.__main__ import main; sys.exit(main())"
)


def engine_command(*arguments: str, places: Places) -> list[str]:
    """Return the command line that runs the headless front end with `arguments`.

    A frozen application starts itself with a hidden first argument. From source, the folder that
    holds the package travels as an argument: a variable such as PYTHONPATH would be inherited by
    every program that the worker starts.
    """
    root = ["--root", str(places.home.parent)] if places.isolated else []
    if getattr(sys, "frozen", False):
        return [sys.executable, "--engine", *root, *arguments]
    source = Path(__file__).resolve().parent.parent
    return [sys.executable, "-X", "utf8", "-c", _START, str(source), *root, *arguments]
