"""Read pylock.toml (PEP 751)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, cast
from urllib.parse import unquote, urlsplit

from packaging.markers import Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.pylock import (
    Package,
    PackageWheel,
    Pylock,
    PylockValidationError,
)
from packaging.tags import Tag, compatible_tags, cpython_tags, platform_tags
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from engine.files.gathering import Gathering, Source
from engine.files.lock_entries import remark_hash
from engine.files.requirement_specs import host_of
from engine.files.targets import Target, fitting_python, marker_environment, this_target
from engine.files.toml_texts import TomlFile, open_toml, text_of
from engine.files.values import ConsentCode, Locked, Place, RemarkCode, WantedKind
from engine.files.yaml_nodes import malformed

_BROKEN: Final = "Something that this format demands is missing or wrong."
_MACOS: Final = tuple(f"macosx_{major}_0" for major in range(26, 10, -1)) + tuple(
    f"macosx_10_{minor}" for minor in range(16, 8, -1)
)


def read_pylock(source: Source, found: Gathering) -> None:
    """Add the packages of the lock `source` that suit its target; raises EngineError."""
    file = open_toml(source, found)
    version = text_of(file.document.get("lock-version"))
    if re.match(r"\d+\.\d+\Z", version) and not version.startswith("1."):
        place = file.place("", "lock-version")
        summary = "The file is of a newer kind than Envdesk knows."
        found.remark(RemarkCode.FORMAT_NEWER, place, summary, version=version)
        return
    try:
        lock = Pylock.from_dict(file.document)
    except (PylockValidationError, RecursionError) as error:
        raise malformed("pylock.toml", _BROKEN, 0, str(error)[:300]) from error
    found.python = str(lock.requires_python or "")
    found.groups.extend((*(lock.extras or ()), *(lock.dependency_groups or ())))
    target = source.target
    if found.python and not lock_allows(lock, target):
        target = Target(target.subdir, fitting_python(found.python))
    if lock.environments and not any(_holds(each, target, lock) for each in lock.environments):
        found.remark(
            RemarkCode.PLATFORM_MISSING,
            file.place("", "environments"),
            "The file was made for other kinds of computers, or another Python.",
            platform=target.subdir,
        )
    reader = _Reader(file, lock, target, source, found)
    for package in lock.packages:
        reader.package(package)


def lock_allows(lock: Pylock, target: Target) -> bool:
    """Return whether the Python of `target` is one that the lock was made for."""
    full = marker_environment(target)["python_full_version"]
    return lock.requires_python is None or lock.requires_python.contains(full, prereleases=True)


def _holds(marker: Marker | None, target: Target, lock: Pylock, *groups: str) -> bool:
    if marker is None:
        return True
    chosen = frozenset((*groups, *(lock.default_groups or ())))
    environment: dict[str, str | frozenset[str]] = dict(marker_environment(target))
    environment["extras"] = frozenset(groups)
    environment["dependency_groups"] = chosen
    try:
        return marker.evaluate(environment, context="lock_file")
    except (UndefinedComparison, UndefinedEnvironmentName):
        return True


def tags_of(target: Target) -> tuple[Tag, ...]:
    """Return the tags of wheels that suit `target`, best first.

    They are those of this very computer where it is meant (PyPA, "Platform compatibility tags").
    """
    version = tuple(int(part) for part in target.python.split(".")[:2])
    platforms = _platforms(target)
    return (
        *cpython_tags(version, platforms=platforms),
        *compatible_tags(version, f"cp{version[0]}{version[-1]}", platforms),
    )


def _platforms(target: Target) -> list[str]:
    if target.subdir == this_target().subdir:
        return list(platform_tags())
    machine = marker_environment(target)["platform_machine"]
    if target.system == "win":
        return [{"AMD64": "win_amd64", "ARM64": "win_arm64"}.get(machine, "win32")]
    if target.system == "osx":
        return [f"{each}_{kind}" for each in _MACOS for kind in (machine, "universal2")]
    old = [f"manylinux{name}_{machine}" for name in ("2014", "2010", "1")]
    newer = [f"manylinux_2_{minor}_{machine}" for minor in range(42, 4, -1)]
    return [*newer, *old, f"linux_{machine}"]


class _Reader:
    def __init__(
        self, file: TomlFile, lock: Pylock, target: Target, source: Source, found: Gathering
    ) -> None:
        self._file = file
        self._lock = lock
        self._target = target
        self._source = source
        self._found = found
        self._ranks = {tag: rank for rank, tag in enumerate(tags_of(target))}

    def package(self, package: Package) -> None:
        place = self._file.place("packages", package.name)
        group = self._group(package.marker)
        if group is None:
            summary = "This is only for another kind of computer, or another Python."
            condition = str(package.marker)
            self._found.remark(
                RemarkCode.OTHER_SYSTEM, place, summary, line=package.name, condition=condition
            )
            return
        version = str(package.version or "")
        wheel = self._wheel(package.wheels or ())
        if wheel is not None:
            url = self._address(wheel.url, wheel.path, place, package.name)
            self._lock_it(package.name, version, url, place, group, wheel.hashes, wheel.size)
        elif package.sdist is not None:
            sdist = package.sdist
            url = self._address(sdist.url, sdist.path, place, package.name)
            self._runs_code(package.name, url, place)
            self._lock_it(package.name, version, url, place, group, sdist.hashes, sdist.size)
        elif (
            package.vcs is not None or package.archive is not None or package.directory is not None
        ):
            self._other(package, version, place, group)
        else:
            summary = "There is no file of it for this kind of computer."
            self._found.remark(RemarkCode.OTHER_SYSTEM, place, summary, line=package.name)

    def _group(self, marker: Marker | None) -> str | None:
        if _holds(marker, self._target, self._lock):
            return ""
        groups = dict.fromkeys((*(self._lock.extras or ()), *(self._lock.dependency_groups or ())))
        return next(
            (each for each in groups if _holds(marker, self._target, self._lock, each)), None
        )

    def _wheel(self, wheels: Sequence[PackageWheel]) -> PackageWheel | None:
        ranked = [(self._rank(each), at) for at, each in enumerate(wheels)]
        best = min((one for one in ranked if one[0] is not None), default=None)
        return wheels[best[1]] if best is not None else None

    def _rank(self, wheel: PackageWheel) -> int | None:
        name = (
            wheel.name
            or re.split(r"[\\/]", unquote(urlsplit(wheel.url or "").path or wheel.path or ""))[-1]
        )
        try:
            tags = parse_wheel_filename(name)[3]
        except InvalidWheelFilename:
            return None
        return min((self._ranks[tag] for tag in tags if tag in self._ranks), default=None)

    def _other(self, package: Package, version: str, place: Place, group: str) -> None:
        if package.vcs is not None:
            vcs = package.vcs
            url = f"{vcs.type}+{vcs.url or vcs.path}@{vcs.commit_id}"
            url += f"#subdirectory={vcs.subdirectory}" if vcs.subdirectory else ""
            self._found.consent(ConsentCode.URL, place, f"{package.name}: {url}", host_of(url))
            self._runs_code(package.name, url, place)
            self._lock_it(package.name, version, url, place, group, None, None)
        elif package.archive is not None:
            archive = package.archive
            url = self._address(archive.url, archive.path, place, package.name)
            if not url.lower().endswith(".whl"):
                self._runs_code(package.name, url, place)
            self._lock_it(package.name, version, url, place, group, archive.hashes, archive.size)
        elif package.directory is not None:
            url = self._address(None, package.directory.path, place, package.name)
            self._runs_code(package.name, url, place)
            self._lock_it(package.name, version, url, place, group, None, None)

    def _address(self, url: str | None, path: str | None, place: Place, name: str) -> str:
        if url:
            return url
        written = path or ""
        where = str(self._source.folder / written) if self._source.folder else written
        self._found.consent(ConsentCode.LOCAL_PATH, place, f"{name}: {written}", where)
        return where

    def _runs_code(self, name: str, url: str, place: Place) -> None:
        self._found.consent(ConsentCode.RUNS_CODE, place, f"{name}: {url}", host_of(url))

    def _lock_it(  # noqa: PLR0917 - one call, and its arguments are what an entry has
        self,
        name: str,
        version: str,
        url: str,
        place: Place,
        group: str,
        hashes: object,
        size: int | None,
    ) -> None:
        known = cast("dict[str, str]", hashes or {})
        sha256 = known.get("sha256", "")
        if hashes is not None and not sha256:
            remark_hash(name, place, self._found)
        self._found.locked.append(
            Locked(WantedKind.PIP, name, version, url, place, sha256=sha256, size=size, group=group)
        )
