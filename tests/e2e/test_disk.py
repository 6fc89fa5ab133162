"""The disk in the real window: copies are shared and caches are cleaned, and the disk shows it."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.cache.pieces import MEMORY
from engine.cache.values import Choice, Preset
from engine.conda.condarc import read_configuration
from engine.places import places_below
from engine.planning.cleaning import plan_clean
from engine.planning.relinking import plan_relink
from engine.practice import PracticeWorld
from engine.requests import CleanRequest, RelinkRequest
from tests.e2e.application import Application, Stage
from tests.e2e.test_first_ten_minutes import run_python
from tests.e2e.worlds import served_world
from tests.support.caches import allocated
from tests.support.volumes import free_bytes, mounted

pytestmark = pytest.mark.xserver

AMOUNT = r"\d[\d.,]* ?(bytes|kB|MB)"
COPY = "抄本 copy"
SPARE = "spare-9.0-0"
ALLOWED = 65_536
ROUNDED = 500_000  # what a figure in whole MB may be off
CODE = "import ssl, json, sys; print(sys.prefix)"


@pytest.fixture
def copied(tmp_path: Path, channels_cache: Path) -> Iterator[PracticeWorld]:
    """Return a world on a volume of its own, with an environment that was copied file by file."""
    with (
        mounted(tmp_path / "盘", 500, "ext4") as volume,
        served_world(volume / "世界", channels_cache) as world,
    ):
        course, copy = world.envs / "course-2026", world.envs / COPY
        shutil.copytree(course, copy, symlinks=True)
        for file in (copy / "conda-meta").glob("*.json"):
            record = json.loads(file.read_text("utf-8"))
            record["link"] = {"source": record["extracted_package_dir"], "type": 3}
            file.write_text(json.dumps(record), "utf-8")
        spare = world.pkgs / SPARE
        (spare / "info").mkdir(parents=True)
        index = {"name": "spare", "version": "9.0", "build": "0"}
        (spare / "info" / "index.json").write_text(json.dumps(index))
        origin = {**index, "url": f"https://example.invalid/{SPARE}.conda", "size": 9}
        (spare / "info" / "repodata_record.json").write_text(json.dumps(origin))
        (spare / "data.bin").write_bytes(b"x" * 6_000_000)
        yield world


def megabytes(sentence: str) -> float:
    """Return the bytes that a sentence begins with, which are told in MB."""
    return float(sentence.split("MB", maxsplit=1)[0].strip()) * 1_000_000


def room(world: PracticeWorld) -> int:
    """Return what is free, and what the window keeps for itself, which it writes at any time."""
    own = (world.root / "state", world.root / "settings", world.root / "cache" / MEMORY)
    return free_bytes(world.root) + allocated(path for path in own if path.exists())


def promised(world: PracticeWorld, request: CleanRequest | RelinkRequest) -> int:
    """Return what the engine says that carrying `request` out frees."""
    places = places_below(world.root)
    configuration = read_configuration(places)
    if isinstance(request, CleanRequest):
        plan = asyncio.run(plan_clean(request, places, configuration))
    else:
        plan = asyncio.run(plan_relink(request, places, configuration))
    return plan.figures.freed_bytes


def is_kept(gained: int, figure: int) -> bool:
    return abs(gained - figure) <= max(figure // 100, ALLOWED)


def links_of(prefix: Path) -> int:
    return sum(path.stat().st_nlink > 1 for path in prefix.rglob("*.py") if path.is_file())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_that_copies_are_shared_and_caches_cleaned_and_the_disk_shows_it(
    stage: Stage, copied: PracticeWorld, scheme: str
) -> None:
    prefix = copied.envs / COPY
    assert links_of(prefix) == 0
    with Application(stage, copied.root, "--scheme", scheme) as app:
        person, screen = app.person, app.screen
        screen.see("list item", re.compile(f"^{COPY},"))
        person.click("check box", "Disk and caches")
        screen.see("label", re.compile("^Environments and caches take up"))
        screen.see("label", re.compile(r"packages could share files instead of having copies"))
        person.take_picture(f"{scheme}-disk")

        figure = promised(copied, RelinkRequest((prefix,)))
        before = room(copied)
        person.click("push button", re.compile("^Share them"))
        person.see_preview("Share copied files")
        person.take_picture(f"{scheme}-disk-share")
        person.click("push button", "Share files", window=re.compile("^Share copied files"))
        said = screen.see("label", re.compile(f"^{AMOUNT} saved: these files are shared now"))
        gained = room(copied) - before
        assert links_of(prefix) > 20
        assert is_kept(gained, figure), (gained, figure)
        assert abs(figure - megabytes(said.name)) < ROUNDED
        screen.see_none("label", re.compile("could share files instead"))
        person.take_picture(f"{scheme}-disk-shared")
        assert run_python(prefix, CODE) == str(prefix)

        figure = promised(copied, CleanRequest(Choice(Preset.SAFE)))
        before = room(copied)
        person.click("push button", re.compile("^Free "))
        screen.see("dialog", re.compile("^(Clean|Free|Get)"))
        person.take_picture(f"{scheme}-disk-clean")
        person.click("push button", re.compile("^Free "), window=re.compile("^(Clean|Free|Get)"))
        screen.see("label", re.compile(f"^{AMOUNT} freed"))
        assert not (copied.pkgs / SPARE).exists()
        gained = room(copied) - before
        assert figure > 6_000_000
        assert is_kept(gained, figure), (gained, figure)
        person.take_picture(f"{scheme}-disk-cleaned")
        assert run_python(prefix, CODE) == str(prefix)
        assert app.close() == 0
        assert app.said() == ""
