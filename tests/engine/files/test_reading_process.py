"""Files are read by a process of its own, which says what they ask for or why they cannot be."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import EngineError, ErrorCode
from engine.files.values import FileKind
from engine.places import Places
from engine.session import Engine


async def test_that_the_engine_reads_several_files_together_in_a_worker(
    places: Places, tmp_path: Path
) -> None:
    (tmp_path / "requirements.txt").write_text("numpy\n", encoding="utf-8")
    (tmp_path / "constraints.txt").write_text("numpy<3\n", encoding="utf-8")
    (tmp_path / "locked.txt").write_text(
        "@EXPLICIT\nhttps://conda.example.org/x/noarch/a-1-0.conda\n", encoding="utf-8"
    )
    engine = Engine(places)
    try:
        found = await engine.read_files(
            [tmp_path / "constraints.txt", tmp_path / "requirements.txt"]
        )
        assert (found.kind, found.path) == (
            FileKind.REQUIREMENTS,
            tmp_path / "requirements.txt",
        )
        assert [each.text for each in found.wanted] == ["numpy"]
        assert [each.text for each in found.constraints] == ["numpy<3"]
        assert [(part.path.name, part.kind) for part in found.parts] == [
            ("constraints.txt", FileKind.CONSTRAINTS),
            ("requirements.txt", FileKind.REQUIREMENTS),
        ]
        path = tmp_path / "constraints.txt"
        both = await engine.read_files(
            [path, tmp_path / "requirements.txt"], kinds={path: FileKind.REQUIREMENTS}
        )
        assert [each.text for each in both.wanted] == ["numpy<3", "numpy"]
        pasted = await engine.read_text("scipy>=1\n", kind=FileKind.CONSTRAINTS)
        assert [each.text for each in pasted.constraints] == ["scipy>=1"]
        with pytest.raises(EngineError) as mixed:
            await engine.read_files([tmp_path / "requirements.txt", tmp_path / "locked.txt"])
        assert mixed.value.code is ErrorCode.FILES_DO_NOT_MIX
        with pytest.raises(EngineError) as missing:
            await engine.read_files([tmp_path / "gone.txt"])
        assert missing.value.code is ErrorCode.FILE_UNREADABLE
    finally:
        await engine.aclose()


def test_that_the_command_prints_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("numpy<3\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "engine", "read", str(path), "--kind", "constraints"],
        capture_output=True,
        check=True,
        timeout=60,
        cwd=Path(__file__).parents[3],
    )
    document = json.loads(done.stdout)
    assert document["kind"] == "constraints"
    assert [each["name"] for each in document["constraints"]] == ["numpy"]
