"""What a conflict is played on: an environment of its own, and what was there before."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.environments.packages import read_packages
from engine.plan import Severity, WarningCode
from engine.practice import ChannelServer
from engine.practice.environments import COURSE
from engine.practice.wheels import Project, sdist_of, wheel_files
from engine.practice.world import PracticeWorld
from tests.engine.planning.pypi_world import with_fake_conda, with_pypi
from tests.support.environments import Package


@dataclass(frozen=True)
class Stage:
    """Hold the environment that is changed, a folder to write into, and what ends with the test."""

    prefix: Path
    world: PracticeWorld
    folder: Path
    ending: ExitStack

    @property
    def site(self) -> Path:
        return next(self.prefix.glob("lib/python3*/site-packages"))

    def served(self) -> str:
        """Return the address at which the index is served over HTTP for now."""
        return self.ending.enter_context(ChannelServer(self.world.simple.path)).url


Wish = dict[str, Any]
Setup = Callable[[Stage], None]


@dataclass(frozen=True)
class Scenario:
    """Describe a change, the code it must raise, the remedy, and what is there in the end.

    `first` are changes carried out before; `offered` are the codes of remedies that the warning
    must have besides the one that is taken. `template` names the environment that is copied.
    """

    name: str
    code: WarningCode
    wish: Wish | Callable[[Stage], Wish]
    remedy: str = ""
    after: dict[str, str] = field(default_factory=dict[str, str])
    setup: Setup | None = None
    values: dict[str, str] = field(default_factory=dict[str, str])
    severity: Severity | None = None
    first: tuple[Wish, ...] = ()
    offered: tuple[str, ...] = ()
    template: str = COURSE


def having(*requirements: str) -> Setup:
    """Have PyPI packages of the index, as installed in a terminal."""
    return lambda stage: with_pypi(stage.prefix, stage.world.simple.url, *requirements)


def owning(*packages: Package) -> Setup:
    """Have conda packages that no channel knows any more."""
    return lambda stage: with_fake_conda(stage.prefix, *packages)


def editing(project: Project) -> Setup:
    """Have a project of one's own, installed in place (PEP 660)."""

    def setup(stage: Stage) -> None:
        home = written(stage, project)
        info = stage.site / project.dist_info
        for path, data in wheel_files(project).items():
            if path.startswith(project.dist_info) and not path.endswith("RECORD"):
                (stage.site / path).parent.mkdir(exist_ok=True)
                (stage.site / path).write_bytes(data)
        (stage.site / f"_{project.name}.pth").write_text(f"{home / 'wheel'}\n")
        (info / "INSTALLER").write_text("uv\n")
        (info / "REQUESTED").write_text("")
        url = f'{{"url": "{home.as_uri()}", "dir_info": {{"editable": true}}}}'
        (info / "direct_url.json").write_text(url)
        names = [f"{project.dist_info}/{each.name}" for each in info.iterdir()]
        lines = [*names, f"_{project.name}.pth", f"{project.dist_info}/RECORD"]
        (info / "RECORD").write_text("".join(f"{line},,\n" for line in lines))

    return setup


def written(stage: Stage, project: Project) -> Path:
    """Return a folder with the source of a project that builds without a network."""
    archive = stage.folder / project.sdist_name
    archive.write_bytes(sdist_of(project))
    subprocess.run(["tar", "-xmzf", archive.name], cwd=stage.folder, check=True)
    return stage.folder / project.sdist_name.removesuffix(".tar.gz")


def repository(stage: Stage, project: Project) -> str:
    """Return the requirement for a project in a repository of its own."""
    home = written(stage, project)
    identity = ("-c", "user.name=Practice", "-c", "user.email=practice@example.org")
    for command in (("init", "-q"), ("add", "."), (*identity, "commit", "-q", "-m", "First")):
        subprocess.run(["git", *command], cwd=home, check=True, capture_output=True)
    return f"git+{home.as_uri()}"


def running(stage: Stage) -> None:
    """Have a program that runs from the environment."""
    python = str(stage.prefix / "bin" / "python")
    process = stage.ending.enter_context(
        subprocess.Popen(
            [python, "-c", "print(1, flush=True); input()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
    )
    stage.ending.callback(process.kill)
    assert process.stdout is not None
    process.stdout.readline()


def with_copy_at_home(name: str) -> Setup:
    """Have another copy of a package in the user's own folder."""

    def setup(stage: Stage) -> None:
        minor = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        site = stage.world.home / ".local" / "lib" / minor / "site-packages"
        own = site / f"{name}-0.9.dist-info"
        own.mkdir(parents=True)
        stage.ending.callback(own.rmdir)

    return setup


def kinds(prefix: Path) -> dict[str, str]:
    """Return the versions of what is there, by `conda:name` and `pypi:name`."""
    return {f"{each.kind}:{each.name}": each.version for each in read_packages(prefix)}
