"""What is broken by pip, by rm and by mv is put in order, and is sound afterwards."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.conda.history import read_revisions, read_state
from engine.environments.packages import read_packages
from engine.environments.registering import register, registered
from engine.errors import EngineError, ErrorCode
from engine.health.mending import MendKind
from engine.health.values import RepairKind as K
from engine.health.values import RepairStep
from engine.places import places_below
from engine.plan import Change, ChangeKind, Severity, WarningCode
from engine.practice.world import PracticeWorld, build_world
from engine.records import RecordKind
from engine.requests import RepairRequest
from tests.engine.planning.pypi_world import extend_index
from tests.support.pypi import install_with_uv
from tests.support.rattling import RattlerWorker
from tests.support.repairing import Patient, patient_in, step

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="breaks environments by POSIX means"
)
NUMBERS = itertools.count()
W = WarningCode


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, channels_cache: Path) -> PracticeWorld:
    made = build_world(tmp_path_factory.mktemp("world") / "w", cache_dir=channels_cache)
    extend_index(made)
    return made


@pytest.fixture
def patient(world: PracticeWorld, worker: RattlerWorker) -> Patient:
    places = places_below(world.root)
    return patient_in(world, places, worker, f"sick {next(NUMBERS)}")


def changed(changes: tuple[Change, ...]) -> dict[str, ChangeKind]:
    return {change.name: change.kind for change in changes}


def owner(prefix: Path, name: str) -> set[RecordKind]:
    return {record.kind for record in read_packages(prefix) if record.name == name}


def overwrite(patient: Patient, *requirements: str) -> None:
    install_with_uv(patient.prefix, patient.world.simple.url, "--reinstall", *requirements)


def test_that_condas_package_comes_back_where_pip_put_another_version(patient: Patient) -> None:
    overwrite(patient, "numerals==1.9.0")
    before = patient.pip("check")
    assert "starchart" in before
    plan = patient.repair(step(K.RESTORE_CONDA, "numerals"))
    assert changed(plan.changes) == {"numerals": ChangeKind.REPLACE}
    assert [each.code for each in plan.warnings] == [W.REPAIR_UNDOES_PYPI]
    (warning,) = plan.warnings
    assert warning.severity is Severity.WARNING
    assert warning.alternatives[0].code == "hand-to-pypi"
    assert owner(patient.prefix, "numerals") == {RecordKind.CONDA}
    assert patient.check()["numerals"] == "2.0.1"
    assert len(read_revisions(patient.prefix)) == 1


def test_that_condas_package_comes_back_where_pip_put_the_same_version(patient: Patient) -> None:
    overwrite(patient, "numerals==2.0.1")
    plan = patient.repair(step(K.RESTORE_CONDA, "numerals"))
    assert changed(plan.changes) == {"numerals": ChangeKind.MEND}
    assert [each.code for each in plan.warnings] == [W.REPAIR_CHOICE]
    assert owner(patient.prefix, "numerals") == {RecordKind.CONDA}
    patient.check()


def test_that_pips_copy_can_stay_where_no_package_of_condas_needs_its_own(
    patient: Patient,
) -> None:
    overwrite(patient, "almanac==2025.9")
    plan = patient.repair(step(K.HAND_TO_PYPI, "almanac"))
    assert changed(plan.changes) == {"almanac": ChangeKind.REPLACE}
    assert [each.code for each in plan.warnings] == [W.REPAIR_KEEPS_PYPI]
    assert owner(patient.prefix, "almanac") == {RecordKind.PYPI}
    assert not list((patient.prefix / "conda-meta").glob("almanac*"))
    assert patient.check()["almanac"] == "2025.9"
    last = read_revisions(patient.prefix)[-1]
    assert [each.rpartition("::")[2].split("-")[0] for each in last.removed] == ["almanac"]


def test_that_pips_copy_cannot_stay_where_condas_packages_need_their_own(
    patient: Patient,
) -> None:
    overwrite(patient, "numerals==2.0.1")
    plan = patient.plan(step(K.HAND_TO_PYPI, "numerals"))
    assert plan.is_blocked
    breaking = next(each for each in plan.warnings if each.code is W.REPAIR_BREAKS_CONDA)
    assert breaking.value("packages") == "starchart, tidepool"
    (way,) = breaking.alternatives
    assert way.code == "restore-conda"
    assert isinstance(way.request, RepairRequest)
    assert way.request.steps == (RepairStep(K.RESTORE_CONDA, "numerals"),)


def test_that_missing_and_altered_files_come_back_and_no_altered_cache_is_linked(
    patient: Patient,
) -> None:
    module = patient.site / "almanac" / "__init__.py"
    module.unlink()  # it has other names, in the cache and in other environments
    module.write_text("broken = (")
    shutil.rmtree(next(patient.site.glob("almanac-*.dist-info")))
    (patient.prefix / "bin" / "tidepool").unlink()
    cached = next((patient.world.pkgs).glob("almanac-2025.3-*/site-packages/almanac/__init__.py"))
    kept = cached.read_bytes()
    cached.unlink()
    cached.write_bytes(b"altered in the cache")
    plan = patient.repair(step(K.RESTORE_CONDA, "almanac"), step(K.RESTORE_CONDA, "tidepool"))
    assert changed(plan.changes) == {"almanac": ChangeKind.MEND, "tidepool": ChangeKind.MEND}
    assert plan.repairing is not None
    assert any(
        path.endswith("almanac/__init__.py") for path in plan.repairing.paths(MendKind.RENEWED)
    )
    assert "bin/tidepool" in plan.repairing.paths(MendKind.PUT_BACK)
    assert (patient.site / "almanac" / "__init__.py").read_bytes() == kept
    assert cached.read_bytes() == kept
    patient.check()


def test_that_a_missing_interpreter_comes_back(patient: Patient) -> None:
    for path in (patient.prefix / "bin").glob("python*"):
        path.unlink()
    patient.repair(step(K.RESTORE_CONDA, "python"))
    patient.check()


def test_that_a_broken_package_of_pypi_is_installed_again_as_it_was(patient: Patient) -> None:
    before = {record.name: record for record in read_packages(patient.prefix)}["inkwell"]
    shutil.rmtree(patient.site / "inkwell")
    plan = patient.repair(step(K.REINSTALL_PYPI, "inkwell"))
    assert changed(plan.changes) == {"inkwell": ChangeKind.MEND}
    assert plan.repairing is not None
    assert plan.repairing.paths(MendKind.DELETED) == ()
    assert f"{before.path}/METADATA" in {
        str(patient.prefix / path) for path in plan.repairing.paths(MendKind.EXCHANGED)
    }
    after = {record.name: record for record in read_packages(patient.prefix)}["inkwell"]
    assert (after.version, after.requested) == (before.version, before.requested)
    patient.check()


def test_that_a_second_copy_goes_without_the_files_of_the_first(patient: Patient) -> None:
    info = next(patient.site.glob("lanternfish-*.dist-info"))
    other = patient.site / "lanternfish-0.0.1.dist-info"
    shutil.copytree(info, other)
    metadata = other / "METADATA"
    metadata.write_text(metadata.read_text().replace("Version: ", "Version: 0.0.1\nX-Was: "))
    (patient.site / "lanternfish_old.py").write_text("")
    record = (other / "RECORD").read_text().replace(info.name, other.name)
    (other / "RECORD").write_text(record + "lanternfish_old.py,,\n")
    patient.repair(step(K.REMOVE_COPY, other.name))
    assert not other.exists()
    assert not (patient.site / "lanternfish_old.py").exists()
    patient.check()


def test_that_what_is_missing_comes_from_conda_where_it_can_else_from_pypi(
    patient: Patient,
) -> None:
    overwrite(patient, "tin-tool==1.0.0", "driftnet==1.0.0")
    patient.pip("uninstall", "--yes", "lanternfish")
    plan = patient.repair(step(K.INSTALL, "lanternfish>=1"), step(K.INSTALL, "harpstring>=0.1"))
    assert changed(plan.changes) == {
        "lanternfish": ChangeKind.ADD,
        "harpstring": ChangeKind.ADD,
    }
    assert owner(patient.prefix, "harpstring") == {RecordKind.CONDA}
    assert owner(patient.prefix, "lanternfish") == {RecordKind.PYPI}
    patient.check(("harpstring", "lanternfish", "driftnet"))


def test_that_what_a_conda_package_needs_is_not_taken_from_pypi_by_its_name(
    patient: Patient,
) -> None:
    patient.pip("uninstall", "--yes", "lanternfish")
    with pytest.raises(EngineError) as refused:
        patient.plan(step(K.INSTALL_CONDA, "lanternfish >=1"))
    assert refused.value.code is ErrorCode.PACKAGE_UNKNOWN
    plan = patient.plan(step(K.INSTALL_CONDA, "harpstring >=0.1"))
    assert changed(plan.changes) == {"harpstring": ChangeKind.ADD}
    assert {each.kind for each in plan.after.records if each.name == "harpstring"} == {
        RecordKind.CONDA
    }


def test_that_what_does_not_fit_is_updated_or_removed(patient: Patient) -> None:
    overwrite(patient, "tin-tool==1.0.0", "follower", "lanternfish==1.0.0")
    plan = patient.repair(step(K.UPDATE, "lanternfish>=1.1"), step(K.REMOVE, "follower"))
    assert changed(plan.changes) == {
        "follower": ChangeKind.REMOVE,
        "lanternfish": ChangeKind.UPDATE,
    }
    patient.check()


def test_that_left_overs_go_and_empty_folders_with_them(patient: Patient) -> None:
    rest = patient.site / "~umerals" / "deep"
    rest.mkdir(parents=True)
    (rest / "a.py").write_text("")
    dangling = patient.prefix / "share" / "gone" / "link"
    dangling.parent.mkdir(parents=True)
    dangling.symlink_to("nowhere")
    site = patient.site.relative_to(patient.prefix).as_posix()
    plan = patient.repair(
        step(K.DELETE_FILES, f"{site}/~umerals"), step(K.DELETE_FILES, "share/gone/link")
    )
    assert plan.changes == ()
    assert not rest.parent.exists()
    assert not dangling.parent.exists()
    patient.check()


@pytest.mark.parametrize("path", ["", ".", "../other", "/etc/passwd", "conda-meta", "a/../../b"])
def test_that_nothing_outside_and_nothing_vital_is_deleted(patient: Patient, path: str) -> None:
    with pytest.raises(EngineError) as caught:
        patient.plan(step(K.DELETE_FILES, path))
    assert caught.value.code is ErrorCode.BAD_USAGE


def test_that_an_environment_that_was_moved_by_hand_names_its_own_folder(
    patient: Patient,
) -> None:
    old = patient.prefix
    new = old.with_name(f"{old.name} moved")
    old.rename(new)
    (new / "notes.txt").write_text(f"made in {old}")
    moved = Patient(new, patient.world, patient.places, patient.worker)
    plan = moved.repair(step(K.REWRITE_PREFIX, str(old)))
    assert plan.repairing is not None
    assert "bin/pip" in plan.repairing.paths(MendKind.REWRITTEN)
    naming = [
        path
        for path in new.rglob("*")
        if path.is_file()
        and not path.is_symlink()
        and path.name not in ("history", "notes.txt")
        and f"{old}/".encode() in path.read_bytes()
    ]
    assert naming == []
    assert str(old) in (new / "notes.txt").read_text()
    command = [str(new / "bin" / "pip"), "--version"]
    assert str(new) in subprocess.run(command, capture_output=True, text=True, check=True).stdout
    moved.check()


def test_that_a_repair_leaves_the_originals_of_shared_files_alone(patient: Patient) -> None:
    twin = patient.prefix.with_name("twin of moved")
    shutil.copytree(patient.prefix, twin, symlinks=True, copy_function=os.link)
    old = patient.prefix
    before = {path: path.read_bytes() for path in old.rglob("*") if path.is_file()}
    Patient(twin, patient.world, patient.places, patient.worker).repair(
        step(K.REWRITE_PREFIX, str(old)), step(K.RESTORE_CONDA, "tidepool"), step(K.ISOLATE)
    )
    assert {path: path.read_bytes() for path in old.rglob("*") if path.is_file()} == before


def test_that_folders_may_be_written_again(patient: Patient) -> None:
    meta = patient.prefix / "conda-meta"
    (meta / "history").chmod(0o444)
    patient.site.chmod(0o555)
    plan = patient.repair(step(K.ALLOW_WRITING))
    assert plan.repairing is not None
    assert "conda-meta/history" in plan.repairing.paths(MendKind.OPENED)
    assert (meta / "history").stat().st_mode & 0o200
    assert patient.site.stat().st_mode & 0o700 == 0o700
    patient.check()


def test_that_pip_comes_back(patient: Patient) -> None:
    for path in (patient.prefix / "conda-meta").glob("pip-*.json"):
        path.unlink()
    for path in patient.site.glob("pip*"):
        shutil.rmtree(path)
    plan = patient.repair(step(K.ADD_PIP))
    assert changed(plan.changes) == {"pip": ChangeKind.ADD}
    patient.check()


def test_that_the_user_site_is_kept_out_by_a_variable_that_conda_sets(patient: Patient) -> None:
    state = patient.prefix / "conda-meta" / "state"
    state.write_text(json.dumps({"version": 1, "env_vars": {"MINE": "1"}}))
    patient.repair(step(K.ISOLATE), step(K.ISOLATE, "PYTHONPATH"))
    expected = {"MINE": "1", "PYTHONNOUSERSITE": "1", "PYTHONPATH": ""}
    assert read_state(patient.prefix) == expected
    patient.check()


def test_that_an_unreadable_record_is_written_anew(patient: Patient) -> None:
    record = next((patient.prefix / "conda-meta").glob("almanac-*.json"))
    good = json.loads(record.read_bytes())
    record.write_bytes(b"")
    plan = patient.repair(step(K.REBUILD_RECORD, "almanac"))
    assert changed(plan.changes) == {"almanac": ChangeKind.MEND}
    written = json.loads(record.read_bytes())
    for key in ("name", "version", "build", "sha256"):
        assert written[key] == good[key], key
    assert {path for path in written["files"] if not path.endswith(".pyc")} == set(good["files"])
    patient.check()


def test_that_a_lost_history_is_written_anew(patient: Patient) -> None:
    (patient.prefix / "conda-meta" / "history").unlink()
    patient.repair(step(K.REBUILD_RECORD, "history"))
    (revision,) = read_revisions(patient.prefix)
    assert len(revision.added) == len(list((patient.prefix / "conda-meta").glob("*.json")))
    patient.check()


def test_that_an_environment_that_is_gone_is_forgotten(patient: Patient) -> None:
    gone = patient.world.root / "somewhere" / "else" / "gone"
    register(patient.places, gone)
    there = Patient(gone, patient.world, patient.places, patient.worker)
    plan = there.repair(step(K.FORGET))
    assert plan.repairing is not None
    assert plan.repairing.forgets
    assert gone not in registered(patient.places)
    assert not gone.parent.exists()


def test_that_what_conda_was_about_to_remove_comes_back(patient: Patient) -> None:
    record = next((patient.prefix / "conda-meta").glob("almanac-*.json"))
    for path in (record, patient.site / "almanac" / "__init__.py"):
        path.rename(f"{path}.c~")
    (patient.prefix / "conda-meta" / "prefix_record_x7.json").write_text('{"name": "alm')
    plan = patient.repair(step(K.SETTLE))
    assert plan.changes == ()
    assert record.exists()
    assert not list(patient.prefix.rglob("*.c~"))
    assert not list(patient.prefix.rglob("prefix_record_*"))
    patient.check()


def test_that_several_repairs_go_as_one(patient: Patient) -> None:
    overwrite(patient, "numerals==1.9.0", "almanac==2025.9")
    shutil.rmtree(patient.site / "inkwell")
    (patient.prefix / "bin" / "starchart").unlink(missing_ok=True)
    plan = patient.repair(
        step(K.RESTORE_CONDA, "numerals"),
        step(K.HAND_TO_PYPI, "almanac"),
        step(K.REINSTALL_PYPI, "inkwell"),
        step(K.RESTORE_CONDA, "starchart"),
        step(K.INSTALL, "pigment"),
    )
    assert changed(plan.changes) == {
        "numerals": ChangeKind.REPLACE,
        "almanac": ChangeKind.REPLACE,
        "inkwell": ChangeKind.MEND,
        "starchart": ChangeKind.MEND,
        "pigment": ChangeKind.ADD,
    }
    patient.check()


def test_that_a_step_about_nothing_is_refused(patient: Patient) -> None:
    for kind, code in (
        (K.RESTORE_CONDA, ErrorCode.PACKAGE_UNKNOWN),
        (K.REINSTALL_PYPI, ErrorCode.DISTRIBUTION_UNKNOWN),
        (K.REMOVE_COPY, ErrorCode.DISTRIBUTION_UNKNOWN),
    ):
        with pytest.raises(EngineError) as caught:
            patient.plan(step(kind, "no-such-thing"))
        assert caught.value.code is code
