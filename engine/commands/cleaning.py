"""The commands about disk space: what takes it up, and getting it back."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

from engine.cache.portions import parts_of
from engine.cache.remembering import look_at_disk
from engine.cache.values import Choice, DiskPicture, ItemKind, Preset, Skipped
from engine.codec import encode
from engine.commands.output import print_document
from engine.conda.condarc import read_configuration
from engine.errors import EngineError, ErrorCode
from engine.events import Progress
from engine.places import Places
from engine.plan import Plan
from engine.planning.cleaning import plan_clean
from engine.requests import CleanRequest


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Answer of `clean`: what was asked for and promised, and what stayed, with the reasons."""

    plan: Plan
    skipped: tuple[Skipped, ...]
    log: tuple[str, ...]


class _Listening:
    """Keep what a cleaning tells until it is over."""

    def __init__(self) -> None:
        self.skips: list[Skipped] = []
        self.lines: list[str] = []

    def progress(self, progress: Progress) -> None:
        """Drop how far it has come."""

    def log(self, line: str) -> None:
        """Keep one line."""
        self.lines.append(line)

    def settle_down(self) -> None:
        """Drop the notice."""

    def skipped(self, skipped: Skipped) -> None:
        """Keep what stays."""
        self.skips.append(skipped)


async def answer(arguments: argparse.Namespace, places: Places) -> int:
    """Carry out `cache` or `clean`; returns the exit status. Raises EngineError."""
    configuration = read_configuration(places)
    if arguments.command == "cache" and arguments.prefix is not None:
        parts = parts_of(Path(os.path.abspath(arguments.prefix)), places, configuration)
        print_document(encode(parts))
        return 0
    if arguments.command == "cache":
        picture = look_at_disk(places, configuration, fresh=arguments.fresh)
        print_document(encode(picture, DiskPicture))
        return 0
    choice = _choice(arguments)
    plan = await plan_clean(CleanRequest(choice), places, configuration)
    if arguments.dry_run:
        print_document(encode(plan, Plan))
        return 0
    from engine.transactions.executor import carry_out

    listening = _Listening()
    await carry_out(plan, places, listening)
    print_document(encode(Cleaned(plan, tuple(listening.skips), tuple(listening.lines))))
    return 0


def _choice(arguments: argparse.Namespace) -> Choice:
    if not (arguments.preset or arguments.kind or arguments.items):
        raise EngineError(
            ErrorCode.BAD_USAGE,
            "Nothing was chosen.",
            hint="Name a --preset, a --kind, or what `cache` lists by its path.",
        )
    return Choice(
        preset=Preset(arguments.preset) if arguments.preset else None,
        kinds=tuple(ItemKind(kind) for kind in arguments.kind),
        items=tuple(Path(os.path.abspath(path)) for path in arguments.items),
        caches=tuple(Path(os.path.abspath(path)) for path in arguments.caches),
        older_than_days=arguments.older_than,
    )
