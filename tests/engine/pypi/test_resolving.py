"""What uv answers, with what is installed held where it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import EngineError, ErrorCode
from engine.places import Places
from engine.practice import ChannelServer
from engine.practice.pypi_index import write_index
from engine.practice.wheels import wheel_of
from engine.pypi.locking import Pin, PinForm
from engine.pypi.requirements import parse_requirement
from engine.pypi.resolving import Question, Release, constraint_of, resolve
from engine.pypi.running import open_uv
from tests.support.pypi import index_of, point_pip_at, project

PYTHON = Path(sys.executable)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_index(tmp_path_factory.mktemp("index"))


@pytest.fixture
def served(index: Path) -> Iterator[ChannelServer]:
    with ChannelServer(index) as server:
        yield server


@pytest.fixture
def pointed(places: Places, index: Path) -> Places:
    return point_pip_at(places, index.as_uri())


async def answer(places: Places, *wanted: str, **more: object) -> dict[str, Pin]:
    question = Question(PYTHON, wanted=tuple(parse_requirement(text) for text in wanted))
    pins = await resolve(replace(question, **more), open_uv(places))  # type: ignore[arg-type]
    return {pin.name: pin for pin in pins}


async def refusal(places: Places, *wanted: str, **more: object) -> EngineError:
    with pytest.raises(EngineError) as caught:
        await answer(places, *wanted, **more)
    assert caught.value.failure.summary
    assert caught.value.failure.hint
    return caught.value


async def test_that_versions_hashes_and_forms_are_exact(pointed: Places) -> None:
    found = await answer(pointed, "inkwell[colour]", "clayjar")
    assert {name: pin.version for name, pin in found.items()} == {
        "inkwell": "1.2.0",
        "lanternfish": "1.1.0",
        "pigment": "0.5.0",
        "clayjar": "0.2.0",
    }
    assert found["clayjar"].form is PinForm.SOURCE
    assert found["clayjar"].needs_build
    assert found["inkwell"].form is PinForm.WHEEL
    assert not found["inkwell"].needs_build
    assert all(pin.hashes[0].startswith("sha256:") and pin.size for pin in found.values())
    assert {name for name, pin in found.items() if pin.requested} == {"inkwell", "clayjar"}
    assert found["lanternfish"].needed_by == ("inkwell",)
    assert found["pigment"].needed_by == ("inkwell",)


async def test_that_what_is_held_is_neither_replaced_nor_asked_for(pointed: Places) -> None:
    held = (Release("numerals", "2.2.0"), Release("lanternfish", "1.0.5"))
    found = await answer(pointed, "tidepool", "inkwell", held=held)
    assert {name: pin.version for name, pin in found.items()} == {
        "tidepool": "3.3.0",
        "inkwell": "1.0.0",  # the one whose needs the held version meets
    }
    assert await answer(pointed, "numerals>=2", held=held) == {}
    error = await refusal(pointed, "tidepool", held=(Release("numerals", "2.1.0"),))
    assert error.code is ErrorCode.PYPI_UNSATISFIABLE
    assert "numerals" in error.failure.detail


async def test_that_what_is_kept_stays_and_is_cared_for(pointed: Places) -> None:
    kept = (Release("lanternfish", "1.0.0"), Release("local-tool", "0.1", ("pigment",)))
    found = await answer(pointed, "inkwell", kept=kept)
    assert {name: pin.version for name, pin in found.items()} == {
        "inkwell": "1.0.0",
        "pigment": "0.5.0",
    }
    error = await refusal(pointed, "lanternfish>1", kept=kept)
    assert error.code is ErrorCode.PYPI_UNSATISFIABLE


async def test_that_free_releases_change_no_more_than_needed(pointed: Places) -> None:
    free = (Release("lanternfish", "1.0.0"), Release("inkwell", "1.0.0"))
    found = await answer(pointed, free=free)
    assert {name: pin.version for name, pin in found.items()} == {
        "lanternfish": "1.0.0",
        "inkwell": "1.0.0",
    }
    found = await answer(pointed, "inkwell>=1.2", free=free)
    assert found["lanternfish"].version == "1.1.0"
    found = await answer(pointed, free=free, renewed=("inkwell", "lanternfish"))
    assert found["inkwell"].version == "1.2.0"


async def test_that_wheels_are_preferred_to_a_newer_source(places: Places, tmp_path: Path) -> None:
    from engine.practice.pypi_index import Release as Published

    newer = Published(project("a-tool", "2.0"), as_sdist=True)
    point_pip_at(places, index_of(tmp_path / "i", project("a-tool", "1.0"), newer))
    assert (await answer(places, "a-tool"))["a-tool"].version == "1.0"
    assert (await answer(places, "a-tool>=2"))["a-tool"].needs_build


async def test_that_local_files_folders_and_other_versions_of_python_are_resolved(
    pointed: Places, tmp_path: Path
) -> None:
    wheel = tmp_path / "my wheels" / "tin_whistle-1.5-py3-none-any.whl"
    wheel.parent.mkdir()
    wheel.write_bytes(wheel_of(project("tin-whistle", "1.5", "pigment")))
    folder = tmp_path / "my project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "kettledrum"\nversion = "7"\ndependencies = ["lanternfish<1.1"]\n'
    )
    found = await answer(pointed, str(wheel), str(folder), python_version="3.13")
    assert {name: (pin.version, pin.form) for name, pin in found.items()} == {
        "tin-whistle": ("1.5", PinForm.FILE),
        "pigment": ("0.5.0", PinForm.WHEEL),
        "kettledrum": ("7", PinForm.FOLDER),
        "lanternfish": ("1.0.0", PinForm.WHEEL),
    }
    assert found["tin-whistle"].location == wheel.as_uri()
    assert found["kettledrum"].location == folder.as_uri()
    assert {name for name, pin in found.items() if pin.requested} == {"tin-whistle", "kettledrum"}
    error = await refusal(pointed, "only-new", python_version="3.99")
    assert error.code is ErrorCode.DISTRIBUTION_UNKNOWN


@pytest.mark.parametrize(
    ("wanted", "code", "package"),
    [
        ("no-such-thing", ErrorCode.DISTRIBUTION_UNKNOWN, "no-such-thing"),
        ("cliffdweller", ErrorCode.NO_WHEEL, "cliffdweller"),
        ("inkwell>=2", ErrorCode.PYPI_UNSATISFIABLE, ""),
        ("inkwell==9", ErrorCode.PYPI_UNSATISFIABLE, ""),
        ("brass-gauge", ErrorCode.PYPI_UNSATISFIABLE, ""),
    ],
)
async def test_that_each_refusal_has_its_code(
    pointed: Places, wanted: str, code: ErrorCode, package: str
) -> None:
    error = await refusal(pointed, wanted)
    assert (error.code, error.failure.value("package")) == (code, package)


async def test_that_a_yanked_release_is_only_taken_when_named(pointed: Places) -> None:
    assert (await answer(pointed, "inkwell<1.2"))["inkwell"].version == "1.0.0"
    assert (await answer(pointed, "inkwell==1.1.0"))["inkwell"].version == "1.1.0"


async def test_that_an_index_that_wants_a_login_says_so_without_the_password(
    places: Places, served: ChannelServer
) -> None:
    served.faults.require_login("me", "right")
    point_pip_at(places, served.url.replace("://", "://me:wrong-secret@"))
    error = await refusal(places, "lanternfish")
    assert error.code is ErrorCode.INDEX_NEEDS_LOGIN
    assert error.failure.value("host") == served.url.removeprefix("http://")
    assert "wrong-secret" not in repr(error.failure)
    point_pip_at(places, served.url.replace("://", "://me:right@"))
    found = await answer(places, "lanternfish")
    assert found["lanternfish"].version == "1.1.0"


async def test_that_an_index_out_of_reach_says_so(places: Places) -> None:
    point_pip_at(places, "http://127.0.0.1:9/simple", "retries = 0", "timeout = 2")
    uv = open_uv(places, {"UV_HTTP_RETRIES": "0"})
    with pytest.raises(EngineError) as caught:
        await resolve(Question(PYTHON, wanted=(parse_requirement("lanternfish"),)), uv)
    assert caught.value.code is ErrorCode.INDEX_UNREACHABLE
    assert caught.value.failure.value("host") == "127.0.0.1:9"


async def test_that_a_broken_build_tells_its_last_lines(places: Places, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "b"\nbackend-path = ["."]\n'
    )
    (folder / "b.py").write_text("raise RuntimeError('the kiln is cold')\n")
    point_pip_at(places, index_of(tmp_path / "i"))
    error = await refusal(places, str(folder))
    assert error.code is ErrorCode.SOURCE_BUILD_FAILED
    assert "the kiln is cold" in error.failure.detail


async def test_that_an_index_written_behind_a_name_is_asked_instead(
    pointed: Places, tmp_path: Path
) -> None:
    other = index_of(tmp_path / "other", project("lanternfish", "5.0"))
    found = await answer(pointed, f"lanternfish --index-url {other}")
    assert found["lanternfish"].version == "5.0"
    assert (await answer(pointed, "lanternfish"))["lanternfish"].version == "1.1.0"


@pytest.mark.parametrize(
    ("requirement", "constraint"),
    [
        ("a>=1,<2", "a<2,>=1"),
        ("a[x]>=1", "a>=1"),
        ("a", ""),
        ("a>=1; extra == 'x'", ""),
        ("a>=1; python_version < '3.9'", 'a>=1 ; python_version < "3.9"'),
        ("what is this", ""),
    ],
)
def test_that_requirements_become_constraints(requirement: str, constraint: str) -> None:
    assert constraint_of(requirement) == constraint
