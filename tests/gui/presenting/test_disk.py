from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from engine.cache.values import CacheKind, Cost, ItemKind, Preset, Skipped, SkipReason, VolumeSpace
from gui.presenting import disk
from tests.support.disk_pictures import COURSE, MB, thing


@pytest.mark.parametrize(
    ("say", "values"),
    [
        (disk.kind_title, ItemKind),
        (disk.kind_word, ItemKind),
        (disk.kind_sentence, ItemKind),
        (disk.cache_title, CacheKind),
        (disk.cache_word, CacheKind),
        (disk.cost_sentence, Cost),
        (disk.again_sentence, Cost),
        (disk.preset_title, Preset),
        (disk.preset_sentence, Preset),
        (disk.skip_word, SkipReason),
        (disk.skip_sentence, SkipReason),
    ],
)
def test_that_everything_has_words_of_its_own(
    say: Callable[[object], str], values: Iterable[object]
) -> None:
    said = [say(value) for value in values]
    assert all(said)
    assert len(set(said)) == len(said)
    if say.__name__.endswith("sentence"):
        assert all(text.endswith(".") for text in said)


def test_that_what_was_left_alone_is_counted_by_reason() -> None:
    left = [
        Skipped(Path("/a"), "a", SkipReason.LOCKED),
        Skipped(Path("/b"), "b", SkipReason.LOCKED),
        Skipped(Path("/c"), "c", SkipReason.IN_USE, "conda"),
    ]
    assert disk.skipped_sentences(left) == (
        "2 things were left alone (locked).",
        "1 thing was left alone (in use by a program).",
    )
    assert disk.skip_sentence(SkipReason.IN_USE, "conda").endswith("(conda)")


def test_that_little_room_is_one_calm_line() -> None:
    full = VolumeSpace(Path("/"), 1, 100_000 * MB, 99_000 * MB, 900 * MB)
    fuller = VolumeSpace(Path("/d"), 2, 100_000 * MB, 99_900 * MB, 100 * MB)
    roomy = VolumeSpace(Path("/e"), 3, 100_000 * MB, 1 * MB, 90_000 * MB)
    assert disk.low_space_sentence(()) == ""
    assert disk.low_space_sentence((roomy,)) == ""
    assert disk.low_space_sentence((roomy, full)) == "Only 900 MB left on this disk"
    assert disk.low_space_sentence((full, fuller)) == "Little room on 2 disks, 100 MB on one"


def test_that_a_thing_says_what_deleting_it_frees_and_who_uses_it() -> None:
    tip = disk.item_tip(thing("numpy", 60 * MB, freed=2 * MB, users=(COURSE,)))
    assert "60 MB on the disk; deleting it alone would free 2.0 MB." in tip
    assert "course-2026: shares its files" in tip
    stuck = disk.item_tip(thing("held", MB, blocked=SkipReason.LOCKED))
    assert stuck.endswith(disk.skip_sentence(SkipReason.LOCKED))
