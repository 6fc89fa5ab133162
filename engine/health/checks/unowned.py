"""Find files in site-packages that no package claims, and folders that nobody may use."""

from __future__ import annotations

import os
from collections.abc import Container, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from engine.health.checks.files import link_target
from engine.health.claims import COMPILED
from engine.health.scene import Scene
from engine.health.values import (
    Evidence,
    Finding,
    FindingCode,
    Gap,
    Gravity,
    RepairKind,
    RepairStep,
    Unchecked,
)
from engine.replicas.ownership import owned_key

_IMPORTABLE: Final = (".py", ".so", ".pyd", ".pth")
_METADATA: Final = (".dist-info", ".egg-info", ".egg", ".egg-link")
_PYC: Final = "__pycache__"
# Lists of setuptools and of `conda develop` (conda-build docs) for packages used where they lie;
# what virtualenv and uv put into each environment of theirs.
_OF_TOOLS: Final = frozenset(
    ("easy-install.pth", "setuptools.pth", "conda.pth", "_virtualenv.pth", "_virtualenv.py")
)
_SHOWN: Final = 50


@dataclass(slots=True)
class _Walk:
    claimed: Container[str]
    modules: frozenset[str]
    found: list[str] = field(default_factory=list[str])
    broken: list[str] = field(default_factory=list[str])

    def folder(self, path: str, inside: str, *, is_top: bool = False) -> bool:
        """Look into a folder; return whether anything in it is claimed.

        What is not is gathered in `found`, whole folders by their own name alone.
        """
        try:
            with os.scandir(path) as scanned:
                entries = sorted(scanned, key=lambda each: each.name)
        except OSError:
            return True
        mark, is_claimed, has_content = len(self.found), False, False
        for entry in entries:
            name, below = entry.name, f"{inside}/{entry.name}"
            if self._is_known(name, is_top=is_top) or owned_key(below) in self.claimed:
                is_claimed = True
            elif entry.is_dir(follow_symlinks=False):
                if name != _PYC:
                    is_claimed |= self.folder(entry.path, below)
                    has_content = True
            elif entry.is_symlink() and not os.path.exists(entry.path):  # noqa: PTH110
                self.broken.append(below)
                has_content = True
            elif not name.endswith(COMPILED):
                has_content = True
                if name.endswith(_IMPORTABLE):
                    self.found.append(below)
        if not is_claimed and not is_top and has_content and len(self.found) > mark:
            del self.found[mark:]
            self.found.append(inside)
        return is_claimed

    def _is_known(self, name: str, *, is_top: bool) -> bool:
        if not is_top:
            return False
        if name.startswith("~") or name.endswith(_METADATA) or name in _OF_TOOLS:
            return True
        return name.partition(".")[0] in self.modules


def find(scene: Scene, claimed: Container[str]) -> Iterator[Finding]:
    """Yield files-unowned, and links-broken for dead links that nobody claims.

    Only what can be imported counts. What packages made by older tools have is known by their
    `top_level.txt` alone (setuptools, "Package metadata").
    """
    site = scene.python.site_packages
    if site is None:
        return
    if scene.conda.damaged:
        scene.unchecked.append(
            Unchecked(
                Gap.FILES_UNOWNED,
                "Files that belong to no package were not looked for: some records cannot be read.",
            )
        )
        return
    inside = os.path.relpath(site, scene.prefix).replace(os.sep, "/")
    walk = _Walk(claimed, _old_modules(scene))
    walk.folder(str(site), inside, is_top=True)
    if walk.found:
        yield _unowned(scene, walk.found)
    if walk.broken:
        yield scene.finding(
            FindingCode.LINKS_BROKEN,
            Gravity.NOTE,
            "site-packages",
            f"{len(walk.broken)} links lead nowhere.",
            values=(("package", ""), ("count", str(len(walk.broken))), ("first", walk.broken[0])),
            evidence=[
                Evidence(scene.prefix / path, link_target(scene.prefix / path))
                for path in walk.broken[:_SHOWN]
            ],
            repairs=([RepairStep(RepairKind.DELETE_FILES, path) for path in walk.broken],),
            since=scene.prefix / walk.broken[0],
        )


def _old_modules(scene: Scene) -> frozenset[str]:
    """Return the modules of packages without a list of their files."""
    names: set[str] = set()
    for each in scene.python.distributions:
        if each.is_half:
            names.add(each.name.replace("-", "_"))
        if each.path.suffix != ".dist-info" or each.is_half:
            for place in (each.path, each.path / "EGG-INFO"):
                with suppress(OSError, UnicodeDecodeError):
                    names.update((place / "top_level.txt").read_text(encoding="utf-8").split())
    return frozenset(names)


def _unowned(scene: Scene, paths: list[str]) -> Finding:
    first = Path(paths[0]).name
    return scene.finding(
        FindingCode.FILES_UNOWNED,
        Gravity.NOTE,
        "site-packages",
        f"{len(paths)} files or folders belong to no package: {first} and others.",
        values=(
            ("count", str(len(paths))),
            ("first", paths[0]),
            ("names", ", ".join(path.rpartition("/")[2] for path in paths[:_SHOWN])),
        ),
        evidence=[Evidence(scene.prefix / path) for path in paths[:_SHOWN]],
        repairs=([RepairStep(RepairKind.DELETE_FILES, path) for path in paths],),
        since=scene.prefix / paths[0],
    )
