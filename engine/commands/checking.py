"""The commands that check the health of environments."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from engine.codec import decode, encode
from engine.commands.collecting import collect_rarely
from engine.commands.guarding import watch_front_end
from engine.commands.output import print_document, print_failure
from engine.errors import EngineError
from engine.health.values import Depth, Health, HealthProgress
from engine.messages import HealthAnswer, Names
from engine.places import Places

if TYPE_CHECKING:
    from engine.health.surroundings import Surroundings


def surroundings(places: Places) -> Surroundings:
    """Return what surrounds the environments, as a worker process knows it."""
    from engine.conda.solving import virtual_packages
    from engine.health.surroundings import surroundings_of

    return surroundings_of(places, virtual_packages=virtual_packages(places))


def quick(prefix: Path, places: Places) -> Health:
    """Return the quick health of one environment. Raises EngineError."""
    from engine.health.remembering import quick_health

    return quick_health(prefix, surroundings(places))


def healths(places: Places) -> int:
    """Check the environments named in the first line of standard input, a line for each."""
    from engine.health.remembering import quick_health

    wanted = decode(sys.stdin.buffer.readline(), Names)
    collect_rarely()
    watch_front_end(sys.stdin.buffer, (), places)
    if hasattr(os, "nice"):
        os.nice(10)
    around = surroundings(places)
    for name in wanted.names:
        try:
            print_document(encode(quick_health(Path(name), around)))
        except EngineError:
            continue  # it went away meanwhile
    return 0


async def examine(prefix: Path, depth: str, places: Places) -> int:
    """Check one environment thoroughly; prints how far that is, and what was found last."""
    collect_rarely()
    watch_front_end(sys.stdin.buffer, (), places)

    def tell(progress: HealthProgress) -> None:
        print_document(encode(progress, HealthAnswer))

    try:
        health = await _thorough(Path(os.path.abspath(prefix)), Depth(depth), places, tell)
    except Exception as error:  # noqa: BLE001 - whatever it is, the front end is told
        print_failure(error)
        return 1
    print_document(encode(health, HealthAnswer))
    return 0


async def answer(arguments: argparse.Namespace, places: Places) -> int:
    """Print the health of one environment; returns the exit status."""
    prefix = Path(os.path.abspath(arguments.prefix))
    health = await look(prefix, places, deep=arguments.deep, online=arguments.online)
    print_document(encode(health))
    return 0


async def look(prefix: Path, places: Places, *, deep: bool, online: bool) -> Health:
    """Return the health of one environment, with what the thorough checks find if asked for.

    Raises EngineError.
    """
    health = quick(prefix, places)
    if health.stamp:  # a prefix that is gone has nothing more to look at
        if deep:
            health = await _thorough(prefix, Depth.DEEP, places)
        if online:
            health = _both(health, await _thorough(prefix, Depth.ONLINE, places))
    return health


async def _thorough(
    prefix: Path,
    depth: Depth,
    places: Places,
    told: Callable[[HealthProgress], None] = lambda _: None,
) -> Health:
    match depth:
        case Depth.QUICK:
            return quick(prefix, places)
        case Depth.DEEP:
            from engine.health.deep import check_deep

            return check_deep(prefix, surroundings(places), told)
        case Depth.ONLINE:
            from engine.health.online import check_online

            return await check_online(prefix, surroundings(places))


def _both(one: Health, other: Health) -> Health:
    """Return the findings of two looks at one environment, each once, worst first."""
    from engine.health.quick import health_of

    found = {finding.key: finding for finding in (*one.findings, *other.findings)}
    unchecked = tuple(dict.fromkeys((*one.unchecked, *other.unchecked)))
    return health_of(one.prefix, other.depth, other.stamp, tuple(found.values()), unchecked)
