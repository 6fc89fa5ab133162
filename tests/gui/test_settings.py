from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QByteArray

from engine.requests import ChannelPriority
from gui.settings import ChannelChoice, ColumnChoice, WindowSettings

KEYS = st.text("abcdefgh-", min_size=1, max_size=6)


def again(settings: WindowSettings, folder: Path) -> WindowSettings:
    settings.save()
    return WindowSettings(folder)


def test_that_nothing_is_remembered_at_first(tmp_path: Path) -> None:
    settings = WindowSettings(tmp_path)
    assert settings.state("geometry") is None
    assert settings.columns("packages") is None
    assert settings.selected() is None
    assert settings.number("height", 208) == 208


def test_that_everything_is_remembered_in_the_given_folder_only(tmp_path: Path) -> None:
    settings = WindowSettings(tmp_path / "深")
    settings.set_state("geometry", QByteArray(b"\x00\x01geometry"))
    settings.set_selected(Path("/envs/数据, 分析"))
    settings.set_number("height", 300)
    read = again(settings, tmp_path / "深")
    assert read.state("geometry") == QByteArray(b"\x00\x01geometry")
    assert read.selected() == Path("/envs/数据, 分析")
    assert read.number("height", 1) == 300
    assert [path.name for path in (tmp_path / "深").iterdir()] == ["window.ini"]


@given(
    st.builds(
        ColumnChoice,
        st.lists(KEYS, min_size=1, max_size=5, unique=True).map(tuple),
        st.lists(st.tuples(KEYS, st.integers(0, 4000)), max_size=4).map(tuple),
        KEYS,
        st.booleans(),
    )
)
def test_that_any_choice_of_columns_survives(
    tmp_path_factory: pytest.TempPathFactory, choice: ColumnChoice
) -> None:
    folder = tmp_path_factory.mktemp("settings")
    settings = WindowSettings(folder)
    settings.set_columns("packages", choice)
    assert again(settings, folder).columns("packages") == choice


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00rubbish", b"[packages]\nshown=@Invalid()\nwidths=a:b, c\n", b""]
)
def test_that_a_damaged_file_only_costs_the_memory(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "window.ini").write_bytes(content)
    settings = WindowSettings(tmp_path)
    assert settings.columns("packages") is None
    assert settings.state("geometry") is None
    settings.set_number("height", 5)
    assert again(settings, tmp_path).number("height", 0) == 5


def test_that_the_channels_of_an_environment_are_remembered_under_its_prefix(
    tmp_path: Path,
) -> None:
    here, other = Path("/envs/数据 分析/a%b"), Path("/envs/other")
    choice = ChannelChoice(("conda-forge", "https://host/t,1/ch"), ChannelPriority.FLEXIBLE)
    kept = WindowSettings(tmp_path)
    kept.set_channel_choice(here, choice)
    kept.save()
    again = WindowSettings(tmp_path)
    assert again.channel_choice(here) == choice
    assert again.channel_choice(other) is None
    again.set_channel_choice(here, ChannelChoice(("one",)))
    assert again.channel_choice(here) == ChannelChoice(("one",))
    again.set_channel_choice(here, None)
    assert again.channel_choice(here) is None


def test_that_tokens_and_passwords_of_channels_never_reach_the_disk(tmp_path: Path) -> None:
    settings = WindowSettings(tmp_path)
    token = "https://lab.example.org/t/sesame-token/lab"
    login = "https://me:secret-word@lab.example.org/other"
    choice = ChannelChoice((token, login, "conda-forge"))
    settings.set_channel_choice(Path("/envs/a"), choice)
    assert settings.channel_choice(Path("/envs/a")) == choice
    settings.save()
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"sesame" not in written
    assert b"secret" not in written
    again = WindowSettings(tmp_path).channel_choice(Path("/envs/a"))
    assert again is not None
    assert again.channels == (
        "https://lab.example.org/lab",
        "https://lab.example.org/other",
        "conda-forge",
    )
