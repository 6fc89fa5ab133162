from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from engine.errors import EngineError, ErrorCode
from engine.places import places_below
from engine.transactions.locking import WORKROOM, hold


def _try_to_hold(prefix: str, root: str, answers: multiprocessing.Queue[str]) -> None:
    try:
        with hold((Path(prefix),), places_below(Path(root))):
            answers.put("held")
    except EngineError as error:
        answers.put(error.code)


def _ask_another_process(prefix: Path, root: Path) -> str:
    context = multiprocessing.get_context("spawn")
    answers: multiprocessing.Queue[str] = context.Queue()
    process = context.Process(target=_try_to_hold, args=(str(prefix), str(root), answers))
    process.start()
    answer = answers.get(timeout=30)
    process.join(30)
    answers.close()
    return answer


def test_that_another_process_is_refused_while_a_prefix_is_held_and_not_after(
    tmp_path: Path,
) -> None:
    prefix = tmp_path / "envs" / "数据 分析"
    with hold((prefix,), places_below(tmp_path)):
        assert _ask_another_process(prefix, tmp_path) == ErrorCode.PREFIX_BUSY
    assert _ask_another_process(prefix, tmp_path) == "held"


def test_that_another_spelling_of_the_prefix_meets_the_same_lock(tmp_path: Path) -> None:
    places = places_below(tmp_path)
    with hold((tmp_path / "envs" / "Course",), places):
        for spelling in ("envs/course", "envs/other/../COURSE"):
            with pytest.raises(EngineError), hold((tmp_path / spelling,), places):
                pass


def test_that_other_prefixes_are_free(tmp_path: Path) -> None:
    places = places_below(tmp_path)
    with hold((tmp_path / "envs" / "a",), places), hold((tmp_path / "envs" / "b",), places):
        pass


def test_that_nothing_is_left_beside_the_environments(tmp_path: Path) -> None:
    with hold((tmp_path / "envs" / "a",), places_below(tmp_path)):
        assert (tmp_path / "envs" / WORKROOM).is_dir()
    assert list((tmp_path / "envs").iterdir()) == []


def test_that_waiting_is_told_and_ends_in_a_clear_refusal(tmp_path: Path) -> None:
    places = places_below(tmp_path)
    told: list[bool] = []
    with hold((tmp_path / "envs" / "a",), places):
        with (
            pytest.raises(EngineError) as caught,
            hold(
                (tmp_path / "envs" / "a",), places, timeout=0.2, waiting=lambda: told.append(True)
            ),
        ):
            pass
        assert caught.value.code is ErrorCode.PREFIX_BUSY
    assert told == [True]


def _count_up(prefix: str, root: str, counter: str) -> None:
    for _ in range(25):
        with hold((Path(prefix),), places_below(Path(root)), timeout=60):
            number = int(Path(counter).read_text())
            Path(counter).write_text(str(number + 1))


def test_that_processes_that_come_and_go_never_hold_one_lock_at_once(tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")
    context = multiprocessing.get_context("spawn")
    arguments = (str(tmp_path / "envs" / "a"), str(tmp_path), str(counter))
    processes = [context.Process(target=_count_up, args=arguments) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert counter.read_text() == "75"
