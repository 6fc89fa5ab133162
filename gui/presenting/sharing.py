"""Say which file somebody else needs."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from engine.files.values import ExportFormat


def format_title(chosen: ExportFormat) -> str:
    """Return for whom a format is."""
    tr = QCoreApplication.translate
    titles = {
        ExportFormat.ENVIRONMENT_YAML: tr("Sharing", "Anybody with conda, on any computer"),
        ExportFormat.REQUIREMENTS: tr("Sharing", "Somebody who only has Python and pip"),
        ExportFormat.EXPLICIT: tr("Sharing", "Exactly the same, on the same kind of computer"),
        ExportFormat.ENVIRONMENT_YAML_EXACT: tr("Sharing", "Exact versions, for conda"),
        ExportFormat.CONDA_LOCK: tr("Sharing", "Somebody who uses conda-lock"),
        ExportFormat.PIXI_LOCK: tr("Sharing", "Somebody who uses pixi"),
        ExportFormat.PYLOCK: tr("Sharing", "Exact Python packages, for pip or uv"),
    }
    return titles[chosen]


def format_about(chosen: ExportFormat) -> str:
    """Return what is in a file of a format."""
    tr = QCoreApplication.translate
    words = {
        ExportFormat.ENVIRONMENT_YAML: tr("Sharing", "environment.yml: what you chose yourself."),
        ExportFormat.REQUIREMENTS: tr("Sharing", "requirements.txt: the Python packages alone."),
        ExportFormat.EXPLICIT: tr("Sharing", "A list of addresses with their checksums."),
        ExportFormat.ENVIRONMENT_YAML_EXACT: tr("Sharing", "environment.yml: every package."),
        ExportFormat.CONDA_LOCK: tr("Sharing", "conda-lock.yml, for this kind of computer."),
        ExportFormat.PIXI_LOCK: tr("Sharing", "pixi.lock, for this kind of computer."),
        ExportFormat.PYLOCK: tr("Sharing", "pylock.toml: Python packages with their checksums."),
    }
    return words[chosen]
