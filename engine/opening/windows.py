"""Opening a console and the Explorer on Windows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.opening.sessions import Session
from engine.opening.shells import Find
from engine.opening.starting import Opening, Way


def terminal(session: Session, folder: Path, environ: Mapping[str, str], find: Find) -> Opening:
    """Return how to run `session`, whose files are in `folder`, in a console window.

    Windows Terminal comes first where it is installed; to it a semicolon ends a command, unless a
    backslash precedes it (Microsoft Learn, "Windows Terminal command line arguments").
    """
    del environ
    ways: list[Way] = []
    if windows_terminal := find("wt.exe"):
        words = (word.replace(";", "\\;") for word in ("-d", str(folder), *session.arguments))
        ways.append(Way((windows_terminal, "new-tab", *words)))
    ways.append(Way(session.arguments, folder, has_console=True))
    return Opening(session.files, tuple(ways))


def file_manager(folder: str, environ: Mapping[str, str], find: Find) -> tuple[Way, ...]:
    """Return how to show `folder` in the Explorer, which always ends with exit code 1."""
    del find
    system = environ.get("SYSTEMROOT") or "C:\\Windows"
    return (Way((f"{system}\\explorer.exe", folder), is_judged=False),)
