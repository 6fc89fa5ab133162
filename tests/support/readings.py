"""Say a reading in a few plain lines, for people who look through what a file is taken for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.files.values import Place, Reading, Wanted


def summarised(reading: Reading, folder: Path, label: str) -> str:
    """Return every part of `reading` as lines; paths below `folder` are written `<here>`."""
    text = "\n".join(_lines(reading, label)) + "\n"
    for place, word in ((folder, "<here>"), (folder.parent, "<above>")):
        text = text.replace(place.as_uri(), f"file://{word}").replace(str(place), word)
    return text


def _lines(reading: Reading, label: str) -> Iterator[str]:
    others = f" or {' '.join(reading.could_be)}" if reading.could_be else ""
    yield f"is {reading.kind}{others}{'' if reading.certain else '?'}"
    for word, value in (
        ("name", reading.name),
        ("prefix", reading.prefix),
        ("channels", " ".join(reading.channels) + (" only" if reading.only_channels else "")),
        ("python", reading.python),
        ("groups", " ".join(reading.groups)),
        ("environments", " ".join(reading.environments)),
        ("platforms", " ".join(reading.platforms)),
    ):
        if value:
            yield f"{word} {value}"
    for name, value in reading.variables:
        yield f"variable {name}={value}"
    index = reading.index
    for word, values in (
        ("index-url", (index.index_url,) if index.index_url else ()),
        ("extra-index-url", index.extra_index_urls),
        ("find-links", index.find_links),
        ("trusted-host", index.trusted_hosts),
        ("no-binary", index.no_binary),
        ("only-binary", index.only_binary),
    ):
        for value in values:
            yield f"{word} {value}"
    flags = {"no-index": index.no_index, "pre": index.pre, "require-hashes": index.require_hashes}
    yield from (word for word, is_set in flags.items() if is_set)
    for wanted in reading.wanted:
        yield f"want {_wanted(wanted, label)}"
    for wanted in reading.constraints:
        yield f"keep {_wanted(wanted, label)}"
    for locked in reading.locked:
        parts = (
            locked.name,
            locked.version,
            locked.build,
            locked.channel and f"from {locked.channel}",
            locked.url,
            locked.md5 and f"md5:{locked.md5}",
            locked.sha256 and f"sha256:{locked.sha256}",
            locked.size and f"{locked.size} bytes",
            locked.platforms and f"for {','.join(locked.platforms)}",
            locked.group and f"in {locked.group}",
        )
        words = " ".join(str(part) for part in parts if part)
        yield f"lock {_place(locked.place, label)} {locked.kind} {words}"
    for consent in reading.consents:
        yield f"tick {_place(consent.place, label)} {consent.code} {consent.target}"
    for remark in reading.remarks:
        told = " ".join(
            f"{key}={value}" for key, value in remark.values if key not in ("line", "reason")
        )
        yield f"note {_place(remark.place, label)} {remark.code} {told}".rstrip()


def _wanted(wanted: Wanted, label: str) -> str:
    tail = f" in {wanted.group}" if wanted.group else ""
    tail += "" if wanted.applies else " NOT-HERE"
    hashes = "".join(f" {each}" for each in wanted.hashes)
    name = f" ({wanted.name})" if wanted.name else ""
    return f"{_place(wanted.place, label)} {wanted.kind} {wanted.text}{name}{hashes}{tail}"


def _place(place: Place, label: str) -> str:
    return str(place.line) if place.file == label else f"{place.file}:{place.line}"
