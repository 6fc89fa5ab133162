from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from engine.records import PackageVersion, RecordKind, Source, SourceKind
from gui.models.basket import Wish, WishKind, wish_to_update
from gui.models.versions import Candidate, VersionsModel, candidates
from tests.support.records import record

FORGE = "https://conda.anaconda.org/conda-forge"
LAB = "https://lab.example.org/lab"
NUMPY = record("numpy", "1.26.4")


def build(
    version: str, address: str = FORGE, name: str = "py312_0", **more: object
) -> PackageVersion:
    made = PackageVersion(
        version,
        name,
        0,
        "linux-64",
        address.rpartition("/")[2],
        address,
        archive_bytes=2_000_000,
        published=datetime(2026, 3, 4, tzinfo=UTC),
    )
    return replace(made, **more)  # pyright: ignore[reportArgumentType]


def found(*versions: PackageVersion, pypi: str = "") -> tuple[Candidate, ...]:
    return candidates("numpy", versions, NUMPY, channels=("conda-forge", LAB), pypi=pypi)


def test_that_builds_of_one_version_in_one_channel_are_one_row() -> None:
    rows = found(build("2.1"), build("2.1", name="py311_0"), build("2.1", LAB), build("1.26.4"))
    assert [(row.version, row.source, len(row.builds)) for row in rows] == [
        ("2.1", "conda-forge", 2),
        ("2.1", "lab", 1),
        ("1.26.4", "conda-forge", 1),
    ]
    assert [row.is_installed for row in rows] == [False, False, True]


def test_that_a_channel_is_named_only_where_there_is_a_choice_and_as_the_user_calls_it() -> None:
    (alone,) = found(build("2.1"))
    assert alone.wish(NUMPY).spec == "numpy==2.1"
    both = found(build("2.1"), build("2.0", LAB))
    assert [row.wish(NUMPY).spec for row in both] == [
        "conda-forge::numpy==2.1",
        f"{LAB}::numpy==2.0",
    ]
    assert both[0].wish(NUMPY, build="py312_0").spec == "conda-forge::numpy==2.1=py312_0"
    assert both[0].wish(NUMPY).of == NUMPY.key


def test_that_pypi_is_one_more_source() -> None:
    pypi, _ = found(build("2.1"), pypi="numpy")
    assert pypi.is_pypi
    wish = pypi.wish(NUMPY, bounds=">=2,<3")
    assert (wish.tool, wish.spec, wish.of) == (RecordKind.PYPI, "numpy>=2,<3", NUMPY.key)


def test_that_the_newest_from_pypi_is_an_update_of_what_is_from_there() -> None:
    there = record("inkwell", "1.0.0", kind=RecordKind.PYPI)
    (newest,) = candidates("inkwell", (), there, pypi="inkwell")
    assert newest.wish(there) == wish_to_update(there)
    assert newest.wish(there, bounds=">=1.1").spec == "inkwell>=1.1"
    (other,) = candidates("numpy", (), NUMPY, pypi="numpy")
    assert other.wish(NUMPY).kind is WishKind.SWITCH


def test_that_what_only_waits_to_be_added_stays_an_addition() -> None:
    waiting = Wish(WishKind.ADD, RecordKind.CONDA, "numpy", "numpy").record()
    (row,) = candidates("numpy", [build("2.1")], waiting)
    wish = row.wish(waiting)
    assert (wish.kind, wish.spec, wish.key) == (WishKind.ADD, "numpy==2.1", waiting.key)
    assert not row.is_installed


def test_that_builds_for_another_python_are_marked_and_not_the_best() -> None:
    old = build("2.1", name="py38_0", fits=False, python="3.8.*")
    (row,) = found(old, build("2.1"))
    assert row.fits
    assert row.best == build("2.1")
    (alone,) = found(old)
    assert not alone.fits
    model = VersionsModel()
    model.set_records([alone])
    assert "for Python 3.8.*" in [model.index(0, at).data() for at in range(model.columnCount())]


def test_that_versions_stand_as_people_read_them_the_newest_first() -> None:
    model = VersionsModel()
    model.set_records(found(build("1.9"), build("1.10"), build("2.0rc1"), build("2.0")))
    shown = [model.record_at(row).version for row in range(model.rowCount())]
    assert shown == ["2.0", "2.0rc1", "1.10", "1.9"]


def test_that_the_same_version_of_another_channel_is_not_what_is_installed() -> None:
    mine = replace(NUMPY, source=Source(SourceKind.CHANNEL, "lab", LAB))
    rows = candidates("numpy", [build("1.26.4"), build("1.26.4", LAB)], mine)
    assert [row.is_installed for row in rows] == [False, True]
