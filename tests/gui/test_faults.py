from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import ErrorCode, Failure
from gui.faults import FaultReporter, hold_log, write_log_to
from tests.support.windowing import until


@pytest.fixture
def told() -> Iterator[list[Failure]]:
    before = sys.excepthook
    yield []
    sys.excepthook = before


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    logger = logging.getLogger()
    handlers, level = list(logger.handlers), logger.level
    yield logger
    for handler in logger.handlers:
        if handler not in handlers:
            handler.close()
    logger.handlers[:] = handlers
    logger.setLevel(level)


async def burst() -> None:
    raise ZeroDivisionError("deep inside")


async def test_that_both_doors_lead_to_one_calm_sentence(
    told: list[Failure], caplog: pytest.LogCaptureFixture
) -> None:
    FaultReporter(told.append).install(asyncio.get_running_loop())
    lost = asyncio.get_running_loop().create_task(burst())
    await until(lost.done)
    del lost
    await until(lambda: told)
    try:
        raise KeyError("in a slot")
    except KeyError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert [failure.code for failure in told] == [ErrorCode.INTERNAL], "a swarm is said once"
    assert "deep inside" not in told[0].summary
    assert "deep inside" in caplog.text
    assert "in a slot" in caplog.text


async def test_that_what_is_no_error_is_only_logged(
    told: list[Failure], caplog: pytest.LogCaptureFixture
) -> None:
    loop = asyncio.get_running_loop()
    FaultReporter(told.append).install(loop)
    loop.call_exception_handler({"message": "a socket was left open"})
    assert told == []
    assert "a socket was left open" in caplog.text


def test_that_the_log_is_written_below_the_given_folder(
    tmp_path: Path, root_logger: logging.Logger
) -> None:
    write_log_to(tmp_path / "state")
    logging.getLogger("envdesk.test").info("数据 was read")
    for handler in root_logger.handlers:
        handler.flush()
    assert "数据 was read" in (tmp_path / "state" / "envdesk.log").read_text("utf-8")


def test_that_what_was_said_before_the_folder_was_known_is_written_too(
    tmp_path: Path, root_logger: logging.Logger
) -> None:
    held = hold_log()
    logging.getLogger("envdesk.test").warning("an early word")
    write_log_to(tmp_path, held)
    assert held not in root_logger.handlers
    for handler in root_logger.handlers:
        handler.flush()
    assert "an early word" in (tmp_path / "envdesk.log").read_text("utf-8")


def test_that_a_folder_that_cannot_be_made_is_no_reason_not_to_start(
    tmp_path: Path, root_logger: logging.Logger
) -> None:
    (tmp_path / "file").write_text("in the way")
    write_log_to(tmp_path / "file" / "state")
    logging.getLogger("envdesk.test").warning("still here")


def test_that_a_log_that_cannot_be_written_is_not_told_line_by_line(
    tmp_path: Path, root_logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "envdesk.log").mkdir()  # stands for any file that cannot be opened
    write_log_to(tmp_path)
    logging.getLogger("envdesk.test").error("something")
    assert "Traceback" not in capsys.readouterr().err
