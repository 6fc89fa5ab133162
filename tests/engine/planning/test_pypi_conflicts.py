"""What PyPI and conda would do to each other: told, remedied, and sound afterwards."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from engine.conda.condarc import read_configuration
from engine.environments.packages import read_packages
from engine.plan import Plan, Severity, WarningCode
from engine.planning.pypi_part import plan_pypi
from engine.practice import ChannelServer
from engine.practice.environments import COURSE
from engine.practice.world import PracticeWorld, build_world
from engine.records import Record, RecordKind, State
from engine.requests import ChangeRequest, ChannelPriority
from tests.engine.planning.pypi_world import (
    extend_index,
    places_of,
    tried,
    warned,
    with_fake_conda,
    with_pypi,
)
from tests.support.environments import Package
from tests.support.pypi import Faults, faults, index_of, linked_copy, project
from tests.support.rattling import RattlerWorker

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="copies environments by links")

W = WarningCode
TORCH = Package("pytorch", "2.1.0", "py_0", distribution="torch")
OPENCV = Package("py-opencv", "4.9.0", "py_0", depends=("python",))
Setup = Callable[[Path, PracticeWorld], None]


def having(*requirements: str) -> Setup:
    return lambda prefix, world: with_pypi(prefix, world.simple.url, *requirements)


def owning(*packages: Package) -> Setup:
    return lambda prefix, _: with_fake_conda(prefix, *packages)


@dataclass(frozen=True)
class Scenario:
    """Describe a change, the code it must raise, the remedy, and what is there in the end."""

    name: str
    code: WarningCode
    wish: dict[str, Any]
    remedy: str = ""
    after: dict[str, str] = field(default_factory=dict[str, str])
    setup: Setup | None = None
    values: dict[str, str] = field(default_factory=dict[str, str])
    severity: Severity | None = None


SCENARIOS = (
    # PyPI over conda: by name, by version, through others, by another name
    Scenario(
        "newer-keep",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("numerals==2.2.0",)},
        "keep-conda",
        {"conda:numerals": "2.0.1"},
        severity=Severity.BLOCKING,
    ),
    Scenario(
        "newer-overwrite",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("numerals==2.2.0",)},
        "overwrite",
        {"pypi:numerals": "2.2.0"},
        values={"broken": "starchart", "packages": "numerals"},
    ),
    Scenario(
        "downgrade-overwrite",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("numerals==1.9.0",)},
        "overwrite",
        {"pypi:numerals": "1.9.0"},
    ),
    Scenario(
        "same-version-stays",
        W.PYPI_HAS_CONDA_COPY,
        {"add_pypi": ("numerals==2.0.1",)},
        after={"conda:numerals": "2.0.1", "pypi:numerals": ""},
        severity=Severity.NOTE,
    ),
    Scenario(
        "same-version-overwrite",
        W.PYPI_HAS_CONDA_COPY,
        {"add_pypi": ("numerals==2.0.1",)},
        "overwrite",
        {"pypi:numerals": "2.0.1"},
    ),
    Scenario(
        "there-update-from-conda",
        W.PYPI_HAS_CONDA_COPY,
        {"add_pypi": ("tidepool",)},
        "update-from-conda",
        {"conda:tidepool": "3.2.0", "pypi:tidepool": ""},
    ),
    Scenario(
        "transitive-overwrite",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("silver-gauge",)},
        "overwrite",
        {"pypi:silver-gauge": "1.0.0", "pypi:numerals": "2.2.0"},
        values={"packages": "numerals"},
    ),
    Scenario(
        "transitive-conda-first",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("copper-gauge",), "remove": ("starchart",)},
        after={"pypi:copper-gauge": "1.0.0", "conda:numerals": "2.1.0"},
        values={"taken": "conda-first"},
        severity=Severity.WARNING,
    ),
    Scenario(
        "transitive-downgrade-conda-first",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("old-gauge",), "remove": ("starchart",)},
        after={"pypi:old-gauge": "1.0.0", "conda:numerals": "1.4.2", "pypi:numerals": ""},
        values={"taken": "conda-first"},
    ),
    Scenario(
        "other-version",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("tin-tool>=2",)},
        after={"pypi:tin-tool": "1.0.0", "conda:numerals": "2.0.1"},
        values={"taken": "other-version"},
    ),
    Scenario(
        "extras",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("notebook[roman]",)},
        "overwrite",
        {"pypi:notebook": "1.0.0", "pypi:numerals": "2.2.0"},
    ),
    Scenario(
        "basket-of-both",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("silver-gauge", "pigment"), "add": ("glyphs",)},
        "overwrite",
        {"pypi:pigment": "0.5.0", "conda:glyphs": "5.0.0"},
    ),
    Scenario(
        "mapped-name",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("torch==2.2.0",)},
        "overwrite",
        {"pypi:torch": "2.2.0"},
        owning(TORCH),
    ),
    Scenario(
        "mapped-name-transitive",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("torch-tool",)},
        "overwrite",
        {"pypi:torch": "2.2.0", "pypi:torch-tool": "1.0.0"},
        owning(TORCH),
        {"packages": "torch"},
    ),
    Scenario(
        "mapped-name-same-version",
        W.PYPI_HAS_CONDA_COPY,
        {"add_pypi": ("torch",)},
        after={"pypi:torch": "", "conda:pytorch": "2.1.0"},
        setup=owning(TORCH),
        values={"conda": "pytorch"},
    ),
    Scenario(
        "table-name",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("opencv-python>=4.10",)},
        "keep-conda",
        {"pypi:opencv-python": ""},
        owning(OPENCV),
    ),
    Scenario(
        "other-name-keep",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("opencv-python-headless",)},
        "keep-conda",
        {"pypi:opencv-python-headless": ""},
        owning(OPENCV),
        {"reason": "other-name", "packages": "py-opencv"},
    ),
    Scenario(
        "other-name-overwrite",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("opencv-python-headless",)},
        "overwrite",
        {"pypi:opencv-python-headless": "4.10.0"},
        owning(OPENCV),
    ),
    # what a channel carries
    Scenario(
        "in-channel",
        W.PYPI_IN_CHANNEL,
        {"add_pypi": ("harpstring",)},
        "from-channel",
        {"conda:harpstring": "0.3.0", "pypi:harpstring": ""},
        severity=Severity.NOTE,
    ),
    # conda over PyPI
    Scenario(
        "copy-arrives",
        W.PYPI_COPY_REPLACED,
        {"add": ("harpstring",)},
        after={"conda:harpstring": "0.3.0", "pypi:harpstring": ""},
        setup=having("harpstring"),
    ),
    Scenario(
        "range-left-remove",
        W.PYPI_BROKEN,
        {"add": ("almanac >=2026",)},
        "remove-pypi",
        {"conda:almanac": "2026.2rc1", "pypi:almanac-view": ""},
        having("almanac-view"),
        {"packages": "almanac-view", "needs": "almanac<2026"},
    ),
    Scenario(
        "range-left-kept",
        W.PYPI_BROKEN,
        {"update": ("almanac", "tidepool")},
        "keep-range",
        {"conda:almanac": "2025.3", "pypi:almanac-view": "1.0.0", "conda:tidepool": "3.2.0"},
        having("almanac-view"),
    ),
    Scenario(
        "needed-removed",
        W.PYPI_TAKES_OVER,
        {"remove": ("almanac",)},
        after={"conda:almanac": "", "pypi:almanac": "2025.9", "pypi:almanac-view": "1.0.0"},
        setup=having("almanac-view"),
    ),
    Scenario(
        "needed-removed-all",
        W.PYPI_TAKES_OVER,
        {"remove": ("almanac",)},
        "remove-dependents",
        {"conda:almanac": "", "pypi:almanac": "", "pypi:almanac-view": ""},
        having("almanac-view"),
    ),
    Scenario(
        "pypi-dependents",
        W.PYPI_DEPENDENTS_REMOVED,
        {"remove_pypi": ("lanternfish",)},
        after={"pypi:lanternfish": "", "pypi:inkwell": ""},
        values={"packages": "inkwell"},
    ),
    Scenario(
        "overwritten-copy-removed",
        W.PYPI_BROKEN,
        {"remove_pypi": ("numerals",)},
        after={"pypi:numerals": "", "conda:tidepool": "3.1.0"},
        setup=having("numerals==2.2.0"),
    ),
    Scenario(
        "overwritten-copy-replaced",
        W.PYPI_COPY_REPLACED,
        {"add": ("numerals 2.1.0",), "remove": ("starchart",)},
        after={"pypi:numerals": "", "conda:numerals": "2.1.0", "conda:tidepool": "3.1.0"},
        setup=having("numerals==2.2.0"),
    ),
    # whose code runs
    Scenario(
        "source-build",
        W.SOURCE_BUILD,
        {"add_pypi": ("clayjar",)},
        after={"pypi:clayjar": "0.2.0"},
        values={"packages": "clayjar"},
    ),
)


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RattlerWorker]:
    running = RattlerWorker(tmp_path_factory.mktemp("worker home"))
    yield running
    running.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, channels_cache: Path) -> PracticeWorld:
    built = build_world(tmp_path_factory.mktemp("world") / "w", cache_dir=channels_cache)
    extend_index(built)
    assert faults(built.envs / COURSE) == Faults()
    return built


def kinds(prefix: Path) -> dict[str, str]:
    return {f"{each.kind}:{each.name}": each.version for each in read_packages(prefix)}


def announced(plan: Plan) -> tuple[set[str], set[str]]:
    """Return the packages that the user was told will be overwritten, and broken."""
    overwritten: set[str] = set()
    broken: set[str] = set()
    for each in plan.warnings:
        if each.code is W.PYPI_OVERWRITES_CONDA:
            overwritten |= set(each.value("packages").split(", "))
            broken |= set(each.value("broken").split(", "))
        if each.code is W.PYPI_BROKEN:
            broken.add(each.value("packages"))
    return overwritten, broken


@pytest.mark.parametrize("case", SCENARIOS, ids=lambda case: case.name)
def test_that_every_conflict_is_told_and_its_remedy_leaves_a_sound_environment(
    case: Scenario, world: PracticeWorld, worker: RattlerWorker
) -> None:
    prefix = linked_copy(world.envs / COURSE, world.envs / case.name)
    if case.setup is not None:
        case.setup(prefix, world)
    before = faults(prefix)
    request = ChangeRequest(prefix, (), ChannelPriority.STRICT, **case.wish)
    outcome = worker.call(tried, world.root, request, case.remedy, apply=True)
    warning = warned(outcome.plan, case.code)
    assert case.values.items() <= dict(warning.values).items()
    assert warning.summary
    if case.severity is not None:
        assert warning.severity is case.severity
    told, broken = announced(outcome.remedy or outcome.plan)
    found = faults(prefix)
    assert found.twice == frozenset()
    assert found.overwritten - before.overwritten <= told
    assert {name for name, _ in found.unmet - before.unmet} <= broken
    there = kinds(prefix)
    assert {name: there.get(name, "") for name in case.after} == case.after


HARMLESS: tuple[dict[str, Any], ...] = (
    {"add_pypi": ("pigment",)},
    {"add_pypi": ("inkwell>=1.2",)},
    {"add_pypi": ("inkwell[colour]",)},
    {"add_pypi": ("tin-tool==1.0.0",)},
    {"add_pypi": ("tin-tool", "pigment")},
    {"add_pypi": ("notebook",)},
    {"add_pypi": ("driftnet",)},
    {"add_pypi": ("driftnet==1.0.0", "lanternfish==1.0.0")},
    {"add_pypi": ("lanternfish",)},
    {"add_pypi": ("almanac-view",)},
    {"add_pypi": ("almanac-plus",)},
    {"add_pypi": ("torch",)},
    {"add_pypi": ("torch-tool",)},
    {"add_pypi": ("opencv-python-headless",)},
    {"add_pypi": ("pigment ; python_version >= '3'",)},
    {"remove_pypi": ("inkwell",)},
    {"remove_pypi": ("inkwell", "lanternfish")},
    {"update_pypi": ("inkwell",)},
    {"update_pypi": ("inkwell", "lanternfish"), "add_pypi": ("pigment",)},
    {"add_pypi": ("pigment",), "add": ("glyphs",)},
    {"add_pypi": ("pigment",), "remove_pypi": ("inkwell",), "add": ("glyphs",)},
    {"update": ("tidepool",), "add_pypi": ("pigment",)},
)


@pytest.mark.parametrize("wish", HARMLESS, ids=str)
def test_that_nothing_is_warned_of_where_nothing_is_wrong(
    wish: dict[str, Any], world: PracticeWorld, worker: RattlerWorker
) -> None:
    request = ChangeRequest(world.envs / COURSE, (), ChannelPriority.STRICT, **wish)
    plan = worker.call(tried, world.root, request, "", apply=False).plan
    assert plan.warnings == ()
    is_there = wish.get("add_pypi") in {("lanternfish",), ("inkwell[colour]",)}
    assert bool(plan.changes) is not is_there


def test_that_a_pypi_package_follows_conda_to_a_version_that_fits(
    world: PracticeWorld, worker: RattlerWorker
) -> None:
    prefix = linked_copy(world.envs / COURSE, world.envs / "follows")
    with_pypi(prefix, world.simple.url, "almanac-plus==1.0.0")
    request = ChangeRequest(prefix, (), ChannelPriority.STRICT, add=("almanac >=2026",))
    plan = worker.call(tried, world.root, request, "", apply=True).plan
    assert W.PYPI_BROKEN not in {each.code for each in plan.warnings}
    assert kinds(prefix)["pypi:almanac-plus"] == "2.0.0"
    assert faults(prefix) == Faults()


def test_that_hidden_copies_of_conda_files_are_never_overwritten(
    world: PracticeWorld, worker: RattlerWorker
) -> None:
    from engine.errors import EngineError, ErrorCode

    prefix = linked_copy(world.envs / COURSE, world.envs / "hidden")
    request = ChangeRequest(prefix, (), ChannelPriority.STRICT, add_pypi=("masquerade",))
    with pytest.raises(EngineError) as caught:
        worker.call(tried, world.root, request, "", apply=True)
    assert caught.value.code is ErrorCode.PYPI_OVERWRITES
    assert caught.value.failure.value("packages") == "almanac"
    assert faults(prefix) == Faults()
    assert "pypi:masquerade" not in kinds(prefix)


def with_python(records: tuple[Record, ...], version: str) -> tuple[Record, ...]:
    return tuple(
        replace(each, version=version) if each.name == "python" else each for each in records
    )


def test_that_pypi_packages_follow_a_new_python_or_are_named(
    world: PracticeWorld, worker: RattlerWorker
) -> None:
    prefix = linked_copy(world.envs / COURSE, world.envs / "other-python")
    with_pypi(prefix, world.simple.url, "stuck", "follower")
    places = places_of(world)
    configuration = read_configuration(places)
    before = State(read_packages(prefix, configuration))
    conda = with_python(before.of(RecordKind.CONDA), "3.21.0")
    request = ChangeRequest(prefix, configuration.effective_channels, add=("python=3.21",))
    part = worker.call(plan_pypi, request, before, conda, places, configuration)
    codes = {each.code: each for each in part.warnings}
    assert codes[W.PYPI_REINSTALLED].value("packages") == "follower, inkwell, lanternfish"
    assert codes[W.PYPI_CANNOT_FOLLOW].value("packages") == "stuck"
    assert codes[W.PYPI_CANNOT_FOLLOW].alternatives[0].code == "keep-python"
    assert {each.name: each.version for each in part.records} == {
        "follower": "1.0.0",
        "inkwell": "1.0.0",
        "lanternfish": "1.1.0",
    }


def test_that_another_index_and_copies_in_the_users_own_folder_are_told(
    world: PracticeWorld, worker: RattlerWorker, tmp_path: Path
) -> None:
    other = index_of(tmp_path / "other", project("seagrass", "1.0"))
    minor = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    own = world.home / ".local" / "lib" / minor / "site-packages" / "seagrass-0.9.dist-info"
    own.mkdir(parents=True)
    wish = (f"seagrass --index-url {other}",)
    request = ChangeRequest(world.envs / COURSE, (), add_pypi=wish)
    try:
        plan = worker.call(tried, world.root, request, "", apply=False).plan
    finally:
        own.rmdir()
    assert {each.code for each in plan.warnings} == {W.OTHER_INDEX, W.USER_SITE_LEAKS}
    assert warned(plan, W.USER_SITE_LEAKS).value("packages") == "seagrass"


def test_that_an_editable_install_stays_what_it_is(
    world: PracticeWorld, worker: RattlerWorker, tmp_path: Path
) -> None:
    prefix = linked_copy(world.envs / COURSE, world.envs / "editable")
    site = next(prefix.glob("lib/python3*/site-packages"))
    info = site / "pigment-0.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pigment\nVersion: 0.1\n")
    (info / "INSTALLER").write_text("uv\n")
    (info / "RECORD").write_text("pigment-0.1.dist-info/METADATA,,\n")
    url = (tmp_path / "pigment").as_uri()
    (info / "direct_url.json").write_text(f'{{"url": "{url}", "dir_info": {{"editable": true}}}}')
    request = ChangeRequest(prefix, (), add_pypi=("tin-tool==1.0.0",), update_pypi=("inkwell",))
    plan = worker.call(tried, world.root, request, "", apply=True).plan
    assert kinds(prefix)["pypi:pigment"] == "0.1"
    assert {each.name for each in plan.changes} == {"tin-tool", "inkwell"}


@pytest.mark.parametrize("form", ["address", "file"])
def test_that_what_comes_straight_from_somewhere_is_told_and_never_replaces_conda(
    form: str, world: PracticeWorld, worker: RattlerWorker, tmp_path: Path
) -> None:
    with ChannelServer(world.simple.path) as server:
        wheels = {name: f"{name}-{version}-py3-none-any.whl" for name, version in NEWEST.items()}
        if form == "address":
            wishes = {name: f"{server.url}/{name}/{file}" for name, file in wheels.items()}
        else:
            wishes = {name: str(world.simple.path / name / file) for name, file in wheels.items()}
        request = ChangeRequest(world.envs / COURSE, (), add_pypi=(wishes["pigment"],))
        plan = worker.call(tried, world.root, request, "", apply=False).plan
        assert [each.name for each in plan.changes] == ["pigment"]
        expected = {W.RUNS_FOREIGN_CODE} if form == "address" else set[WarningCode]()
        assert {each.code for each in plan.warnings} == expected
        request = ChangeRequest(world.envs / COURSE, (), add_pypi=(wishes["numerals"],))
        plan = worker.call(tried, world.root, request, "", apply=False).plan
        warning = warned(plan, W.PYPI_CHANGES_CONDA)
        assert warning.severity is Severity.BLOCKING
        assert {each.code for each in warning.alternatives} == {"overwrite"}


NEWEST = {"pigment": "0.5.0", "numerals": "2.2.0"}
