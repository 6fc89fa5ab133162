"""Environments that real tools broke: seen in the list, explained and repaired by mouse."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.places import places_below
from engine.practice import ChannelServer, PracticeWorld, build_world
from engine.practice.environments import COURSE
from tests.e2e.application import Application, Stage
from tests.e2e.person import Person
from tests.e2e.test_changing_packages import versions_in_python
from tests.e2e.worlds import write_condarc
from tests.support.pypi import point_pip_at

pytestmark = pytest.mark.xserver

HEALTHY = re.compile(rf"^{COURSE},.*, Healthy$")
BROKEN = re.compile(rf"^{COURSE},.*, Something is broken")
ATTENTION = re.compile(rf"^{COURSE},.*, Needs attention")
GO = ("push button", "Repair", re.compile("^Repair "))  # in the window of the preview
PATIENCE_S = 60.0
ENDLESS = 2**40  # bytes of a file with nothing in it; reading it takes an hour
HOLE = {
    "id": "PYSEC-2026-1",
    "aliases": [],
    "details": "Light leaks out.",
    "fixed_in": ["1.2.0"],
    "link": "",
    "withdrawn": None,
}


@dataclass(frozen=True, slots=True)
class Ground:
    """Hold a world of which channels, index and reports are asked for over loopback HTTP."""

    world: PracticeWorld
    server: ChannelServer

    @property
    def prefix(self) -> Path:
        return self.world.envs / COURSE

    @property
    def site(self) -> Path:
        return next(self.prefix.glob("lib/python3*/site-packages"))

    def pip(self, *arguments: str) -> None:
        """Run the pip of the environment, as its owner would in a terminal."""
        subprocess.run(
            [self.prefix / "bin" / "python", "-m", "pip", *arguments],
            check=True,
            capture_output=True,
            timeout=120,
            env={
                "HOME": str(self.world.home),
                "PATH": os.defpath,
                "PIP_INDEX_URL": self.world.simple.url,
                "PIP_DISABLE_PIP_VERSION_CHECK": "1",
                "PIP_NO_INPUT": "1",
            },
        )

    def check(self, *packages: str) -> dict[str, str]:
        """Let its own pip and its own Python say that all is well; return what is imported."""
        self.pip("check")
        return versions_in_python(self.prefix, *packages)


@pytest.fixture
def ground(tmp_path: Path, channels_cache: Path) -> Iterator[Ground]:
    """Return a world whose course came from the served channels, with an index that reports."""
    world = build_world(tmp_path / "我的 envs", cache_dir=channels_cache)
    reports = tmp_path / "pypi"
    for release, holes in (("inkwell/1.0.0", []), ("lanternfish/1.1.0", [HOLE])):
        page = reports / release / "json"
        page.parent.mkdir(parents=True)
        page.write_text(json.dumps({"info": {}, "vulnerabilities": holes}))
    mounts = {"simple": world.simple.path, "pypi": reports}
    with ChannelServer(world.root / "channels", mounts=mounts) as server:
        write_condarc(world.root, server)
        point_pip_at(places_below(world.root), server.url_of("simple") + "/")
        for record in (world.envs / COURSE / "conda-meta").glob("*.json"):
            text = record.read_text("utf-8")
            for channel in world.channels:
                text = text.replace(channel.url, server.url_of(channel.name))
            record.write_text(text, "utf-8")
        yield Ground(world, server)


def open_health(person: Person, shown: re.Pattern[str]) -> None:
    """Choose the course in the list as soon as its dot is as it should be, and its Health tab."""
    person.screen.see("list item", shown, seconds=PATIENCE_S)
    person.click("list item", re.compile(f"^{COURSE},"))
    person.click("page tab", re.compile("^Health"))


def apply(person: Person, picture: str) -> None:
    """Look at the preview of a repair, carry it out, and see the dot become sound by itself."""
    person.screen.wait(
        lambda: any(each.is_enabled for each in person.screen.find_all(*GO)),
        PATIENCE_S,
        "the repair was not worked out",
    )
    person.take_picture(picture)
    person.click(*GO)
    person.screen.see_none("dialog")
    person.screen.see("list item", HEALTHY, seconds=PATIENCE_S)


def own(path: Path) -> Path:
    """Give a file an inode of its own, so that what is written there changes nothing else."""
    copy = path.with_name(f".{path.name}.copy")
    shutil.copy2(path, copy)
    copy.replace(path)
    return path


def test_that_what_pip_broke_is_seen_explained_and_repaired_by_mouse(
    stage: Stage, ground: Ground
) -> None:
    with Application(stage, ground.world.root, "--scheme", "light", "--select", COURSE) as app:
        person, screen = app.person, app.screen
        screen.see("list item", HEALTHY, seconds=PATIENCE_S)

        ground.pip("install", "--no-deps", "numerals==2.2.0")
        open_health(person, BROKEN)
        screen.see("label", re.compile("^numerals was installed twice: version 2.0.1 by conda"))
        screen.see("label", re.compile("^starchart can fail now"))
        person.take_picture("light-health")
        screen.see("push button", re.compile("^Keep numerals 2.2.0 from PyPI"))
        person.click("push button", re.compile("^Repair: numerals was installed twice"))
        apply(person, "light-health-repair")
        versions = versions_in_python(ground.prefix, "numerals", "starchart")
        assert versions == {"numerals": "2.0.1", "starchart": "1.8.0"}
        screen.see("label", "This environment is in good health")
        person.take_picture("light-health-sound")

        ground.pip("uninstall", "--yes", "lanternfish")
        screen.see("list item", BROKEN, seconds=PATIENCE_S)
        needed = "lanternfish is not installed, although it is needed by inkwell."
        screen.see("label", needed)
        person.click("push button", re.compile("^Ignore this"))
        screen.see("list item", HEALTHY)
        person.click("check box", "1 ignored")
        person.take_picture("light-health-ignored")
        person.click("push button", re.compile("^Show again"))
        screen.see("list item", BROKEN)

        ground.pip("install", "--no-deps", "tidepool==3.3.0", "numerals==2.2.0")
        (ground.site / "my_notes.py").write_text("mine = True\n")
        for package in ("tidepool", "numerals"):
            screen.see("label", re.compile(f"^{package} was installed twice"), seconds=PATIENCE_S)
        person.take_picture("light-health-many")
        person.click("push button", "Repair all")
        apply(person, "light-health-repair-all")
        versions = ground.check("numerals", "tidepool", "inkwell")
        assert versions == {"numerals": "2.0.1", "tidepool": "3.1.0", "inkwell": "1.0.0"}
        assert (ground.site / "my_notes.py").exists()
        assert app.close() == 0
        assert app.said() == ""


def test_that_every_file_is_checked_and_channels_are_asked_when_it_is_wanted(
    stage: Stage, ground: Ground
) -> None:
    altered = own(ground.site / "starchart" / "__init__.py")
    os.truncate(altered, ENDLESS)
    with Application(stage, ground.world.root, "--scheme", "dark", "--select", COURSE) as app:
        person, screen = app.person, app.screen
        open_health(person, HEALTHY)
        person.click("push button", "Check every file")
        screen.see("progress bar", "How far the check has come")
        screen.see("label", re.compile(r"^[\d,. ]+ of [\d,. ]+ files"), seconds=PATIENCE_S)
        person.take_picture("dark-health-checking")
        person.click("push button", "Stop")
        screen.see_enabled("push button", "Check every file")
        screen.see_none("progress bar", "How far the check has come")
        screen.see("list item", HEALTHY)

        os.truncate(altered, 7)
        person.click("push button", "Check every file")
        screen.see("list item", ATTENTION, seconds=PATIENCE_S)
        changed = "1 file of starchart changed after it was installed: __init__.py."
        screen.see("label", changed)
        person.click("check box", "Why, and what proves it")
        screen.see("label", re.compile(r"starchart.__init__\.py"))
        person.take_picture("dark-health-altered")
        person.click("push button", f"Repair: {changed}")
        apply(person, "dark-health-repair-altered")
        assert ground.check("starchart") == {"starchart": "1.8.0"}

        person.click("push button", "Ask the channels too")
        screen.see("list item", ATTENTION, seconds=PATIENCE_S)
        hole = "lanternfish 1.1.0 has a known security hole. It is closed in version 1.2.0."
        screen.see("label", hole)
        person.take_picture("dark-health-asked")
        asked = {request.path for request in ground.server.requests}
        assert "/pypi/lanternfish/1.1.0/json" in asked
        assert any(path.startswith("/practice-main/") for path in asked)
        assert app.close() == 0
        assert app.said() == ""
