"""Find commands of an environment that start the Python of another place."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from typing import Final

from engine.environments.looking import is_file, is_folder
from engine.health.scene import Scene
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep
from engine.reading import read_head
from engine.replicas.launchers import is_program, rewrite_launcher
from engine.replicas.shebangs import rewrite_shebang

_HEAD: Final = 600
_LAUNCHER_BYTES: Final = 256 * 1024
_PYTHON: Final = re.compile(r"(?:python|pypy)w?[0-9.]*t?(?:\.exe)?\Z", re.IGNORECASE)
_SHOWN: Final = 20
_OF_THE_SYSTEM: Final = ("/usr", "/usr/local", "/", "/opt/homebrew")


def find(scene: Scene, _found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield scripts-elsewhere, one for each other place.

    That is what a moved or copied environment is recognised by. Programs of the system are not
    another place: packages ask for them on purpose.
    """
    if not scene.python.version:
        return
    by_prefix: dict[str, list[Path]] = {}
    for path, interpreter in interpreters(scene.scripts, scene.around.platform):
        other = prefix_of(interpreter, scene.around.platform)
        if other and _is_elsewhere(other, scene.prefix):
            by_prefix.setdefault(other, []).append(path)
    for other, paths in by_prefix.items():
        names = tuple(path.name for path in paths)
        gone = "which is gone" if not is_folder(other) else "another environment"
        yield scene.finding(
            FindingCode.SCRIPTS_ELSEWHERE,
            Gravity.BROKEN,
            other,
            f"{len(names)} commands of this environment start {other}, {gone}.",
            values=(
                ("other", other),
                ("count", str(len(names))),
                ("names", ", ".join(names[:_SHOWN])),
                ("exists", "yes" if is_folder(other) else ""),
            ),
            evidence=[Evidence(path, other) for path in paths[:_SHOWN]],
            repairs=((RepairStep(RepairKind.REWRITE_PREFIX, other),),),
        )


def interpreters(folder: Path, platform: str) -> Iterator[tuple[Path, str]]:
    """Yield the scripts and launchers in `folder` with the absolute Python that each starts."""
    try:
        with os.scandir(folder) as entries:
            found = [entry.name for entry in entries if not entry.is_symlink()]
    except OSError:
        return
    for name in sorted(found):
        interpreter = _interpreter_of(f"{folder}{os.sep}{name}", platform)
        if interpreter:
            yield folder / name, interpreter


def _interpreter_of(path: str, platform: str) -> str:
    try:
        head = read_head(path, _HEAD)
        if platform == "win32" and is_program(head):
            if os.stat(path).st_size > _LAUNCHER_BYTES:  # noqa: PTH116 - of a text
                return ""
            head = read_head(path, _LAUNCHER_BYTES)
    except OSError:
        return ""
    named: list[str] = []

    def note(old: str) -> str:
        named.append(old)
        return old

    if platform == "win32" and is_program(head):
        rewrite_launcher(head, os.path.dirname(path), note)  # noqa: PTH120 - of a text
    elif head.startswith(b"#!"):
        rewrite_shebang(head, note, platform)
    return next((each for each in named if _PYTHON.search(PurePath(each).name)), "")


def prefix_of(interpreter: str, platform: str) -> str:
    """Return the prefix that an absolute interpreter belongs to; empty for the system's own."""
    path = PurePath(interpreter)
    if not path.is_absolute():
        return ""
    prefix = path.parent if platform == "win32" else path.parent.parent
    if platform != "win32" and (path.parent.name != "bin" or str(prefix) in _OF_THE_SYSTEM):
        return ""
    is_there = is_file(interpreter)
    is_environment = is_folder(f"{prefix}/conda-meta") or is_file(f"{prefix}/pyvenv.cfg")
    return str(prefix) if is_environment or not is_there else ""


def _is_elsewhere(other: str, prefix: Path) -> bool:
    if os.path.normcase(other) == os.path.normcase(prefix):
        return False
    return os.path.realpath(other) != os.path.realpath(prefix)
