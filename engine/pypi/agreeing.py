"""Keep to the files of a release that somebody agreed on by their hashes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from engine.errors import EngineError, ErrorCode
from engine.pypi.locking import Pin, PinForm
from engine.pypi.requirements import Wanted


def agreed_hashes(wanted: Iterable[Wanted]) -> dict[str, tuple[str, ...]]:
    """Return the hashes that were written behind requirements, by name."""
    return {each.name: each.hashes for each in wanted if each.hashes}


def limited(pin: Pin, agreed: Sequence[str], with_builds: bool) -> Pin:
    """Return `pin` with only those files of it that somebody agreed on by their hashes.

    Raises EngineError (no-wheel, or hash-mismatch when source archives count too) where there are
    none.
    """
    if not agreed or pin.form in (PinForm.FOLDER, PinForm.REPOSITORY):
        return pin
    offered = (*pin.hashes, *pin.source_hashes)
    algorithms = {each.partition(":")[0] for each in offered}
    known = [each for each in agreed if each.partition(":")[0] in algorithms]
    if not known:
        return replace(pin, hashes=tuple(agreed))  # told in another algorithm: checked on arrival
    wheels = tuple(each for each in pin.hashes if each in known)
    sources = tuple(each for each in pin.source_hashes if each in known)
    if wheels:
        return replace(pin, hashes=(*wheels, *sources))
    if sources and with_builds:
        return replace(pin, form=PinForm.SOURCE, hashes=sources)
    raise EngineError(
        ErrorCode.HASH_MISMATCH if with_builds else ErrorCode.NO_WHEEL,
        f"What the index offers for {pin.name} is not what the file agreed on.",
        cause="No file of this release has one of the checksums that stand in the file.",
        hint="Ask whoever gave you the file for a newer one; do not install it otherwise.",
        package=pin.name,
    )
