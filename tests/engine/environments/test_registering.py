from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.environments.registering import environments_file, register, registered, unregister
from engine.places import Places, places_below

WRITER = """
import sys
from pathlib import Path
from engine.environments.registering import register, unregister
from engine.places import places_below
places, me = places_below(Path(sys.argv[1])), sys.argv[2]
for number in range(15):
    assert register(places, Path(f"/env/{me}/{number}"))
    if number % 3 == 0:
        assert unregister(places, Path(f"/env/{me}/{number}"))
"""


def content(places: Places) -> bytes:
    return environments_file(places).read_bytes()


def test_that_a_list_is_made_when_there_is_none(places: Places) -> None:
    assert registered(places) == ()
    assert register(places, places.envs / "数据 'x'")
    assert registered(places) == (places.envs / "数据 'x'",)
    assert content(places).decode() == f"{places.envs / '数据 '}'x'{os.linesep}"


def test_that_registering_twice_changes_nothing(places: Places) -> None:
    register(places, places.envs / "one")
    before = content(places)
    assert register(places, places.envs / "." / "one")
    assert content(places) == before


def test_that_lines_of_others_survive_byte_for_byte(places: Places) -> None:
    file = environments_file(places)
    file.parent.mkdir(parents=True)
    odd = b"/env/caf\xe9\n\n  /env/indented  \r\n/env/mine\r\n/env/last-without-end"
    file.write_bytes(odd)
    assert register(places, Path("/env/new"))
    assert content(places).startswith(odd)
    assert unregister(places, Path("/env/mine"))
    assert unregister(places, Path("/env/new"))
    assert content(places).rstrip() == odd.replace(b"/env/mine\r\n", b"")


def test_that_a_prefix_is_taken_off_however_often_it_is_listed(places: Places) -> None:
    file = environments_file(places)
    file.parent.mkdir(parents=True)
    file.write_text("/env/a\n/env/b\n/env/a/\n/env//a\n", encoding="utf-8")
    assert unregister(places, Path("/env/a"))
    assert content(places) == b"/env/b\n"


def test_that_taking_off_what_was_never_listed_changes_nothing(places: Places) -> None:
    assert unregister(places, Path("/env/a"))
    assert not environments_file(places).exists()


def test_that_a_linked_list_stays_a_link_and_keeps_its_mode(places: Places, tmp_path: Path) -> None:
    target = tmp_path / "dotfiles.txt"
    target.write_text("/env/a\n/env/b\n", encoding="utf-8")
    target.chmod(0o640)
    file = environments_file(places)
    file.parent.mkdir(parents=True)
    file.symlink_to(target)
    assert unregister(places, Path("/env/a"))
    assert file.is_symlink()
    assert target.read_text(encoding="utf-8") == "/env/b\n"
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.glob(".*")) == []


@pytest.mark.parametrize("text", ["relative/env\n", "\0\n", "# a remark\n", "\n\n", "~/env\n"])
def test_that_lines_that_are_no_prefix_are_passed_over(places: Places, text: str) -> None:
    file = environments_file(places)
    file.parent.mkdir(parents=True)
    file.write_text(f"{text}/env/a\n", encoding="utf-8")
    assert registered(places) == (Path("/env/a"),)


def test_that_a_list_that_cannot_be_used_is_said_and_not_raised(places: Places) -> None:
    environments_file(places).mkdir(parents=True)
    assert registered(places) == ()
    assert not register(places, Path("/env/a"))
    assert not unregister(places, Path("/env/a"))


def test_that_a_prefix_with_a_line_break_is_refused(places: Places) -> None:
    assert not register(places, Path("/env/a\n/env/b"))
    assert registered(places) == ()


def test_that_a_state_folder_that_cannot_be_used_does_not_matter(places: Places) -> None:
    places.state.parent.mkdir(parents=True)
    places.state.touch()
    assert register(places, Path("/env/a"))
    assert registered(places) == (Path("/env/a"),)


FULL = """
import resource, sys
from pathlib import Path
from engine.environments.registering import environments_file, register
from engine.places import places_below
places = places_below(Path(sys.argv[1]))
room = environments_file(places).stat().st_size + 5
resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
assert not register(places, Path("/env/a-long-name"))
"""


@pytest.mark.skipif(os.name != "posix", reason="limits the size of files as POSIX can")
def test_that_a_disk_that_is_full_leaves_no_half_line(tmp_path: Path) -> None:
    places = places_below(tmp_path)
    register(places, Path("/env/there-before"))
    before = content(places)
    command = [sys.executable, "-c", FULL, str(tmp_path)]
    assert subprocess.run(command, timeout=30, check=False).returncode == 0
    assert content(places) == before


def test_that_writers_in_other_processes_lose_nothing(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name], cwd=Path.cwd())
        for name in ("a", "b", "c")
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0, 0]
    expected = {
        Path(f"/env/{name}/{number}") for name in "abc" for number in range(15) if number % 3
    }
    assert set(registered(places_below(tmp_path))) == expected


NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs"), exclude_characters="/\\"),
    min_size=1,
    max_size=20,
).filter(lambda name: name not in (".", ".."))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(wanted=st.lists(NAMES, max_size=6, unique=True), gone=st.sets(st.integers(0, 5)))
def test_that_every_name_round_trips(
    tmp_path_factory: pytest.TempPathFactory, wanted: list[str], gone: set[int]
) -> None:
    places = places_below(tmp_path_factory.mktemp("root"))
    prefixes = [places.envs / name for name in wanted]
    for prefix in prefixes:
        assert register(places, prefix)
    assert registered(places) == tuple(prefixes)
    for number in gone:
        if number < len(prefixes):
            assert unregister(places, prefixes[number])
    kept = tuple(prefix for number, prefix in enumerate(prefixes) if number not in gone)
    assert registered(places) == kept
