"""Make records as reading an environment would."""

from __future__ import annotations

from pathlib import Path

from engine.records import Record, RecordKind, RecordProblem, Source, SourceKind

CONDA_FORGE = Source(SourceKind.CHANNEL, "conda-forge", "https://conda.anaconda.org/conda-forge")
PYPI = Source(SourceKind.PYPI, "PyPI")


def record(
    name: str,
    version: str = "1.0",
    *,
    kind: RecordKind = RecordKind.CONDA,
    source: Source | None = None,
    requested: tuple[str, ...] = (),
    depends: tuple[str, ...] = (),
    summary: str = "",
    size: int | None = None,
    problem: RecordProblem | None = None,
    file: str = "",
) -> Record:
    """Return an installed record; conda's come from conda-forge when nothing else is said."""
    is_conda = kind is RecordKind.CONDA
    return Record(
        kind,
        name,
        version,
        source or (CONDA_FORGE if is_conda else PYPI),
        build="h0_0" if is_conda and name else "",
        requested=requested,
        depends=depends,
        license="BSD-3-Clause",
        summary=summary,
        installed_bytes=size,
        path=Path("/envs/e/conda-meta") / (file or f"{name}-{version}-h0_0.json"),
        problem=problem,
    )
