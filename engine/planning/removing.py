"""Plan the removal of an environment: what goes, what that frees, what somebody could miss."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Final

from engine.conda.condarc import CondaConfiguration
from engine.environments.describing import stamp_of
from engine.environments.packages import read_packages
from engine.places import Places
from engine.plan import Change, ChangeKind, Figures, Plan, PlanWarning, Severity, WarningCode
from engine.planning.leaving import (
    check_environment,
    check_folder,
    check_may_leave,
    link_warning,
    running_warning,
)
from engine.planning.wishing import users_of
from engine.records import Record, State
from engine.replicas.ownership import OwnedFile, owned_key, read_owned
from engine.replicas.surveying import Item, Treatment, unowned_files
from engine.replicas.walking import Found, Kind, look_at, walk
from engine.requests import RemoveRequest

NAMED_FILES: Final = 5
NAMED_LINKS: Final = 5
_WORK = frozenset(
    (
        *(".ipynb", ".csv", ".tsv", ".xls", ".xlsx", ".ods", ".doc", ".docx", ".odt", ".pdf"),
        *(".ppt", ".pptx", ".md", ".rmd", ".qmd", ".tex", ".parquet", ".feather", ".rds"),
        *(".rdata", ".sav", ".dta", ".mat", ".h5ad", ".nc", ".fasta", ".fastq", ".vcf", ".bam"),
        *(".ckpt", ".safetensors", ".gguf", ".jpg", ".jpeg", ".tif", ".tiff", ".mp4", ".zip"),
    )
)


async def plan_remove(
    request: RemoveRequest, places: Places, configuration: CondaConfiguration
) -> Plan:
    """Return the plan of a removal: every file looked at, nothing touched.

    `freed_bytes` is exactly what the disk gives back: the allocated bytes of files all of whose
    names lie in this environment. `linked_bytes` stay, because a cache or another environment has
    the files too. A prefix that is a link frees nothing: only the link goes.

    Raises EngineError: prefix-missing, not-an-environment, protected-base, protected-frozen,
    not-writable, files-in-use (another disk is mounted in it).
    """
    return await asyncio.to_thread(_plan, request, places, configuration)


def _plan(request: RemoveRequest, places: Places, configuration: CondaConfiguration) -> Plan:
    prefix = request.prefix
    check_environment(prefix)
    check_may_leave(prefix, places, configuration)
    stamp = stamp_of(prefix)
    records = read_packages(prefix, configuration)
    users = users_of(records)
    found = _Tree(1, 0, 0) if prefix.is_symlink() else _look_through(prefix)
    return Plan(
        request=request,
        prefix=prefix,
        before=State(records),
        after=State(),
        changes=tuple(
            Change(
                ChangeKind.REMOVE,
                each.name,
                each,
                None,
                needed_by=() if each.requested else users.get(each.key, ()),
            )
            for each in records
        ),
        figures=_figures(found, records),
        warnings=(
            *link_warning(prefix),
            *_left_by_hand_warning(found),
            *_links_warning(found),
            *running_warning(prefix),
        ),
        stamp=stamp,
        created=datetime.now(UTC),
    )


@dataclass(slots=True)
class _Tree:
    """Gather what a walk through an environment tells; sizes are allocated bytes."""

    files: int = 0
    freed: int = 0
    linked: int = 0
    nobodys: tuple[Found, ...] = ()
    work: tuple[Found, ...] = ()
    links_out: list[str] = field(default_factory=list[str])


def _look_through(prefix: Path) -> _Tree:
    owned = read_owned(prefix)
    tree = _Tree(freed=look_at(str(prefix), "").allocated)
    names: Counter[tuple[int, int]] = Counter()
    shared: dict[tuple[int, int], Found] = {}
    items: list[Item] = []
    volume = prefix.stat().st_dev
    for found in walk(prefix):
        if found.kind is Kind.FOLDER:
            tree.freed += found.allocated
            check_folder(prefix, found, volume, owned)
            continue
        tree.files += 1
        if found.links < 2 or not found.inode:
            tree.freed += found.allocated
        else:
            names[found.identity] += 1
            shared[found.identity] = found
        if found.kind is Kind.LINK:
            tree.links_out += _leading_out(prefix, found)
        items.append(Item(found, Treatment.COPIED, owned.get(owned_key(found.path))))
    for identity, found in shared.items():
        if names[identity] == found.links:
            tree.freed += found.allocated
        else:
            tree.linked += found.allocated
    tree.nobodys = unowned_files(prefix, items)
    tree.work = _work_among(tree.nobodys, owned)
    return tree


def _leading_out(prefix: Path, found: Found) -> Iterator[str]:
    """Yield the folder outside of the prefix that a link leads to, if it does."""
    path = prefix / found.path
    with suppress(OSError):
        target = Path(os.path.normpath(path.parent / path.readlink()))
        if not target.is_relative_to(prefix) and target.is_dir():
            yield str(target)


def _work_among(files: tuple[Found, ...], owned: dict[str, OwnedFile]) -> tuple[Found, ...]:
    """Return the files that look like somebody's work, by kind or by lying apart from packages."""
    folders = {path.split("/", 1)[0] for path in owned if "/" in path}

    def is_work(found: Found) -> bool:
        top, _, below = found.path.partition("/")
        suffix = PurePath(found.name).suffix.lower()
        is_among_packages = "site-packages/" in found.path
        return not is_among_packages and (
            not below or owned_key(top) not in folders or suffix in _WORK
        )

    return tuple(found for found in files if is_work(found))


def _figures(found: _Tree, records: tuple[Record, ...]) -> Figures:
    return Figures(
        freed_bytes=found.freed,
        linked_bytes=found.linked,
        packages=len(records),
        files=found.files,
    )


def _left_by_hand_warning(found: _Tree) -> Iterator[PlanWarning]:
    files = found.work or found.nobodys
    if not files:
        return
    biggest = sorted(files, key=lambda each: (-each.size, each.path))[:NAMED_FILES]
    values = [
        ("count", str(len(files))),
        ("size_bytes", str(sum(each.size for each in files))),
    ]
    if found.work:
        values.append(("files", ", ".join(each.path for each in biggest)))
        yield PlanWarning(
            WarningCode.UNOWNED_FILES,
            Severity.WARNING,
            "Files of your own are in this environment. They go too.",
            tuple(values),
        )
    else:
        yield PlanWarning(
            WarningCode.UNOWNED_FILES,
            Severity.NOTE,
            "Files that no package put there go too.",
            tuple(values),
        )


def _links_warning(found: _Tree) -> Iterator[PlanWarning]:
    targets = tuple(dict.fromkeys(found.links_out))
    if targets:
        named = ", ".join(targets[:NAMED_LINKS])
        yield PlanWarning(
            WarningCode.LINKS_LEFT_ALONE,
            Severity.NOTE,
            "What links in this environment point to stays as it is.",
            (("count", str(len(targets))), ("links", named)),
        )
