"""Files become environments without a window: `plan import`, then `apply`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.places import Places
from engine.practice import ChannelServer
from tests.support.changing import imported
from tests.support.pypi import index_of, point_pip_at, project

SOURCE = Path(__file__).resolve().parents[3]
LINES = "numerals<2.1\nlantern\ngit+https://git.example.org/gauge.git#egg=gauge\n"


def run(places: Places, *arguments: str | Path) -> tuple[int, list[Any]]:
    command = [sys.executable, "-m", "engine", "--root", str(places.home.parent)]
    done = subprocess.run(
        [*command, *map(str, arguments)], cwd=SOURCE, capture_output=True, timeout=120, check=False
    )
    assert b"Traceback" not in done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.skipif(sys.platform == "win32", reason="looks into bin")
def test_that_files_become_an_environment_and_go_into_it(
    configured: Places, server: ChannelServer, tmp_path: Path
) -> None:
    point_pip_at(configured, index_of(tmp_path / "simple", project("lantern", "1.0.0")))
    file, plan = tmp_path / "requirements.txt", tmp_path / "plan.json"
    file.write_text(LINES, encoding="utf-8")
    status, (answer,) = run(configured, "plan", "import", file, "--name", "课程", "--out", plan)
    assert (status, answer["plan"]) == (0, str(plan))
    told = [each for each in json.loads(plan.read_bytes())["warnings"] if "file" in each["code"]]
    assert [dict(each["values"])["line"] for each in told] == ["3"]
    assert [dict(each["values"])["code"] for each in told] == ["not-ticked"]
    status, messages = run(configured, "apply", plan)
    assert (status, messages[-1]["message"]) == (0, "WorkDone")
    prefix = configured.envs / "课程"
    assert imported(prefix, "numerals", "lantern") == {"numerals": "2.0.1", "lantern": "1.0.0"}
    (tmp_path / "web").mkdir()
    more = tmp_path / "web" / "environment.yml"
    more.write_text("dependencies:\n- almanac\n", encoding="utf-8")
    with ChannelServer(tmp_path / "web") as web:
        address = web.url_of("environment.yml")
        status, _ = run(configured, "plan", "import", address, "--into", prefix, "--out", plan)
    assert status == 0
    status, messages = run(configured, "apply", plan)
    assert (status, messages[-1]["message"]) == (0, "WorkDone")
    assert list((prefix / "conda-meta").glob("almanac-*.json"))
    assert list((prefix / "conda-meta").glob("numerals-2.0.1-*.json"))


def test_that_files_that_cannot_be_used_are_one_error_document(
    configured: Places, tmp_path: Path
) -> None:
    file = tmp_path / "picture.bin"
    file.write_bytes(bytes(range(256)) * 20)
    status, (answer,) = run(configured, "plan", "import", file, "--name", "a")
    assert (status, answer["error"]["code"]) == (1, "file-not-recognised")
    lock = tmp_path / "explicit.txt"
    lock.write_text("@EXPLICIT\nhttps://conda.example.org/x/noarch/a-1-0.conda\n", "utf-8")
    status, (answer,) = run(configured, "plan", "import", lock, "--into", configured.envs / "a")
    assert status == 1
    assert answer["error"]["code"] in ("bad-usage", "not-an-environment", "prefix-missing")
    assert not configured.envs.exists()
