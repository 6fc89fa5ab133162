"""What a typed PyPI package is taken for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from engine.errors import EngineError, ErrorCode
from engine.pypi.requirements import RequirementForm, parse_requirement


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "我的 project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("[project]\nname = 'mine'\n")
    return folder


def test_that_names_keep_their_extras_versions_and_markers() -> None:
    found = parse_requirement(' Ruamel.YAML[jinja2, libyaml] >=0.17,<1 ; python_version > "3.8" ')
    assert found.form is RequirementForm.NAME
    assert found.name == "ruamel-yaml"
    assert found.extras == ("jinja2", "libyaml")
    assert set(found.specifier.split(",")) == {">=0.17", "<1"}
    assert found.marker == 'python_version > "3.8"'


@pytest.mark.parametrize(
    ("text", "exact"), [("a==1.0", "1.0"), ("a===1!2", "1!2"), ("a==1.*", ""), ("a>=1", "")]
)
def test_that_an_exact_version_is_known_as_such(text: str, exact: str) -> None:
    assert parse_requirement(text).exact == exact


@pytest.mark.parametrize(
    ("text", "form", "name"),
    [
        ("git+https://example.org/a/b.git@v1#egg=My_Tool", RequirementForm.REPOSITORY, "my-tool"),
        ("tool @ git+ssh://git@example.org/a.git", RequirementForm.REPOSITORY, "tool"),
        ("https://example.org/x/tool-1.0-py3-none-any.whl", RequirementForm.URL, "tool"),
        ("https://example.org/tool_a-1.0.tar.gz", RequirementForm.URL, "tool-a"),
        ("tool @ https://example.org/main.zip", RequirementForm.URL, "tool"),
    ],
)
def test_that_addresses_are_told_apart(text: str, form: RequirementForm, name: str) -> None:
    found = parse_requirement(text)
    assert (found.form, found.name) == (form, name)


def test_that_local_files_and_folders_are_found(project: Path) -> None:
    wheel = project / "tool_b-2.0-py3-none-any.whl"
    wheel.touch()
    for text in (str(wheel), wheel.as_uri(), f"tool-b @ {wheel.as_uri()}"):
        found = parse_requirement(text)
        assert (found.form, found.name) == (RequirementForm.FILE, "tool-b")
        assert Path(found.location) == wheel
    folder = parse_requirement(str(project))
    assert (folder.form, folder.name, folder.location) == (
        RequirementForm.FOLDER,
        "",
        str(project),
    )
    assert parse_requirement(f"{project}[test]").extras == ("test",)
    assert parse_requirement("~/我的 project", project.parent).location == str(project)


def test_that_an_index_may_follow_the_name() -> None:
    found = parse_requirement(
        "torch>=2 --index-url https://one.example/cpu --extra-index-url=https://two.example"
    )
    assert found.name == "torch"
    assert found.index_url == "https://one.example/cpu"
    assert found.extra_index_urls == ("https://two.example",)
    assert parse_requirement("torch -i https://one.example").index_url == "https://one.example"


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("  ", 2),
        ("inkwell >>=2", 8),
        ("  inkwell >>=2", 10),
        ("inkwell[colour", 7),
        ("inkwell 1.0", 8),
        ("inkwell; python_vers > '3'", 9),
        ("-r requirements.txt", 0),
        ("inkwell --no-deps", 8),
        ("inkwell --index-url nowhere", 8),
        ("./here", 0),
        ("https://example.org/page.html", 0),
    ],
)
def test_that_the_wrong_character_is_pointed_at(text: str, position: int) -> None:
    with pytest.raises(EngineError) as caught:
        parse_requirement(text)
    assert caught.value.code is ErrorCode.REQUIREMENT_INVALID
    assert caught.value.failure.value("position") == str(position)
    assert caught.value.failure.cause
    assert caught.value.failure.hint


def test_that_what_is_not_there_is_said(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "tool-1.0-py3-none-any.whl"):
        with pytest.raises(EngineError) as caught:
            parse_requirement(str(path))
        assert caught.value.code is ErrorCode.REQUIREMENT_INVALID


NAMES = st.from_regex(r"\A[a-z]([a-z0-9._-]{0,8}[a-z0-9])?\Z")
VERSIONS = st.lists(st.integers(0, 99), min_size=1, max_size=3).map(
    lambda parts: ".".join(map(str, parts))
)
RANGES = st.lists(
    st.tuples(st.sampled_from((">=", "<", "!=", "<=", ">")), VERSIONS), max_size=3, unique=True
).map(lambda pairs: ",".join(f"{sign}{version}" for sign, version in pairs))


@given(NAMES, st.lists(NAMES, max_size=2, unique=True), RANGES, st.sampled_from(("", " ", "  ")))
def test_that_what_is_well_formed_is_understood(
    name: str, extras: list[str], version_range: str, space: str
) -> None:
    brackets = f"[{','.join(extras)}]" if extras else ""
    found = parse_requirement(f"{space}{name}{brackets}{space}{version_range}{space}")
    assert found.form is RequirementForm.NAME
    assert SpecifierSet(found.specifier) == SpecifierSet(version_range)
    again = parse_requirement(found.text)
    assert again == found


@given(st.text(max_size=30))
def test_that_anything_else_is_refused_with_a_position_inside(text: str) -> None:
    refused: EngineError | None = None
    try:
        parse_requirement(text)
    except EngineError as error:
        refused = error
    if refused is not None:
        assert refused.code is ErrorCode.REQUIREMENT_INVALID
        assert 0 <= int(refused.failure.value("position")) <= len(text)
