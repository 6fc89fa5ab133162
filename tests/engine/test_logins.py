"""Logins never leave with a text, and come back only from the user's own settings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.codec import decode, encode
from engine.conda.condarc import CondaConfiguration
from engine.logins import with_logins, without_logins
from engine.places import Places
from engine.plan import Figures, Plan
from engine.pypi.locking import Lock, Pin, PinForm, read_lock, write_lock
from engine.records import Record, RecordKind, Source, SourceKind, State
from engine.requests import ChangeRequest
from tests.support.pypi import point_pip_at

PREFIX = Path("/envs/course")
SECRETS = st.text(st.characters(exclude_categories=("Cs",)), min_size=6)


@pytest.mark.parametrize(
    ("address", "left"),
    [
        ("https://ming:secret@host/c", "https://host/c"),
        ("https://secret@host/c", "https://host/c"),
        ("https://ming:sec@ret@host:8080/c", "https://host:8080/c"),
        ("https://host/t/secret/c", "https://host/c"),
        ("https://ming:secret@host/t/secret/c::numpy", "https://host/c::numpy"),
        ("git+https://secret@host/r.git@v1", "git+https://host/r.git@v1"),
        ("git+ssh://git@host/r.git@v1", "git+ssh://git@host/r.git@v1"),
        ("git+ssh://git:secret@host/r.git", "git+ssh://git@host/r.git"),
        ("https://host/packages/t/torch/a@b.whl", "https://host/packages/t/torch/a@b.whl"),
        ("https://host?who=me@there", "https://host?who=me@there"),
        ("numpy @ file:///home/me/a.whl", "numpy @ file:///home/me/a.whl"),
        ("file:///home/me@work/a.whl", "file:///home/me@work/a.whl"),
    ],
)
def test_that_logins_go_and_nothing_else_does(address: str, left: str) -> None:
    assert without_logins(address) == left
    assert without_logins(f'{{"a": "{address}", "b": "x@y"}}') == f'{{"a": "{left}", "b": "x@y"}}'


@given(SECRETS, SECRETS)
def test_that_a_text_stays_json_whatever_a_password_is_made_of(user: str, password: str) -> None:
    login = f"{quote(user, safe='')}:{quote(password, safe='')}"
    request = ChangeRequest(PREFIX, (f"https://{login}@host/c", "conda-forge"), add=(password,))
    found = decode(without_logins(encode(request).decode()), ChangeRequest)
    assert found.channels == ("https://host/c", "conda-forge")
    assert found.prefix == PREFIX


def plan(raw: str, lock: Lock) -> Plan:
    source = Source(SourceKind.CHANNEL, "c")
    after = State((Record(RecordKind.CONDA, "numpy", "2", source, raw=raw),))
    request = ChangeRequest(PREFIX, ("c",))
    figures, now = Figures(), datetime.now(UTC)
    made = Plan(request, PREFIX, State(), after, (), figures, (), "", now)
    return replace(made, pypi_lock=write_lock(lock))


def test_that_the_logins_of_the_settings_come_back_where_they_belong(places: Places) -> None:
    point_pip_at(places, "https://pia:hidden@index/simple")
    configuration = CondaConfiguration(
        channels=("https://ming:secret@host/c", "https://other/t/tk-1/lab", "named"),
        custom_channels=(("named", "https://ann:quiet@third"),),
        channel_alias="https://alias.example",
    )
    wheel = "https://index/files/w-1.whl"
    lock = Lock((Pin("w", "1", PinForm.FILE, location=wheel),), index_url="https://index/simple")
    for bare, full in (
        ("https://host/c/noarch/a.conda", "https://ming:secret@host/c/noarch/a.conda"),
        ("https://other/lab/noarch/a.conda", "https://other/t/tk-1/lab/noarch/a.conda"),
        ("https://third/named/noarch/a.conda", "https://ann:quiet@third/named/noarch/a.conda"),
        ("https://other/labs/noarch/a.conda", "https://other/labs/noarch/a.conda"),
        ("https://alias.example/x/a.conda", "https://alias.example/x/a.conda"),
        ("https://host.evil/c/a.conda", "https://host.evil/c/a.conda"),
    ):
        there = with_logins(plan(f'{{"url":"{bare}"}}', lock), places, configuration)
        assert there.after.records[0].raw == f'{{"url":"{full}"}}'
        restored = read_lock(there.pypi_lock)
        assert restored.index_url == "https://pia:hidden@index/simple"
        assert restored.pins[0].location == "https://pia:hidden@index/files/w-1.whl"
        assert without_logins(there.pypi_lock) == write_lock(lock)
    assert with_logins(there, places, configuration) == there
