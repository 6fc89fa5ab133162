"""Which computer and which Python a file is read for, and whether a marker holds there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from packaging.markers import Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from engine.environments.details import this_subdir
from engine.files.values import Reading, Wanted, WantedKind

# The one that most packages have builds for stands first.
USUAL_PYTHONS: Final = ("3.12", "3.13", "3.11", "3.10", "3.9", "3.14", "3.8", "3.7", "3.6", "2.7")

_SYSTEMS: Final = {"linux": "Linux", "osx": "Darwin", "win": "Windows"}
_PLATFORMS: Final = {"linux": "linux", "osx": "darwin", "win": "win32"}
_MACHINES: Final = {"64": "x86_64", "32": "i686", "arm64": "arm64", "aarch64": "aarch64"}
_WINDOWS_MACHINES: Final = {"64": "AMD64", "32": "x86", "arm64": "ARM64"}


@dataclass(frozen=True, slots=True)
class Target:
    """Name a computer by its conda subdir and a Python by its version, such as `3.12`."""

    subdir: str
    python: str

    @property
    def system(self) -> str:
        """Return the part of the subdir that names the system: `linux`, `osx`, `win`."""
        return self.subdir.partition("-")[0]

    @property
    def machine(self) -> str:
        """Return the part of the subdir that names the processor, such as `64` or `arm64`."""
        return self.subdir.partition("-")[2]


def this_target(python: str = "") -> Target:
    """Return this computer with the version `python`, or with the usual one."""
    return Target(this_subdir(), python or USUAL_PYTHONS[0])


def fitting_python(demand: str) -> str:
    """Return the usual Python (`3.12`) that fits the range `demand` (PEP 440), or the usual one."""
    try:
        wanted = SpecifierSet(demand)
    except InvalidSpecifier:
        return USUAL_PYTHONS[0]
    for minor in USUAL_PYTHONS:
        # A range such as `>=3.9.7` or `==3.9.*` is meant for later patches as well.
        if any(wanted.contains(f"{minor}.{patch}", prereleases=True) for patch in (99, 0, 9, 18)):
            return minor
    return USUAL_PYTHONS[0]


@cache
def marker_environment(target: Target) -> dict[str, str]:
    """Return the values of the environment markers (PEP 508) for `target`."""
    version = target.python
    full = version if version.count(".") >= 2 else f"{version}.0"
    machines = _WINDOWS_MACHINES if target.system == "win" else _MACHINES
    return {
        "implementation_name": "cpython",
        "implementation_version": full,
        "os_name": "nt" if target.system == "win" else "posix",
        "platform_machine": machines.get(target.machine, target.machine),
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": _SYSTEMS.get(target.system, ""),
        "platform_version": "",
        "python_full_version": full,
        "python_version": ".".join(version.split(".")[:2]),
        "sys_platform": _PLATFORMS.get(target.system, target.system),
        "extra": "",
    }


def marker_holds(marker: Marker | None, target: Target) -> bool:
    """Return whether `marker` holds for `target`; one that cannot be judged does."""
    if marker is None:
        return True
    try:
        return marker.evaluate(marker_environment(target))
    except (UndefinedComparison, UndefinedEnvironmentName):
        return True


def holds_for_some_python(marker: Marker | None, target: Target) -> bool:
    """Return whether `marker` holds on the computer of `target` with any usual Python."""
    return any(marker_holds(marker, replace(target, python=each)) for each in USUAL_PYTHONS)


def aimed(reading: Reading, target: Target) -> Reading:
    """Return `reading` with `applies` worked out for `target`, now that its Python is chosen."""
    return replace(
        reading,
        wanted=tuple(_aimed(each, target) for each in reading.wanted),
        constraints=tuple(_aimed(each, target) for each in reading.constraints),
    )


def _aimed(wanted: Wanted, target: Target) -> Wanted:
    if wanted.kind is WantedKind.CONDA or ";" not in wanted.text:
        return wanted
    try:
        marker = Requirement(wanted.text).marker
    except InvalidRequirement:
        marker = trailing_marker(wanted.text)
    return replace(wanted, applies=marker_holds(marker, target))


def trailing_marker(text: str) -> Marker | None:
    """Return the marker behind an address or a path (`… ; python_version < "3"`), if there is."""
    from packaging.markers import InvalidMarker

    _, _, words = text.partition(" ; ") if " ; " in text else text.partition("; ")
    if not words.strip():
        return None
    try:
        return Marker(words)
    except InvalidMarker:
        return None
