"""Find work that never came to its end, and what finished work left behind."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from engine.environments.describing import MOVED_AWAY, record_name
from engine.environments.looking import is_folder
from engine.health.conda_side import META
from engine.health.scene import Scene
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep
from engine.replicas.ownership import owned_key
from engine.requests import affected_prefixes
from engine.transactions.journal import unfinished
from engine.transactions.locking import is_held

CLOBBERED: Final = "__clobbers__"  # where rattler keeps the files that lost to another package
_TRASH: Final = (".trash", ".conda_trash")
_ASIDE: Final = re.compile(
    re.escape(MOVED_AWAY) + r"\Z|\.(?:conda_|mamba_)?trash(?:_\d+)?\Z|__clobber-from-"
)


def find(scene: Scene, _found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield interrupted (Envdesk's journals, half-written records) and conda-leftovers."""
    surplus = scene.conda.surplus
    paths = [
        *scene.conda.unfinished,
        *(package.record for package in surplus),
        *(path for path in scene.conda.moved_away if _lost(scene, path)),
    ]
    journals = [
        journal
        for journal in unfinished((scene.prefix.parent,))
        if scene.prefix in affected_prefixes(journal.request)
    ]
    is_ours = bool(journals) and not is_held(scene.prefix, scene.around.places)
    if is_ours:
        paths += [journal.file for journal in journals]
    if paths:
        yield scene.finding(
            FindingCode.INTERRUPTED,
            Gravity.BROKEN,
            "envdesk" if is_ours else "conda",
            "A change of this environment was interrupted and never came to its end.",
            values=(("by", "envdesk" if is_ours else "conda"), ("count", str(len(paths)))),
            evidence=[Evidence(path) for path in paths],
            repairs=(
                (
                    RepairStep(RepairKind.SETTLE),
                    *(_deleting(scene, package.record) for package in surplus),
                    *(
                        RepairStep(RepairKind.RESTORE_CONDA, name)
                        for name in dict.fromkeys(package.name for package in surplus)
                    ),
                ),
            ),
            since=paths[0],
        )
    kept = [path for path in scene.conda.moved_away if not _lost(scene, path)]
    yield from _left(scene, [*kept, *_left_behind(scene)])


def find_more(
    scene: Scene, found: Sequence[Finding], folders: Iterable[str], claimed: Collection[str]
) -> Iterator[Finding]:
    """Yield conda-leftovers again, with what lies among the files of packages.

    `folders` are those that packages have files in, relative to the prefix. What conda, mamba and
    rattler move out of the way has endings of its own (conda source, `constants`; libmamba source,
    `link`). Where a change never came to its end it is still needed.
    """
    if any(each.code is FindingCode.INTERRUPTED for each in found):
        return
    known = [e.path for f in found if f.code is FindingCode.CONDA_LEFTOVERS for e in f.evidence]
    more: list[Path] = []
    for folder in (".", META, *folders):
        with suppress(OSError):
            more += [
                scene.prefix / folder / name
                for name in os.listdir(f"{scene.prefix}/{folder}")  # noqa: PTH208 - names alone
                if _ASIDE.search(name) and owned_key(f"{folder}/{name}") not in claimed
            ]
    more = [path for path in more if path not in known]
    if more:
        yield from _left(scene, [*(path for path in known if path is not None), *sorted(more)])


def _left(scene: Scene, left: Sequence[Path]) -> Iterator[Finding]:
    if left:
        yield scene.finding(
            FindingCode.CONDA_LEFTOVERS,
            Gravity.NOTE,
            "conda",
            f"conda left {len(left)} files or folders behind that nothing needs.",
            values=(("count", str(len(left))), ("names", ", ".join(path.name for path in left))),
            evidence=[Evidence(path) for path in left],
            repairs=([_deleting(scene, path) for path in left],),
            since=left[0],
        )


def _deleting(scene: Scene, path: Path) -> RepairStep:
    return RepairStep(RepairKind.DELETE_FILES, path.relative_to(scene.prefix).as_posix())


def _lost(scene: Scene, moved: Path) -> bool:
    """Return whether a record that conda moved away is the only one of its package."""
    parts = record_name(moved.name.removesuffix(MOVED_AWAY))
    return parts is not None and parts.name not in scene.packages


def _left_behind(scene: Scene) -> Iterator[Path]:
    for name in _TRASH:
        if is_folder(scene.prefix / name):
            yield scene.prefix / name
    with suppress(OSError):
        installed = {package.spelled for package in scene.conda.packages}
        installed |= {package.name for package in scene.conda.packages}
        for name in sorted(os.listdir(scene.prefix / CLOBBERED)):  # noqa: PTH208
            if name not in installed:
                yield scene.prefix / CLOBBERED / name
