"""Stop a change that would do what its preview could not tell; loads rattler.

What a package brings is known once it is unpacked, and for a plan of packages that were not in the
cache that is after the person agreed to it.
"""

from __future__ import annotations

from pathlib import Path

from engine.conda.caches import has_link_script
from engine.errors import EngineError, ErrorCode
from engine.plan import Plan, WarningCode
from engine.planning.forewarning import clobber_warning
from engine.records import RecordKind


def check_foreseen(plan: Plan, cache: Path) -> None:
    """Raise when packages that came into `cache` meanwhile bring what `plan` does not warn of.

    That is a script to run after linking, or a file that another package has, too. The plan made
    again tells it. Blocks while it reads; raises EngineError (preview-again).
    """
    unknown = {each.name for each in plan.changes if each.after is not None and not each.from_cache}
    conda = plan.after.of(RecordKind.CONDA)
    fresh = tuple(record for record in conda if record.raw)
    if unknown.isdisjoint(record.name for record in fresh):
        return
    told = {
        code: [each.value("packages") for each in plan.warnings if each.code is code]
        for code in (WarningCode.SCRIPTS_NOT_RUN, WarningCode.FILES_CLOBBERED)
    }
    agreed = {name for names in told[WarningCode.SCRIPTS_NOT_RUN] for name in names.split(", ")}
    scripts = sorted(
        record.name
        for record in fresh
        if record.name not in agreed and has_link_script(cache / record.spelled, record.name)
    )
    shared = [
        warning
        for warning in clobber_warning(plan.prefix, cache, fresh, conda)
        if warning.value("packages") not in told[WarningCode.FILES_CLOBBERED]
    ]
    if not scripts and not shared:
        return
    wants = f"{', '.join(scripts)} would like to run a program of its own after installing."
    raise EngineError(
        ErrorCode.PREVIEW_AGAIN,
        wants if scripts else shared[0].summary,
        cause="That shows only once the packages are downloaded, which they are now.",
        hint="Look at the preview again: nothing was changed yet.",
        scripts=", ".join(scripts),
        packages=shared[0].value("packages") if shared else "",
        files=shared[0].value("files") if shared else "",
    )
