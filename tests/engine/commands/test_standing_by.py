from __future__ import annotations

import os
import threading
from typing import BinaryIO

import pytest

from engine.commands.standing_by import first_line


@pytest.fixture
def pipe() -> tuple[BinaryIO, BinaryIO]:
    reading, writing = os.pipe()
    return os.fdopen(reading, "rb"), os.fdopen(writing, "wb", buffering=0)


def test_that_everything_is_prepared_while_no_question_comes(
    pipe: tuple[BinaryIO, BinaryIO],
) -> None:
    reading, writing = pipe
    made: list[int] = []
    with reading, writing:
        last = [lambda: made.append(3), lambda: writing.write(b"question\ndetach\n")]
        line = first_line(reading, [lambda: made.append(1), lambda: made.append(2), *last])
        assert line == b"question\n"
        assert made == [1, 2, 3]
        assert reading.readline() == b"detach\n"


def test_that_a_question_is_not_kept_waiting_for_what_is_left_to_prepare(
    pipe: tuple[BinaryIO, BinaryIO],
) -> None:
    reading, writing = pipe
    made: list[int] = []

    def ask() -> None:
        writing.write(b"question\n")
        readers = [each for each in threading.enumerate() if each.name == "envdesk-question"]
        for each in readers:
            each.join(60)

    with reading, writing:
        assert first_line(reading, [ask, lambda: made.append(1)]) == b"question\n"
        assert made == []


def test_that_nobody_asking_is_no_question(pipe: tuple[BinaryIO, BinaryIO]) -> None:
    reading, writing = pipe
    with reading:
        assert first_line(reading, [writing.close]) == b""
