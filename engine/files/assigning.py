"""Assign what a file asks for to a channel or to PyPI: conda first, where it has what fits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from engine.files.assigned import Assigned, Offer, ReasonCode, Side
from engine.files.ranges import conda_spec, parsed, requirement_of
from engine.files.values import Wanted, WantedKind
from engine.pypi.names import NameCertainty, conda_names

Admits = Callable[[str, str], bool]


def names_to_ask_for(wanted: Iterable[Wanted]) -> frozenset[str]:
    """Return every name under which a channel may have something of what is `wanted`."""
    found: set[str] = set()
    for each in wanted:
        if each.kind is WantedKind.CONDA:
            found.add(each.name.lower())
        elif each.name:
            found.update(answer.name for answer in conda_names(each.name))
    return frozenset(found)


def assign(
    wanted: Iterable[Wanted],
    offers: Mapping[str, Offer],
    admits: Admits,
    constraints: Iterable[Wanted] = (),
    *,
    lenient: bool = False,
) -> tuple[Assigned, ...]:
    """Return who brings each line, with the reason, in order.

    `offers` holds what channels have, by conda's names. With `lenient` the lines come from a list
    made on another computer: what the channels lack is left out, or taken in another version.
    `constraints` narrow what fits.
    """
    ranges = ranges_of(constraints)
    lines = [_one(each, offers, admits, ranges, lenient=lenient) for each in wanted]
    return _together(lines)


def _one(
    wanted: Wanted,
    offers: Mapping[str, Offer],
    admits: Admits,
    ranges: Mapping[str, SpecifierSet],
    *,
    lenient: bool,
) -> Assigned:
    if wanted.kind is WantedKind.CONDA:
        found = _conda_line(wanted, offers, lenient=lenient)
    else:
        found = _python_line(wanted, offers, admits, ranges)
    if not wanted.applies:
        return replace(found, side=Side.NOBODY, reason=ReasonCode.DOES_NOT_APPLY)
    return found


def _conda_line(wanted: Wanted, offers: Mapping[str, Offer], *, lenient: bool) -> Assigned:
    offer = offers.get(wanted.name.lower())
    names_channel = "::" in wanted.text
    requirement = requirement_of(wanted.text)
    known = Assigned(
        wanted,
        Side.CONDA,
        ReasonCode.FILE_SAYS_CONDA,
        wanted.text,
        requirement,
        wanted.name,
        offer.channel if offer else "",
    )
    if offer is None and not names_channel and not wanted.name.startswith("__"):
        side = Side.NOBODY if lenient else Side.CONDA
        return replace(known, side=side, reason=ReasonCode.NOT_IN_CHANNELS)
    if lenient and offer is not None:
        version = wanted.text.rpartition("==")[2]
        if version not in offer.versions:
            return replace(known, spec=wanted.name)
    return known


def _python_line(
    wanted: Wanted,
    offers: Mapping[str, Offer],
    admits: Admits,
    ranges: Mapping[str, SpecifierSet],
) -> Assigned:
    requirement = with_hashes(wanted)
    read = parsed(wanted.text)
    if read is None or read.url or not wanted.name:
        return Assigned(wanted, Side.PYPI, ReasonCode.IS_ADDRESS, requirement=requirement)
    # What channels have is no reason where the file itself names PyPI.
    is_said = wanted.kind is WantedKind.PIP
    offer = _offer(wanted.name, offers)
    if offer is None:
        reason = ReasonCode.FILE_SAYS_PIP if is_said else ReasonCode.NOT_IN_CHANNELS
        return Assigned(wanted, Side.PYPI, reason, requirement=requirement)
    limit = ranges.get(canonicalize_name(read.name))
    specifiers = read.specifier if limit is None else read.specifier & limit
    reason, spec, version = _judged(wanted, read, offer, specifiers, admits)
    side = Side.CONDA if reason is ReasonCode.IN_CHANNEL and not is_said else Side.PYPI
    reason = ReasonCode.FILE_SAYS_PIP if is_said else reason
    return Assigned(wanted, side, reason, spec, requirement, offer.name, offer.channel, version)


def _judged(
    wanted: Wanted, read: Requirement, offer: Offer, specifiers: SpecifierSet, admits: Admits
) -> tuple[ReasonCode, str, str]:
    """Return what speaks for a channel or against it, and the spec and version it would bring."""
    if read.extras:
        return ReasonCode.NEEDS_EXTRA, "", ""
    if not offer.versions and offer.has_others:
        return ReasonCode.NOT_FOR_PYTHON, "", ""
    spec, version = conda_spec(offer.name, specifiers, offer.versions, admits)
    if not spec:
        return ReasonCode.VERSION_NOT_IN_CHANNELS, "", ""
    return ReasonCode.NEEDS_HASHES if wanted.hashes else ReasonCode.IN_CHANNEL, spec, version


def _offer(name: str, offers: Mapping[str, Offer]) -> Offer | None:
    for answer in conda_names(name):
        offer = offers.get(answer.name)
        # A name that is merely the same may be a program that has nothing to do with Python.
        if offer is not None and (offer.is_python or answer.certainty is not NameCertainty.GUESS):
            return offer
    return None


def with_hashes(wanted: Wanted) -> str:
    """Return the requirement as pip writes it, with what must be its hashes."""
    return " ".join((wanted.text, *(f"--hash={each}" for each in wanted.hashes)))


def _together(lines: list[Assigned]) -> tuple[Assigned, ...]:
    """Return `lines` with all those of one package on one side: two copies would fight."""
    on_pypi = {
        canonicalize_name(line.wanted.name)
        for line in lines
        if line.side is Side.PYPI and line.wanted.name
    }
    return tuple(
        replace(line, side=Side.PYPI, reason=ReasonCode.SAME_AS_OTHER_LINE)
        if line.side is Side.CONDA
        and line.wanted.kind is WantedKind.PYTHON
        and canonicalize_name(line.wanted.name) in on_pypi
        else line
        for line in lines
    )


def moved(line: Assigned, side: Side) -> Assigned:
    """Return `line` brought by `side`, as the user chose; unchanged when that side cannot."""
    if side is line.side or side not in line.sides:
        return line
    return replace(line, side=side, reason=ReasonCode.CHOSEN)


def limits_of(
    constraints: Iterable[Wanted], offers: Mapping[str, Offer], admits: Admits
) -> tuple[str, ...]:
    """Return the specs by which conda keeps to `constraints`, for packages that may come along."""
    found: list[str] = []
    for name, specifiers in ranges_of(constraints).items():
        offer = _offer(name, offers)
        if offer is not None and specifiers:
            spec, _ = conda_spec(offer.name, specifiers, offer.versions, admits)
            # A limit that nothing on offer keeps to still holds: the package must not come along.
            found.append(spec or f"{offer.name} <0")
    return tuple(found)


def ranges_of(constraints: Iterable[Wanted]) -> dict[str, SpecifierSet]:
    """Return the range that `constraints` leave each name, markers considered."""
    found: dict[str, SpecifierSet] = {}
    for each in constraints:
        read = parsed(each.text) if each.applies else None
        if read is not None and not read.url:
            name = canonicalize_name(read.name)
            found[name] = found.get(name, SpecifierSet()) & read.specifier
    return found
