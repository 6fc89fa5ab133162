"""Files at web addresses that were dropped or pasted, from a server on this computer."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from engine.errors import EngineError, ErrorCode
from engine.files import fetching
from engine.files.taking import TEXT_LIMIT
from engine.files.values import ConsentCode, FileKind
from engine.places import Places
from engine.session import Engine
from tests.support.certificates import write_certificate
from tests.support.pypi import point_pip_at

ROOT = Path(__file__).parents[3]


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is given
        del format, args

    def do_GET(self) -> None:
        match self.path.partition("?")[0]:
            case "/files/requirements.txt":
                self._send(200, b"numpy>=2\ngit+https://git.example.org/a.git#egg=a\n-e .\n")
            case "/moved":
                self._send(302, b"", Location="/files/requirements.txt")
            case "/unencrypted":
                self._send(302, b"", Location="http://127.0.0.1:9/requirements.txt")
            case "/endless":
                self._send(302, b"", Location="/endless")
            case "/to-a-file":
                self._send(302, b"", Location="file:///etc/hosts")
            case "/page":
                self._send(200, b"<html>numpy</html>", **{"Content-Type": "text/html; charset=x"})
            case "/large.txt":
                self._send(200, b"numpy\n" * (TEXT_LIMIT // 6 + 10))
            case "/cut.txt":
                self._send(200, b"numpy\n", **{"Content-Length": "600"})
            case _:
                self._send(404, b"")

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            return  # whoever asked has had enough


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Generator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(5)


@pytest.fixture
def web() -> Iterator[str]:
    with serving() as address:
        yield address


async def test_that_the_worker_fetches_a_file_and_reads_it_as_any_other(
    places: Places, web: str
) -> None:
    engine = Engine(places)
    try:
        found = await engine.read_addresses([f"{web}/files/requirements.txt?raw=1"])
        assert (found.kind, found.path, found.files) == (FileKind.REQUIREMENTS, None, ())
        assert found.wanted[0].text == "numpy>=2"
        assert ConsentCode.RUNS_CODE in [each.code for each in found.consents]
        limits = await engine.read_addresses([f"{web}/moved"], kind=FileKind.CONSTRAINTS)
        assert "numpy>=2" in [each.text for each in limits.constraints]
        wheel = await engine.read_addresses(["https://files.example.org/a-1.0-py3-none-any.whl"])
        assert [each.code for each in wheel.consents] == [ConsentCode.URL]
        package = await engine.read_addresses(["https://conda.example.org/x/noarch/a-1-0.conda"])
        assert [each.name for each in package.locked] == ["a"]
        with pytest.raises(EngineError) as missing:
            await engine.read_addresses([f"{web}/none.txt"])
        assert missing.value.code is ErrorCode.FILE_UNREADABLE
        assert "404" in missing.value.failure.cause
    finally:
        await engine.aclose()


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("endless", ErrorCode.FILE_UNREADABLE),
        ("to-a-file", ErrorCode.FILE_UNREADABLE),
        ("page", ErrorCode.FILE_NOT_RECOGNISED),
        ("large.txt", ErrorCode.FILE_TOO_LARGE),
        ("cut.txt", ErrorCode.FILE_UNREADABLE),
    ],
)
def test_that_what_is_no_file_to_read_is_refused(
    places: Places, web: str, path: str, code: ErrorCode
) -> None:
    with pytest.raises(EngineError) as refused:
        fetching.fetch(f"{web}/{path}", places)
    assert refused.value.code is code


def test_that_nobody_there_and_no_time_left_are_failures_without_logins(
    places: Places, web: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(EngineError) as gone:
        fetching.fetch("http://me:secret@127.0.0.1:9/requirements.txt", places)
    assert gone.value.code is ErrorCode.FILE_UNREADABLE
    assert "secret" not in repr(gone.value.failure)
    monkeypatch.setattr(fetching, "SECONDS", 0.0)
    with pytest.raises(EngineError) as slow:
        fetching.fetch(f"{web}/files/requirements.txt", places)
    assert slow.value.failure.cause == "It came too slowly."


def test_that_an_encrypted_address_may_not_lead_to_one_that_is_not(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT"):
        monkeypatch.delenv(name, raising=False)
    certificate, key = write_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with serving(context) as address:
        with pytest.raises(EngineError) as unknown:
            fetching.fetch(f"{address}/files/requirements.txt", places)
        assert "could not prove" in unknown.value.failure.cause
        point_pip_at(places, "https://index.example.org/simple", f"cert = {certificate}")
        assert fetching.fetch(f"{address}/moved", places).startswith(b"numpy")
        with pytest.raises(EngineError) as refused:
            fetching.fetch(f"{address}/unencrypted", places)
    assert refused.value.code is ErrorCode.FILE_UNREADABLE
    assert refused.value.failure.cause == "The address leads to another one that is not encrypted."


def test_that_the_command_reads_an_address(places: Places, web: str) -> None:
    def asked(*words: str) -> tuple[int, Any]:
        command = [sys.executable, "-m", "engine", "--root", str(places.home.parent), "read"]
        done = subprocess.run(
            [*command, *words], capture_output=True, check=False, timeout=60, cwd=ROOT
        )
        return done.returncode, json.loads(done.stdout)

    status, reading = asked(f"{web}/moved", "--kind", "constraints")
    assert (status, reading["kind"]) == (0, "constraints")
    assert "numpy>=2" in json.dumps(reading["constraints"])
    status, answer = asked(f"{web}/to-a-file")
    assert (status, answer["error"]["code"]) == (1, "file-unreadable")
    beside = places.home.parent / "more.txt"
    beside.parent.mkdir(parents=True, exist_ok=True)
    beside.write_text("pandas\n", encoding="utf-8")
    status, reading = asked(f"{web}/moved", str(beside), f"{web}/files/requirements.txt")
    assert status == 0
    wanted = [entry["text"] for entry in reading["wanted"]]
    assert wanted[0] == "pandas"
    assert "numpy>=2" in wanted
    status, answer = asked(str(beside), f"{web}/to-a-file")
    assert (status, answer["error"]["code"]) == (1, "file-unreadable")
    assert ["file", "to-a-file"] in answer["error"]["values"]
