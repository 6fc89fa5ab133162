"""A worker notices that its front end died, and stops without leaving anything behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from engine.launching import engine_command
from engine.places import Places


def watch_front_end(stream: BinaryIO, folders: Iterable[Path], places: Places) -> None:
    """Watch `stream`, our standard input, from a thread of its own.

    When it ends without the word `detach` before, the front end was killed: a fresh process is
    started to settle the work in `folders`, and this one, with all it started, ends at once,
    because native work cannot be stopped in any other way.
    """
    thread = threading.Thread(
        target=_watch, args=(stream, tuple(folders), places), name="envdesk-guard", daemon=True
    )
    thread.start()


def _watch(stream: BinaryIO, folders: tuple[Path, ...], places: Places) -> None:
    for line in stream:
        if line.strip() == b"detach":
            return
    if folders:
        settle_elsewhere(folders, places)
    if sys.platform == "win32":
        import psutil

        for child in psutil.Process().children(recursive=True):
            if "settle" not in child.cmdline():
                child.kill()
    elif os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def settle_elsewhere(folders: Iterable[Path], places: Places) -> None:
    """Start a process that settles the work in `folders` as soon as its owner is gone."""
    command = engine_command(
        "settle", "--timeout", "20", *(str(folder) for folder in folders), places=places
    )
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=os.name == "posix",
        creationflags=flags,
    )
