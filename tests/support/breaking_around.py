"""Break what lies around packages: settings, leftovers, records, the list of environments."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys

from engine.health.values import FindingCode as Code
from engine.health.values import Gravity
from tests.support.broken import Broken
from tests.support.rattling import ROOT
from tests.support.ward import Ward, outside_pip, run

_JOURNAL = """
import sys, time
from pathlib import Path
from engine.places import places_below
from engine.requests import ChangeRequest
from engine.transactions.journal import begin
from engine.transactions.locking import hold
prefix = Path(sys.argv[2])
with hold((prefix,), places_below(Path(sys.argv[1]))):
    begin(ChangeRequest(prefix, ("nowhere",), add=("almanac",)), prefix)
    print("begun", flush=True)
    time.sleep(60)
"""


def user_site(ward: Ward) -> Broken:
    ward.pip("install", "--user", "--no-deps", "--ignore-installed", "lanternfish==1.0.0")
    site = next((ward.places.home / ".local" / "lib").glob("python3*/site-packages"))
    return Broken(
        {Code.USER_SITE_LEAKS: str(site)},
        ("lanternfish-1.0.0.dist-info",),
        values={"shadowed": "lanternfish"},
        gravity=Gravity.RISKY,
        ways=("isolate",),
        is_dated=False,
    )


def user_site_needed(ward: Ward) -> Broken:
    """Let pip find what a package needs among the person's own packages, as it often does."""
    ward.drop("lanternfish")
    ward.pip("install", "--user", "--no-deps", "lanternfish==1.1.0")
    site = next((ward.places.home / ".local" / "lib").glob("python3*/site-packages"))
    return Broken(
        {Code.USER_SITE_LEAKS: str(site)},
        ("lanternfish-1.1.0.dist-info",),
        gravity=Gravity.RISKY,
        ways=("install lanternfish>=1 + isolate",),
        is_dated=False,
        values={"shadowed": "", "needed": "lanternfish", "by": "inkwell"},
    )


def python_path(ward: Ward) -> Broken:
    folder = ward.places.home / ".local" / "shared"
    folder.mkdir(parents=True)
    (folder / "almanac.py").write_text("year = 1\n")
    return Broken(
        {Code.PATH_LEAKS: "PYTHONPATH"},
        (str(folder),),
        environ={"PYTHONPATH": str(folder)},
        values={"shadowed": "almanac"},
        gravity=Gravity.RISKY,
        ways=("isolate PYTHONPATH",),
        is_dated=False,
    )


def pip_user(_ward: Ward) -> Broken:
    return Broken(
        {Code.PATH_LEAKS: "PIP_USER"},
        ("PIP_USER=yes",),
        environ={"PIP_USER": "yes"},
        gravity=Gravity.RISKY,
        ways=("isolate PIP_USER",),
        is_dated=False,
    )


def pip_target(ward: Ward) -> Broken:
    folder = ward.places.home / ".local" / "elsewhere"
    folder.mkdir(parents=True)
    ward.pip("install", "--no-deps", "pigment", PIP_TARGET=str(folder))
    assert (folder / "pigment").is_dir()
    return Broken(
        {Code.PATH_LEAKS: "PIP_TARGET"},
        (f"PIP_TARGET={folder}", f"{folder} "),
        environ={"PIP_TARGET": str(folder)},
        values={"target": str(folder)},
        gravity=Gravity.RISKY,
        ways=("isolate PIP_TARGET",),
        is_dated=False,
    )


def pip_missing(ward: Ward) -> Broken:
    ward.link(remove=("pip",))
    return Broken(
        {Code.PIP_MISSING: "pip"},
        ("site-packages",),
        gravity=Gravity.NOTE,
        ways=("add-pip",),
        is_dated=False,
    )


def pip_elsewhere(ward: Ward) -> Broken:
    ward.link(remove=("pip",))
    return Broken(
        {Code.PIP_ELSEWHERE: "pip"},
        (str(outside_pip() / "pip"),),
        environ={"PATH": str(outside_pip())},
        gravity=Gravity.RISKY,
        ways=("add-pip",),
        is_dated=False,
    )


def killed(ward: Ward) -> Broken:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", _JOURNAL, str(ward.root), str(ward.prefix)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        os.kill(process.pid, signal.SIGKILL)
    return Broken(
        {Code.INTERRUPTED: "envdesk"},
        ("journal.json",),
        gravity=Gravity.BROKEN,
        ways=("settle",),
    )


def half_written(ward: Ward) -> Broken:
    run("cp", ward.record("almanac"), ward.prefix / "conda-meta" / "prefix_record_Xy12.json")
    return Broken(
        {Code.INTERRUPTED: "conda"},
        ("prefix_record_Xy12.json",),
        gravity=Gravity.BROKEN,
        ways=("settle",),
    )


def record_moved_away(ward: Ward) -> Broken:
    ward.link("glyphs")
    run("mv", ward.record("glyphs"), f"{ward.record('glyphs')}.c~")
    return Broken(
        {Code.INTERRUPTED: "conda"},
        (".c~",),
        gravity=Gravity.BROKEN,
        ways=("settle",),
    )


def conda_leftovers(ward: Ward) -> Broken:
    run("cp", ward.record("almanac"), f"{ward.record('almanac')}.c~")
    run("cp", "-r", ward.site / "inkwell", ward.prefix / ".trash")
    return Broken(
        {Code.CONDA_LEFTOVERS: "conda"},
        (".c~", ".trash"),
        gravity=Gravity.NOTE,
        ways=(f"delete-files conda-meta/{ward.record('almanac').name}.c~ + delete-files .trash",),
    )


def record_empty(ward: Ward) -> Broken:
    path = ward.own(ward.record("starchart"))
    run("truncate", "--size=0", path)
    return Broken(
        {Code.META_UNREADABLE: path.name},
        (str(path), "empty, cut off or damaged"),
        gravity=Gravity.BROKEN,
        ways=(f"rebuild-record {path.name}",),
    )


def record_cut_off(ward: Ward) -> Broken:
    path = ward.own(ward.record("driftwood"))
    run("truncate", "--size=300", path)
    return Broken(
        {Code.META_UNREADABLE: path.name},
        (str(path),),
        gravity=Gravity.BROKEN,
        ways=(f"rebuild-record {path.name}",),
    )


def history_gone(ward: Ward) -> Broken:
    run("rm", ward.prefix / "conda-meta" / "history")
    return Broken(
        {Code.META_UNREADABLE: "history"},
        ("conda-meta/history",),
        gravity=Gravity.RISKY,
        ways=("rebuild-record history",),
    )


def prefix_gone(ward: Ward) -> Broken:
    shutil.rmtree(ward.prefix)
    return Broken(
        {Code.PREFIX_GONE: str(ward.prefix)},
        (str(ward.prefix), "environments.txt"),
        gravity=Gravity.RISKY,
        ways=(f"forget {ward.prefix}",),
        is_dated=False,
    )


def frozen(ward: Ward) -> Broken:
    mark = ward.prefix / "conda-meta" / "frozen"
    mark.write_text('{"message": "Kept for the exam."}')
    return Broken(
        {Code.FROZEN: "frozen"},
        (str(mark), "Kept for the exam."),
        gravity=Gravity.NOTE,
        ways=("unfreeze",),
    )
