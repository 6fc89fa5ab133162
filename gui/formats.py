"""Sizes, dates, durations and counts as the user's locale writes them."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

_ROUND_FROM = 10
_SHOWN_AS_SECONDS = 90
_SHOWN_AS_MINUTES = 90 * 60


def format_bytes(count: int | None) -> str:
    """Return `count` bytes in the unit a file manager of this system would use; "" for None.

    Windows counts 1024 bytes to the kilobyte, macOS and most Linux desktops 1000.
    """
    if count is None:
        return ""
    traditional = sys.platform == "win32"
    kind = (
        QLocale.DataSizeFormat.DataSizeTraditionalFormat
        if traditional
        else QLocale.DataSizeFormat.DataSizeSIFormat
    )
    step = 1024 if traditional else 1000
    leading, unit = float(abs(count)), 1
    while round(leading) >= step:
        leading, unit = leading / step, unit * step
    count = max(count, unit) if unit > 1 else count  # 999,999 bytes are 1.0 MB, not 1,000 kB
    return QLocale().formattedDataSize(count, 0 if leading >= _ROUND_FROM else 1, kind)


def format_count(count: int) -> str:
    """Return `count` with the locale's grouping."""
    return QLocale().toString(count)


def format_when(moment: datetime | None, now: datetime | None = None) -> str:
    """Return an aware `moment` in local time: "today 14:05", "yesterday 09:30", or its date and
    time; "" for None. `now` is for tests."""
    if moment is None:
        return ""
    local = moment.astimezone()
    today = (now or datetime.now().astimezone()).astimezone().date()
    clock = QLocale().toString(_qt(local).time(), QLocale.FormatType.ShortFormat)
    if local.date() == today:
        return QCoreApplication.translate("Formats", "today {time}").format(time=clock)
    if local.date() == today - timedelta(days=1):
        return QCoreApplication.translate("Formats", "yesterday {time}").format(time=clock)
    return QLocale().toString(_qt(local), QLocale.FormatType.ShortFormat)


def format_day(moment: datetime | None) -> str:
    """Return the local date of an aware `moment`; "" for None."""
    if moment is None:
        return ""
    return QLocale().toString(_qt(moment).date(), QLocale.FormatType.ShortFormat)


def format_duration(seconds: float) -> str:
    """Return a rough stretch of time: "under 1 s", "8 s", "3 min", "2 h"."""
    if seconds < 1:
        return QCoreApplication.translate("Formats", "under 1 s")
    if seconds < _SHOWN_AS_SECONDS:
        return QCoreApplication.translate("Formats", "{count} s").format(
            count=format_count(max(0, round(seconds)))
        )
    if seconds < _SHOWN_AS_MINUTES:
        return QCoreApplication.translate("Formats", "{count} min").format(
            count=format_count(round(seconds / 60))
        )
    return QCoreApplication.translate("Formats", "{count} h").format(
        count=format_count(round(seconds / 3600))
    )


def join_words(words: tuple[str, ...] | list[str]) -> str:
    """Return `words` as the locale lists them: "a, b, and c"."""
    return QLocale().createSeparatedList(list(words))


def _qt(moment: datetime) -> QDateTime:
    return QDateTime.fromMSecsSinceEpoch(int(moment.timestamp() * 1000))
