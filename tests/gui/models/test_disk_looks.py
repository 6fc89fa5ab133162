from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from engine.cache.values import Choice, Cleaning, ItemKind, Skipped, SkipReason, Tie
from engine.plan import Figures, Plan
from engine.records import State
from engine.requests import CleanRequest
from gui.models.disk_looks import really_freed
from tests.support.disk_pictures import MB, cache_of, picture_of, thing


def test_that_what_a_cleaning_left_alone_is_not_said_to_be_freed() -> None:
    one, two, three = (thing(name, 10 * MB, kind=ItemKind.ARCHIVE) for name in ("a", "b", "c"))
    picture = picture_of(cache_of(one, two, three), ties=(Tie((one.path, two.path), 5 * MB),))
    plan = Plan(
        request=CleanRequest(Choice()),
        prefix=Path("/pkgs"),
        before=State(),
        after=State(),
        changes=(),
        figures=Figures(freed_bytes=35 * MB),
        warnings=(),
        stamp="",
        created=datetime.now(UTC),
        cleaning=Cleaning((one, two, three), (), 0),
    )
    assert really_freed(plan, (), picture) == 35 * MB
    skipped = [Skipped(item.path, item.name, SkipReason.LOCKED) for item in (one, two, three)]
    assert really_freed(plan, skipped[2:], picture) == 25 * MB
    assert really_freed(plan, skipped[:1], picture) == 20 * MB
    assert really_freed(plan, skipped[:1], None) == 20 * MB
    assert really_freed(plan, skipped, picture) == 0
    assert really_freed(replace(plan, cleaning=None), skipped, picture) == 35 * MB
