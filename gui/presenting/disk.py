"""Say what lies on the disk, what can go, and what it costs to have it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject

from engine.cache.values import (
    CacheItem,
    CacheKind,
    CacheSpace,
    Cost,
    ItemKind,
    Preset,
    Skipped,
    SkipReason,
    UseKind,
    VolumeSpace,
)
from gui import formats
from gui.presenting.wording import QT_TRANSLATE_NOOP, Sentence, filled

_KINDS: Final[dict[ItemKind, tuple[Sentence, Sentence, Sentence]]] = {
    ItemKind.ARCHIVE: (
        QT_TRANSLATE_NOOP("Disk", "Downloaded packages"),
        QT_TRANSLATE_NOOP("Disk", "download"),
        QT_TRANSLATE_NOOP(
            "Disk",
            "Packages as they came from the channel. They were unpacked long ago, so no"
            " environment needs them.",
        ),
    ),
    ItemKind.UNPACKED: (
        QT_TRANSLATE_NOOP("Disk", "Unpacked packages"),
        QT_TRANSLATE_NOOP("Disk", "unpacked"),
        QT_TRANSLATE_NOOP(
            "Disk",
            "Packages as folders, from which environments take their files. An environment that"
            " is there keeps its files.",
        ),
    ),
    ItemKind.INDEX: (
        QT_TRANSLATE_NOOP("Disk", "Package lists"),
        QT_TRANSLATE_NOOP("Disk", "list"),
        QT_TRANSLATE_NOOP(
            "Disk", "Lists of what the channels offer. They are fetched again when needed."
        ),
    ),
    ItemKind.PARTIAL: (
        QT_TRANSLATE_NOOP("Disk", "Unfinished downloads"),
        QT_TRANSLATE_NOOP("Disk", "unfinished"),
        QT_TRANSLATE_NOOP("Disk", "Downloads that were broken off. Nothing can use them."),
    ),
    ItemKind.LOG: (
        QT_TRANSLATE_NOOP("Disk", "Logs"),
        QT_TRANSLATE_NOOP("Disk", "log"),
        QT_TRANSLATE_NOOP("Disk", "Notes that programs wrote about their work. None needs them."),
    ),
    ItemKind.TRASH: (
        QT_TRANSLATE_NOOP("Disk", "Trash"),
        QT_TRANSLATE_NOOP("Disk", "trash"),
        QT_TRANSLATE_NOOP(
            "Disk", "Files that a program put aside to delete later, and then forgot."
        ),
    ),
    ItemKind.WHEEL: (
        QT_TRANSLATE_NOOP("Disk", "Packages built here by pip"),
        QT_TRANSLATE_NOOP("Disk", "built package"),
        QT_TRANSLATE_NOOP(
            "Disk",
            "Packages that pip built on this computer, kept to save building them again. What is"
            " installed stays.",
        ),
    ),
    ItemKind.HTTP: (
        QT_TRANSLATE_NOOP("Disk", "Downloads of pip"),
        QT_TRANSLATE_NOOP("Disk", "pip download"),
        QT_TRANSLATE_NOOP(
            "Disk",
            "What pip downloaded, kept to save downloading it again. What is installed stays.",
        ),
    ),
    ItemKind.UV: (
        QT_TRANSLATE_NOOP("Disk", "Packages of uv"),
        QT_TRANSLATE_NOOP("Disk", "uv package"),
        QT_TRANSLATE_NOOP(
            "Disk", "What uv downloaded or built, kept for the next time. What is installed stays."
        ),
    ),
    ItemKind.LEFTOVER: (
        QT_TRANSLATE_NOOP("Disk", "Left-overs"),
        QT_TRANSLATE_NOOP("Disk", "left-over"),
        QT_TRANSLATE_NOOP(
            "Disk", "What work left behind that was interrupted. Nothing will go on with it."
        ),
    ),
}
_CACHES: Final[dict[CacheKind, tuple[Sentence, Sentence]]] = {
    CacheKind.CONDA: (
        QT_TRANSLATE_NOOP("Disk", "Conda packages"),
        QT_TRANSLATE_NOOP("Disk", "conda"),
    ),
    CacheKind.RATTLER: (
        QT_TRANSLATE_NOOP("Disk", "Packages of pixi and rattler"),
        QT_TRANSLATE_NOOP("Disk", "pixi, rattler"),
    ),
    CacheKind.ENVDESK: (
        QT_TRANSLATE_NOOP("Disk", "Packages of Envdesk"),
        QT_TRANSLATE_NOOP("Disk", "Envdesk"),
    ),
    CacheKind.PIP: (QT_TRANSLATE_NOOP("Disk", "pip"), QT_TRANSLATE_NOOP("Disk", "pip")),
    CacheKind.UV: (QT_TRANSLATE_NOOP("Disk", "uv"), QT_TRANSLATE_NOOP("Disk", "uv")),
}
_COSTS: Final[dict[Cost, Sentence]] = {
    Cost.NOTHING: QT_TRANSLATE_NOOP("Disk", "Nothing will ask for it again."),
    Cost.DOWNLOAD: QT_TRANSLATE_NOOP("Disk", "It is downloaded again when it is needed."),
    Cost.BUILD: QT_TRANSLATE_NOOP(
        "Disk", "It was built on this computer; building it again may take long."
    ),
    Cost.UNKNOWN: QT_TRANSLATE_NOOP(
        "Disk", "Where it came from is not known, so it may not be had again."
    ),
}
_PRESETS: Final[dict[Preset, tuple[Sentence, Sentence]]] = {
    Preset.SAFE: (
        QT_TRANSLATE_NOOP("Disk", "Safe"),
        QT_TRANSLATE_NOOP("Disk", "Costs at most a new download, should you need it again."),
    ),
    Preset.EVERYTHING_UNUSED: (
        QT_TRANSLATE_NOOP("Disk", "Everything not in use"),
        QT_TRANSLATE_NOOP(
            "Disk",
            "Also what was built on this computer, or came from an unknown place. Environments"
            " stay as they are.",
        ),
    ),
}
_REASONS: Final[dict[SkipReason, tuple[Sentence, Sentence]]] = {
    SkipReason.NEEDED: (
        QT_TRANSLATE_NOOP("Disk", "needed"),
        QT_TRANSLATE_NOOP("Disk", "An environment points into it and would break without it."),
    ),
    SkipReason.IN_USE: (
        QT_TRANSLATE_NOOP("Disk", "in use by a program"),
        QT_TRANSLATE_NOOP("Disk", "A program is at work with it. Try again when it is done."),
    ),
    SkipReason.LOCKED: (
        QT_TRANSLATE_NOOP("Disk", "locked"),
        QT_TRANSLATE_NOOP(
            "Disk", "Another program has locked it for its own work. Try again when it is done."
        ),
    ),
    SkipReason.FORBIDDEN: (
        QT_TRANSLATE_NOOP("Disk", "not yours to delete"),
        QT_TRANSLATE_NOOP("Disk", "It belongs to somebody else, and you may not delete it."),
    ),
    SkipReason.OTHER_VOLUME: (
        QT_TRANSLATE_NOOP("Disk", "another disk is inside"),
        QT_TRANSLATE_NOOP("Disk", "Another disk appears inside this folder. It is left alone."),
    ),
    SkipReason.HOLDS_OTHERS: (
        QT_TRANSLATE_NOOP("Disk", "holds something else"),
        QT_TRANSLATE_NOOP("Disk", "An environment or another cache lies in it. It is left alone."),
    ),
    SkipReason.CHANGED: (
        QT_TRANSLATE_NOOP("Disk", "changed meanwhile"),
        QT_TRANSLATE_NOOP("Disk", "It has changed since it was looked at, so it was left alone."),
    ),
    SkipReason.FAILED: (
        QT_TRANSLATE_NOOP("Disk", "could not be deleted"),
        QT_TRANSLATE_NOOP("Disk", "The system refused to delete it."),
    ),
}
_USES: Final[dict[UseKind, Sentence]] = {
    UseKind.HARD_LINK: QT_TRANSLATE_NOOP("Disk", "shares its files"),
    UseKind.SOFT_LINK: QT_TRANSLATE_NOOP("Disk", "points into it, and would break without it"),
    UseKind.COPY: QT_TRANSLATE_NOOP("Disk", "has copies of its files"),
}


def kind_title(kind: ItemKind) -> str:
    """Return what things of `kind` are called together."""
    return filled(_KINDS[kind][0])


def kind_word(kind: ItemKind) -> str:
    """Return the short word for one thing of `kind`, in lower case: it stands in a table."""
    return filled(_KINDS[kind][1])


def kind_sentence(kind: ItemKind) -> str:
    """Return what things of `kind` are, and why they can go."""
    return filled(_KINDS[kind][2])


def cache_title(kind: CacheKind) -> str:
    """Return what a cache of `kind` is called in the picture."""
    return filled(_CACHES[kind][0])


def cache_word(kind: CacheKind) -> str:
    """Return the program that a cache of `kind` belongs to, for a table."""
    return filled(_CACHES[kind][1])


def cost_sentence(cost: Cost) -> str:
    """Return what it takes to have a thing again."""
    return filled(_COSTS[cost])


def again_sentence(cost: Cost) -> str:
    """Return what it takes to have all things of a kind again, the worst of them."""
    match cost:
        case Cost.BUILD:
            return QCoreApplication.translate("Disk", "Building them again may take long.")
        case Cost.UNKNOWN:
            return QCoreApplication.translate(
                "Disk", "Where some of them came from is not known, so they may not be had again."
            )
        case _:
            return cost_sentence(cost)


def preset_title(preset: Preset) -> str:
    """Return the few words of a ready choice."""
    return filled(_PRESETS[preset][0])


def preset_sentence(preset: Preset) -> str:
    """Return what a ready choice takes, and what that costs at most."""
    return filled(_PRESETS[preset][1])


def skip_word(reason: SkipReason) -> str:
    """Return why a thing stays, in few words, in lower case."""
    return filled(_REASONS[reason][0])


def skip_sentence(reason: SkipReason, value: str = "") -> str:
    """Return why a thing stays; `value` is the program, or what the system said."""
    sentence = filled(_REASONS[reason][1])
    return f"{sentence} ({value})" if value else sentence


def item_title(item: CacheItem) -> str:
    """Return the name of a thing as a person knows it, with its version."""
    return f"{item.name or item.path.name} {item.version}".strip()


def names_of(prefixes: tuple[Path, ...]) -> str:
    """Return environments by the names of their folders, as the language lists them."""
    return formats.join_words([prefix.name or str(prefix) for prefix in prefixes])


def use_lines(item: CacheItem) -> tuple[str, ...]:
    """Return which environment uses `item` in what way, one line for each."""
    text = QCoreApplication.translate("Disk", "{name}: {how}")
    return tuple(
        text.format(name=use.prefix.name or str(use.prefix), how=filled(_USES[use.kind]))
        for use in item.uses
    )


def item_tip(item: CacheItem) -> str:
    """Return everything worth knowing about `item`, in a few lines."""
    size = formats.format_bytes(item.allocated_bytes)
    lines = [item_title(item), str(item.path)]
    if item.freed_bytes < item.allocated_bytes:
        text = QCoreApplication.translate(
            "Disk", "{size} on the disk; deleting it alone would free {freed}."
        )
    else:
        text = QCoreApplication.translate("Disk", "{size} on the disk.")
    lines.append(text.format(size=size, freed=formats.format_bytes(item.freed_bytes)))
    lines += use_lines(item)
    if item.blocked is not None:
        lines.append(skip_sentence(item.blocked))
    else:
        lines.append(cost_sentence(item.cost))
    return "\n".join(lines)


def cache_name(found: CacheSpace, others: tuple[CacheSpace, ...]) -> str:
    """Return the title of a cache, with its folder where a larger one of its kind is in `others`.

    Of caches of one kind, the largest is the one that a person knows.
    """
    title = cache_title(found.kind)
    alike = [each for each in others if each.kind is found.kind]
    if not alike or max(alike, key=lambda each: each.allocated_bytes).folder == found.folder:
        return title
    folder = found.folder
    near = f"{folder.parent.name}/{folder.name}" if folder.parent.name else str(folder)
    text = QCoreApplication.translate("Disk", "{title} in {folder}")
    return text.format(title=title, folder=near)


def low_space_sentence(volumes: tuple[VolumeSpace, ...]) -> str:
    """Return one calm line about the volumes with little room, "" when there is none."""
    low = [volume for volume in volumes if volume.is_low]
    if not low:
        return ""
    least = min(low, key=lambda volume: volume.free_bytes)
    if len(low) > 1:
        return disk_words().low_disks(len(low), least.free_bytes)
    text = QCoreApplication.translate("Disk", "Only {free} left on this disk")
    return text.format(free=formats.format_bytes(least.free_bytes))


def skipped_sentences(skipped: Iterable[Skipped]) -> tuple[str, ...]:
    """Return what was left alone and why, one sentence for each reason."""
    counts = Counter(each.reason for each in skipped)
    return tuple(disk_words().left_alone(count, reason) for reason, count in counts.items())


class DiskWords(QObject):
    """Hold the sentences with counts; only a QObject's `tr` is known to have plurals."""

    def low_disks(self, count: int, free: int) -> str:
        """Return that several volumes have little room."""
        text = self.tr("Little room on %n disk(s), {free} on one", None, count)
        return text.format(free=formats.format_bytes(free))

    def smaller(self, count: int) -> str:
        """Return the title of what is too small to be shown by itself."""
        return self.tr("%n smaller one(s)", None, count)

    def things(self, count: int) -> str:
        """Return how many things there are."""
        return self.tr("%n thing(s)", None, count)

    def more(self, count: int) -> str:
        """Return how many are not named."""
        return self.tr("%n more", None, count)

    def skipped(self, count: int) -> str:
        """Return that some things stay."""
        if count == 1:
            return self.tr("1 thing stays, although it was asked for.")
        return self.tr("%n things stay, although they were asked for.", None, count)

    def left_alone(self, count: int, reason: SkipReason) -> str:
        """Return how many things were left alone, and why."""
        if count == 1:
            text = self.tr("1 thing was left alone ({reason}).")
        else:
            text = self.tr("%n things were left alone ({reason}).", None, count)
        return text.format(reason=skip_word(reason))

    def chosen(self, count: int) -> str:
        """Return the words of the tick box for what is selected in the table."""
        if count == 0:
            return self.tr("Chosen in the table")
        return self.tr("Chosen in the table (%n)", None, count)

    def days(self, count: int) -> str:
        """Return the words of a choice of age."""
        return self.tr("not used for %n day(s)", None, count)

    def files(self, count: int) -> str:
        """Return how many files were looked at so far."""
        return self.tr("Looking at the disk: %n file(s) so far…", None, count)

    def copied(self, count: int) -> str:
        """Return how many packages were copied though they could be shared."""
        return self.tr("%n package(s)", None, count)


@cache
def disk_words() -> DiskWords:
    """Return the sentences with counts."""
    return DiskWords()
