"""Make a few ready environments, in the state in which conda and uv would leave them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.conda.condarc import CondaConfiguration, read_configuration
from engine.conda.history import write_creation
from engine.conda.meta import read_conda_records
from engine.environments.registering import register
from engine.places import Places
from engine.practice.archives import CondaPackage
from engine.practice.channels import EXTRA_CHANNEL, MAIN_CHANNEL
from engine.practice.interpreter import Interpreter, Layout
from engine.practice.rattling import LinkOrder, link_environments
from engine.pypi.running import find_uv

COURSE = "course-2026"
ANALYSIS = "数据分析"
TINY = "tiny"
DAMAGED = "old-thesis"

_OLD_HISTORY = """\
==> 2020-03-02 09:30:00 <==
# cmd: conda create --name old-thesis python=3.7 sandglass almanac
# conda version: 4.8.2
+practice-main/noarch::sandglass-0.3.0-0
+practice-main/noarch::almanac-2019.4-py37_0
# update specs: ['almanac', 'python=3.7', 'sandglass']
"""
_UV_TIMEOUT_SECONDS = 120
_FROM_PYPI = "inkwell==1.0.0"


@dataclass(frozen=True, slots=True)
class _Recipe:
    name: str
    channels: tuple[str, ...]
    specs: tuple[str, ...]
    made_before: tuple[str, ...] = ()


_RECIPES = (
    _Recipe(
        COURSE,
        (MAIN_CHANNEL, EXTRA_CHANNEL),
        ("python", "pip", "tidepool", "starchart", "almanac"),
        made_before=("tidepool <3.2", "almanac <2026"),
    ),
    _Recipe(ANALYSIS, (EXTRA_CHANNEL,), ("python", "pip", "papyrus", "tidepool")),
    _Recipe(TINY, (MAIN_CHANNEL,), ("glyphs", "signpost")),
)


def make_environments(
    places: Places, channel_urls: Mapping[str, str], index: Path, interpreter: Interpreter
) -> tuple[Path, ...]:
    """Make the ready environments below `places.envs`, register them, return their prefixes.

    `channel_urls` maps the channels' short names to their addresses; packages are unpacked into
    `places.pkgs`; `index` is the folder of the local package index; the `.condarc` must be there
    already. Blocks for a few seconds. Raises OSError, RattlingError, SubprocessError.
    """
    orders = tuple(
        LinkOrder(
            str(places.envs / recipe.name),
            tuple(channel_urls[name] for name in recipe.channels),
            recipe.specs,
            recipe.made_before,
        )
        for recipe in _RECIPES
    )
    link_environments(orders, places.pkgs)
    configuration = read_configuration(places)
    for recipe in _RECIPES:
        _finish_as_conda(places.envs / recipe.name, recipe, configuration)
    _install_from_pypi(places.envs / COURSE, index, interpreter)
    _make_damaged(places.envs / DAMAGED, channel_urls[MAIN_CHANNEL])
    prefixes = tuple(places.envs / name for name in (COURSE, ANALYSIS, TINY, DAMAGED))
    for prefix in prefixes:
        register(places, prefix)
    return prefixes


def _finish_as_conda(prefix: Path, recipe: _Recipe, configuration: CondaConfiguration) -> None:
    """Write the history, and open the records for reading as conda does."""
    for file in (prefix / "conda-meta").glob("*.json"):
        file.chmod(0o644)
    write_creation(
        prefix,
        read_conda_records(prefix, configuration),
        recipe.specs,
        f"conda create --name {recipe.name} {' '.join(recipe.specs)}",
        configuration,
    )


def _install_from_pypi(prefix: Path, index: Path, interpreter: Interpreter) -> None:
    """Add a package of the local index with uv, as a user would with pip."""
    posix = interpreter.layout is not Layout.WINDOWS
    python = prefix / "bin" / "python" if posix else prefix / "python.exe"
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("UV_", "PIP_"))
    }
    subprocess.run(
        [
            *(str(find_uv()), "pip", "install", "--quiet", "--no-config", "--no-cache"),
            *("--python", str(python), "--index-url", index.as_uri(), _FROM_PYPI),
        ],
        env=environment,
        creationflags=subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0,
        check=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=_UV_TIMEOUT_SECONDS,
    )


def _make_damaged(prefix: Path, channel_url: str) -> None:
    """Write an environment that was left half broken: no Python, and records beyond reading."""
    meta = prefix / "conda-meta"
    meta.mkdir(parents=True)
    intact = CondaPackage("sandglass", "0.3.0", "0", "noarch")
    record = json.dumps(
        {
            "name": intact.name,
            "version": intact.version,
            "build": intact.build,
            "build_number": 0,
            "channel": channel_url,
            "subdir": intact.subdir,
            "url": f"{channel_url}/noarch/{intact.stem}.tar.bz2",
            "fn": f"{intact.stem}.tar.bz2",
            "depends": ["python >=2.7"],
            "files": ["share/sandglass/sand.txt"],
            "license": intact.license,
        },
        indent=2,
    )
    (meta / f"{intact.stem}.json").write_text(record, encoding="utf-8")
    (meta / "almanac-2019.4-py37_0.json").write_text(record[: len(record) // 2], encoding="utf-8")
    (meta / "notes-1.0-0.json").write_text('["not", "a", "record"]', encoding="utf-8")
    (meta / "history").write_text(_OLD_HISTORY, encoding="utf-8")
