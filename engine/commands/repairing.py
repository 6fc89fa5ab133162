"""The command that plans repairs: problems are named by their codes, as `health` prints them."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from engine.commands.checking import look
from engine.conda.condarc import CondaConfiguration
from engine.errors import EngineError, ErrorCode
from engine.health.values import Finding, FindingCode, RepairStep
from engine.places import Places
from engine.requests import RepairRequest


async def request_of(
    arguments: argparse.Namespace, places: Places, configuration: CondaConfiguration
) -> RepairRequest:
    """Return the request to repair what `arguments` name, after another look at it.

    What is named is repaired in the way that is named, or not at all; with --all planning chooses.
    Raises EngineError: bad-usage when nothing was named, or a code that is none; what was named
    and is not wrong (any more), or cannot be repaired, is bad-usage, too.
    """
    prefix = Path(os.path.abspath(arguments.prefix))
    if not arguments.codes and not arguments.all:
        raise EngineError(
            ErrorCode.BAD_USAGE,
            "No problem was named.",
            hint="Name one as `health` prints it, CODE or CODE:SUBJECT, or say --all.",
        )
    health = await look(prefix, places, deep=arguments.deep, online=arguments.online)
    request = RepairRequest(
        prefix=prefix,
        channels=tuple(arguments.channel) or configuration.effective_channels,
        priority=configuration.priority,
    )
    if not arguments.all:
        named = chosen_findings(health.findings, arguments.codes)
        return replace(request, steps=steps_of(named, other=arguments.other))
    chosen = [each for each in health.findings if each.repairs and not each.is_choice]
    if arguments.other or not chosen:
        return replace(request, steps=steps_of(chosen, other=arguments.other))
    return replace(request, wishes=tuple(each.wish for each in chosen))


def chosen_findings(findings: Iterable[Finding], codes: Iterable[str]) -> tuple[Finding, ...]:
    """Return the findings that `codes` name, each `CODE` or `CODE:SUBJECT`, in their order.

    Raises EngineError (bad-usage) for a code that is none, or that nothing has.
    """
    findings = tuple(findings)
    chosen: dict[str, Finding] = {}
    for text in codes:
        code, _, subject = text.partition(":")
        if code not in set(FindingCode):
            known = ", ".join(FindingCode)
            raise EngineError(
                ErrorCode.BAD_USAGE, f"There is no problem {code}.", hint=f"Known are: {known}."
            )
        meant = [each for each in findings if each.code == code]
        named = [each for each in meant if not subject or each.subject == subject]
        if not named:
            there = ", ".join(each.key for each in findings)
            raise EngineError(
                ErrorCode.BAD_USAGE,
                f"There is nothing like {text} in this environment.",
                hint=f"There is: {there}." if there else "Nothing is wrong with it.",
            )
        chosen.update({each.key: each for each in named})
    return tuple(chosen.values())


def steps_of(findings: Iterable[Finding], *, other: bool = False) -> tuple[RepairStep, ...]:
    """Return the steps that mend all of `findings`; with `other` the second way of each.

    Raises EngineError (bad-usage) when there is no such way for one of them, or none at all.
    """
    steps: dict[RepairStep, None] = {}
    for finding in findings:
        at = 1 if other else 0
        if len(finding.repairs) <= at:
            raise EngineError(
                ErrorCode.BAD_USAGE,
                f"There is no {'other ' if other else ''}way to repair {finding.key} from here.",
                hint="Only the person whose environment it is can do something about it."
                if not finding.repairs
                else "Leave --other out.",
            )
        steps.update(dict.fromkeys(finding.repairs[at]))
    if not steps:
        raise EngineError(ErrorCode.BAD_USAGE, "There is nothing to repair.")
    return tuple(steps)
