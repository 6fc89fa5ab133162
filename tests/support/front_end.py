"""A front end of its own process, made to be killed: plans one request and submits it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from engine.codec import decode_request
from engine.events import EngineEvent, TaskChanged
from engine.places import places_below
from engine.session import Engine
from engine.tasks import Leaving


async def main(root: str, leaving: str) -> None:
    """Carry out the request in standard input; say what happens, one word and share a line."""
    engine = Engine(places_below(Path(root)))
    ended = asyncio.Event()
    linking = asyncio.Event()

    def listen(event: EngineEvent) -> None:
        if not isinstance(event, TaskChanged):
            return
        progress = event.task.progress
        if progress is not None:
            if progress.phase == "linking":
                linking.set()
            sys.stdout.write(f"{progress.phase} {progress.done} {progress.total}\n")
            sys.stdout.flush()
        if event.task.state.is_final:
            sys.stdout.write(f"{event.task.state} 1 1\n")
            sys.stdout.flush()
            ended.set()

    engine.subscribe(listen)
    await engine.start()
    plan = await engine.plan(decode_request(sys.stdin.buffer.readline()))
    engine.submit(plan)
    if leaving:
        await asyncio.wait_for(linking.wait(), 60)
        await engine.aclose(Leaving(leaving))
    else:
        await asyncio.wait_for(ended.wait(), 120)
        await engine.aclose(Leaving.WAIT)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""))
