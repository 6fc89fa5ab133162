"""Find folders and commands of an environment that its owner cannot use."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from engine.environments.looking import stat_or_none
from engine.health.entry_points import not_startable
from engine.health.scene import Scene, few_names
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep

_SHOWN = 20


def find(scene: Scene, _found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield permissions-wrong for the folders that every change goes through, and for commands."""
    site = scene.python.site_packages
    folders = [scene.prefix / "conda-meta", scene.scripts, *((site,) if site else ())]
    wrong = wrong_folders(scene, (str(folder) for folder in folders))
    if scene.around.platform != "win32":
        wrong += not_startable(scene.scripts)
    if wrong:
        yield permissions_wrong(scene, wrong)


def wrong_folders(scene: Scene, folders: Iterable[str]) -> list[str]:
    """Return those of `folders` that the owner of the prefix cannot enter and write into.

    An environment that is read-only as a whole is meant to be. Windows has no such rights.
    """
    top = stat_or_none(scene.prefix)
    if top is None or scene.around.platform == "win32" or not top.st_mode & stat.S_IWUSR:
        return []
    wrong: list[str] = []
    for folder in folders:
        found = stat_or_none(folder)
        if found is None or not stat.S_ISDIR(found.st_mode):  # which is another finding
            continue
        if found.st_mode & stat.S_IRWXU != stat.S_IRWXU or found.st_uid != top.st_uid:
            wrong.append(folder)
    return wrong


def permissions_wrong(scene: Scene, paths: Sequence[str]) -> Finding:
    """Return the finding about `paths`, each below the prefix."""
    return scene.finding(
        FindingCode.PERMISSIONS_WRONG,
        Gravity.RISKY,
        "permissions",
        f"{len(paths)} files or folders cannot be read or changed by the environment's owner.",
        values=(
            ("count", str(len(paths))),
            ("first", paths[0]),
            ("names", few_names(paths)),
        ),
        evidence=[Evidence(Path(path), _mode_of(path)) for path in paths[:_SHOWN]],
        repairs=((RepairStep(RepairKind.ALLOW_WRITING),),),
    )


def _mode_of(path: str) -> str:
    found = stat_or_none(path)
    return "" if found is None else stat.filemode(found.st_mode)
