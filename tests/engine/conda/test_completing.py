"""An environment as conda expects to find it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.conda.history import read_revisions
from engine.events import Phase, ProgressUnit
from engine.places import places_below
from engine.plan import Plan
from engine.practice import ChannelServer
from engine.requests import CreateRequest
from tests.support.creating import Heard, completed, created
from tests.support.practising import Practice
from tests.support.rattling import RattlerWorker

SPECS = ("tidepool", "signpost", "driftwood", "lodestone", "glyphs", "harbor-east", "harbor-west")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="looks for files as POSIX has them")


@dataclass(frozen=True, slots=True)
class Made:
    """An environment that was just created, and how."""

    prefix: Path
    plan: Plan
    heard: Heard
    practice: Practice

    @property
    def metas(self) -> dict[str, dict[str, Any]]:
        files = (self.prefix / "conda-meta").glob("*.json")
        documents = [json.loads(path.read_bytes()) for path in files]
        return {document["name"]: document for document in documents}


@pytest.fixture(scope="module")
def made(
    worker: RattlerWorker, channels: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Made]:
    places = places_below(tmp_path_factory.mktemp("made") / "Envdesk 测试")
    prefix = places.envs / "第一个 env"
    with ChannelServer(channels) as server:
        practice = Practice(worker, server, places)
        request = CreateRequest(prefix, (practice.main,), python="3", specs=SPECS, with_pip=False)
        plan, heard = worker.call(created, request, places)
        yield Made(prefix, plan, heard, practice)


def test_that_every_record_has_what_conda_expects(made: Made) -> None:
    planned = {record.name: record for record in made.plan.after.records}
    assert set(made.metas) == set(planned)
    for name, meta in made.metas.items():
        record = planned[name]
        assert meta["url"] == record.url
        assert meta["channel"].rstrip("/") == made.practice.main
        assert meta["sha256"] == record.sha256
        assert meta["fn"] == record.url.rpartition("/")[2]
        assert meta["link"]["type"] == 1
        assert Path(meta["link"]["source"]).is_dir()
        assert meta["extracted_package_dir"] == meta["link"]["source"]
        assert sorted(meta["files"]) == sorted(e["_path"] for e in meta["paths_data"]["paths"])
        assert meta["paths_data"]["paths_version"] == 1


def test_that_the_specs_that_were_asked_for_are_kept(made: Made) -> None:
    metas = made.metas
    assert metas["python"]["requested_spec"] == "python=3"
    assert metas["tidepool"]["requested_spec"] == "tidepool"
    assert metas["tidepool"]["requested_specs"] == ["tidepool"]
    assert metas["numerals"]["requested_spec"] == "None"
    assert metas["numerals"]["requested_specs"] == []


def test_that_every_file_has_the_hash_that_it_has_in_the_prefix(made: Made) -> None:
    hashed = 0
    for meta in made.metas.values():
        for entry in meta["paths_data"]["paths"]:
            path = made.prefix / entry["_path"]
            assert os.path.lexists(path)
            if entry["path_type"] in ("softlink", "pyc_file"):
                assert "sha256_in_prefix" not in entry  # as conda has it
                continue
            assert path.is_file()
            assert entry["sha256_in_prefix"] == hashlib.sha256(path.read_bytes()).hexdigest()
            hashed += 1
    assert hashed > 500


def test_that_links_are_links_as_they_were_packed(made: Made) -> None:
    folder = made.prefix / "share" / "driftwood"
    assert (folder / "link.txt").readlink() == Path("read-only.txt")
    kinds = {e["_path"]: e["path_type"] for e in made.metas["driftwood"]["paths_data"]["paths"]}
    assert kinds["share/driftwood/link.txt"] == "softlink"
    assert kinds["share/driftwood/nowhere.txt"] == "softlink"


def test_that_noarch_packages_are_compiled_for_the_final_place(made: Made) -> None:
    meta = made.metas["tidepool"]
    compiled = [e for e in meta["paths_data"]["paths"] if e["path_type"] == "pyc_file"]
    (path,) = (e["_path"] for e in compiled)
    assert path in meta["files"]
    code = (
        "import tidepool; print(tidepool.main.__code__.co_filename, tidepool.__cached__);"
        "import importlib.util as u, pathlib;"
        "print(pathlib.Path(tidepool.__cached__).read_bytes()[4:8])"
    )
    before = (made.prefix / path).stat().st_mtime_ns
    ran = subprocess.run(
        [made.prefix / "bin" / "python", "-c", code], capture_output=True, text=True, check=True
    )
    source = made.prefix / path.replace("__pycache__/", "").replace(
        f".cpython-{sys.version_info.major}{sys.version_info.minor}.pyc", ".py"
    )
    assert ran.stdout.splitlines()[0] == f"{source} {made.prefix / path}"
    assert (made.prefix / path).stat().st_mtime_ns == before  # Python had nothing to do
    progress = [each for each in made.heard.progress_made if each.phase is Phase.COMPILING]
    assert progress[-1].done == progress[-1].total
    assert progress[-1].unit is ProgressUnit.FILES


def test_that_records_can_be_read_by_whom_the_umask_lets(made: Made) -> None:
    umask = os.umask(0)
    os.umask(umask)
    for path in (made.prefix / "conda-meta").iterdir():
        assert path.stat().st_mode & 0o777 == 0o666 & ~umask


def test_that_nothing_is_left_lying_about(made: Made) -> None:
    names = sorted(entry.name for entry in (made.prefix / "conda-meta").iterdir())
    spelled = sorted(f"{record.spelled}.json" for record in made.plan.after.records)
    assert names == sorted([*spelled, "history"])
    owned = {path for meta in made.metas.values() for path in meta["files"]}
    there = {
        str(path.relative_to(made.prefix))
        for path in made.prefix.rglob("*")
        if path.is_symlink() or path.is_file()
    }
    unknown = {path for path in there - owned if not path.startswith("conda-meta/")}
    # What other tests run from here may have compiled its own standard library meanwhile.
    assert {p for p in unknown if "__pycache__" not in p or "site-packages" in p} == set()
    assert sorted(entry.name for entry in made.prefix.parent.iterdir()) == [made.prefix.name]


def test_that_no_file_holds_the_place_where_it_was_staged(made: Made) -> None:
    for path in made.prefix.rglob("*"):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            assert b"/.new/" not in content
            assert b"practice_placeholder" not in content or path.parent.name == "conda-meta"


def test_that_what_two_packages_have_is_told_in_the_log(made: Made) -> None:
    assert any("share/harbor/chart.txt" in line for line in made.heard.lines)


def test_that_the_history_tells_what_was_asked_for(made: Made) -> None:
    (revision,) = read_revisions(made.prefix)
    assert set(revision.specs) == {"python=3", *SPECS}
    assert len(revision.added) == len(made.plan.after.records)
    assert f"+{made.practice.main}/noarch::glyphs-5.0.0-0" in {f"+{d}" for d in revision.added}


def test_that_the_password_of_a_channel_is_used_and_not_written_down(
    practice: Practice,
) -> None:
    practice.server.faults.require_login("ming", "secret")
    channel = practice.main.replace("://", "://ming:secret@")
    request = CreateRequest(practice.places.envs / "private", (channel,), specs=("glyphs",))
    plan, _ = practice.call(created, request, practice.places)
    (record,) = plan.after.records
    assert "secret" not in record.url
    for path in (request.prefix / "conda-meta").iterdir():
        assert "secret" not in path.read_text(encoding="utf-8")
    meta = json.loads((request.prefix / "conda-meta" / "glyphs-5.0.0-0.json").read_bytes())
    assert meta["url"] == f"{practice.main}/noarch/glyphs-5.0.0-0.conda"


def test_that_a_second_run_changes_nothing(made: Made) -> None:
    def state() -> dict[str, tuple[bytes, int]]:
        files = (path for path in made.prefix.rglob("*") if path.is_file())
        return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}

    before = state()
    made.practice.call(completed, made.prefix, made.prefix, made.plan.after.records)
    assert state() == before


def test_that_an_interpreter_that_does_not_run_costs_only_the_compiled_files(
    made: Made, tmp_path: Path
) -> None:
    (tmp_path / "conda-meta").mkdir()
    meta = made.metas["tidepool"]
    meta["requested_spec"] = ""
    entries = [e for e in meta["paths_data"]["paths"] if e["path_type"] != "pyc_file"]
    meta["paths_data"] = {"paths_version": 1, "paths": entries}
    (tmp_path / "conda-meta" / "tidepool-3.2.0-pyh5eed0a1_0.json").write_text(json.dumps(meta))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").write_text("not a program")
    heard = made.practice.call(completed, tmp_path, tmp_path, made.plan.after.records)
    assert any("compiled" in line or "start" in line for line in heard.lines)
    written = json.loads(
        (tmp_path / "conda-meta" / "tidepool-3.2.0-pyh5eed0a1_0.json").read_bytes()
    )
    assert written["requested_spec"] == "tidepool"
