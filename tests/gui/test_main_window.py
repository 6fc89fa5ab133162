"""The main window shows what there is, by itself, by mouse and by keys."""

from __future__ import annotations

import shutil
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QTabBar

from gui.actions import EnvironmentAction
from gui.main_window import MainWindow
from gui.views.sidebar import ActivityChosen, DiskChosen
from tests.support.environments import Package, make_environment, write_record
from tests.support.main_window import at_rest, dialogs, names, opened, packages, visible_button
from tests.support.windowing import until


async def test_that_list_sizes_and_packages_come_by_themselves(
    envs: Path, window: MainWindow
) -> None:
    await at_rest(window)
    assert names(window) == ["course", "zoo", "数据 分析"]
    assert window.page.prefix == envs / "course"
    assert len(packages(window)) == 32
    assert all(environment.sizes for environment in window.model.environments())
    assert "of its own" in window.page.header.facts.text()


async def test_that_choosing_another_environment_shows_its_packages(
    envs: Path, window: MainWindow
) -> None:
    await at_rest(window)
    window.sidebar.environments.setFocus()
    QTest.keyClick(window.sidebar.environments, Qt.Key.Key_End)
    await until(lambda: packages(window) == ["numpy", "python"])
    assert window.page.header.title.whole() == "数据 分析"
    window.page.tabs.setCurrentWidget(window.page.history)
    await until(lambda: window.page.history.tree.topLevelItemCount() == 1)
    window.page.tabs.setCurrentWidget(window.page.details)
    await until(window.page.details.values)
    assert str(envs / "数据 分析") in str(window.page.details.values())


async def test_that_what_others_do_shows_up_by_itself(envs: Path, window: MainWindow) -> None:
    await at_rest(window)
    make_environment(envs / "made by conda", ["pip"])
    await until(lambda: "made by conda" in names(window))
    assert window.page.prefix == envs / "course", "the choice stays"
    write_record(envs / "course", Package("added"), "")
    await until(lambda: "added" in packages(window))
    shutil.rmtree(envs / "zoo")
    await until(lambda: "zoo" not in names(window))


async def test_that_the_next_one_is_shown_when_the_chosen_one_goes(
    envs: Path, window: MainWindow
) -> None:
    await at_rest(window)
    window.select_name("zoo")
    await until(lambda: packages(window) == ["zlib"])
    shutil.rmtree(envs / "zoo")
    await until(lambda: window.page.prefix == envs / "数据 分析")
    shutil.rmtree(envs)
    await until(lambda: not names(window))
    await until(lambda: visible_button(window, "New environment"))


async def test_that_without_environments_the_first_one_is_offered(window: MainWindow) -> None:
    await until(lambda: window.is_settled)
    offer = visible_button(window, "New environment")
    assert offer is not None
    offer.click()
    (await opened(window)).reject()


async def test_that_keys_reach_what_they_name(envs: Path, window: MainWindow) -> None:
    await at_rest(window)
    window.activateWindow()
    window.sidebar.environments.setFocus()
    await until(lambda: QApplication.focusWidget() is window.sidebar.environments)
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(window, Qt.Key.Key_F, control)
    assert QApplication.focusWidget() is window.page.packages.filter_box
    QTest.keyClick(window, Qt.Key.Key_L, control)
    assert QApplication.focusWidget() is window.sidebar.environments
    QTest.keyClick(window, Qt.Key.Key_N, control)
    (await opened(window)).reject()
    await until(lambda: not dialogs(window))
    window.activateWindow()
    window.sidebar.environments.setFocus()
    await until(lambda: QApplication.focusWidget() is window.sidebar.environments)
    QTest.keyClick(window.sidebar.environments, Qt.Key.Key_Delete)
    dialog = await opened(window)
    assert "Remove" in dialog.windowTitle()
    dialog.reject()


async def test_that_f5_reads_again_what_is_shown(envs: Path, window: MainWindow) -> None:
    await at_rest(window)
    loads: list[int] = []
    window.page.loaded.connect(lambda: loads.append(1))
    QTest.keyClick(window, Qt.Key.Key_F5)
    await until(lambda: loads)


async def test_that_the_activation_command_is_copied_and_said(
    envs: Path, window: MainWindow
) -> None:
    await at_rest(window)
    QApplication.clipboard().setText("")
    window.act(EnvironmentAction.COPY_COMMAND, envs / "数据 分析")
    await until(lambda: QApplication.clipboard().text())
    assert "数据 分析" in QApplication.clipboard().text()
    assert QApplication.clipboard().text() in window.content.banner.text()
    assert window.content.banner.isVisible()


async def test_that_going_elsewhere_and_back_keeps_the_window_in_order(
    envs: Path, window: MainWindow
) -> None:
    await at_rest(window)
    window.sidebar.choose(ActivityChosen())
    assert window.activity.isVisible()
    window.refresh_all()
    await until(lambda: window.is_settled)
    assert window.activity.isVisible(), "a new list does not call anybody away"
    window.select_name("course")
    assert window.page.isVisible()


async def test_that_closing_only_asks(envs: Path, window: MainWindow) -> None:
    asked: list[int] = []
    window.close_requested.connect(lambda: asked.append(1))
    assert not window.close()
    assert asked == [1]
    assert window.isVisible()


async def test_that_every_letter_leads_to_one_place_on_every_page(
    envs: Path, window: MainWindow
) -> None:
    await at_rest(window)
    damaged = next((envs / "course" / "conda-meta").glob("*.json"))
    damaged.write_text("{")
    window.select_name("course")
    for tab in (window.page.packages, window.page.health, window.page.history, window.page.details):
        window.page.tabs.setCurrentWidget(tab)
        await at_rest(window)
        if tab is window.page.health:
            window.refresh_all()
            await until(window.page.health.repair_all.isVisible)
        assert not shared_letters(window), tab
    for place in (DiskChosen(), ActivityChosen()):
        window.sidebar.choose(place)
        assert not shared_letters(window), place


def shared_letters(window: MainWindow) -> list[str]:
    """Return the letters that more than one of the things that can be seen answer to."""
    texts = [made.text() for made in window.findChildren(QAbstractButton) if made.isVisible()]
    bars = [bar for bar in window.findChildren(QTabBar) if bar.isVisible()]
    texts += [bar.tabText(at) for bar in bars for at in range(bar.count())]
    letters = [text.replace("&&", "").partition("&")[2][:1].lower() for text in texts]
    return [letter for letter in set(letters) if letter and letters.count(letter) > 1]
