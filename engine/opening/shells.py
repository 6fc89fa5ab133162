"""The shells that people use: which one is theirs, and how each of them wants text quoted."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import assert_never

Find = Callable[[str], str]
"""Return the path of a program by its name, or nothing."""


class Shell(StrEnum):
    """Name a family of shells with one syntax."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"
    SH = "sh"
    CMD = "cmd"
    POWERSHELL = "powershell"

    @property
    def script_ending(self) -> str:
        """Return the ending of the activation scripts that packages bring for this shell."""
        match self:
            case Shell.BASH | Shell.ZSH | Shell.SH:
                return ".sh"
            case Shell.FISH:
                return ".fish"
            case Shell.CMD:
                return ".bat"
            case Shell.POWERSHELL:
                return ".ps1"
        assert_never(self)


@dataclass(frozen=True, slots=True)
class ShellProgram:
    """Name a shell and the program that it is."""

    shell: Shell
    program: str


_BY_NAME = {
    "bash": Shell.BASH,
    "zsh": Shell.ZSH,
    "fish": Shell.FISH,
    "sh": Shell.SH,
    "dash": Shell.SH,
    "ash": Shell.SH,
    "ksh": Shell.SH,
    "mksh": Shell.SH,
}
# PowerShell takes typographic quotes for plain ones ("about_Quoting_Rules").
_POWERSHELL_QUOTES = re.compile("(['\u2018\u2019\u201a\u201b])")
_CMD_SPECIAL = re.compile(r'([\^&|<>()"])')


def quoted(text: str, shell: Shell) -> str:
    """Return `text` as one word of a script for `shell`.

    For cmd this is a word of a batch file, in double quotes; a double quote, which no Windows path
    has, is left out of it.
    """
    match shell:
        case Shell.BASH | Shell.ZSH | Shell.SH:
            return shlex.quote(text)
        case Shell.FISH:
            escaped = text.replace("\\", "\\\\").replace("'", "\\'")
            return f"'{escaped}'"
        case Shell.CMD:
            plain = text.replace('"', "").replace("%", "%%")
            return f'"{plain}"'
        case Shell.POWERSHELL:
            doubled = _POWERSHELL_QUOTES.sub(r"\1\1", text)
            return f"'{doubled}'"
    assert_never(shell)


def cmd_assignment(name: str, value: str) -> str:
    """Return the batch command that sets the variable `name` to the one line `value`."""
    value = value.replace("%", "%%")
    if '"' not in value:
        return f'set "{name}={value}"'
    escaped = _CMD_SPECIAL.sub(r"^\1", value)  # quotes would end where the first of them stands
    return f"set {name}={escaped}"


def is_plain(text: str) -> bool:
    """Return whether `text` means itself, unquoted, in every shell."""
    return re.fullmatch(r"[A-Za-z0-9_./:-]+", text) is not None and not text.startswith("-")


def user_shell(environ: Mapping[str, str], platform: str = sys.platform) -> ShellProgram:
    """Return the shell that the user works in; bash or sh for one that is not known here.

    `environ` names it in SHELL, else the user database does (POSIX, "Environment Variables").
    """
    if platform == "win32":
        return ShellProgram(Shell.CMD, environ.get("COMSPEC") or "cmd.exe")
    for program in (environ.get("SHELL", ""), _registered_shell(), "/bin/bash", "/usr/bin/bash"):
        shell = _BY_NAME.get(PurePath(program).name)
        if shell is not None and os.access(program, os.X_OK):
            return ShellProgram(shell, program)
    return ShellProgram(Shell.SH, "/bin/sh")


def _registered_shell() -> str:
    if sys.platform == "win32":
        return ""
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_shell
    except KeyError:
        return ""


def find_program(name: str, environ: Mapping[str, str]) -> str:
    """Return the path of the program `name` on the PATH of `environ`, or nothing."""
    return shutil.which(name, path=environ.get("PATH", "")) or ""
