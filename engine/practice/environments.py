"""Make a few ready environments, in the state in which conda and uv would leave them."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from engine.practice.archives import CondaPackage
from engine.practice.channels import EXTRA_CHANNEL, MAIN_CHANNEL
from engine.practice.interpreter import Interpreter, Layout
from engine.practice.rattling import LinkOrder, link_environments

COURSE = "course-2026"
ANALYSIS = "数据分析"
TINY = "tiny"
DAMAGED = "old-thesis"

_HISTORY_DATE = "2026-05-20 10:00:00"
_CONDA_VERSION = "26.7.1"
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
    envs: Path, pkgs: Path, channel_urls: dict[str, str], index: Path, interpreter: Interpreter
) -> tuple[Path, ...]:
    """Make the ready environments below `envs` and return their prefixes.

    `channel_urls` maps the channels' short names to their addresses; packages are unpacked into
    `pkgs`; `index` is the folder of the local package index. Blocks for a few seconds. Raises
    OSError, RattlingError.
    """
    orders = tuple(
        LinkOrder(
            str(envs / recipe.name),
            tuple(channel_urls[name] for name in recipe.channels),
            recipe.specs,
            recipe.made_before,
        )
        for recipe in _RECIPES
    )
    link_environments(orders, pkgs)
    names = {url.rstrip("/"): name for name, url in channel_urls.items()}
    for recipe in _RECIPES:
        _finish_as_conda(envs / recipe.name, recipe, names)
    _install_from_pypi(envs / COURSE, index, interpreter)
    _make_damaged(envs / DAMAGED, channel_urls[MAIN_CHANNEL])
    return tuple(envs / name for name in (COURSE, ANALYSIS, TINY, DAMAGED))


def register_environments(home: Path, prefixes: tuple[Path, ...]) -> None:
    """List the prefixes in `~/.conda/environments.txt` of `home`, one a line as conda does."""
    folder = home / ".conda"
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{prefix}\n" for prefix in prefixes)
    (folder / "environments.txt").write_text(lines, encoding="utf-8")


def history_text(command: str, distributions: list[str], specs: tuple[str, ...]) -> str:
    """Return a first revision in the form of `conda-meta/history` (conda's `history` module)."""
    return "\n".join(
        (
            f"==> {_HISTORY_DATE} <==",
            f"# cmd: {command}",
            f"# conda version: {_CONDA_VERSION}",
            *(f"+{distribution}" for distribution in distributions),
            f"# update specs: {list(specs)!r}",
            "",
        )
    )


def _finish_as_conda(prefix: Path, recipe: _Recipe, channel_names: dict[str, str]) -> None:
    """Write the history, and open the records for reading as conda does."""
    distributions: list[str] = []
    for file in sorted((prefix / "conda-meta").glob("*.json")):
        record = json.loads(file.read_text(encoding="utf-8"))
        channel = channel_names[str(record["channel"]).rstrip("/")]
        stem = f"{record['name']}-{record['version']}-{record['build']}"
        distributions.append(f"{channel}/{record['subdir']}::{stem}")
        file.chmod(0o644)
    command = f"conda create --name {recipe.name} {' '.join(recipe.specs)}"
    text = history_text(command, distributions, recipe.specs)
    (prefix / "conda-meta" / "history").write_text(text, encoding="utf-8")


def _install_from_pypi(prefix: Path, index: Path, interpreter: Interpreter) -> None:
    """Add a package of the local index with uv, as a user would with pip."""
    from uv import find_uv_bin

    posix = interpreter.layout is not Layout.WINDOWS
    python = prefix / "bin" / "python" if posix else prefix / "python.exe"
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("UV_", "PIP_"))
    }
    subprocess.run(
        [
            *(find_uv_bin(), "pip", "install", "--quiet", "--no-config", "--no-cache"),
            *("--python", str(python), "--index-url", index.as_uri(), _FROM_PYPI),
        ],
        env=environment,
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
    distributions = [f"{MAIN_CHANNEL}/noarch::{intact.stem}"]
    (meta / "history").write_text(
        history_text("conda create --name old-thesis sandglass", distributions, ("sandglass",)),
        encoding="utf-8",
    )
