"""What becomes of a reading and of what a person chose about it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.conda.condarc import CondaConfiguration
from engine.errors import EngineError, ErrorCode
from engine.files.assigned import Assigned, ReasonCode, Side
from engine.files.importing import (
    Choices,
    channels_for,
    exact_request,
    foreign_channels,
    lacks_this_system,
    left_out,
    name_for,
    reopened,
    request_of,
)
from engine.files.reading import read_files, read_text
from engine.files.values import FileKind, Reading, RemarkCode
from engine.requests import CreateRequest

NEW = Choices(Path("new"), ("mine",))
OTHER_SYSTEM = "@EXPLICIT\nhttps://conda.example.org/x/osx-64/a-1-0.conda\n"


def created(
    reading: Reading, lines: tuple[Assigned, ...] = (), accepted: tuple[str, ...] = ()
) -> CreateRequest:
    request = request_of(reading, lines, (), replace(NEW, accepted=accepted))
    assert isinstance(request, CreateRequest)
    return request


def on_pypi(reading: Reading) -> tuple[Assigned, ...]:
    return tuple(
        Assigned(each, Side.PYPI, ReasonCode.FILE_SAYS_PIP, requirement=each.text)
        for each in reading.wanted
    )


def test_that_channels_of_the_file_come_first_and_alone_when_it_says_so() -> None:
    text = "channels: [theirs, mine]\ndependencies: [numpy]\n"
    assert channels_for(read_text(text), ("mine", "more")) == ("theirs", "mine", "more")
    alone = text.replace("[theirs, mine]", "[theirs, nodefaults]")
    assert channels_for(read_text(alone), ("mine",)) == ("theirs",)
    assert channels_for(read_text("dependencies: [numpy]\n"), ("mine",)) == ("mine",)


def test_that_one_channel_under_two_names_is_asked_once_and_is_not_foreign() -> None:
    reading = read_text("channels: [sea, conda-forge, theirs]\ndependencies: [numpy]\n")
    mine = ("https://mirror.example/sea/", "https://conda.anaconda.org/conda-forge/noarch")
    known = CondaConfiguration(custom_channels=(("sea", "https://mirror.example"),))
    assert channels_for(reading, mine, known) == ("sea", "conda-forge", "theirs")
    assert foreign_channels(reading, mine, known) == ("theirs",)
    elsewhere = CondaConfiguration(channel_alias="https://mirror.example/cloud")
    assert channels_for(reading, mine, elsewhere)[:3] == ("sea", "conda-forge", "theirs")
    assert foreign_channels(reading, mine, elsewhere) == ("sea", "conda-forge", "theirs")


@pytest.mark.parametrize(
    ("names", "suggested"),
    [
        (("requirements-dev.txt",), "course"),
        (("tides.txt",), "tides"),
        (("environment.yml",), "named"),
        (("tides.txt", "limits.txt"), "course"),
    ],
)
def test_that_a_name_is_suggested_by_what_speaks_for_the_whole(
    tmp_path: Path, names: tuple[str, ...], suggested: str
) -> None:
    folder = tmp_path / "course"
    folder.mkdir()
    for name in names:
        text = "name: named\ndependencies: [numpy]\n" if name.endswith("yml") else "numpy\n"
        (folder / name).write_text(text, encoding="utf-8")
    assert name_for(read_files([folder / name for name in names])) == suggested


def test_that_what_was_not_ticked_is_left_out_and_told() -> None:
    reading = read_text(
        "git+https://git.example.org/a.git#egg=a\nb\n--extra-index-url https://w.example.org/s\n"
    )
    lines = on_pypi(reading)
    request = created(reading, lines)
    assert (request.add_pypi, request.index.extra_index_urls) == (("b",), ())
    told = left_out(reading, lines, NEW)
    assert {remark.code for remark in told} == {RemarkCode.NOT_TICKED}
    assert [remark.place.line for remark in told] == [1, 3]
    keys = tuple(consent.key for consent in reading.consents)
    agreed = created(reading, lines, keys)
    assert len(agreed.add_pypi) == 2
    assert agreed.index.extra_index_urls == ("https://w.example.org/s",)


def test_that_a_limit_at_an_address_is_named_for_it() -> None:
    address = "https://files.example.org/tool-1.0-py3-none-any.whl"
    limits = read_text(f"numpy<3\n{address}\n", kind=FileKind.CONSTRAINTS)
    wishes = read_text("numpy\n")
    both = replace(limits, wanted=wishes.wanted)
    keys = tuple(consent.key for consent in both.consents)
    request = created(both, on_pypi(wishes), keys)
    assert request.constraints == ("numpy<3", f"tool @ {address}")


def test_that_nothing_left_is_no_request() -> None:
    with pytest.raises(EngineError) as refused:
        created(read_text("git+https://git.example.org/a.git#egg=a\n"))
    assert refused.value.code is ErrorCode.BAD_USAGE


def test_that_a_lock_of_another_system_is_refused_or_opened_again() -> None:
    reading = read_text(OTHER_SYSTEM)
    assert lacks_this_system(reading, "linux-64")
    assert not lacks_this_system(reading, "osx-64")
    again = reopened(reading)
    assert [(each.name, each.text) for each in again.wanted] == [("a", "a==1")]
    assert not again.is_lock


def test_that_a_lock_goes_into_no_environment_that_is_there() -> None:
    reading = read_text("@EXPLICIT\nhttps://conda.example.org/x/noarch/a-1-0.conda\n")
    choices = Choices(Path("there"), ("mine",), into=True)
    with pytest.raises(EngineError) as refused:
        exact_request(reading, choices)
    assert refused.value.code is ErrorCode.BAD_USAGE
    assert [each.name for each in exact_request(reading, NEW).packages] == ["a"]
