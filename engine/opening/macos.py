"""Opening Terminal and the Finder on macOS."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.opening.sessions import Session
from engine.opening.shells import Find, Shell, quoted
from engine.opening.starting import Opening, Way

OPEN = "/usr/bin/open"
COMMAND_FILE = "Envdesk.command"


def terminal(session: Session, folder: Path, environ: Mapping[str, str], find: Find) -> Opening:
    """Return how to run `session` in Terminal: by a file in `folder` that it opens (`man open`)."""
    del environ, find
    file = (COMMAND_FILE, _command_file(session, folder))
    way = Way((OPEN, "-a", "Terminal", str(folder / COMMAND_FILE)))
    return Opening((*session.files, file), (way,), executable=(COMMAND_FILE,))


def file_manager(folder: str, environ: Mapping[str, str], find: Find) -> tuple[Way, ...]:
    """Return how to show `folder` in the Finder, even one that is called like an application."""
    del environ, find
    return (Way((OPEN, "-a", "Finder", folder)), Way((OPEN, folder)))


def _command_file(session: Session, folder: Path) -> str:
    """Return the text of a file that runs `session` and removes itself.

    Terminal starts it in a login shell of the user and passes nothing on of our environment, so
    the session's variables are set here.
    """
    own = quoted(str(folder / COMMAND_FILE), Shell.SH)
    settings = "".join(
        f"export {name}={quoted(value, Shell.SH)}\n" for name, value in session.variables
    )
    words = " ".join(quoted(word, Shell.SH) for word in session.arguments)
    return f'#!/bin/sh\nrm -f -- {own}\ncd "$HOME" || :\n{settings}exec {words}\n'
