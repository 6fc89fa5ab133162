"""Say what a request does: before, while and after it is carried out."""

from __future__ import annotations

from typing import Final, assert_never

from PySide6.QtCore import QCoreApplication

from engine.events import Settled, Settlement
from engine.health.values import RepairKind
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
    Request,
)
from gui import formats

_TAKING_AWAY: Final = frozenset(
    (RepairKind.DELETE_FILES, RepairKind.HAND_TO_PYPI, RepairKind.REMOVE, RepairKind.UNFREEZE)
)


def _names(request: Request) -> dict[str, str]:
    if isinstance(request, CleanRequest | RelinkRequest):
        return {}
    source = request.source if isinstance(request, CloneRequest | RenameRequest) else None
    return {
        "name": request.prefix.name or str(request.prefix),
        "source": (source.name or str(source)) if source else "",
    }


def affected_name(request: Request) -> str:
    """Return the name of the environment that `request` is about; "" for caches."""
    match request:
        case CleanRequest():
            return ""
        case RelinkRequest(prefixes=prefixes):
            return formats.join_words([prefix.name for prefix in prefixes])
        case _:
            return request.prefix.name


def request_place(request: Request) -> str:
    """Return the folders that `request` is about, for a line below its title."""
    match request:
        case CleanRequest(caches=caches):
            return formats.join_words([str(cache) for cache in caches])
        case RelinkRequest(prefixes=prefixes):
            return formats.join_words([str(prefix) for prefix in prefixes])
        case _:
            return str(request.prefix)


def is_move(request: RenameRequest) -> bool:
    """Return whether `request` keeps the name and changes the folder only."""
    return request.source.name == request.prefix.name


def request_title(request: Request) -> str:
    """Return the title of a preview: what would be done, in a few words."""
    match request:
        case CreateRequest() | ExactRequest():
            text = QCoreApplication.translate("Requests", "Create {name}")
        case CloneRequest():
            text = QCoreApplication.translate("Requests", "Clone {source} as {name}")
        case RenameRequest() if is_move(request):
            text = QCoreApplication.translate("Requests", "Move {name}")
        case RenameRequest():
            text = QCoreApplication.translate("Requests", "Rename {source} to {name}")
        case RemoveRequest():
            text = QCoreApplication.translate("Requests", "Remove {name}")
        case CleanRequest():
            text = QCoreApplication.translate("Requests", "Clean up")
        case RelinkRequest():
            text = QCoreApplication.translate("Requests", "Share copied files")
        case ChangeRequest():
            text = QCoreApplication.translate("Requests", "Change {name}")
        case RepairRequest() if is_forgetting(request):
            text = QCoreApplication.translate("Requests", "Take {name} off the list")
        case RepairRequest():
            text = QCoreApplication.translate("Requests", "Repair {name}")
        case _:
            assert_never(request)
    return text.format(**_names(request))


def is_forgetting(request: RepairRequest) -> bool:
    """Return whether all there is to do is to take an environment that is gone off the list."""
    kinds = {step.kind for step in request.steps}
    kinds |= {step.kind for wish in request.wishes for way in wish.ways for step in way}
    return kinds == {RepairKind.FORGET}


def _only_takes_away(request: RepairRequest) -> bool:
    """Return whether nothing is put back: to call that a repair would be too much."""
    return bool(request.steps) and _TAKING_AWAY.issuperset(step.kind for step in request.steps)


def apply_label(request: Request, freed_bytes: int = 0) -> str:
    """Return the words of the button that carries `request` out, with its mnemonic.

    `freed_bytes` is what the plan frees, for a button that says so.
    """
    match request:
        case CreateRequest() | ExactRequest():
            words = QCoreApplication.translate("Requests", "C&reate")
        case CloneRequest():
            words = QCoreApplication.translate("Requests", "C&lone")
        case RenameRequest() if is_move(request):
            words = QCoreApplication.translate("Requests", "&Move")
        case RenameRequest():
            words = QCoreApplication.translate("Requests", "&Rename")
        case RemoveRequest():
            words = QCoreApplication.translate("Requests", "&Remove")
        case CleanRequest():
            words = _clean_label(freed_bytes)
        case RelinkRequest():
            words = QCoreApplication.translate("Requests", "&Share files")
        case ChangeRequest():
            words = QCoreApplication.translate("Requests", "&Apply")
        case RepairRequest() if is_forgetting(request):
            words = QCoreApplication.translate("Requests", "&Take off the list")
        case RepairRequest() if _only_takes_away(request):
            words = QCoreApplication.translate("Requests", "&Apply")
        case RepairRequest():
            words = QCoreApplication.translate("Requests", "R&epair")
        case _:
            assert_never(request)
    return words


def _clean_label(freed_bytes: int) -> str:
    text = QCoreApplication.translate("Requests", "&Free {size}")
    return text.format(size=formats.format_bytes(freed_bytes))


def planning_sentence(request: Request) -> str:
    """Return what is said while `request` is worked out."""
    match request:
        case CreateRequest() | ExactRequest():
            text = QCoreApplication.translate(
                "Requests", "Working out which packages {name} needs…"
            )
        case CloneRequest() | RenameRequest():
            text = QCoreApplication.translate("Requests", "Looking at what is in {source}…")
        case RemoveRequest():
            text = QCoreApplication.translate("Requests", "Looking at what would go with {name}…")
        case CleanRequest():
            text = QCoreApplication.translate(
                "Requests", "Looking at what would go, and what that frees…"
            )
        case RelinkRequest():
            text = QCoreApplication.translate(
                "Requests", "Looking which copies are still as they came…"
            )
        case ChangeRequest():
            text = QCoreApplication.translate(
                "Requests", "Working out what these changes of {name} bring along…"
            )
        case RepairRequest():
            text = QCoreApplication.translate("Requests", "Working out how {name} is mended…")
        case _:
            assert_never(request)
    return text.format(**_names(request))


def running_title(request: Request) -> str:
    """Return what is said while `request` is carried out."""
    match request:
        case CreateRequest() | ExactRequest():
            text = QCoreApplication.translate("Requests", "Creating {name}")
        case CloneRequest():
            text = QCoreApplication.translate("Requests", "Cloning {source} as {name}")
        case RenameRequest() if is_move(request):
            text = QCoreApplication.translate("Requests", "Moving {name}")
        case RenameRequest():
            text = QCoreApplication.translate("Requests", "Renaming {source} to {name}")
        case RemoveRequest():
            text = QCoreApplication.translate("Requests", "Removing {name}")
        case CleanRequest():
            text = QCoreApplication.translate("Requests", "Cleaning up")
        case RelinkRequest():
            text = QCoreApplication.translate("Requests", "Sharing copied files")
        case ChangeRequest():
            text = QCoreApplication.translate("Requests", "Changing {name}")
        case RepairRequest() if is_forgetting(request):
            text = QCoreApplication.translate("Requests", "Taking {name} off the list")
        case RepairRequest():
            text = QCoreApplication.translate("Requests", "Repairing {name}")
        case _:
            assert_never(request)
    return text.format(**_names(request))


def success_sentence(request: Request) -> str:
    """Return what is said when `request` was carried out."""
    match request:
        case CreateRequest() | ExactRequest() | CloneRequest():
            text = QCoreApplication.translate("Requests", "{name} is ready.")
        case RenameRequest() if is_move(request):
            text = QCoreApplication.translate("Requests", "{name} is in its new place.")
        case RenameRequest():
            text = QCoreApplication.translate("Requests", "{source} is now called {name}.")
        case RemoveRequest():
            text = QCoreApplication.translate("Requests", "{name} is gone.")
        case CleanRequest():
            text = QCoreApplication.translate("Requests", "Cleaned up.")
        case RelinkRequest():
            text = QCoreApplication.translate("Requests", "Copied files are shared now.")
        case ChangeRequest():
            text = QCoreApplication.translate("Requests", "{name} has its new packages.")
        case RepairRequest() if is_forgetting(request):
            text = QCoreApplication.translate("Requests", "{name} is off the list.")
        case RepairRequest():
            text = QCoreApplication.translate("Requests", "{name} is repaired.")
        case _:
            assert_never(request)
    return text.format(**_names(request))


def failure_title(request: Request) -> str:
    """Return what is said when `request` failed; the failure itself is said after it."""
    match request:
        case CreateRequest() | ExactRequest() | CloneRequest():
            text = QCoreApplication.translate("Requests", "{name} could not be made.")
        case RenameRequest() if is_move(request):
            text = QCoreApplication.translate("Requests", "{name} could not be moved.")
        case RenameRequest():
            text = QCoreApplication.translate("Requests", "{source} could not be renamed.")
        case RemoveRequest():
            text = QCoreApplication.translate("Requests", "{name} could not be removed.")
        case CleanRequest():
            text = QCoreApplication.translate("Requests", "Cleaning up was not finished.")
        case RelinkRequest():
            text = QCoreApplication.translate("Requests", "Sharing files was not finished.")
        case ChangeRequest():
            text = QCoreApplication.translate("Requests", "{name} could not be changed.")
        case RepairRequest():
            text = QCoreApplication.translate("Requests", "{name} could not be repaired.")
        case _:
            assert_never(request)
    return text.format(**_names(request))


def cancelled_sentence(request: Request) -> str:
    """Return what is said when `request` was cancelled and everything put back."""
    match request:
        case CreateRequest() | ExactRequest() | CloneRequest():
            text = QCoreApplication.translate(
                "Requests", "Cancelled: {name} was not made, and nothing is left of it."
            )
        case RenameRequest():
            text = QCoreApplication.translate(
                "Requests", "Cancelled: {source} is as it was before."
            )
        case RemoveRequest() | ChangeRequest() | RepairRequest():
            text = QCoreApplication.translate("Requests", "Cancelled: {name} is as it was before.")
        case CleanRequest():
            text = QCoreApplication.translate(
                "Requests", "Cancelled: what was not deleted yet is still there."
            )
        case RelinkRequest():
            text = QCoreApplication.translate(
                "Requests", "Cancelled: every environment has all of its files."
            )
        case _:
            assert_never(request)
    return text.format(**_names(request))


def settled_sentence(settled: Settled) -> str:
    """Return what is said about interrupted work that was found and settled."""
    match settled.settlement:
        case Settlement.FINISHED:
            return QCoreApplication.translate(
                "Requests", "{done} The work had been interrupted, and Envdesk finished it."
            ).format(done=success_sentence(settled.request))
        case Settlement.PUT_BACK:
            return _interrupted_sentence(settled.request)
        case _:
            assert_never(settled.settlement)


def _interrupted_sentence(request: Request) -> str:
    match request:
        case CreateRequest() | ExactRequest() | CloneRequest():
            text = QCoreApplication.translate(
                "Requests",
                "{name} was not made: the work was interrupted, and nothing is left of it.",
            )
        case RenameRequest():
            text = QCoreApplication.translate(
                "Requests", "{source} is as it was before: the work on it was interrupted."
            )
        case RemoveRequest() | ChangeRequest() | RepairRequest():
            text = QCoreApplication.translate(
                "Requests", "{name} is as it was before: the work on it was interrupted."
            )
        case CleanRequest():
            text = QCoreApplication.translate(
                "Requests", "Cleaning up was interrupted: what was not deleted is still there."
            )
        case RelinkRequest():
            text = QCoreApplication.translate(
                "Requests", "Sharing files was interrupted: every environment has all of its files."
            )
        case _:
            assert_never(request)
    return text.format(**_names(request))
