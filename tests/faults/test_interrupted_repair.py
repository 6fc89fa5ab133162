"""Whatever stops a repair, and whenever: the environment is as before, or as after."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.events import Phase, TaskState
from engine.health.values import RepairKind, RepairStep
from engine.places import Places
from engine.practice import ChannelServer
from engine.requests import RepairRequest
from engine.session import Engine
from engine.tasks import Leaving
from tests.support.changing import contents, imported
from tests.support.listening import Ear, left_behind, planned_creation, stopped, workers_of

NAME = "第一个 env"
STEPS = (
    RepairStep(RepairKind.RESTORE_CONDA, "mosaic"),
    RepairStep(RepairKind.RESTORE_CONDA, "tidepool"),
    RepairStep(RepairKind.DELETE_FILES, "left-over"),
    RepairStep(RepairKind.ISOLATE),
)
STOPS = [
    pytest.param(Phase.PREPARING, 0.0, "cancel", id="mirroring"),
    pytest.param(Phase.LINKING, 0.0, "kill", id="linking-begins"),
    pytest.param(Phase.LINKING, 0.5, "cancel", id="half-linked"),
    pytest.param(Phase.FINISHING, 0.5, "kill", id="finishing"),
    pytest.param(Phase.REMOVING, 0.0, "kill", id="swapped"),
]


async def _broken(places: Places) -> tuple[Engine, Ear, Path]:
    engine, ear = Engine(places), Ear()
    engine.subscribe(ear)
    await engine.start()
    plan = await planned_creation(engine, specs=("tidepool", "mosaic", "glyphs"), with_pip=False)
    task = await ear.until_ended(engine.submit(plan))
    assert task.state is TaskState.SUCCEEDED, task.failure
    prefix = places.envs / NAME
    (prefix / "bin" / "tidepool").unlink()
    for number, path in enumerate(sorted((prefix / "share" / "mosaic").rglob("*"))):
        if path.is_file() and number % 3 == 0:
            path.unlink()
    (prefix / "left-over").write_text("nobody's")
    (prefix / "notes.txt").write_text("mine")
    return engine, ear, prefix


@pytest.mark.parametrize(("phase", "share", "way"), STOPS)
async def test_that_a_stopped_repair_leaves_the_environment_as_before_or_as_after(
    configured: Places, server: ChannelServer, phase: Phase, share: float, way: str
) -> None:
    engine, ear, prefix = await _broken(configured)
    before = contents(prefix)
    channels = (await engine.configuration()).effective_channels
    plan = await engine.plan(RepairRequest(prefix, channels, steps=STEPS))
    assert not plan.is_blocked
    task_id = engine.submit(plan)
    await ear.until_phase(task_id, phase, share)
    task = await stopped(engine, ear, task_id, configured, way)
    assert left_behind(configured) == [NAME]
    assert (prefix / "notes.txt").read_text() == "mine"
    after = contents(prefix)
    if task.state is TaskState.SUCCEEDED:
        assert "bin/tidepool" in after
        assert "conda-meta/state" in after
        assert "left-over" not in after
        assert len([path for path in after if path.startswith("share/mosaic/")]) >= 1500
    else:
        assert after == before
    assert imported(prefix, "tidepool")["tidepool"]
    await engine.aclose(Leaving.CANCEL)
    assert workers_of(configured) == []
