from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.conda.condarc import CondaConfiguration
from engine.environments.describing import (
    JOURNAL_NAME,
    describe,
    record_name,
    site_packages,
    stamp_of,
)
from engine.environments.packages import read_packages
from engine.places import Places
from engine.records import Environment, Mark
from tests.support.environments import (
    Package,
    make_environment,
    numbered_packages,
    site_packages_of,
    write_distribution,
    write_record,
)

NOTHING = CondaConfiguration()
SITE = site_packages_of("3.12.7")


@pytest.fixture
def prefix(places: Places) -> Path:
    packages = (Package("numpy", "2.1.0", distribution="numpy", requested="numpy"), "zlib")
    return make_environment(places.envs / "course-2026", packages, pip=[("rich", "13.0")])


def look(places: Places, prefix: Path) -> Environment:
    return describe(prefix, places, NOTHING)


def test_that_a_plain_environment_is_described(places: Places, prefix: Path) -> None:
    seen = look(places, prefix)
    assert seen.name == "course-2026"
    assert seen.prefix == prefix
    assert seen.python_version == "3.12.7"
    assert seen.package_count == 4
    assert seen.marks == ()
    assert seen.installation is None
    assert seen.sizes is None
    assert seen.stamp == stamp_of(prefix)
    assert seen.changed is not None
    assert abs(datetime.now(UTC) - seen.changed) < timedelta(minutes=1)


def test_that_an_environment_without_python_is_described(places: Places) -> None:
    prefix = make_environment(places.envs / "tools", ["zlib", "xz"], python="")
    seen = look(places, prefix)
    assert (seen.python_version, seen.package_count, seen.marks) == ("", 2, ())


def test_that_the_count_is_the_number_of_rows_in_the_package_table(
    places: Places, prefix: Path
) -> None:
    site = prefix / SITE
    for package in (
        Package("pytorch", "2.5.0", distribution="torch"),
        Package("certifi", "2024.08.30", distribution="certifi"),
        Package("ruamel.yaml", "0.18.0", distribution="ruamel_yaml"),
    ):
        write_record(prefix, package, SITE)
    (site / "certifi-2024.08.30.dist-info").rename(site / "certifi-2024.8.30.dist-info")
    record = next((prefix / "conda-meta").glob("certifi-*.json"))
    text = record.read_text(encoding="utf-8")
    record.write_text(text.replace("/certifi-2024.08.30.d", "/certifi-2024.8.30.d"), "utf-8")
    write_distribution(site, "numpy", "2.2.0")
    write_distribution(site, "~umpy", "2.1.9")
    write_distribution(site, "tool", "1.0", installer="uv")
    rows = read_packages(prefix)
    assert look(places, prefix).package_count == len(rows)


def test_that_the_count_is_right_for_a_large_environment(places: Places) -> None:
    pip = [(f"from-pypi-{number}", "1.0") for number in range(5)]
    prefix = make_environment(places.envs / "large", numbered_packages(40), pip=pip)
    assert look(places, prefix).package_count == 46 == len(read_packages(prefix))


def test_that_frozen_and_interrupted_are_seen(places: Places, prefix: Path) -> None:
    meta = prefix / "conda-meta"
    (meta / "frozen").write_text("{}", encoding="utf-8")
    assert look(places, prefix).marks == (Mark.FROZEN,)
    for name in ("prefix_record_x1.json", JOURNAL_NAME, "gone-2.1.0-py_0.json.c~"):
        (meta / name).touch()
        assert look(places, prefix).marks == (Mark.FROZEN, Mark.INTERRUPTED)
        assert look(places, prefix).package_count == 4
        (meta / name).unlink()


def test_that_the_former_record_of_a_package_that_is_there_is_no_interruption(
    places: Places, prefix: Path
) -> None:
    meta = prefix / "conda-meta"
    record = next(path for path in meta.glob("*.json"))
    (meta / f"{record.name}.c~").touch()
    assert look(places, prefix).marks == ()
    record.unlink()
    assert look(places, prefix).marks == (Mark.INTERRUPTED,)


def lose_history(meta: Path) -> None:
    (meta / "history").unlink()


def add_foreign(meta: Path) -> None:
    (meta / "settings.json").write_text("{}", encoding="utf-8")


def add_dangling(meta: Path) -> None:
    (meta / "a-1-0.json").symlink_to(meta / "nowhere")


def add_folder(meta: Path) -> None:
    (meta / "a-1-0.json").mkdir()


@pytest.mark.parametrize("damage", [lose_history, add_foreign, add_dangling, add_folder])
def test_that_damage_is_marked(
    places: Places, prefix: Path, damage: Callable[[Path], None]
) -> None:
    damage(prefix / "conda-meta")
    seen = look(places, prefix)
    assert seen.marks == (Mark.UNREADABLE,)
    assert seen.package_count == len(read_packages(prefix))


def test_that_a_prefix_that_went_away_meanwhile_is_missing(places: Places) -> None:
    seen = look(places, places.envs / "gone")
    assert seen.marks == (Mark.MISSING,)
    assert (seen.package_count, seen.changed, seen.stamp) == (0, None, "")


def test_that_an_installation_is_base(places: Places, tmp_path: Path) -> None:
    root = make_environment(tmp_path / "conda", ["conda"])
    inside = make_environment(root / "envs" / "one", ["conda"])
    own = make_environment(places.envs / "with-conda", ["conda"])
    (own / "pkgs").mkdir()
    known = CondaConfiguration(root_prefixes=(root,), envs_dirs=(root / "envs",))
    base = describe(root, places, known)
    assert (base.name, base.marks, base.installation) == ("base", (Mark.BASE,), root)
    one = describe(inside, places, known)
    assert (one.name, one.marks, one.installation) == ("one", (), root)
    assert describe(own, places, known).marks == ()
    assert describe(root, places, NOTHING).marks == (Mark.BASE,)  # found by its looks


PROBE = """
import os, sys
from pathlib import Path
from engine.conda.condarc import CondaConfiguration
from engine.environments.describing import describe
from engine.environments.discovering import is_environment
from engine.places import places_below
if os.geteuid() == 0:
    os.setgroups([])
    os.setuid(65534)
root = Path(sys.argv[1])
for name in sys.argv[2:]:
    seen = describe(root / name, places_below(root), CondaConfiguration())
    print(name, is_environment(root / name), *seen.marks, seen.package_count)
"""


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_that_permissions_are_told_apart() -> None:
    # Not below pytest's own folder, which nobody but its owner may enter.
    root = Path(tempfile.mkdtemp(prefix="envdesk-test-"))
    try:
        root.chmod(0o755)
        for name in ("closed", "read-only"):
            make_environment(root / name, ["zlib"], python="")
        (root / "closed" / "conda-meta").chmod(0)
        (root / "read-only" / "conda-meta").chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", PROBE, str(root), "closed", "read-only"],
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
    finally:
        for name in ("closed", "read-only"):
            (root / name / "conda-meta").chmod(0o755)
        shutil.rmtree(root)
    assert done.stdout.splitlines() == [
        "closed True read-only unreadable 0",
        "read-only True read-only 1",
    ]


def test_that_the_time_of_the_last_change_is_that_of_packages(places: Places, prefix: Path) -> None:
    moments = {
        prefix / "conda-meta": 1_700_000_000,
        prefix / "conda-meta" / "history": 1_700_000_100,
        prefix / SITE: 1_700_000_200,
    }
    for path, moment in moments.items():
        os.utime(path, (moment, moment))
    assert look(places, prefix).changed == datetime.fromtimestamp(1_700_000_200, UTC)


def pip_installs(prefix: Path) -> None:
    write_distribution(prefix / SITE, "new", "1.0")


def pip_removes(prefix: Path) -> None:
    folder = prefix / SITE / "rich-13.0.dist-info"
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


def conda_installs(prefix: Path) -> None:
    write_record(prefix, Package("new"), SITE)


def conda_removes(prefix: Path) -> None:
    next((prefix / "conda-meta").glob("zlib-*.json")).unlink()


def conda_replaces(prefix: Path) -> None:
    record = next((prefix / "conda-meta").glob("zlib-*.json"))
    (prefix / "conda-meta" / "new.tmp").write_text("{}", encoding="utf-8")
    (prefix / "conda-meta" / "new.tmp").rename(record)


def writes_history(prefix: Path) -> None:
    with (prefix / "conda-meta" / "history").open("a", encoding="utf-8") as stream:
        stream.write("==> 2026-11-01 10:00:00 <==\n")


def changes_python(prefix: Path) -> None:
    next((prefix / "conda-meta").glob("python-*.json")).unlink()
    write_record(prefix, Package("python", "3.13.1", "h_0"), "")


@pytest.mark.parametrize(
    "change",
    [
        pip_installs,
        pip_removes,
        conda_installs,
        conda_removes,
        conda_replaces,
        writes_history,
        changes_python,
    ],
)
def test_that_every_change_of_packages_changes_the_stamp(
    prefix: Path, change: Callable[[Path], None]
) -> None:
    past = 1_700_000_000
    for path in (prefix / "conda-meta", prefix / "conda-meta" / "history", prefix / SITE):
        os.utime(path, (past, past))
    before = stamp_of(prefix)
    assert stamp_of(prefix) == before != ""
    change(prefix)
    assert stamp_of(prefix) != before


def test_that_a_new_python_moves_what_the_stamp_watches(prefix: Path) -> None:
    stamp_of(prefix)
    changes_python(prefix)
    stamp_of(prefix)
    (prefix / site_packages_of("3.13.1")).mkdir(parents=True)
    before = stamp_of(prefix)
    write_distribution(prefix / site_packages_of("3.13.1"), "new", "1.0")
    assert stamp_of(prefix) != before


def test_that_using_an_environment_does_not_change_its_stamp(prefix: Path) -> None:
    (prefix / SITE / "numpy").mkdir()
    before = stamp_of(prefix)
    (prefix / SITE / "numpy" / "__pycache__").mkdir()
    (prefix / "var").mkdir()
    read_packages(prefix)
    assert stamp_of(prefix) == before


def test_that_the_stamp_is_the_same_in_another_process(prefix: Path) -> None:
    code = (
        "import sys; from pathlib import Path;"
        "from engine.environments.describing import stamp_of; print(stamp_of(Path(sys.argv[1])))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(prefix)],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert done.stdout.strip() == stamp_of(prefix)


@pytest.mark.parametrize(
    ("version", "build", "platform", "expected"),
    [
        ("3.12.7", "h99e199e_0_cpython", "linux", "/p/lib/python3.12/site-packages"),
        ("3.13.1", "h9a34b6e_2_cp313t", "darwin", "/p/lib/python3.13t/site-packages"),
        ("3.9.18", "0_73_pypy", "linux", "/p/lib/pypy3.9/site-packages"),
        ("3.13.1", "h9a34b6e_2_cp313t", "win32", "/p\\Lib\\site-packages"),
    ],
)
def test_that_site_packages_is_where_conda_puts_it(
    version: str, build: str, platform: str, expected: str
) -> None:
    assert site_packages("/p", version, build, platform) == expected


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("numpy-2.1.0-py312_0.json", ("numpy", "2.1.0", "py312_0")),
        ("python-dateutil-2.9.0-pyhd_0.json", ("python-dateutil", "2.9.0", "pyhd_0")),
        ("_libgcc_mutex-0.1-conda_forge.json", ("_libgcc_mutex", "0.1", "conda_forge")),
        ("state.json", None),
        ("a-b.json", None),
        ("--.json", None),
    ],
)
def test_that_the_name_of_a_record_is_taken_apart(
    file: str, expected: tuple[str, str, str] | None
) -> None:
    parts = record_name(file)
    assert (parts and (parts.name, parts.version, parts.build)) == expected
