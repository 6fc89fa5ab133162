"""The locks are fit to be committed and installed."""

from __future__ import annotations

import re

from tests.support.checkouts import ROOT


def locked(name: str) -> dict[str, frozenset[str]]:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    entries = [entry for entry in text.replace("\\\n", " ").splitlines() if entry.strip()]
    return {
        entry.split(" --hash", 1)[0].strip(): frozenset(re.findall(r"--hash=(\S+)", entry))
        for entry in entries
    }


def test_that_the_locks_are_hashed_name_no_host_and_agree() -> None:
    application, development = locked("app.txt"), locked("dev.txt")
    assert application.items() <= development.items()
    assert all(re.match(r"^[a-z0-9-]+==[^ ]+( ;.*)?$", pin) for pin in development)
    assert all(hashes for hashes in development.values())
    assert "://" not in (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8")
