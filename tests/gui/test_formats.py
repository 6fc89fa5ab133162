from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QLocale

from gui import formats


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    yield
    QLocale.setDefault(before)


@pytest.mark.parametrize(
    ("count", "posix", "windows"),
    [
        (None, "", ""),
        (0, "0 bytes", "0 bytes"),
        (812, "812 bytes", "812 bytes"),
        (9_949, "9.9 kB", "9.7 kB"),
        (31_400_000, "31 MB", "30 MB"),
        (1_234_567_890, "1.2 GB", "1.1 GB"),
        (999_999, "1.0 MB", "977 kB"),
        (1_048_570, "1.0 MB", "1.0 MB"),
    ],
)
def test_that_sizes_are_counted_as_the_file_manager_counts(
    monkeypatch: pytest.MonkeyPatch, count: int | None, posix: str, windows: str
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert formats.format_bytes(count) == posix
    monkeypatch.setattr("sys.platform", "win32")
    assert formats.format_bytes(count) == windows


def test_that_sizes_and_counts_follow_the_locale() -> None:
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    assert formats.format_bytes(1_234_567_890).startswith("1,")
    assert formats.format_count(33_909) == "33.909"


def test_that_recent_moments_are_named_by_their_day() -> None:
    now = datetime(2026, 3, 4, 15, 30).astimezone()
    assert formats.format_when(None) == ""
    assert formats.format_when(now - timedelta(hours=2), now) == "today 13:30"
    assert formats.format_when(now - timedelta(hours=20), now) == "yesterday 19:30"
    assert formats.format_when(now - timedelta(days=9), now) == "23/02/2026 15:30"


def test_that_a_moment_is_told_in_local_time() -> None:
    moment = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
    shown = formats.format_when(moment, moment)
    assert f"{moment.astimezone():%H:%M}" in shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.2, "under 1 s"),
        (1, "1 s"),
        (8.4, "8 s"),
        (89, "89 s"),
        (90, "2 min"),
        (3600, "60 min"),
        (7200, "2 h"),
    ],
)
def test_that_a_stretch_of_time_is_rough(seconds: float, shown: str) -> None:
    assert formats.format_duration(seconds) == shown


def test_that_words_are_listed_as_the_locale_lists_them() -> None:
    assert formats.join_words(("a", "b", "c")) == "a, b and c"
