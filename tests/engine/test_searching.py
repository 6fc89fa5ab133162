from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.conda.condarc import CondaConfiguration
from engine.places import Places
from engine.practice import ChannelServer
from engine.practice.faults import Fault, FaultKind
from engine.searching import FoundPackage, Search, SearchAnswer, search
from tests.support.environments import make_environment
from tests.support.practising import Practice
from tests.support.pypi import index_of, point_pip_at, project


async def found(wanted: Search, places: Places) -> SearchAnswer:
    """Look for packages; runs in the rattler worker."""
    return await search(wanted, CondaConfiguration(), places)


def look(practice: Practice, *words: str, **more: object) -> SearchAnswer:
    wanted = replace(Search(words, practice.both, with_pypi=False), **more)
    return practice.call(found, wanted, practice.places)


def titles(answer: SearchAnswer) -> list[tuple[str, str, str]]:
    return [(each.name, each.source, each.version) for each in answer.found]


def test_that_names_are_found_in_every_channel_the_likeliest_first(practice: Practice) -> None:
    assert titles(look(practice, "numerals")) == [
        ("numerals", "practice-main", "2.1.0"),
        ("numerals", "practice-extra", "1.4.2"),
    ]
    names = list(dict.fromkeys(each.name for each in look(practice, "P").found))
    assert names[:3] == ["papyrus", "pip", "python"]  # what begins with it comes first
    assert "tidepool" in names


def test_that_summaries_are_searched_for_every_word(practice: Practice) -> None:
    answer = look(practice, "roman", "NUMERALS")
    assert {each.name for each in answer.found} == {"numerals"}
    assert {each.summary for each in answer.found} == {"Numbers in Roman numerals."}
    assert look(practice, "roman", "nonesuch").found == ()
    assert answer.names_only == ()


def test_that_a_channel_without_summaries_is_searched_by_name_and_named(
    practice: Practice, server: ChannelServer
) -> None:
    server.faults.add(Fault(FaultKind.STATUS, "*practice-main/channeldata.json", status=404))
    answer = look(practice, "numerals")
    assert [each.source for each in answer.found] == ["practice-main", "practice-extra"]
    assert [bool(each.summary) for each in answer.found] == [False, True]
    assert answer.names_only == ("practice-main",)


def test_that_a_login_in_the_address_of_a_channel_is_used_and_not_told(
    practice: Practice, server: ChannelServer
) -> None:
    server.faults.require_login("ming", "pass:word")
    known = practice.main.replace("://", "://ming:pass%3Aword@")
    answer = look(practice, "numerals", channels=(known,))
    (found,) = answer.found
    assert (found.version, found.summary) == ("2.1.0", "Numbers in Roman numerals.")
    assert "ming" not in repr(answer)


def test_that_names_beyond_the_limit_are_counted(practice: Practice) -> None:
    every = {each.name for each in look(practice, "o", most=1000).found}
    few = look(practice, "o", most=2)
    assert len({each.name for each in few.found}) == 2
    assert few.more == len(every) - 2 > 0


def test_that_pypi_is_asked_for_the_exact_name_only(practice: Practice, tmp_path: Path) -> None:
    newest = project("quill-pen", "2.0rc1")
    point_pip_at(practice.places, index_of(tmp_path / "i", project("quill-pen", "1.0"), newest))
    for words in (("Quill_Pen",), ("quill", "pen")):
        (only,) = look(practice, *words, with_pypi=True).found
        assert (only.name, only.source, only.version) == ("quill-pen", "PyPI", "1.0")
    assert look(practice, "quill", with_pypi=True).found == ()


def test_that_an_index_that_does_not_answer_hides_nothing_else(practice: Practice) -> None:
    point_pip_at(practice.places, "http://127.0.0.1:9/simple")
    answer = look(practice, "numerals", with_pypi=True)
    assert {each.source for each in answer.found} == {"practice-main", "practice-extra"}
    assert [each.code.value for each in answer.problems] == ["index-unreachable"]


def test_that_an_environment_says_what_it_has_and_what_suits_its_python(
    practice: Practice,
) -> None:
    prefix = make_environment(practice.places.envs / "old", ["numerals"])
    answer = look(practice, "numerals", prefix=prefix)
    first = answer.found[0]
    assert isinstance(first, FoundPackage)
    assert first.installed
    assert first.fitting == first.version == "2.1.0"
