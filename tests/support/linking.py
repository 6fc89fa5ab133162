"""Put conda packages into an environment, or take them out, whatever a solver would say.

Its functions run in a rattler worker.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rattler.repo_data import RepoDataRecord


async def link(
    prefix: Path,
    pkgs: Path,
    channels: Sequence[str],
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
) -> None:
    """Install the newest build of each package in `add` by py-rattler alone, without solving."""
    from rattler import Channel, Gateway, PrefixRecord, Subdir, install

    kept: dict[str, RepoDataRecord] = {}
    for path in sorted((prefix / "conda-meta").glob("*.json")):
        record = PrefixRecord.from_path(path)
        kept[record.name.normalized] = record
    for name in remove:
        del kept[name]
    with tempfile.TemporaryDirectory() as cache:
        gateway = Gateway(cache_dir=Path(cache))
        for name in add:
            answers = await gateway.query(
                [Channel(channel) for channel in channels],
                [Subdir.current(), Subdir("noarch")],
                [name],
                recursive=False,
            )
            found = [record for answer in answers for record in answer]
            kept[name] = max(found, key=lambda record: record.version)
        await install(
            list(kept.values()), target_prefix=prefix, cache_dir=pkgs, show_progress=False
        )
    history = prefix / "conda-meta" / "history"
    if not history.exists():
        history.touch()


async def index(channel: Path) -> None:
    """Write the index of a channel anew."""
    from rattler.index import index_fs

    await index_fs(channel, force=True)
