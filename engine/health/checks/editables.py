"""Find packages that are used from a folder which is gone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final

from packaging.utils import canonicalize_name

from engine.environments.looking import is_file, is_folder
from engine.health.python_side import Distribution
from engine.health.scene import Scene
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep
from engine.reading import read_head

_HEAD: Final = 2048
_OF_PROJECT: Final = re.compile(rb"# EASY-INSTALL-(?:ENTRY|DEV)-SCRIPT: '([\w.-]+?)(?:==|')")


def find(scene: Scene, _found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield editable-gone (PEP 610: `direct_url.json`; setuptools: `.egg-link`)."""
    for each in scene.python.distributions:
        if each.checkout is None or is_folder(each.checkout):
            continue
        yield scene.finding(
            FindingCode.EDITABLE_GONE,
            Gravity.BROKEN,
            each.name,
            f"{each.name} is used from the folder {each.checkout}, which is gone.",
            values=(
                ("distribution", each.name),
                ("version", each.version),
                ("folder", str(each.checkout)),
            ),
            evidence=(Evidence(each.path), Evidence(each.checkout)),
            repairs=(_removal(scene, each),),
        )


def _removal(scene: Scene, gone: Distribution) -> tuple[RepairStep, ...]:
    """Return what takes it away; what setuptools linked has no list of its files.

    Its commands name the project that they belong to (setuptools source, `develop`).
    """
    if gone.path.suffix != ".egg-link":
        return (RepairStep(RepairKind.REMOVE, gone.name),)
    paths = [gone.inside]
    with suppress(OSError):
        for path in sorted(scene.scripts.iterdir()):
            named = _OF_PROJECT.search(read_head(str(path), _HEAD)) if is_file(path) else None
            if named is not None and canonicalize_name(named[1].decode()) == gone.name:
                paths.append(path.relative_to(scene.prefix).as_posix())
    return tuple(RepairStep(RepairKind.DELETE_FILES, path) for path in paths)
