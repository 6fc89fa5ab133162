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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
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
_AT_ONCE: Final = 4
_CONDA: Final = (".conda", ".tar.bz2")
_WHEEL: Final = ".whl"
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
        case ReadAddressQuery():
            return _read_addresses(query, places)


def _read_addresses(query: ReadAddressQuery, places: Places) -> Reading:
    """Return what all the files ask for; packages are installed from their addresses unread."""
    from engine.files.fetching import name_in
    from engine.files.merging import merged
    from engine.files.reading import read_files, read_text

    conda = [each for each in query.addresses if name_in(each).endswith(_CONDA)]
    wheels = [each for each in query.addresses if name_in(each).endswith(_WHEEL)]
    others = [each for each in query.addresses if each not in (*conda, *wheels)]
    readings: list[Reading] = []
    if query.paths:
        readings.append(read_files(query.paths, kind=query.kind, kinds=dict(query.kinds)))
    with ThreadPoolExecutor(_AT_ONCE, "envdesk-fetch") as pool:
        readings += pool.map(partial(_fetched, query=query, places=places), others)
    if conda:
        text = "\n".join(("@EXPLICIT", *conda, ""))
        readings.append(read_text(text, name=name_in(conda[0]), kind=FileKind.EXPLICIT))
    if wheels:
        text = "\n".join((*wheels, ""))
        readings.append(read_text(text, name=name_in(wheels[0]), kind=FileKind.REQUIREMENTS))
    parts = readings[0].parts if query.paths else ()
    return replace(merged(readings), parts=parts)


def _fetched(address: str, query: ReadAddressQuery, places: Places) -> Reading:
    from engine.files.fetching import fetch, name_in
    from engine.files.reading import read_data

    name = name_in(address)
    try:
        return read_data(fetch(address, places), name=name, kind=query.kind)
    except EngineError as error:
        if len(query.addresses) + len(query.paths) == 1:
            raise
        values = (*error.failure.values, ("file", name or address))
        raise EngineError.from_failure(replace(error.failure, values=values)) from error


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
    """Return the question about files and web addresses."""
    if not any(_ADDRESS.match(word) for word in words):
        return ReadFilesQuery(tuple(Path(os.path.abspath(word)) for word in words), kind)
    addresses = tuple(word for word in words if _ADDRESS.match(word))
    files = tuple(Path(os.path.abspath(word)) for word in words if word not in addresses)
    return ReadAddressQuery(addresses, kind, files)


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
