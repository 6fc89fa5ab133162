"""Where the window's process begins: what must be known before Qt is loaded."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from engine.launching import is_frozen, leave_bundle
from gui.options import read_options

_NO_DISPLAY = (
    "There is no display here to open a window on. Start Envdesk in a desktop session, or save a "
    "picture of its window with: --offscreen --screenshot FILE"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the window until it is closed; return the exit status.

    0 is a normal end, 1 a failure that was said on standard error or a self-check that failed, 2
    a wrong command line or no display. A frozen application is its own worker: `--engine` hands
    over to the engine.
    """
    if is_frozen():
        leave_bundle(os.environ)
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["--engine"]:
        from engine.__main__ import main as run_engine

        return run_engine(arguments[1:])
    options = read_options(arguments)
    if options.self_check:
        from gui.self_check import run_self_check

        return run_self_check()
    if options.quit:
        from engine.places import places_for
        from gui.quitting import close_windows

        return 0 if close_windows(places_for(options.root)) else 1
    if options.offscreen:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if not has_display():
        print(_NO_DISPLAY, file=sys.stderr)  # noqa: T201 - there is nowhere else to say it
        return 2
    gc.disable()  # nothing that is made to start is garbage, and `run` collects the rest
    from gui.running import run

    return run(options)


def has_display() -> bool:
    """Return whether Qt has something to draw on; only systems with X or Wayland may have none."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
