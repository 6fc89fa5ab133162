"""Turn what a file asks for, and what the user chose about it, into a request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.specifiers import SpecifierSet

from engine.conda.addresses import CONDA_DEFAULTS, ChannelAddresses, channel_urls
from engine.environments.details import this_subdir
from engine.errors import EngineError, ErrorCode
from engine.files.assigned import Assigned, ReasonCode, Side
from engine.files.conda_specs import python_range
from engine.files.ranges import leaves_open, parsed
from engine.files.values import (
    Consent,
    ConsentCode,
    IndexOptions,
    Locked,
    Place,
    Reading,
    Remark,
    RemarkCode,
    Wanted,
    WantedKind,
)
from engine.requests import (
    ChangeRequest,
    ChannelPriority,
    CreateRequest,
    ExactPackage,
    ExactRelease,
    ExactRequest,
)

_PLAIN_NAMES = (
    *("environment", "env", "requirement", "constraints", "pyproject", "setup", "pipfile"),
    *("pylock", "conda-lock", "pixi", "explicit", "freeze", "spec-file"),
)
_OF_LINES = (ConsentCode.RUNS_CODE, ConsentCode.URL, ConsentCode.LOCAL_PATH)


@dataclass(frozen=True, slots=True)
class Choices:
    """Hold what the user chose about a file.

    `prefix` is the new environment, or with `into` the one to change. `groups` are those wanted
    beside what is always asked for, `environment` the one of a file that holds several. `accepted`
    holds the keys of the consents that were ticked.
    """

    prefix: Path
    channels: tuple[str, ...]
    priority: ChannelPriority = ChannelPriority.STRICT
    into: bool = False
    python: str = ""
    groups: tuple[str, ...] = ()
    environment: str = ""
    accepted: tuple[str, ...] = ()


def channels_for(
    reading: Reading, mine: tuple[str, ...], addresses: ChannelAddresses = CONDA_DEFAULTS
) -> tuple[str, ...]:
    """Return where to look: the file's channels first, then `mine`, unless the file forbids that.

    As `conda env create` does (conda docs, "Managing environments"; CEP 24, `nodefaults`). Names
    and addresses of one place, as `addresses` tells, stand for it once, as the file calls it.
    """
    if reading.only_channels and reading.channels:
        return reading.channels
    places: dict[tuple[str, ...], str] = {}
    for channel in (*reading.channels, *mine):
        places.setdefault(channel_urls(channel, addresses), channel)
    return tuple(places.values())


def foreign_channels(
    reading: Reading, mine: tuple[str, ...], addresses: ChannelAddresses
) -> tuple[str, ...]:
    """Return the file's channels that are none of `mine`, under whatever name."""
    known = {url for channel in mine for url in channel_urls(channel, addresses)}
    return tuple(
        channel
        for channel in reading.channels
        if not known.issuperset(channel_urls(channel, addresses))
    )


def name_for(reading: Reading) -> str:
    """Return what a new environment of this file may be called; empty when nothing suggests it."""
    if reading.name:
        return reading.name
    if reading.path is None:
        return ""
    if reading.parts:
        return reading.path.absolute().parent.name  # none of several speaks for all
    stem = reading.path.name.partition(".")[0]
    plain = stem.lower().startswith(_PLAIN_NAMES) or not stem
    return reading.path.absolute().parent.name if plain else stem


def chosen_lines(reading: Reading, groups: Iterable[str], environment: str = "") -> Reading:
    """Return `reading` with only what belongs to the chosen groups and environment."""
    kept = {"", *groups, environment or next(iter(reading.environments), "")}
    return replace(
        reading,
        wanted=tuple(each for each in reading.wanted if each.group in kept),
        locked=tuple(each for each in reading.locked if each.group in kept),
    )


def for_this_system(reading: Reading, subdir: str = "") -> tuple[Locked, ...]:
    """Return the exact packages that are for `subdir`, by default that of this computer."""
    here = subdir or this_subdir()
    mine = {here, "noarch"}
    return tuple(
        each for each in reading.locked if not each.platforms or mine.intersection(each.platforms)
    )


def lacks_this_system(reading: Reading, subdir: str = "") -> bool:
    """Return whether `reading` names exact packages for other systems only."""
    here = subdir or this_subdir()
    if not reading.locked:
        return False
    systems = {*reading.platforms, *(name for each in reading.locked for name in each.platforms)}
    if systems - {"noarch"} and here not in systems:
        return True
    return not for_this_system(reading, subdir)


def reopened(reading: Reading) -> Reading:
    """Return `reading` with its exact packages as open wishes, for another system or anew.

    Of several systems the first counts. To be assigned leniently: some packages will not exist
    here.
    """
    first = next((each.platforms[:1] for each in reading.locked if each.platforms), ())
    mine = [each for each in reading.locked if not each.platforms or each.platforms[:1] == first]
    seen: dict[str, Wanted] = {}
    for each in mine:
        seen.setdefault(f"{each.kind}|{each.name}", _open_wish(each))
    return replace(reading, locked=(), wanted=(*reading.wanted, *seen.values()))


def _open_wish(locked: Locked) -> Wanted:
    written = f"{locked.name} {locked.version}".strip()
    text = f"{locked.name}=={locked.version}" if locked.version else locked.name
    if locked.kind is WantedKind.CONDA:
        return Wanted(WantedKind.CONDA, locked.name, text, written, locked.place)
    return Wanted(WantedKind.PIP, locked.name, text, written, locked.place)


def refused_places(reading: Reading, accepted: Iterable[str]) -> dict[Place, Consent]:
    """Return the lines that stay out because their tick is missing, with what was not ticked."""
    ticked = set(accepted)
    found: dict[Place, Consent] = {}
    for consent in reading.consents:
        if consent.code in _OF_LINES and consent.key not in ticked:
            found.setdefault(consent.place, consent)
    return found


def allowed_index(reading: Reading, accepted: Iterable[str]) -> IndexOptions:
    """Return where to look, without the hosts and folders that were not ticked."""
    ticked, index = set(accepted), reading.index

    def kept(code: ConsentCode, values: tuple[str, ...]) -> tuple[str, ...]:
        asked = [each for each in reading.consents if each.code is code]
        if len(asked) != len(values):  # several files, one of them said twice
            return values if all(each.key in ticked for each in asked) else ()
        return tuple(v for v, each in zip(values, asked, strict=True) if each.key in ticked)

    places = {each.place for each in reading.wanted}
    options = [
        each
        for each in reading.consents
        if each.code is ConsentCode.RUNS_CODE and each.place not in places
    ]
    indexes = [each for each in reading.consents if each.code is ConsentCode.INDEX]
    has_index = all(each.key in ticked for each in indexes)
    return replace(
        index,
        index_url=index.index_url if has_index else "",
        extra_index_urls=kept(ConsentCode.EXTRA_INDEX, index.extra_index_urls),
        find_links=kept(ConsentCode.FIND_LINKS, index.find_links),
        trusted_hosts=kept(ConsentCode.TRUSTED_HOST, index.trusted_hosts),
        no_binary=index.no_binary if all(each.key in ticked for each in options) else (),
    )


def left_out(reading: Reading, lines: Iterable[Assigned], choices: Choices) -> tuple[Remark, ...]:
    """Return what the request will not hold, line by line, beside what the reading remarks on."""
    refused = refused_places(reading, choices.accepted)
    unticked = {
        (each.place, each.text): each
        for each in reading.consents
        if each.key not in choices.accepted
    }
    found = [
        Remark(
            RemarkCode.NOT_TICKED,
            consent.place,
            f"Left out, because it was not ticked: {consent.text}",
            (("line", consent.text), ("target", consent.target)),
        )
        for consent in unticked.values()
    ]
    found += [
        Remark(
            RemarkCode.LEFT_OUT,
            line.wanted.place,
            f"{line.wanted.written} is left out.",
            (("line", line.wanted.written), ("reason", line.reason.value)),
        )
        for line in lines
        if line.side is Side.NOBODY
        and line.wanted.place not in refused
        and line.reason is not ReasonCode.DOES_NOT_APPLY
    ]
    return tuple(found)


def request_of(
    reading: Reading, lines: Iterable[Assigned], limits: Iterable[str], choices: Choices
) -> CreateRequest | ChangeRequest:
    """Return the request for what `lines` say, with what was ticked only.

    Raises EngineError (bad-usage) when nothing is left to be asked for.
    """
    refused = refused_places(reading, choices.accepted)
    kept = [line for line in lines if line.wanted.place not in refused]
    specs = [
        line.spec
        for line in kept
        if line.side is Side.CONDA and line.spec and _suits(line.wanted, choices)
    ]
    # The place of a Python is above the lines; without one, uv has nothing to install into.
    pypi = [line.requirement for line in kept if line.side is Side.PYPI and line.requirement]
    constraints = tuple(
        _as_constraint(each)
        for each in reading.constraints
        if each.applies and each.place not in refused
    )
    index = allowed_index(reading, choices.accepted)
    if not specs and not pypi and not reading.variables:
        raise EngineError(
            ErrorCode.BAD_USAGE,
            "Nothing of this file is left to be installed.",
            hint="Tick the lines that you want, or choose who brings them.",
        )
    if choices.into:
        return ChangeRequest(
            choices.prefix,
            choices.channels,
            choices.priority,
            add=tuple(dict.fromkeys(specs)),
            add_pypi=tuple(dict.fromkeys(pypi)),
            index=index,
            constraints=constraints,
            variables=reading.variables,
            limits=tuple(limits),
        )
    needs_python = bool(pypi) or any(each.name == "python" for each in reading.wanted)
    needs_python |= any(each.kind is not WantedKind.CONDA for each in reading.wanted)
    return CreateRequest(
        choices.prefix,
        choices.channels,
        choices.priority,
        python=(choices.python or "3") if needs_python else "",
        specs=tuple(dict.fromkeys(specs)),
        add_pypi=tuple(dict.fromkeys(pypi)),
        with_pip=needs_python,
        index=index,
        constraints=constraints,
        variables=reading.variables,
        limits=tuple(limits),
    )


def _as_constraint(wanted: Wanted) -> str:
    """Return a limit as uv takes it: an address only behind the name of what is there."""
    is_bare = parsed(wanted.text) is None
    return f"{wanted.name} @ {wanted.text}" if is_bare and wanted.name else wanted.text


def _suits(wanted: Wanted, choices: Choices) -> bool:
    """Return whether a wish for Python itself goes with the version that was chosen."""
    if wanted.name != "python" or not choices.python:
        return True
    demanded = python_range(wanted)
    return not demanded or leaves_open(SpecifierSet(demanded), choices.python)


def exact_request(reading: Reading, choices: Choices) -> ExactRequest:
    """Return the request for exactly what a lock names for this system.

    Raises EngineError (bad-usage) when it names nothing for it, or an environment that is there
    was chosen.
    """
    if choices.into:
        raise EngineError(
            ErrorCode.BAD_USAGE,
            "A list of exact packages always makes a new environment.",
            hint="Choose a name for it.",
        )
    if lacks_this_system(reading):
        others = ", ".join(reading.platforms)
        raise EngineError(
            ErrorCode.BAD_USAGE,
            "This list has nothing for this kind of computer.",
            cause=f"It was made for {others}." if others else "",
            hint="Have the same packages worked out anew for this computer.",
            platforms=others,
        )
    refused = refused_places(reading, choices.accepted)
    mine = [each for each in for_this_system(reading) if each.place not in refused]
    releases: dict[str, ExactRelease] = {}
    for each in mine:
        if each.kind is not WantedKind.CONDA:
            known = releases.get(each.name)
            digests = (f"sha256:{each.sha256}",) if each.sha256 else ()
            digests = digests or ((f"md5:{each.md5}",) if each.md5 else ())
            if known is None:
                release = ExactRelease(each.name, each.version, each.url, digests, each.size)
                releases[each.name] = release
            else:
                merged = tuple(dict.fromkeys((*known.hashes, *digests)))
                releases[each.name] = replace(known, hashes=merged)
    return ExactRequest(
        choices.prefix,
        packages=tuple(
            ExactPackage(
                each.url,
                each.name,
                each.version,
                each.build,
                each.md5,
                each.sha256,
                each.size,
            )
            for each in mine
            if each.kind is WantedKind.CONDA
        ),
        releases=tuple(releases.values()),
        channels=choices.channels,
        python=choices.python,
        index=allowed_index(reading, choices.accepted),
        variables=reading.variables,
    )
