from __future__ import annotations

import json
import os
import platform
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import engine.practice
from engine.practice import EXTRA_CHANNEL, MAIN_CHANNEL, cached_channels
from engine.practice.channels import build_channels

ROOT = Path(__file__).parents[3]
ASK = (
    "import sys, pathlib, engine.practice as practice\n"
    "say = lambda line: print(line, flush=True)\n"
    "print(practice.cached_channels(pathlib.Path(sys.argv[1]), say))\n"
)


def archives(channels: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(channels)): file.read_bytes()
        for file in channels.rglob("*")
        if file.suffix in {".conda", ".bz2", ".whl", ".gz", ".metadata", ".html"}
    }


def ask_for_channels(cache: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", ASK, str(cache)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


def records(channel: Path) -> dict[tuple[str, str], dict[str, object]]:
    found: dict[tuple[str, str], dict[str, object]] = {}
    for index in channel.glob("*/repodata.json"):
        document = json.loads(index.read_bytes())
        for row in (*document["packages"].values(), *document["packages.conda"].values()):
            found[row["name"], row["version"]] = row
    return found


def test_that_two_builds_of_the_same_world_have_the_same_bytes(
    channels: Path, tmp_path: Path
) -> None:
    again = build_channels(tmp_path)
    assert archives(again) == archives(channels)
    assert len(archives(again)) > 50


def test_that_both_channels_carry_python_and_pip_and_differ_in_age(channels: Path) -> None:
    main, extra = records(channels / MAIN_CHANNEL), records(channels / EXTRA_CHANNEL)
    version = platform.python_version()
    assert main["python", version]["build_number"] == 1
    assert extra["python", version]["build_number"] == 0
    assert {name for name, _ in main} & {name for name, _ in extra} == {
        *("python", "pip", "numerals", "tidepool", "starchart", "almanac")
    }
    assert ("numerals", "2.1.0") in main
    assert ("numerals", "0.9.5") in extra


def test_that_the_documented_table_lists_what_there_is(channels: Path) -> None:
    text = engine.practice.__doc__ or ""
    sections = re.split(r"\n(?:Channel|Package index) `([\w-]+)`", text)
    documented = dict(zip(sections[1::2], sections[2::2], strict=True))
    for channel in (MAIN_CHANNEL, EXTRA_CHANNEL):
        for name, version in records(channels / channel):
            assert re.search(rf"(?m)(^|\s){name}\b", documented[channel]), name
            assert name in {"python", "pip"} or version in documented[channel], (name, version)
    for file in (*channels.glob("simple/*/*.whl"), *channels.glob("simple/*/*.tar.gz")):
        version = file.name.split("-")[1].removesuffix(".tar.gz")
        row = re.search(rf"(?m)^{file.parent.name} .*{re.escape(version)}", documented["simple"])
        assert row is not None, file.name


def test_that_both_archive_formats_and_every_form_of_index_are_there(channels: Path) -> None:
    assert list(channels.glob(f"{EXTRA_CHANNEL}/noarch/*.tar.bz2"))
    for name in (MAIN_CHANNEL, EXTRA_CHANNEL):
        for index in ("repodata.json", "repodata.json.zst", "repodata_shards.msgpack.zst"):
            assert (channels / name / "noarch" / index).stat().st_size > 0


def test_that_channels_are_built_once(channels_cache: Path, channels: Path) -> None:
    said: list[str] = []
    assert cached_channels(channels_cache, said.append) == channels
    assert said == []


@pytest.mark.skipif(sys.platform == "win32", reason="kills with a POSIX signal")
def test_that_a_killed_build_is_started_afresh_and_built_by_one_of_two(tmp_path: Path) -> None:
    with ask_for_channels(tmp_path) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline().startswith(b"Packing")
        killed.send_signal(signal.SIGKILL)
    assert not list(tmp_path.glob("*/practice-main/noarch/repodata.json"))

    with ask_for_channels(tmp_path) as first, ask_for_channels(tmp_path) as second:
        answers = [process.communicate(timeout=60)[0].decode() for process in (first, second)]
    assert sorted(answer.count("Packing") for answer in answers) == [0, 1]
    folders = {answer.splitlines()[-1] for answer in answers}
    assert len(folders) == 1
    built = Path(folders.pop())
    assert (built / MAIN_CHANNEL / "noarch" / "repodata.json").is_file()
    assert [entry for entry in tmp_path.iterdir() if entry.is_dir()] == [built]


def test_that_importing_the_practice_package_loads_no_rattler() -> None:
    code = (
        "import sys, engine.practice as practice\n"
        "practice.build_world, practice.cached_channels, practice.ChannelServer\n"
        "assert not any(name.split('.')[0] == 'rattler' for name in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
