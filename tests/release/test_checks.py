from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from release.checks import problems
from release.places import PACKAGING


def test_that_the_files_of_the_installers_fit_together() -> None:
    assert problems() == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("linux/envdesk.desktop", "text/x-envdesk-requirements;", "", "MIME types lack"),
        ("linux/envdesk.desktop", "Comment[zh_CN]=", "Comment[de]=", "no Chinese translation"),
        ("linux/envdesk-mime.xml", 'pattern="pixi.lock"', 'pattern="*.lock"', "document types"),
        (
            "linux/app.envdesk.Envdesk.metainfo.xml",
            "<mediatype>text/x-envdesk-requirements</mediatype>",
            "",
            "MIME types lack",
        ),
        ("linux/app.envdesk.Envdesk.metainfo.xml", "@VERSION@", "9.9.9", "not filled in"),
        ("macos/Info.plist", "<string>toml</string>", "<string>toms</string>", "document types"),
        ("macos/Info.plist", "<string>Alternate</string>", "<string>Owner</string>", "default"),
        ("macos/Info.plist", "app.envdesk.Envdesk", "app.envdesk.Other", "identifier"),
        ("installer.iss", r"Classes\.lock\OpenWithProgids", r"Classes\.lok\OpenWithProgids", "lok"),
        ("installer.iss", '".toml"', '".tml"', "SupportedTypes"),
        ("installer.iss", "envdesk-console.exe", "envdesk-shell.exe", "files"),
        ("installer.iss", "CustomMessage('LeftUndo')", "CustomMessage('Undone')", "no sentence"),
        ("installer.iss", "{#Version}", "0.1.0", "version"),
        ("envdesk.spec", 'program("envdesk-console"', 'program("shell"', "files"),
        ("windows/texts.iss", "zh.OpenWith=用", "zh.OpenWith2=用", "Chinese sentences lack"),
        ("windows/texts.iss", "zh.LeftConfirm=将删除 %1", "zh.LeftConfirm=将删除", "fill in"),
        ("windows/languages/ChineseSimplified.isl", "\ufeff", "", "byte order mark"),
        (
            "windows/languages/ChineseSimplified.isl",
            "ButtonOK=确定",
            "ButtonOK=确定\nButtonOK=确定",
            "twice",
        ),
    ],
)
def test_that_a_file_that_differs_from_the_others_is_named(
    tmp_path: Path, file: str, old: str, new: str, told: str
) -> None:
    folder = tmp_path / "packaging"
    shutil.copytree(PACKAGING, folder)
    shutil.copyfile(PACKAGING.parent / "LICENSE", tmp_path / "LICENSE")
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    found = problems(folder)
    assert any(told in each for each in found), found
