"""Find environments by looking at folders; no conda is asked."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.conda.condarc import CondaConfiguration
from engine.conda.roots import usual_roots
from engine.environments.looking import identity_of, path_key, stat_or_none
from engine.environments.registering import registered
from engine.places import Places

__all__ = [
    "discover",
    "folders_of_environments",
    "is_environment",
    "usual_roots",
]


def is_environment(prefix: str | Path) -> bool:
    """Return whether `prefix` is an environment: `conda-meta` with a history or with records.

    conda itself asks for `conda-meta/history` only; a folder that lost it still has its packages
    and is better shown as damaged than hidden. So is one whose `conda-meta` may not be looked into.
    """
    meta = f"{prefix}/conda-meta"
    try:
        os.stat(f"{meta}/history")  # noqa: PTH116 - the only call that most environments cost
    except PermissionError:
        return True
    except (FileNotFoundError, NotADirectoryError):
        return _has_record(meta)
    except (OSError, ValueError):
        return False
    return True


def _has_record(meta: str) -> bool:
    try:
        with os.scandir(meta) as entries:
            return any(entry.name.endswith(".json") for entry in entries)
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False


@dataclass(slots=True)
class _Found:
    """Collect environments, each folder once, in the spelling that came first."""

    prefixes: dict[tuple[int, int] | str, Path] = field(
        default_factory=dict[tuple[int, int] | str, Path]
    )
    spellings: set[str] = field(default_factory=set[str])

    def add(self, text: str) -> bool:
        if text in self.spellings:
            return True
        found = stat_or_none(text)
        if found is None or not is_environment(text):
            return False
        self.spellings.add(text)
        self.prefixes.setdefault(identity_of(text, found), Path(text))
        return True

    def add_children(self, folder: str) -> None:
        for child in child_folders(folder):
            self.add(child)


def child_folders(folder: str | Path) -> list[str]:
    """Return the folders in `folder` that may be environments, hidden ones left out."""
    try:
        with os.scandir(folder) as entries:
            return [entry.path for entry in entries if _may_be_environment(entry)]
    except (OSError, ValueError):
        return []


def _may_be_environment(entry: os.DirEntry[str]) -> bool:
    try:
        return not entry.name.startswith(".") and entry.is_dir()
    except OSError:
        return False


def discover(
    places: Places,
    configuration: CondaConfiguration,
    added: Sequence[Path] = (),
    environ: Mapping[str, str] | None = None,
) -> tuple[Path, ...]:
    """Return the prefix of every environment that can be found, each once.

    Looks at the list that conda keeps, at the folders of `folders_of_environments` and their
    children, never deeper, and at the variables of an activated shell. `added` are environments,
    installations or folders of environments that the user pointed out. What conda's list names and
    is gone is left out (see `gone_ones`). Takes some ten microseconds an environment; raises
    nothing.
    """
    found = _Found()
    for prefix in registered(places):
        found.add(str(prefix))
    for prefix in configuration.root_prefixes:
        found.add(str(prefix))
    for folder in added:
        found.add(str(folder))
    for folder in folders_of_environments(places, configuration, added):
        found.add_children(str(folder))
    if not places.isolated:
        for text in _named_prefixes(os.environ if environ is None else environ):
            found.add(text)
    return tuple(found.prefixes.values())


def gone_ones(places: Places) -> tuple[Path, ...]:
    """Return what conda's list names although there is no environment any more, each once.

    conda keeps naming what was deleted by other means (conda source, `conda/core/envs_manager.py`).
    Raises nothing.
    """
    found: dict[str, Path] = {}
    for prefix in registered(places):
        found.setdefault(path_key(prefix), prefix)
    return tuple(prefix for prefix in found.values() if not is_environment(prefix))


def environments_in(folder: Path) -> tuple[Path, ...]:
    """Return `folder` if it is an environment, and every environment directly in it."""
    found = _Found()
    found.add(str(folder))
    found.add_children(str(folder))
    found.add_children(str(folder / "envs"))
    return tuple(found.prefixes.values())


def folders_of_environments(
    places: Places, configuration: CondaConfiguration, added: Sequence[Path] = ()
) -> tuple[Path, ...]:
    """Return the folders whose children may be environments; not all of them exist.

    Envdesk's own comes first, then those of the configuration, then those that the user added.
    """
    folders = [places.envs, *configuration.envs_dirs]
    for folder in added:
        folders.append(folder / "envs")
        if not is_environment(folder):
            folders.append(folder)
    return tuple(dict.fromkeys(folders))


def _named_prefixes(environ: Mapping[str, str]) -> Iterable[str]:
    for key, value in environ.items():
        if key == "CONDA_PREFIX" or key.startswith("CONDA_PREFIX_"):
            yield from _absolute(value)
    for key in ("CONDA_EXE", "MAMBA_EXE"):
        for program in _absolute(environ.get(key, "")):
            yield str(Path(program).parent.parent)


def _absolute(text: str) -> Iterable[str]:
    path = Path(text)
    return (str(path),) if text and path.is_absolute() else ()
