"""Which Python distributions an environment has, and would have after its conda packages changed.

What is installed is read from the files that conda's records name, so its names are exact; of a
package that is only planned they are read from a package cache, or else told by
`engine.pypi.names`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from packaging.markers import UndefinedEnvironmentName, default_environment
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion

from engine.conda.condarc import CondaConfiguration
from engine.conda.meta import CondaMeta, read_conda_meta
from engine.places import Places
from engine.pypi.distributions import read_headers
from engine.pypi.names import NameCertainty, pypi_name
from engine.reading import read_whole
from engine.records import Record, RecordKind, State


@dataclass(frozen=True, slots=True)
class Distribution:
    """Describe one Python distribution; `conda` is the package that owns it, empty for PyPI's."""

    name: str
    version: str
    requires: tuple[str, ...] = ()
    conda: str = ""
    certainty: NameCertainty = NameCertainty.INSTALLED


class _PathEntry(msgspec.Struct, rename={"path": "_path"}, gc=False):
    path: str = ""


class _PathsFile(msgspec.Struct, gc=False):
    paths: list[_PathEntry] = []


_PATHS = msgspec.json.Decoder(_PathsFile)


def conda_distributions(
    prefix: Path,
    before: State,
    configuration: CondaConfiguration,
    meta: CondaMeta | None = None,
) -> tuple[Distribution, ...]:
    """Return the distributions that the conda packages in `prefix` own and still have.

    One that pip replaced belongs to PyPI. `meta` is what conda-meta tells, where it was read
    already. Raises OSError.
    """
    meta = meta or read_conda_meta(prefix, configuration)
    owners = {record.path: record for record in meta.records if record.problem is None}
    from_pypi = {record.name for record in before.of(RecordKind.PYPI)}
    found: dict[str, Distribution] = {}
    seen: set[str] = set()
    for owned in meta.distributions:
        record = owners.get(owned.record)
        if record is None:
            continue
        seen.add(record.name)
        distribution = _installed(prefix / owned.path, record.name)
        if distribution is not None and distribution.name not in from_pypi:
            found.setdefault(distribution.name, distribution)
    for record in owners.values():
        if record.name not in seen:
            _add_by_table(found, record, from_pypi)
    return tuple(found.values())


def after_conda(
    installed: Iterable[Distribution],
    before: State,
    after: Sequence[Record],
    places: Places,
    configuration: CondaConfiguration,
    *,
    anew: bool = False,
) -> tuple[Distribution, ...]:
    """Return the distributions that the conda packages `after` own; `installed` are those before.

    The sure ones first where two packages are said to own the same. With `anew`, a new Python has
    every package linked again, also one whose distribution pip had replaced.
    """
    stayed = {record.name: record for record in before.of(RecordKind.CONDA)}
    from_pypi = {record.name for record in before.of(RecordKind.PYPI)}
    by_owner: dict[str, list[Distribution]] = {}
    for distribution in installed:
        by_owner.setdefault(distribution.conda, []).append(distribution)
    found: dict[str, Distribution] = {}
    unsure: list[Record] = []
    for record in after:
        if record.kind is not RecordKind.CONDA or record.problem is not None:
            continue
        is_linked_again = anew and record.name not in by_owner
        if is_same(stayed.get(record.name), record) and not is_linked_again:
            for distribution in by_owner.get(record.name, ()):
                found.setdefault(distribution.name, distribution)
            continue
        cached = _cached(record, places, configuration)
        if cached is None:
            unsure.append(record)
        for distribution in cached or ():
            found.setdefault(distribution.name, distribution)
        if cached == ():
            _add_by_table(found, record, from_pypi)
    for record in unsure:
        answer = pypi_name(record)
        if answer is not None:
            found.setdefault(
                answer.name,
                Distribution(
                    answer.name, record.version, (), record.name, certainty=answer.certainty
                ),
            )
    return tuple(found.values())


def is_same(before: Record | None, after: Record) -> bool:
    """Return whether a conda package stays as it is."""
    return before is not None and (before.version, before.build, before.subdir) == (
        after.version,
        after.build,
        after.subdir,
    )


def _installed(path: Path, owner: str) -> Distribution | None:
    inside = {".dist-info": "METADATA", ".egg-info": "PKG-INFO"}.get(path.suffix, "")
    file = path / inside if path.is_dir() else path
    try:
        headers = read_headers(str(file))
    except OSError:
        return None
    if not headers.name or not headers.version:
        return None
    name = canonicalize_name(headers.name)
    return Distribution(name, headers.version, headers.requires, owner)


def _add_by_table(found: dict[str, Distribution], record: Record, from_pypi: Iterable[str]) -> None:
    """Add what a package without metadata of its own is well known to be (old OpenCV builds)."""
    answer = pypi_name(record)
    if answer is not None and answer.certainty is NameCertainty.TABLE:
        if answer.name in found or answer.name in from_pypi:
            return
        found[answer.name] = Distribution(
            answer.name, record.version, (), record.name, certainty=answer.certainty
        )


def _cached(
    record: Record, places: Places, configuration: CondaConfiguration
) -> tuple[Distribution, ...] | None:
    """Return what a package brings as far as it lies unpacked in a cache; None when it does not."""
    for cache in dict.fromkeys((*configuration.pkgs_dirs, places.pkgs)):
        folder = cache / record.spelled
        try:
            listed = _PATHS.decode(read_whole(str(folder / "info" / "paths.json"))).paths
        except (OSError, ValueError, msgspec.DecodeError):
            continue
        found: list[Distribution] = []
        for entry in listed:
            if entry.path.endswith((".dist-info/METADATA", ".egg-info/PKG-INFO")):
                distribution = _installed((folder / entry.path).parent, record.name)
                if distribution is not None:
                    found.append(distribution)
        return tuple(found)
    return None


def markers_for(python_version: str) -> dict[str, str]:
    """Return the environment in which markers are looked at, for a Python of this computer."""
    environment = {key: str(value) for key, value in default_environment().items()}
    if python_version:
        environment["python_full_version"] = python_version
        environment["python_version"] = ".".join(python_version.split(".")[:2])
        environment["implementation_version"] = python_version
    environment["extra"] = ""
    return environment


def needs(requires: Iterable[str], markers: Mapping[str, str]) -> Iterator[tuple[str, Requirement]]:
    """Yield the requirements that count here, as written and parsed.

    Those of extras do not count; broken ones are left out.
    """
    for text in requires:
        try:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate(dict(markers)):
                yield text, requirement
        except (InvalidRequirement, UndefinedEnvironmentName, InvalidVersion):
            continue


def is_met(requirement: Requirement, versions: Mapping[str, str]) -> bool:
    """Return whether one of the distributions in `versions` fulfils `requirement`."""
    version = versions.get(canonicalize_name(requirement.name))
    if version is None:
        return False
    try:
        return requirement.specifier.contains(version, prereleases=True)
    except InvalidVersion:
        return True


def unmet(
    requires: Iterable[str], versions: Mapping[str, str], markers: Mapping[str, str]
) -> tuple[str, ...]:
    """Return the requirements, as they are written, that `versions` do not fulfil."""
    return tuple(text for text, each in needs(requires, markers) if not is_met(each, versions))
