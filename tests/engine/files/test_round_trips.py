"""An environment that is exported and imported again has the same packages, in every format."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.errors import EngineError, ErrorCode
from engine.events import TaskState
from engine.files.importing import (
    Choices,
    channels_for,
    chosen_lines,
    exact_request,
    left_out,
    name_for,
    request_of,
)
from engine.files.values import Export, ExportFormat, FileKind, Reading, RemarkCode
from engine.places import Places
from engine.practice import ChannelServer
from engine.records import Record, RecordKind
from engine.requests import CreateRequest, Request
from engine.session import Engine
from engine.tasks import Leaving
from tests.support.listening import Ear
from tests.support.pypi import index_of, point_pip_at, project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="looks into bin")

F = ExportFormat
NAME = "课程 2026"
KINDS = {
    F.ENVIRONMENT_YAML: FileKind.ENVIRONMENT_YAML,
    F.ENVIRONMENT_YAML_EXACT: FileKind.ENVIRONMENT_YAML,
    F.REQUIREMENTS: FileKind.REQUIREMENTS,
    F.EXPLICIT: FileKind.EXPLICIT,
    F.CONDA_LOCK: FileKind.CONDA_LOCK,
    F.PIXI_LOCK: FileKind.PIXI_LOCK,
    F.PYLOCK: FileKind.PYLOCK,
}
LOCKS = (F.EXPLICIT, F.CONDA_LOCK, F.PIXI_LOCK)
INDEX = (
    project("inkwell", "1.2.0", 'pigment>=0.5; extra == "colour"', extras=("colour",)),
    project("pigment", "0.5.0"),
    project("pigment", "0.6.0"),
    # What conda brings here, the index has, too: a list of Python packages names all of them.
    project("tidepool", "3.1.0"),
    project("tidepool", "3.3.0"),
    project("numerals", "2.1.0"),
    project("numerals", "2.2.0"),
)


@dataclass(frozen=True, slots=True)
class House:
    """Hold an engine, what it tells, the channels, and a folder for files."""

    engine: Engine
    ear: Ear
    channels: tuple[str, str]
    folder: Path

    async def carried_out(self, request: Request) -> Path:
        """Plan a request, carry it out, and return the environment."""
        plan = await self.engine.plan(request)
        task = await self.ear.until_ended(self.engine.submit(plan), 120)
        assert task.state is TaskState.SUCCEEDED, (task.failure, self.engine.log(task.id))
        return plan.prefix

    async def written(self, prefix: Path, chosen: ExportFormat) -> tuple[Export, Path]:
        """Export an environment into a folder of the file's own."""
        written = await self.engine.export(prefix, chosen)
        path = self.folder / chosen.value / written.file_name
        path.parent.mkdir()
        await self.engine.save_export(written, path)
        assert path.read_text(encoding="utf-8") == written.text
        return written, path

    async def taken_in(self, reading: Reading, prefix: Path) -> Path:
        """Make an environment of what a file asks for, everything agreed to."""
        reading = chosen_lines(reading, ())
        channels = channels_for(reading, self.channels)
        accepted = tuple(consent.key for consent in reading.consents)
        choices = Choices(prefix, channels, python="3", accepted=accepted)
        if reading.is_lock:
            return await self.carried_out(exact_request(reading, choices))
        answer = await self.engine.assign(reading, channels)
        assert left_out(reading, answer.lines, choices) == ()
        return await self.carried_out(request_of(reading, answer.lines, answer.limits, choices))


@pytest.fixture
async def house(places: Places, server: ChannelServer, tmp_path: Path) -> AsyncIterator[House]:
    channels = (server.url_of("practice-main"), server.url_of("practice-extra"))
    places.home.mkdir(parents=True)
    (places.home / ".condarc").write_text(json.dumps({"channels": channels}), encoding="utf-8")
    index_of(tmp_path / "web" / "simple", *INDEX)
    with ChannelServer(tmp_path / "web") as web:
        point_pip_at(places, web.url_of("simple"))
        engine = Engine(places)
        ear = Ear()
        engine.subscribe(ear)
        yield House(engine, ear, channels, tmp_path)
        await engine.aclose(Leaving.CANCEL)


async def model(house: House) -> Path:
    """Make an environment of packages of every sort from both sides."""
    request = CreateRequest(
        house.engine.places.envs / NAME,
        house.channels,
        python="3",
        # for every system, for this one, no Python at all, and an archive of the older form
        specs=("tidepool <3.2", "glyphs", "lodestone", "sandglass"),
        add_pypi=("inkwell[colour]", "pigment<0.6"),
        variables=(("TIDE", "low water"),),
    )
    return await house.carried_out(request)


async def exact(house: House, prefix: Path) -> dict[str, tuple[str, ...]]:
    """Return everything that tells one package from another, by name."""

    def told(record: Record) -> tuple[str, ...]:
        if record.kind is RecordKind.PYPI:
            return (record.kind, record.version)
        assert record.path is not None
        known = json.loads(record.path.read_bytes())
        return (record.kind, record.version, record.build, known["url"], known["sha256"])

    return {each.name: told(each) for each in await house.engine.packages(prefix)}


def python_packages(prefix: Path) -> dict[str, str]:
    """Return what the environment's own Python finds, pip left out: every environment gets one."""
    code = (
        "import importlib.metadata as m, json;"
        "print(json.dumps({d.name: d.version for d in m.distributions()}))"
    )
    done = subprocess.run(
        [prefix / "bin" / "python", "-I", "-c", code], capture_output=True, check=True, timeout=60
    )
    return {name: version for name, version in json.loads(done.stdout).items() if name != "pip"}


async def test_that_every_format_comes_back_as_the_same_packages(house: House) -> None:
    prefix = await model(house)
    expected = await exact(house, prefix)
    assert {"tidepool", "glyphs", "lodestone", "sandglass", "inkwell", "pigment"} <= set(expected)
    assert expected["pigment"] == (RecordKind.PYPI, "0.5.0")
    for number, chosen in enumerate(F):
        written, path = await house.written(prefix, chosen)
        reading = await house.engine.read_files((path,))
        assert (reading.kind, reading.certain) == (KINDS[chosen], True), chosen
        assert name_for(reading) == NAME, chosen
        assert reading.remarks == (), chosen
        again = await house.taken_in(reading, house.engine.places.envs / f"{NAME} {number}")
        lost = {each.value("name") for each in written.left_out}
        if chosen in (F.REQUIREMENTS, F.PYLOCK):
            assert python_packages(again) == python_packages(prefix), chosen
            assert {"glyphs", "lodestone", "sandglass", "python", "TIDE"} <= lost, chosen
        else:
            assert await exact(house, again) == expected, chosen
            assert lost == ({"TIDE"} if chosen in LOCKS else set()), chosen


async def test_that_an_environment_of_pypi_packages_alone_comes_back(house: House) -> None:
    request = CreateRequest(
        house.engine.places.envs / "only pip",
        house.channels,
        python="3",
        add_pypi=("inkwell[colour]",),
    )
    prefix = await house.carried_out(request)
    expected = python_packages(prefix)
    assert expected == {"inkwell": "1.2.0", "pigment": "0.6.0"}
    for chosen in (F.ENVIRONMENT_YAML, F.PYLOCK):
        _, path = await house.written(prefix, chosen)
        reading = await house.engine.read_files((path,))
        again = await house.taken_in(reading, house.engine.places.envs / f"again {chosen}")
        assert python_packages(again) == expected, chosen


async def test_that_an_environment_without_python_comes_back(house: House) -> None:
    request = CreateRequest(
        house.engine.places.envs / "rocks", house.channels, specs=("glyphs", "sandglass")
    )
    prefix = await house.carried_out(request)
    expected = await exact(house, prefix)
    assert set(expected) == {"glyphs", "sandglass"}
    for chosen in (F.ENVIRONMENT_YAML, F.EXPLICIT):
        written, path = await house.written(prefix, chosen)
        assert written.left_out == (), chosen
        reading = await house.engine.read_files((path,))
        again = await house.taken_in(reading, house.engine.places.envs / f"rocks {chosen}")
        assert await exact(house, again) == expected, chosen
    written, path = await house.written(prefix, F.REQUIREMENTS)
    assert {each.value("name") for each in written.left_out} == {"glyphs", "sandglass"}
    reading = await house.engine.read_files((path,))
    assert [each.code for each in reading.remarks] == [RemarkCode.NOTHING_FOUND]
    with pytest.raises(EngineError) as refused:
        await house.engine.export(prefix, F.PYLOCK)
    assert refused.value.code is ErrorCode.NO_PYTHON
