"""What to type in a terminal to work in an environment."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import assert_never

from engine.conda.condarc import CondaConfiguration
from engine.environments.looking import is_file, path_key
from engine.environments.naming import BASE_NAME
from engine.opening.activation import Activation, activation
from engine.opening.shells import Shell, find_program, is_plain, quoted


class Tool(Enum):
    """Say what a terminal of the user understands."""

    CONDA = auto()
    CONDA_BY_PATH = auto()  # conda is installed, but no shell was told about it
    MICROMAMBA = auto()
    NONE = auto()


@dataclass(frozen=True, slots=True)
class Available:
    """Name the tool that can be used, and the installation it belongs to where that matters."""

    tool: Tool
    root: Path | None = None


_INITIALISED = re.compile(
    r"^[^#\n]*(?:\bconda\b.*\bhook\b|etc/profile\.d/conda\.sh)|>>> conda initialize",
    re.MULTILINE,
)
_START_FILES = (
    ".bashrc",
    ".bash_profile",
    ".zshrc",
    ".config/fish/config.fish",
    ".config/fish/conf.d/conda.fish",
    ".profile",
)


def available(
    home: Path,
    configuration: CondaConfiguration,
    environ: Mapping[str, str],
    platform: str = sys.platform,
) -> Available:
    """Return by what an environment can be activated in the user's terminals.

    `environ` is empty for a set of places that must not look at the real ones.
    """
    windows = platform == "win32"
    program = find_program("conda.bat" if windows else "conda", environ)
    is_ready = bool(program) if windows else _is_initialised(home)
    if environ.get("CONDA_SHLVL") or is_ready:
        return Available(Tool.CONDA)
    named = [Path(path).parent.parent for path in (environ.get("CONDA_EXE"), program) if path]
    for root in (*named, *configuration.root_prefixes):
        if is_file(root / ("Scripts/activate.bat" if windows else "bin/activate")):
            return Available(Tool.CONDA_BY_PATH, root)
    if environ.get("MAMBA_EXE") or find_program("micromamba", environ):
        return Available(Tool.MICROMAMBA)
    return Available(Tool.NONE)


def activation_target(prefix: Path, name: str, configuration: CondaConfiguration) -> str:
    """Return by what conda itself finds the environment: its name, or its path where need be.

    A name works for the first installation's base and for the first folder of environments that
    has it; Envdesk's own folder is not among those of conda unless configured.
    """
    key = path_key(prefix)
    roots = configuration.root_prefixes
    if name == BASE_NAME:
        return name if roots and path_key(roots[0]) == key else str(prefix)
    for folder in configuration.envs_dirs:
        if path_key(folder / name) == key:
            return name
        if os.path.lexists(folder / name):
            return str(prefix)
    return str(prefix)


def command(prefix: Path, target: str, shell: Shell, by: Available) -> str:
    """Return one line that activates the environment at `prefix` when typed into `shell`.

    `target` is what conda knows it by. Without any tool the line does what activation does, for
    that one terminal.
    """
    word = target if is_plain(target) else quoted(target, shell)
    if shell is Shell.CMD:
        word = word.replace("%%", "%")  # only batch files double it
    match by.tool:
        case Tool.CONDA:
            return f"conda activate {word}"
        case Tool.MICROMAMBA:
            return f"micromamba activate {word}"
        case Tool.CONDA_BY_PATH:
            return _by_path(by.root or prefix, word, shell)
        case Tool.NONE:
            return _by_hand(activation(prefix, shell, target), shell)
    assert_never(by.tool)


def _by_path(root: Path, word: str, shell: Shell) -> str:
    def inside(path: str) -> str:
        text = str(root / path)
        return text if is_plain(text) else quoted(text, shell)

    match shell:
        case Shell.BASH | Shell.ZSH | Shell.SH:
            return f"{'.' if shell is Shell.SH else 'source'} {inside('bin/activate')} {word}"
        case Shell.FISH:
            conda = inside("etc/fish/conf.d/conda.fish")
            return f"source {conda}; and conda activate {word}"
        case Shell.CMD:
            return f"{inside('Scripts/activate.bat').replace('%%', '%')} {word}"
        case Shell.POWERSHELL:
            hook = quoted(str(root / "shell" / "condabin" / "conda-hook.ps1"), shell)
            return f". {hook}; conda activate {word}"
    assert_never(shell)


def _by_hand(change: Activation, shell: Shell) -> str:
    def word(text: str) -> str:
        return text if is_plain(text) else quoted(text, shell)

    values = (
        ("CONDA_PREFIX", change.prefix),
        ("CONDA_DEFAULT_ENV", change.name),
        *((name, value) for name, value in change.variables if value is not None),
    )
    match shell:
        case Shell.BASH | Shell.ZSH | Shell.SH:
            folders = word(":".join(change.folders))
            parts = [f'export PATH={folders}:"$PATH"']
            parts += [f"export {name}={word(value)}" for name, value in values]
            return "; ".join((*parts, *(f". {word(path)}" for path in change.scripts)))
        case Shell.FISH:
            parts = [f"set -gx PATH {' '.join(map(word, change.folders))} $PATH"]
            parts += [f"set -gx {name} {word(value)}" for name, value in values]
            return "; ".join((*parts, *(f"source {word(path)}" for path in change.scripts)))
        case Shell.CMD:
            parts = [f'set "PATH={";".join(change.folders)};%PATH%"']
            parts += [f'set "{name}={value}"' for name, value in values if '"' not in value]
            parts += [f'call "{path}"' for path in change.scripts]
            return " & ".join(parts)
        case Shell.POWERSHELL:
            folders = quoted(";".join(change.folders) + ";", shell)
            parts = [f"$Env:PATH = {folders} + $Env:PATH"]
            parts += [f"$Env:{name} = {quoted(value, shell)}" for name, value in values]
            parts += [f". {quoted(path, shell)}" for path in change.scripts]
            return "; ".join(parts)
    assert_never(shell)


def _is_initialised(home: Path) -> bool:
    """Return whether a start-up file of the user's makes `conda activate` work in new terminals."""
    for name in _START_FILES:
        try:
            text = (home / name).read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if _INITIALISED.search(text):
            return True
    return False
