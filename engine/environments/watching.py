"""Notice that environments came, went or changed, whoever did it, by asking cheaply and often."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.conda.condarc import CondaConfiguration, configuration_inputs, read_configuration
from engine.environments.describing import stamp_of
from engine.environments.discovering import (
    child_folders,
    discover,
    folders_of_environments,
    gone_ones,
)
from engine.environments.looking import stat_or_none
from engine.environments.registering import environments_file
from engine.environments.touching import Contents
from engine.places import Places

INTERVAL = 1.0  # seconds
CPU_RATIO = 20  # a round may keep a core busy for one twentieth of the time until the next one
SLOWEST = 30.0  # seconds, for a home on a network that hardly answers

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Hold what there is to watch: environments, folders where more can appear, and files.

    `folders` may hold environments; `files` decide what the others are. Neither need exist. `gone`
    are on conda's list and not there.
    """

    configuration: CondaConfiguration
    prefixes: tuple[Path, ...]
    folders: tuple[Path, ...]
    files: tuple[Path, ...]
    gone: tuple[Path, ...] = ()


def look_around(
    places: Places, added: Sequence[Path] = (), environ: Mapping[str, str] | None = None
) -> Surroundings:
    """Read the configuration and find every environment; takes milliseconds, raises nothing."""
    configuration = read_configuration(places, environ)
    prefixes = discover(places, configuration, added, environ)
    inputs = configuration_inputs(places, configuration, environ)
    return Surroundings(
        configuration=configuration,
        prefixes=prefixes,
        folders=folders_of_environments(places, configuration, added),
        files=tuple(dict.fromkeys((environments_file(places), *added, *inputs))),
        gone=gone_ones(places),
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """Hold what one round saw; `frame` is equal as long as a new look would find the same."""

    around: Surroundings
    stamps: dict[Path, str]
    frame: tuple[object, ...]
    is_unsettled: bool


class Watch:
    """Ask once a second whether environments changed, and say which.

    `look` returns what is there now; it is called in a thread, at the start and whenever a folder
    or file that it named changed. `on_change` is called on the loop with the prefixes that came,
    went or changed; with none when only the configuration did. `on_touch` is called likewise with
    those that are not as they are `known` by their `contents_stamp`, which takes a while to find
    out. Rounds get rarer when they are slow. Errors of any of them are logged and end nothing.

    `attended` is the environment in which changes are to be noticed soonest.
    """

    def __init__(
        self,
        look: Callable[[], Surroundings],
        on_change: Callable[[tuple[Path, ...]], None],
        on_touch: Callable[[tuple[Path, ...]], None] = lambda _: None,
        known: Callable[[Path], str] = lambda _: "",
        *,
        interval: float = INTERVAL,
    ) -> None:
        self._look = look
        self._on_change = on_change
        self._on_touch = on_touch
        self._interval = interval
        self.attended: Path | None = None
        self._seen: _Seen | None = None
        self._contents = Contents(known)
        self._task: asyncio.Task[None] | None = None

    @property
    def surroundings(self) -> Surroundings | None:
        """Return what the last look found, None before the first one succeeded."""
        return None if self._seen is None else self._seen.around

    async def start(self) -> None:
        """Take the first look; every change after this returns is reported."""
        if self._task is not None:
            return
        await self._round(is_first=True)
        self._task = asyncio.create_task(self._run(), name="watch environments")

    async def stop(self) -> None:
        """Stop asking; a round that is under way ends in its thread and is not reported."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait((task,))

    async def _run(self) -> None:
        pause = self._interval
        while True:
            await asyncio.sleep(pause)
            pause = await self._round()

    async def _round(self, *, is_first: bool = False) -> float:
        """Compare now with before and report; returns the seconds to wait until the next round."""
        try:
            changed, cost = await asyncio.to_thread(self._compare)
            if changed is not None and not is_first:
                self._on_change(changed)
            touched = () if is_first else await asyncio.to_thread(self._look_inside)
            if touched:
                self._on_touch(touched)
        except Exception:  # a watch that dies leaves a list that silently grows old
            log.exception("the environments could not be watched this time")
            return self._interval
        return min(max(self._interval, cost), SLOWEST)

    def _look_inside(self) -> tuple[Path, ...]:
        around = self.surroundings
        return () if around is None else self._contents.look(around.prefixes, self.attended)

    def _compare(self) -> tuple[tuple[Path, ...] | None, float]:
        """Return the prefixes that differ from the last round, None when nothing does at all.

        Also returns the seconds that should pass before the next round, by what this one took.
        """
        wall, busy = time.perf_counter(), time.thread_time()
        before = self._seen
        around = self._look() if before is None else before.around
        frame = _frame(around)
        # What came between looking and framing would be missed, so a look is followed by another.
        is_unsettled = before is None
        if before is not None:
            is_unsettled = frame != before.frame
            if is_unsettled or before.is_unsettled:
                fresh = self._look()
                if fresh != around:
                    around, frame, is_unsettled = fresh, _frame(fresh), True
        stamps = {prefix: stamp_of(prefix) for prefix in (*around.prefixes, *around.gone)}
        self._seen = _Seen(around, stamps, frame, is_unsettled)
        pause = max((time.thread_time() - busy) * CPU_RATIO, (time.perf_counter() - wall) * 2)
        if before is None:
            return None, pause
        if stamps == before.stamps and around.configuration == before.around.configuration:
            return None, pause
        every = dict.fromkeys((*before.stamps, *stamps))
        return tuple(each for each in every if before.stamps.get(each) != stamps.get(each)), pause


def _frame(around: Surroundings) -> tuple[object, ...]:
    """Return what a new look would depend on, apart from the environments themselves.

    Most installers make the folder of an environment first and fill it later, so the folders that
    are not environments yet are looked into, too.
    """
    known = {str(prefix) for prefix in around.prefixes}
    parts: list[object] = []
    for path in around.files:
        found = stat_or_none(path)
        parts.append(found and (found.st_mtime_ns, found.st_size, found.st_ino))
    for folder in around.folders:
        found = stat_or_none(folder)
        if found is None:
            parts.append(None)
            continue
        parts.append(found.st_mtime_ns)
        for child in child_folders(folder):
            if child not in known:
                parts += (child, _time(child), _time(f"{child}/conda-meta"))
    return tuple(parts)


def _time(path: str) -> int:
    found = stat_or_none(path)
    return 0 if found is None else found.st_mtime_ns
