"""The process that helps with walks: jobs come in, what was found goes out.

A message is a plain value as `marshal` writes it. The process ends when its input does.
"""

from __future__ import annotations

import marshal
import sys
from collections.abc import Sequence
from typing import cast

from engine.cache.walking import Ground, Walk, walk_cache, walk_environment
from engine.framing import read_message, write_message

_Texts = tuple[list[tuple[str, list[int], str]], list[tuple[str, str]], list[str]]
Packed = tuple[tuple[int, ...], list[list[int]], _Texts, tuple[bytes, bytes, bytes]]
# A number that the asker knows the job by, whether it is an environment, and paths.
Wanted = tuple[int, bool, tuple[str, ...]]


def walks_at(paths: Sequence[str], ground: Ground, *, is_environment: bool) -> list[Walk]:
    """Return a walk for each of `paths` that there is; raises nothing."""
    if is_environment:
        return [walk_environment(path, ground) for path in paths]
    walks = (walk_cache(path, ground) for path in paths)
    return [walk for walk in walks if walk is not None]


def packed(walk: Walk) -> Packed:
    """Return `walk` as plain values."""
    return (
        (
            walk.device,
            walk.blocks,
            walk.cloned,
            walk.files,
            walk.has_mount,
            walk.has_root,
            walk.log.is_settled,
        ),
        [walk.inodes, walk.names, walk.sizes],
        (walk.unasked, walk.links_out, walk.unreadable),
        walk.log.dump(),
    )


def restored(data: Packed) -> Walk:
    """Return the walk that `packed` made plain values of."""
    walk = Walk()
    numbers, rows, texts, log = data
    walk.device, walk.blocks, walk.cloned, walk.files = numbers[:4]
    walk.has_mount, walk.has_root, is_settled = map(bool, numbers[4:])
    walk.inodes, walk.names, walk.sizes = rows
    walk.unasked, walk.links_out, walk.unreadable = texts
    walk.log.extend(log, is_settled=is_settled)
    return walk


def serve() -> None:
    """Answer on standard output what is asked on standard input, until that ends.

    The first message is the ground: its roots and the platform. Each other one is a list of jobs,
    and is answered by a list of their numbers with the walks.
    """
    source, target = sys.stdin.buffer, sys.stdout.buffer
    first = read_message(source)
    if first is None:
        return
    roots, platform = cast("tuple[list[tuple[int, int]], str]", marshal.loads(first))
    ground = Ground(roots, platform)
    while (data := read_message(source)) is not None:
        answers: list[tuple[int, list[Packed]]] = []
        for number, is_environment, paths in cast("list[Wanted]", marshal.loads(data)):
            walks = walks_at(paths, ground, is_environment=is_environment)
            answers.append((number, [packed(walk) for walk in walks]))
        write_message(target, marshal.dumps(answers))
