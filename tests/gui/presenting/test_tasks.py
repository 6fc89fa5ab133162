from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from engine.cache.values import Skipped, SkipReason
from engine.events import Phase, Progress, ProgressUnit, TaskState
from engine.requests import CleanRequest, CloneRequest, RelinkRequest, RenameRequest, Request
from gui import presenting
from tests.support.sentences import CLEAN, PLACE, REQUESTS, task


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (Progress(Phase.LINKING, 41, 54, ProgressUnit.PACKAGES), "installing 41 of 54"),
        (Progress(Phase.COPYING, 3, 9, ProgressUnit.FILES), "copying 3 of 9 files"),
        (Progress(Phase.PREPARING, 0, 0, ProgressUnit.PACKAGES), "preparing"),
    ],
)
def test_that_progress_is_said_in_words_and_numbers(progress: Progress, text: str) -> None:
    assert presenting.progress_text(progress) == text
    running = task(TaskState.RUNNING, progress=progress)
    assert presenting.task_sentence(running) == f"Creating 数据分析: {text}"


def test_that_downloads_are_counted_in_bytes() -> None:
    progress = Progress(Phase.DOWNLOADING, 3_000_000, 31_000_000, ProgressUnit.BYTES)
    assert re.fullmatch(r"downloading 3\.0.MB of 31.MB", presenting.progress_text(progress))


def test_that_cancelling_is_said_until_things_are_put_back() -> None:
    begun = task(
        TaskState.CANCELLING, progress=Progress(Phase.LINKING, 1, 2, ProgressUnit.PACKAGES)
    )
    assert presenting.task_sentence(begun) == "Creating 数据分析: cancelling…"
    back = replace(begun, progress=Progress(Phase.PUTTING_BACK, 1, 2, ProgressUnit.FILES))
    assert "putting everything back" in presenting.task_sentence(back)


@pytest.mark.parametrize("state", TaskState)
@pytest.mark.parametrize("request_", REQUESTS, ids=lambda one: type(one).__name__)
def test_that_a_task_is_said_in_one_line_whatever_became_of_it(
    state: TaskState, request_: Request
) -> None:
    text = presenting.task_sentence(task(state, request_))
    names = {"lean", "not deleted"} if isinstance(request_, CleanRequest) else set[str]()
    if isinstance(request_, RelinkRequest):
        names |= {"hare", "haring", "all of its files"}
    elif not isinstance(request_, CleanRequest):
        names.add(request_.prefix.name)
    if isinstance(request_, CloneRequest | RenameRequest):
        names.add(request_.source.name)
    assert any(name in text for name in names)
    assert "\n" not in text
    assert not PLACE.search(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""),
        (2.0, "a few seconds left"),
        (11.0, "10 s left"),
        (13.0, "15 s left"),
        (200.0, "3 min left"),
    ],
)
def test_that_the_time_left_is_coarse_enough_to_be_read(seconds: float | None, text: str) -> None:
    assert presenting.time_left_text(seconds) == text


def test_that_the_end_of_a_cleaning_tells_what_was_left_alone() -> None:
    left = (Skipped(Path("/pkgs/a"), "a", SkipReason.IN_USE, "conda"),)
    done = replace(task(TaskState.SUCCEEDED, CLEAN), skipped=left)
    assert presenting.task_sentence(done) == (
        "Cleaned up. 1 thing was left alone (in use by a program)."
    )
