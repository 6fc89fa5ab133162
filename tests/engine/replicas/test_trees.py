"""Looking again finds everything that came or went, and lists only the folders it happened in."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import EngineError, ErrorCode
from engine.replicas.trees import Tree, look_through

FOLDERS = ("", "lib", "lib/deep", "lib/deep/deeper", "share")
LONG_AGO = 10**18
SECONDS = 10**9


def grown(root: Path) -> Tree:
    """Return a tree that was made long after the last change of its folders."""
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / "file").write_text("1")
        (root / folder / "link").symlink_to("file")
    for folder in reversed(FOLDERS):
        os.utime(root / folder, ns=(LONG_AGO, LONG_AGO))
    tree = look_through(root)
    return replace(tree, began=tree.began + 10 * SECONDS)


def names(tree: Tree) -> dict[str, tuple[set[str], set[str], set[str]]]:
    return {
        path: (set(each.files), set(each.links), set(each.folders))
        for path, each in tree.folders.items()
    }


def act(root: Path, deed: str, folder: str) -> None:
    place = root / folder
    if not place.is_dir():
        return
    match deed:
        case "write":
            (place / "fresh").write_text("2")
        case "replace":
            (place / "saving").write_text("3")
            (place / "saving").replace(place / "file")
        case "delete":
            (place / "link").unlink(missing_ok=True)
        case "turn":
            (place / "file").unlink(missing_ok=True)
            (place / "file").mkdir()
            (place / "file" / "inside").write_text("4")
        case "grow":
            (place / "new" / "newer").mkdir(parents=True, exist_ok=True)
            (place / "new" / "newer" / "file").write_text("5")
        case _:
            if folder:
                shutil.rmtree(place)


@given(
    deeds=st.lists(
        st.tuples(
            st.sampled_from(["write", "replace", "delete", "turn", "grow", "drop"]),
            st.sampled_from(FOLDERS),
        ),
        max_size=6,
        unique=True,
    )
)
@settings(max_examples=60, deadline=None)
def test_that_looking_again_finds_what_looking_anew_finds(deeds: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "root"
        known = grown(root)
        for deed, folder in deeds:
            if deed == "turn" and (root / folder / "file").is_dir():
                continue
            if deed == "replace" and (root / folder / "file").is_dir():
                continue
            act(root, deed, folder)
        again, anew = look_through(root, known), look_through(root)
        assert names(again) == names(anew)
        assert {p: f.files for p, f in again.folders.items()} == {
            p: f.files for p, f in anew.folders.items()
        }


@pytest.mark.skipif(sys.platform == "win32", reason="folders are always listed there")
def test_that_only_folders_in_which_something_happened_are_listed_again(tmp_path: Path) -> None:
    known = grown(tmp_path)
    (tmp_path / "lib" / "deep" / "fresh").write_text("2")
    again = look_through(tmp_path, known)
    listed = [path for path in FOLDERS if again.folders[path] is not known.folders[path]]
    assert listed == ["lib/deep"]


def test_that_folders_that_changed_a_moment_ago_are_not_trusted(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    known = look_through(tmp_path)
    again = look_through(tmp_path, known)
    assert all(again.folders[path] is not known.folders[path] for path in known.folders)


@pytest.mark.skipif(sys.platform == "win32" or os.getuid() == 0, reason="needs a closed folder")
def test_that_a_folder_that_cannot_be_looked_into_is_named(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o000)
    with pytest.raises(EngineError) as caught:
        look_through(tmp_path)
    assert caught.value.code is ErrorCode.LINK_FAILED
    assert caught.value.failure.value("path") == str(tmp_path / "closed")
