"""Words that more than one view needs, and how every visible string is written.

* A widget says `self.tr("...")`; a function or a table of words says
  `QCoreApplication.translate("Context", "...")` with a literal context and a literal text, so that
  the translators' tools find both. Values are put in afterwards with `.format(name=...)`, never
  with an f-string.
* A count is `self.tr("%n package(s)", None, n)`: English is made by `EnglishPlurals`, other
  languages by their translation. A noun whose plural is not "+s" gets two sentences.
* Words are made when they are shown (functions, not constants), as the language can change.
* Sizes, dates and durations come from `gui.formats`.
"""

from __future__ import annotations

from typing import assert_never

from PySide6.QtCore import QCoreApplication, QTranslator

from engine.records import DetailKey, Mark, Record, RecordKind, RecordProblem, SourceKind


class EnglishPlurals(QTranslator):
    """Turn "%n package(s)" into "1 package" or "3 packages" where no translation does.

    Install it first, so that a language's own translator is asked before it.
    """

    def isEmpty(self) -> bool:
        """Return False, or Qt would not ask."""
        return False

    def translate(
        self, context: str, source: str, /, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        """Return the English plural form of `source` for `n`; None for texts without one."""
        if n < 0 or "(s)" not in source:
            return None
        return source.replace("(s)", "" if n == 1 else "s")


def mark_word(mark: Mark) -> str:
    """Return the short word that stands in an environment's row."""
    match mark:
        case Mark.BASE:
            return QCoreApplication.translate("Marks", "base")
        case Mark.FROZEN:
            return QCoreApplication.translate("Marks", "frozen")
        case Mark.READ_ONLY:
            return QCoreApplication.translate("Marks", "read-only")
        case Mark.UNREADABLE:
            return QCoreApplication.translate("Marks", "partly unreadable")
        case Mark.INTERRUPTED:
            return QCoreApplication.translate("Marks", "interrupted")
        case Mark.MISSING:
            return QCoreApplication.translate("Marks", "folder is gone")
    assert_never(mark)


def mark_sentence(mark: Mark) -> str:
    """Return one plain sentence about `mark`, for a tooltip or a note."""
    match mark:
        case Mark.BASE:
            return QCoreApplication.translate(
                "Marks",
                "This environment holds conda itself. Make another one for your work: "
                "a mistake here can break every environment.",
            )
        case Mark.FROZEN:
            return QCoreApplication.translate(
                "Marks", "This environment was marked as frozen, so its packages must not change."
            )
        case Mark.READ_ONLY:
            return QCoreApplication.translate(
                "Marks", "You can look at this environment and use it, but not change it."
            )
        case Mark.UNREADABLE:
            return QCoreApplication.translate(
                "Marks",
                "Some of the notes about what is in this environment are missing or cannot be "
                "read. Its Health tab says which, and how to repair them.",
            )
        case Mark.INTERRUPTED:
            return QCoreApplication.translate(
                "Marks", "A change of this environment was interrupted before it was done."
            )
        case Mark.MISSING:
            return QCoreApplication.translate(
                "Marks", "The folder of this environment is no longer there."
            )
    assert_never(mark)


def source_sentence(record: Record) -> str:
    """Return one plain sentence about where `record` came from."""
    source = record.source
    match source.kind:
        case SourceKind.CHANNEL:
            text = QCoreApplication.translate("Sources", "Installed from the channel {name}.")
        case SourceKind.PYPI:
            text = QCoreApplication.translate("Sources", "Installed from PyPI, the Python index.")
        case SourceKind.EDITABLE:
            text = QCoreApplication.translate(
                "Sources", "An editable install: it runs straight from a folder of source code."
            )
        case SourceKind.LOCAL:
            text = QCoreApplication.translate(
                "Sources", "Installed from a file or folder on this computer."
            )
        case SourceKind.URL:
            text = QCoreApplication.translate("Sources", "Installed from a web address.")
        case SourceKind.UNKNOWN:
            text = QCoreApplication.translate("Sources", "Where it came from is not recorded.")
        case _:
            assert_never(source.kind)
    return text.format(name=source.name)


def source_word(record: Record) -> str:
    """Return the short word on a source's chip."""
    match record.source.kind:
        case SourceKind.CHANNEL | SourceKind.PYPI:
            return record.source.name or kind_word(record.kind)
        case SourceKind.EDITABLE:
            return QCoreApplication.translate("Sources", "editable")
        case SourceKind.LOCAL:
            return QCoreApplication.translate("Sources", "local")
        case SourceKind.URL:
            return QCoreApplication.translate("Sources", "web address")
        case SourceKind.UNKNOWN:
            return QCoreApplication.translate("Sources", "unknown")
    assert_never(record.source.kind)


def kind_word(kind: RecordKind) -> str:
    """Return the name of the tool that owns a record; names are not translated."""
    match kind:
        case RecordKind.CONDA:
            return "conda"
        case RecordKind.PYPI:
            return "PyPI"
    assert_never(kind)


def problem_sentence(problem: RecordProblem) -> str:
    """Return one plain sentence about a record that could not be read in full."""
    match problem:
        case RecordProblem.UNREADABLE:
            return QCoreApplication.translate(
                "Problems", "The record of this package could not be opened."
            )
        case RecordProblem.NOT_JSON:
            return QCoreApplication.translate(
                "Problems", "The record of this package is damaged: it was cut off or overwritten."
            )
        case RecordProblem.FOREIGN:
            return QCoreApplication.translate(
                "Problems", "This file lies among the package records, but is not one."
            )
        case RecordProblem.INCOMPLETE:
            return QCoreApplication.translate(
                "Problems", "The record of this package lacks some of its facts."
            )
    assert_never(problem)


def detail_title(key: DetailKey) -> str:
    """Return the title of one fact of the Details view."""
    return _detail(key)[0]


def detail_sentence(key: DetailKey) -> str:
    """Return the sentence that explains one fact of the Details view."""
    return _detail(key)[1]


def _detail(key: DetailKey) -> tuple[str, str]:  # noqa: PLR0911, PLR0912 - one case a fact
    match key:
        case DetailKey.NAME:
            return (
                QCoreApplication.translate("Details", "Name"),
                QCoreApplication.translate("Details", "What conda calls this environment."),
            )
        case DetailKey.PREFIX:
            return (
                QCoreApplication.translate("Details", "Folder"),
                QCoreApplication.translate(
                    "Details", "Everything that belongs to this environment is in here."
                ),
            )
        case DetailKey.PYTHON:
            return (
                QCoreApplication.translate("Details", "Python"),
                QCoreApplication.translate(
                    "Details", "The version of Python that runs in this environment."
                ),
            )
        case DetailKey.PYTHON_EXECUTABLE:
            return (
                QCoreApplication.translate("Details", "Python program"),
                QCoreApplication.translate(
                    "Details", "Choose this file as the interpreter in VS Code, PyCharm or Jupyter."
                ),
            )
        case DetailKey.SITE_PACKAGES:
            return (
                QCoreApplication.translate("Details", "Package folder"),
                QCoreApplication.translate(
                    "Details", "Where Python looks for the packages of this environment."
                ),
            )
        case DetailKey.PIP:
            return (
                QCoreApplication.translate("Details", "pip"),
                QCoreApplication.translate(
                    "Details", "The pip that installs into this environment, and its version."
                ),
            )
        case DetailKey.CHANNELS:
            return (
                QCoreApplication.translate("Details", "Channels in use"),
                QCoreApplication.translate(
                    "Details", "Where the conda packages of this environment came from."
                ),
            )
        case DetailKey.PLATFORM:
            return (
                QCoreApplication.translate("Details", "Platform"),
                QCoreApplication.translate(
                    "Details", "The kind of computer that conda picks packages for."
                ),
            )
        case DetailKey.VIRTUAL_PACKAGES:
            return (
                QCoreApplication.translate("Details", "What this computer offers"),
                QCoreApplication.translate(
                    "Details",
                    "Facts about the system and graphics card that packages can ask for; "
                    "conda calls them virtual packages.",
                ),
            )
        case DetailKey.PACKAGE_CACHES:
            return (
                QCoreApplication.translate("Details", "Package caches"),
                QCoreApplication.translate(
                    "Details", "Downloaded packages are kept here, so that environments share them."
                ),
            )
        case DetailKey.CONFIG_FILES:
            return (
                QCoreApplication.translate("Details", "Configuration files"),
                QCoreApplication.translate("Details", "The conda settings that are in force here."),
            )
        case DetailKey.LAST_CHANGE:
            return (
                QCoreApplication.translate("Details", "Last change"),
                QCoreApplication.translate(
                    "Details", "When packages were last added, updated or removed."
                ),
            )
        case DetailKey.INSTALLATION:
            return (
                QCoreApplication.translate("Details", "Belongs to"),
                QCoreApplication.translate(
                    "Details", "The conda installation that this environment is part of."
                ),
            )
    assert_never(key)
