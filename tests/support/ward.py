"""A place to break environments in: one sound environment, always at the same path, made anew."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from engine.conda.history import write_creation
from engine.conda.meta import read_conda_records
from engine.environments.registering import register
from engine.places import Places, places_below
from engine.practice.pypi_index import Release, practice_releases, write_index
from engine.practice.rattling import LinkOrder, link_environments
from engine.practice.world import PracticeWorld, build_world
from engine.pypi.running import find_uv
from tests.support.linking import link
from tests.support.pypi import install_with_uv, linked_copy, point_pip_at, project, warmed_up
from tests.support.rattling import RattlerWorker

NAME = "ward 病房"
ALMANAC = "2026.1"
SPECS = (
    *("python", "pip", "tidepool", "starchart", f"almanac =={ALMANAC}"),
    *("signpost", "driftwood", "lodestone"),
)
MODULES = ("tidepool", "numerals", "starchart", "almanac", "inkwell", "lanternfish")
# It puts files where Jupyter and its users write others, as ipykernel and jupyterlab do.
KERNEL = replace(
    project("kernel-of-tides", "1.0.0"),
    modules=(
        ("kernel_of_tides.py", "answer = 42\n"),
        ("kernel_of_tides-1.0.0.data/data/share/jupyter/kernels/tides/kernel.json", "{}\n"),
        ("kernel_of_tides-1.0.0.data/data/etc/jupyter/jupyter_config.d/tides.json", "{}\n"),
        ("kernel_of_tides-1.0.0.data/data/share/jupyter/lab/static/index.html", "<html/>\n"),
        ("kernel_of_tides-1.0.0.data/data/share/jupyter/lab/static/main.12ab.js", "x = 1\n"),
    ),
)
# They share a folder as older packages do, each in words of its own.
REEFS = tuple(
    replace(
        project(f"reef-{part}", "1.0.0"),
        modules=(("reefs/__init__.py", shared), (f"reefs/{part}.py", "depth = 12\n")),
    )
    for part, shared in (
        ("maps", "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"),
        ("walks", "from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n"),
        ("tours", "__import__('pkg_resources').declare_namespace(__name__)\n"),
    )
)

RELEASES = (
    *practice_releases(),
    *(
        Release(each)
        for each in (
            project("almanac", ALMANAC),
            project("almanac", "2025.9"),
            project("numerals", "1.9.0"),
            project("harpstring", "1.0.0"),
            project("masquerade", "1.0.0", module="almanac"),
            project("inkstand", "1.0.0", "inkwell[colour]>=1.2"),
            project("notebook", "1.0.0", "numerals>=2.2; extra == 'roman'", extras=("roman",)),
            project(
                "gallery",
                "1.0.0",
                "inkwell==0.9; extra == 'locked'",
                "lanternfish<1,>=0.1; extra == 'classic'",
                "numerals>=9; extra == 'docs-pictures'",
                "tidepool>=99; extra == 'test7'",
                extras=("locked", "classic", "docs-pictures", "test7"),
            ),
            KERNEL,
            project("needs-nothing-here", "1.0.0", "absent; sys_platform == 'an-unknown-system'"),
            project("tide-tables", "1.0.0", module="tides_of/tables"),
            project("tide-charts", "1.0.0", module="tides_of/charts"),
            *REEFS,
            project("hourglass", "1.0.0"),
            replace(project("hourglass", "2.0.0"), requires_python=">=3.99"),
            project("waterclock", "1.0.0", tag="py3-none-win_amd64"),
            project("waterclock", "1.0.0", tag="py3-none-any"),
        )
    ),
)


@dataclass(frozen=True, slots=True)
class Ward:
    """Hold the environment at `prefix`, its practice world, and a worker that may load rattler."""

    world: PracticeWorld
    places: Places
    prefix: Path
    template: Path
    worker: RattlerWorker

    @property
    def root(self) -> Path:
        """Return what `--root` takes."""
        return self.world.root

    @property
    def python(self) -> Path:
        """Return its interpreter."""
        return self.prefix / "bin" / "python"

    @property
    def site(self) -> Path:
        """Return its site-packages folder."""
        return next(self.prefix.glob("lib/python3*/site-packages"))

    @property
    def channels(self) -> tuple[str, ...]:
        """Return the addresses of the practice channels."""
        return tuple(channel.url for channel in self.world.channels)

    def renew(self) -> None:
        """Put the sound environment back in its place; nothing of the broken one is left."""
        for path in self.world.envs.iterdir():
            if path.name.startswith(("ward", ".envdesk")):
                remove(path)
        linked_copy(self.template, self.prefix)
        for path in (self.places.home / ".local", self.places.home / "checkout"):
            remove(path)
        register(self.places, self.prefix)
        point_pip_at(self.places, self.world.simple.url)  # a test may have pointed it elsewhere

    def own(self, path: Path) -> Path:
        """Give `path` an inode of its own, so that writing in place changes nothing else."""
        copy = path.with_name(f".{path.name}.copy")
        shutil.copy2(path, copy)
        copy.replace(path)
        return path

    def record(self, package: str) -> Path:
        """Return the conda-meta file of a package."""
        return next((self.prefix / "conda-meta").glob(f"{package}-[0-9]*.json"))

    def inside(self, path: Path) -> str:
        """Return where `path` is in the environment, with `/`."""
        return path.relative_to(self.prefix).as_posix()

    def pip(self, *arguments: str, **variables: str) -> str:
        """Run its own pip as a user would; return what it printed."""
        environment = {
            "HOME": str(self.places.home),
            "PATH": os.defpath,
            "PIP_INDEX_URL": self.world.simple.url,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_INPUT": "1",
            **variables,
        }
        ran = subprocess.run(
            [self.python, "-m", "pip", *arguments],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            env=environment,
        )
        return ran.stdout

    def drop(self, name: str) -> None:
        """Uninstall with uv."""
        run(find_uv(), "pip", "uninstall", "--no-config", "--python", self.python, name)

    def uv(self, *requirements: str | Path) -> None:
        """Install from the index with uv, without what the packages need."""
        install_with_uv(self.prefix, self.world.simple.url, *map(str, requirements))

    def link(self, *add: str, remove: tuple[str, ...] = (), prefix: Path | None = None) -> None:
        """Install and remove conda packages by py-rattler, without solving."""
        self.worker.call(link, prefix or self.prefix, self.places.pkgs, self.channels, add, remove)


def run(*command: str | Path) -> None:
    """Run one of the system's own tools."""
    subprocess.run(list(command), check=True, capture_output=True, timeout=60)


def remove(path: Path) -> None:
    """Delete a tree, also where its folders may not be written into."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        for folder, _, _ in os.walk(path):
            Path(folder).chmod(stat.S_IRWXU)
        shutil.rmtree(path)


def build_ward(folder: Path, channels_cache: Path, worker: RattlerWorker) -> Ward:
    """Build the practice world and the sound environment; takes some seconds."""
    world = build_world(folder / "w 世界", cache_dir=channels_cache)
    places = places_below(world.root)
    write_index(world.simple.path, RELEASES)
    prefix, template = world.envs / NAME, folder / "template"
    channels = tuple(channel.url for channel in world.channels)
    link_environments((LinkOrder(str(prefix), channels, SPECS),), places.pkgs)
    for file in (prefix / "conda-meta").glob("*.json"):
        file.chmod(0o644)
    write_creation(prefix, read_conda_records(prefix), SPECS, "conda create")
    install_with_uv(prefix, world.simple.url, "inkwell==1.0.0", "lanternfish==1.1.0")
    warmed_up(prefix)
    # Without this every run of pip would compile itself.
    site = next(prefix.glob("lib/python3*/site-packages"))
    run(prefix / "bin" / "python", "-m", "compileall", "-q", "-j", "2", site / "pip")
    prefix.rename(template)
    return Ward(world, places, prefix, template, worker)


def outside_pip() -> Path:
    """Return the folder of the programs of the Python that runs the tests."""
    return Path(sys.executable).parent
