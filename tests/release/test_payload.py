from __future__ import annotations

from pathlib import Path

import pytest

from engine.version import __version__
from release import payload
from release.payload import info_plist, is_kept, windows_version, write_licences


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/Qt/plugins/platforms/libqwayland.so",
        "PySide6\\plugins\\platforms\\qwindows.dll",
        "PySide6/Qt/plugins/platforms/libqcocoa.dylib",
        "PySide6\\plugins\\styles\\qmodernwindowsstyle.dll",
        "PySide6/Qt/plugins/platforminputcontexts/libibusplatforminputcontextplugin.so",
        "PySide6/Qt/plugins/imageformats/libqsvg.so",
        "PySide6/Qt/lib/libQt6Core.so.6",
        "PySide6\\Qt6Widgets.dll",
        "PySide6/Qt/translations/qtbase_zh_CN.qm",
        "engine/pypi/names_table.json",
        "resources/styles/envdesk.qss",
        "bin/uv",
    ],
)
def test_that_what_the_window_needs_is_kept(name: str) -> None:
    assert is_kept(name)


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt/lib/libQt6Quick.so.6",
        "PySide6\\Qt6Qml.dll",
        "PySide6\\opengl32sw.dll",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "PySide6/Qt/plugins/platforms/libqeglfs.so",
        "PySide6/Qt/plugins/platforminputcontexts/libqtvirtualkeyboardplugin.so",
        "PySide6/Qt/plugins/tls/libqopensslbackend.so",
        "PySide6/Qt/translations/qtbase_de.qm",
    ],
)
def test_that_parts_of_qt_that_nobody_uses_are_left_out(name: str) -> None:
    assert not is_kept(name)


def test_that_versions_come_from_the_one_place() -> None:
    assert info_plist()["CFBundleShortVersionString"] == __version__
    assert ".".join(map(str, windows_version()[:3])) == __version__.partition(".dev")[0]


def test_that_licences_of_everything_inside_are_given_along(tmp_path: Path) -> None:
    write_licences(tmp_path / "licences")
    listed = (tmp_path / "licences" / "README.txt").read_text(encoding="utf-8")
    for name in payload.distributions():
        assert f"\n{name} " in listed
    for file in ("Envdesk.txt", "LGPL-3.0.txt", "GPL-3.0.txt"):
        assert (tmp_path / "licences" / file).stat().st_size > 1000
    assert list((tmp_path / "licences" / "uv").iterdir())
    assert "pytest" not in listed
