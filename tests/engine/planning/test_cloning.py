"""The preview of a copy says what it costs, and refuses what cannot be before anything is done."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.codec import decode, encode
from engine.conda.condarc import CondaConfiguration
from engine.environments.describing import stamp_of
from engine.errors import EngineError, ErrorCode
from engine.places import places_below
from engine.plan import ChangeKind, Plan, PlanWarning, Severity, WarningCode
from engine.planning import plan_request
from engine.replicas.replicating import replicate
from engine.requests import CloneRequest, RenameRequest
from engine.transactions.reporting import SilentReport
from tests.engine.replicas.sources import (
    PLACEHOLDER,
    Packed,
    Source,
    new_source,
    picture,
    write,
)
from tests.support.volumes import mounted

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX files")
PROGRAM = b"\x7fELF" + f"{PLACEHOLDER}/lib\0".encode()
Request = type[CloneRequest] | type[RenameRequest]
both = pytest.mark.parametrize("kind", [CloneRequest, RenameRequest], ids=["clone", "rename"])


@pytest.fixture
def source(tmp_path: Path) -> Source:
    source = new_source(tmp_path)
    source.package(
        "tool",
        {
            "lib/tool.so": b"library" * 9999,
            "bin/tool": Packed(PROGRAM, has_prefix=True, is_binary=True, mode=0o755),
        },
    )
    source.package("data", {"share/data": b"d" * 5000}, how="copy")
    write(source.prefix / "own.bin", bytes(1) + b"o" * 100_000)
    return source


async def plan_of(
    request: CloneRequest | RenameRequest, configuration: CondaConfiguration | None = None
) -> Plan:
    places = places_below(request.source.parent.parent / "root")
    return await plan_request(request, places, configuration or CondaConfiguration())


async def refusal(
    request: CloneRequest | RenameRequest, configuration: CondaConfiguration | None = None
) -> EngineError:
    with pytest.raises(EngineError) as caught:
        await plan_of(request, configuration)
    return caught.value


def warning(plan: Plan, code: WarningCode) -> PlanWarning | None:
    return next((each for each in plan.warnings if each.code is code), None)


async def test_that_a_clone_is_planned_from_nothing_to_the_sources_packages(
    source: Source,
) -> None:
    before = picture(source.prefix.parent)
    plan = await plan_of(CloneRequest(source.prefix, source.prefix.parent / "clone"))
    assert picture(source.prefix.parent) == before
    assert plan.before.records == ()
    assert [(each.name, each.path) for each in plan.after.records] == [
        ("data", None),
        ("tool", None),
    ]
    assert [each.requested for each in plan.after.records] == [("data",), ("tool",)]
    assert {(each.kind, each.from_cache) for each in plan.changes} == {(ChangeKind.ADD, True)}
    assert plan.stamp == stamp_of(source.prefix)
    assert decode(encode(plan), Plan) == plan


async def test_that_figures_are_those_of_the_copy_that_follows(source: Source) -> None:
    clone = source.prefix.parent / "clone"
    plan = await plan_of(CloneRequest(source.prefix, clone))
    result = replicate(source.prefix, clone, clone, SilentReport())
    assert plan.figures.linked_bytes == result.linked_bytes == 7 * 9999 + 5000
    assert plan.figures.files == result.files
    own = [path for path in clone.rglob("*") if path.lstat().st_nlink == 1 or path.is_dir()]
    allocated = sum(path.lstat().st_blocks * 512 for path in own)
    assert plan.figures.disk_bytes == allocated
    assert (plan.figures.packages, plan.figures.cached_packages) == (2, 2)


async def test_that_a_new_name_keeps_its_packages_and_costs_less_than_a_copy(
    source: Source,
) -> None:
    write(source.prefix / "huge.bin", bytes(20 * 2**20))
    target = source.prefix.parent / "renamed"
    plan = await plan_of(RenameRequest(source.prefix, target))
    assert plan.before == plan.after
    assert plan.changes == ()
    assert plan.prefix == target
    assert plan.figures.disk_bytes < 2**20
    assert plan.figures.freed_bytes == plan.figures.disk_bytes
    clone = await plan_of(CloneRequest(source.prefix, target))
    assert clone.figures.disk_bytes > 20 * 2**20


@both
async def test_that_names_and_places_are_checked(source: Source, kind: Request) -> None:
    envs = source.prefix.parent
    write(envs / "taken" / "file", b"x")
    write(envs / "file", b"x")
    cases = {
        envs / "taken": ErrorCode.PREFIX_EXISTS,
        envs / "TAKEN": ErrorCode.PREFIX_EXISTS,
        envs / "base": ErrorCode.NAME_INVALID,
        envs / "CON": ErrorCode.NAME_INVALID,
        envs / ("n" * 300): ErrorCode.NAME_INVALID,
        envs / "a:b": ErrorCode.NAME_INVALID,
        source.prefix / "inside": ErrorCode.NAME_INVALID,
        envs / "file" / "below": ErrorCode.NOT_WRITABLE,
        source.prefix: ErrorCode.PREFIX_EXISTS,
    }
    for target, code in cases.items():
        error = await refusal(kind(source.prefix, target))
        assert (target, error.code) == (target, code)
        assert error.failure.summary


@both
async def test_that_an_odd_name_is_told_once(source: Source, kind: Request) -> None:
    plan = await plan_of(kind(source.prefix, source.prefix.parent / "第一个 env's"))
    found = [each for each in plan.warnings if each.code is WarningCode.NAME_ODD]
    assert [each.value("name") for each in found] == ["第一个 env's"]
    assert found[0].value("problem") == "has-space, not-ascii, odd-character"


@posix
async def test_that_a_name_may_change_in_case_alone(source: Source) -> None:
    target = source.prefix.parent / source.prefix.name.upper()
    if target.exists():
        pytest.skip("this disk takes both names for one")
    assert (await plan_of(RenameRequest(source.prefix, target))).prefix == target
    error = await refusal(CloneRequest(source.prefix, target))
    assert error.code is ErrorCode.PREFIX_EXISTS


@both
async def test_that_only_environments_are_copied(tmp_path: Path, kind: Request) -> None:
    error = await refusal(kind(tmp_path / "nothing", tmp_path / "clone"))
    assert error.code is ErrorCode.PREFIX_MISSING
    (tmp_path / "folder").mkdir()
    error = await refusal(kind(tmp_path / "folder", tmp_path / "clone"))
    assert error.code is ErrorCode.NOT_AN_ENVIRONMENT


@both
async def test_that_a_place_too_long_for_a_program_is_told_before(
    source: Source, tmp_path: Path, kind: Request
) -> None:
    room = len(PLACEHOLDER) - len(os.fsencode(tmp_path)) - 1
    error = await refusal(kind(source.prefix, tmp_path / ("n" * (room + 1))))
    assert error.code is ErrorCode.NAME_INVALID
    assert error.failure.value("package") == "tool-1.0-0"
    assert error.failure.value("longest") == str(len(PLACEHOLDER))
    assert await plan_of(kind(source.prefix, tmp_path / ("n" * room)))


async def test_that_frozen_and_base_are_copied_but_not_renamed(source: Source) -> None:
    target = source.prefix.parent / "clone"
    write(source.prefix / "conda-meta" / "frozen", b"{}")
    error = await refusal(RenameRequest(source.prefix, target))
    assert error.code is ErrorCode.PROTECTED_FROZEN
    plan = await plan_of(CloneRequest(source.prefix, target))
    assert warning(plan, WarningCode.FROZEN_NOT_COPIED) is not None
    base = CondaConfiguration(root_prefixes=(source.prefix,))
    error = await refusal(RenameRequest(source.prefix, target), base)
    assert error.code is ErrorCode.PROTECTED_BASE


async def test_that_base_is_copied_into_its_own_folder_of_environments(source: Source) -> None:
    write(source.prefix / "envs" / "inner" / "conda-meta" / "history", b"")
    write(source.prefix / "envs" / "inner" / "big.bin", bytes(2**20))
    plan = await plan_of(CloneRequest(source.prefix, source.prefix / "envs" / "copy"))
    assert plan.figures.disk_bytes < 2**20
    error = await refusal(RenameRequest(source.prefix, source.prefix.parent / "copy"))
    assert error.code is ErrorCode.PROTECTED_BASE


async def test_that_an_environment_inside_another_keeps_it_in_its_place(source: Source) -> None:
    write(source.prefix / "project" / "env" / "conda-meta" / "history", b"")
    error = await refusal(RenameRequest(source.prefix, source.prefix.parent / "renamed"))
    assert error.code is ErrorCode.PROTECTED_BASE


async def test_that_files_of_nobody_are_counted(source: Source) -> None:
    write(source.prefix / "notes" / "a.txt", b"x" * 50)
    plan = await plan_of(CloneRequest(source.prefix, source.prefix.parent / "clone"))
    found = warning(plan, WarningCode.UNOWNED_FILES)
    assert found is not None
    assert found.severity is Severity.NOTE
    assert (found.value("count"), found.value("size_bytes")) == ("2", str(100_001 + 50))


@pytest.fixture
def notebook(source: Source) -> Iterator[None]:
    """Run a program of the source called `notebook`."""
    shell = Path(shutil.copy(shutil.which("sh") or "/bin/sh", source.prefix / "bin" / "notebook"))
    command = [shell, "-c", "echo; read line"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield
        process.kill()


@posix
@pytest.mark.usefixtures("notebook")
async def test_that_running_programs_are_named_for_a_new_name_only(source: Source) -> None:
    target = source.prefix.parent / "new"
    renamed = await plan_of(RenameRequest(source.prefix, target))
    cloned = await plan_of(CloneRequest(source.prefix, target))
    found = warning(renamed, WarningCode.PROCESSES_RUNNING)
    assert found is not None
    assert found.value("processes") == "notebook"
    assert warning(cloned, WarningCode.PROCESSES_RUNNING) is None


@pytest.fixture
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with mounted(tmp_path_factory.mktemp("disk"), 48) as folder:
        yield folder


async def test_that_a_copy_to_another_disk_costs_everything_and_says_why(
    source: Source, disk: Path
) -> None:
    plan = await plan_of(CloneRequest(source.prefix, disk / "clone"))
    assert plan.figures.linked_bytes == plan.figures.cached_packages == 0
    assert plan.figures.disk_bytes > 7 * 9999 + 5000 + 100_000
    found = warning(plan, WarningCode.CACHE_ELSEWHERE)
    assert found is not None
    assert found.value("cache") == str(source.pkgs)
    assert not plan.is_blocked


async def test_that_a_disk_without_room_blocks_the_plan(source: Source, disk: Path) -> None:
    write(source.prefix / "huge.bin", os.urandom(20 * 2**20))
    plan = await plan_of(CloneRequest(source.prefix, disk / "clone"))
    assert plan.is_blocked
    found = warning(plan, WarningCode.DISK_SPACE_SHORT)
    assert found is not None
    assert int(found.value("needed_bytes")) > int(found.value("free_bytes")) > 40 * 2**20
