from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from engine.practice import EXTRA_CHANNEL, MAIN_CHANNEL
from engine.practice.catalogue import BINARY_PLACEHOLDER, TEXT_PLACEHOLDER
from tests.engine.practice import rattler_process

CLOBBERED = "share/harbor/chart.txt"


@pytest.fixture(scope="module")
def main_url(channels: Path) -> str:
    return (channels / MAIN_CHANNEL).as_uri()


@pytest.fixture(scope="module")
def extra_url(channels: Path) -> str:
    return (channels / EXTRA_CHANNEL).as_uri()


@pytest.fixture(scope="module")
def prefixes(
    tmp_path_factory: pytest.TempPathFactory, main_url: str, extra_url: str
) -> tuple[Path, ...]:
    folder = tmp_path_factory.mktemp("every") / "a space 和中文"
    found: list[Path] = []
    for name, url in (("main", main_url), ("extra", extra_url)):
        layers = rattler_process.install_everything(url, folder / name)
        found += [folder / name / str(depth) for depth in range(len(layers))]
    return tuple(found)


def run(prefix: Path, *command: str) -> str:
    program = prefix / "bin" / command[0]
    done = subprocess.run(
        [program, *command[1:]], capture_output=True, check=True, timeout=60, cwd=prefix
    )
    return done.stdout.decode().strip()


def test_that_every_package_is_linked_whole(prefixes: tuple[Path, ...]) -> None:
    seen: set[str] = set()
    for prefix in prefixes:
        for meta in (prefix / "conda-meta").glob("*.json"):
            record = json.loads(meta.read_bytes())
            seen.add(f"{record['name']}-{record['version']}")
            for entry in record["paths_data"]["paths"]:
                file = prefix / entry["_path"]
                if entry["_path"] == CLOBBERED:
                    continue
                assert os.path.lexists(file), f"{meta.name} lacks {entry['_path']}"
                if entry["path_type"] == "hardlink" and "prefix_placeholder" not in entry:
                    digest = hashlib.sha256(file.read_bytes()).hexdigest()
                    assert digest == entry["sha256"], file
    assert {"numerals-0.9.5", "numerals-2.1.0", "sandglass-0.4.0", "mosaic-1.0.0"} <= seen
    assert len(seen) > 30


def test_that_python_runs_wherever_it_is_linked(prefixes: tuple[Path, ...]) -> None:
    code = (
        "import bz2, ctypes, hashlib, lzma, sqlite3, ssl, sys, sysconfig, zlib\n"
        "print(sys.prefix, sys.base_prefix, sysconfig.get_path('purelib'), sep='\\n')\n"
        "print(sysconfig.get_config_var('prefix'))\n"
    )
    prefix = prefixes[0]
    minor = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    expected = [str(prefix), str(prefix), str(prefix / "lib" / minor / "site-packages")]
    assert run(prefix, "python", "-c", code).splitlines()[:3] == expected
    assert run(prefix, "python", "-m", "pip", "--version").startswith("pip ")
    assert str(prefix) in run(prefix, "pip", "--version")


@pytest.mark.skipif(sys.platform != "linux", reason="reads what the Linux loader maps")
def test_that_python_loads_no_library_of_the_python_that_it_was_made_from(
    prefixes: tuple[Path, ...],
) -> None:
    code = "import ssl, ctypes, sqlite3; print(open('/proc/self/maps').read())"
    maps = run(prefixes[0], "python", "-I", "-c", code)
    assert str(prefixes[0]) in maps
    if Path(sys.base_prefix) not in (Path("/usr"), Path("/usr/local")):
        assert f"{sys.base_prefix}/lib" not in maps


def test_that_commands_of_packages_run(prefixes: tuple[Path, ...]) -> None:
    assert run(prefixes[0], "starchart").startswith("starchart 1.8.0, numerals ")
    assert run(prefixes[0], "signpost") == str(prefixes[0])


def test_that_prefixes_are_written_into_text_and_binary_files(prefixes: tuple[Path, ...]) -> None:
    prefix = prefixes[0]
    settings = (prefix / "etc" / "signpost.ini").read_text(encoding="utf-8")
    assert f"data = {prefix}/share\n" in settings
    assert TEXT_PLACEHOLDER not in settings
    binary = (prefix / "lib" / "lodestone.bin").read_bytes()
    written = f"{prefix}/share/lodestone".encode()
    assert b"\x7fPRACTICE\0" + written + b"\0" in binary
    assert BINARY_PLACEHOLDER.encode() not in binary
    field = binary.index(b"\0END\0") - len(b"\x7fPRACTICE\0")
    assert field == len(f"{BINARY_PLACEHOLDER}/share/lodestone\0")


def test_that_odd_names_modes_and_links_survive(prefixes: tuple[Path, ...]) -> None:
    prefix = prefixes[0]
    assert (prefix / "share/glyphs/字/山 川.txt").read_text(encoding="utf-8") == "字/山 川.txt"
    wood = prefix / "share" / "driftwood"
    assert stat.S_IMODE((wood / "read-only.txt").stat().st_mode) == 0o444
    assert stat.S_IMODE((wood / "run.sh").stat().st_mode) == 0o755
    assert (wood / "link.txt").readlink() == Path("read-only.txt")
    assert not (wood / "nowhere.txt").exists()
    assert (wood / "folder").is_dir()


def test_that_one_of_two_clobbering_packages_gets_the_path(prefixes: tuple[Path, ...]) -> None:
    prefix = prefixes[0]
    assert (prefix / CLOBBERED).read_text() in {"the east side\n" * 3, "the west side\n" * 3}
    assert list((prefix / "__clobbers__").rglob("chart.txt"))


def test_that_link_scripts_wait_for_consent(prefixes: tuple[Path, ...]) -> None:
    assert (prefixes[0] / "bin" / ".bellringer-post-link.sh").is_file()
    assert not (prefixes[0] / "bell-rung.txt").exists()


def test_that_one_package_holds_another_back(main_url: str, extra_url: str) -> None:
    outcome = rattler_process.solve((main_url, extra_url), "starchart", "numerals")
    names = {name.rpartition("-")[0] for name in outcome.distributions}
    assert names >= {"numerals-2.0.1", "starchart-1.8.0", "tidepool-3.2.0"}


@pytest.mark.parametrize(
    ("specs", "words"),
    [
        (("starchart", "moonrise"), ("numerals >=2.0,<2.1", "moonrise 0.9.0")),
        (("firelily", "icemoss"), ("firelily 1.0.0", "icemoss")),
        (("kite",), ("wind >=1",)),
        (("furnace",), ("__cuda >=99",)),
        (("papyrus", "numerals >=2.1", "meadow"), ("meadow",)),
        (("nothing-of-the-kind",), ("nothing-of-the-kind",)),
    ],
)
def test_that_what_cannot_be_solved_cannot_be_solved(
    main_url: str, extra_url: str, specs: tuple[str, ...], words: tuple[str, ...]
) -> None:
    outcome = rattler_process.solve((main_url, extra_url), *specs)
    assert outcome.distributions == ()
    for word in words:
        assert word in outcome.error
