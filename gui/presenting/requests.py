"""Say what a request does: before, while and after it is carried out."""

from __future__ import annotations

from typing import assert_never

from PySide6.QtCore import QCoreApplication

from engine.requests import (
    ChangeRequest,
    CloneRequest,
    CreateRequest,
    RemoveRequest,
    RenameRequest,
    Request,
)


def _names(request: Request) -> dict[str, str]:
    source = request.source if isinstance(request, CloneRequest | RenameRequest) else None
    return {
        "name": request.prefix.name or str(request.prefix),
        "source": (source.name or str(source)) if source else "",
    }


def is_move(request: RenameRequest) -> bool:
    """Return whether `request` keeps the name and changes the folder only."""
    return request.source.name == request.prefix.name


def request_title(request: Request) -> str:
    """Return the title of a preview: what would be done, in a few words."""
    match request:
        case CreateRequest():
            text = QCoreApplication.translate("Requests", "Create {name}")
        case CloneRequest():
            text = QCoreApplication.translate("Requests", "Clone {source} as {name}")
        case RenameRequest() if is_move(request):
            text = QCoreApplication.translate("Requests", "Move {name}")
        case RenameRequest():
            text = QCoreApplication.translate("Requests", "Rename {source} to {name}")
        case RemoveRequest():
            text = QCoreApplication.translate("Requests", "Remove {name}")
        case ChangeRequest():
            text = QCoreApplication.translate("Requests", "Change {name}")
        case _:
            assert_never(request)
    return text.format(**_names(request))


def apply_label(request: Request) -> str:
    """Return the words of the button that carries `request` out, with its mnemonic."""
    match request:
        case CreateRequest():
            return QCoreApplication.translate("Requests", "C&reate")
        case CloneRequest():
            return QCoreApplication.translate("Requests", "C&lone")
        case RenameRequest() if is_move(request):
            return QCoreApplication.translate("Requests", "&Move")
        case RenameRequest():
            return QCoreApplication.translate("Requests", "&Rename")
        case RemoveRequest():
            return QCoreApplication.translate("Requests", "&Remove")
        case ChangeRequest():
            return QCoreApplication.translate("Requests", "&Apply")
        case _:
            assert_never(request)


def planning_sentence(request: Request) -> str:
    """Return what is said while `request` is worked out."""
    match request:
        case CreateRequest():
            text = QCoreApplication.translate(
                "Requests", "Working out which packages {name} needs…"
            )
        case CloneRequest() | RenameRequest():
            text = QCoreApplication.translate("Requests", "Looking at what is in {source}…")
        case RemoveRequest():
            text = QCoreApplication.translate("Requests", "Looking at what would go with {name}…")
        case ChangeRequest():
            text = QCoreApplication.translate(
                "Requests", "Working out what these changes of {name} bring along…"
            )
        case _:
            assert_never(request)
    return text.format(**_names(request))


def running_title(request: Request) -> str:
    """Return what is said while `request` is carried out."""
    match request:
        case CreateRequest():
            text = QCoreApplication.translate("Requests", "Creating {name}")
        case CloneRequest():
            text = QCoreApplication.translate("Requests", "Cloning {source} as {name}")
        case RenameRequest() if is_move(request):
            text = QCoreApplication.translate("Requests", "Moving {name}")
        case RenameRequest():
            text = QCoreApplication.translate("Requests", "Renaming {source} to {name}")
        case RemoveRequest():
            text = QCoreApplication.translate("Requests", "Removing {name}")
        case ChangeRequest():
            text = QCoreApplication.translate("Requests", "Changing {name}")
        case _:
            assert_never(request)
    return text.format(**_names(request))


def success_sentence(request: Request) -> str:
    """Return what is said when `request` was carried out."""
    match request:
        case CreateRequest() | CloneRequest():
            text = QCoreApplication.translate("Requests", "{name} is ready.")
        case RenameRequest() if is_move(request):
            text = QCoreApplication.translate("Requests", "{name} is in its new place.")
        case RenameRequest():
            text = QCoreApplication.translate("Requests", "{source} is now called {name}.")
        case RemoveRequest():
            text = QCoreApplication.translate("Requests", "{name} is gone.")
        case ChangeRequest():
            text = QCoreApplication.translate("Requests", "{name} has its new packages.")
        case _:
            assert_never(request)
    return text.format(**_names(request))


def failure_title(request: Request) -> str:
    """Return what is said when `request` failed; the failure itself is said after it."""
    match request:
        case CreateRequest() | CloneRequest():
            text = QCoreApplication.translate("Requests", "{name} could not be made.")
        case RenameRequest() if is_move(request):
            text = QCoreApplication.translate("Requests", "{name} could not be moved.")
        case RenameRequest():
            text = QCoreApplication.translate("Requests", "{source} could not be renamed.")
        case RemoveRequest():
            text = QCoreApplication.translate("Requests", "{name} could not be removed.")
        case ChangeRequest():
            text = QCoreApplication.translate("Requests", "{name} could not be changed.")
        case _:
            assert_never(request)
    return text.format(**_names(request))


def cancelled_sentence(request: Request) -> str:
    """Return what is said when `request` was cancelled and everything put back."""
    match request:
        case CreateRequest() | CloneRequest():
            text = QCoreApplication.translate(
                "Requests", "Cancelled: {name} was not made, and nothing is left of it."
            )
        case RenameRequest():
            text = QCoreApplication.translate(
                "Requests", "Cancelled: {source} is as it was before."
            )
        case RemoveRequest() | ChangeRequest():
            text = QCoreApplication.translate("Requests", "Cancelled: {name} is as it was before.")
        case _:
            assert_never(request)
    return text.format(**_names(request))
