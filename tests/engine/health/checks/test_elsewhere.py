from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.health.checks import elsewhere
from engine.health.claims import Claim
from engine.health.reading_files import Odd, State
from engine.records import RecordKind
from tests.support.checking import ways_of
from tests.support.scenes import scene_at

pytestmark = pytest.mark.skipif(os.name != "posix", reason="names places of POSIX")
MARK = "/opt/placeholder"


def odd(path: str, other: str = "", cached: str = "") -> Odd:
    claim = Claim(path, "kite", RecordKind.CONDA, placeholder=MARK, cached=cached)
    return Odd(claim, State.ELSEWHERE, other)


def test_that_commands_are_told_by_the_check_of_what_they_start(
    prefix: Path, tmp_path: Path
) -> None:
    files = (odd("bin/kite", "/before"), odd("etc/a", "/before"), odd("etc/b", "/long/before"))
    found = list(elsewhere.find(scene_at(prefix, tmp_path), files, ()))
    assert [(each.subject, each.value("count")) for each in found] == [
        ("/before", "1"),
        ("/long/before", "1"),
    ]
    assert ways_of(found[0]) == ("rewrite-prefix /before",)


@pytest.mark.parametrize(
    ("original", "written", "other"),
    [
        (f"root={MARK}\n", "root=/before\n", "/before"),
        (f"{MARK}/a:{MARK}/b", "/before/a:/before/b", "/before"),
        (f"root={MARK}\n", "root=not/absolute\n", ""),
        (f"root={MARK}\n", "other=/before\n", ""),
        (f"root={MARK}", "root=/before", ""),
        ("no placeholder\n", "no placeholder\n", ""),
    ],
)
def test_that_the_other_place_is_read_where_the_placeholder_was(
    prefix: Path, tmp_path: Path, original: str, written: str, other: str
) -> None:
    cached = tmp_path / "cached"
    cached.write_text(original)
    (prefix / "share" / "where").parent.mkdir(exist_ok=True)
    (prefix / "share" / "where").write_text(written)
    files = (odd("share/where", cached=str(cached)),)
    found = list(elsewhere.find(scene_at(prefix, tmp_path), files, ()))
    assert [each.subject for each in found] == ([other] if other else [])


def test_that_prefixes_that_commands_name_are_looked_for_first(
    prefix: Path, tmp_path: Path
) -> None:
    (prefix / "share").mkdir(exist_ok=True)
    (prefix / "share" / "where").write_text("made in /envs/before, of course")
    scene = scene_at(prefix, tmp_path)
    (found,) = elsewhere.find(scene, (odd("share/where"),), ("/never", "/envs/before"))
    assert found.subject == "/envs/before"
    assert list(elsewhere.find(scene, (odd("share/where"),), ("/never",))) == []
