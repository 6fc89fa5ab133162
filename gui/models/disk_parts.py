"""What one environment is made of: a table of its packages, and the parts of its box."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject

from engine.cache.values import EnvironmentParts, PackagePart
from gui.formats import format_bytes, format_count
from gui.models.disk_tree import DiskNode, SpaceRole
from gui.models.packages import version_key
from gui.models.record_table import Chip, Column, RecordTableModel
from gui.theme import Tone


@dataclass(frozen=True, slots=True)
class PartRow:
    """Describe one row: a package, or with `part` None what no package owns; bytes."""

    key: str
    title: str
    own: int
    shared: int
    files: int
    part: PackagePart | None = None


def part_rows(parts: EnvironmentParts) -> tuple[PartRow, ...]:
    """Return the rows for an environment, what no package owns as the last."""
    rows = [
        PartRow(
            f"{'pypi' if part.is_pypi else 'conda'}:{part.name}:{part.version}:{part.build}",
            part.name,
            part.own_bytes,
            part.shared_bytes,
            part.files,
            part,
        )
        for part in parts.packages
    ]
    title = QCoreApplication.translate("DiskParts", "Files of no package")
    rest = (parts.rest_own_bytes, parts.rest_shared_bytes, parts.rest_files)
    return (*rows, PartRow("rest", title, *rest))


def with_parts(root: DiskNode, parts: EnvironmentParts) -> DiskNode:
    """Return the tree `root` in which the environment's own bytes are told apart by package."""
    if root.prefix == parts.prefix:
        return replace(root, children=_nodes(root, parts))
    children = tuple(with_parts(child, parts) for child in root.children)
    return root if children == root.children else replace(root, children=children)


def _nodes(environment: DiskNode, parts: EnvironmentParts) -> tuple[DiskNode, ...]:
    nodes = [
        DiskNode(
            f"{environment.key}#{row.key}",
            row.title if row.part is None else f"{row.title} {row.part.version}".rstrip(),
            SpaceRole.OWN,
            row.own,
            tip=_tip(row),
            part=row.key,
        )
        for row in part_rows(parts)
        if row.own > 0
    ]
    return tuple(sorted(nodes, key=lambda node: (-node.size, node.title.casefold())))


def _tip(row: PartRow) -> str:
    if row.part is None:
        return QCoreApplication.translate(
            "DiskParts", "Folders, and files that no package brought: made by programs, or by you."
        )
    text = QCoreApplication.translate("DiskParts", "{size} more are shared with something else.")
    return text.format(size=format_bytes(row.shared)) if row.shared else ""


class PartsModel(RecordTableModel[PartRow]):
    """Show what one environment is made of."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_columns(), lambda row: row.key, parent)
        self.prefix: Path | None = None

    def show_parts(self, parts: EnvironmentParts) -> None:
        """Show `parts`."""
        self.prefix = parts.prefix
        self.set_records(part_rows(parts))

    def apply_filter(self, text: str) -> None:
        """Show only rows whose names have every word of `text`."""
        words = text.casefold().split()
        if not words:
            self.set_filter(None)
            return
        self.set_filter(lambda row: all(word in row.title.casefold() for word in words))


def _columns() -> tuple[Column[PartRow], ...]:
    return (
        Column(
            "name",
            lambda: QCoreApplication.translate("DiskParts", "Package"),
            lambda row: row.title,
            lambda row: (row.part is None, row.title.casefold(), row.key),
            width=160,
            tip=_tip,
        ),
        Column(
            "version",
            lambda: QCoreApplication.translate("DiskParts", "Version"),
            lambda row: row.part.version if row.part else "",
            lambda row: version_key(row.part.version if row.part else ""),
            width=88,
            gives_way=True,
        ),
        Column(
            "build",
            lambda: QCoreApplication.translate("DiskParts", "Build"),
            lambda row: row.part.build if row.part else "",
            lambda row: row.part.build if row.part else "",
            tone=Tone.MUTED,
            is_shown=False,
        ),
        Column(
            "source",
            lambda: QCoreApplication.translate("DiskParts", "Brought by"),
            _source,
            _source,
            width=96,
            chip=_chip,
        ),
        Column(
            "own",
            lambda: QCoreApplication.translate("DiskParts", "Its own"),
            lambda row: format_bytes(row.own),
            lambda row: row.own,
            width=88,
            is_number=True,
            tip=lambda row: QCoreApplication.translate(
                "DiskParts", "What the disk gains when the environment goes."
            ),
        ),
        Column(
            "shared",
            lambda: QCoreApplication.translate("DiskParts", "Shared"),
            lambda row: format_bytes(row.shared) if row.shared else "",
            lambda row: row.shared,
            width=88,
            is_number=True,
            tip=lambda row: QCoreApplication.translate(
                "DiskParts", "Files with a second name in a cache or in another environment."
            ),
        ),
        Column(
            "files",
            lambda: QCoreApplication.translate("DiskParts", "Files"),
            lambda row: format_count(row.files),
            lambda row: row.files,
            width=72,
            gives_way=True,
            is_number=True,
        ),
    )


def _source(row: PartRow) -> str:
    if row.part is None:
        return ""
    return "pip" if row.part.is_pypi else "conda"


def _chip(row: PartRow) -> Chip | None:
    if row.part is None:
        return None
    return Chip(_source(row), "chip_pypi" if row.part.is_pypi else "chip_channel")
