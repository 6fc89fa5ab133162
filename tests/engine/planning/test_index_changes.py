"""What was previewed is what is installed, or else the change in between is told and planned anew.

Every case is played to its end: plan, change what the plan relies on, carry out; where that is
refused, the environment is as it was, and the plan made again can be carried out.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from engine.errors import EngineError, ErrorCode
from engine.places import Places, places_below
from engine.plan import Plan
from engine.practice import ChannelServer
from engine.practice.environments import COURSE
from engine.practice.pypi_index import Release, write_index
from engine.practice.wheels import Project, sdist_of, wheel_of
from engine.practice.world import PracticeWorld
from engine.requests import ChangeRequest
from tests.engine.planning.conflict_stage import kinds
from tests.support.changing import carried_out, files_below, imported, planned
from tests.support.pypi import linked_copy, point_pip_at, project
from tests.support.rattling import RattlerWorker

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="copies environments by links")

NOTICED = (ErrorCode.PLAN_STALE, ErrorCode.HASH_MISMATCH)


@dataclass
class Shop:
    """Hold an index that is served, and how it and what lies beside it are written anew."""

    places: Places
    prefix: Path
    server: ChannelServer
    folder: Path

    @property
    def simple(self) -> Path:
        return self.folder / "simple"

    def offer(self, *releases: Release) -> None:
        for old in self.simple.glob("*/*"):
            old.unlink()
        write_index(self.simple, releases)

    def lay(self, made: Project, *, as_sdist: bool = False) -> Path:
        """Write one archive beside the index, in place of an earlier one."""
        name = made.sdist_name if as_sdist else made.wheel_name
        path = self.folder / "files" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(sdist_of(made) if as_sdist else wheel_of(made))
        return path


@pytest.fixture
def shop(conflict_world: PracticeWorld, tmp_path: Path) -> Iterator[Shop]:
    places = places_below(tmp_path / "Envdesk 测试")
    prefix = linked_copy(conflict_world.envs / COURSE, places.envs / "course")
    channel = conflict_world.channels[0].path.as_uri()
    places.home.mkdir(parents=True)
    (places.home / ".condarc").write_text(f"channels: ['{channel}']\n", encoding="utf-8")
    (tmp_path / "shop").mkdir()
    with ChannelServer(tmp_path / "shop") as server:
        point_pip_at(places, f"{server.url}/simple")
        yield Shop(places, prefix, server, tmp_path / "shop")


def quince(version: str, flavour: str, *requires: str, extras: tuple[str, ...] = ()) -> Project:
    """Return a release whose module says which one of several with the same version it is."""
    made = project("quince", version, *requires, extras=extras)
    return replace(made, modules=(("quince/__init__.py", f'__version__ = "{flavour}"\n'),))


def plum(flavour: str) -> Project:
    made = project("plum", "1.0")
    return replace(made, modules=(("plum/__init__.py", f'__version__ = "{flavour}"\n'),))


@dataclass(frozen=True)
class Case:
    """Describe what is asked for, and what is there before and after the plan was made.

    `told` are the codes by which the change may be told; without any the previewed release, which
    can still be had, must be the one that comes. `module` says which one came.
    """

    name: str
    first: Callable[[Shop], str]
    then: Callable[[Shop], object]
    told: tuple[ErrorCode, ...] = NOTICED
    module: str = "quince"


def wheel(shop: Shop) -> str:
    shop.offer(Release(quince("1.0", "first")))
    return "quince"


def sdist(shop: Shop) -> str:
    shop.offer(Release(quince("1.0", "first"), as_sdist=True))
    return "quince"


def extra(shop: Shop) -> str:
    needy = quince("1.0", "first", "plum; extra == 'jam'", extras=("jam",))
    shop.offer(Release(needy), Release(plum("first")))
    return "quince[jam]"


def address(shop: Shop, *, as_sdist: bool = False) -> str:
    path = shop.lay(quince("1.0", "first"), as_sdist=as_sdist)
    return f"quince @ {shop.server.url}/files/{path.name}"


def local(shop: Shop, *, as_sdist: bool = False) -> str:
    return str(shop.lay(quince("1.0", "first"), as_sdist=as_sdist))


def found_link(shop: Shop) -> str:
    shop.lay(quince("1.0", "first"))
    links = f"find-links = {shop.folder / 'files'}"
    point_pip_at(shop.places, f"{shop.server.url}/simple", "no-index = true", links)
    return "quince"


def repository(shop: Shop) -> str:
    home = shop.folder / "repository"
    for path, text in quince("1.0", "first").modules:
        (home / path).parent.mkdir(parents=True)
        (home / path).write_text(text)
    (home / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "b"\nbackend-path = ["."]\n'
        '[project]\nname = "quince"\nversion = "1.0"\n'
    )
    (home / "b.py").write_text(BACKEND)
    git(home, "init", "-q")
    committed(home)
    return f"git+{home.as_uri()}"


def moved_on(shop: Shop) -> None:
    home = shop.folder / "repository"
    (home / "quince" / "__init__.py").write_text('__version__ = "second"\n')
    committed(home)


def committed(home: Path) -> None:
    git(home, "add", ".")
    git(home, "commit", "-q", "-m", "More")


def git(home: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Practice", "-c", "user.email=practice@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=home, check=True, capture_output=True)


BACKEND = """
import pathlib, zipfile
def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    name = "quince-1.0-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(wheel_directory, name), "w") as archive:
        module = pathlib.Path(__file__).parent / "quince" / "__init__.py"
        archive.write(module, "quince/__init__.py")
        info = "quince-1.0.dist-info/"
        text = "Metadata-Version: 2.1\\nName: quince\\nVersion: 1.0\\n"
        archive.writestr(info + "METADATA", text)
        tags = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
        archive.writestr(info + "WHEEL", tags)
        archive.writestr(info + "RECORD", "quince/__init__.py,,\\n")
    return name
"""

CASES = (
    Case("wheel", wheel, lambda shop: shop.offer(Release(quince("1.0", "second")))),
    Case(
        "wheel-replaced-by-another-version",
        wheel,
        lambda shop: shop.offer(Release(quince("1.1", "second"))),
    ),
    Case(
        "wheel-joined-by-a-newer-version",
        wheel,
        lambda shop: shop.offer(Release(quince("1.0", "first")), Release(quince("1.1", "second"))),
        told=(),
    ),
    Case(
        "wheel-yanked",
        wheel,
        lambda shop: shop.offer(Release(quince("1.0", "first"), yanked="bitter")),
        told=(),
    ),
    Case(
        "wheel-now-needs-something-else",
        wheel,
        lambda shop: shop.offer(Release(quince("1.0", "second", "plum")), Release(plum("second"))),
    ),
    Case("sdist", sdist, lambda shop: shop.offer(Release(quince("1.0", "second"), as_sdist=True))),
    Case(
        "sdist-replaced-by-a-wheel",
        sdist,
        lambda shop: shop.offer(Release(quince("1.0", "second"))),
    ),
    Case(
        "sdist-gone",
        sdist,
        lambda shop: shop.offer(Release(quince("0.9", "second"), as_sdist=True)),
    ),
    Case(
        "what-an-extra-needs",
        extra,
        lambda shop: shop.offer(
            Release(quince("1.0", "first", "plum; extra == 'jam'", extras=("jam",))),
            Release(plum("second")),
        ),
        module="plum",
    ),
    Case("address-of-a-wheel", address, lambda shop: shop.lay(quince("1.0", "second"))),
    Case(
        "address-of-a-source-archive",
        lambda shop: address(shop, as_sdist=True),
        lambda shop: shop.lay(quince("1.0", "second"), as_sdist=True),
    ),
    Case("wheel-on-this-computer", local, lambda shop: shop.lay(quince("1.0", "second"))),
    Case(
        "source-archive-on-this-computer",
        lambda shop: local(shop, as_sdist=True),
        lambda shop: shop.lay(quince("1.0", "second"), as_sdist=True),
    ),
    Case("find-links", found_link, lambda shop: shop.lay(quince("1.0", "second"))),
    Case("repository", repository, moved_on, told=()),
)


def refused(worker: RattlerWorker, plan: Plan, places: Places) -> EngineError | None:
    try:
        worker.call(carried_out, plan, places)
    except EngineError as error:
        return error
    return None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_that_what_was_previewed_comes_or_the_change_is_told(
    case: Case, shop: Shop, worker: RattlerWorker
) -> None:
    before = kinds(shop.prefix), files_below(shop.prefix)
    request = ChangeRequest(shop.prefix, (), add_pypi=(case.first(shop),))
    plan = worker.call(planned, request, shop.places)
    assert not plan.is_blocked, plan.warnings
    case.then(shop)
    refusal = refused(worker, plan, shop.places)
    if refusal is not None:
        assert refusal.code in case.told, refusal.failure
        assert (kinds(shop.prefix), files_below(shop.prefix)) == before
        again = worker.call(planned, request, shop.places)
        assert again.pypi_lock != plan.pypi_lock
        worker.call(carried_out, again, shop.places)
        plan, flavour = again, "second"
    else:
        flavour = "first"  # what was previewed, from uv's own cache or since it is still offered
    assert imported(shop.prefix, case.module) == {case.module: flavour}
    there = kinds(shop.prefix)
    for record in plan.after.records:
        assert there[f"{record.kind}:{record.name}"] == record.version
    assert len(there) == len(plan.after.records)
