"""PyPI releases arrive in a mirror exactly as they were planned, and fit their final place."""

from __future__ import annotations

import base64
import csv
import hashlib
import marshal
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.conda.condarc import CondaConfiguration
from engine.environments.packages import read_packages
from engine.errors import EngineError, ErrorCode
from engine.places import Places, places_below
from engine.plan import Figures, Plan
from engine.practice import ChannelServer
from engine.practice.environments import COURSE
from engine.practice.pypi_index import practice_releases, write_index
from engine.practice.world import PracticeWorld, build_world
from engine.pypi.installing import apply_pypi, clear_pypi
from engine.pypi.locking import Lock, Pin, PinForm, read_lock, write_lock
from engine.pypi.requirements import parse_requirement
from engine.pypi.resolving import Question, resolve
from engine.pypi.running import open_uv
from engine.records import RecordKind, State
from engine.replicas.compiling import interpreter_in
from engine.requests import ChangeRequest
from engine.transactions.reporting import SilentReport
from tests.support.pypi import Faults, faults, linked_copy, point_pip_at

pytestmark = pytest.mark.skipif(os.name != "posix", reason="looks for POSIX paths")
NOTHING = CondaConfiguration()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, channels_cache: Path) -> PracticeWorld:
    return build_world(tmp_path_factory.mktemp("world") / "w", cache_dir=channels_cache)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ChannelServer]:
    with ChannelServer(write_index(tmp_path / "index")) as server:
        yield server


class Stage:
    """Hold a mirror of an environment, where it will live, and places with an index."""

    def __init__(self, template: Path, root: Path, index: str) -> None:
        self.template = template
        self.places: Places = point_pip_at(places_below(root), index)
        self.final = root / "envs" / "my 课程 env"
        self.new = root / "envs" / ".envdesk" / "token" / "new"
        self.new.parent.mkdir(parents=True)
        linked_copy(template, self.new)

    async def lock(self, *texts: str, removed: tuple[str, ...] = ()) -> Lock:
        wanted = tuple(parse_requirement(text) for text in texts)
        python = interpreter_in(self.new)
        assert python is not None
        pins = await resolve(Question(python, wanted=wanted), open_uv(self.places))
        there = {
            record.name: record.version
            for record in read_packages(self.new)
            if record.kind is RecordKind.PYPI and record.name not in removed
        }
        after = there | {pin.name: pin.version for pin in pins}
        return Lock(pins, removed, after=tuple(after.items()))

    async def apply(self, lock: Lock) -> None:
        plan = self.plan(lock)
        await clear_pypi(plan, self.new, SilentReport(), self.places, NOTHING)
        await apply_pypi(plan, self.new, self.final, SilentReport(), self.places, NOTHING)

    def plan(self, lock: Lock) -> Plan:
        return Plan(
            request=ChangeRequest(self.final, ()),
            prefix=self.final,
            before=State(),
            after=State(),
            changes=(),
            figures=Figures(),
            warnings=(),
            stamp="",
            created=datetime.now(UTC),
            pypi_lock=write_lock(lock),
        )

    @property
    def site(self) -> Path:
        return next(self.new.glob("lib/python3*/site-packages"))


@pytest.fixture
def stage(world: PracticeWorld, tmp_path: Path, served: ChannelServer) -> Stage:
    return Stage(world.envs / COURSE, tmp_path / "root", served.url)


def test_that_a_lock_survives_its_way_as_text() -> None:
    pin = Pin("a", "1.0", PinForm.WHEEL, ("sha256:00",), size=3, requested=True)
    lock = Lock((pin,), ("b",), ("c",), (("a", "1.0"),), "https://i", ("https://j",))
    assert read_lock(write_lock(lock)) == lock
    assert write_lock(Lock()) == ""
    assert read_lock("") == Lock()


async def test_that_what_was_planned_is_there_and_every_record_is_true(stage: Stage) -> None:
    lock = await stage.lock("inkwell[colour]>=1.2", "clayjar")
    await stage.apply(lock)
    found = {each.name: each for each in read_packages(stage.new) if each.kind is RecordKind.PYPI}
    assert {name: each.version for name, each in found.items()} == dict(lock.after)
    assert found["inkwell"].requested == ("inkwell",)
    assert found["pigment"].requested == ()
    assert faults(stage.new) == Faults()
    for info in stage.site.glob("*.dist-info"):
        if info.name.startswith(("inkwell", "pigment", "clayjar")):
            check_record(stage.site, info / "RECORD")


def check_record(site: Path, record: Path) -> None:
    rows = list(csv.reader(record.read_text().splitlines()))
    assert rows
    for path, digest, size in rows:
        data = (site / path).read_bytes()
        if digest:
            expected = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=")
            assert digest == f"sha256={expected.decode()}", path
            assert int(size) == len(data)
    listed = {(site / path).resolve() for path, *_ in rows}
    present = {path.resolve() for path in record.parent.iterdir()}
    assert present <= listed


async def test_that_scripts_and_compiled_files_name_the_final_place(stage: Stage) -> None:
    await stage.apply(await stage.lock("inkwell>=1.2"))
    script = (stage.new / "bin" / "inkwell").read_text()
    assert str(stage.new) not in script
    assert f"{stage.final}/bin/python" in script
    compiled = next((stage.site / "inkwell" / "__pycache__").glob("*.pyc"))
    code = marshal.loads(compiled.read_bytes()[16:])
    source = stage.site / "inkwell" / "__init__.py"
    assert code.co_filename == str(stage.final / source.relative_to(stage.new))
    stage.new.rename(stage.final)
    said = said_by(stage.final / "bin" / "inkwell")
    assert said == "inkwell 1.2.0"


def said_by(program: Path) -> str:
    done = subprocess.run([program], capture_output=True, text=True, check=True, timeout=30)
    return done.stdout.strip()


async def test_that_neither_the_template_nor_uvs_cache_is_written_into(stage: Stage) -> None:
    before = {p: p.read_bytes() for p in stage.template.rglob("inkwell*/*") if p.is_file()}
    await stage.apply(await stage.lock("inkwell>=1.2"))
    assert {p: p.read_bytes() for p in before} == before
    module = stage.site / "inkwell" / "__init__.py"
    assert module.stat().st_nlink == 1
    assert {path.name for path in stage.new.parent.iterdir()} == {"new", "pypi"}


async def test_that_removals_leave_no_file_behind(stage: Stage) -> None:
    lock = await stage.lock(removed=("inkwell", "lanternfish"))
    await stage.apply(lock)
    left = [p.name for p in stage.site.iterdir() if p.name.startswith(("inkwell", "lantern"))]
    assert left == []
    assert not (stage.new / "bin" / "inkwell").exists()
    assert (stage.template / "bin" / "inkwell").exists()


async def test_that_a_release_that_changed_in_between_is_noticed(
    stage: Stage, served: ChannelServer
) -> None:
    lock = await stage.lock("pigment")
    releases = tuple(
        replace(each, project=replace(each.project, summary="Another one."))
        if each.project.name == "pigment"
        else each
        for each in practice_releases()
    )
    write_index(served.directory, releases)
    with pytest.raises(EngineError) as caught:
        await stage.apply(lock)
    assert caught.value.code is ErrorCode.HASH_MISMATCH
    assert not (stage.site / "pigment").exists()


async def test_that_a_release_that_was_taken_away_is_noticed(
    stage: Stage, served: ChannelServer
) -> None:
    lock = await stage.lock("pigment")
    shutil.rmtree(served.directory / "pigment")
    shutil.rmtree(stage.places.cache)
    with pytest.raises(EngineError) as caught:
        await stage.apply(lock)
    assert caught.value.code is ErrorCode.PLAN_STALE
    assert caught.value.failure.value("reason") == "index"


async def test_that_a_damaged_download_is_refused(stage: Stage, served: ChannelServer) -> None:
    lock = await stage.lock("pigment")
    served.faults.corrupt("*.whl")
    with pytest.raises(EngineError) as caught:
        await stage.apply(lock)
    assert caught.value.code is ErrorCode.DOWNLOAD_FAILED
    assert not (stage.site / "pigment").exists()


async def test_that_what_was_fetched_before_needs_no_index(
    stage: Stage, served: ChannelServer, world: PracticeWorld, tmp_path: Path
) -> None:
    lock = await stage.lock("pigment")
    await stage.apply(lock)
    served.faults.fail("*", 503)
    other = Stage(world.envs / COURSE, tmp_path / "root2", served.url)
    other.places = replace(other.places, cache=stage.places.cache)
    await other.apply(lock)
    assert (other.site / "pigment" / "__init__.py").is_file()


async def test_that_a_distribution_that_conda_brought_meanwhile_stops_it(stage: Stage) -> None:
    lock = await stage.lock("numerals==2.2.0")
    with pytest.raises(EngineError) as caught:
        await stage.apply(lock)
    assert caught.value.code is ErrorCode.PLAN_STALE
    assert caught.value.failure.value("reason") == "conda"
    assert faults(stage.new) == Faults()


async def test_that_folders_and_repositories_are_installed_too(
    stage: Stage, tmp_path: Path
) -> None:
    folder = tmp_path / "a project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "b"\nbackend-path = ["."]\n'
        '[project]\nname = "kettledrum"\nversion = "7"\n'
    )
    (folder / "b.py").write_text(BACKEND)
    run_git(folder, "init", "-q")
    run_git(folder, "add", ".")
    run_git(folder, "commit", "-q", "-m", "one")
    lock = await stage.lock(f"git+{folder.as_uri()}")
    assert [(pin.name, pin.form) for pin in lock.pins] == [("kettledrum", PinForm.REPOSITORY)]
    await stage.apply(lock)
    record = next(each for each in read_packages(stage.new) if each.name == "kettledrum")
    assert record.version == "7"
    assert record.url.startswith("git+file:")


BACKEND = """
import zipfile, pathlib
def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    name = "kettledrum-7-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(wheel_directory, name), "w") as z:
        z.writestr("kettledrum.py", "x = 7\\n")
        info = "kettledrum-7.dist-info/"
        z.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: kettledrum\\nVersion: 7\\n")
        wheel = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
        z.writestr(info + "WHEEL", wheel)
        z.writestr(info + "RECORD", "kettledrum.py,,\\n")
    return name
"""


def run_git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)
