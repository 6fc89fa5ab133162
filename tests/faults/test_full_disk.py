"""A disk without room: said before anything happens, and survived when it fills up meanwhile."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from engine.cache.values import Choice, Preset
from engine.errors import ErrorCode
from engine.events import Task, TaskState
from engine.places import Places, places_below
from engine.plan import Plan, Severity, WarningCode
from engine.practice import ChannelServer
from engine.requests import (
    ChangeRequest,
    CleanRequest,
    CloneRequest,
    RelinkRequest,
    Request,
)
from engine.session import Engine
from engine.tasks import Leaving
from tests.support.caches import make_package
from tests.support.listening import Ear, left_behind, planned_creation
from tests.support.volumes import mounted

MB = 2**20
LITTLE = 2 * MB
CODE = "import ssl, json, sys; print(sys.prefix)"


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "小盘", 400) as made:
        yield made


@pytest.fixture
def here(volume: Path, server: ChannelServer) -> Places:
    """Return places that lie, caches included, on a small volume of their own."""
    places = places_below(volume / "root")
    places.home.mkdir(parents=True)
    lines = [
        *("channels:", f"  - {json.dumps(server.url_of('practice-main'))}"),
        *("envs_dirs:", f"  - {json.dumps(str(places.envs))}"),
    ]
    (places.home / ".condarc").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return places


@pytest.fixture
async def heard(here: Places) -> AsyncIterator[tuple[Engine, Ear]]:
    engine, ear = Engine(here), Ear()
    engine.subscribe(ear)
    await engine.start()
    yield engine, ear
    await engine.aclose(Leaving.CANCEL)


@contextmanager
def filled_up(volume: Path, but: int = 0) -> Generator[None]:
    """Fill the volume, `but` bytes stay free, and make room again."""
    ballast = volume / "ballast"
    with ballast.open("wb") as stream:
        for _ in range(200):
            mine = os.fstat(stream.fileno()).st_blocks * 512
            with suppress(OSError):  # somebody wrote in the same moment: a part may be there
                os.posix_fallocate(stream.fileno(), 0, mine + free_on(volume) - but)
                break
        else:
            pytest.fail("The volume could not be filled.")
    try:
        yield
    finally:
        ballast.unlink()


def free_on(volume: Path) -> int:
    found = os.statvfs(volume)
    return found.f_bavail * found.f_frsize


async def carried_out(engine: Engine, ear: Ear, plan: Plan) -> Task:
    return await ear.until_ended(engine.submit(plan), 120)


async def made(engine: Engine, ear: Ear) -> Path:
    """Return an environment with Python."""
    plan = await planned_creation(engine, "第一个")
    assert (await carried_out(engine, ear, plan)).state is TaskState.SUCCEEDED
    return engine.places.envs / "第一个"


async def request_of(kind: str, engine: Engine, prefix: Path) -> Request:
    match kind:
        case "clone":
            return CloneRequest(prefix, engine.places.envs / "copy")
        case _:
            channels = (await engine.configuration()).effective_channels
            return ChangeRequest(prefix, channels, add=("starchart",))


def needed(plan: Plan) -> int | None:
    """Return how many bytes a blocking warning says are needed."""
    for warning in plan.warnings:
        if warning.code is WarningCode.DISK_SPACE_SHORT:
            assert warning.severity is Severity.BLOCKING
            return int(dict(warning.values)["needed_bytes"])
    return None


def everything(root: Path) -> dict[str, tuple[int, bytes]]:
    """Return mode and content of all that is in an environment."""
    return {
        str(path.relative_to(root)): (path.lstat().st_mode, path.read_bytes())
        for path in root.rglob("*")
        if path.is_file()
    }


def runs(prefix: Path) -> bool:
    done = subprocess.run(
        [prefix / "bin" / "python", "-I", "-c", CODE], capture_output=True, check=True, text=True
    )
    return done.stdout.strip() == str(prefix)


async def test_that_a_creation_that_does_not_fit_is_blocked_with_what_it_needs(
    heard: tuple[Engine, Ear], volume: Path
) -> None:
    engine, ear = heard
    fitting = await planned_creation(engine, "第一个")
    assert needed(fitting) is None
    with filled_up(volume, 10 * MB):
        said = needed(await planned_creation(engine, "第一个"))
    assert said is not None
    before = free_on(volume)
    await made(engine, ear)
    assert said >= before - free_on(volume), "what was said to be needed was enough"


@pytest.mark.parametrize("kind", ["install"])
async def test_that_other_work_that_does_not_fit_is_blocked(
    heard: tuple[Engine, Ear], volume: Path, kind: str
) -> None:
    engine, ear = heard
    prefix = await made(engine, ear)
    request = await request_of(kind, engine, prefix)
    assert needed(await engine.plan(request)) is None
    with filled_up(volume, MB):
        assert needed(await engine.plan(request))


@pytest.mark.parametrize("kind", ["create", "clone", "install"])
async def test_that_a_disk_that_fills_up_meanwhile_leaves_everything_as_it_was(
    heard: tuple[Engine, Ear], volume: Path, kind: str
) -> None:
    engine, ear = heard
    if kind == "create":
        plan = await planned_creation(engine, "第一个")
        before = None
    else:
        prefix = await made(engine, ear)
        plan = await engine.plan(await request_of(kind, engine, prefix))
        before = everything(prefix)
    with filled_up(volume, LITTLE if kind == "create" else 0):
        task = await carried_out(engine, ear, plan)
        assert task.state is TaskState.FAILED
        assert task.failure is not None
        assert task.failure.code in (ErrorCode.DISK_FULL, ErrorCode.DISK_SPACE_SHORT)
    names = set(left_behind(engine.places)) - {".envdesk"}
    if before is None:
        assert names == set()
    else:
        assert names == {"第一个"}
        assert everything(engine.places.envs / "第一个") == before
    again = await carried_out(engine, ear, await engine.plan(plan.request))
    assert again.state is TaskState.SUCCEEDED, again.failure
    assert all(runs(path) for path in engine.places.envs.iterdir() if path.name != ".envdesk")


async def test_that_a_full_disk_can_be_cleaned(heard: tuple[Engine, Ear], volume: Path) -> None:
    engine, ear = heard
    pkgs = volume / "root" / "home" / "pkgs"
    settings = engine.places.home / ".condarc"
    settings.write_text(settings.read_text() + f"pkgs_dirs:\n  - {json.dumps(str(pkgs))}\n")
    package = make_package(pkgs, "spare-1-0", [("lib/a", os.urandom(3 * MB))])
    with filled_up(volume):
        assert free_on(volume) == 0
        plan = await engine.plan(CleanRequest(Choice(Preset.SAFE)))
        assert plan.figures.freed_bytes >= 3 * MB
        task = await carried_out(engine, ear, plan)
        assert task.state is TaskState.SUCCEEDED, task.failure
        assert free_on(volume) >= 3 * MB
    assert not package.exists()


async def test_that_a_full_disk_refuses_to_share_copies_and_changes_none(
    heard: tuple[Engine, Ear], volume: Path
) -> None:
    engine, ear = heard
    prefix = await made(engine, ear)
    copy = engine.places.envs / "copy"
    shutil.copytree(prefix, copy, symlinks=True)
    for file in (copy / "conda-meta").glob("*.json"):
        record = json.loads(file.read_text("utf-8"))
        record["link"] = {"source": record["extracted_package_dir"], "type": 3}
        file.write_text(json.dumps(record), "utf-8")
    before = {name: content for name, (_, content) in everything(copy).items()}
    with filled_up(volume):
        plan = await engine.plan(RelinkRequest((copy,)))
        assert plan.figures.freed_bytes > MB
        task = await carried_out(engine, ear, plan)
        assert task.state is TaskState.FAILED
        assert task.failure is not None
        assert task.failure.code is ErrorCode.DISK_FULL
        assert {name: content for name, (_, content) in everything(copy).items()} == before
    task = await carried_out(engine, ear, await engine.plan(RelinkRequest((copy,))))
    assert task.state is TaskState.SUCCEEDED, task.failure
    assert {name: content for name, (_, content) in everything(copy).items()} == before
