"""An environment to break and to mend: made quickly, checked by pip and by its own Python."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.conda.condarc import read_configuration
from engine.health.values import RepairKind, RepairStep
from engine.places import Places
from engine.plan import Plan
from engine.practice.environments import COURSE
from engine.practice.world import PracticeWorld
from engine.requests import CloneRequest, RepairRequest
from tests.support.changing import carried_out, done, imported, planned
from tests.support.pypi import Faults, faults
from tests.support.rattling import RattlerWorker

MODULES = ("tidepool", "numerals", "starchart", "almanac", "inkwell", "lanternfish")


def step(kind: RepairKind, subject: str = "") -> RepairStep:
    """Return one step."""
    return RepairStep(kind, subject)


@dataclass(frozen=True, slots=True)
class Patient:
    """Hold an environment of its own in a practice world, which a test may break as it likes."""

    prefix: Path
    world: PracticeWorld
    places: Places
    worker: RattlerWorker

    @property
    def python(self) -> Path:
        """Return its interpreter."""
        return self.prefix / "bin" / "python"

    @property
    def site(self) -> Path:
        """Return its site-packages folder."""
        return next(self.prefix.glob("lib/python3*/site-packages"))

    def pip(self, *arguments: str) -> str:
        """Run its own pip as a user would; return what it printed."""
        ran = subprocess.run(
            [
                *(str(self.python), "-m", "pip", *arguments),
                *("--disable-pip-version-check", "--no-input"),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env={**os.environ, "PIP_INDEX_URL": self.world.simple.url, "PYTHONNOUSERSITE": "1"},
        )
        return ran.stdout + ran.stderr

    def request(self, *steps: RepairStep) -> RepairRequest:
        """Return the request of `steps` with the configured channels."""
        channels = read_configuration(self.places).effective_channels
        return RepairRequest(self.prefix, channels, steps=steps)

    def plan(self, *steps: RepairStep) -> Plan:
        """Plan a repair."""
        return self.worker.call(planned, self.request(*steps), self.places)

    def repair(self, *steps: RepairStep) -> Plan:
        """Plan a repair and carry it out."""
        plan = self.plan(*steps)
        self.worker.call(carried_out, plan, self.places)
        return plan

    def check(self, modules: Iterable[str] = MODULES) -> dict[str, str]:
        """Check that nothing is wrong any more; return what its Python imports."""
        assert faults(self.prefix) == Faults()
        assert "No broken requirements found" in self.pip("check")
        found = imported(self.prefix, *modules)
        assert all(found.values()), found
        for path in (self.prefix / "conda-meta").glob("*.json"):
            json.loads(path.read_bytes())
        assert not list((self.prefix / "conda-meta").glob(".envdesk-*"))
        assert not list(self.prefix.parent.glob(".envdesk/*"))
        return found


def patient_in(world: PracticeWorld, places: Places, worker: RattlerWorker, name: str) -> Patient:
    """Return a copy of the course's environment that belongs to one test alone."""
    prefix = world.envs / name
    worker.call(done, CloneRequest(world.envs / COURSE, prefix), places)
    return Patient(prefix, world, places, worker)
