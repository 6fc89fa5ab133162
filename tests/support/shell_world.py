"""A home, prefixes with scripts and programs in them, and real shells to look at them with."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.opening.shells import Shell, ShellProgram

PROGRAMS = {Shell.BASH: "bash", Shell.ZSH: "zsh", Shell.FISH: "fish", Shell.SH: "dash"}

# Names with everything that a shell could trip over; a folder can be called so on Linux.
NAMES = (
    "plain",
    "two words",
    "第一个 env",
    "it's",
    'say "hi"',
    "$HOME and `id` and $(id)",
    "50% !! !x",
    "a&b|c;d>e<f",
    "[a-z]*?~{1,2}",
    "back\\slash\\",
    "#hash =eq",
    "new\nline",
)


def program_of(shell: Shell) -> ShellProgram:
    """Return the real program of `shell`; skips the test where it is not installed."""
    path = shutil.which(PROGRAMS[shell])
    if path is None:
        pytest.skip(f"{PROGRAMS[shell]} is not installed")
    return ShellProgram(shell, path)


def base_environment(home: Path) -> dict[str, str]:
    """Return the variables of a person who just logged in."""
    home.mkdir(parents=True, exist_ok=True)
    runtime = home / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    return {
        "HOME": str(home),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "XDG_RUNTIME_DIR": str(runtime),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
    }


def make_prefix(prefix: Path, word: str = "it") -> Path:
    """Make an environment whose Python tells where it is and whose scripts leave traces."""
    (prefix / "conda-meta").mkdir(parents=True)
    (prefix / "conda-meta" / "history").touch()
    write_program(prefix / "bin" / "python", 'printf "python of %s\\n" "$0"')
    for folder in ("activate.d", "deactivate.d"):
        scripts = prefix / "etc" / "conda" / folder
        scripts.mkdir(parents=True)
        for order in ("1 first", "2 second"):
            verb = f"{word}-{folder[:-2]}-{order[0]}"
            posix = f'TRACE="${{TRACE-}} {verb}"; export TRACE\n'
            (scripts / f"{order}.sh").write_text(posix)
            (scripts / f"{order}.fish").write_text(f'set -gx TRACE "$TRACE {verb}"\n')
            (scripts / f"{order}.ps1").write_text("throw 'not for this shell'\n")
    return prefix


def write_program(path: Path, body: str) -> Path:
    """Write a shell script that can be run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def variables_after(
    program: ShellProgram, code: str, environ: Mapping[str, str], *options: str
) -> dict[str, str]:
    """Return the exported variables once a real shell has carried out `code`."""
    quiet = "--no-config" if program.shell is Shell.FISH else "-f"
    start = [program.program, *([quiet] if program.shell in (Shell.FISH, Shell.ZSH) else [])]
    done = subprocess.run(
        [*start, *options, "-c", f"{code}\n/usr/bin/env -0"],
        env=dict(environ),
        capture_output=True,
        check=True,
        timeout=20,
    )
    assert done.stderr == b"", done.stderr
    pairs = (os.fsdecode(each).partition("=") for each in done.stdout.split(b"\0") if each)
    return {name: value for name, _, value in pairs}
