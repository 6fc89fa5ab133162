"""Keep the keyboard where it was while cards of the Health tab come and go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from gui.views.health_card import FindingCard, IgnoredRow


@dataclass(frozen=True, slots=True)
class Spot:
    """Say where the keyboard is: on which control of which card, or ignored line, from the top."""

    key: str
    at: int
    control: int
    is_ignored: bool
    is_last_word: bool  # on what takes the card, or the line, away


def stops(root: QWidget) -> tuple[QWidget, ...]:
    """Return what the Tab key stops at inside `root`, in the order in which it was put there."""
    return tuple(
        each
        for each in root.findChildren(QWidget)
        if each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.focusProxy() is None
    )


def chain(first: QWidget, others: Sequence[QWidget]) -> None:
    """Let the Tab key go from `first` through `others`, as they are seen."""
    for before, after in zip((first, *others), others, strict=False):
        QWidget.setTabOrder(before, after)


def spot_of(
    focused: QWidget | None, cards: Sequence[FindingCard], ignored: Sequence[IgnoredRow]
) -> Spot | None:
    """Return where the keyboard is, None when it is on none of these."""
    if focused is None:
        return None
    for group in (cards, ignored):
        for at, each in enumerate(group):
            if each.isAncestorOf(focused):
                inside = usable(each)
                control = inside.index(focused) if focused in inside else 0
                is_last_word = focused is each.last_word
                key = each.finding.key
                return Spot(key, at, control, isinstance(each, IgnoredRow), is_last_word)
    return None


def control_for(
    spot: Spot, cards: Sequence[FindingCard], ignored: Sequence[IgnoredRow]
) -> QWidget | None:
    """Return what the keyboard goes to: the same control, or that of the card in its place."""
    ours, others = (ignored, cards) if spot.is_ignored else (cards, ignored)
    for each in ours:
        if each.finding.key == spot.key:
            inside = usable(each)
            return inside[min(spot.control, len(inside) - 1)]
    if ours:
        each = ours[min(spot.at, len(ours) - 1)]
        return each.last_word if spot.is_last_word else usable(each)[0]
    come_back = (each for each in others if spot.is_ignored and each.finding.key == spot.key)
    return next((usable(each)[0] for each in come_back), None)


def usable(root: QWidget) -> tuple[QWidget, ...]:
    """Return what can have the keyboard now, of what the Tab key stops at inside `root`."""
    return tuple(each for each in stops(root) if each.isEnabled() and each.isVisibleTo(root))
