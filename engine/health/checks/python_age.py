"""Find Pythons that get no security fixes any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from engine.health.scene import Scene
from engine.health.values import Evidence, Finding, FindingCode, Gravity, RepairKind, RepairStep

# The end of each version's support (Python Developer's Guide, "Status of Python versions", read
# in 2026; where only a month is promised its last day stands here).
ENDS: Final = {
    "2.7": date(2020, 1, 1),
    "3.4": date(2019, 3, 18),
    "3.5": date(2020, 9, 30),
    "3.6": date(2021, 12, 23),
    "3.7": date(2023, 6, 27),
    "3.8": date(2024, 10, 7),
    "3.9": date(2025, 10, 31),
    "3.10": date(2026, 10, 31),
    "3.11": date(2027, 10, 31),
    "3.12": date(2028, 10, 31),
    "3.13": date(2029, 10, 31),
    "3.14": date(2030, 10, 31),
}


def find(scene: Scene, _found: Sequence[Finding]) -> Iterator[Finding]:
    """Yield python-ended."""
    end = ENDS.get(scene.python.minor)
    if end is None or scene.around.today <= end:
        return
    record = scene.python.record
    # Without a version named, Python stays within its minor version.
    cared_for = next((minor for minor, end in ENDS.items() if scene.around.today <= end), "")
    newer = (RepairStep(RepairKind.UPDATE, f"python>={cared_for}"),)
    yield scene.finding(
        FindingCode.PYTHON_ENDED,
        Gravity.NOTE,
        "python",
        f"Python {scene.python.minor} has had no security fixes since {end.isoformat()}.",
        values=(("version", scene.python.version), ("end", end.isoformat())),
        evidence=(Evidence(record.record if record is not None else None, scene.python.version),),
        repairs=(newer,) if record is not None and cared_for else (),
    )
