"""What a cleaning promises is what the disk shows, and no environment misses anything."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from engine.cache.values import Choice, ItemKind, Preset, Skipped, SkipReason
from engine.conda.condarc import read_configuration
from engine.places import places_below
from engine.plan import Plan
from engine.planning.cleaning import plan_clean
from engine.planning.relinking import plan_relink
from engine.practice import PracticeWorld, build_world
from engine.replicas.ownership import read_owned
from engine.requests import CleanRequest, RelinkRequest
from engine.transactions.executor import carry_out
from tests.support.caches import CleaningHeard, make_package
from tests.support.volumes import free_bytes, mounted

ALLOWED = 65_536
PACKED = ("tidepool-9.0-0", "quarry-9.0-0", "mosaic-9.0-0")


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory,
    channels_cache: Path,
) -> Generator[PracticeWorld]:
    """Ten environments that have their files from caches in every way there is."""
    folder = tmp_path_factory.mktemp("disk")
    with ExitStack() as stack:
        root = stack.enter_context(mounted(folder / "盘", 700, "ext4"))
        world = build_world(root / "world", cache_dir=channels_cache)
        stack.enter_context(mounted(world.root / "elsewhere", 300, "tmpfs"))
        multiply(world)
        yield world


def multiply(world: PracticeWorld) -> None:
    course = world.envs / "course-2026"
    for name in ("linked-1", "linked-2"):
        shutil.copytree(course, world.envs / name, symlinks=True, copy_function=os.link)
    for name in ("copied-1", "copied-2"):
        copy_of(course, world.envs / name, link_type=3)
    copy_of(course, world.root / "elsewhere" / "envs" / "crossed", link_type=3)
    for name in ("soft-1",):
        prefix = copy_of(world.envs / "数据分析", world.envs / name, link_type=2)
        for path, owned in read_owned(prefix).items():
            cached = Path(owned.cached) if owned.cached else None
            # Python looks for its library where its program really is, so it is never soft
            is_plain = (prefix / path).is_file() and not (prefix / path).is_symlink()
            is_plain = is_plain and not owned.package.startswith("python-")
            if cached is not None and is_plain and not owned.placeholder and cached.is_file():
                (prefix / path).unlink()
                (prefix / path).symlink_to(cached)
    settings = world.home / ".condarc"
    more = f"- {world.root / 'elsewhere' / 'envs'}\n"
    settings.write_text(settings.read_text("utf-8").replace("envs_dirs:\n", f"envs_dirs:\n{more}"))


def copy_of(source: Path, prefix: Path, link_type: int) -> Path:
    shutil.copytree(source, prefix, symlinks=True)
    for file in (prefix / "conda-meta").glob("*.json"):
        record = json.loads(file.read_text("utf-8"))
        record["link"] = {"source": record["extracted_package_dir"], "type": link_type}
        file.write_text(json.dumps(record), "utf-8")
    return prefix


def litter(world: PracticeWorld) -> None:
    """Put one of everything into the caches."""
    pkgs, long_ago = world.pkgs, time.time() - 9_000
    for stem in PACKED:
        make_package(pkgs, stem, [("lib/a", os.urandom(90_000)), ("lib/b", b"small")])
    os.link(pkgs / PACKED[0] / "lib" / "a", pkgs / PACKED[1] / "lib" / "twin")
    for number, archive in enumerate(sorted((world.root / "channels").rglob("*.conda"))[:4]):
        shutil.copy(archive, pkgs / archive.name)
        if number == 0:
            (world.home / "kept.conda").unlink(missing_ok=True)
            os.link(pkgs / archive.name, world.home / "kept.conda")
        if number == 1:
            os.link(pkgs / archive.name, pkgs / ".tmp-half")
    with (pkgs / "sparse-1-0.conda").open("wb") as stream:
        stream.truncate(5_000_000)
    for path, size in {
        "cache/497deca9.json": 300_000,
        "cache/497deca9.info.json": 300,
        ".logs/today.log": 70_000,
        "numpy.c~": 81_000,
        "half-1-0.conda.partial": 200_000,
        "broken-1-0/lib/x": 50_000,
        "broken-1-0.lock": 10,
    }.items():
        (pkgs / path).parent.mkdir(parents=True, exist_ok=True)
        (pkgs / path).write_bytes(os.urandom(size))
    for path in ("half-1-0.conda.partial", "broken-1-0", "broken-1-0.lock", ".tmp-half"):
        os.utime(pkgs / path, (long_ago, long_ago))
    pip = world.home / ".cache" / "pip"
    for number in range(40):
        folder = pip / "http-v2" / f"{number:02}" / "a" / "b"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "body").write_bytes(os.urandom(9_000 + number))
    wheel = pip / "wheels" / "ab" / "cd" / "ef" / "0123"
    wheel.mkdir(parents=True, exist_ok=True)
    (wheel / "inkwell-1.0-py3-none-any.whl").write_bytes(os.urandom(120_000))
    (pip / "selfcheck").mkdir(exist_ok=True)
    (pip / "selfcheck" / "x").write_bytes(b"{}")
    uv = world.home / ".cache" / "uv"
    for name in ("archive-v0/aB3/inkwell", "wheels-v5/pypi/inkwell", "simple-v16/pypi"):
        (uv / name).mkdir(parents=True, exist_ok=True)
        (uv / name / "file").write_bytes(os.urandom(60_000))
    linked = world.envs / "tiny" / "from-uv"
    linked.unlink(missing_ok=True)
    os.link(uv / "archive-v0/aB3/inkwell" / "file", linked)


def assert_sound(world: PracticeWorld) -> None:
    """Check every file by its recorded hash, and run every interpreter."""
    prefixes = [path for path in world.envs.iterdir() if path.name != "old-thesis"]
    for prefix in [*prefixes, *(world.root / "elsewhere" / "envs").iterdir()]:
        for path, owned in read_owned(prefix).items():
            file, wanted = prefix / path, owned.installed_sha256
            is_own_link = file.is_symlink() and str(world.pkgs) not in str(file.readlink())
            if wanted and not is_own_link:
                assert file.exists(), file
                assert hashlib.sha256(file.read_bytes()).hexdigest() == wanted, file
        python = prefix / "bin" / "python"
        if python.exists():
            code = "import pip, ssl, sqlite3, tidepool"
            done = subprocess.run([python, "-c", code], capture_output=True, check=False)
            assert done.returncode == 0, done.stderr


async def cleaned(world: PracticeWorld, choice: Choice) -> tuple[Plan, list[Skipped]]:
    """Clean, and compare what the volumes have free before and after with the promise."""
    places = places_below(world.root)
    elsewhere = world.root / "elsewhere"
    before = free_bytes(world.root) + free_bytes(elsewhere)
    plan = await plan_clean(CleanRequest(choice), places, read_configuration(places))
    heard = CleaningHeard()
    await carry_out(plan, places, heard)
    gained = free_bytes(world.root) + free_bytes(elsewhere) - before
    promised = plan.figures.freed_bytes
    assert abs(gained - promised) <= max(ALLOWED, promised // 100), (gained, promised)
    return plan, heard.skips


async def test_that_every_kind_and_preset_frees_what_it_promised(world: PracticeWorld) -> None:
    assert len(list(world.envs.iterdir())) >= 9
    litter(world)
    for kind in ItemKind:
        plan, skips = await cleaned(world, Choice(kinds=(kind,)))
        assert plan.cleaning is not None
        assert skips == []
        if kind is ItemKind.TRASH:
            assert plan.figures.freed_bytes >= 81_000
        assert plan.cleaning.items, kind
        assert not any(os.path.lexists(item.path) for item in plan.cleaning.items)
    assert_sound(world)
    for preset in Preset:
        litter(world)
        plan, skips = await cleaned(world, Choice(preset))
        assert plan.figures.freed_bytes > 500_000
        assert skips == []
    used = {path for path in world.pkgs.iterdir() if path.name.startswith(("pip-", "python-"))}
    used = {path for path in used if path.is_dir()}
    plan, _ = await cleaned(world, Choice(items=tuple(used)))
    assert plan.cleaning is not None
    kept = {each.path for each in plan.cleaning.skipped if each.reason is SkipReason.NEEDED}
    assert kept == {path for path in used if path.exists()}
    assert "pip-" + version_of(world) in {path.name for path in kept}
    assert_sound(world)


def version_of(world: PracticeWorld) -> str:
    """Return version and build of pip, which the environment of soft links has from the cache."""
    (record,) = (world.envs / "soft-1" / "conda-meta").glob("pip-*.json")
    return record.stem.removeprefix("pip-")


async def test_that_sharing_copies_frees_what_it_promised(world: PracticeWorld) -> None:
    places = places_below(world.root)
    prefixes = (world.envs / "copied-1", world.envs / "copied-2")
    for prefix in prefixes:
        shutil.rmtree(prefix)
        copy_of(world.envs / "course-2026", prefix, link_type=3)
    spoiled = next((prefixes[0] / "lib").rglob("site-packages/almanac/*.py"), None)
    if spoiled is not None:
        status = spoiled.stat()
        spoiled.write_bytes(b"#" * status.st_size)
        os.utime(spoiled, ns=(status.st_atime_ns, status.st_mtime_ns))
    plan = await plan_relink(RelinkRequest(prefixes), places, read_configuration(places))
    before = free_bytes(world.root)
    await carry_out(plan, places, CleaningHeard())
    gained = free_bytes(world.root) - before
    promised = plan.figures.freed_bytes
    assert abs(gained - promised) <= max(ALLOWED, promised // 100), (gained, promised)
    again = await plan_relink(RelinkRequest(prefixes), places, read_configuration(places))
    assert again.figures.freed_bytes == 0
    if spoiled is not None:
        assert spoiled.stat().st_nlink == 1
        shutil.rmtree(prefixes[0])
    assert_sound(world)


def test_that_a_cleaned_cache_serves_a_new_environment(world: PracticeWorld) -> None:
    def engine(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "engine", "--root", str(world.root), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    cleaned = engine("clean", "--preset", "everything-unused")
    assert cleaned.returncode == 0, cleaned.stdout
    plan = str(world.root / "plan.json")
    planned = engine("plan", "create", "-n", "fresh", "--python", "3", "tidepool", "--out", plan)
    assert planned.returncode == 0, planned.stdout
    applied = engine("apply", plan)
    assert applied.returncode == 0, applied.stdout
    assert_sound(world)
