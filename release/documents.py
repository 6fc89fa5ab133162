"""The files that "Open with Envdesk" is offered for, as each system names them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class DocumentType:
    """Describe one kind of file.

    `mime` is Envdesk's own type, `parent` the general one that every other program goes by;
    `globs` are the names by which Linux knows it; `endings` what Windows and macOS go by, without
    a dot, as they know no more of a name.
    """

    mime: str
    parent: str
    summary: str
    globs: tuple[str, ...]
    endings: tuple[str, ...]


DOCUMENT_TYPES: Final = (
    DocumentType(
        "application/x-envdesk-environment+yaml",
        "application/x-yaml",
        "conda environment",
        ("environment.yml", "environment.yaml", "environment-*.yml", "*-environment.yml"),
        ("yml", "yaml"),
    ),
    DocumentType(
        "text/x-envdesk-requirements",
        "text/plain",
        "Python requirements",
        ("requirements.txt", "requirements-*.txt", "*-requirements.txt", "constraints.txt"),
        ("txt",),
    ),
    DocumentType(
        "application/x-envdesk-lock+yaml",
        "application/x-yaml",
        "environment lock file",
        ("conda-lock.yml", "*.conda-lock.yml", "pixi.lock"),
        ("yml", "lock"),
    ),
    DocumentType(
        "application/x-envdesk-lock+toml",
        "application/toml",
        "Python lock file",
        ("pylock.toml", "pylock.*.toml"),
        ("toml",),
    ),
)


def endings() -> tuple[str, ...]:
    """Return every file ending, sorted."""
    return tuple(sorted({each for kind in DOCUMENT_TYPES for each in kind.endings}))
