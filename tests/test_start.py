"""Start real copies of start.py: the first time, later, moved, killed and without their wheels."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.support.checkouts import (
    SETTING_UP,
    Checkout,
    answer,
    assert_refused,
    write_checkout,
    write_wheel,
)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills and plays shells as POSIX does")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return write_checkout(tmp_path)


@pytest.fixture(scope="module")
def first_start(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Checkout, subprocess.CompletedProcess[str]]:
    """Start a fresh checkout where the folder, the variables and pip's settings mislead."""
    checkout = write_checkout(tmp_path_factory.mktemp("first"))
    traps = checkout.folder.parent / "traps"
    traps.mkdir()
    (traps / "gui.py").write_text("raise SystemExit('the wrong gui')")
    (traps / "pip.py").write_text("raise SystemExit('the wrong pip')")
    run = checkout.start(
        "--root",
        "x y",
        "--offscreen",
        cwd=traps,
        PYTHONPATH=str(traps),
        PIP_USER="1",
        PIP_TARGET=str(traps / "target"),
    )
    return checkout, run


@pytest.fixture(scope="module")
def finished(first_start: tuple[Checkout, subprocess.CompletedProcess[str]]) -> Checkout:
    checkout, run = first_start
    assert answer(run)["part"] == "1.0"
    return checkout


@pytest.fixture
def moved(finished: Checkout, tmp_path: Path) -> Checkout:
    folder = tmp_path / "moved 位置"
    shutil.copytree(finished.folder, folder, symlinks=True)
    return Checkout(folder, finished.wheels)


def test_that_a_fresh_checkout_sets_itself_up_and_hands_over(
    first_start: tuple[Checkout, subprocess.CompletedProcess[str]],
) -> None:
    checkout, run = first_start
    assert SETTING_UP in run.stdout
    assert answer(run) == {
        "arguments": ["--root", "x y", "--offscreen"],
        "folder": str(checkout.folder.parent / "traps"),
        "part": "1.0",
        "isolated": 1,
        "platform": "offscreen",
    }


def test_that_the_second_start_does_nothing_but_hand_over(finished: Checkout) -> None:
    def times() -> dict[Path, int]:
        files = (path for path in finished.folder.rglob("*") if "__pycache__" not in path.parts)
        return {path: path.lstat().st_mtime_ns for path in files}

    before = times()
    run = finished.start("--offscreen")
    assert len(run.stdout.splitlines()) == 1
    assert answer(run)["part"] == "1.0"
    assert times() == before


def test_that_a_moved_checkout_stays_ready(moved: Checkout) -> None:
    run = moved.start("--offscreen")
    assert SETTING_UP not in run.stdout
    assert answer(run)["part"] == "1.0"


def test_that_a_changed_lock_is_installed_into_the_environment_that_is_there(
    moved: Checkout,
) -> None:
    kept = moved.folder / ".venv" / "kept"
    kept.touch()
    moved.lock(write_wheel(moved.wheels, "2.0"))
    assert answer(moved.start("--offscreen"))["part"] == "2.0"
    assert kept.exists()


def test_that_an_environment_whose_python_is_gone_is_made_anew(moved: Checkout) -> None:
    python = moved.folder / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3")
    assert answer(moved.start("--offscreen"))["part"] == "1.0"


def kill_at(line: str, checkout: Checkout, *, spare_pip: bool) -> None:
    with checkout.begin() as process:
        assert process.stdout is not None
        assert any(line in said for said in process.stdout)
        if spare_pip:
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def test_that_a_start_killed_while_making_the_environment_is_made_good(checkout: Checkout) -> None:
    kill_at("Making a private", checkout, spare_pip=False)
    assert answer(checkout.start("--offscreen"))["part"] == "1.0"


@pytest.mark.parametrize("spare_pip", [False, True])
def test_that_a_start_killed_while_installing_is_made_good(
    moved: Checkout, spare_pip: bool
) -> None:
    moved.lock(write_wheel(moved.wheels, "2.0"))
    kill_at("Installing 1", moved, spare_pip=spare_pip)
    assert answer(moved.start("--offscreen"))["part"] == "2.0"
    assert not list(moved.folder.glob(".venv.discarded-*"))


def test_that_of_two_starts_at_once_one_sets_up_and_the_other_waits(moved: Checkout) -> None:
    moved.lock(write_wheel(moved.wheels, "2.0"))
    with moved.begin() as first, moved.begin() as second:
        said = [first.communicate(timeout=120)[0], second.communicate(timeout=120)[0]]
    assert [first.returncode, second.returncode] == [7, 7]
    assert sorted(SETTING_UP in text for text in said) == [False, True]
    assert all('"part": "2.0"' in text for text in said)


def test_that_an_altered_download_is_refused_and_the_environment_left_as_it_was(
    moved: Checkout,
) -> None:
    line = write_wheel(moved.wheels, "3.0")
    moved.lock(line[:-5] + "0000\n")
    assert_refused(moved.start("--offscreen"), "not the one that Envdesk expects", "start again")
    moved.lock(write_wheel(moved.wheels, "1.0"))
    run = moved.start("--offscreen")
    assert SETTING_UP not in run.stdout
    assert answer(run)["part"] == "1.0"


def test_that_a_package_missing_from_the_index_is_named(moved: Checkout) -> None:
    moved.lock("otherpart==1.0 --hash=sha256:" + "0" * 64 + "\n")
    assert_refused(moved.start("--offscreen"), "no otherpart==1.0", "mirror")


def test_that_no_network_is_said_and_a_later_start_goes_on(moved: Checkout) -> None:
    moved.lock(write_wheel(moved.wheels, "2.0"))
    run = moved.start(
        "--offscreen",
        PIP_NO_INDEX="0",
        PIP_FIND_LINKS="",
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_RETRIES="1",
    )
    assert_refused(run, "could not be reached", "Check the network")
    assert "trying again" in run.stdout
    run = moved.start("--offscreen")
    assert "Making a private" not in run.stdout
    assert answer(run)["part"] == "2.0"
