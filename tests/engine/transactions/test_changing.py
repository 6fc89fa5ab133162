"""Environments whose packages were changed: what the tables say, what runs, what is left."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from shutil import rmtree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.conda.history import read_revisions, requested_specs
from engine.environments.packages import read_packages
from engine.errors import EngineError, ErrorCode
from engine.plan import ChangeKind
from engine.practice.archives import CondaPackage, PackagedFile, write_package
from engine.practice.interpreter import running_interpreter
from engine.practice.rattling import index_channels
from engine.requests import ChangeRequest, ChannelPriority, CreateRequest, UpdateScope
from engine.transactions.locking import WORKROOM
from tests.support.changing import (
    carried_out,
    done,
    files_below,
    imported,
    planned,
    recorded_files,
    versions,
)
from tests.support.practising import Practice


@pytest.fixture
def course(practice: Practice) -> Path:
    """Make an environment with Python and tidepool, numerals held at an older version."""
    prefix = practice.places.envs / "course"
    specs = ("tidepool <3.2", "numerals <2.1", "glyphs")
    request = CreateRequest(prefix, practice.both, python="3", specs=specs)
    practice.call(done, request, practice.places)
    return prefix


def change(practice: Practice, prefix: Path, **wishes: object) -> ChangeRequest:
    return replace(ChangeRequest(prefix, practice.both), **wishes)  # pyright: ignore[reportArgumentType]


def check(prefix: Path) -> None:
    """Check that every recorded file is there, and that no file belongs to nobody."""
    recorded = recorded_files(prefix)
    present = files_below(prefix)
    assert not recorded.keys() - present
    assert not [path for path in present - recorded.keys() if "/__pycache__/" not in path]
    assert not list((prefix / "conda-meta").glob(".envdesk-*"))
    assert not (prefix.parent / WORKROOM).exists()


def test_that_an_addition_leaves_all_else_as_it_is(practice: Practice, course: Path) -> None:
    before = {p.name: p.read_bytes() for p in (course / "conda-meta").glob("*.json")}
    plan, _ = practice.call(done, change(practice, course, add=("almanac",)), practice.places)
    assert [(c.kind, c.name) for c in plan.changes] == [(ChangeKind.ADD, "almanac")]
    assert plan.warnings == ()
    after = {p.name: p.read_bytes() for p in (course / "conda-meta").glob("*.json")}
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 1
    assert imported(course, "almanac", "tidepool", "numerals") == {
        "almanac": versions(course)["almanac"],
        "tidepool": "3.1.0",
        "numerals": "2.0.1",
    }
    check(course)


def test_that_an_update_a_removal_and_an_addition_go_as_one(
    practice: Practice, course: Path
) -> None:
    (course / "notebook.ipynb").write_text("mine")
    (course / "link to notes").symlink_to("notebook.ipynb")
    inode = (course / "notebook.ipynb").stat().st_ino
    request = change(practice, course, add=("moonrise",), update=("numerals",), remove=("glyphs",))
    plan, _ = practice.call(done, request, practice.places)
    kinds = {c.name: c.kind for c in plan.changes}
    assert kinds == {
        "moonrise": ChangeKind.ADD,
        "numerals": ChangeKind.UPDATE,
        "glyphs": ChangeKind.REMOVE,
    }
    assert versions(course) == {"moonrise": "0.9.0", "numerals": "2.1.0", "tidepool": "3.1.0"}
    assert imported(course, "moonrise", "numerals", "tidepool") == versions(course)
    assert (course / "notebook.ipynb").stat().st_ino == inode
    assert (course / "link to notes").readlink() == Path("notebook.ipynb")
    (course / "notebook.ipynb").unlink()
    (course / "link to notes").unlink()
    check(course)
    last = read_revisions(course)[-1]
    assert {each.rpartition("::")[2].rsplit("-", 2)[0] for each in last.added} == {
        "moonrise",
        "numerals",
    }
    assert {each.rpartition("::")[2].rsplit("-", 2)[0] for each in last.removed} == {
        "glyphs",
        "numerals",
    }
    asked = requested_specs(read_revisions(course))
    assert set(asked) == {"moonrise", "numerals", "tidepool <3.2", "python=3", "pip"}


def test_that_a_removal_takes_its_orphans_and_compiled_files_along(
    practice: Practice, course: Path
) -> None:
    imported(course, "tidepool")
    practice.call(done, change(practice, course, add=("starchart", "papyrus")), practice.places)
    assert {"starchart", "papyrus", "harpstring"} <= versions(course).keys()
    request = change(practice, course, remove=("papyrus",))
    practice.call(done, request, practice.places)
    assert "harpstring" not in versions(course)
    assert imported(course, "papyrus", "harpstring") == {"papyrus": "", "harpstring": ""}
    assert not [path for path in files_below(course) if "harpstring" in path or "papyrus" in path]
    check(course)
    json.loads(next((course / "conda-meta").glob("tidepool*.json")).read_bytes())


def as_conda_writes(prefix: Path) -> None:
    """Give records the form of conda's: paths in the package for `noarch: python`, one spec."""
    for path in (prefix / "conda-meta").glob("*.json"):
        document = json.loads(path.read_bytes())
        document.pop("requested_specs", None)
        if document.get("noarch") == "python":
            for entry in document["paths_data"]["paths"]:
                if entry["path_type"] == "hardlink":
                    entry["_path"] = (
                        f"site-packages/{entry['_path'].partition('/site-packages/')[2]}"
                    )
        path.write_text(json.dumps(document, indent=4))


def test_that_an_environment_of_condas_is_changed_without_a_file_left(
    practice: Practice, course: Path
) -> None:
    practice.call(done, change(practice, course, add=("papyrus",)), practice.places)
    as_conda_writes(course)
    kept = next((course / "conda-meta").glob("pip-*.json"))
    before = kept.read_bytes()
    request = change(practice, course, update=("numerals",), remove=("papyrus",))
    practice.call(done, request, practice.places)
    assert versions(course) == {"glyphs": "5.0.0", "numerals": "2.1.0", "tidepool": "3.1.0"}
    assert kept.read_bytes() == before
    left = files_below(course)
    assert not [path for path in left if "papyrus" in path or "harpstring" in path]
    assert sum("numerals-" in path and path.endswith("/RECORD") for path in left) == 1
    check(course)


def bare(practice: Practice, *specs: str) -> Path:
    """Make a small environment without Python."""
    prefix = practice.places.envs / "bare"
    request = CreateRequest(prefix, practice.both, specs=specs, with_pip=False)
    practice.call(done, request, practice.places)
    return prefix


@pytest.mark.parametrize("way", ["as rattler sets aside", "as conda overwrites"])
def test_that_the_file_of_the_survivor_is_there_when_the_other_owner_goes(
    practice: Practice, way: str
) -> None:
    prefix = bare(practice, "harbor-east", "harbor-west")
    chart = prefix / "share" / "harbor" / "chart.txt"
    first = chart.read_text().split()[1]
    other = "west" if first == "east" else "east"
    if way == "as conda overwrites":
        aside = prefix / "__clobbers__" / f"harbor-{other}" / "share" / "harbor" / "chart.txt"
        aside.unlink()
        meta = next((prefix / "conda-meta").glob(f"harbor-{other}-*.json"))
        document = json.loads(meta.read_bytes())
        document["files"] = [
            f.removeprefix(f"__clobbers__/harbor-{other}/") for f in document["files"]
        ]
        for entry in document["paths_data"]["paths"]:
            entry["_path"] = entry.pop("original_path", None) or entry["_path"]
        meta.write_text(json.dumps(document))
    practice.call(done, change(practice, prefix, remove=(f"harbor-{first}",)), practice.places)
    assert chart.read_text().startswith(f"the {other} side")
    assert not (prefix / "__clobbers__").exists()
    check(prefix)


def test_that_neither_cache_nor_other_environments_see_a_change(practice: Practice) -> None:
    prefix = bare(practice, "glyphs", "driftwood", "signpost")
    places = practice.places
    cached = {
        path: path.read_bytes()
        for path in places.pkgs.rglob("*")
        if path.is_file() and not path.name.endswith(".lock")
    }
    sibling = places.envs / "sibling"
    create = CreateRequest(sibling, practice.both, specs=("glyphs", "signpost"), with_pip=False)
    practice.call(done, create, places)
    before = {path: (sibling / path).read_bytes() for path in recorded_files(sibling)}
    request = change(practice, prefix, add=("lodestone",), remove=("glyphs", "signpost"))
    practice.call(done, request, places)
    assert {path: (sibling / path).read_bytes() for path in before} == before
    assert {path: path.read_bytes() for path in cached} == cached
    check(prefix)


def test_that_a_change_of_what_changed_meanwhile_is_refused_and_touches_nothing(
    practice: Practice,
) -> None:
    prefix = bare(practice, "glyphs")
    plan = practice.call(planned, change(practice, prefix, add=("signpost",)), practice.places)
    practice.call(done, change(practice, prefix, add=("lodestone",)), practice.places)
    with pytest.raises(EngineError) as caught:
        practice.call(carried_out, plan, practice.places)
    assert caught.value.code is ErrorCode.PLAN_STALE
    assert versions(prefix) == {"glyphs": "5.0.0", "lodestone": "2.5.0"}
    check(prefix)


def test_that_a_failed_download_leaves_the_environment_as_it_was(practice: Practice) -> None:
    prefix = bare(practice, "glyphs")
    before = {path: (prefix / path).stat().st_ino for path in files_below(prefix)}
    request = change(practice, prefix, add=("quarry",), remove=("glyphs",))
    plan = practice.call(planned, request, practice.places)
    practice.server.faults.fail("*quarry*", 404)
    with pytest.raises(EngineError) as caught:
        practice.call(carried_out, plan, practice.places)
    assert caught.value.code is ErrorCode.DOWNLOAD_FAILED
    assert {path: (prefix / path).stat().st_ino for path in files_below(prefix)} == before
    assert versions(prefix) == {"glyphs": "5.0.0"}
    check(prefix)


def test_that_the_environment_behind_a_link_is_changed_and_the_link_stays(
    practice: Practice, tmp_path: Path
) -> None:
    prefix = bare(practice, "glyphs")
    link = tmp_path / "link"
    link.symlink_to(prefix)
    practice.call(done, change(practice, link, add=("signpost",)), practice.places)
    assert link.is_symlink()
    assert versions(link) == versions(prefix) == {"glyphs": "5.0.0", "signpost": "1.3.0"}
    assert str(prefix) in (prefix / "etc" / "signpost.ini").read_text(encoding="utf-8")
    check(prefix)


MENU = ("quarry", "signpost", "driftwood", "lodestone", "compass", "sandglass", "firelily")
STEPS = st.lists(
    st.tuples(st.sets(st.sampled_from(MENU)), st.sets(st.sampled_from(MENU))),
    min_size=2,
    max_size=4,
)


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(STEPS)
def test_that_after_any_changes_table_and_files_agree(
    practice: Practice, steps: list[tuple[set[str], set[str]]]
) -> None:
    rmtree(practice.places.envs, ignore_errors=True)
    prefix = bare(practice, "glyphs")
    there = {"glyphs"}
    for wanted, unwanted in steps:
        removed = (unwanted & there) - wanted
        if not wanted | removed:
            continue
        request = change(practice, prefix, add=tuple(sorted(wanted)), remove=tuple(sorted(removed)))
        practice.call(done, request, practice.places)
        there = (there - removed) | wanted
        assert versions(prefix).keys() == there
        check(prefix)
        last = requested_specs(read_revisions(prefix))
        assert set(last) == there


def other_python(folder: Path) -> str:
    """Write a channel with a Python of another minor version, which nobody could start."""
    major, minor = sys.version_info[:2]
    version = f"{major}.{minor + 1}.0"
    site = f"lib/python{major}.{minor + 1}/site-packages/README.txt"
    subdir = running_interpreter().subdir
    package = CondaPackage(
        "python", version, "0_cpython", subdir, files=(PackagedFile(site, b"empty\n"),)
    )
    write_package(package, folder)
    index_channels((folder,))
    return folder.as_uri()


@pytest.mark.skipif(sys.platform == "win32", reason="there all minor versions have one folder")
def test_that_packages_move_along_when_python_gets_another_minor_version(
    practice: Practice, course: Path, tmp_path: Path
) -> None:
    channel = other_python(tmp_path / "later")
    request = change(practice, course, channels=(channel, *practice.both))
    minor = f"{sys.version_info[0]}.{sys.version_info[1] + 1}"
    same = practice.call(planned, replace(request, update=("python",)), practice.places)
    assert same.changes == ()
    wish = replace(request, add=(f"python={minor}",), priority=ChannelPriority.DISABLED)
    plan, _ = practice.call(done, wish, practice.places)
    assert [(c.kind, c.name) for c in plan.changes] == [(ChangeKind.REPLACE, "python")]
    files = files_below(course)
    assert f"lib/python{minor}/site-packages/numerals/__init__.py" in files
    old = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/"
    assert not [path for path in files if path.startswith(old)]
    check(course)


def test_that_the_channel_chosen_for_one_package_is_kept_by_every_later_update(
    practice: Practice,
) -> None:
    prefix = practice.places.envs / "chosen"
    create = CreateRequest(prefix, practice.both, specs=("almanac", "python"), with_pip=False)
    practice.call(done, create, practice.places)

    def numerals(**wishes: object) -> tuple[str, str, tuple[str, ...]]:
        practice.call(done, change(practice, prefix, **wishes), practice.places)
        records = (each for each in read_packages(prefix) if each.name == "numerals")
        return next((each.version, each.source.url, each.requested) for each in records)

    extra, main = practice.extra, practice.main
    picked = f"{extra}::numerals==1.0.0"
    assert numerals(add=(picked,)) == ("1.0.0", extra, (picked,))
    assert numerals(add=("glyphs",)) == ("1.0.0", extra, (picked,))
    only_channel = (f"{extra}::numerals",)
    assert numerals(update=("numerals",)) == ("1.4.2", extra, only_channel)
    assert numerals(scope=UpdateScope.ALL) == ("1.4.2", extra, only_channel)
    # The choice for one package also holds where its channel is not on the list.
    assert numerals(update=("numerals",), channels=(main,)) == ("1.4.2", extra, only_channel)
    assert numerals(scope=UpdateScope.ALL, channels=(main,)) == ("1.4.2", extra, only_channel)
    assert numerals(add=("tidepool",), channels=(main,)) == ("1.4.2", extra, only_channel)
    other = f"{main}::numerals==2.1.0"
    assert numerals(add=(other,)) == ("2.1.0", main, (other,))
    assert numerals(update=("numerals",)) == ("2.1.0", main, (other,))
