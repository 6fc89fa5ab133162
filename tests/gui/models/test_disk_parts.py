"""An environment's packages: in the picture and as rows."""

from __future__ import annotations

from engine.cache.values import EnvironmentParts, PackagePart
from gui.models.disk_parts import PartsModel, part_rows, with_parts
from gui.models.disk_tree import all_nodes, disk_tree, tree_sums
from tests.support.disk_pictures import COURSE, DATA, MB, ordinary_picture

PARTS = EnvironmentParts(
    COURSE,
    (
        PackagePart("numpy", "1.0", "0", False, 0, 60 * MB, 900),
        PackagePart("python", "3.12", "h1", False, 30 * MB, 90 * MB, 3000),
        PackagePart("requests", "2.0", "", True, 25 * MB, 0, 30),
    ),
    15 * MB,
    0,
    12,
)


def test_that_the_parts_of_a_box_are_as_large_as_the_box() -> None:
    before = disk_tree(ordinary_picture())
    after = with_parts(before, PARTS)
    node = next(each for each in all_nodes(after) if each.prefix == COURSE)
    assert [each.title for each in node.children] == [
        "python 3.12",
        "requests 2.0",
        "Files of no package",
    ]
    assert sum(each.size for each in node.children) == node.size
    assert sum(tree_sums(after).values()) == sum(tree_sums(before).values())
    other = next(each for each in all_nodes(after) if each.prefix == DATA)
    assert other.children == ()


def test_that_every_package_is_a_row_also_one_that_has_nothing_of_its_own() -> None:
    rows = part_rows(PARTS)
    assert [row.title for row in rows] == ["numpy", "python", "requests", "Files of no package"]
    assert sum(row.own for row in rows) == PARTS.own_bytes
    assert len({row.key for row in rows}) == 4


def test_that_the_filter_keeps_rows_with_every_word() -> None:
    model = PartsModel()
    model.show_parts(PARTS)
    model.apply_filter("PY th")
    assert [model.record_at(row).title for row in range(model.rowCount())] == ["python"]
    model.apply_filter("")
    assert model.rowCount() == 4
