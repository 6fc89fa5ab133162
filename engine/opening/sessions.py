"""What a new shell reads so that an environment is active in it, after the user's own files."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from engine.opening.activation import script
from engine.opening.shells import Shell, ShellProgram, quoted


@dataclass(frozen=True, slots=True)
class Session:
    """Say what to run, with which variables added, once `files` are in the session's folder.

    `files` are pairs of a name and a text; the shell removes them and the folder when it has read
    them.
    """

    arguments: tuple[str, ...]
    files: tuple[tuple[str, str], ...]
    variables: tuple[tuple[str, str], ...] = ()


def shell_session(
    prefix: Path,
    name: str,
    user: ShellProgram,
    folder: Path,
    environ: Mapping[str, str],
    *,
    platform: str = sys.platform,
) -> Session:
    """Return a session of the user's own shell in which the environment at `prefix` is active.

    `folder` is where its files will be, private to the user and the session's own. `environ` is
    what the shell will inherit.
    """
    change = script(prefix, user.shell, name, platform)
    match user.shell:
        case Shell.BASH:
            return _bash(user.program, change, folder, platform)
        case Shell.ZSH:
            return _zsh(user.program, change, folder, environ)
        case Shell.FISH:
            path = folder / "activate.fish"
            text = f"{change}{_clean(folder, ('activate.fish',), Shell.FISH)}"
            source = f"source {quoted(str(path), Shell.FISH)}"
            return Session((user.program, "-i", "-C", source), (("activate.fish", text),))
        case Shell.SH:
            return _sh(user.program, change, folder, environ)
        case Shell.CMD | Shell.POWERSHELL:
            text = f"{_CMD_HEAD}{change}{_CMD_FOOT}{_CMD_CLEAN}"
            return Session((user.program, "/K", r".\open.bat"), (("open.bat", text),))
    assert_never(user.shell)


def python_session(
    prefix: Path,
    name: str,
    python: Path,
    user: ShellProgram,
    folder: Path,
    *,
    platform: str = sys.platform,
) -> Session:
    """Return a session of the environment's own Python, with the environment active around it.

    When Python ends with an error, its words stay on screen: a shell or a pause follows.
    """
    if platform == "win32":
        change = script(prefix, Shell.CMD, name, platform)
        run = f"@{quoted(str(python), Shell.CMD)} || pause\r\n"
        text = f"{_CMD_HEAD}{change}{_CMD_FOOT}{run}{_CMD_CLEAN}"
        return Session((user.program, "/C", r".\open.bat"), (("open.bat", text),))
    change = script(prefix, Shell.SH, name, platform)
    program = quoted(str(python), Shell.SH)
    text = (
        f"{change}{_clean(folder, ('open.sh',))}"
        f"unset PS1\n{program} || exec {quoted(user.program, Shell.SH)} -i\n"
    )
    return Session(("/bin/sh", str(folder / "open.sh")), (("open.sh", text),))


def _bash(program: str, change: str, folder: Path, platform: str) -> Session:
    # bash reads its system-wide file by itself. Terminals of macOS start login shells.
    files = ["~/.bashrc"]
    if platform == "darwin":
        files = ["~/.bash_profile", "~/.bash_login", "~/.profile", *files]
    tests = "\nelif ".join(f"[ -f {path} ]; then\n  . {path}" for path in files)
    text = f"if {tests}\nfi\n{change}{_clean(folder, ('bashrc',))}"
    return Session((program, "--rcfile", str(folder / "bashrc"), "-i"), (("bashrc", text),))


def _zsh(program: str, change: str, folder: Path, environ: Mapping[str, str]) -> Session:
    """Lead zsh through our folder: it looks for its start-up files in ZDOTDIR, and nowhere else."""
    ours = quoted(str(folder), Shell.ZSH)
    before = environ.get("ZDOTDIR", "")
    theirs = f"ZDOTDIR={quoted(before, Shell.ZSH)}" if before else "unset ZDOTDIR"
    first = (
        f"{theirs}\n"
        'if [ -f "${ZDOTDIR:-$HOME}/.zshenv" ]; then . "${ZDOTDIR:-$HOME}/.zshenv"; fi\n'
        '__envdesk_theirs="${ZDOTDIR-}"\n'
        "SHELL_SESSIONS_DISABLE=1\n"
        f"ZDOTDIR={ours}\n"
    )
    second = (
        'if [ -n "$__envdesk_theirs" ]; then ZDOTDIR="$__envdesk_theirs"; else unset ZDOTDIR; fi\n'
        "unset __envdesk_theirs\n"
        # A system-wide file may have put the history where ZDOTDIR was a moment ago.
        f'case "${{HISTFILE-}}" in {ours}/*) HISTFILE="${{ZDOTDIR:-$HOME}}/.zsh_history" ;; esac\n'
        'if [ -f "${ZDOTDIR:-$HOME}/.zshrc" ]; then . "${ZDOTDIR:-$HOME}/.zshrc"; fi\n'
    )
    clean = _clean(folder, (".zshenv", ".zshrc"))
    return Session(
        (program, "-i"),
        ((".zshenv", first), (".zshrc", f"{second}{change}{clean}")),
        (("ZDOTDIR", str(folder)),),
    )


def _sh(program: str, change: str, folder: Path, environ: Mapping[str, str]) -> Session:
    before = environ.get("ENV", "")
    theirs = "unset ENV\n"
    if before:
        # POSIX has the shell expand what ENV says.
        theirs = f'ENV="{before}"\nif [ -f "$ENV" ]; then . "$ENV"; fi\n'
    text = f"{theirs}{change}{_clean(folder, ('shrc',))}"
    return Session((program, "-i"), (("shrc", text),), (("ENV", str(folder / "shrc")),))


def _clean(folder: Path, names: tuple[str, ...], shell: Shell = Shell.SH) -> str:
    paths = " ".join(quoted(str(folder / name), shell) for name in names)
    return f"command rm -f -- {paths}\ncommand rmdir -- {quoted(str(folder), shell)}\n"


_CMD_HEAD = "@echo off\r\n@chcp 65001 >nul\r\n"
_CMD_FOOT = '@cd /d "%USERPROFILE%"\r\n'
# The first command ends the batch file, so that cmd does not miss it when it is gone.
_CMD_CLEAN = '@echo on\r\n@(goto) 2>nul & del "%~f0" & rmdir "%~dp0."\r\n'
