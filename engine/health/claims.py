"""Which files packages say are theirs, with the hashes that they should have."""

from __future__ import annotations

import base64
import binascii
import csv
import io
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from engine.health.conda_side import CondaPackage
from engine.health.python_side import Distribution
from engine.health.scene import Scene
from engine.reading import read_whole
from engine.records import RecordKind
from engine.replicas.ownership import MADE_HERE, both_paths, decode_record, owned_key, recorded_path

COMPILED: Final = (".pyc", ".pyo")
_OF_PYTHON: Final = (*COMPILED, "__pycache__", "__pycache__/")
CLOBBERED: Final = "__clobbers__/"  # rattler's folder for the files that lost to another package


class Claim(msgspec.Struct, frozen=True, gc=False):  # by the ten thousand, made in half the time
    """Say that a package has the file at `path`, relative to the prefix, with `/`.

    `sha256` is what it should be in the prefix, empty when not known; `original` what it is in the
    package before the prefix was put in place of `placeholder`. `cached` is the file in the folder
    that the package was unpacked into, empty for one made at installation.
    """

    path: str
    package: str
    kind: RecordKind
    sha256: str = ""
    original: str = ""
    placeholder: str = ""
    is_binary: bool = False
    cached: str = ""
    size: int = 0
    has_lost: bool = False


def claims_of(
    scene: Scene, told: Callable[[list[Claim]], None] = lambda _: None
) -> dict[str, tuple[Claim, ...]]:
    """Return who claims each file, by `owned_key`; compiled Python files are left out.

    They are made anew whenever Python likes to. `told` hears, package by package, of the claims
    that are the first for their file. Raises nothing.
    """
    claims: dict[str, tuple[Claim, ...]] = {}
    is_folded = os.name == "nt"
    for group in _groups(scene):
        first: list[Claim] = []
        for claim in group:
            key = owned_key(claim.path) if is_folded else claim.path
            if key in claims:
                claims[key] += (claim,)
            else:
                claims[key] = (claim,)
                first.append(claim)
        told(first)
    return claims


def _groups(scene: Scene) -> Iterator[list[Claim]]:
    for package in scene.conda.packages:
        yield _of_conda(package)
    for distribution in scene.python.distributions:
        if distribution.is_pypi and not distribution.is_half:
            yield list(_of_record(distribution, scene.prefix))


def _of_conda(package: CondaPackage) -> list[Claim]:
    """Return what a record of conda lists; written for speed, as there are ten thousands."""
    try:
        record = decode_record(read_whole(str(package.record)))
    except OSError:
        record = None
    name, cache, kind = package.name, package.cache, RecordKind.CONDA
    found: list[Claim] = []
    told: set[str] = set()
    paths = record.paths_data.paths if record is not None and record.paths_data is not None else ()
    moves = record.moves() if record is not None else ()
    for entry in paths:
        real = packed = entry.path
        if moves:
            real, packed = both_paths(real, moves)
        told.add(real)
        path_type = entry.path_type
        if path_type == "directory" or real.endswith(COMPILED):
            continue
        lost, path = _without_clobbered(real) if real.startswith(CLOBBERED) else (False, real)
        original = entry.sha256 or ""
        placeholder = entry.prefix_placeholder or ""
        found.append(
            Claim(
                path,
                name,
                kind,
                entry.sha256_in_prefix or ("" if placeholder else original),
                original,
                placeholder,
                entry.file_mode == "binary",
                f"{cache}/{packed}" if cache and path_type not in MADE_HERE else "",
                entry.size_in_bytes or 0,
                lost,
            )
        )
    for real in [real for real in package.files if real not in told]:
        if not real.endswith(COMPILED):
            lost, path = _without_clobbered(real)
            found.append(Claim(path, name, kind, has_lost=lost))
    return found


def _without_clobbered(path: str) -> tuple[bool, str]:
    if not path.startswith(CLOBBERED):
        return False, path
    return True, path[len(CLOBBERED) :].partition("/")[2]


def _of_record(distribution: Distribution, prefix: Path) -> Iterator[Claim]:
    """Yield what RECORD lists inside of `prefix` (PyPA, "Recording installed projects")."""
    inside = distribution.inside.rpartition("/")[0]
    try:
        text = read_whole(f"{distribution.path}/RECORD").decode("utf-8", "surrogateescape")
    except OSError:
        return
    with suppress(csv.Error):
        for row in csv.reader(io.StringIO(text, newline="")):
            if not row or not row[0] or row[0].endswith(_OF_PYTHON):
                continue
            path = recorded_path(row[0], inside, prefix)
            if not path:
                continue
            digest = row[1] if len(row) > 1 else ""
            size = row[2] if len(row) > 2 and row[2].isdigit() else "0"
            yield Claim(
                path,
                distribution.name,
                RecordKind.PYPI,
                sha256=_hexadecimal(digest),
                size=int(size),
            )


def _hexadecimal(digest: str) -> str:
    algorithm, _, value = digest.partition("=")
    if algorithm != "sha256" or not value:
        return ""
    try:
        return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).hex()
    except (ValueError, binascii.Error):
        return ""
