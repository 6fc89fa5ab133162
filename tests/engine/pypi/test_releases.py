from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import EngineError, ErrorCode
from engine.places import Places
from engine.practice import ChannelServer
from engine.practice.pypi_index import Release, write_index
from engine.pypi.releases import pypi_releases
from engine.records import PypiRelease, ReleaseForm
from tests.support.pypi import point_pip_at, project

PYTHON = ".".join(map(str, sys.version_info[:3]))
FOREIGN = "cp36-cp36m-win32"


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return write_index(
        tmp_path / "index",
        (
            Release(project("sail", "1.0")),
            Release(project("sail", "1.10")),
            Release(project("sail", "1.9"), yanked="it sinks"),
            Release(project("sail", "2.0", tag=FOREIGN)),
            Release(project("sail", "3.0b1"), as_sdist=True),
        ),
    )


@pytest.fixture
def server(index: Path) -> Iterator[ChannelServer]:
    with ChannelServer(index) as running:
        yield running


async def releases(places: Places, name: str = "Sail") -> tuple[PypiRelease, ...]:
    return await pypi_releases(name, places.envs / "course", PYTHON, places)


def told(found: tuple[PypiRelease, ...]) -> list[tuple[str, ReleaseForm, str]]:
    return [(each.version, each.form, each.yanked_for) for each in found]


EXPECTED = [
    ("3.0b1", ReleaseForm.SOURCE, ""),
    ("2.0", ReleaseForm.NONE, ""),
    ("1.10", ReleaseForm.WHEEL, ""),
    ("1.9", ReleaseForm.WHEEL, "it sinks"),
    ("1.0", ReleaseForm.WHEEL, ""),
]


async def test_that_releases_are_told_with_the_form_in_which_they_would_come(
    places: Places, server: ChannelServer
) -> None:
    found = await releases(point_pip_at(places, server.url))
    assert told(found) == EXPECTED
    assert [each.version for each in found if each.is_yanked] == ["1.9"]
    assert all(each.archive_bytes for each in found)


async def test_that_a_folder_with_pages_of_html_serves_as_well(places: Places, index: Path) -> None:
    assert told(await releases(point_pip_at(places, index.as_uri()))) == EXPECTED


async def test_that_a_python_that_a_release_does_not_want_is_noticed(
    places: Places, tmp_path: Path
) -> None:
    index = write_index(tmp_path / "practice").as_uri()
    found = await releases(point_pip_at(places, index), "inkwell")
    newest = found[0]
    assert (newest.version, newest.form, newest.python) == ("2.0.0", ReleaseForm.NONE, ">=3.99")


async def test_that_an_unknown_project_has_no_releases(
    places: Places, server: ChannelServer
) -> None:
    assert await releases(point_pip_at(places, server.url), "nonesuch") == ()


async def test_that_the_next_index_is_asked_for_what_the_first_lacks(
    places: Places, server: ChannelServer, tmp_path: Path
) -> None:
    other = write_index(tmp_path / "other", (Release(project("rudder", "1.0")),)).as_uri()
    point_pip_at(places, server.url, f"extra-index-url = {other}")
    assert [each.version for each in await releases(places, "rudder")] == ["1.0"]


async def test_that_an_index_that_is_away_is_said_to_be(
    places: Places, server: ChannelServer
) -> None:
    point_pip_at(places, "http://127.0.0.1:9/simple")
    with pytest.raises(EngineError) as caught:
        await releases(places)
    assert caught.value.failure.code is ErrorCode.INDEX_UNREACHABLE


async def test_that_logins_in_addresses_are_used_and_never_told(
    places: Places, server: ChannelServer
) -> None:
    server.faults.require_login("me", "secret")
    address = server.url.replace("://", "://me:secret@")
    assert await releases(point_pip_at(places, address))
    wrong = server.url.replace("://", "://me:wrong@")
    with pytest.raises(EngineError) as caught:
        await releases(point_pip_at(places, wrong))
    assert caught.value.failure.code is ErrorCode.INDEX_NEEDS_LOGIN
    assert "wrong" not in repr(caught.value.failure)
