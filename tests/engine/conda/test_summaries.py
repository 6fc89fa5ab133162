from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.conda.condarc import CondaConfiguration
from engine.conda.summaries import read_summaries
from engine.places import Places
from engine.practice import ChannelServer
from engine.practice.faults import Fault, FaultKind

CONFIGURATION = CondaConfiguration()
PATTERN = "*/channeldata.json"


def test_that_what_packages_are_for_is_read_once_and_then_only_when_it_changed(
    server: ChannelServer, places: Places
) -> None:
    address = server.url_of("practice-main")
    first = read_summaries(address, CONFIGURATION, places)
    assert first is not None
    assert first["numerals"] == "Numbers in Roman numerals."
    (kept,) = (places.cache / "summaries").iterdir()
    before = kept.stat().st_mtime_ns
    assert read_summaries(address, CONFIGURATION, places) == first
    assert kept.stat().st_mtime_ns == before  # the server said that there is nothing new


@pytest.mark.parametrize("kind", [FaultKind.STATUS, FaultKind.TRUNCATE, FaultKind.SHORTEN])
def test_that_what_was_read_before_stays_where_the_server_fails(
    server: ChannelServer, places: Places, kind: FaultKind
) -> None:
    address = server.url_of("practice-main")
    server.faults.add(Fault(kind, PATTERN, after_bytes=40))
    assert read_summaries(address, CONFIGURATION, places) is None
    server.faults.clear()
    first = read_summaries(address, CONFIGURATION, places)
    assert first
    server.faults.add(Fault(kind, PATTERN, after_bytes=40))
    assert read_summaries(address, CONFIGURATION, places) == first
    assert read_summaries(address, CondaConfiguration(offline=True), places) == first


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (json.dumps({"packages": {"a": {"summary": " one\n two "}, "b": {}}}), {"a": "one two"}),
        (json.dumps({"packages": {"a": {"summary": None}}}), {}),
        ("{}", {}),
        ("[]", None),
        ('{"packages": 1}', None),
        (None, None),
    ],
)
def test_that_a_folder_is_read_as_a_channel_too(
    places: Places, tmp_path: Path, content: str | None, expected: dict[str, str] | None
) -> None:
    if content is not None:
        (tmp_path / "channeldata.json").write_text(content, encoding="utf-8")
    assert read_summaries(tmp_path.as_uri(), CONFIGURATION, places) == expected
    assert not places.cache.exists()
