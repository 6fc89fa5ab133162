"""Tell which proxy stands before an address, for the words about a connection that failed."""

from __future__ import annotations

import re
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

_URL = re.compile(r"https?://[^\s()]+")
_BEHIND_ONE = "tunnel error"  # what rattler's network layer says of a proxy that does not open
_UNANSWERED = ("Connection refused", "(os error 10061)", "dns error", "failed to lookup address")


def refusing_proxy(detail: str) -> str | None:
    """Return the proxy that is to blame for `detail`, as host and port, None for none.

    Proxies are those of the environment variables and, on Windows and macOS, of the system's
    settings (Python's urllib.request.getproxies). "" is a proxy of which nobody knows the address.
    """
    if not any(part in detail for part in _UNANSWERED):
        return None
    found = _URL.search(detail)
    proxy = _proxy_before(found[0]) if found else ""
    return proxy if proxy or _BEHIND_ONE in detail else None


def _proxy_before(url: str) -> str:
    try:
        parts = urlsplit(url)
        if proxy_bypass(parts.hostname or ""):
            return ""
        proxies = getproxies()
        address = proxies.get(parts.scheme) or proxies.get("all", "")
        return urlsplit(address if "://" in address else f"//{address}").netloc.rpartition("@")[2]
    except (OSError, ValueError):  # an address that is none, or settings that cannot be read
        return ""
