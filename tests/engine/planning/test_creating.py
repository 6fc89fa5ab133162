"""The plan of a new environment."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.codec import decode, encode
from engine.conda.condarc import CondaConfiguration
from engine.environments.sizing import measure
from engine.errors import EngineError, ErrorCode
from engine.plan import ChangeKind, Plan, Severity, WarningCode
from engine.planning.creating import needed_by, plan_create
from engine.planning.figures import UNPACKED_PER_ARCHIVE, cost_of
from engine.practice import ChannelServer
from engine.records import Record, RecordKind, Source, SourceKind, State
from engine.requests import ChannelPriority, CreateRequest
from tests.support.creating import PLAIN, created
from tests.support.practising import Practice
from tests.support.volumes import mounted


@pytest.fixture
def request_for(practice: Practice) -> CreateRequest:
    return CreateRequest(
        practice.places.envs / "course", (practice.main,), python="3", specs=("starchart",)
    )


def planned(
    practice: Practice, request: CreateRequest, configuration: CondaConfiguration = PLAIN
) -> Plan:
    return practice.call(plan_create, request, practice.places, configuration)


def codes(plan: Plan) -> list[WarningCode]:
    return [warning.code for warning in plan.warnings]


def test_that_the_plan_holds_every_package_and_who_needs_it(
    practice: Practice, request_for: CreateRequest
) -> None:
    plan = planned(practice, request_for)
    assert plan.before == State()
    assert plan.stamp == ""
    assert plan.prefix == request_for.prefix
    assert plan.package_cache == practice.places.pkgs
    assert plan.warnings == ()
    assert {change.kind for change in plan.changes} == {ChangeKind.ADD}
    needs = {change.name: change.needed_by for change in plan.changes}
    assert needs == {
        "pip": (),
        "python": (),
        "starchart": (),
        "numerals": ("starchart", "tidepool"),
        "tidepool": ("starchart",),
    }
    assert [change.name for change in plan.changes][:3] == ["pip", "python", "starchart"]
    asked = {r.name: r.requested for r in plan.after.records if r.requested}
    assert asked == {"pip": ("pip",), "python": ("python=3",), "starchart": ("starchart",)}
    assert plan.created.tzinfo is not None


def test_that_a_plan_survives_the_way_to_the_worker(
    practice: Practice, request_for: CreateRequest
) -> None:
    plan = planned(practice, request_for)
    assert decode(encode(plan), Plan) == plan


def test_that_planning_writes_nothing_but_the_index_of_channels(
    practice: Practice, request_for: CreateRequest
) -> None:
    planned(practice, request_for)
    root = practice.places.home.parent
    assert [entry.name for entry in root.iterdir()] == [practice.places.cache.name]


def test_that_figures_tell_downloads_apart_from_what_is_cached(practice: Practice) -> None:
    request = CreateRequest(
        practice.places.envs / "first", (practice.main,), specs=("quarry", "signpost")
    )
    plan = planned(practice, request)
    sizes = sum(record.archive_bytes or 0 for record in plan.after.records)
    assert plan.figures.download_bytes == sizes
    assert plan.figures.packages == 2
    assert plan.figures.cached_packages == 0
    assert plan.figures.disk_bytes == sizes * UNPACKED_PER_ARCHIVE
    practice.call(created, request, practice.places)
    again = planned(practice, replace(request, prefix=practice.places.envs / "second"))
    assert again.figures.download_bytes == 0
    assert again.figures.cached_packages == 2
    assert again.figures.linked_bytes > 4_000_000
    assert 0 < again.figures.disk_bytes < 40_000  # files that hold the prefix, folders, records
    assert again.figures.files == 4
    assert all(change.from_cache for change in again.changes)
    assert all(record.installed_bytes for record in again.after.records)


def test_that_what_a_cached_environment_takes_is_foretold(practice: Practice) -> None:
    request = CreateRequest(
        practice.places.envs / "first", (practice.main,), python="3", specs=("starchart", "mosaic")
    )
    practice.call(created, request, practice.places)
    request = replace(request, prefix=practice.places.envs / "second")
    foretold = planned(practice, request).figures
    practice.call(created, request, practice.places)
    sizes = dict(measure([practice.places.envs / "first", request.prefix]))[request.prefix]
    assert foretold.linked_bytes == pytest.approx(sizes.shared_bytes, rel=0.02)
    assert foretold.disk_bytes == pytest.approx(sizes.own_bytes, rel=0.25)


def test_that_no_python_and_no_pip_are_told(practice: Practice, request_for: CreateRequest) -> None:
    bare = replace(request_for, python="", specs=("quarry",))
    plan = planned(practice, bare)
    assert [record.name for record in plan.after.records] == ["quarry"]
    assert codes(plan) == [WarningCode.NO_PYTHON]
    empty = planned(practice, replace(request_for, python="", specs=()))
    assert empty.after == State()
    assert empty.figures.packages == 0
    assert codes(empty) == [WarningCode.NO_PYTHON]
    plan = planned(practice, replace(request_for, with_pip=False))
    assert codes(plan) == [WarningCode.NO_PIP]
    (offer,) = plan.warnings[0].alternatives
    assert offer.request == request_for


def test_that_pip_comes_with_a_python_that_others_bring(
    practice: Practice, request_for: CreateRequest
) -> None:
    plan = planned(practice, replace(request_for, python=""))
    assert "pip" in {record.name for record in plan.after.records}
    assert plan.warnings == ()


def test_that_a_channel_without_pip_costs_pip_alone(
    practice: Practice, request_for: CreateRequest, channels: Path, tmp_path: Path
) -> None:
    channel = channel_without(channels / "practice-main", tmp_path / "no pip", "pip")
    plan = planned(practice, replace(request_for, channels=(str(channel),)))
    names = {record.name for record in plan.after.records}
    assert "pip" not in names
    assert "starchart" in names
    assert codes(plan) == [WarningCode.NO_PIP]
    assert plan.warnings[0].value("reason") == "not-found"
    assert plan.warnings[0].severity is Severity.WARNING


def channel_without(source: Path, folder: Path, name: str) -> Path:
    """Write a channel that lists what `source` does, but for one package."""
    for subdir in source.iterdir():
        listed = subdir / "repodata.json"
        if listed.is_file():
            document = json.loads(listed.read_bytes())
            for key in ("packages", "packages.conda"):
                entries = document.get(key, {})
                document[key] = {k: v for k, v in entries.items() if v["name"] != name}
            (folder / subdir.name).mkdir(parents=True)
            (folder / subdir.name / "repodata.json").write_text(json.dumps(document))
    return folder


def test_that_relaxed_priority_is_told(practice: Practice, request_for: CreateRequest) -> None:
    request = replace(
        request_for,
        channels=practice.both,
        specs=("meadow",),
        priority=ChannelPriority.FLEXIBLE,
        python="",
        with_pip=False,
    )
    assert WarningCode.PRIORITY_RELAXED in codes(planned(practice, request))


def test_that_mixing_defaults_and_conda_forge_is_told_with_a_way_out(
    practice: Practice, request_for: CreateRequest, channels: Path, tmp_path: Path
) -> None:
    (tmp_path / "pkgs").mkdir()
    (tmp_path / "pkgs" / "main").symlink_to(channels / "practice-extra")
    mounts = {"conda-forge": channels / "practice-main", "pkgs": tmp_path / "pkgs"}
    with ChannelServer(channels, mounts=mounts) as server:
        configuration = CondaConfiguration(
            channel_alias=server.url, default_channels=(server.url_of("pkgs", "main"),)
        )
        request = replace(request_for, channels=("conda-forge", "defaults"))
        plan = planned(practice, request, configuration)
        assert codes(plan) == [WarningCode.CHANNELS_MIXED]
        assert plan.warnings[0].value("channels") == "conda-forge, pkgs/main"
        (offer,) = plan.warnings[0].alternatives
        assert offer.request == replace(request, channels=("conda-forge",))
        assert (
            codes(planned(practice, replace(request, channels=("defaults",)), configuration)) == []
        )


def test_that_the_users_channels_serve_a_request_without_any(
    practice: Practice, request_for: CreateRequest
) -> None:
    configuration = CondaConfiguration(channels=(practice.main,))
    plan = planned(practice, replace(request_for, channels=()), configuration)
    assert {record.source.name for record in plan.after.records} == {"practice-main"}


def test_that_a_channel_named_by_a_spec_is_asked_too(
    practice: Practice, request_for: CreateRequest
) -> None:
    plan = planned(practice, replace(request_for, specs=(f"{practice.extra}::harpstring",)))
    sources = {record.name: record.source.name for record in plan.after.records}
    assert sources["harpstring"] == "practice-extra"
    assert sources["python"] == "practice-main"


def test_that_channels_of_which_only_the_cache_speaks_are_told(
    practice: Practice, request_for: CreateRequest
) -> None:
    practice.server.faults.fail("*.zst", 404)
    planned(practice, request_for)
    practice.server.faults.fail("*")
    plan = planned(practice, request_for)
    assert codes(plan) == [WarningCode.REPODATA_OLD]
    assert plan.warnings[0].value("channel") == "practice-main"


def test_that_scripts_of_cached_packages_are_told_and_of_others_cannot_be(
    practice: Practice,
) -> None:
    request = CreateRequest(practice.places.envs / "a", (practice.main,), specs=("bellringer",))
    assert WarningCode.SCRIPTS_NOT_RUN not in codes(planned(practice, request))
    practice.call(created, request, practice.places)
    plan = planned(practice, replace(request, prefix=practice.places.envs / "b"))
    (warning,) = [each for each in plan.warnings if each.code is WarningCode.SCRIPTS_NOT_RUN]
    assert warning.value("packages") == "bellringer"


def test_that_an_odd_name_is_told(practice: Practice, request_for: CreateRequest) -> None:
    plan = planned(practice, replace(request_for, prefix=practice.places.envs / "第一个 env"))
    assert codes(plan) == [WarningCode.NAME_ODD]
    assert plan.warnings[0].severity is Severity.NOTE
    assert not plan.is_blocked


def test_that_a_disk_too_small_blocks_the_plan_with_its_figures(
    practice: Practice, request_for: CreateRequest, tmp_path: Path
) -> None:
    with mounted(tmp_path / "small", 1) as disk:
        configuration = CondaConfiguration(pkgs_dirs=(disk / "pkgs",))
        request = replace(request_for, prefix=disk / "course", specs=("quarry",))
        plan = planned(practice, request, configuration)
        assert plan.is_blocked
        warning = plan.warnings[0]
        assert warning.code is WarningCode.DISK_SPACE_SHORT
        assert int(warning.value("free_bytes")) <= 1_048_576 < int(warning.value("needed_bytes"))
        assert warning.value("path") == str(disk)


def test_that_a_cache_on_another_disk_is_told(
    practice: Practice, request_for: CreateRequest, tmp_path: Path
) -> None:
    with mounted(tmp_path / "other", 900) as disk:
        request = replace(request_for, prefix=disk / "course", specs=("quarry",))
        plan = planned(practice, request)
        assert WarningCode.CACHE_ELSEWHERE in codes(plan)
        assert plan.figures.linked_bytes == 0
        configuration = CondaConfiguration(pkgs_dirs=(disk / "pkgs",))
        plan = planned(practice, request_for, configuration)
        assert codes(plan) == [WarningCode.CACHE_UNUSABLE]
        assert plan.package_cache == practice.places.pkgs


def test_that_condas_cache_is_shared_unless_it_holds_another_package_of_the_name(
    practice: Practice, request_for: CreateRequest, tmp_path: Path
) -> None:
    configuration = CondaConfiguration(pkgs_dirs=(tmp_path / "pkgs",))
    plan = planned(practice, request_for, configuration)
    assert plan.package_cache == tmp_path / "pkgs"
    spelled = next(record.spelled for record in plan.after.records if record.name == "starchart")
    info = tmp_path / "pkgs" / spelled / "info"
    info.mkdir(parents=True)
    (info / "repodata_record.json").write_text(json.dumps({"sha256": "f" * 64}))
    assert planned(practice, request_for, configuration).package_cache == practice.places.pkgs


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"channels": ("http://127.0.0.1:9/gone",)}, ErrorCode.CHANNEL_UNREACHABLE),
        ({"specs": ("numeralz",)}, ErrorCode.PACKAGE_UNKNOWN),
        ({"specs": ("numerals>=",)}, ErrorCode.SPEC_INVALID),
        ({"specs": ("starchart", "moonrise")}, ErrorCode.UNSATISFIABLE),
        ({"python": "2.7"}, ErrorCode.UNSATISFIABLE),
        ({"python": "3..1"}, ErrorCode.SPEC_INVALID),
    ],
)
def test_that_a_request_that_cannot_be_is_refused_and_leaves_nothing(
    practice: Practice, request_for: CreateRequest, change: dict[str, str], code: ErrorCode
) -> None:
    with pytest.raises(EngineError) as caught:
        planned(practice, replace(request_for, **change))
    assert caught.value.code is code
    assert not practice.places.envs.exists()
    assert not practice.places.pkgs.exists()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("base", ErrorCode.NAME_INVALID),
        ("x" * 300, ErrorCode.NAME_INVALID),
        ("Taken", ErrorCode.PREFIX_EXISTS),
        ("taken", ErrorCode.PREFIX_EXISTS),
        ("file/course", ErrorCode.NOT_WRITABLE),
    ],
)
def test_that_a_place_where_nothing_can_be_made_is_refused_before_any_channel_is_asked(
    practice: Practice, request_for: CreateRequest, name: str, code: ErrorCode
) -> None:
    envs = practice.places.envs
    (envs / "Taken").mkdir(parents=True)
    (envs / "file").write_text("")
    with pytest.raises(EngineError) as caught:
        planned(practice, replace(request_for, prefix=envs / name))
    assert caught.value.code is code
    assert practice.server.requests == ()


def record(name: str, *depends: str) -> Record:
    source = Source(SourceKind.CHANNEL, "c")
    return Record(RecordKind.CONDA, name, "1", source, depends=depends, archive_bytes=10)


NAMES = st.sampled_from("abcdef")
RECORDS = st.dictionaries(NAMES, st.lists(NAMES, max_size=4)).map(
    lambda graph: tuple(record(name, *(f"{d} >=1" for d in needs)) for name, needs in graph.items())
)


@given(RECORDS)
def test_that_who_needs_whom_is_the_mirror_of_who_depends_on_whom(
    records: tuple[Record, ...],
) -> None:
    users = needed_by(records)
    for one in records:
        for other in records:
            if one.name == other.name:
                assert one.name not in users.get(one.name, ())
            else:
                depends = f"{other.name} >=1" in one.depends
                assert (one.name in users.get(other.name, ())) == depends


@given(RECORDS, st.booleans())
def test_that_what_is_not_linked_is_lost_to_the_disk(
    records: tuple[Record, ...], is_near: bool
) -> None:
    cost = cost_of(records, {}, is_near=is_near)
    assert cost.figures.download_bytes == 10 * len(records)
    assert cost.prefix_bytes + cost.cache_bytes == cost.figures.disk_bytes
    assert bool(cost.figures.linked_bytes) == (is_near and bool(records))
