"""Say what PyPI cannot give, and what would work instead: every offer was tried."""

from __future__ import annotations

import asyncio
import difflib
import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from typing import Final

from packaging.utils import canonicalize_name

from engine.errors import EngineError, ErrorCode
from engine.plan import Alternative, PlanWarning, Severity, WarningCode
from engine.planning.channel_offers import ChannelOffers
from engine.planning.pypi_scene import REFUSALS, Answer, Scene, work_out
from engine.pypi.names import carried, imported_from, known_names
from engine.pypi.requirements import RequirementForm, Wanted, parse_requirement
from engine.requests import ChangeRequest

ALL_SECONDS: Final = 30.0
_MOST: Final = 6
_MOST_SIMILAR: Final = 3
_LIKENESS: Final = 0.75


@dataclass(frozen=True, slots=True)
class _Try:
    """Hold a request to try, and what to call it when it works.

    `unbound` is the requirement whose version is still to be found.
    """

    code: str
    request: ChangeRequest
    values: tuple[tuple[str, str], ...] = ()
    unbound: str = ""


async def refused_warning(scene: Scene, refusal: EngineError, offers: ChannelOffers) -> PlanWarning:
    """Return the warning that blocks a plan whose PyPI half failed with `refusal`.

    Asks the channels and the index again, for at most 30 seconds.
    """
    failure = refusal.failure
    is_unknown = refusal.code is ErrorCode.DISTRIBUTION_UNKNOWN
    missing = canonicalize_name(failure.value("package")) if is_unknown else ""
    found: list[Alternative] = []
    try:
        async with asyncio.timeout(ALL_SECONDS):
            async for attempt in _tries(scene, missing, offers):
                alternative = await _tried(scene, attempt, offers)
                if alternative is not None:
                    found.append(alternative)
                if len(found) == _MOST:
                    break
    except TimeoutError:
        pass  # what was found until then is offered
    is_unmet = refusal.code is ErrorCode.PYPI_UNSATISFIABLE
    lacking = _lacking(scene, failure.detail) if is_unmet else ""
    similar = [each.value("instead") for each in found if each.code == "did-you-mean"]
    wishes = ", ".join(each.shown for each in scene.wanted)
    values = {
        "wishes": wishes,
        **dict(failure.values),
        "cause": _cause(refusal, lacking, found),
        "detail": failure.detail,
        "hint": failure.hint,
        "similar": ", ".join(similar),
        "source": "PyPI",
        "missing": lacking,
    }
    return PlanWarning(
        WarningCode.PACKAGE_UNKNOWN if is_unknown else WarningCode.UNSATISFIABLE,
        Severity.BLOCKING,
        f"PyPI has no {lacking} for this Python." if lacking else failure.summary,
        tuple(sorted((key, value) for key, value in values.items() if value)),
        tuple(found),
    )


def _cause(refusal: EngineError, lacking: str, found: Iterable[Alternative]) -> str:
    """Return why it is so, in words of our own where uv's are only for those who know it."""
    if refusal.code is ErrorCode.DISTRIBUTION_UNKNOWN:
        return "It may be spelled differently there, or it is not a Python package."
    if refusal.code is ErrorCode.NO_WHEEL:
        return "Its authors made it for other systems, or for other versions of Python."
    if lacking:
        newest = next((a.value("version") for a in found if a.value("version")), "")
        return f"The newest version that fits here is {newest}." if newest else ""
    return refusal.failure.cause


def _lacking(scene: Scene, detail: str) -> str:
    """Return the wish of which there is no such version at all, empty when that is not it."""
    found = re.search(r"there (?:is|are) no versions? of ([a-z0-9-]+)", detail)
    name = found[1] if found is not None else ""
    return next((each.shown for each in scene.wanted if each.name == name), "")


async def _tried(scene: Scene, attempt: _Try, offers: ChannelOffers) -> Alternative | None:
    request = attempt.request
    answer = await _answer(scene, request)
    if answer is None or answer.broken or not await offers.can_be_had(request):
        return None
    values = attempt.values
    name = dict(values).get("package", "")
    version = next((pin.version for pin in answer.pins if pin.name == name), "")
    if attempt.unbound and version:
        request = _instead(request, attempt.unbound, f"{attempt.unbound}=={version}")
        values = (*values, ("version", version))
    return Alternative(attempt.code, request, values)


async def _answer(scene: Scene, request: ChangeRequest) -> Answer | None:
    known = dict(zip(scene.request.add_pypi, scene.wanted, strict=False))
    wanted = tuple(known.get(text) or parse_requirement(text) for text in request.add_pypi)
    try:
        return await work_out(replace(scene, request=request, wanted=wanted))
    except EngineError as error:
        if error.code not in REFUSALS:
            raise
        return None


async def _tries(scene: Scene, missing: str, offers: ChannelOffers) -> AsyncIterator[_Try]:
    """Yield what may work, what changes least first."""
    request = scene.request
    pairs = tuple(zip(request.add_pypi, scene.wanted, strict=False))
    blamed = [(text, each) for text, each in pairs if each.name == missing] or list(pairs)
    try:
        available = await offers.names()
    except EngineError:
        available = frozenset[str]()  # channels out of reach offer nothing
    for text, each in blamed:
        answer = carried(each.name, available) if each.form is RequirementForm.NAME else None
        if answer is not None:
            spec = f"{answer.name} {each.specifier}" if _is_common(each) else answer.name
            changed = replace(_without(request, text), add=(*request.add, spec))
            yield _Try("from-channel", changed, (("package", each.name), ("specs", spec)))
    for text, each in blamed if missing else ():
        for name in _similar(each.name, scene, available):
            changed = _instead(request, text, name)
            yield _Try("did-you-mean", changed, (("instead", name), ("package", each.name)))
    for text, each in blamed:
        if each.form is RequirementForm.NAME and each.specifier:
            extras = f"[{','.join(each.extras)}]" if each.extras else ""
            unbound = f"{each.name}{extras}"
            changed = _instead(request, text, unbound)
            yield _Try("other-version", changed, (("package", each.name),), unbound)
    for text, each in pairs:
        rest = _without(request, text)
        if not _is_empty(rest):
            yield _Try("leave-out", rest, (("spec", each.shown),))


def _is_common(wanted: Wanted) -> bool:
    """Return whether conda reads the versions that are asked for as PyPI does."""
    return bool(wanted.specifier) and "~=" not in wanted.specifier and "===" not in wanted.specifier


def _without(request: ChangeRequest, text: str) -> ChangeRequest:
    return replace(request, add_pypi=tuple(each for each in request.add_pypi if each != text))


def _instead(request: ChangeRequest, text: str, other: str) -> ChangeRequest:
    changed = tuple(other if each == text else each for each in request.add_pypi)
    return replace(request, add_pypi=changed)


def _is_empty(request: ChangeRequest) -> bool:
    wishes = (request.add, request.update, request.remove, request.add_pypi)
    return not any((*wishes, request.update_pypi, request.remove_pypi))


def _similar(name: str, scene: Scene, available: Iterable[str]) -> tuple[str, ...]:
    """Return what may have been meant by `name`; whether PyPI has it is not known yet."""
    pool = {*known_names(), *scene.before, *(canonicalize_name(each) for each in available)}
    close = difflib.get_close_matches(name, pool - {name}, _MOST_SIMILAR, _LIKENESS)
    return tuple(dict.fromkeys((*imported_from(name), *close)))[:_MOST_SIMILAR]
