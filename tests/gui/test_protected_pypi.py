"""What only PyPI has gets the same way out of a protected environment as conda's packages."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from engine.places import Places
from engine.practice import ChannelServer
from engine.practice.pypi_index import practice_releases, write_index
from engine.requests import CreateRequest
from gui.dialogs import PreviewDialog
from gui.dialogs.create import CreateForm
from gui.dialogs.preview import Stage
from gui.settings import WindowSettings
from tests.support.environments import make_environment
from tests.support.pypi import point_pip_at
from tests.support.windowing import opened_window, press, type_text, until


@pytest.fixture
def frozen(configured: Places, tmp_path: Path) -> Path:
    prefix = make_environment(configured.envs / "course", ["glyphs"], python="")
    (prefix / "conda-meta" / "frozen").write_text("{}")
    point_pip_at(configured, write_index(tmp_path / "simple", practice_releases()).as_uri())
    return prefix


@pytest.mark.parametrize("written", ["inkwell", "inkwell==1.0.0"])
async def test_that_a_package_of_pypi_is_offered_in_a_new_environment(
    frozen: Path,
    configured: Places,
    settings: WindowSettings,
    server: ChannelServer,
    written: str,
) -> None:
    async with opened_window(configured, settings, "course") as window:
        await until(lambda: window.is_settled and window.page.prefix == frozen)
        view = window.page.packages
        type_text(view.filter_box, written)
        await until(lambda: any(offer.is_elsewhere for offer in view.available.offers))
        why, offer = view.available.offers
        assert "frozen" in why.note
        assert not why.wishes
        assert offer.is_from_pypi
        assert "in a new environment" in offer.note
        press(view.filter_box, Qt.Key.Key_Down)
        if view.model.rowCount():
            view.available.list.enter()
        view.available.list.setCurrentIndex(view.available.list.offers.index(1, 0))
        press(view.available.list, Qt.Key.Key_Return)
        await until(lambda: window.findChildren(PreviewDialog))
        (dialog,) = window.findChildren(PreviewDialog)
        await until(dialog.isVisible)
        form = dialog.findChild(CreateForm)
        assert form is not None
        await until(form.python.version)
        request = form.request()
        assert isinstance(request, CreateRequest)
        assert (request.add_pypi, request.specs) == ((written,), ())
        assert request.prefix.name == "inkwell"
        await until(lambda: len(form.packages.known_names) > 0)
        assert not form.packages.message.text(), "no channel was to have it"
        dialog.go.click()
        await until(lambda: dialog.stage is Stage.SHOWING)
        assert dialog.plan is not None
        assert not dialog.plan.is_blocked
        assert "inkwell" in {change.name for change in dialog.plan.changes}
        dialog.done(0)
