"""Ask rattler which versions a range holds; runs in a rattler worker."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.specifiers import SpecifierSet

from engine.conda.carrying import admits
from engine.files.ranges import conda_range


def admitted(
    text: str, versions: Iterable[str], *, whole: bool = False
) -> frozenset[tuple[str, str]]:
    """Return the pairs of range and version that go together; `whole` takes `text` as conda's."""
    wanted = text if whole else conda_range(SpecifierSet(text))
    return frozenset((wanted, version) for version in versions if admits(wanted, version))
