"""Build a practice world: two channels, a package index and a few environments in one folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from engine.errors import EngineError, ErrorCode
from engine.places import Places, places_below
from engine.practice.bundled import bundled_channels, unpack_channels
from engine.practice.channels import (
    EXTRA_CHANNEL,
    INDEX_FOLDER,
    MAIN_CHANNEL,
    PipMissingError,
    build_channels,
    cached_channels,
)
from engine.practice.environments import make_environments
from engine.practice.interpreter import running_interpreter
from engine.practice.rattling import RattlingError
from engine.practice.serving import ChannelServer

CHANNELS_FOLDER = "channels"


@dataclass(frozen=True, slots=True)
class PracticeChannel:
    """Describe a channel by its short name, its folder and its `file:` address."""

    name: str
    path: Path
    url: str


@dataclass(frozen=True, slots=True)
class PracticeIndex:
    """Describe the package index by its folder and its `file:` address."""

    path: Path
    url: str


@dataclass(frozen=True, slots=True)
class PracticeEnvironment:
    """Describe a ready environment."""

    name: str
    prefix: Path


@dataclass(frozen=True, slots=True)
class PracticeWorld:
    """Say where everything of a practice world is; `root` is what `--root` takes."""

    root: Path
    home: Path
    envs: Path
    pkgs: Path
    channels: tuple[PracticeChannel, ...]
    simple: PracticeIndex
    environments: tuple[PracticeEnvironment, ...]
    python_version: str


def build_world(
    directory: Path,
    progress: Callable[[str], None] | None = None,
    *,
    cache_dir: Path | None = None,
) -> PracticeWorld:
    """Build a practice world in `directory`, which must be absent or empty, and describe it.

    Takes 3 to 10 seconds and blocks; with a `cache_dir` the channels are copied from there when
    they were built before. `progress` gets a few English sentences, on the calling thread. Raises
    EngineError (prefix-exists, internal).
    """
    report = progress or _silent
    places = places_below(directory)
    if directory.exists() and not (directory.is_dir() and not any(directory.iterdir())):
        raise EngineError(
            ErrorCode.PREFIX_EXISTS,
            "The practice world needs an empty folder, and something is there already.",
            hint="Choose a new or an empty folder.",
            path=str(directory),
        )
    made = not directory.exists()
    try:
        with ExitStack() as on_failure:
            on_failure.callback(_clear, places.home.parent, made=made)
            world = _build(places.home.parent, cache_dir, report)
            on_failure.pop_all()
            return world
    except (
        OSError,
        PipMissingError,
        RattlingError,
        subprocess.SubprocessError,
        zipfile.BadZipFile,
    ) as error:
        raise EngineError(
            ErrorCode.INTERNAL,
            "The practice world could not be built.",
            cause=str(error),
            detail=_output_of(error),
            path=str(directory),
        ) from error


def serve_world(world: PracticeWorld) -> ChannelServer:
    """Return a server, not yet started, for the channels of `world` and `/simple/`."""
    return ChannelServer(world.root / CHANNELS_FOLDER, mounts={INDEX_FOLDER: world.simple.path})


def _build(root: Path, cache_dir: Path | None, report: Callable[[str], None]) -> PracticeWorld:
    places = places_below(root)
    channels, simple = root / CHANNELS_FOLDER, root / INDEX_FOLDER
    for folder in (places.home, places.envs, places.pkgs, channels):
        folder.mkdir(parents=True, exist_ok=True)
    bundle = bundled_channels()
    if bundle is not None:
        report("Unpacking packages")
        interpreter = unpack_channels(bundle, channels)
    elif cache_dir is None:
        interpreter = running_interpreter()
        build_channels(channels, report)
    else:
        interpreter = running_interpreter()
        shutil.copytree(cached_channels(cache_dir, report), channels, dirs_exist_ok=True)
    (channels / INDEX_FOLDER).rename(simple)
    described = tuple(
        PracticeChannel(name, channels / name, (channels / name).as_uri())
        for name in (MAIN_CHANNEL, EXTRA_CHANNEL)
    )

    _write_condarc(places, described)
    _write_pip_settings(places.home, simple)

    report("Making environments")
    prefixes = make_environments(
        places, {channel.name: channel.url for channel in described}, simple, interpreter
    )
    return PracticeWorld(
        root=root,
        home=places.home,
        envs=places.envs,
        pkgs=places.pkgs,
        channels=described,
        simple=PracticeIndex(simple, simple.as_uri()),
        environments=tuple(PracticeEnvironment(prefix.name, prefix) for prefix in prefixes),
        python_version=interpreter.version,
    )


def _write_condarc(places: Places, channels: tuple[PracticeChannel, ...]) -> None:
    settings = {
        "channels": [channel.url for channel in channels],
        # This makes the last part of the address the short name (conda docs, "custom_channels").
        "custom_channels": {channel.name: channel.path.parent.as_uri() for channel in channels},
        "channel_priority": "strict",
        "envs_dirs": [str(places.envs)],
        "pkgs_dirs": [str(places.pkgs)],
    }
    with (places.home / ".condarc").open("w", encoding="utf-8", newline="\n") as file:
        yaml = YAML(typ="safe")
        yaml.default_flow_style = False
        yaml.allow_unicode = True
        yaml.dump(settings, file)  # pyright: ignore[reportUnknownMemberType]


def _write_pip_settings(home: Path, simple: Path) -> None:
    """Point pip at the local index (pip docs, "Configuration", per-user files)."""
    target = home / ("pip/pip.ini" if sys.platform == "win32" else ".config/pip/pip.conf")
    target.parent.mkdir(parents=True)
    target.write_text(f"[global]\nindex-url = {simple.as_uri()}\n", encoding="utf-8")


def _clear(root: Path, *, made: bool) -> None:
    """Take away what an interrupted build left; `made` says that it made `root` as well."""
    for entry in root.iterdir() if root.is_dir() else ():
        shutil.rmtree(entry, ignore_errors=True)
    if made:
        shutil.rmtree(root, ignore_errors=True)


def _output_of(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError) and isinstance(error.stderr, bytes):
        return error.stderr.decode(errors="replace")
    return str(error)


def _silent(_: str) -> None:
    pass
