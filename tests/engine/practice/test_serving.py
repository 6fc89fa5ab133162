from __future__ import annotations

import http.client
import re
import socket
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from engine.practice import MAIN_CHANNEL, ChannelServer
from tests.engine.practice import rattler_process
from tests.support.promises import promised

CONTENT = bytes(range(256)) * 400  # 102,400 bytes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    (folder / "一 big.bin").write_bytes(CONTENT)
    (folder / "small.json").write_bytes(b'{"a": 1}')
    (folder / "empty.bin").write_bytes(b"")
    return folder


@pytest.fixture
def small(folder: Path) -> Iterator[ChannelServer]:
    with ChannelServer(folder) as running:
        yield running


@pytest.fixture(scope="module")
def shared(folder: Path) -> Iterator[ChannelServer]:
    with ChannelServer(folder) as running:
        yield running


def get(server: ChannelServer, name: str, **headers: str) -> requests.Response:
    sent = {key.replace("_", "-"): value for key, value in headers.items()}
    return requests.get(server.url_of(name), headers=sent, timeout=10)


def test_that_files_arrive_whole_and_are_logged(small: ChannelServer) -> None:
    answer = get(small, "一 big.bin")
    assert answer.content == CONTENT
    logged = small.wait_for("*big.bin", at_least_sent=len(CONTENT))
    assert (logged.method, logged.path, logged.status) == ("GET", "/一 big.bin", 200)


@given(data=st.data())
def test_that_any_range_is_that_slice_of_the_file(
    shared: ChannelServer, data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, len(CONTENT) - 1))
    last = data.draw(st.none() | st.integers(first, len(CONTENT) + 10))
    answer = get(shared, "一 big.bin", Range=f"bytes={first}-{'' if last is None else last}")
    expected = CONTENT[first:] if last is None else CONTENT[first : last + 1]
    assert answer.status_code == 206
    assert answer.content == expected
    total = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", answer.headers["Content-Range"])
    assert total is not None
    assert [int(part) for part in total.groups()] == [
        first,
        first + len(expected) - 1,
        len(CONTENT),
    ]


def test_that_the_end_of_a_file_can_be_asked_for(small: ChannelServer) -> None:
    assert get(small, "一 big.bin", Range="bytes=-10").content == CONTENT[-10:]
    assert get(small, "一 big.bin", Range="bytes=200000-").status_code == 416


def test_that_an_unchanged_file_is_not_sent_again(small: ChannelServer) -> None:
    first = get(small, "small.json")
    assert get(small, "small.json", If_None_Match=first.headers["ETag"]).status_code == 304
    since = first.headers["Last-Modified"]
    assert get(small, "small.json", If_Modified_Since=since).status_code == 304
    before = formatdate(0, usegmt=True)
    assert get(small, "small.json", If_Modified_Since=before).status_code == 200
    assert get(small, "small.json", If_None_Match='"other"').content == b'{"a": 1}'
    changed = get(small, "small.json", Range="bytes=0-1", If_Range='"other"')
    assert (changed.status_code, changed.content) == (200, b'{"a": 1}')


def test_that_the_head_of_a_file_comes_without_its_body(small: ChannelServer) -> None:
    answer = requests.head(small.url_of("一 big.bin"), timeout=10)
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.content == b""


def test_that_nothing_outside_of_the_folder_is_served(small: ChannelServer, folder: Path) -> None:
    (folder.parent / "secret.txt").write_text("secret")
    for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/x/../../secret.txt"):
        connection = http.client.HTTPConnection(small.url.removeprefix("http://"))
        connection.request("GET", path)
        assert connection.getresponse().status == 404
        connection.close()


@given(path=st.text(max_size=300), wanted=st.text(st.characters(codec="ascii"), max_size=20))
def test_that_no_request_confuses_the_server(shared: ChannelServer, path: str, wanted: str) -> None:
    address = "/" + quote(path, safe="/.")
    clean = "".join(letter for letter in wanted if letter.isprintable())
    connection = http.client.HTTPConnection(shared.url.removeprefix("http://"))
    connection.request("GET", address, headers={"Range": f"bytes={clean}"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status in {200, 206, 301, 404, 416}


def test_that_the_log_can_be_waited_for_and_gives_up(small: ChannelServer) -> None:
    with pytest.raises(TimeoutError):
        small.wait_for("*never*", timeout=0.05)


def test_that_an_index_comes_in_the_form_that_was_asked_for(server: ChannelServer) -> None:
    url = server.url_of("simple", "inkwell")
    json_type = "application/vnd.pypi.simple.v1+json"
    page = requests.get(url, headers={"Accept": json_type}, timeout=10)
    assert page.headers["Content-Type"] == json_type
    assert page.json()["name"] == "inkwell"
    assert page.url.endswith("/simple/inkwell/")
    assert requests.get(url, timeout=10).text.startswith("<!DOCTYPE html>")


def test_that_a_slow_line_is_slow_for_all_together_and_can_be_opened(small: ChannelServer) -> None:
    small.faults.throttle(400_000)
    start = time.perf_counter()
    threads = [threading.Thread(target=get, args=(small, "一 big.bin")) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.perf_counter() - start >= 2 * len(CONTENT) / 400_000 * 0.9

    small.faults.throttle(10)
    answers: list[bytes] = []
    slow = threading.Thread(target=lambda: answers.append(get(small, "一 big.bin").content))
    slow.start()
    small.wait_for("*big.bin")
    small.faults.throttle(None)
    slow.join(5)
    assert answers == [CONTENT]


@pytest.mark.parametrize("after", [0, 1000])
def test_that_a_stalled_file_goes_on_when_released(small: ChannelServer, after: int) -> None:
    stall = small.faults.stall("*big*", after_bytes=after)
    answers: list[bytes] = []
    thread = threading.Thread(target=lambda: answers.append(get(small, "一 big.bin").content))
    thread.start()
    logged = small.wait_for("*big*", at_least_sent=after)
    assert (logged.sent, logged.finished) == (after, False)
    assert get(small, "small.json").status_code == 200
    assert answers == []
    small.faults.remove(stall)
    thread.join(5)
    assert answers == [CONTENT]


def test_that_errors_come_as_often_as_asked_for(small: ChannelServer) -> None:
    small.faults.fail("*.json", 503, times=2)
    small.faults.fail("*big*", 404)
    assert [get(small, "small.json").status_code for _ in range(3)] == [503, 503, 200]
    assert get(small, "一 big.bin").status_code == 404
    small.faults.clear()
    assert get(small, "一 big.bin").status_code == 200


def test_that_a_truncated_file_breaks_off(small: ChannelServer) -> None:
    small.faults.truncate("*big*", after_bytes=500)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        get(small, "一 big.bin")
    assert small.wait_for("*big*").sent == 500


def test_that_a_shortened_file_looks_whole(small: ChannelServer) -> None:
    small.faults.shorten("*.json", after_bytes=4)
    assert get(small, "small.json").content == b'{"a"'


def test_that_a_corrupt_file_differs_in_one_byte_however_it_is_fetched(
    small: ChannelServer,
) -> None:
    small.faults.corrupt("*big*")
    whole = get(small, "一 big.bin").content
    different = [place for place in range(len(CONTENT)) if whole[place] != CONTENT[place]]
    assert different == [len(CONTENT) // 2]
    part = get(small, "一 big.bin", Range=f"bytes={different[0]}-").content
    assert part == whole[different[0] :]


def test_that_a_login_can_be_asked_for(small: ChannelServer) -> None:
    small.faults.require_login("ada", "pâss:word")
    refused = get(small, "small.json")
    assert (refused.status_code, "Basic" in refused.headers["WWW-Authenticate"]) == (401, True)
    login = ("ada", "pâss:word".encode())
    assert requests.get(small.url_of("small.json"), auth=login, timeout=10).ok  # type: ignore[arg-type]
    assert small.requests[-1].with_login
    small.faults.require_login(None)
    assert get(small, "small.json").ok


def test_that_stopping_is_quick_with_connections_open_stalled_and_slow(folder: Path) -> None:
    server = ChannelServer(folder)
    server.start()
    host, port = server.url.removeprefix("http://").split(":")
    idle = socket.create_connection((host, int(port)))
    server.faults.stall("*.json")
    stalled = socket.create_connection((host, int(port)))
    stalled.sendall(b"GET /small.json HTTP/1.1\r\nHost: x\r\n\r\n")
    server.wait_for("*.json")
    server.faults.throttle(10)
    slow = socket.create_connection((host, int(port)))
    slow.sendall(b"GET /%E4%B8%80%20big.bin HTTP/1.1\r\nHost: x\r\n\r\n")
    server.wait_for("*big*")
    with promised(2):
        server.stop()
    for connection in (idle, stalled, slow):
        connection.close()
    assert not [thread for thread in threading.enumerate() if "process_request" in thread.name]


def test_that_a_server_that_never_started_can_be_stopped(folder: Path) -> None:
    ChannelServer(folder).stop()


def test_that_a_package_spoiled_on_its_way_is_noticed(
    server: ChannelServer, tmp_path: Path
) -> None:
    server.faults.corrupt("*/quarry-*.conda")
    outcome = rattler_process.install((server.url_of(MAIN_CHANNEL),), tmp_path / "env", "quarry")
    assert outcome.distributions == ()
    assert "quarry" in outcome.error
