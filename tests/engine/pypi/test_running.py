"""uv is started clean, understood, and ended."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from engine.errors import EngineError, ErrorCode
from engine.places import Places
from engine.practice import ChannelServer
from engine.practice.pypi_index import write_index
from engine.pypi.complaints import translated, without_logins
from engine.pypi.requirements import parse_requirement
from engine.pypi.resolving import Question, resolve
from engine.pypi.running import find_uv, open_uv
from tests.support.pypi import point_pip_at

PYTHON = Path(sys.executable)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ChannelServer]:
    with ChannelServer(write_index(tmp_path / "index")) as server:
        yield server


def test_that_nothing_leads_uv_to_another_environment(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PIP_INDEX_URL", "UV_PYTHON"):
        monkeypatch.setenv(name, "/somewhere")
    isolated = dict(open_uv(places).variables)
    users = Places(
        places.home, places.envs, places.pkgs, places.settings, places.state, places.cache
    )
    for variables in (isolated, dict(open_uv(users).variables)):
        left = {name for name, value in variables.items() if value == "/somewhere"}
        assert left <= {"UV_DEFAULT_INDEX"}
    assert "UV_DEFAULT_INDEX" not in isolated
    assert isolated["HOME"] == str(places.home)
    assert Path(isolated["UV_CACHE_DIR"]).is_relative_to(places.cache)


def test_that_a_frozen_application_brings_its_own_uv(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "uv.exe" if sys.platform == "win32" else "uv"
    monkeypatch.setattr(sys, "executable", str(tmp_path / "Envdesk"))
    with pytest.raises(EngineError) as caught:
        find_uv(frozen=True)
    assert caught.value.code is ErrorCode.INTERNAL
    (tmp_path / name).touch()
    assert find_uv(frozen=True) == tmp_path / name
    assert find_uv(frozen=False).is_file()


async def stuck(places: Places, served: ChannelServer) -> asyncio.Task[object]:
    point_pip_at(places, served.url)
    served.faults.stall("/lanternfish/*")
    question = Question(PYTHON, wanted=(parse_requirement("lanternfish"),))
    task = asyncio.create_task(resolve(question, open_uv(places)))
    await asyncio.to_thread(served.wait_for, "/lanternfish/*")
    return task


def children() -> list[psutil.Process]:
    return [each for each in psutil.Process().children(recursive=True) if "uv" in each.name()]


async def test_that_cancelling_ends_uv(places: Places, served: ChannelServer) -> None:
    task = await stuck(places, served)
    assert children()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not children()


async def test_that_uv_has_a_time_limit(places: Places, served: ChannelServer) -> None:
    point_pip_at(places, served.url)
    served.faults.stall("/lanternfish/*")
    (places.home / "wanted.txt").write_text("lanternfish\n")
    uv = open_uv(places)
    with pytest.raises(EngineError) as caught:
        await uv.run(
            *("pip", "compile", "wanted.txt", "--python", str(PYTHON)),
            folder=places.home,
            timeout=1.0,
        )
    assert caught.value.code is ErrorCode.TIMED_OUT
    assert not children()


@pytest.mark.parametrize(
    ("complaint", "code", "values"),
    [
        ("error: No space left on device (os error 28)", ErrorCode.DISK_FULL, {}),
        ("error: x\n  cause: Permission denied (os error 13)", ErrorCode.NOT_WRITABLE, {}),
        (
            "error: Failed to fetch: `https://i.example/simple/x/`\n  cause: HTTP status "
            "client error (403 Forbidden) for url (https://i.example/simple/x/)",
            ErrorCode.INDEX_NEEDS_LOGIN,
            {"host": "i.example"},
        ),
        (
            "error: Failed to fetch: `https://i.example/simple/x/`\n  cause: HTTP status "
            "server error (502 Bad Gateway) for url (https://i.example/simple/x/)",
            ErrorCode.INDEX_UNREACHABLE,
            {"host": "i.example"},
        ),
        (
            "error: No solution found when resolving dependencies\n  cause: Because a==1 has no "
            "wheels with a matching Python ABI tag and b==2 depends on a==1, we can conclude.",
            ErrorCode.PYPI_UNSATISFIABLE,
            {},
        ),
        (
            "error: Requirements contain conflicting URLs for package `a`",
            ErrorCode.PYPI_UNSATISFIABLE,
            {},
        ),
        ("error: something new", ErrorCode.INTERNAL, {}),
        ("", ErrorCode.INTERNAL, {}),
    ],
)
def test_that_complaints_become_failures(
    complaint: str, code: ErrorCode, values: dict[str, str]
) -> None:
    failure = translated(complaint).failure
    assert failure.code is code
    assert values.items() <= dict(failure.values).items()
    assert failure.summary.endswith(".")
    assert failure.hint


def test_that_logins_are_taken_out_of_addresses() -> None:
    text = "see https://me:secret@i.example/x and http://token@j.example"
    assert without_logins(text) == "see https://i.example/x and http://j.example"
