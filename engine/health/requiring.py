"""What the Python distributions of an environment ask of each other (PEP 508), worked out once.

Markers are evaluated for the environment's own Python, which is not started: its version comes
from its record, its system from the platform of its packages (PEP 508, "Environment Markers").
"""

from __future__ import annotations

import platform as machine
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from packaging.markers import Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from engine.health.python_side import Distribution

_REMEMBERED: Final = 50_000
_PLAIN: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*\(?([^\[\];@()]*)\)?\s*\Z")
_EXTRA_NAMED: Final = re.compile(
    r"\bextra\s*==\s*['\"]([^'\"]+)['\"]|['\"]([^'\"]+)['\"]\s*==\s*extra\b"
)
_OR: Final = re.compile(r"[\s)'\"]or[\s('\"]")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_WORDS: Final = re.compile(r"[a-z]+")
# Parts that only the authors of a package install; what they pin says nothing to anybody else.
_FOR_DEVELOPERS: Final = frozenset(
    (
        "all",
        "benchmark",
        "build",
        "check",
        "checking",
        "ci",
        "cover",
        "coverage",
        "dev",
        "devel",
        "develop",
        "development",
        "doc",
        "docs",
        "documentation",
        "enabler",
        "lint",
        "linting",
        "locked",
        "mypy",
        "perf",
        "qa",
        "release",
        "style",
        "test",
        "testing",
        "tests",
        "type",
        "types",
        "typing",
    )
)
_SYSTEMS: Final = {
    "linux": ("linux", "posix", "Linux"),
    "osx": ("darwin", "posix", "Darwin"),
    "win": ("win32", "nt", "Windows"),
}
_MACHINES: Final = {
    ("linux", "64"): "x86_64",
    ("linux", "32"): "i686",
    ("osx", "64"): "x86_64",
    ("win", "64"): "AMD64",
    ("win", "32"): "x86",
    ("win", "arm64"): "ARM64",
}


@dataclass(frozen=True, slots=True)
class Want:
    """Say that the distribution `by` needs the one called `name`; `text` is how it says so.

    `extra` is the optional part of `by` that needs it, empty for the ordinary one. `extras` are
    the optional parts of `name` that it asks for.
    """

    by: str
    name: str
    text: str
    specifier: str = ""
    extra: str = ""
    extras: tuple[str, ...] = ()
    from_conda: bool = False
    is_url: bool = False

    def accepts(self, distribution: Distribution) -> bool:
        """Return whether `distribution` is a version that will do."""
        return self.is_url or fits(self.specifier, distribution.version)


@dataclass(slots=True)
class Wants:
    """Hold what is needed, and what would be needed by optional parts, by the name needed."""

    needed: dict[str, list[Want]] = field(default_factory=dict[str, "list[Want]"])
    optional: dict[str, list[Want]] = field(default_factory=dict[str, "list[Want]"])

    def of(self, name: str) -> Sequence[Want]:
        """Return who needs the distribution `name`."""
        return self.needed.get(name, ())


def requirement_of(name: str, wants: Sequence[Want]) -> str:
    """Return one requirement that says what all of `wants` say."""
    ranges = dict.fromkeys(part for want in wants for part in want.specifier.split(",") if part)
    return name + ",".join(part.strip() for part in ranges)


@lru_cache(maxsize=_REMEMBERED)
def fits(specifier: str, version: str) -> bool:
    """Return whether `version` is in the range `specifier`; what cannot be told is."""
    if not specifier:
        return True
    try:
        return _set(specifier).contains(_version(version), prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return True


@lru_cache(maxsize=_REMEMBERED)
def falls_short(specifier: str, version: str) -> bool:
    """Return whether `version` is older than any in the range `specifier`.

    A release that is pinned is left out of it: newer and older ones will do as often as not.
    """
    lower = [part.strip() for part in specifier.split(",")]
    begins = [part.replace("~=", ">=") for part in lower if part.startswith((">", "~="))]
    return not fits(",".join(begins), version)


@lru_cache(maxsize=_REMEMBERED)
def _version(text: str) -> Version:
    return Version(text)


@lru_cache(maxsize=_REMEMBERED)
def _set(text: str) -> SpecifierSet:
    return SpecifierSet(text)


@lru_cache(maxsize=_REMEMBERED)
def _extra_named(text: str) -> str:
    """Return the optional part that a requirement says it is for, empty for none."""
    found = _EXTRA_NAMED.search(text)
    return "" if found is None else found[1] or found[2]


@lru_cache(maxsize=_REMEMBERED)
def _normalised(name: str) -> str:
    return canonicalize_name(name)


@lru_cache(maxsize=_REMEMBERED)
def _parsed(text: str) -> tuple[str, str, tuple[str, ...], str, bool] | None:
    """Return name, range, extras, marker and whether there is an address; None when broken."""
    head, separator, tail = text.partition(";")
    plain = _PLAIN.match(head)
    try:
        if plain is not None:
            if separator:
                _marker(tail)
            return _normalised(plain[1]), plain[2].strip(), (), tail, False
        requirement = Requirement(text)
    except (InvalidRequirement, ValueError):
        return None
    return (
        canonicalize_name(requirement.name),
        str(requirement.specifier),
        tuple(sorted(requirement.extras)),
        str(requirement.marker or ""),
        requirement.url is not None,
    )


@lru_cache(maxsize=_REMEMBERED)
def _holds(marker: str, environment: tuple[tuple[str, str], ...], extra: str) -> bool:
    try:
        return _marker(marker).evaluate({**dict(environment), "extra": extra})
    except (UndefinedComparison, UndefinedEnvironmentName, InvalidVersion, ValueError):
        return False


@lru_cache(maxsize=_REMEMBERED)
def _marker(text: str) -> Marker:
    return Marker(text)


def marker_environment(
    version: str, subdir: str, *, is_pypy: bool = False
) -> tuple[tuple[str, str], ...]:
    """Return the environment that markers are evaluated in (PEP 508), but for `extra`.

    `version` is that of Python, in full or as in `3.12`; `subdir` is conda's platform folder,
    empty for this computer's. Release and version of the system are those of this computer.
    """
    numbers = version.split(".")
    full = version if len(numbers) > 2 else f"{version}.0"
    system, _, processor = subdir.partition("-")
    here = (machine.system().lower(), machine.machine())
    if system not in _SYSTEMS:
        system = {"darwin": "osx", "windows": "win"}.get(here[0], "linux")
        name = here[1]
    else:
        name = _MACHINES.get((system, processor), processor)
    sys_platform, os_name, platform_system = _SYSTEMS[system]
    return (
        ("implementation_name", "pypy" if is_pypy else "cpython"),
        ("implementation_version", full),
        ("os_name", os_name),
        ("platform_machine", name),
        ("platform_python_implementation", "PyPy" if is_pypy else "CPython"),
        ("platform_release", machine.release()),
        ("platform_system", platform_system),
        ("platform_version", machine.version()),
        ("python_full_version", full),
        ("python_version", ".".join(numbers[:2])),
        ("sys_platform", sys_platform),
    )


def work_out(
    distributions: Iterable[Distribution], environment: tuple[tuple[str, str], ...]
) -> Wants:
    """Return what `distributions` need of each other, optional parts that are asked for included.

    Requirements that cannot be understood are left out, as pip does.
    """
    whole = {each.name: each for each in distributions if not each.is_half}
    wants = Wants()
    asked: dict[str, set[str]] = {}
    pending = [(each, "") for each in whole.values()]
    while pending:
        distribution, extra = pending.pop()
        for want in _wants_of(distribution, extra, environment):
            wants.needed.setdefault(want.name, []).append(want)
            for wanted in want.extras:
                known = asked.setdefault(want.name, set())
                if wanted not in known and want.name in whole:
                    known.add(wanted)
                    pending.append((whole[want.name], wanted))
    for distribution in whole.values():
        for want in _unasked(distribution, asked.get(distribution.name, set()), environment, whole):
            wants.optional.setdefault(want.name, []).append(want)
    return wants


def _wants_of(
    distribution: Distribution, extra: str, environment: tuple[tuple[str, str], ...]
) -> Iterable[Want]:
    for text in distribution.requires:
        is_optional = "extra" in text and bool(_extra_named(text))
        # Only with an `or` can what names an optional part be needed without it, too.
        is_both = is_optional and _OR.search(text) is not None
        if is_optional != bool(extra) and not is_both:
            continue
        want = _want(distribution, text, extra, environment)
        if want is None or (
            extra and is_both and _want(distribution, text, "", environment) is not None
        ):
            continue
        yield want


def _unasked(
    distribution: Distribution,
    asked: set[str],
    environment: tuple[tuple[str, str], ...],
    whole: dict[str, Distribution],
) -> Iterable[Want]:
    """Yield what optional parts that nobody asked for need, where an older one is installed.

    Nobody knows whether they are used, and their upper ends are often only what was tested with.
    """
    for text in distribution.requires:
        if "extra" not in text:
            continue
        named = _extra_named(text)
        if not named:
            continue
        extra = _normalised(named)
        if extra in asked or not _FOR_DEVELOPERS.isdisjoint(_WORDS.findall(extra)):
            continue
        name = _NAME.match(text)
        if name is None or _normalised(name[0]) not in whole:
            continue
        if _OR.search(text) is None or _want(distribution, text, "", environment) is None:
            want = _want(distribution, text, named, environment)
            if want is not None and falls_short(want.specifier, whole[want.name].version):
                yield want


def _want(
    distribution: Distribution, text: str, extra: str, environment: tuple[tuple[str, str], ...]
) -> Want | None:
    parsed = _parsed(text)
    if parsed is None:
        return None
    name, specifier, extras, marker, is_url = parsed
    if marker and not _holds(marker, environment, extra):
        return None
    return Want(
        distribution.name,
        name,
        text,
        specifier,
        extra,
        extras,
        from_conda=not distribution.is_pypi,
        is_url=is_url,
    )
