"""Say what a plan adds and removes, and what it costs."""

from __future__ import annotations

from functools import cache
from typing import assert_never

from PySide6.QtCore import QCoreApplication, QObject

from engine.plan import Change, ChangeKind, Figures, Plan
from engine.requests import (
    ChangeRequest,
    CleanRequest,
    CloneRequest,
    CreateRequest,
    ExactRequest,
    RelinkRequest,
    RemoveRequest,
    RenameRequest,
    RepairRequest,
)
from gui import formats
from gui.presenting.update_warnings import UPDATE_WARNINGS

_NAMED_AT_MOST = 3
_FEW_SECONDS = 8.0
_A_MINUTE = 55.0
_MANY_MINUTES = 10
_AN_HOUR = 75  # minutes


def change_title(kind: ChangeKind) -> str:
    """Return the title over the changes of one kind."""
    match kind:
        case ChangeKind.ADD:
            return QCoreApplication.translate("Changes", "Added")
        case ChangeKind.UPDATE:
            return QCoreApplication.translate("Changes", "Updated")
        case ChangeKind.DOWNGRADE:
            return QCoreApplication.translate("Changes", "Downgraded")
        case ChangeKind.REPLACE:
            return QCoreApplication.translate("Changes", "Changed source")
        case ChangeKind.REMOVE:
            return QCoreApplication.translate("Changes", "Removed")
        case ChangeKind.MEND:
            return QCoreApplication.translate("Changes", "Put in order")
        case _:
            assert_never(kind)


def version_text(change: Change) -> str:
    """Return the version, or the way from one to the other."""
    versions = [record.version for record in (change.before, change.after) if record]
    if len(set(versions)) == 1:
        builds = [record.build for record in (change.before, change.after) if record]
        if len(set(builds)) > 1 and all(builds):
            return _arrow(*(f"{versions[0]} ({build})" for build in builds))
        return versions[0]
    return _arrow(*versions)


def source_text(change: Change) -> str:
    """Return the source, or the way from one to the other."""
    names = [record.source.name for record in (change.before, change.after) if record]
    return names[0] if len(set(names)) == 1 else _arrow(*names)


def reason_text(change: Change, *, mends: bool = False) -> str:
    """Return who asked for the package: you, or the packages that need it.

    Where the plan `mends` the environment, that is the reason for what no package needs.
    """
    if not change.needed_by:
        if mends:
            return QCoreApplication.translate("Changes", "repair")
        record = change.after or change.before
        if record is not None and record.requested:
            return QCoreApplication.translate("Changes", "chosen by you")
        return ""
    named = list(change.needed_by[:_NAMED_AT_MOST])
    more = len(change.needed_by) - len(named)
    if more > 0:
        text = QCoreApplication.translate("Changes", "needed by {names} and {count} more")
        return text.format(names=", ".join(named), count=formats.format_count(more))
    text = QCoreApplication.translate("Changes", "needed by {names}")
    return text.format(names=formats.join_words(named))


def whole_reason_text(change: Change, *, mends: bool = False) -> str:
    """Return who asked for the package, with everybody who needs it, as `reason_text` does."""
    if len(change.needed_by) <= _NAMED_AT_MOST:
        return reason_text(change, mends=mends)
    text = QCoreApplication.translate("Changes", "needed by {names}")
    return text.format(names=formats.join_words(list(change.needed_by)))


def download_text(change: Change) -> str:
    """Return what would be downloaded for `change`."""
    if change.after is None:
        return ""
    if change.download_bytes == 0:
        return QCoreApplication.translate("Changes", "none")
    return formats.format_bytes(change.download_bytes)


def figures_sentences(plan: Plan) -> tuple[str, ...]:
    """Return what `plan` costs or frees, and how long it takes, as far as that is known."""
    said = _cost_sentences(plan)
    if plan.expected_seconds is None or not said:
        return said
    return (*said, _words().lasts(plan.expected_seconds))


def _cost_sentences(plan: Plan) -> tuple[str, ...]:
    figures = plan.figures
    match plan.request:
        case CreateRequest() | ExactRequest():
            return (_words().cost(plan), *_words().cache(figures))
        case CloneRequest():
            return (_words().cost(plan), *_words().copies(figures))
        case RenameRequest():
            moved = QCoreApplication.translate(
                "Changes", "The environment moves as a whole, and nothing is downloaded."
            )
            fixed = QCoreApplication.translate(
                "Changes", "Where its files name their own folder, the new one is written in."
            )
            return (moved, fixed)
        case RemoveRequest():
            return _words().gains(figures)
        case CleanRequest():
            return _words().cleaned(plan)
        case RelinkRequest():
            return _words().relinked(plan)
        case ChangeRequest():
            return _words().difference(plan)
        case RepairRequest():
            return _words().repaired(plan)
        case _:
            assert_never(plan.request)


def _tens(seconds: float) -> int:
    return max(10, 10 * round(seconds / 10))


def _arrow(*parts: str) -> str:
    return " → ".join(parts)


class FigureWords(QObject):
    """Hold the sentences with counts; only a QObject's `tr` is known to have plurals."""

    def cost(self, plan: Plan) -> str:
        """Return what is downloaded and how much of the disk is used."""
        figures = plan.figures
        values = {
            "download": formats.format_bytes(figures.download_bytes),
            "disk": formats.format_bytes(figures.disk_bytes),
        }
        is_open = any(change.download_bytes is None for change in plan.changes)
        if is_open and not figures.download_bytes:
            text = self.tr("How much is downloaded shows only when it begins.")
        elif is_open:
            text = self.tr("Downloads at least {download}, and uses at least {disk} of the disk.")
        elif figures.download_bytes:
            text = self.tr("Downloads {download}, and uses {disk} of the disk.")
        else:
            text = self.tr("Downloads nothing, and uses {disk} of the disk.")
        return text.format(**values)

    def lasts(self, seconds: float) -> str:
        """Return how long something takes, no more exactly than anybody can know."""
        if seconds < _FEW_SECONDS:
            return self.tr("Takes a few seconds, going by the last times.")
        if seconds < _A_MINUTE:
            return self.tr(
                "Takes about %n second(s), going by the last times.", None, _tens(seconds)
            )
        minutes = round(seconds / 60)
        if minutes > _MANY_MINUTES:
            minutes = 5 * round(seconds / 300)
        if minutes > _AN_HOUR:
            return self.tr("Takes more than an hour, going by the last times.")
        return self.tr("Takes about %n minute(s), going by the last times.", None, minutes)

    def cache(self, figures: Figures) -> tuple[str, ...]:
        """Return how many packages are in the cache already, if any."""
        total, cached = figures.packages, figures.cached_packages
        if not total or not cached:
            return ()
        shown = {"cached": formats.format_count(cached), "total": formats.format_count(total)}
        if not figures.linked_bytes:
            text = self.tr("{cached} of {total} packages are on this computer already.")
        elif cached == total:
            text = self.tr(
                "All packages come from the package cache as links: files that are shared with"
                " other environments, and cost nothing."
            )
        else:
            text = self.tr(
                "{cached} of {total} packages come from the package cache as links: files that"
                " are shared with other environments, and cost nothing."
            )
        return (text.format(**shown),)

    def difference(self, plan: Plan) -> tuple[str, ...]:
        """Return what other packages cost and free, as far as there is something to say."""
        figures = plan.figures
        if plan.is_blocked and not plan.changes:
            return ()
        if not plan.changes:
            return (self.unchanged(plan),)
        said: list[str] = []
        if any(change.after is not None for change in plan.changes):
            said += [self.cost(plan), *self.cache(figures)]
        if figures.freed_bytes:
            text = self.tr("Frees {freed} of the disk.")
            said.append(text.format(freed=formats.format_bytes(figures.freed_bytes)))
        return tuple(said)

    def unchanged(self, plan: Plan) -> str:
        """Return why no package comes or goes, and what changes nevertheless."""
        chosen = plan.newly_chosen
        if chosen:
            text = self.tr(
                "Everything you asked for is there already. From now on it counts as chosen by"
                " you, and stays when other packages go: {names}."
            )
            return text.format(names=formats.join_words(list(chosen)))
        request = plan.request
        if any(warning.code in UPDATE_WARNINGS for warning in plan.warnings):
            return self.tr("Nothing changes so far.")
        if isinstance(request, ChangeRequest) and not (request.add or request.add_pypi):
            return self.tr("Nothing changes: there is nothing newer that fits here.")
        return self.tr("Nothing changes: everything you asked for is there already.")

    def repaired(self, plan: Plan) -> tuple[str, ...]:
        """Return what a repair costs and frees, and what becomes of the environment meanwhile."""
        repairing = plan.repairing
        if repairing is not None and repairing.forgets:
            return (self.tr("Only its entry in the list goes; no file is deleted."),)
        if repairing is not None and repairing.settles:
            return (self.tr("What was interrupted is finished, or put back as it was before."),)
        said = list(self.difference(plan)) if plan.changes else []
        said.append(
            self.tr("Until everything is done, and if you cancel, the environment stays as it is.")
        )
        return tuple(said)

    def copies(self, figures: Figures) -> tuple[str, ...]:
        """Return how much of a clone is shared with its original."""
        if not figures.linked_bytes:
            return ()
        text = self.tr("Another {shared} are shared with the package cache, and cost nothing.")
        return (text.format(shared=formats.format_bytes(figures.linked_bytes)),)

    def gains(self, figures: Figures) -> tuple[str, ...]:
        """Return what removing frees, what stays, and how much goes."""
        freed = self.tr("Really frees {freed} of the disk.").format(
            freed=formats.format_bytes(figures.freed_bytes)
        )
        stays = self.tr(
            "Another {shared} stay, because the package cache or other environments use the same"
            " files."
        ).format(shared=formats.format_bytes(figures.linked_bytes))
        return (freed, stays) if figures.linked_bytes else (freed,)

    def cleaned(self, plan: Plan) -> tuple[str, ...]:
        """Return what cleaning frees, and what it costs to have all of it back."""
        freed = self.tr("Frees {freed} of the disk.").format(
            freed=formats.format_bytes(plan.figures.freed_bytes)
        )
        kept = self.tr("Every environment stays as it is, and works as before.")
        again = plan.cleaning.download_bytes if plan.cleaning is not None else 0
        if not again:
            return (freed, kept)
        later = self.tr(
            "If you ever need all of it again, {size} are downloaded: making an environment takes"
            " longer then."
        )
        return (freed, kept, later.format(size=formats.format_bytes(again)))

    def relinked(self, plan: Plan) -> tuple[str, ...]:
        """Return what sharing files saves, and that nothing else changes."""
        freed = self.tr("Saves {freed} of the disk.").format(
            freed=formats.format_bytes(plan.figures.freed_bytes)
        )
        files = plan.relinking.files if plan.relinking is not None else 0
        what = self.tr(
            "From now on %n file(s) will be shared with the package cache: only what is exactly as"
            " its package brought it. Nothing in it changes.",
            None,
            files,
        )
        return (freed, what)

    def summary(self, kind: ChangeKind, count: int) -> str:
        """Return the title over the changes of one kind, with their number."""
        text = self.tr("{kind}: %n package(s)", None, count)
        return text.format(kind=change_title(kind))


@cache
def _words() -> FigureWords:
    return FigureWords()


def group_title(kind: ChangeKind, count: int) -> str:
    """Return "Added: 54 packages"."""
    return _words().summary(kind, count)
