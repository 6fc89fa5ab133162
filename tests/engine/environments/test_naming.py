from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.conda.condarc import CondaConfiguration
from engine.environments.naming import (
    NameProblemCode,
    check_name,
    conda_name,
    nearest_allowed,
)
from engine.environments.registering import register, registered
from engine.places import Places, places_below

Code = NameProblemCode
FOLDER = Path("/home/me/envs")


def blocking(name: str, folder: Path = FOLDER, platform: str = "linux") -> set[Code]:
    return {each.code for each in check_name(name, folder, platform) if each.is_blocking}


@pytest.mark.parametrize("name", ["a", "course-2026", "py3.12", "my_env", "A.b-c_d", "CONSOLE"])
def test_that_plain_names_have_no_problem(name: str) -> None:
    assert check_name(name, FOLDER) == ()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", Code.EMPTY),
        ("   ", Code.EMPTY),
        ("\t", Code.EMPTY),
        ("a/b", Code.FORBIDDEN_CHARACTER),
        ("a\\b", Code.FORBIDDEN_CHARACTER),
        ("a:b", Code.FORBIDDEN_CHARACTER),
        ("a#b", Code.FORBIDDEN_CHARACTER),
        ('a"b', Code.FORBIDDEN_CHARACTER),
        ("what?", Code.FORBIDDEN_CHARACTER),
        ("a|b", Code.FORBIDDEN_CHARACTER),
        ("<a>", Code.FORBIDDEN_CHARACTER),
        ("a*", Code.FORBIDDEN_CHARACTER),
        ("a\nb", Code.INVISIBLE_CHARACTER),
        ("a\0b", Code.INVISIBLE_CHARACTER),
        ("a\x7fb", Code.INVISIBLE_CHARACTER),
        ("a\u2028b", Code.INVISIBLE_CHARACTER),
        ("a\u202eb", Code.INVISIBLE_CHARACTER),
        ("caf\udce9", Code.INVISIBLE_CHARACTER),
        (" a", Code.STARTS_WITH_SPACE),
        ("a ", Code.ENDS_WITH_SPACE),
        ("a\u3000", Code.ENDS_WITH_SPACE),
        ("a.", Code.ENDS_WITH_DOT),
        (".a", Code.STARTS_WITH_DOT),
        (".", Code.STARTS_WITH_DOT),
        ("..", Code.STARTS_WITH_DOT),
        ("-n", Code.STARTS_WITH_DASH),
        ("base", Code.RESERVED_BY_CONDA),
        ("Root", Code.RESERVED_BY_CONDA),
        ("CON", Code.RESERVED_BY_WINDOWS),
        ("nul", Code.RESERVED_BY_WINDOWS),
        ("com1", Code.RESERVED_BY_WINDOWS),
        ("LPT²", Code.RESERVED_BY_WINDOWS),
        ("aux.old.env", Code.RESERVED_BY_WINDOWS),
        ("con .x", Code.RESERVED_BY_WINDOWS),
        ("x" * 256, Code.TOO_LONG),
        ("数" * 86, Code.TOO_LONG),
        ("x" * 250, Code.PATH_TOO_LONG),
    ],
)
def test_that_what_some_system_refuses_is_blocked_everywhere(name: str, code: Code) -> None:
    for platform in ("linux", "darwin", "win32"):
        assert code in blocking(name, platform=platform)


@pytest.mark.parametrize(
    ("name", "code", "value"),
    [
        ("第一个 env", Code.HAS_SPACE, " "),
        ("第一个 env", Code.NOT_ASCII, "第一个"),
        ("it's $5 & 100%!", Code.ODD_CHARACTER, "'$&%!"),
        ("éé", Code.NOT_ASCII, "é"),
    ],
)
def test_that_names_that_may_trouble_are_only_warned_about(
    name: str, code: Code, value: str
) -> None:
    assert not blocking(name)
    assert (code, value) in {(each.code, each.value) for each in check_name(name, FOLDER)}


def test_that_blocking_problems_come_first_and_name_what_is_at_fault() -> None:
    problems = check_name("a ü/b?", FOLDER)
    assert [each.is_blocking for each in problems] == [True, False, False]
    assert problems[0].value == "/?"


@pytest.mark.parametrize(
    ("platform", "length", "expected"),
    [
        ("linux", 60, None),
        ("linux", 110, Code.PATH_LONG),
        ("linux", 250, Code.PATH_TOO_LONG),
        ("win32", 100, None),
        ("win32", 150, Code.PATH_LONG),
        ("win32", 200, Code.PATH_TOO_LONG),
    ],
)
def test_that_long_paths_are_warned_about_before_they_are_refused(
    platform: str, length: int, expected: Code | None
) -> None:
    codes = [problem.code for problem in check_name("x" * length, FOLDER, platform)]
    assert codes == ([expected] if expected else [])
    assert (expected is Code.PATH_TOO_LONG) == bool(blocking("x" * length, platform=platform))


@pytest.mark.parametrize(
    ("existing", "wanted"),
    [
        ("course", "course"),
        ("Course", "cOURSE"),
        ("Straße", "STRASSE"),
        (unicodedata.normalize("NFC", "Übung"), unicodedata.normalize("NFD", "übung")),
        (unicodedata.normalize("NFD", "が"), unicodedata.normalize("NFC", "が")),
    ],
)
def test_that_a_name_that_some_file_system_takes_for_another_exists(
    tmp_path: Path, existing: str, wanted: str
) -> None:
    (tmp_path / existing).mkdir()
    problems = check_name(wanted, tmp_path)
    assert (Code.EXISTS, existing) in {(each.code, each.value) for each in problems}
    assert Code.EXISTS not in blocking("other", tmp_path)
    assert Code.EXISTS not in blocking(wanted, tmp_path / "not-there")


def test_that_a_name_differing_in_more_than_case_does_not_exist(tmp_path: Path) -> None:
    (tmp_path / "①").mkdir()
    (tmp_path / "cafe").mkdir()
    assert Code.EXISTS not in blocking("1", tmp_path) | blocking("café", tmp_path)


ODD = st.one_of(
    st.text(max_size=40),
    st.text("abcCONnul .-/\\:#*?\"<>|'$%\t\n\u3000\u200b\ud800éΩ数", max_size=12),
    st.sampled_from(["CON", "aux.x", "base", "ROOT", "COM1", "x" * 300, "数" * 100, "...", "-.-"]),
)


@settings(max_examples=300, deadline=None)
@given(name=ODD)
def test_that_the_nearest_name_is_allowed_and_near(name: str) -> None:
    nearest = nearest_allowed(name)
    if not nearest:
        return
    for platform in ("linux", "darwin", "win32"):
        assert not blocking(nearest, platform=platform)
    assert nearest_allowed(nearest) == nearest
    if not blocking(name) and len(name.encode()) <= 64:
        assert " ".join(nearest.split()) == " ".join(unicodedata.normalize("NFC", name).split())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("第一个 env", "第一个 env"),
        ("a/b", "a-b"),
        ("base", "env-base"),
        ("con.txt", "env-con.txt"),
        ("  spaced\tout ", "spaced out"),
        ("...", ""),
        ("数" * 30, "数" * 21),
    ],
)
def test_that_the_nearest_name_reads_as_meant(name: str, expected: str) -> None:
    assert nearest_allowed(name) == expected


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=ODD)
def test_that_every_accepted_name_works_here(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    folder = tmp_path_factory.mktemp("envs")
    if blocking(name, folder, sys.platform):
        return
    prefix = folder / name
    (prefix / "conda-meta").mkdir(parents=True)
    assert [path.name for path in folder.iterdir()] == [name]
    assert blocking(name, folder, sys.platform) == {Code.EXISTS}
    places = places_below(folder / "root")
    assert conda_name(prefix, CondaConfiguration(envs_dirs=(folder,)), places) == name
    assert register(places, prefix)
    assert registered(places) == (prefix,)


def test_that_conda_names_are_those_of_conda(places: Places) -> None:
    root = Path("/opt/conda")
    configuration = CondaConfiguration(
        root_prefixes=(root,), envs_dirs=(root / "envs", Path("/data/envs"))
    )

    def name(prefix: Path) -> str:
        return conda_name(prefix, configuration, places)

    assert name(root) == "base"
    assert name(root / "envs" / "one") == "one"
    assert name(Path("/data/envs/../envs/two")) == "two"
    assert name(places.envs / "own") == "own"
    assert name(Path("/data/elsewhere/three")) == "/data/elsewhere/three"
    assert name(root / "envs" / "one" / "nested") == "/opt/conda/envs/one/nested"
