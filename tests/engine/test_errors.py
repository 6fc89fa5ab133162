from __future__ import annotations

import errno
from pathlib import Path

import pytest

from engine.errors import ErrorCode, from_os_error
from engine.transactions.locking import WORKROOM


@pytest.mark.parametrize(
    "path",
    [
        Path("envs") / WORKROOM / "20260304-1" / "new" / "lib",
        Path("envs") / WORKROOM,
        Path("envs"),
    ],
)
def test_that_a_full_disk_is_named_by_a_folder_that_people_know(path: Path) -> None:
    home = Path.home()
    failure = from_os_error(OSError(errno.ENOSPC, "No space left"), home / path).failure
    assert failure.code is ErrorCode.DISK_FULL
    assert failure.value("path") == str(home / "envs")
