"""One environment changed again and again by mouse; the table and Python agree each time."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from engine.practice import PracticeWorld
from tests.e2e.application import Application, Stage
from tests.e2e.person import Person
from tests.e2e.screen import PATIENCE_S

pytestmark = pytest.mark.xserver

NAME = "数据分析"
ASK_PYTHON = """
import importlib, importlib.metadata, json, sys
found = {}
for name in sys.argv[1:]:
    try:
        version = importlib.import_module(name).__version__
    except ImportError:
        version = ""
    copies = [each.version for each in importlib.metadata.distributions(name=name)]
    assert copies == ([version] if version else []), (name, version, copies)
    found[name] = version
print(json.dumps(found))
"""


def versions_in_python(prefix: Path, *names: str) -> dict[str, str]:
    """Import each package in the environment's Python; "" for what is not there."""
    done = subprocess.run(
        [prefix / "bin" / "python", "-c", ASK_PYTHON, *names],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout)


def see_packages(person: Person, prefix: Path, wanted: dict[str, str]) -> None:
    """Wait until the table shows `wanted`, "VERSION SOURCE" or "" by name; ask Python, too."""
    screen = person.screen

    def shown() -> dict[str, str]:
        cells = [cell.name for cell in screen.find_all("cell", window=re.compile("Envdesk"))]
        rows = {name: cells[cells.index(name) :] for name in wanted if name in cells}
        # between the version and the source stands the column of updates
        return {name: f"{rows[name][1]} {rows[name][3]}" if name in rows else "" for name in wanted}

    screen.wait(lambda: shown() == wanted, PATIENCE_S, f"the table does not come to {wanted}")
    expected = {name: said.partition(" ")[0] for name, said in wanted.items()}
    assert versions_in_python(prefix, *wanted) == expected


def add(person: Person, offer: str, words: str) -> None:
    """Look for `words` and click on what is offered."""
    person.enter("text", re.compile("^Find or add"), words)
    person.click("list item", offer)
    person.click_into("text", re.compile("^Find or add"))
    person.press("ctrl+a", "Delete")


def do(person: Person, package: str, action: str) -> None:
    """Click on a package of the table, and on a button of its details."""
    person.click("cell", package)
    person.click("push button", action)


def choose_version(person: Person, package: str, version: str, action: str) -> None:
    """Open the versions of a package by a button of its details, and take one."""
    do(person, package, action)
    window = re.compile("^Versions of")
    person.click("cell", version, window)
    person.click("push button", "Put into the basket", window)
    person.screen.see_none("dialog")


def carry_out(person: Person, changes: int, picture: str) -> None:
    """Review the basket, see the preview, apply it, and wait until it is done."""
    person.screen.see("check box", re.compile(rf"^{changes} changes? in the basket"))
    person.click("push button", "Review…")
    person.screen.see_enabled("push button", "Apply")
    person.take_picture(f"light-changing-{picture}")
    person.click("push button", "Apply")
    person.screen.see_none("dialog")
    person.screen.see_none("push button", "Review…")


def test_that_packages_are_added_switched_updated_and_removed_by_mouse(
    stage: Stage, world: PracticeWorld
) -> None:
    prefix = world.envs / NAME
    with Application(stage, world.root, "--scheme", "light") as app:
        person = app.person
        person.click("list item", re.compile(f"^{NAME},"))
        made = {
            "papyrus": "4.0.1 practice-extra",
            "harpstring": "0.3.0 practice-extra",
            "numerals": "1.4.2 practice-extra",
            "tidepool": "2.6.0 practice-extra",
        }
        see_packages(person, prefix, made)

        add(person, "Add almanac", "almanac")
        add(person, "Add quarry", "quarr")
        carry_out(person, 2, "adding")
        see_packages(person, prefix, made | {"almanac": "2026.1 practice-main"})
        assert (prefix / "share" / "quarry" / "stone.bin").stat().st_size == 4_000_000

        choose_version(person, "almanac", "2023.2", "Take from another channel…")
        add(person, "Add lanternfish==1.0.0 from PyPI", "lanternfish 1.0.0")
        add(person, "Add pigment from PyPI", "pigment")
        carry_out(person, 3, "switching")
        from_pypi = {"lanternfish": "1.0.0 PyPI", "pigment": "0.5.0 PyPI"}
        switched = {"almanac": "2023.2 practice-extra"}
        see_packages(person, prefix, made | switched | from_pypi)

        person.choose_from_menu(
            "Look for updates, update everything, choose channels", "Update everything"
        )
        add(person, "Add inkwell from PyPI", "inkwell")
        carry_out(person, 2, "updating")
        updated = {
            "tidepool": "3.2.0 practice-main",
            "numerals": "2.1.0 practice-main",
            "lanternfish": "1.1.0 PyPI",
            "inkwell": "1.2.0 PyPI",
        }
        see_packages(person, prefix, made | switched | from_pypi | updated)

        do(person, "papyrus", "Remove")
        do(person, "pigment", "Remove")
        do(person, "inkwell", "Remove")
        carry_out(person, 3, "removing")
        gone = {"papyrus": "", "harpstring": "", "pigment": "", "inkwell": ""}
        see_packages(person, prefix, made | switched | from_pypi | updated | gone)
        assert app.close() == 0
        assert app.said() == ""
