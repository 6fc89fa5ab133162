"""What repairs everything leaves out what only the user can decide."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.health.values import FindingCode, Gravity
from tests.support.findings import MISSING


@pytest.mark.parametrize(
    ("code", "values", "gravity", "is_choice"),
    [
        (FindingCode.REQUIREMENT_MISSING, (), Gravity.BROKEN, False),
        (FindingCode.FILES_UNOWNED, (), Gravity.NOTE, True),
        (FindingCode.FROZEN, (), Gravity.NOTE, True),
        (FindingCode.PYTHON_ENDED, (), Gravity.NOTE, True),
        (FindingCode.REQUIREMENT_OPTIONAL, (), Gravity.NOTE, True),
        (FindingCode.REQUIREMENT_OPTIONAL, (), Gravity.RISKY, False),
        (FindingCode.VULNERABLE, (), Gravity.RISKY, True),
        (FindingCode.VULNERABLE, (("fixed", "1.2"),), Gravity.RISKY, False),
        (FindingCode.VULNERABLE, (("partly", "1.2"),), Gravity.RISKY, False),
        (FindingCode.GONE_FROM_CHANNEL, (("older", "1.0"),), Gravity.NOTE, True),
        (FindingCode.GONE_FROM_CHANNEL, (("elsewhere", "sea"),), Gravity.NOTE, True),
        (FindingCode.GONE_FROM_CHANNEL, (("newer", "2.0"),), Gravity.NOTE, False),
        (FindingCode.DEPENDS_UNMET, (("virtual", "yes"),), Gravity.RISKY, True),
        (FindingCode.DEPENDS_UNMET, (), Gravity.BROKEN, False),
    ],
)
def test_that_a_repair_that_nobody_expects_is_a_choice(
    code: FindingCode,
    values: tuple[tuple[str, str], ...],
    gravity: Gravity,
    is_choice: bool,
) -> None:
    found = replace(MISSING, code=code, values=values, gravity=gravity)
    assert found.is_choice is is_choice
