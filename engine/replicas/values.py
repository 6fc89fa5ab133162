"""What making a copy comes to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReplicaResult:
    """Tell what a copy consists of; paths are relative to it and have `/`, sizes are in bytes.

    `rewritten` files hold the new prefix. `to_compile` are Python sources whose compiled files
    were of no use in the copy. `left_alone` are programs that still hold the old prefix, because
    the new one does not fit into them.
    """

    files: int
    linked_bytes: int
    copied_bytes: int
    rewritten: tuple[str, ...] = ()
    to_compile: tuple[str, ...] = ()
    left_alone: tuple[str, ...] = ()
