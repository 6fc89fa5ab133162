"""The corpus of files to read: where it is, what is in it, and for whom it is read."""

from __future__ import annotations

from pathlib import Path

from engine.files.targets import Target

CORPUS = Path(__file__).parents[1] / "corpus"
EXPECTED = ".reads"
TARGET = Target("linux-64", "3.12")
VARIABLES = {"ENVDESK_CORPUS_TOKEN": "s3cret"}


def subjects() -> list[Path]:
    """Return every file and folder of the corpus that has an expected reading."""
    return sorted(path.with_suffix("") for path in CORPUS.rglob(f"*{EXPECTED}"))


def label(path: Path) -> str:
    """Return what a test with the file at `path` is called."""
    return path.relative_to(CORPUS).as_posix()
