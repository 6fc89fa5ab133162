from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from engine.conda.channels import DEFAULT_ALIAS
from engine.health.values import FindingCode, Health
from engine.requests import ChangeRequest
from engine.transactions.journal import begin
from tests.support.checking import TODAY, codes, surroundings
from tests.support.environments import Package, sound_environment, write_distribution
from tests.support.rattling import RattlerWorker

SITE = "lib/python3.12/site-packages"


def recalled(
    prefix: Path,
    root: Path,
    environ: dict[str, str] | None = None,
    today: date = TODAY,
    *,
    virtual_packages: tuple[str, ...] = (),
    alias: str = DEFAULT_ALIAS,
) -> Health:
    """Return the health as the background has it, from memory where that is allowed."""
    from engine.health.remembering import quick_health

    around = surroundings(root, environ, today)
    configuration = replace(around.configuration, channel_alias=alias)
    around = replace(around, virtual_packages=virtual_packages, configuration=configuration)
    return quick_health(prefix, around)


def sound(root: Path) -> Path:
    return sound_environment(root / "envs" / "e")


def test_that_what_has_not_changed_is_not_looked_at_again(
    tmp_path: Path, checker: RattlerWorker
) -> None:
    prefix = sound(tmp_path)
    first = checker.call(recalled, prefix, tmp_path)
    assert first.findings == ()
    assert checker.call(recalled, prefix, tmp_path) == first


def test_that_a_change_of_packages_is_noticed(tmp_path: Path, checker: RattlerWorker) -> None:
    prefix = sound(tmp_path)
    first = checker.call(recalled, prefix, tmp_path)
    write_distribution(prefix / SITE, "almanac", "1.0")
    write_distribution(prefix / SITE, "almanac", "2.0")
    second = checker.call(recalled, prefix, tmp_path)
    assert codes(second) == {FindingCode.TWO_COPIES}
    assert second.stamp != first.stamp


def test_that_a_record_that_was_damaged_where_it_lies_is_noticed(
    tmp_path: Path, checker: RattlerWorker
) -> None:
    prefix = sound(tmp_path)
    assert checker.call(recalled, prefix, tmp_path).findings == ()
    record = next((prefix / "conda-meta").glob("pip-*.json"))
    with record.open("r+b") as file:  # the folder does not tell of it
        file.truncate(0)
    assert FindingCode.META_UNREADABLE in codes(checker.call(recalled, prefix, tmp_path))


def need_more(prefix: Path) -> None:
    metadata = next((prefix / SITE).glob("pip-*.dist-info/METADATA"))
    with metadata.open("r+b") as file:  # neither folder tells of it
        headers = file.read()
        file.seek(0)
        file.write(b"Requires-Dist: never-there\n" + headers)


def lose_record(prefix: Path) -> None:
    (prefix / SITE / "almanac-1.0.dist-info" / "RECORD").unlink()


def move_checkout(prefix: Path) -> None:
    direct = '{"url": "file:///nowhere/at/all", "dir_info": {"editable": true}}'
    (prefix / SITE / "almanac-1.0.dist-info" / "direct_url.json").write_text(direct)


def start_another_python(prefix: Path) -> None:
    with (prefix / "bin" / "pip").open("r+b") as file:
        file.write(b"#!/nowhere/envs/before/bin/python3.12\n")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (need_more, FindingCode.REQUIREMENT_MISSING),
        (lose_record, FindingCode.PIP_LEFTOVERS),
        (move_checkout, FindingCode.EDITABLE_GONE),
        (start_another_python, FindingCode.SCRIPTS_ELSEWHERE),
    ],
)
def test_that_what_was_changed_below_the_folders_is_noticed(
    tmp_path: Path, checker: RattlerWorker, change: Callable[[Path], None], code: FindingCode
) -> None:
    prefix = sound(tmp_path)
    write_distribution(prefix / SITE, "almanac", "1.0")
    before = checker.call(recalled, prefix, tmp_path)
    assert before.findings == ()
    change(prefix)
    after = checker.call(recalled, prefix, tmp_path)
    assert (codes(after), after.stamp) == ({code}, before.stamp)


def test_that_another_day_or_other_variables_are_noticed(
    tmp_path: Path, checker: RattlerWorker
) -> None:
    prefix = sound(tmp_path)
    assert checker.call(recalled, prefix, tmp_path).findings == ()
    on_leave = checker.call(recalled, prefix, tmp_path, {"PIP_USER": "1"})
    assert codes(on_leave) == {FindingCode.PATH_LEAKS}
    assert checker.call(recalled, prefix, tmp_path).findings == ()
    later = checker.call(recalled, prefix, tmp_path, None, date(2040, 1, 1))
    assert codes(later) == {FindingCode.PYTHON_ENDED}


def test_that_what_this_computer_has_and_how_channels_are_called_is_noticed(
    tmp_path: Path, checker: RattlerWorker
) -> None:
    kite = Package("kite", depends=("__cuda >=11",))
    wind = Package("wind", subdir="linux-64", channel="https://mirror.invalid/of/main")
    prefix = sound_environment(tmp_path / "envs" / "e", kite, wind)
    before = checker.call(recalled, prefix, tmp_path)
    assert codes(before) == {FindingCode.DEPENDS_UNMET, FindingCode.CHANNELS_MIXED}
    card = ("__cuda=12=0",)
    now = checker.call(recalled, prefix, tmp_path, virtual_packages=card)
    assert codes(now) == {FindingCode.CHANNELS_MIXED}
    alias = "https://mirror.invalid"
    now = checker.call(recalled, prefix, tmp_path, virtual_packages=card, alias=alias)
    assert codes(now) == set()


def lend(prefix: Path, root: Path) -> None:
    site = root / "home" / ".local" / "lib" / "python3.12" / "site-packages"
    write_distribution(site, "almanac", "1.0")


def fill_shared_folder(prefix: Path, root: Path) -> None:
    (root / "shared" / "almanac.py").touch()


def lose_checkout(prefix: Path, root: Path) -> None:
    (root / "checkout").rmdir()


def begin_change(prefix: Path, root: Path) -> None:
    begin(ChangeRequest(prefix, ("c",)), prefix)


def lose_interpreter(prefix: Path, root: Path) -> None:
    (prefix / "bin" / "python").unlink()


@pytest.mark.skipif(sys.platform != "linux", reason="names folders of Linux")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lend, FindingCode.USER_SITE_LEAKS),
        (fill_shared_folder, FindingCode.PATH_LEAKS),
        (lose_checkout, FindingCode.EDITABLE_GONE),
        (begin_change, FindingCode.INTERRUPTED),
        (lose_interpreter, FindingCode.INTERPRETER_MISSING),
    ],
)
def test_that_what_changes_beside_the_lists_of_packages_is_noticed(
    tmp_path: Path,
    checker: RattlerWorker,
    change: Callable[[Path, Path], None],
    code: FindingCode,
) -> None:
    prefix, environ = sound(tmp_path), {"PYTHONPATH": str(tmp_path / "shared")}
    for name in ("shared", "checkout"):
        (tmp_path / name).mkdir()
    direct = {"url": (tmp_path / "checkout").as_uri(), "dir_info": {"editable": True}}
    info = write_distribution(prefix / SITE, "notes", "1.0")
    (info / "direct_url.json").write_text(json.dumps(direct))
    assert checker.call(recalled, prefix, tmp_path, environ).findings == ()
    change(prefix, tmp_path)
    assert codes(checker.call(recalled, prefix, tmp_path, environ)) == {code}


def test_that_a_damaged_memory_is_no_trouble(tmp_path: Path, checker: RattlerWorker) -> None:
    prefix = sound(tmp_path)
    checker.call(recalled, prefix, tmp_path)
    (memory,) = (tmp_path / "state" / "health").glob("*.json")
    memory.write_bytes(memory.read_bytes()[:50])
    assert checker.call(recalled, prefix, tmp_path).findings == ()
