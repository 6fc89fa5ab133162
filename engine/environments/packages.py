"""Read the package table of an environment: conda records and PyPI distributions in one."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from packaging.utils import canonicalize_name

from engine.conda.channels import ChannelNames
from engine.conda.meta import META, CondaMeta, OwnedDistribution, read_conda_meta, recorded_sha256
from engine.environments.looking import closed_value, is_folder
from engine.errors import EngineError, ErrorCode
from engine.pypi.distributions import read_distributions, read_installer
from engine.reading import read_head, read_whole
from engine.records import Record

_METADATA: Final = (".dist-info", ".egg-info")


@dataclass(frozen=True, slots=True)
class PackageTable:
    """Hold the records of an environment, sorted by name, and its site-packages folders.

    `meta` is what conda-meta alone tells.
    """

    records: tuple[Record, ...]
    site_packages: tuple[Path, ...]
    meta: CondaMeta


def read_packages(prefix: Path, configuration: ChannelNames | None = None) -> tuple[Record, ...]:
    """Return the records of the environment at `prefix`; see `read_package_table`."""
    return read_package_table(prefix, configuration).records


def read_package_table(prefix: Path, configuration: ChannelNames | None = None) -> PackageTable:
    """Return every record of the environment at `prefix`, sorted by name, conda's first.

    Reads conda-meta and the dist-info folders and runs nothing: tools that list packages may
    delete the evidence of an overwrite. Each file that cannot be read costs one record, marked
    with a `problem`. A conda record and the distribution by which pip replaced it are both there.
    Blocks for some ten milliseconds: call it in a thread.

    Raises EngineError: prefix-missing, or not-an-environment when there is no `conda-meta` or it
    cannot be listed.
    """
    try:
        meta = read_conda_meta(prefix, configuration)
    except OSError as error:
        raise EngineError(
            ErrorCode.NOT_AN_ENVIRONMENT,
            f"The packages of {prefix} cannot be read.",
            cause="" if isinstance(error, PermissionError) else error.strerror or "",
            detail=str(error),
            prefix=str(prefix),
            **closed_value(prefix, error),
        ) from error
    if not meta.records and not is_folder(prefix / META):
        _refuse(prefix)
    folders = site_packages_folders(prefix, meta.site_packages)
    found = (*meta.records, *read_others(prefix, meta))
    return PackageTable(tuple(sorted(_told_apart(found), key=_order)), folders, meta)


def read_others(prefix: Path, meta: CondaMeta) -> tuple[Record, ...]:
    """Return the distributions in `prefix` that are not conda's, which `meta` tells of."""
    replaced = _replaced(prefix, meta.distributions)
    owned = [each.path for each in meta.distributions if each.path not in replaced]
    folders = site_packages_folders(prefix, meta.site_packages)
    owned += _of_damaged(prefix, folders, meta)
    return tuple(read_distributions(prefix, folders, owned))


def _of_damaged(prefix: Path, folders: Iterable[Path], meta: CondaMeta) -> list[str]:
    """Return the metadata that records brought which cannot be read, as well as can be told.

    That is what has the name and version of such a record, and what conda says that it installed.
    """
    damaged = {
        (canonicalize_name(each.name), each.version)
        for each in meta.records
        if each.problem is not None
    }
    found: list[str] = []
    for path in (path for folder in folders if damaged for path in _metadata_in(folder)):
        name, _, version = path.stem.partition("-")
        is_named = (canonicalize_name(name), version.partition("-")[0]) in damaged
        if is_named or read_installer(path) == "conda":
            found.append(path.relative_to(prefix).as_posix())
    return found


def _metadata_in(folder: Path) -> tuple[Path, ...]:
    with suppress(OSError):
        return tuple(each for each in folder.iterdir() if each.suffix in _METADATA)
    return ()


def site_packages_folders(prefix: Path, named: Iterable[str] = ()) -> tuple[Path, ...]:
    """Return the site-packages folders of `prefix` that exist.

    `named` are those that its Python records name, relative to it. Without any, every folder that
    a Python would use is returned.
    """
    folders = [prefix / each for each in named]
    if not folders:
        folders = [*_libraries(prefix / "lib"), prefix / "Lib" / "site-packages"]
    found: dict[str, Path] = {}
    for folder in folders:
        if is_folder(folder):
            found.setdefault(os.path.realpath(folder), folder)
    return tuple(found.values())


def _libraries(folder: Path) -> list[Path]:
    with suppress(OSError):
        names = sorted(os.listdir(folder))  # noqa: PTH208 - names alone
        return [folder / name / "site-packages" for name in names if name.startswith("py")]
    return []


def _replaced(prefix: Path, distributions: Iterable[OwnedDistribution]) -> frozenset[str]:
    """Return the owned metadata folders whose content is no longer conda's.

    When pip installs the version that is there already, only contents tell. INSTALLER alone does
    not: some conda packages ship with `pip` in it. Then RECORD is compared with conda's hash.
    """
    found: set[str] = set()
    for owned in distributions:
        if not owned.path.endswith(".dist-info"):
            continue
        folder = f"{prefix}/{owned.path}"
        try:
            if read_head(f"{folder}/INSTALLER", 64).strip() == b"conda":
                continue
            record = read_whole(f"{folder}/RECORD")
        except OSError:
            continue
        expected = recorded_sha256(owned.record, f"{owned.path}/RECORD")
        if expected and hashlib.sha256(record).hexdigest() != expected:
            found.add(owned.path)
    return frozenset(found)


def _told_apart(records: Sequence[Record]) -> Iterator[Record]:
    """Yield the records, with those that are there more than once marked as copies."""
    counts = Counter((record.kind, record.name) for record in records)
    for record in records:
        path = record.path if counts[record.kind, record.name] > 1 else None
        yield record if path is None else replace(record, copy=path.name)


def _order(record: Record) -> tuple[str, str, str]:
    return (record.name.lower(), record.kind, record.version)


def _refuse(prefix: Path) -> None:
    if not os.path.exists(prefix):  # noqa: PTH110 - raises nothing
        raise EngineError(
            ErrorCode.PREFIX_MISSING,
            f"There is no folder {prefix} any more.",
            hint="Look whether it was moved, renamed or deleted.",
            prefix=str(prefix),
        )
    raise EngineError(
        ErrorCode.NOT_AN_ENVIRONMENT,
        f"{prefix} is not a conda environment.",
        cause="It has no folder named conda-meta.",
        prefix=str(prefix),
    )
