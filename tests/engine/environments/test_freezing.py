"""The mark of a frozen environment says what it says, whatever is in it, and whose it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.environments.freezing import frozen_message, is_own_mark


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    (tmp_path / "conda-meta").mkdir()
    return tmp_path / "conda-meta" / "frozen"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ""),
        (b"{}", ""),
        (b'{"message": "Runs the\\n shop."}', "Runs the shop."),
        (b'{"message": "Runs the shop.", "since": 2025}', "Runs the shop."),
        (b'{"message": ["Runs"]}', ""),
        (b'{"message": "cut o', ""),
        (b"\xff\xfe\x00", ""),
        (b"[" * 70_000, ""),
    ],
)
def test_that_the_message_of_a_mark_is_read_whatever_is_in_it(
    mark: Path, content: bytes, message: str
) -> None:
    mark.write_bytes(content)
    assert frozen_message(mark.parent.parent) == message
    assert is_own_mark(mark.parent.parent)


def test_that_no_mark_says_nothing_and_is_nobodys(mark: Path) -> None:
    assert frozen_message(mark.parent.parent) == ""
    assert not is_own_mark(mark.parent.parent)


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0, reason="only root gives files to others"
)
def test_that_the_mark_of_somebody_else_is_not_the_users_own(mark: Path) -> None:
    mark.touch()
    os.chown(mark, 65534, 65534)
    assert not is_own_mark(mark.parent.parent)
