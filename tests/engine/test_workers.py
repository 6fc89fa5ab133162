from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import psutil
import pytest

from engine.workers import WorkerProcess

_ECHO = (
    "import sys\n"
    "for line in sys.stdin:\n"
    "    print('heard', line.strip(), flush=True)\n"
    "    if line.strip() == 'detach': break\n"
)


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


async def _until_gone(pid: int) -> None:
    async with asyncio.timeout(10):
        while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(0.01)


async def test_that_lines_arrive_in_order_and_the_end_is_told() -> None:
    worker = WorkerProcess(_python("for n in range(1000): print(n)"))
    assert [int(line) async for line in worker] == list(range(1000))
    assert worker.returncode == 0


async def test_that_a_line_of_many_megabytes_arrives_whole() -> None:
    worker = WorkerProcess(_python("print('x' * 8_000_000)"))
    assert len(await worker.read()) >= 8_000_000


async def test_that_the_document_is_the_first_line_and_an_answer_comes() -> None:
    worker = WorkerProcess(_python("import sys; print(sys.stdin.readline()[::-1])"), b"abc")
    assert (await worker.read()).strip() == b"cba"


async def test_that_a_killed_worker_ends_at_once_with_everything_it_started(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    worker = WorkerProcess(_python(code))
    lines = aiter(worker)
    child = int(await anext(lines))
    worker.kill()
    async with asyncio.timeout(5):
        assert [line async for line in lines] == []
    await _until_gone(child)


async def test_that_a_worker_killed_before_it_started_never_runs(tmp_path: Path) -> None:
    proof = tmp_path / "ran"
    worker = WorkerProcess(_python(f"import time; time.sleep(60); open({str(proof)!r}, 'w')"))
    worker.kill()
    async with asyncio.timeout(30):
        await worker.read()
    assert not proof.exists()


async def test_that_a_released_worker_hears_so_after_its_document() -> None:
    worker = WorkerProcess(_python(_ECHO), b"plan")
    await worker.release()
    assert (await worker.read()).split() == [b"heard", b"plan", b"heard", b"detach"]


async def test_that_what_a_worker_complains_of_can_be_read() -> None:
    worker = WorkerProcess(_python("import sys; sys.stderr.write('数据 went wrong')"))
    await worker.read()
    assert "went wrong" in worker.errors()


async def test_that_a_program_that_does_not_exist_is_an_os_error(tmp_path: Path) -> None:
    worker = WorkerProcess([str(tmp_path / "nothing")])
    with pytest.raises(OSError, match="nothing"):
        await worker.read()


async def test_that_sending_to_a_worker_that_is_gone_is_no_error() -> None:
    worker = WorkerProcess(_python("pass"))
    await worker.read()
    worker.send(b"hello\n")
    worker.kill()
