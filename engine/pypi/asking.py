"""Ask the package indexes that are in force, in the way the user's settings say."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import requests

from engine.conda.channels import without_credentials
from engine.pypi.running import Uv
from engine.version import __version__

_NAMED: Final = re.compile(r"^--(?:default-index|(?:extra-)?index-url)\s+(\S+)", re.MULTILINE)


async def indexes_in_force(uv: Uv) -> tuple[str, ...]:
    """Return the addresses of the indexes that uv would ask, the main one first.

    Logins that the settings write into addresses are in them: never show or log them. Raises
    EngineError when uv cannot tell.
    """
    with tempfile.TemporaryDirectory(prefix="envdesk-") as folder:
        said = await uv.run("pip", "compile", "-", "--emit-index-url", folder=Path(folder))
    known = (uv.settings.index_url, *uv.settings.extra_index_urls)
    written = {_plain(address): address for address in known if address}
    found: list[str] = _NAMED.findall(said)
    return tuple(written.get(_plain(address), address) for address in found)


@contextmanager
def index_session(uv: Uv) -> Generator[requests.Session]:
    """Give a session with the certificates, the proxy and the trust that the settings name."""
    settings = uv.settings
    with requests.Session() as session:
        session.headers["User-Agent"] = f"envdesk/{__version__}"
        if settings.cert:
            session.verify = settings.cert
        if settings.client_cert:
            session.cert = settings.client_cert
        if settings.proxy:
            session.proxies = {"http": settings.proxy, "https": settings.proxy}
        yield session


def is_trusted(uv: Uv, address: str) -> bool:
    """Return whether the settings trust the host of `address` without a certificate."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    return bool({host, f"{host}:{parts.port}"} & set(uv.settings.trusted_hosts))


def _plain(address: str) -> str:
    return without_credentials(address).rstrip("/")
