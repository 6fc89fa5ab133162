"""What a person installed for all environments at once, beside them (PEP 370)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from packaging.utils import canonicalize_name

_METADATA: Final = (".dist-info", ".egg-info", ".egg-link")


@dataclass(frozen=True, slots=True)
class PersonalPackage:
    """Name a package of the person by its metadata; `version` is empty when that is not told."""

    path: Path
    version: str


@dataclass(frozen=True, slots=True)
class PersonalSite:
    """Hold the folder of the person's packages, and these by their names.

    It has none where it is not used.
    """

    folder: Path
    packages: Mapping[str, PersonalPackage] = field(default_factory=dict[str, PersonalPackage])
    is_used: bool = True


def read_personal(folder: Path) -> PersonalSite:
    """Return what is in `folder`, by the names of its metadata alone. Raises nothing."""
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - names alone
    except OSError:
        return PersonalSite(folder)
    found: dict[str, PersonalPackage] = {}
    for name in names:
        if name.endswith(_METADATA) and not name.startswith("~"):
            project, _, rest = name.rpartition(".")[0].partition("-")
            version = rest.partition("-")[0]
            found[canonicalize_name(project)] = PersonalPackage(folder / name, version)
    return PersonalSite(folder, found)
