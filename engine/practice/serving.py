"""Serve practice channels and the practice index over loopback HTTP, well or badly on purpose."""

from __future__ import annotations

import base64
import os
import socket
import socketserver
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.utils import formatdate, parsedate_to_datetime
from fnmatch import fnmatchcase
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote, unquote, urlsplit

from engine.practice.faults import Fault, FaultKind, Faults
from engine.practice.pypi_index import HTML_PAGE, JSON_PAGE

_SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"
_CONTENT_TYPES = {".html": "text/html; charset=utf-8", ".json": "application/json"}
_STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """Describe one request; `status` is 0 until an answer began, `sent` counts body bytes."""

    method: str
    path: str
    status: int = 0
    sent: int = 0
    finished: bool = False
    byte_range: str = ""
    with_login: bool = False


class ChannelServer:
    """Serve a folder on 127.0.0.1 from threads of its own, between `with` and the end of it.

    `mounts` maps the first segment of a path to a folder elsewhere. What goes wrong is set through
    `faults`, at any time and from any thread. Answers ranges (RFC 9110, section 14), conditional
    requests (section 13) and, for indexes, the JSON form that a client prefers (PEP 691).
    """

    def __init__(self, directory: Path, *, mounts: Mapping[str, Path] | None = None) -> None:
        self.directory = directory
        self.mounts = dict(mounts or {})
        self.faults = Faults()
        self._log: list[LoggedRequest] = []
        self._log_changed = threading.Condition()
        self._listener = _Listener(self)
        self._thread = threading.Thread(
            target=self._listener.serve_forever,
            kwargs={"poll_interval": 0.02},
            name="practice server",
            daemon=True,
        )

    @property
    def url(self) -> str:
        """Return the address of the folder, without a slash at its end."""
        host, port = self._listener.server_address[:2]
        return f"http://{host!s}:{port}"

    def url_of(self, *segments: str) -> str:
        """Return the address of something below the folder."""
        return "/".join((self.url, *(quote(segment) for segment in segments)))

    @property
    def requests(self) -> tuple[LoggedRequest, ...]:
        """Return all requests so far, in the order in which they came."""
        with self._log_changed:
            return tuple(self._log)

    def wait_for(
        self, pattern: str, *, at_least_sent: int = 0, timeout: float = 60.0
    ) -> LoggedRequest:
        """Return the first request whose path matches the shell `pattern`, waiting for it.

        With `at_least_sent`, wait until that many bytes of its body went out. Raises TimeoutError
        after `timeout` seconds.
        """

        def find() -> LoggedRequest | None:
            return next(
                (
                    request
                    for request in self._log
                    if fnmatchcase(request.path, pattern) and request.sent >= at_least_sent
                ),
                None,
            )

        with self._log_changed:
            self._log_changed.wait_for(lambda: find() is not None, timeout)
            request = find()
        if request is None:
            raise TimeoutError(f"no request for {pattern} within {timeout} s")
        return request

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and return when no thread is left, within moments.

        Raises what went wrong in the server itself while it answered.
        """
        self.faults.stop()
        if self._thread.is_alive():
            self._listener.shutdown()
            self._thread.join(_STOP_SECONDS)
        self._listener.close_connections()
        self._listener.server_close()
        if self._listener.mistakes:
            raise self._listener.mistakes[0]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def log_arrival(self, request: LoggedRequest) -> int:
        """Add a request to the log and return its number."""
        with self._log_changed:
            self._log.append(request)
            self._log_changed.notify_all()
            return len(self._log) - 1

    def log_progress(
        self, number: int, *, status: int | None = None, sent: int = 0, finished: bool = False
    ) -> None:
        """Note what became of request `number`; `sent` is added to what was sent before."""
        with self._log_changed:
            entry = self._log[number]
            self._log[number] = replace(
                entry,
                status=entry.status if status is None else status,
                sent=entry.sent + sent,
                finished=finished,
            )
            self._log_changed.notify_all()

    def find_file(self, path: str) -> Path | None:
        """Return the file or folder that a decoded path names, None outside of what is served."""
        segments = [segment for segment in path.split("/") if segment]
        if any(segment in {".", ".."} or "\\" in segment for segment in segments):
            return None
        base = self.directory
        if segments and segments[0] in self.mounts:
            base = self.mounts[segments.pop(0)]
        target = base.joinpath(*segments)
        try:
            return target if target.exists() else None
        except (OSError, ValueError):  # a name too long, or with a NUL in it
            return None


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, owner: ChannelServer) -> None:
        self.owner = owner
        self.mistakes: list[BaseException] = []
        self._connections: set[socket.socket] = set()
        self._connections_changed = threading.Condition()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        if isinstance(request, socket.socket):
            with self._connections_changed:
                self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        super().shutdown_request(request)
        if isinstance(request, socket.socket):
            with self._connections_changed:
                self._connections.discard(request)
                self._connections_changed.notify_all()

    def close_connections(self) -> None:
        with self._connections_changed:
            for connection in self._connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the other side closed it first
            self._connections_changed.wait_for(lambda: not self._connections, _STOP_SECONDS)

    def handle_error(self, request: object, client_address: object) -> None:
        # Clients break connections off all the time; anything else is a mistake of this module.
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            self.mistakes.append(error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "practice"
    disable_nagle_algorithm = True  # a head and a body in two writes would wait for each other
    server: _Listener  # pyright: ignore[reportIncompatibleVariableOverride]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        owner = self.server.owner
        path = unquote(urlsplit(self.path).path)
        self._number = owner.log_arrival(
            LoggedRequest(
                self.command,
                path,
                byte_range=self.headers.get("Range", ""),
                with_login="Authorization" in self.headers,
            )
        )
        faults = owner.faults.take(path)
        stall = faults.get(FaultKind.STALL)
        if (
            stall is not None
            and stall.after_bytes == 0
            and not owner.faults.wait_for_release(stall)
        ):
            self.close_connection = True
            return
        if not self._is_allowed():
            self._refuse(HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": 'Basic realm="practice"'})
        elif FaultKind.STATUS in faults:
            self._refuse(faults[FaultKind.STATUS].status)
        else:
            target = owner.find_file(path)
            if target is not None and target.is_dir():
                if not path.endswith("/"):
                    self._refuse(HTTPStatus.MOVED_PERMANENTLY, {"Location": quote(path) + "/"})
                    return
                target = self._page_of(target)
            if target is None or not target.is_file():
                self._refuse(HTTPStatus.NOT_FOUND)
                return
            self._send_file(target, faults, with_body=with_body)

    def _is_allowed(self) -> bool:
        login = self.server.owner.faults.login
        if login is None:
            return True
        wanted = base64.b64encode(":".join(login).encode()).decode()
        return self.headers.get("Authorization") == f"Basic {wanted}"

    def _page_of(self, folder: Path) -> Path:
        json_wanted = _SIMPLE_JSON in self.headers.get("Accept", "")
        return folder / (JSON_PAGE if json_wanted else HTML_PAGE)

    def _refuse(self, status: int, headers: Mapping[str, str] | None = None) -> None:
        body = b"" if self.command == "HEAD" else f"{status}\n".encode()
        self._begin(status, {"Content-Type": "text/plain", **(headers or {})}, len(body))
        self.wfile.write(body)
        self.server.owner.log_progress(self._number, sent=len(body), finished=True)

    def _begin(self, status: int, headers: Mapping[str, str], length: int) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.server.owner.log_progress(self._number, status=status)

    def _send_file(self, target: Path, faults: dict[FaultKind, Fault], *, with_body: bool) -> None:
        with target.open("rb") as file:
            facts = target.stat()
            size = facts.st_size
            if FaultKind.SHORTEN in faults:
                size = min(size, faults[FaultKind.SHORTEN].after_bytes)
            etag = f'"{facts.st_mtime_ns:x}-{size:x}"'
            headers = {
                "Content-Type": self._content_type(target),
                "ETag": etag,
                "Last-Modified": formatdate(facts.st_mtime, usegmt=True),
                "Accept-Ranges": "bytes",
            }
            if self._is_unchanged(etag, facts.st_mtime):
                self.send_response(HTTPStatus.NOT_MODIFIED)
                self.send_header("ETag", etag)
                self.end_headers()
                self.server.owner.log_progress(
                    self._number, status=HTTPStatus.NOT_MODIFIED, finished=True
                )
                return
            start, stop = 0, size
            status = HTTPStatus.OK
            wanted = self._wanted_range(size, etag)
            if wanted is not None:
                start, stop = wanted
                if start >= stop:
                    self._refuse(
                        HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
                        {"Content-Range": f"bytes */{size}"},
                    )
                    return
                status = HTTPStatus.PARTIAL_CONTENT
                headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
            self._begin(status, headers, stop - start)
            if with_body:
                self._send_body(file, start, stop, faults)
            self.server.owner.log_progress(self._number, finished=not self.close_connection)

    def _send_body(
        self, file: BufferedReader, start: int, stop: int, faults: dict[FaultKind, Fault]
    ) -> None:
        truncate, stall = faults.get(FaultKind.TRUNCATE), faults.get(FaultKind.STALL)
        end = stop if truncate is None else min(stop, start + truncate.after_bytes)
        pause = end if stall is None else min(end, start + stall.after_bytes)
        spoiled = os.fstat(file.fileno()).st_size // 2 if FaultKind.CORRUPT in faults else None
        complete = self._copy(file, start, pause, spoiled)
        if complete and stall is not None:
            complete = self.server.owner.faults.wait_for_release(stall)
        complete = complete and self._copy(file, pause, end, spoiled)
        if not complete or end < stop:
            self.close_connection = True

    def _copy(self, file: BufferedReader, start: int, stop: int, spoiled: int | None) -> bool:
        owner = self.server.owner
        file.seek(start)
        position = start
        while position < stop:
            chunk = file.read(min(stop - position, owner.faults.chunk_size()))
            if not chunk or not owner.faults.wait_for_line(len(chunk)):
                return False
            if spoiled is not None and 0 <= spoiled - position < len(chunk):
                changed = bytearray(chunk)
                changed[spoiled - position] ^= 0xFF
                chunk = bytes(changed)
            self.wfile.write(chunk)
            position += len(chunk)
            owner.log_progress(self._number, sent=len(chunk))
        return True

    def _content_type(self, target: Path) -> str:
        if target.name == JSON_PAGE:
            return _SIMPLE_JSON
        return _CONTENT_TYPES.get(target.suffix, "application/octet-stream")

    def _is_unchanged(self, etag: str, modified: float) -> bool:
        known = self.headers.get("If-None-Match")
        if known is not None:
            return known.strip() == "*" or etag in (part.strip() for part in known.split(","))
        since = self.headers.get("If-Modified-Since")
        if since is None:
            return False
        try:
            return int(modified) <= parsedate_to_datetime(since).timestamp()
        except ValueError:
            return False

    def _wanted_range(self, size: int, etag: str) -> tuple[int, int] | None:
        wanted = self.headers.get("Range", "")
        if not wanted.startswith("bytes=") or "," in wanted:
            return None
        if self.headers.get("If-Range", etag) != etag:
            return None
        first, _, last = wanted.removeprefix("bytes=").strip().partition("-")
        try:
            if first == "":
                return max(0, size - int(last)), size
            return int(first), min(size, int(last) + 1 if last else size)
        except ValueError:
            return None
