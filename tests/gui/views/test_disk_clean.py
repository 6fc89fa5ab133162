from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from engine.cache.values import Choice, ItemKind, Preset, SkipReason
from gui.views.disk_clean import CleanPanel
from tests.support.disk_pictures import (
    COURSE,
    DATA,
    MB,
    PKGS,
    cache_of,
    ordinary_picture,
    picture_of,
    thing,
)


@pytest.fixture
def panel(qtbot: QtBot) -> CleanPanel:
    made = CleanPanel()
    qtbot.addWidget(made)
    made.resize(300, 700)
    made.show()
    made.show_picture(ordinary_picture())
    return made


def states(panel: CleanPanel) -> dict[ItemKind, Qt.CheckState]:
    ticks = ((kind, panel.tick(kind)) for kind in ItemKind)
    return {kind: tick.box.checkState() for kind, tick in ticks if tick and tick.isVisible()}


def tick(panel: CleanPanel, kind: ItemKind) -> None:
    made = panel.tick(kind)
    assert made is not None
    made.box.click()


def test_that_it_begins_with_what_is_safe_and_says_what_that_frees(panel: CleanPanel) -> None:
    assert panel.choice == Choice(preset=Preset.SAFE)
    assert panel.go.text().replace("&", "") == "Free 143 MB…"
    assert panel.go.isEnabled()
    assert states(panel) == {
        ItemKind.ARCHIVE: Qt.CheckState.PartiallyChecked,
        ItemKind.UNPACKED: Qt.CheckState.Checked,
        ItemKind.INDEX: Qt.CheckState.Checked,
        ItemKind.TRASH: Qt.CheckState.Unchecked,
        ItemKind.WHEEL: Qt.CheckState.Unchecked,
        ItemKind.HTTP: Qt.CheckState.Checked,
    }
    stuck = panel.tick(ItemKind.TRASH)
    assert stuck is not None
    assert not stuck.isEnabled()


def test_that_everything_takes_what_was_built_here_too_and_says_so(panel: CleanPanel) -> None:
    panel.everything.button.click()
    assert panel.go.text().replace("&", "") == "Free 160 MB…"
    assert "1 thing would be built again." in panel.note()
    assert "Nobody knows" in panel.note()


def test_that_a_tick_goes_on_from_what_the_ready_choice_took_whole(panel: CleanPanel) -> None:
    tick(panel, ItemKind.INDEX)
    assert panel.own.isChecked()
    assert set(panel.choice.kinds) == {ItemKind.UNPACKED, ItemKind.HTTP}
    assert panel.go.text().replace("&", "") == "Free 93 MB…"
    tick(panel, ItemKind.WHEEL)
    assert panel.go.text().replace("&", "") == "Free 100 MB…"
    tick(panel, ItemKind.ARCHIVE)
    assert panel.go.text().replace("&", "") == "Free 140 MB…"


def test_that_nothing_ticked_disables_the_button_and_says_why(panel: CleanPanel) -> None:
    for kind in (ItemKind.UNPACKED, ItemKind.INDEX, ItemKind.HTTP):
        tick(panel, kind)
    assert not panel.go.isEnabled()
    assert panel.go.text() == "Nothing to free"
    assert panel.note() == "Tick what is to go."


def test_that_age_narrows_every_figure(panel: CleanPanel) -> None:
    panel.age.setCurrentIndex(panel.age.findData(90))
    panel.age.activated.emit(panel.age.currentIndex())
    assert panel.choice == Choice(preset=Preset.SAFE, older_than_days=90)
    assert panel.go.text().replace("&", "") == "Free 50 MB…"
    panel.age.setCurrentIndex(panel.age.findData(365))
    panel.age.activated.emit(panel.age.currentIndex())
    assert panel.note() == "Nothing can go: environments use all that is here." or not (
        panel.go.isEnabled()
    )


def test_that_caches_of_somebody_else_are_not_said_to_be_in_use(panel: CleanPanel) -> None:
    picture = ordinary_picture()
    caches = tuple(
        replace(
            cache,
            is_writable=False,
            items=tuple(replace(item, blocked=SkipReason.FORBIDDEN) for item in cache.items),
        )
        for cache in picture.caches
    )
    panel.show_picture(replace(picture, caches=caches))
    assert not panel.go.isEnabled()
    assert panel.note() == "Your account may not delete anything in these caches."


def test_that_what_is_selected_in_the_table_can_be_chosen(panel: CleanPanel, qtbot: QtBot) -> None:
    assert not panel.selection.isEnabled()
    panel.set_selection((PKGS / "numpy-1.0-0",))
    assert panel.selection.text() == "Chosen in the table (1)"
    panel.selection.click()
    assert panel.choice == Choice(items=(PKGS / "numpy-1.0-0",))
    assert panel.go.text().replace("&", "") == "Free 2.0 MB…"
    panel.set_selection((PKGS / "numpy-1.0-0", PKGS / "scipy-1.0-0"))
    assert panel.go.text().replace("&", "") == "Free 52 MB…"
    told: list[object] = []
    panel.clean_wanted.connect(told.append)
    panel.go.click()
    assert told == [Choice(items=(PKGS / "numpy-1.0-0", PKGS / "scipy-1.0-0"))]
    panel.selection.click()
    assert panel.choice.items == ()


def test_that_what_frees_nothing_says_that_it_is_shared(panel: CleanPanel) -> None:
    shared = thing("python", 50 * MB, freed=0, users=(COURSE,))
    panel.show_picture(picture_of(cache_of(shared)))
    panel.set_selection((shared.path,))
    panel.choose_selection()
    assert not panel.go.isEnabled()
    assert "share all of these files" in panel.note()


def test_that_a_new_picture_keeps_the_choice_and_forgets_what_is_gone(panel: CleanPanel) -> None:
    panel.set_selection((PKGS / "scipy-1.0-0",))
    panel.choose_selection()
    panel.show_picture(picture_of(cache_of(thing("numpy", MB))))
    assert panel.choice == Choice()
    assert set(states(panel)) == {ItemKind.UNPACKED}


def test_that_copies_are_offered_for_sharing(panel: CleanPanel, qtbot: QtBot) -> None:
    assert panel.saved().startswith("1 package")
    assert "25 MB" in panel.saved()
    told: list[object] = []
    panel.relink_wanted.connect(told.append)
    panel.share.click()
    assert told == [(DATA,)]
    panel.show_picture(replace(ordinary_picture(), duplicates=()))
    assert panel.saved() == ""
