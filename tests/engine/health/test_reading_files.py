"""Files are compared by two processes with the same answers as by one, whatever becomes of it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from engine.health import comparing, reading_files, sharing_work
from engine.health.claims import Claim, Listing
from engine.health.comparing import STEP, not_plainly_right
from engine.health.reading_files import CheckCancelledError, FileReader, Odd, State
from engine.health.values import HealthProgress
from engine.launching import hasher_command, own_command
from engine.records import RecordKind

DIES_AT_THE_FIRST_QUESTION = "import sys; sys.stdin.buffer.read(8); sys.exit(3)"
SPEAKS_NONSENSE = "import sys; sys.stdin.buffer.read(8); sys.stdout.write('x' * 5)"
ANSWERS_NONSENSE = "import sys; sys.stdout.buffer.write(bytes([3]) + bytes(7) + b'xyz')"
FILES = 60


@pytest.fixture
def claims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Claim]:
    """Write files of all sizes, and return what is expected of them: some are not so."""
    monkeypatch.setattr(reading_files, "processors", lambda: 2)
    monkeypatch.setattr(reading_files, "_BATCH_FILES", 4)
    monkeypatch.setattr(reading_files, "_BATCH_BYTES", STEP + STEP // 2)
    made: list[Claim] = []
    for at in range(FILES):
        size = (0, 1, 70, 5_000, STEP - 1, STEP, STEP + 1)[at % 7]
        data = bytes([at]) * size
        name = f"文件 {at}" if at % 2 else os.fsdecode(b"f\xff%d" % at)
        (tmp_path / name).write_bytes(data)
        claim = Claim(name, "kite", RecordKind.CONDA, hashlib.sha256(data).hexdigest(), size=size)
        made.append(claim)
    (tmp_path / made[3].path).write_bytes(b"other")
    (tmp_path / made[11].path).write_bytes(bytes([12]) * STEP)  # as long as it should be
    (tmp_path / made[12].path).write_bytes(bytes([12]) * (STEP * 2))
    (tmp_path / made[20].path).unlink()
    (tmp_path / made[33].path).unlink()
    (tmp_path / made[33].path).symlink_to("/nowhere/at/all")
    return made


def odd_of(claims: list[Claim]) -> tuple[Odd, ...]:
    return (
        Odd(claims[3], State.ALTERED),
        *(Odd(claims[at], State.ALTERED) for at in (11, 12)),
        Odd(claims[20], State.MISSING),
        Odd(claims[33], State.LINK_BROKEN),
    )


def listing(claims: list[Claim]) -> Listing:
    return Listing(
        claims.__getitem__,
        [claim.path for claim in claims],
        [claim.size for claim in claims],
        [claim.sha256 for claim in claims],
    )


def read(
    folder: Path, claims: list[Claim], expected: int, others: tuple[str, ...] = ()
) -> tuple[Odd, ...]:
    told: list[HealthProgress] = []
    with FileReader(str(folder), lambda: False, others) as reader:
        reader.expect(expected)
        for at in range(0, len(claims), 7):
            reader.add(listing(claims[at : at + 7]))
        found = reader.read(lambda _: True, told.append)
    assert told[-1].files_done == told[-1].files_total == FILES
    assert told[-1].bytes_done == told[-1].bytes_total == sum(claim.size for claim in claims)
    return found


@pytest.mark.skipif(os.name != "posix", reason="has names that are no text")
@pytest.mark.parametrize("expected", [0, 10**9], ids=["alone", "helped"])
def test_that_the_same_files_are_odd_with_help_and_without(
    tmp_path: Path, claims: list[Claim], expected: int
) -> None:
    assert read(tmp_path, claims, expected) == odd_of(claims)


@pytest.mark.skipif(os.name != "posix", reason="has names that are no text")
def test_that_files_are_searched_for_another_place_in_their_order(
    tmp_path: Path, claims: list[Claim]
) -> None:
    data = b"#!/envs/before/bin/python\n"
    for at in (5, 50):
        (tmp_path / claims[at].path).write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        claims[at] = msgspec.structs.replace(claims[at], sha256=digest)
    found = read(tmp_path, claims, 0, ("/envs/before",))
    elsewhere = [Odd(claims[at], State.ELSEWHERE, "/envs/before") for at in (5, 50)]
    odd = odd_of(claims)
    assert found == (odd[0], elsewhere[0], *odd[1:], elsewhere[1])


@pytest.mark.skipif(os.name != "posix", reason="has names that are no text")
@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "-c", DIES_AT_THE_FIRST_QUESTION],
        [sys.executable, "-c", SPEAKS_NONSENSE],
        [sys.executable, "-c", ANSWERS_NONSENSE],
        ["/nowhere/at/all"],
    ],
    ids=["dies", "speaks nonsense", "answers nonsense", "is not there"],
)
def test_that_a_helper_that_fails_costs_nothing_but_its_help(
    tmp_path: Path, claims: list[Claim], monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setattr(sharing_work, "hasher_command", lambda: command)
    assert read(tmp_path, claims, 10**9) == odd_of(claims)


@pytest.mark.skipif(os.name != "posix", reason="has names that are no text")
@pytest.mark.parametrize("others", [(), ("/envs/before",)], ids=["plain", "searched"])
def test_that_reading_stops_when_it_is_cancelled(
    tmp_path: Path, claims: list[Claim], others: tuple[str, ...]
) -> None:
    answers = iter([False] * 2)
    small = [claim for claim in claims if claim.size < STEP]  # in long ones it is asked, too
    with FileReader(str(tmp_path), lambda: next(answers, True), others) as reader:
        reader.expect(10**9)
        reader.add(listing(small))
        with pytest.raises(CheckCancelledError):
            reader.read(lambda _: True, lambda _: None)


def test_that_a_long_file_is_given_up_when_it_is_cancelled(tmp_path: Path) -> None:
    data = bytes(STEP * 3)
    (tmp_path / "long").write_bytes(data)
    expected = (["long"], [len(data)], [hashlib.sha256(data).hexdigest()])
    assert not_plainly_right(f"{tmp_path}/", expected) == []
    assert not_plainly_right(f"{tmp_path}/", expected, lambda: True) == [0]


@pytest.mark.parametrize("is_below", [True, False], ids=["below a descriptor", "by whole paths"])
def test_that_files_are_compared_on_every_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_below: bool
) -> None:
    if is_below and not comparing.BELOW_DESCRIPTORS:
        pytest.skip("this system cannot")
    monkeypatch.setattr(comparing, "BELOW_DESCRIPTORS", is_below)
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "数据").write_bytes(b"as it should be")
    (tmp_path / "other").write_bytes(b"as it should not")
    digest = hashlib.sha256(b"as it should be").hexdigest()
    expected = (["inner/数据", "other", "gone"], [15, 15, 15], [digest] * 3)
    assert not_plainly_right(f"{tmp_path}/", expected) == [1, 2]
    assert not_plainly_right(f"{tmp_path}/nowhere/", expected) == [0, 1, 2]


@pytest.mark.parametrize("command", [hasher_command(), own_command("hash")])
def test_that_the_helper_ends_when_nobody_asks(command: list[str]) -> None:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60
    )
    assert (done.stdout, done.stderr) == (b"", b"")
