"""What channels have, and what can be wrong with a channel."""

from __future__ import annotations

import socket
import sys
from dataclasses import replace

import pytest

from engine.conda.condarc import CondaConfiguration
from engine.conda.repodata import package_names, python_versions
from engine.errors import EngineError, ErrorCode
from tests.support.creating import PLAIN, opened_with
from tests.support.practising import Practice

MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"


def test_that_versions_of_python_are_minor_releases(practice: Practice) -> None:
    assert practice.call(python_versions, practice.both, PLAIN, practice.places) == (MINOR,)


def test_that_names_of_all_channels_are_sorted_and_told_once(practice: Practice) -> None:
    names = practice.call(package_names, practice.both, PLAIN, practice.places)
    assert names == tuple(sorted(set(names)))
    assert {"numerals", "papyrus", "quarry", "python"} <= set(names)
    assert "papyrus" not in practice.call(package_names, (practice.main,), PLAIN, practice.places)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (404, ErrorCode.CHANNEL_NOT_FOUND),
        (401, ErrorCode.CHANNEL_NEEDS_LOGIN),
        (403, ErrorCode.CHANNEL_NEEDS_LOGIN),
        (500, ErrorCode.CHANNEL_UNREACHABLE),
        (503, ErrorCode.CHANNEL_UNREACHABLE),
    ],
)
def test_that_an_error_status_is_explained_and_names_the_channel(
    practice: Practice, status: int, code: ErrorCode
) -> None:
    practice.server.faults.fail("/practice-extra/*", status)
    with pytest.raises(EngineError) as caught:
        practice.call(python_versions, practice.both, PLAIN, practice.places)
    failure = caught.value.failure
    assert failure.code is code
    assert failure.value("channel") == "practice-extra"
    assert "practice-extra" in failure.summary
    assert failure.cause
    assert failure.hint


def test_that_a_login_is_asked_for_and_the_one_in_the_address_is_used_and_not_shown(
    practice: Practice,
) -> None:
    practice.server.faults.require_login("ming", "secret")
    with pytest.raises(EngineError) as caught:
        practice.call(python_versions, (practice.main,), PLAIN, practice.places)
    assert caught.value.code is ErrorCode.CHANNEL_NEEDS_LOGIN
    wrong = practice.main.replace("://", "://ming:guessed@")
    with pytest.raises(EngineError) as caught:
        practice.call(python_versions, (wrong,), PLAIN, practice.places)
    assert caught.value.code is ErrorCode.CHANNEL_NEEDS_LOGIN
    assert "guessed" not in repr(caught.value.failure)
    right = practice.main.replace("://", "://ming:secret@")
    assert practice.call(python_versions, (right,), PLAIN, practice.places) == (MINOR,)


@pytest.mark.parametrize("after_bytes", [0, 200])
def test_that_a_server_that_stops_answering_is_given_up(
    practice: Practice, after_bytes: int
) -> None:
    practice.call(python_versions, (practice.main,), PLAIN, practice.places)  # known before
    practice.server.faults.stall("/practice-extra/*", after_bytes)
    with pytest.raises(EngineError) as caught:
        practice.call(python_versions, practice.both, PLAIN, practice.places, stall_seconds=4)
    assert caught.value.code is ErrorCode.CHANNEL_STALLED
    assert caught.value.failure.value("channel") == "practice-extra"


def test_that_a_slow_server_is_waited_for(practice: Practice) -> None:
    practice.server.faults.fail("*.zst", 404)
    practice.server.faults.throttle(12_000)  # the lists are some 20 kB
    assert practice.call(
        python_versions, (practice.main,), PLAIN, practice.places, stall_seconds=3
    ) == (MINOR,)


@pytest.mark.parametrize("after_bytes", [0, 1, 300])
def test_that_a_list_that_is_cut_short_is_a_broken_channel(
    practice: Practice, after_bytes: int
) -> None:
    practice.server.faults.fail("*.zst", 404)
    practice.server.faults.shorten("*/repodata.json", after_bytes)
    with pytest.raises(EngineError) as caught:
        practice.call(python_versions, (practice.main,), PLAIN, practice.places)
    assert caught.value.code is ErrorCode.CHANNEL_BROKEN


@pytest.mark.parametrize("pattern", ["*/repodata.json", "*/repodata_shards.msgpack.zst"])
def test_that_a_connection_that_breaks_off_is_a_broken_channel(
    practice: Practice, pattern: str
) -> None:
    if pattern.endswith(".json"):
        practice.server.faults.fail("*.zst", 404)
    practice.server.faults.truncate(pattern, 100)
    with pytest.raises(EngineError) as caught:
        practice.call(python_versions, (practice.main,), PLAIN, practice.places)
    assert caught.value.code is ErrorCode.CHANNEL_BROKEN


def test_that_a_page_in_place_of_a_list_is_a_broken_channel(practice: Practice) -> None:
    practice.server.faults.fail("*.zst", 404)
    practice.server.faults.corrupt("*/repodata.json")
    with pytest.raises(EngineError) as caught:
        practice.call(package_names, (practice.main,), PLAIN, practice.places)
    assert caught.value.code is ErrorCode.CHANNEL_BROKEN


def test_that_a_refused_connection_and_an_unknown_host_cannot_be_reached(
    practice: Practice,
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    for address in (f"http://127.0.0.1:{port}/quiet", "http://no-such-host.invalid/quiet"):
        with pytest.raises(EngineError) as caught:
            practice.call(python_versions, (address,), PLAIN, practice.places)
        failure = caught.value.failure
        assert failure.code is ErrorCode.CHANNEL_UNREACHABLE
        assert failure.value("channel") == "quiet"


def test_that_a_folder_that_is_not_there_is_not_a_channel(practice: Practice) -> None:
    with pytest.raises(EngineError) as caught:
        practice.call(
            python_versions, (str(practice.places.home / "no channel"),), PLAIN, practice.places
        )
    assert caught.value.code is ErrorCode.CHANNEL_NOT_FOUND


def test_that_no_channel_at_all_is_told(practice: Practice) -> None:
    with pytest.raises(EngineError) as caught:
        practice.call(python_versions, (), PLAIN, practice.places)
    assert caught.value.code is ErrorCode.CHANNEL_NOT_FOUND


def test_that_a_channel_that_was_read_before_is_taken_from_the_cache_when_the_network_is_gone(
    practice: Practice,
) -> None:
    practice.server.faults.fail("*.zst", 404)
    assert practice.call(opened_with, practice.both, practice.places) == ()
    practice.server.faults.stall("/practice-extra/*")
    assert practice.call(opened_with, practice.both, practice.places, stall_seconds=1.6) == (
        "practice-extra",
    )


def test_that_offline_needs_no_server_for_what_was_read_before_and_asks_none(
    practice: Practice,
) -> None:
    practice.call(python_versions, (practice.main,), PLAIN, practice.places)
    asked = len(practice.server.requests)
    offline = replace(PLAIN, offline=True)
    assert practice.call(python_versions, (practice.main,), offline, practice.places) == (MINOR,)
    with pytest.raises(EngineError) as caught:
        practice.call(python_versions, (practice.extra,), offline, practice.places)
    assert caught.value.code is ErrorCode.CHANNEL_UNREACHABLE
    assert "offline" in caught.value.failure.cause
    assert len(practice.server.requests) == asked


def test_that_the_configured_proxy_is_used(practice: Practice) -> None:
    proxied = CondaConfiguration(proxy_servers=(("http", practice.server.url),))
    address = "http://channels.invalid/practice-main"
    assert practice.call(python_versions, (address,), proxied, practice.places) == (MINOR,)


def test_that_plain_names_are_looked_for_below_the_alias(practice: Practice) -> None:
    aliased = CondaConfiguration(channel_alias=practice.server.url)
    assert practice.call(python_versions, ("practice-main",), aliased, practice.places) == (MINOR,)
