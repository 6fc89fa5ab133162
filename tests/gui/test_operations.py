from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget

from engine.errors import EngineError, ErrorCode, Failure
from gui import operations
from gui.operations import Operation, cancel_operations, present_failures_with
from tests.support.windowing import until


@pytest.fixture
def widget(qapp: object) -> Iterator[QWidget]:
    made = QWidget()
    yield made
    made.deleteLater()


@pytest.fixture
def presented() -> list[tuple[QWidget, Failure]]:
    shown: list[tuple[QWidget, Failure]] = []
    present_failures_with(lambda parent, failure: shown.append((parent, failure)))
    return shown


async def answer(value: str, after: float = 0) -> str:
    await asyncio.sleep(after)
    return value


async def fail(error: BaseException) -> str:
    await asyncio.sleep(0)
    raise error


async def test_that_the_result_is_handed_over_and_then_the_end_is_told(widget: QWidget) -> None:
    told: list[str] = []
    operation = Operation(widget, lambda: answer("numpy"))
    operation.then(told.append).finally_(lambda: told.append("end"))
    assert not operation.is_running
    operation.run()
    assert operation.is_running
    await until(lambda: "end" in told)
    assert told == ["numpy", "end"]
    assert not operation.is_running


async def test_that_running_it_twice_asks_once_and_again_after_the_end(widget: QWidget) -> None:
    asked: list[int] = []

    async def ask() -> None:
        asked.append(1)
        await asyncio.sleep(0.01)

    operation = Operation(widget, ask).run().run()
    await until(lambda: not operation.is_running)
    operation.run()
    await until(lambda: not operation.is_running)
    assert len(asked) == 2


async def test_that_a_failure_is_shown_over_the_widget(
    widget: QWidget, presented: list[tuple[QWidget, Failure]]
) -> None:
    told: list[str] = []
    error = EngineError(ErrorCode.DISK_FULL, "The disk is full.")
    Operation(widget, lambda: fail(error)).then(told.append).run()
    await until(lambda: presented)
    assert presented == [(widget, error.failure)]
    assert told == []


async def test_that_a_failure_that_was_taken_is_not_shown(
    widget: QWidget, presented: list[tuple[QWidget, Failure]]
) -> None:
    taken: list[Failure] = []
    error = EngineError(ErrorCode.DISK_FULL, "The disk is full.")
    Operation(widget, lambda: fail(error)).otherwise(taken.append).run()
    await until(lambda: taken)
    assert taken == [error.failure]
    assert presented == []


async def test_that_a_fault_of_ours_becomes_a_calm_failure(
    widget: QWidget, presented: list[tuple[QWidget, Failure]]
) -> None:
    Operation(widget, lambda: fail(ZeroDivisionError("oops"))).run()
    await until(lambda: presented)
    assert presented[0][1].code is ErrorCode.INTERNAL
    assert "ZeroDivisionError: oops" in presented[0][1].detail
    assert "oops" not in presented[0][1].summary


@pytest.mark.parametrize("at_once", [True, False], ids=["before its first step", "under way"])
async def test_that_cancelling_is_silent_and_only_the_end_is_told(
    widget: QWidget, presented: list[tuple[QWidget, Failure]], at_once: bool
) -> None:
    told: list[str] = []
    operation = Operation(widget, lambda: answer("late", after=60))
    operation.then(told.append).finally_(lambda: told.append("end")).run()
    if not at_once:
        await asyncio.sleep(0.01)
    operation.cancel()
    await until(lambda: told)
    assert told == ["end"]
    assert presented == []


async def test_that_a_cancellation_by_the_engine_is_silent(
    widget: QWidget, presented: list[tuple[QWidget, Failure]]
) -> None:
    ends: list[int] = []
    error = EngineError(ErrorCode.CANCELLED, "Cancelled.")
    Operation(widget, lambda: fail(error)).finally_(lambda: ends.append(1)).run()
    await until(lambda: ends)
    assert presented == []


async def test_that_an_operation_dies_with_its_widget(qapp: object) -> None:
    widget = QWidget()
    told: list[str] = []
    operation = Operation(widget, lambda: answer("late", after=60)).then(told.append)
    operation.finally_(lambda: told.append("end")).run()
    await asyncio.sleep(0)
    widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    await until(lambda: not operation.is_running)
    assert told == []


async def test_that_closing_down_waits_until_every_operation_has_ended(widget: QWidget) -> None:
    ended: list[int] = []

    async def slow() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            ended.append(1)

    for _ in range(3):
        Operation(widget, slow).run()
    await asyncio.sleep(0)
    await cancel_operations()
    assert len(ended) == 3
    await cancel_operations()


async def test_that_an_error_in_the_callback_reaches_the_last_door(widget: QWidget) -> None:
    seen: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: seen.append(context.get("exception")))

    def burst(_: str) -> None:
        raise ValueError("in the callback")

    Operation(widget, lambda: answer("x")).then(burst).run()
    await until(lambda: seen)
    assert isinstance(seen[0], ValueError)


def test_that_a_presenter_is_not_asked_about_a_widget_that_is_gone(
    presented: list[tuple[QWidget, Failure]], qapp: object
) -> None:
    gone = QWidget()
    gone.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    operations.present_failure(gone, Failure(ErrorCode.DISK_FULL, "The disk is full."))
    assert presented == []
