"""Who needs what among the packages of an environment, of both kinds."""

from __future__ import annotations

from engine.planning.wishing import users_of
from engine.records import Record, RecordKind, Source, SourceKind

CHANNEL = Source(SourceKind.CHANNEL, "practice-main", "https://example.org/practice-main")
PYPI = Source(SourceKind.PYPI, "PyPI")


def record(kind: RecordKind, name: str, *depends: str) -> Record:
    source = CHANNEL if kind is RecordKind.CONDA else PYPI
    return Record(kind=kind, name=name, version="1.0", source=source, depends=depends)


def test_that_needs_are_followed_within_conda_and_from_pypi_to_both() -> None:
    records = (
        record(RecordKind.CONDA, "python"),
        record(RecordKind.CONDA, "numerals", "python >=3.8"),
        record(RecordKind.CONDA, "starchart", "python >=3.8", "numerals[version='>=2']"),
        record(RecordKind.PYPI, "inkwell", "Lantern_Fish>=1", "pigment; extra == 'colour'"),
        record(RecordKind.PYPI, "lantern-fish", "numerals"),
        record(RecordKind.PYPI, "pigment", "not a (requirement"),
    )
    assert users_of(records) == {
        "conda:python": ("numerals", "starchart"),
        "conda:numerals": ("lantern-fish", "starchart"),
        "pypi:lantern-fish": ("inkwell",),
    }
