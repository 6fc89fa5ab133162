"""Carry out the sharing of copies: each file is replaced by a link in one step."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from engine.cache.claims import claim
from engine.cache.records import SharableFile, sharable_file
from engine.cache.remembering import look_for_plan
from engine.conda.condarc import CondaConfiguration
from engine.events import Phase, ProgressUnit
from engine.places import Places
from engine.planning.relinking import duplicates_of, files_of, is_unaltered
from engine.replicas.metering import Meter
from engine.transactions.journal import Journal
from engine.transactions.reporting import Report


def relink(
    journal: Journal,
    prefixes: Sequence[Path],
    places: Places,
    configuration: CondaConfiguration,
    report: Report,
) -> None:
    """Replace copies in `prefixes` by links into caches, where both are what the package brought.

    Every file is compared again. The link is made out of sight and renamed over the copy, so that
    a killed run leaves every file either as it was or shared. Raises OSError when the journal's
    folders cannot be made.
    """
    with claim(places):
        picture = look_for_plan(places, configuration)
        total = sum(each.files for each in picture.duplicates if each.prefix in prefixes)
        meter = Meter(report, Phase.LINKING, ProgressUnit.FILES, total)
        for prefix in prefixes:
            room = journal.old(prefix)
            room.mkdir(parents=True, exist_ok=True)
            for duplicate in duplicates_of(picture.duplicates, prefix):
                for file in files_of(duplicate):
                    _share(file, room / "link", report)
                    meter.add(1, duplicate.name)
            with suppress(OSError):
                room.rmdir()
        meter.finish()


def _share(file: SharableFile, link: Path, report: Report) -> None:
    try:
        before = os.lstat(file.path)
        if not is_unaltered(file):
            return
        link.unlink(missing_ok=True)
        os.link(file.cached, link)
        after = os.lstat(file.path)
        is_same = (before.st_ino, before.st_size, before.st_mtime_ns) == (
            after.st_ino,
            after.st_size,
            after.st_mtime_ns,
        )
        if is_same and sharable_file(file.path, file.cached, file.sha256) is not None:
            link.replace(file.path)
        else:
            link.unlink()
    except OSError as error:  # a program holds the file, or the volume knows no links
        link.unlink(missing_ok=True)
        report.log(f"Left as it is: {file.path}: {error.strerror or error}")
