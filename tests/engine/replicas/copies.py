"""Make copies and check what every copy must be."""

from __future__ import annotations

import base64
import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path

from engine.replicas.replicating import replicate
from engine.replicas.values import ReplicaResult
from tests.engine.replicas.sources import SITE, Source, Watcher, sha256


def copied(
    source: Source, name: str = "clone", watcher: Watcher | None = None, *, moving: bool = False
) -> tuple[Path, ReplicaResult]:
    final = source.prefix.parent / name
    staging = source.prefix.parent / ".envdesk" / "token" / "new"
    result = replicate(source.prefix, staging, final, watcher or Watcher(), moving=moving)
    staging.rename(final)
    return final, result


def files_of(root: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(root):
        yield from (Path(folder, name) for name in names)


def assert_is_sound(clone: Path) -> None:
    """Check every hash that a list in `clone` holds."""
    for path in (clone / "conda-meta").glob("*.json"):
        record = json.loads(path.read_bytes())
        for entry, real in zip(record["paths_data"]["paths"], record["files"], strict=True):
            data = (clone / real).read_bytes()
            assert (entry.get("sha256_in_prefix") or entry["sha256"]) == sha256(data), real
    for path in clone.glob(f"{SITE}/*.dist-info/RECORD"):
        with path.open(newline="", encoding="utf-8") as stream:
            for name, digest, size in csv.reader(stream):
                if digest:
                    data = (clone / SITE / name).read_bytes()
                    assert len(data) == int(size)
                    expected = base64.urlsafe_b64encode(bytes.fromhex(sha256(data)))
                    assert digest == f"sha256={expected.rstrip(b'=').decode()}", name
