"""Which files a repair touches: those of whom it is about, and never what others have, too."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from engine.conda.condarc import CondaConfiguration
from engine.environments.packages import read_packages
from engine.health.mending import Mend, MendKind
from engine.health.values import RepairKind as K
from engine.health.values import RepairStep
from engine.planning.repair_files import plan_files
from engine.planning.repair_steps import Ground, sort_steps
from engine.records import State
from tests.support.environments import Package, sound_environment, write_distribution
from tests.support.repairing import step

SITE = "lib/python3.12/site-packages"
KITE = Package("kite", distribution="kite")


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    return sound_environment(tmp_path / "envs" / "数据 env", KITE)


def mends(prefix: Path, *steps: RepairStep) -> tuple[Mend, ...]:
    configuration = CondaConfiguration()
    before = State(read_packages(prefix, configuration))
    ground = Ground.of(prefix, before, configuration)
    return plan_files(ground, sort_steps(steps, ground))


def paths(prefix: Path, kind: MendKind, *steps: RepairStep) -> set[str]:
    return {mend.path for mend in mends(prefix, *steps) if mend.kind is kind}


def boat(prefix: Path, version: str, *files: str, written: tuple[str, ...] = ()) -> str:
    """Write a distribution with these files in its RECORD; return the name of its folder."""
    info = write_distribution(prefix / SITE, "boat", version)
    lines = (*files, f"{info.name}/RECORD")
    (info / "RECORD").write_text("".join(f"{line},,\n" for line in lines))
    for name in (*files, *written):
        path = Path(os.path.normpath(prefix / SITE / name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return info.name


def test_that_a_copy_goes_with_all_that_is_its_own_alone(prefix: Path) -> None:
    kept = boat(prefix, "2.0", "boat/__init__.py")
    compiled = "boat/__pycache__/sail.cpython-312.pyc"
    copy = boat(
        prefix,
        "1.0",
        *("boat/__init__.py", "boat/sail.py", "kite/__init__.py", "../../../bin/boat"),
        written=(compiled, "boat/__pycache__/mast.cpython-312.pyc", "boat-1.0.dist-info/notes"),
    )
    gone = paths(prefix, MendKind.DELETED, step(K.REMOVE_COPY, copy))
    info = {
        f"{SITE}/{copy}/{name}" for name in ("METADATA", "RECORD", "WHEEL", "INSTALLER", "notes")
    }
    assert gone == {f"{SITE}/boat/sail.py", f"{SITE}/{compiled}", "bin/boat", *info}
    assert not any(kept in path for path in gone)


def test_that_nothing_outside_of_the_environment_goes_whatever_a_list_says(
    prefix: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "mine.py"
    outside.write_text("precious = True\n")
    back = "../" * 5 + "mine.py"
    assert Path(os.path.normpath(prefix / SITE / back)) == outside
    copy = boat(prefix, "1.0", "boat.py", back, str(outside))
    (prefix / SITE / copy / "installed-files.txt").write_text(f"{'../' * 6}mine.py\n{outside}\n\n")
    gone = paths(prefix, MendKind.DELETED, step(K.REMOVE_COPY, copy))
    assert f"{SITE}/boat.py" in gone
    assert not [path for path in gone if path.startswith(("/", "..")) or "mine.py" in path]


def test_that_older_copies_tell_their_files_in_a_list_of_their_own(prefix: Path) -> None:
    info = prefix / SITE / "sail-1.0-py3.12.egg-info"
    info.mkdir()
    (info / "PKG-INFO").write_text("Metadata-Version: 1.0\nName: sail\nVersion: 1.0\n")
    (info / "installed-files.txt").write_text("../sail.py\nPKG-INFO\n")
    (prefix / SITE / "sail.py").touch()
    gone = paths(prefix, MendKind.DELETED, step(K.REMOVE_COPY, info.name))
    assert f"{SITE}/sail.py" in gone
    assert f"{SITE}/{info.name}/PKG-INFO" in gone


def test_that_a_record_that_is_dropped_takes_what_only_it_had(prefix: Path) -> None:
    other = write_distribution(prefix / SITE, "kite", "2.0")
    (other / "RECORD").write_text(f"kite/__init__.py,,\n{other.name}/METADATA,,\n")
    gone = paths(prefix, MendKind.DELETED, step(K.HAND_TO_PYPI, "kite"))
    record = next((prefix / "conda-meta").glob("kite-*.json"))
    assert f"conda-meta/{record.name}" in gone
    assert f"{SITE}/kite-1.0.0.dist-info/METADATA" in gone
    assert f"{SITE}/{other.name}/METADATA" not in gone
    assert f"{SITE}/kite/__init__.py" not in gone, "the other one needs it"


def test_that_a_record_that_is_dropped_leaves_what_pypi_put_into_its_place(prefix: Path) -> None:
    info = prefix / SITE / "kite-1.0.0.dist-info"
    (info / "INSTALLER").write_text("pip\n")
    (info / "RECORD").write_text("kite/__init__.py,,\nkite-1.0.0.dist-info/METADATA,,\n")
    gone = paths(prefix, MendKind.DELETED, step(K.HAND_TO_PYPI, "kite"))
    assert f"{SITE}/kite-1.0.0.dist-info/METADATA" not in gone
    assert f"{SITE}/kite/__init__.py" not in gone


def test_that_what_conda_shall_put_back_is_not_dropped_too(prefix: Path) -> None:
    boat(prefix, "1.0", "kite/__init__.py")
    restore, hand = step(K.RESTORE_CONDA, "kite"), step(K.HAND_TO_PYPI, "kite")
    assert mends(prefix, restore, hand) == mends(prefix, restore)
    assert mends(prefix, hand) != ()


def test_that_files_come_back_or_are_renewed_and_sound_ones_stay(prefix: Path) -> None:
    (prefix / SITE / "kite" / "__init__.py").write_text("answer = 1\n")
    (prefix / SITE / "kite-1.0.0.dist-info" / "WHEEL").unlink()
    restore = step(K.RESTORE_CONDA, "kite")
    assert paths(prefix, MendKind.RENEWED, restore) == {f"{SITE}/kite/__init__.py"}
    assert paths(prefix, MendKind.PUT_BACK, restore) == {f"{SITE}/kite-1.0.0.dist-info/WHEEL"}


def test_that_only_what_an_interrupted_change_left_goes_and_what_it_moved_comes_back(
    prefix: Path,
) -> None:
    meta = prefix / "conda-meta"
    (meta / "prefix_record_a1.json").touch()
    module = prefix / SITE / "kite" / "__init__.py"
    module.rename(f"{module}.c~")
    (meta / "history.c~").touch()  # its own name is there, too
    settle = step(K.SETTLE)
    assert paths(prefix, MendKind.DELETED, settle) == {"conda-meta/prefix_record_a1.json"}
    assert paths(prefix, MendKind.PUT_BACK, settle) == {f"{SITE}/kite/__init__.py"}
    assert mends(prefix, step(K.DELETE_FILES, "nothing/there")) == ()


def test_that_a_mark_goes_only_where_that_is_asked_for(prefix: Path) -> None:
    assert mends(prefix, step(K.UNFREEZE)) == ()
    (prefix / "conda-meta" / "frozen").touch()
    assert mends(prefix, step(K.UNFREEZE)) == (Mend(MendKind.DELETED, "conda-meta/frozen"),)
    assert mends(prefix, step(K.DELETE_FILES, "not-there")) == ()


@pytest.mark.skipif(os.name != "posix", reason="sets rights of POSIX")
def test_that_what_its_owner_may_not_use_is_opened_and_nothing_else(prefix: Path) -> None:
    assert mends(prefix, step(K.ALLOW_WRITING)) == ()
    module = prefix / SITE / "kite" / "__init__.py"
    record = next((prefix / "conda-meta").glob("kite-*.json"))
    for path, mode in ((module, 0o000), (record, 0o444), (module.parent, 0o555)):
        path.chmod(mode)
    (prefix / "bin" / "pip").chmod(0o444)  # may be read, which is all that a file needs
    opened = paths(prefix, MendKind.OPENED, step(K.ALLOW_WRITING))
    closed = (module, module.parent, record)
    assert opened == {path.relative_to(prefix).as_posix() for path in closed}
    module.parent.chmod(0o755)


def test_that_what_is_written_is_told(prefix: Path) -> None:
    record = next((prefix / "conda-meta").glob("kite-*.json"))
    name = record.name
    record.write_text(json.dumps({"name": "kite"}))
    told = mends(
        prefix,
        step(K.ISOLATE),
        step(K.REBUILD_RECORD, "history"),
        step(K.REBUILD_RECORD, name),
    )
    assert set(told) == {
        Mend(MendKind.DELETED, f"conda-meta/{name}", "kite"),
        Mend(MendKind.WRITTEN, "conda-meta/state"),
        Mend(MendKind.WRITTEN, "conda-meta/history"),
        Mend(MendKind.WRITTEN, f"conda-meta/{name}", "kite"),
    }
