"""Read the files of strangers: in a worker for the window, or for whoever types `read`."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import psutil

from engine.codec import encode
from engine.commands.output import leave, print_document, print_failure
from engine.errors import EngineError, ErrorCode
from engine.files.taking import TEXT_LIMIT
from engine.files.values import FileKind, Reading
from engine.messages import ReadAddressQuery, ReadFilesQuery, ReadTextQuery
from engine.places import Places

SECONDS: Final = 8.0  # of this process's own work; readers give up far earlier by their own limits
MEMORY: Final = 300 << 20  # bytes on top of what the process had

_LOOK: Final = 0.05
_ADDRESS: Final = re.compile(r"https?://[^/]", re.IGNORECASE)


ReadQuery = ReadFilesQuery | ReadTextQuery | ReadAddressQuery


def read_within_limits(query: ReadQuery, places: Places) -> Reading:
    """Return what the files or the text in `query` ask for; ends the process when it is too much.

    The process prints the failure before it ends. To be called once, in a process of its own.
    """
    _limit_memory()
    ended = threading.Event()
    watch = threading.Thread(target=_watch, args=(ended,), name="envdesk-limits", daemon=True)
    watch.start()
    try:
        return _read(query, places)
    except (MemoryError, RecursionError) as error:
        raise _too_much() from error
    finally:
        ended.set()


def _read(query: ReadQuery, places: Places) -> Reading:
    from engine.files.reading import read_files, read_text

    match query:
        case ReadFilesQuery(paths=paths, kind=kind, kinds=kinds):
            return read_files(paths, kind=kind, kinds=dict(kinds))
        case ReadTextQuery(text=text, kind=kind):
            return read_text(text, kind=kind)
        case ReadAddressQuery(address=address, kind=kind):
            return _read_address(address, kind, places)


def _read_address(address: str, kind: FileKind | None, places: Places) -> Reading:
    """Return what the file at `address` asks for; a package is installed from there unread."""
    from engine.files.fetching import fetch, name_in
    from engine.files.reading import read_data, read_text

    name = name_in(address)
    if name.endswith((".conda", ".tar.bz2")):
        return read_text(f"@EXPLICIT\n{address}\n", kind=FileKind.EXPLICIT)
    if name.endswith(".whl"):
        return read_text(f"{address}\n", kind=FileKind.REQUIREMENTS)
    return read_data(fetch(address, places), name=name, kind=kind)


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows; there the watching thread is what limits it
        return
    with contextlib.suppress(ValueError, OSError, psutil.Error):
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = psutil.Process().memory_info().vms + MEMORY
        if hard == resource.RLIM_INFINITY or limit < hard:
            resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _watch(ended: threading.Event) -> None:
    process = psutil.Process()
    memory = process.memory_info().rss + MEMORY
    started = time.process_time()
    while not ended.wait(_LOOK):
        if time.process_time() - started > SECONDS or process.memory_info().rss > memory:
            print_failure(_too_much())
            leave(1)


def _too_much() -> EngineError:
    return EngineError(
        ErrorCode.FILE_TOO_LARGE,
        "Reading this file took too much time or memory and was given up.",
        cause="It is very large, or made to be hard to read.",
        hint="Choose the file that names the packages, not the data.",
    )


def query_for(
    words: Sequence[str], kind: FileKind | None = None
) -> ReadFilesQuery | ReadAddressQuery:
    """Return the question about files or one web address; raises EngineError (bad-usage)."""
    if not any(_ADDRESS.match(word) for word in words):
        return ReadFilesQuery(tuple(Path(os.path.abspath(word)) for word in words), kind)
    if len(words) > 1:
        raise EngineError(
            ErrorCode.BAD_USAGE,
            "A web address is read alone.",
            hint="Download the files, and name them together.",
        )
    return ReadAddressQuery(words[0], kind)


def answer(arguments: argparse.Namespace, places: Places) -> int:
    """Print the reading of the files that were named; returns the exit status."""
    kind = FileKind(arguments.kind) if arguments.kind else None
    if arguments.files == ["-"]:
        data = sys.stdin.buffer.read(TEXT_LIMIT + 1)
        query = ReadTextQuery(data.decode("utf-8", "replace"), kind)
    else:
        query = query_for(arguments.files, kind)
    print_document(encode(read_within_limits(query, places)))
    return 0
