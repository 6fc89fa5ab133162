"""Say where a task stands and how far it has come."""

from __future__ import annotations

from typing import Final, assert_never

from PySide6.QtCore import QCoreApplication

from engine.events import Phase, Progress, ProgressUnit, Task, TaskState
from gui import formats
from gui.presenting.disk import skipped_sentences
from gui.presenting.failures import explain
from gui.presenting.requests import (
    cancelled_sentence,
    failure_title,
    running_title,
    success_sentence,
)
from gui.presenting.wording import QT_TRANSLATE_NOOP, Sentence, filled

_SOON = 5
_ROUND_TO = 5
_STATES: Final[dict[TaskState, Sentence]] = {
    TaskState.WAITING: QT_TRANSLATE_NOOP("Tasks", "Waiting"),
    TaskState.RUNNING: QT_TRANSLATE_NOOP("Tasks", "Running"),
    TaskState.CANCELLING: QT_TRANSLATE_NOOP("Tasks", "Cancelling…"),
    TaskState.SUCCEEDED: QT_TRANSLATE_NOOP("Tasks", "Done"),
    TaskState.FAILED: QT_TRANSLATE_NOOP("Tasks", "Failed"),
    TaskState.CANCELLED: QT_TRANSLATE_NOOP("Tasks", "Cancelled"),
}
_PHASES: Final[dict[Phase, Sentence]] = {
    Phase.WAITING: QT_TRANSLATE_NOOP("Tasks", "waiting for another window to finish"),
    Phase.PREPARING: QT_TRANSLATE_NOOP("Tasks", "preparing"),
    Phase.DOWNLOADING: QT_TRANSLATE_NOOP("Tasks", "downloading"),
    Phase.LINKING: QT_TRANSLATE_NOOP("Tasks", "installing"),
    Phase.COPYING: QT_TRANSLATE_NOOP("Tasks", "copying"),
    Phase.COMPILING: QT_TRANSLATE_NOOP("Tasks", "getting ready"),
    Phase.FINISHING: QT_TRANSLATE_NOOP("Tasks", "finishing"),
    Phase.REMOVING: QT_TRANSLATE_NOOP("Tasks", "removing"),
    Phase.PUTTING_BACK: QT_TRANSLATE_NOOP("Tasks", "putting everything back"),
}
_PHASE_SENTENCES: Final[dict[Phase, Sentence]] = {
    Phase.WAITING: QT_TRANSLATE_NOOP(
        "Tasks", "Another Envdesk, or a program like it, is at work on this environment."
    ),
    Phase.PREPARING: QT_TRANSLATE_NOOP("Tasks", "The folder and the packages are prepared."),
    Phase.DOWNLOADING: QT_TRANSLATE_NOOP(
        "Tasks", "Packages are fetched from their channels into the package cache."
    ),
    Phase.LINKING: QT_TRANSLATE_NOOP(
        "Tasks",
        "The files of each package are put into the environment as links: they share the"
        " space of those in the package cache.",
    ),
    Phase.COPYING: QT_TRANSLATE_NOOP("Tasks", "Files are copied into the environment."),
    Phase.COMPILING: QT_TRANSLATE_NOOP(
        "Tasks", "Python files are prepared so that programs start faster."
    ),
    Phase.FINISHING: QT_TRANSLATE_NOOP(
        "Tasks", "The environment is moved to its place and made known to other programs."
    ),
    Phase.REMOVING: QT_TRANSLATE_NOOP("Tasks", "Files are deleted."),
    Phase.PUTTING_BACK: QT_TRANSLATE_NOOP(
        "Tasks", "What was begun is undone, so that everything is as it was before."
    ),
}


def state_word(state: TaskState) -> str:
    """Return the word for `state`."""
    return filled(_STATES[state])


def phase_word(phase: Phase) -> str:
    """Return the verb for `phase`, in lower case: it stands behind a colon."""
    return filled(_PHASES[phase])


def phase_sentence(phase: Phase) -> str:
    """Return one sentence about what happens in `phase`, for those who do not know the word."""
    return filled(_PHASE_SENTENCES[phase])


def progress_text(progress: Progress) -> str:
    """Return how far a phase has come: "installing 41 of 54", "downloading 3 MB of 31 MB"."""
    verb = phase_word(progress.phase)
    if progress.total <= 0:
        return verb
    match progress.unit:
        case ProgressUnit.BYTES:
            done, total = (formats.format_bytes(n) for n in (progress.done, progress.total))
            text = QCoreApplication.translate("Tasks", "{verb} {done} of {total}")
        case ProgressUnit.PACKAGES:
            done, total = (formats.format_count(n) for n in (progress.done, progress.total))
            text = QCoreApplication.translate("Tasks", "{verb} {done} of {total}")
        case ProgressUnit.FILES:
            done, total = (formats.format_count(n) for n in (progress.done, progress.total))
            text = QCoreApplication.translate("Tasks", "{verb} {done} of {total} files")
        case _:
            assert_never(progress.unit)
    return text.format(verb=verb, done=done, total=total)


def time_left_text(seconds: float | None) -> str:
    """Return "12 s left" coarsely enough not to flicker; "" for None."""
    if seconds is None:
        return ""
    if seconds < _SOON:
        return QCoreApplication.translate("Tasks", "a few seconds left")
    rounded = round(seconds / _ROUND_TO) * _ROUND_TO
    return QCoreApplication.translate("Tasks", "{duration} left").format(
        duration=formats.format_duration(rounded)
    )


def task_sentence(task: Task) -> str:
    """Return one line about `task` as it stands: what it does, or how it ended."""
    match task.state:
        case TaskState.WAITING | TaskState.RUNNING | TaskState.CANCELLING:
            return _under_way(task)
        case TaskState.SUCCEEDED:
            return " ".join((success_sentence(task.request), *skipped_sentences(task.skipped)))
        case TaskState.FAILED:
            reason = explain(task.failure).sentence if task.failure else ""
            return f"{failure_title(task.request)} {reason}".strip()
        case TaskState.CANCELLED:
            return cancelled_sentence(task.request)
        case _:
            assert_never(task.state)


def _under_way(task: Task) -> str:
    title = running_title(task.request)
    if task.state is TaskState.WAITING:
        return QCoreApplication.translate("Tasks", "{title}: waiting for its turn").format(
            title=title
        )
    if task.state is TaskState.CANCELLING and not _is_putting_back(task):
        return QCoreApplication.translate("Tasks", "{title}: cancelling…").format(title=title)
    if task.progress is None:
        return title
    text = QCoreApplication.translate("Tasks", "{title}: {progress}")
    return text.format(title=title, progress=progress_text(task.progress))


def _is_putting_back(task: Task) -> bool:
    return task.progress is not None and task.progress.phase is Phase.PUTTING_BACK


def cannot_cancel_sentence() -> str:
    """Return why a running task offers no Cancel."""
    return QCoreApplication.translate(
        "Tasks",
        "This can no longer be stopped: the last step is quick, and stopping in it would leave"
        " the work half done.",
    )
