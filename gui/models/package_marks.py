"""What is known of the rows of the package table beside their records."""

from __future__ import annotations

from engine.records import Record, RecordKind
from engine.updates import Holding, Update
from gui.models.basket import Wish, WishKind
from gui.presenting.updates import update_sentence, update_word
from gui.theme import Tone


class Wishes(dict[str, Wish]):
    """Know what is wished of each row."""

    def is_settled(self, record: Record) -> bool:
        """Return whether something else than an update is wished of a row."""
        return self.kind_of(record) in (WishKind.ADD, WishKind.SWITCH, WishKind.REMOVE)

    def kind_of(self, record: Record) -> WishKind | None:
        """Return what is wished of a row, None for nothing."""
        wish = self.get(record.key)
        return None if wish is None else wish.kind


class KnownUpdates(dict[str, Update]):
    """Know what is newer of each row, and of which kinds everything was looked for."""

    complete: tuple[RecordKind, ...] = ()

    def word_of(self, record: Record, wishes: Wishes) -> str:
        """Return what stands in the column: a newer version, or why there is none."""
        update = self.get(record.key)
        if record.path is None or record.problem is not None or wishes.is_settled(record):
            return ""
        if update is not None:
            return update_word(update)
        return "–" if record.kind in self.complete else ""

    def tip_of(self, record: Record, wishes: Wishes) -> str:
        """Return what there is newer in sentences, "" for nothing."""
        update = self.get(record.key)
        if update is None or not self.word_of(record, wishes):
            return ""
        return update_sentence(update, is_in_basket=wishes.kind_of(record) is WishKind.UPDATE)

    def icon_of(self, record: Record, wishes: Wishes) -> tuple[str, Tone] | None:
        """Return the icon of the column, None for none."""
        update = self.get(record.key)
        if update is None or not self.word_of(record, wishes):
            return None
        if update.version:
            is_wanted = wishes.kind_of(record) is WishKind.UPDATE
            return ("check", Tone.SUCCESS) if is_wanted else ("arrow-up", Tone.ACCENT)
        return ("pin", Tone.MUTED) if update.holding is Holding.PIN else None

    def tint_of(self, record: Record) -> Tone | None:
        """Return the tone of what can be taken, None for the usual one."""
        update = self.get(record.key)
        return Tone.ACCENT if update is not None and update.version else None

    def rank_of(self, record: Record) -> tuple[int, str]:
        """Return what sorts the column: what can be taken first, then what stays."""
        update = self.get(record.key)
        if update is None:
            return (2, "")
        return (0, "") if update.version else (1, update_word(update))
