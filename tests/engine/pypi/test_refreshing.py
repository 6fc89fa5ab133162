"""A newer table of names: never fetched unasked, kept, told as what it is, and never half."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import EngineError, ErrorCode
from engine.places import Places
from engine.practice import ChannelServer
from engine.pypi.names import (
    NameAnswer,
    NameCertainty,
    carried,
    conda_names,
    pypi_name,
    refreshed_file,
    use_refreshed,
)
from engine.pypi.refreshing import refresh_names
from engine.records import Record, RecordKind, Source, SourceKind

TABLE = {
    "gadget-core": ["Gadget", "gadget"],
    "numpy": "numpy",
    "pytorch": ["wrong"],
    "tool-only": None,
}
LAB = Source(SourceKind.CHANNEL, "lab", "https://example.org/lab")


def record(name: str) -> Record:
    return Record(kind=RecordKind.CONDA, name=name, version="1.0", source=LAB, noarch="python")


@pytest.fixture
def address(tmp_path: Path) -> Iterator[tuple[ChannelServer, str]]:
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "names.json").write_text(json.dumps(TABLE), encoding="utf-8")
    with ChannelServer(folder) as server:
        yield server, server.url_of("names.json")


@pytest.fixture(autouse=True)
def forgetting(places: Places) -> Iterator[None]:
    use_refreshed(places)
    yield
    refreshed_file(places).unlink(missing_ok=True)
    use_refreshed(places)


async def test_that_a_fetched_table_is_kept_and_says_where_its_answers_come_from(
    places: Places, address: tuple[ChannelServer, str]
) -> None:
    server, url = address
    assert pypi_name(record("gadget-core")) == NameAnswer("gadget-core", NameCertainty.GUESS)
    assert server.requests == ()
    assert await refresh_names(places, url) == len(TABLE)
    assert len(server.requests) == 1
    use_refreshed(places)
    assert pypi_name(record("gadget-core")) == NameAnswer("gadget", NameCertainty.REFRESHED)
    assert pypi_name(record("tool-only")) is None
    assert pypi_name(record("unheard-of")) == NameAnswer("unheard-of", NameCertainty.GUESS)
    assert conda_names("gadget")[0] == NameAnswer("gadget-core", NameCertainty.REFRESHED)
    assert carried("gadget", {"gadget-core"}) == conda_names("gadget")[0]
    # what is known for certain comes before what was fetched
    assert pypi_name(record("pytorch")) == NameAnswer("torch", NameCertainty.TABLE)
    assert len(server.requests) == 1


@pytest.mark.parametrize("content", [b"", b"{}", b"[1, 2]", b'{"a": 3}', b"<html>"])
async def test_that_what_is_no_table_leaves_the_one_that_is_kept(
    places: Places, address: tuple[ChannelServer, str], content: bytes
) -> None:
    server, url = address
    await refresh_names(places, url)
    before = refreshed_file(places).read_bytes()
    (server.directory / "names.json").write_bytes(content)
    with pytest.raises(EngineError) as caught:
        await refresh_names(places, url)
    assert caught.value.code is ErrorCode.DOWNLOAD_FAILED
    assert refreshed_file(places).read_bytes() == before


async def test_that_an_address_out_of_reach_is_told(places: Places) -> None:
    with pytest.raises(EngineError) as caught:
        await refresh_names(places, "http://127.0.0.1:9/names.json")
    assert caught.value.code is ErrorCode.INDEX_UNREACHABLE
    assert not refreshed_file(places).exists()


def test_that_a_damaged_table_counts_as_none(places: Places) -> None:
    file = refreshed_file(places)
    file.parent.mkdir(parents=True)
    file.write_text('{"names": {"gadget-core": ', encoding="utf-8")
    use_refreshed(places)
    assert pypi_name(record("gadget-core")) == NameAnswer("gadget-core", NameCertainty.GUESS)
