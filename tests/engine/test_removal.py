"""A tree goes completely, and nothing outside of it is ever touched."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

from engine.errors import EngineError, ErrorCode
from engine.events import Phase, Progress
from engine.removal import DEEPEST, DeletionByPath, delete_tree
from tests.engine.replicas.sources import Watcher, picture, write
from tests.support.volumes import mounted

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX files")
NOBODY = 65534


@pytest.fixture(params=["by descriptor", "by path"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Delete in both ways, whatever system this is."""
    if request.param == "by path":
        monkeypatch.setattr("engine.removal._DeletionByDescriptor", DeletionByPath)
    elif os.name != "posix":
        pytest.skip("Windows cannot delete relative to an open folder")
    return request.param


def tree(root: Path) -> Path:
    for number in range(30):
        write(root / f"lib/{number % 3}/{number}", b"x")
    (root / "empty").mkdir()
    return root


@pytest.mark.usefixtures("way")
def test_that_everything_goes_and_is_counted(tmp_path: Path) -> None:
    watcher = Watcher()
    delete_tree(tree(tmp_path / "old"), watcher)
    assert list(tmp_path.iterdir()) == []
    last: Progress = watcher.steps[-1]
    assert (last.phase, last.done, last.total) == (Phase.REMOVING, 30, 30)


@posix
@pytest.mark.usefixtures("way")
def test_that_what_links_point_to_is_never_touched(tmp_path: Path) -> None:
    outside = tree(tmp_path / "outside")
    before = picture(outside)
    root = tree(tmp_path / "old")
    (root / "folder").symlink_to(outside)
    (root / "lib" / "up").symlink_to("../../outside/lib")
    (root / "file").symlink_to(outside / "lib/0/0")
    (root / "itself").symlink_to(root)
    (root / "dangling").symlink_to("nowhere")
    os.link(outside / "lib/1/1", root / "shared")
    delete_tree(root, Watcher())
    assert picture(outside) == before
    assert not root.exists()


@posix
@pytest.mark.usefixtures("way")
def test_that_a_link_in_the_place_of_the_tree_goes_alone(tmp_path: Path) -> None:
    outside = tree(tmp_path / "outside")
    before = picture(outside)
    (tmp_path / "old").symlink_to(outside)
    delete_tree(tmp_path / "old", Watcher())
    assert not os.path.lexists(tmp_path / "old")
    assert picture(outside) == before


@pytest.mark.usefixtures("way")
def test_that_what_is_gone_or_is_a_file_is_no_trouble(tmp_path: Path) -> None:
    delete_tree(tmp_path / "nothing", Watcher())
    delete_tree(write(tmp_path / "file", b"x"), Watcher())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="needs another user to be")
def test_that_folders_without_the_right_to_write_get_it() -> None:
    folder = Path(tempfile.mkdtemp(prefix="locked-"))
    try:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        try:
            root = tree(folder / "old")
            (root / "lib/0").chmod(0o500)
            (root / "lib/1").chmod(0o000)
            (root / "lib/2/2").chmod(0o400)
            (root / "lib").chmod(0o500)
            delete_tree(root, Watcher())
            assert list(folder.iterdir()) == []
        finally:
            os.seteuid(0)
    finally:
        shutil.rmtree(folder)


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="needs another user to be")
def test_that_what_may_not_be_deleted_is_named_and_the_rest_is_gone() -> None:
    folder = Path(tempfile.mkdtemp(prefix="foreign-"))
    try:
        root = tree(folder / "old")
        for path in (folder, root, root / "lib", root / "lib/0", root / "lib/1", root / "empty"):
            os.chown(path, NOBODY, NOBODY)
        watcher = Watcher()
        os.seteuid(NOBODY)
        try:
            with pytest.raises(EngineError) as caught:
                delete_tree(root, watcher)
        finally:
            os.seteuid(0)
        assert caught.value.code is ErrorCode.NOT_WRITABLE
        assert Path(caught.value.failure.value("path")).parent == root / "lib/2"
        assert sorted(path.name for path in (root / "lib").iterdir()) == ["2"]
        delete_tree(root, Watcher())
        assert not root.exists()
    finally:
        shutil.rmtree(folder)


@posix
def test_that_deep_trees_go_with_few_open_folders(tmp_path: Path) -> None:
    root = tmp_path / "old"
    root.mkdir()
    folder = os.open(root, os.O_RDONLY)
    for number in range(DEEPEST * 20):
        os.mkdir("deeper", dir_fd=folder)
        below = os.open("deeper", os.O_RDONLY, dir_fd=folder)
        os.close(os.open(f"file{number}", os.O_CREAT | os.O_WRONLY, dir_fd=below))
        os.close(folder)
        folder = below
    os.close(folder)
    delete_tree(root, Watcher())
    assert not root.exists()


@posix
def test_that_a_killed_deletion_is_finished_by_the_next(tmp_path: Path) -> None:
    outside = tree(tmp_path / "outside")
    before = picture(outside)
    root = tmp_path / "old"
    for number in range(300):
        write(root / f"{number % 40}/{number}", b"x")
    (root / "30" / "out").symlink_to(outside)
    code = """
        import sys
        from pathlib import Path
        from engine.removal import delete_tree

        class Report:
            def progress(self, progress):
                print("under way", flush=True)
                sys.stdin.readline()

            def log(self, line):
                pass

        delete_tree(Path(sys.argv[1]), Report())
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), str(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    assert root.exists()
    delete_tree(root, Watcher())
    assert not root.exists()
    assert picture(outside) == before


@pytest.mark.usefixtures("way")
def test_that_another_disk_in_the_tree_is_left_alone(tmp_path: Path) -> None:
    root = tree(tmp_path / "old")
    with mounted(root / "mounted", 1) as disk:
        precious = write(disk / "precious", b"p")
        with pytest.raises(EngineError) as caught:
            delete_tree(root, Watcher())
        assert caught.value.code is ErrorCode.FILES_IN_USE
        assert precious.read_bytes() == b"p"
        assert [path.name for path in root.iterdir()] == ["mounted"]
    delete_tree(root, Watcher())
    assert not root.exists()
