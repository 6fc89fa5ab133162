"""What each package of an environment takes up, and that nothing is lost between them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.cache.portions import parts_of
from engine.cache.values import EnvironmentParts, PackagePart
from engine.conda.condarc import read_configuration
from engine.errors import EngineError, ErrorCode
from engine.places import Places, places_below
from tests.support.caches import allocated, make_package, make_prefix, own_by_hand, write_condarc

pytestmark = pytest.mark.skipif(os.name != "posix", reason="blocks are asked for")
SITE = "lib/python3.12/site-packages"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return places_below(tmp_path)


@pytest.fixture
def prefix(places: Places) -> Path:
    return make_prefix(places.envs / "one")


def install(prefix: Path, stem: str, files: dict[str, int | Path]) -> None:
    """Put files of so many bytes, or links to others, into `prefix` as conda's package `stem`."""
    name, version, build = stem.rsplit("-", 2)
    for path, content in files.items():
        (prefix / path).parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            os.link(content, prefix / path)
        else:
            (prefix / path).write_bytes(b"x" * content)
    record = {"name": name, "version": version, "build": build, "files": [*files]}
    (prefix / "conda-meta" / f"{stem}.json").write_text(json.dumps(record))


def install_by_pip(prefix: Path, name: str, files: dict[str, int]) -> None:
    """Put files of so many bytes into `prefix` as pip does."""
    site = prefix / SITE
    info = site / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    for path, size in files.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_bytes(b"p" * size)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "INSTALLER").write_text("pip\n")
    lines = [*files, f"{info.name}/METADATA", f"{info.name}/INSTALLER", f"{info.name}/RECORD"]
    (info / "RECORD").write_text("".join(f"{line},,\n" for line in lines))


def seen(prefix: Path, places: Places) -> EnvironmentParts:
    return parts_of(prefix, places, read_configuration(places))


def part(parts: EnvironmentParts, name: str) -> PackagePart:
    (found,) = [each for each in parts.packages if each.name == name]
    return found


def test_that_each_package_has_what_it_brought(prefix: Path, places: Places) -> None:
    pkgs = places.home / "pkgs"
    write_condarc(places, pkgs)
    cached = make_package(pkgs, "zlib-1.3-0", [("lib/libz.so", b"x" * 50_000)])
    install(prefix, "zlib-1.3-0", {"lib/libz.so": cached / "lib/libz.so", "etc/zlib.conf": 10})
    install(prefix, "python-3.12.1-0", {"lib/python3.12/os.py": 20_000})
    install_by_pip(prefix, "requests", {"requests/__init__.py": 9000})
    compiled = prefix / SITE / "requests" / "__pycache__" / "__init__.cpython-312.pyc"
    compiled.parent.mkdir()
    compiled.write_bytes(b"c" * 5000)
    (prefix / "data.csv").write_bytes(b"d" * 100_000)
    parts = seen(prefix, places)
    zlib, python, requests = (part(parts, name) for name in ("zlib", "python", "requests"))
    # a record of conda-meta is its package's own, one block here
    assert (zlib.own_bytes, zlib.shared_bytes, zlib.files) == (4096 + 4096, 53_248, 3)
    assert (python.version, python.build, python.is_pypi) == ("3.12.1", "0", False)
    assert python.own_bytes == 20_480 + 4096
    assert requests.is_pypi
    assert requests.own_bytes == 12_288 + 8192 + 3 * 4096
    assert parts.rest_files == 2, "what somebody put there, and conda's history"
    assert parts.rest_own_bytes >= 102_400
    assert parts.own_bytes == own_by_hand(prefix)


def test_that_what_pip_replaced_is_counted_once_and_for_pip(prefix: Path, places: Places) -> None:
    install(prefix, "six-1.16-0", {f"{SITE}/six.py": 9000})
    install_by_pip(prefix, "six", {"six.py": 30_000})
    parts = seen(prefix, places)
    conda, pip = sorted(
        (each for each in parts.packages if each.name == "six"), key=lambda each: each.is_pypi
    )
    assert conda.own_bytes == 4096, "its record alone"
    assert pip.own_bytes == 32_768 + 3 * 4096
    assert parts.own_bytes == own_by_hand(prefix)


def test_that_other_environments_and_caches_inside_are_no_part_of_it(
    prefix: Path, places: Places
) -> None:
    write_condarc(places, prefix / "pkgs")
    make_package(prefix / "pkgs", "a-1-0", [("x", b"x" * 90_000)])
    inner = make_prefix(prefix / "envs" / "inner")
    (inner / "large").write_bytes(b"x" * 90_000)
    (places.home / ".conda").mkdir()
    (places.home / ".conda" / "environments.txt").write_text(f"{inner}\n")
    assert seen(prefix, places).own_bytes < 60_000


def test_that_what_is_no_environment_says_so(places: Places) -> None:
    with pytest.raises(EngineError) as caught:
        seen(places.envs / "nowhere", places)
    assert caught.value.code is ErrorCode.PREFIX_MISSING


names = st.sampled_from(("a.py", "b.so", "lib/c.py", "lib/__pycache__/c.cpython-312.pyc", "é.txt"))


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(st.tuples(st.integers(0, 2), names, st.integers(0, 20_000)), max_size=10),
    st.lists(st.tuples(names, names, st.booleans()), max_size=6),
)
def test_that_all_parts_together_are_the_environment(
    tmp_path_factory: pytest.TempPathFactory,
    made: list[tuple[int, str, int]],
    linked: list[tuple[str, str, bool]],
) -> None:
    places = places_below(tmp_path_factory.mktemp("parts"))
    prefix = make_prefix(places.envs / "one")
    outside = places.envs / "elsewhere"
    outside.mkdir()
    owned: dict[int, list[str]] = {0: [], 1: [], 2: []}
    for package, name, size in made:
        path = prefix / f"{package}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
        owned[package].append(f"{package}/{name}")
    for at, (old, new, leads_out) in enumerate(linked):
        source = prefix / f"{at % 3}" / old
        target = (outside if leads_out else prefix / f"{(at + 1) % 3}") / new
        if source.exists() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(source, target)
    for package in (1, 2):
        record = {"name": f"p{package}", "version": "1", "build": "0", "files": owned[package]}
        (prefix / "conda-meta" / f"p{package}-1-0.json").write_text(json.dumps(record))
    parts = seen(prefix, places)
    shared = parts.rest_shared_bytes + sum(each.shared_bytes for each in parts.packages)
    assert parts.own_bytes == own_by_hand(prefix)
    assert parts.own_bytes + shared == allocated([prefix])
