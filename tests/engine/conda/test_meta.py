from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.conda import meta as meta_module
from engine.conda.meta import read_conda_meta, read_conda_records, recorded_sha256
from engine.reading import read_whole
from engine.records import RecordKind, RecordProblem, SourceKind
from tests.support.package_files import (
    SITE_PACKAGES,
    dist_info,
    in_site_packages,
    write_conda_record,
    write_files,
)


def test_that_a_record_holds_what_its_file_says(tmp_path: Path) -> None:
    path = write_conda_record(
        tmp_path,
        "numpy",
        "1.26.4",
        "py312h1_0",
        files={"lib/a.so": b"x" * 100, "lib/b.so": b"y" * 23},
        depends=["python >=3.12,<3.13.0a0", "libblas >=3.9"],
        license="BSD-3-Clause",
        size=4321,
        sha256="ab" * 32,
        noarch="python",
        requested_spec="numpy=1.26",
    )
    (record,) = read_conda_records(tmp_path)
    assert record.kind is RecordKind.CONDA
    assert record.spelled == "numpy-1.26.4-py312h1_0"
    assert record.installed_bytes == 123
    assert record.archive_bytes == 4321
    assert record.depends == ("python >=3.12,<3.13.0a0", "libblas >=3.9")
    assert record.requested == ("numpy=1.26",)
    assert (record.license, record.noarch, record.subdir) == ("BSD-3-Clause", "python", "linux-64")
    assert (record.source.kind, record.source.name) == (SourceKind.CHANNEL, "conda-forge")
    assert record.url.endswith("/conda-forge/linux-64/numpy-1.26.4-py312h1_0.conda")
    assert record.sha256 == "ab" * 32
    assert record.path == path
    assert record.problem is None


def test_that_a_prefix_without_conda_meta_has_no_records(tmp_path: Path) -> None:
    assert read_conda_records(tmp_path) == ()
    assert read_conda_records(tmp_path / "gone") == ()


@pytest.mark.parametrize(
    ("fields", "requested"),
    [
        ({"requested_spec": "None"}, ()),
        ({"requested_spec": None}, ()),
        ({"requested_spec": "", "requested_specs": []}, ()),
        ({"requested_spec": "b", "requested_specs": ["b >=1", "b <2"]}, ("b >=1", "b <2")),
        ({"requested_specs": ["b"]}, ("b",)),
    ],
)
def test_that_only_what_was_asked_for_is_requested(
    tmp_path: Path, fields: dict[str, Any], requested: tuple[str, ...]
) -> None:
    write_conda_record(tmp_path, "b", **fields)
    assert read_conda_records(tmp_path)[0].requested == requested


def test_that_the_history_says_what_was_asked_for_when_the_record_does_not(tmp_path: Path) -> None:
    for name in ("numpy", "python", "scipy", "pandas", "libzlib"):
        write_conda_record(tmp_path, name, requested_spec="None")
    (tmp_path / "conda-meta" / "history").write_text(
        "==> 2026-01-01 10:00:00 <==\n"
        "# cmd: conda create\n"
        "+conda-forge/linux-64::numpy-1.0-0\n"
        "# update specs: ['python=3.12', 'conda-forge::numpy[version=\">=1\"]', "
        "'scipy', 'Pandas']\n"
        "==> 2026-01-02 10:00:00 <==\n"
        "# remove specs: ['scipy']\n"
        "==> 2026-01-03 10:00:00 <==\n"
        "# update specs: ['python=3.12.7']\n"
    )
    requested = {record.name: record.requested for record in read_conda_records(tmp_path)}
    assert requested == {
        "numpy": ('conda-forge::numpy[version=">=1"]',),
        "python": ("python=3.12.7",),
        "scipy": (),
        "pandas": ("Pandas",),
        "libzlib": (),
    }


def test_that_a_broken_file_costs_one_marked_row(tmp_path: Path) -> None:
    good = write_conda_record(tmp_path, "good")
    meta = good.parent
    whole = good.read_bytes()
    (meta / "cut-2.0-0.json").write_bytes(whole[: len(whole) // 2])
    (meta / "empty-1.0-0.json").write_bytes(b"")
    (meta / "list-1.0-0.json").write_text("[1, 2]")
    (meta / "settings.json").write_text('{"theme": "dark"}')
    (meta / "nameless-1.0-0.json").write_text('{"name": "", "version": "1"}')
    (meta / "number-1.0-0.json").write_text('{"name": 5, "version": "1"}')
    (meta / "bytes-1.0-0.json").write_bytes(b'{"name": "\xff\xfe", "version": "1"}')
    (meta / "deep-1.0-0.json").write_text('{"a":' * 20_000)
    (meta / "folder-1.0-0.json").mkdir()
    (meta / "dangling-1.0-0.json").symlink_to(meta / "nowhere")
    odd = json.loads(whole) | {"name": "odd", "depends": "python", "license": ["MIT"], "size": "x"}
    (meta / "odd-1.0-0.json").write_text(json.dumps(odd))
    (meta / "history").write_text("not\x00history")
    (meta / "state").write_text("{}")
    found = {record.name: record for record in read_conda_records(tmp_path)}
    assert {name: record.problem for name, record in found.items()} == {
        "good": None,
        "cut": RecordProblem.NOT_JSON,
        "empty": RecordProblem.NOT_JSON,
        "list": RecordProblem.FOREIGN,
        "settings": RecordProblem.FOREIGN,
        "nameless": RecordProblem.FOREIGN,
        "number": RecordProblem.FOREIGN,
        "bytes": RecordProblem.NOT_JSON,
        "deep": RecordProblem.NOT_JSON,
        "folder": RecordProblem.UNREADABLE,
        "dangling": RecordProblem.UNREADABLE,
        "odd": RecordProblem.INCOMPLETE,
    }
    assert (found["cut"].version, found["cut"].build) == ("2.0", "0")
    assert (found["odd"].version, found["odd"].depends, found["odd"].license) == ("1.0", (), "")
    assert len({record.key for record in found.values()}) == len(found)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root reads everything")
def test_that_a_file_without_permission_is_marked(tmp_path: Path) -> None:
    write_conda_record(tmp_path, "a").chmod(0)
    assert read_conda_records(tmp_path)[0].problem is RecordProblem.UNREADABLE


def test_that_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = write_conda_record(tmp_path, "a", files={"x": b"1"})
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_conda_records(tmp_path)[0].problem is None
    assert recorded_sha256(path, "x") != ""


def test_that_two_files_of_one_package_stay_two_records(tmp_path: Path) -> None:
    write_conda_record(tmp_path, "a", "1.0")
    write_conda_record(tmp_path, "a", "2.0")
    assert [record.version for record in read_conda_records(tmp_path)] == ["1.0", "2.0"]


def test_that_size_is_unknown_without_a_list_of_paths(tmp_path: Path) -> None:
    write_conda_record(tmp_path, "a", paths_data=None)
    assert read_conda_records(tmp_path)[0].installed_bytes is None


def test_that_a_summary_comes_from_the_python_metadata_that_the_package_owns(
    tmp_path: Path,
) -> None:
    inner = dist_info("other_thing", headers=("Summary: Something else",))
    outer = dist_info("A.b", headers=("Summary: What a-b is for", "License: MIT"))
    write_conda_record(tmp_path, "a-b", files=in_site_packages({**inner, **outer}), license=None)
    (record,) = read_conda_records(tmp_path)
    assert (record.summary, record.license) == ("What a-b is for", "MIT")


def test_that_a_summary_comes_from_the_unpacked_package_otherwise(tmp_path: Path) -> None:
    cache = tmp_path / "pkgs"
    about = json.dumps({"summary": "Fast zeros ", "license": "Zlib"}).encode()
    write_files(cache / "zlib-1-0", {"info/about.json": about})
    write_files(cache / "cut-1-0", {"info/about.json": about[:9]})
    prefix = tmp_path / "env"
    write_conda_record(prefix, "zlib", link={"source": str(cache / "zlib-1-0"), "type": 1})
    write_conda_record(prefix, "cut", extracted_package_dir=str(cache / "cut-1-0"), license="MIT")
    write_conda_record(prefix, "gone", link={"source": str(tmp_path / "x" / "gone"), "type": 1})
    write_conda_record(prefix, "relative", extracted_package_dir="pkgs/zlib-1-0")
    found = {record.name: (record.summary, record.license) for record in read_conda_records(prefix)}
    assert found == {
        "zlib": ("Fast zeros", "Zlib"),
        "cut": ("", "MIT"),
        "gone": ("", ""),
        "relative": ("", ""),
    }


def test_that_owned_python_distributions_and_site_packages_are_told(tmp_path: Path) -> None:
    write_conda_record(tmp_path, "python", "3.12.7")
    path = write_conda_record(
        tmp_path,
        "things",
        files={
            f"{SITE_PACKAGES}/new-1.dist-info/METADATA": b"",
            f"{SITE_PACKAGES}/new-1.dist-info/RECORD": b"",
            f"{SITE_PACKAGES}/new-1.dist-info/licenses/x-info/PKG-INFO.txt": b"",
            f"{SITE_PACKAGES}/old-1-py3.12.egg-info/PKG-INFO": b"",
            f"{SITE_PACKAGES}/plain.egg-info": b"",
            f"{SITE_PACKAGES}/egg-1-py3.12.egg/EGG-INFO/PKG-INFO": b"",
            "share/some-info": b"",
        },
    )
    meta = read_conda_meta(tmp_path)
    assert [(each.path, each.record) for each in meta.distributions] == [
        (f"{SITE_PACKAGES}/new-1.dist-info", path),
        (f"{SITE_PACKAGES}/old-1-py3.12.egg-info", path),
        (f"{SITE_PACKAGES}/plain.egg-info", path),
        (f"{SITE_PACKAGES}/egg-1-py3.12.egg", path),
    ]
    assert meta.site_packages == ("lib/python3.12/site-packages",)


def test_that_a_copy_is_read_as_if_nothing_had_been_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix, copy = tmp_path / "one", tmp_path / "copy"
    write_conda_record(prefix, "python", "3.12.7")
    owned = {f"{SITE_PACKAGES}/{name}-1.dist-info/METADATA": b"" for name in ("a", "b")}
    write_conda_record(prefix, "staying", files=owned)
    write_conda_record(prefix, "leaving")
    asked = write_conda_record(prefix, "asked", requested_spec="asked >=1")
    (prefix / "conda-meta" / "broken-1-0.json").write_bytes(b"{")
    known = read_conda_meta(prefix)
    shutil.copytree(prefix, copy)
    (copy / "conda-meta" / "leaving-1.0-0.json").unlink()
    write_conda_record(copy, "coming", files={f"{SITE_PACKAGES}/c.egg-info": b""})
    write_conda_record(copy, "asked", requested_spec="asked >=2")
    os.utime(copy / "conda-meta" / asked.name, (1, 1))
    expected = read_conda_meta(copy)
    read: list[str] = []

    def noted(path: str) -> bytes:
        read.append(Path(path).name)
        return read_whole(path)

    monkeypatch.setattr(meta_module, "read_whole", noted)
    assert read_conda_meta(copy, alike=(prefix, known)) == expected
    records = [name for name in read if name.endswith(".json")]
    assert records == ["asked-1.0-0.json", "broken-1-0.json", "coming-1.0-0.json"]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        (
            {"python_site_packages_path": "lib/python3.13t/site-packages"},
            "lib/python3.13t/site-packages",
        ),
        ({"subdir": "win-64"}, "Lib/site-packages"),
        ({"subdir": "osx-arm64"}, "lib/python3.13/site-packages"),
    ],
)
def test_that_site_packages_are_where_the_python_of_each_system_looks(
    tmp_path: Path, fields: dict[str, Any], place: str
) -> None:
    write_conda_record(tmp_path, "python", "3.13.1", **fields)
    assert read_conda_meta(tmp_path).site_packages == (place,)


def test_that_the_recorded_hash_of_a_file_is_the_one_in_the_prefix(tmp_path: Path) -> None:
    entry = {"_path": "bin/x", "sha256": "1" * 64, "sha256_in_prefix": "2" * 64}
    other = {"_path": "bin/y", "sha256": "3" * 64}
    path = write_conda_record(tmp_path, "a", paths_data={"paths": [entry, other]})
    assert recorded_sha256(path, "bin/x") == "2" * 64
    assert recorded_sha256(path, "bin/y") == "3" * 64
    assert recorded_sha256(path, "bin/z") == ""
    assert recorded_sha256(tmp_path / "none.json", "bin/x") == ""


def test_that_reading_loads_neither_rattler_nor_qt(tmp_path: Path) -> None:
    import subprocess

    write_conda_record(tmp_path, "a")
    code = (
        "import sys; from pathlib import Path\n"
        "from engine.environments.packages import read_packages\n"
        f"assert read_packages(Path({str(tmp_path)!r}))\n"
        "assert not {'rattler', 'PySide6', 'asyncio'} & set(sys.modules), sorted(sys.modules)\n"
    )
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_that_no_damage_to_a_file_takes_the_others_along(
    tmp_path: Path, data: st.DataObject
) -> None:
    write_conda_record(tmp_path, "good", files={"a": b"1"})
    victim = write_conda_record(tmp_path, "victim", files={"b": b"1"}, depends=["good"])
    whole = bytearray(victim.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        match data.draw(st.sampled_from(["cut", "flip", "insert"])):
            case "cut":
                del whole[data.draw(st.integers(0, len(whole))) :]
            case "flip" if whole:
                whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
            case _:
                at = data.draw(st.integers(0, len(whole)))
                whole[at:at] = data.draw(st.binary(max_size=8))
    victim.write_bytes(whole)
    records = read_conda_records(tmp_path)
    assert len(records) == 2
    assert records[0].name == "good"
    assert records[0].problem is None


def test_that_left_overs_of_an_interrupted_change_are_no_packages(tmp_path: Path) -> None:
    write_conda_record(tmp_path, "a")
    write_files(tmp_path / "conda-meta", {"prefix_record_x1.json": b"{", "pinned": b"a"})
    assert [record.name for record in read_conda_records(tmp_path)] == ["a"]
