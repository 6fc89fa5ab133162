"""The preview of a removal is exact about bytes, protects what must stay, names what is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.conda.condarc import CondaConfiguration
from engine.environments.describing import stamp_of
from engine.errors import EngineError, ErrorCode
from engine.places import Places, places_below
from engine.plan import ChangeKind, Plan, PlanWarning, Severity, WarningCode
from engine.planning.removing import plan_remove
from engine.removal import delete_tree
from engine.requests import RemoveRequest
from engine.transactions.reporting import SilentReport
from tests.engine.replicas.sources import Packed, Source, new_source, picture, write
from tests.support.volumes import mounted

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX files")
NOBODY = 65534


@pytest.fixture
def source(tmp_path: Path) -> Source:
    source = new_source(tmp_path)
    source.package("tool", {"lib/tool.so": b"library" * 9999, "bin/tool": Packed(b"t", mode=0o755)})
    return source


async def plan_of(prefix: Path, configuration: CondaConfiguration | None = None) -> Plan:
    places = places_below(prefix.parent.parent / "root")
    return await plan_remove(RemoveRequest(prefix), places, configuration or CondaConfiguration())


async def refusal(
    prefix: Path, places: Places | None = None, configuration: CondaConfiguration | None = None
) -> EngineError:
    with pytest.raises(EngineError) as caught:
        await plan_remove(
            RemoveRequest(prefix),
            places or places_below(prefix.parent / "root"),
            configuration or CondaConfiguration(),
        )
    return caught.value


def warning(plan: Plan, code: WarningCode) -> PlanWarning:
    return next(each for each in plan.warnings if each.code is code)


async def test_that_the_plan_names_every_package_and_touches_nothing(source: Source) -> None:
    before = picture(source.prefix)
    plan = await plan_of(source.prefix)
    assert picture(source.prefix) == before
    assert [(each.kind, each.name) for each in plan.changes] == [(ChangeKind.REMOVE, "tool")]
    assert [record.name for record in plan.before.records] == ["tool"]
    assert plan.after.records == ()
    assert plan.stamp == stamp_of(source.prefix)
    assert plan.warnings == ()
    assert plan.figures.files == 4
    assert plan.figures.packages == 1


@pytest.fixture
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Mount an empty disk whose free space nobody else changes."""
    with mounted(tmp_path_factory.mktemp("disk"), 64) as folder:
        yield folder


async def test_that_freed_bytes_are_those_that_the_disk_gives_back(disk: Path) -> None:
    source = new_source(disk)
    prefix = source.prefix
    source.package("tool", {"lib/shared.so": b"s" * 200_000})
    write(prefix / "lib/own.bin", b"o" * 123_456)
    write(prefix / "lib/twice.bin", b"t" * 77_777)
    os.link(prefix / "lib/twice.bin", prefix / "lib/twice-too.bin")
    write(disk / "envs/other/half.bin", b"h" * 55_555)
    os.link(disk / "envs/other/half.bin", prefix / "half.bin")
    (prefix / "lib/link").symlink_to("own.bin")
    sparse = write(prefix / "lib/sparse.bin", b"")
    os.truncate(sparse, 30 * 2**20)
    plan = await plan_of(prefix)
    free = os.statvfs(disk)
    delete_tree(prefix, SilentReport())
    after = os.statvfs(disk)
    assert plan.figures.freed_bytes == (after.f_bfree - free.f_bfree) * after.f_frsize
    assert plan.figures.freed_bytes > 123_456 + 77_777
    assert plan.figures.linked_bytes == 49 * 4096 + 14 * 4096  # shared.so and half.bin


@posix
async def test_that_a_link_in_the_place_of_an_environment_goes_alone(
    source: Source, tmp_path: Path
) -> None:
    link = tmp_path / "envs" / "link"
    link.symlink_to(source.prefix)
    write(source.prefix / "conda-meta" / "frozen", b"")
    plan = await plan_of(link)
    assert plan.figures.freed_bytes == plan.figures.linked_bytes == 0
    found = warning(plan, WarningCode.LINKS_LEFT_ALONE)
    assert found.severity is Severity.WARNING
    assert found.value("target") == str(source.prefix)


@posix
async def test_that_folders_behind_links_are_named_as_staying(
    source: Source, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (source.prefix / "data").symlink_to(data)
    (source.prefix / "inner").symlink_to("lib")
    (source.prefix / "file").symlink_to("/etc/hostname")
    found = warning(await plan_of(source.prefix), WarningCode.LINKS_LEFT_ALONE)
    assert found.severity is Severity.NOTE
    assert found.value("links") == str(data)


async def test_that_work_of_the_user_is_named_the_biggest_first(source: Source) -> None:
    write(source.prefix / "thesis.txt", b"x" * 10)
    write(source.prefix / "data" / "第一.bin", b"x" * 1000)
    write(source.prefix / "lib" / "analysis.ipynb", b"x" * 500)
    write(source.prefix / "lib" / "fonts.cache", b"x" * 5000)
    write(source.prefix / "lib/python3.12/site-packages/stray.csv", b"x" * 9000)
    for number in range(9):
        write(source.prefix / "data" / f"{number}", b"x")
    found = warning(await plan_of(source.prefix), WarningCode.UNOWNED_FILES)
    assert found.severity is Severity.WARNING
    assert found.value("files").startswith("data/第一.bin, lib/analysis.ipynb, thesis.txt, data/0")
    assert found.value("count") == "12"
    assert found.value("size_bytes") == "1519"


async def test_that_files_that_programs_leave_are_only_a_note(source: Source) -> None:
    write(source.prefix / "lib" / "fonts.cache", b"x" * 5000)
    write(source.prefix / "lib" / "compiled.pyc", b"x")
    write(source.prefix / "CACHEDIR.TAG", b"x")
    found = warning(await plan_of(source.prefix), WarningCode.UNOWNED_FILES)
    assert found.severity is Severity.NOTE
    assert (found.value("count"), found.value("files")) == ("1", "")


async def test_that_files_of_pypi_packages_are_nobodys_work(source: Source) -> None:
    site = source.prefix / "lib/python3.12/site-packages"
    write(site / "pkg-1.0.dist-info" / "METADATA", b"Name: pkg\nVersion: 1.0\n")
    record = b"../../../doc/pkg.pdf,,\npkg-1.0.dist-info/METADATA,,\npkg-1.0.dist-info/RECORD,,\n"
    write(site / "pkg-1.0.dist-info" / "RECORD", record)
    write(source.prefix / "doc/pkg.pdf", b"x")
    plan = await plan_of(source.prefix)
    assert plan.warnings == ()
    assert [record.name for record in plan.before.records] == ["pkg", "tool"]


@pytest.fixture
def notebook(source: Source) -> Iterator[int]:
    """Run a program of the source called `notebook`; return its number."""
    shell = Path(shutil.copy(shutil.which("sh") or "/bin/sh", source.prefix / "bin" / "notebook"))
    command = [shell, "-c", "echo; read line"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        process.kill()


@posix
async def test_that_running_programs_are_named(source: Source, notebook: int) -> None:
    found = warning(await plan_of(source.prefix), WarningCode.PROCESSES_RUNNING)
    assert found.severity is Severity.WARNING
    assert found.value("processes") == "notebook"
    assert found.value("pids") == str(notebook)


async def test_that_only_environments_are_removed(tmp_path: Path) -> None:
    assert (await refusal(tmp_path / "nothing")).code is ErrorCode.PREFIX_MISSING
    write(tmp_path / "photos" / "holiday.jpg", b"x")
    assert (await refusal(tmp_path / "photos")).code is ErrorCode.NOT_AN_ENVIRONMENT
    write(tmp_path / "empty" / "conda-meta" / "notes.txt", b"x")
    assert (await refusal(tmp_path / "empty")).code is ErrorCode.NOT_AN_ENVIRONMENT
    assert (await refusal(write(tmp_path / "file", b"x"))).code is ErrorCode.NOT_AN_ENVIRONMENT


async def test_that_a_frozen_environment_stays(source: Source) -> None:
    write(source.prefix / "conda-meta" / "frozen", b"{}")
    assert (await refusal(source.prefix)).code is ErrorCode.PROTECTED_FROZEN


async def test_that_base_stays_however_it_is_known(source: Source, tmp_path: Path) -> None:
    known = CondaConfiguration(root_prefixes=(source.prefix,))
    assert (await refusal(source.prefix, None, known)).code is ErrorCode.PROTECTED_BASE
    write(source.prefix / "envs" / "inner" / "conda-meta" / "history", b"")
    error = await refusal(source.prefix)
    assert error.code is ErrorCode.PROTECTED_BASE
    assert str(source.prefix / "envs") in error.failure.cause
    shutil.rmtree(source.prefix / "envs")
    write(source.prefix / "project" / "env" / "conda-meta" / "history", b"")
    error = await refusal(source.prefix)
    assert error.code is ErrorCode.PROTECTED_BASE
    assert str(source.prefix / "project" / "env") in error.failure.cause
    shutil.rmtree(source.prefix / "project")
    assert (await plan_of(source.prefix)).figures.files == 4


async def test_that_the_folder_of_the_users_files_stays(source: Source) -> None:
    for home in (source.prefix, source.prefix / "lib"):
        places = replace(places_below(home), home=home)
        error = await refusal(source.prefix, places)
        assert error.code is ErrorCode.PROTECTED_BASE


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="needs another user to be")
async def test_that_a_folder_that_may_not_be_changed_is_told_before() -> None:
    folder = Path(tempfile.mkdtemp(prefix="shared-"))
    try:
        folder.chmod(0o755)
        source = new_source(folder)
        os.setresuid(NOBODY, NOBODY, 0)
        try:
            error = await refusal(source.prefix)
        finally:
            os.setresuid(0, 0, 0)
    finally:
        shutil.rmtree(folder)
    assert error.code is ErrorCode.NOT_WRITABLE
    assert error.failure.value("path") == str(source.prefix.parent)


@pytest.fixture
def mounted_inside(source: Source, disk: Path) -> Iterator[Path]:
    """Mount another disk inside of the source."""
    folder = source.prefix / "data"
    folder.mkdir()
    subprocess.run(["mount", "--bind", str(disk), str(folder)], check=True)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


async def test_that_a_disk_mounted_inside_forbids_the_removal(
    source: Source, mounted_inside: Path
) -> None:
    error = await refusal(source.prefix)
    assert error.code is ErrorCode.FILES_IN_USE
    assert error.failure.value("path") == str(mounted_inside)
