"""A mirror shares every file with its original, but for those that tools write into."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from engine.errors import EngineError, ErrorCode
from engine.replicas.mirroring import catch_up, mirror
from engine.transactions.reporting import SilentReport

SHARED = ("lib/big.so", "lib/python3.12/site-packages/a.py", "notes/数据.ipynb", "bin/program")
COPIED = (
    "conda-meta/history",
    "conda-meta/a-1-0.json",
    "bin/script",
    "lib/python3.12/site-packages/x.pth",
    "lib/python3.12/site-packages/a-1.dist-info/RECORD",
    "lib/python3.12/site-packages/a-1.dist-info/direct_url.json",
)


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    prefix = tmp_path / "course"
    for name in (*SHARED, *COPIED):
        path = prefix / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (prefix / "bin" / "program").write_bytes(b"\x7fELF" * 100_000)
    (prefix / "bin" / "script").chmod(0o755)
    (prefix / "lib" / "link.so").symlink_to("big.so")
    (prefix / "lib" / "nowhere").symlink_to("/not/there")
    (prefix / "lib" / "folder").symlink_to("python3.12", target_is_directory=True)
    (prefix / "empty").mkdir()
    (prefix / "empty").chmod(0o555)
    return prefix


def test_that_a_mirror_is_the_same_and_shares_all_that_nothing_writes_into(prefix: Path) -> None:
    new = prefix.with_name(".envdesk") / "token" / "new"
    mirror(prefix, new, SilentReport())
    for name in SHARED:
        assert (new / name).samefile(prefix / name)
    for name in COPIED:
        assert not (new / name).samefile(prefix / name)
        assert (new / name).read_bytes() == (prefix / name).read_bytes()
        assert (new / name).stat().st_mtime_ns == (prefix / name).stat().st_mtime_ns
    for name in ("link.so", "nowhere", "folder"):
        assert (new / "lib" / name).readlink() == (prefix / "lib" / name).readlink()
    for name in ("bin/script", "empty"):
        assert (new / name).stat().st_mode == (prefix / name).stat().st_mode
    assert stat.S_IMODE(new.stat().st_mode) == stat.S_IMODE(prefix.stat().st_mode)
    assert _names(new) == _names(prefix)


@pytest.mark.parametrize("by_descriptor", [True, False])
def test_that_everything_is_copied_where_there_are_no_links(
    prefix: Path, monkeypatch: pytest.MonkeyPatch, by_descriptor: bool
) -> None:
    def refuse(*_names: str, **_options: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "Not supported")

    monkeypatch.setattr(os, "supports_dir_fd", {refuse} if by_descriptor else set[object]())
    monkeypatch.setattr(os, "link", refuse)
    new = prefix.with_name("new")
    mirror(prefix, new, SilentReport())
    assert _names(new) == _names(prefix)
    assert not (new / "lib" / "big.so").samefile(prefix / "lib" / "big.so")


def test_that_what_is_written_and_deleted_meanwhile_is_brought_along(prefix: Path) -> None:
    new = prefix.with_name("new")
    made = mirror(prefix, new, SilentReport())
    fresh = prefix / "notes" / ".saving"
    fresh.write_text("saved as editors do")
    fresh.replace(prefix / "notes" / "数据.ipynb")
    (prefix / "results" / "deep").mkdir(parents=True)
    (prefix / "results" / "deep" / "table.csv").write_text("1,2")
    (prefix / "lib" / "big.so").unlink()
    (prefix / "lib" / "link.so").unlink()
    (prefix / "lib" / "__pycache__").mkdir()
    (prefix / "lib" / "__pycache__" / "x.pyc").write_bytes(b"")
    catch_up(made, SilentReport())
    assert (new / "notes" / "数据.ipynb").read_text() == "saved as editors do"
    assert (new / "results" / "deep" / "table.csv").read_text() == "1,2"
    assert not os.path.lexists(new / "lib" / "big.so")
    assert not os.path.lexists(new / "lib" / "link.so")
    assert not (new / "lib" / "__pycache__").exists()


@pytest.mark.parametrize(
    "name", ["conda-meta/b-1-0.json", "lib/python3.12/site-packages/b.py", "conda-meta/history"]
)
def test_that_what_is_written_among_packages_meanwhile_stops_the_change(
    prefix: Path, name: str
) -> None:
    made = mirror(prefix, prefix.with_name("new"), SilentReport())
    (prefix / name).unlink(missing_ok=True)
    (prefix / name).write_text("by another program")
    with pytest.raises(EngineError) as caught:
        catch_up(made, SilentReport())
    assert caught.value.code is ErrorCode.SOURCE_CHANGED


def test_that_a_mirror_that_nothing_happened_to_stays_as_it_is(prefix: Path) -> None:
    new = prefix.with_name("new")
    made = mirror(prefix, new, SilentReport())
    (new / "lib" / "big.so").unlink()
    (new / "lib" / "added.so").write_text("by the change")
    catch_up(made, SilentReport())
    assert not (new / "lib" / "big.so").exists()
    assert (new / "lib" / "added.so").exists()


def _names(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))
