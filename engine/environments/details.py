"""Tell of one environment what `conda info`, `which pip` and `pip -V` would tell."""

from __future__ import annotations

import platform as machine
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from engine.conda.condarc import CondaConfiguration
from engine.environments.describing import describe
from engine.environments.looking import is_file, is_folder
from engine.environments.packages import read_package_table
from engine.places import Places
from engine.records import Detail, DetailKey, Details, Record, RecordKind, SourceKind

_SYSTEMS = {"linux": "linux", "darwin": "osx", "win32": "win"}
_MACHINES = {"x86_64": "64", "amd64": "64", "i386": "32", "i686": "32", "x86": "32"}


def quick_details(
    prefix: Path,
    places: Places,
    configuration: CondaConfiguration,
    virtual_packages: tuple[str, ...],
    platform: str = sys.platform,
) -> Details:
    """Return every fact of `DetailKey` about the environment at `prefix`, in that order.

    A fact that does not hold (no Python, no pip, no installation) has no values. Channels are
    followed by the number of packages from each, in brackets. pip has two or three values: its
    name and version, its command where there is one, and its folder. The last change is in ISO
    8601 and UTC. The caches are those that packages for it are looked for in, in order.
    `virtual_packages` are passed on. Blocks for some ten milliseconds: call it in a thread.

    Raises EngineError (prefix-missing, not-an-environment).
    """
    table = read_package_table(prefix, configuration)
    environment = describe(prefix, places, configuration)
    python = _one(table.records, "python", (RecordKind.CONDA,))
    changed, installation = environment.changed, environment.installation
    values: dict[DetailKey, Iterable[str]] = {
        DetailKey.NAME: (environment.name,),
        DetailKey.PREFIX: (str(prefix),),
        DetailKey.PYTHON: (python.version,) if python else (),
        DetailKey.PYTHON_EXECUTABLE: _existing(python_executable(prefix, platform)),
        DetailKey.SITE_PACKAGES: map(str, table.site_packages),
        DetailKey.PIP: _pip(prefix, table.records, table.site_packages, platform),
        DetailKey.CHANNELS: _channels(table.records),
        DetailKey.PLATFORM: (_subdir(python, table.records) or this_subdir(platform),),
        DetailKey.VIRTUAL_PACKAGES: virtual_packages,
        DetailKey.PACKAGE_CACHES: map(str, _caches(places, configuration)),
        DetailKey.CONFIG_FILES: map(str, configuration.files),
        DetailKey.LAST_CHANGE: () if changed is None else (_moment(changed),),
        DetailKey.INSTALLATION: () if installation is None else (str(installation),),
    }
    return Details(prefix, tuple(Detail(key, tuple(values[key])) for key in DetailKey))


def python_executable(prefix: Path, platform: str = sys.platform) -> Path:
    """Return where the Python of a conda environment is, whether it has one or not."""
    return prefix / "python.exe" if platform == "win32" else prefix / "bin" / "python"


def this_subdir(platform: str = sys.platform, processor: str = "") -> str:
    """Return the platform folder that conda would use here (`linux-64`), as conda spells it."""
    processor = (processor or machine.machine()).lower()
    system = _SYSTEMS.get(platform, platform)
    return f"{system}-{_MACHINES.get(processor, processor)}"


def _caches(places: Places, configuration: CondaConfiguration) -> tuple[Path, ...]:
    """Return conda's caches, and Envdesk's own where it is used or would be."""
    is_used = not configuration.pkgs_dirs or is_folder(places.pkgs)
    return tuple(dict.fromkeys((*configuration.pkgs_dirs, *((places.pkgs,) if is_used else ()))))


def _one(
    records: Iterable[Record], name: str, kinds: tuple[RecordKind, ...] = tuple(RecordKind)
) -> Record | None:
    found = [each for each in records if each.name == name and each.kind in kinds]
    # What pip put in place of conda's copy is what runs.
    return max(found, key=lambda record: record.kind is RecordKind.PYPI, default=None)


def _existing(path: Path) -> tuple[str, ...]:
    return (str(path),) if is_file(path) else ()


def _pip(
    prefix: Path, records: Iterable[Record], folders: Iterable[Path], platform: str
) -> tuple[str, ...]:
    pip = _one(records, "pip")
    package = next((path for folder in folders if is_folder(path := folder / "pip")), None)
    if pip is None or package is None:
        return ()
    command = prefix / ("Scripts/pip.exe" if platform == "win32" else "bin/pip")
    return (f"pip {pip.version}", *_existing(command), str(package))


def _channels(records: Iterable[Record]) -> tuple[str, ...]:
    counts = Counter(
        record.source.name
        for record in records
        if record.source.kind in (SourceKind.CHANNEL, SourceKind.PYPI)
    )
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0].lower()))
    return tuple(f"{name} ({count})" for name, count in ordered)


def _subdir(python: Record | None, records: Iterable[Record]) -> str:
    if python is not None and python.subdir not in ("", "noarch"):
        return python.subdir
    subdirs = Counter(each.subdir for each in records if each.subdir not in ("", "noarch"))
    return subdirs.most_common(1)[0][0] if subdirs else ""


def _moment(changed: datetime) -> str:
    return changed.astimezone(UTC).isoformat(timespec="seconds")
