from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.cache.values import (
    Choice,
    DiskPicture,
    ItemKind,
    Preset,
    Tie,
    chosen_items,
    freed,
)
from gui.models.disk_choices import figures_for
from tests.gui.models.test_disk_tree import pictures
from tests.support.disk_pictures import MB, NOW, PKGS, ordinary_picture

CHOICES = st.builds(
    Choice,
    preset=st.sampled_from([None, *Preset]),
    kinds=st.lists(st.sampled_from(ItemKind), unique=True, max_size=4).map(tuple),
    older_than_days=st.sampled_from([None, 5, 30]),
)


@st.composite
def tied_pictures(draw: st.DrawFn) -> DiskPicture:
    picture = draw(pictures())
    paths = [item.path for item in picture.items]
    if len(paths) < 2:
        return picture
    some = st.lists(st.sampled_from(paths), min_size=2, max_size=3, unique=True)
    ties = draw(st.lists(st.builds(Tie, some.map(tuple), st.integers(1, 10**6)), max_size=3))
    return replace(picture, ties=tuple(ties))


@given(tied_pictures(), CHOICES)
def test_that_every_figure_is_what_the_engine_frees(picture: DiskPicture, choice: Choice) -> None:
    figures = figures_for(picture, choice, NOW)

    def really(wanted: Choice) -> int:
        return freed(picture, [item.path for item in chosen_items(picture, wanted, NOW)])

    age = choice.older_than_days
    assert figures.freed_bytes == really(choice)
    for preset in Preset:
        assert figures.preset(preset) == really(Choice(preset=preset, older_than_days=age))
    assert {each.kind for each in figures.kinds} == {item.kind for item in picture.items}
    for each in figures.kinds:
        wanted = Choice(kinds=(each.kind,), older_than_days=age)
        assert each.freed_bytes == really(wanted)
        assert each.count == len(chosen_items(picture, wanted, NOW))
        assert 0 <= each.taken <= each.count


def test_that_a_choice_knows_what_cannot_be_had_again_for_a_download() -> None:
    everything = figures_for(ordinary_picture(), Choice(preset=Preset.EVERYTHING_UNUSED), NOW)
    assert everything.freed_bytes == 160 * MB
    assert (everything.builds, everything.unknown, everything.stuck) == (1, 1, 1)
    safe = figures_for(ordinary_picture(), Choice(preset=Preset.SAFE), NOW)
    assert safe.freed_bytes == 143 * MB
    assert (safe.builds, safe.unknown) == (0, 0)


def test_that_two_that_share_free_more_together_than_alone() -> None:
    pair = (PKGS / "python-1.0-0", PKGS / "numpy-1.0-0")
    picture = replace(ordinary_picture(), ties=(Tie(pair, 9 * MB),))
    alone = [figures_for(picture, Choice(items=(path,)), NOW).freed_bytes for path in pair]
    both = figures_for(picture, Choice(items=pair), NOW).freed_bytes
    assert both == sum(alone) + 9 * MB
