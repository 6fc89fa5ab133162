"""What `conda activate` does to a shell, as a value and as a script for each shell.

The rules are conda's (conda docs, "Managing environments" and "Deep dive: activate"; the layout of
PATH is that of conda's activator): the programs of the environment come first on PATH, CONDA_*
variables tell which one is active, the variables of the environment and of its packages are set,
and then the packages' own activation scripts run. What was active before is left first. The
scripts look at the shell as they find it, because a user's start-up file may activate `base`.
"""

from __future__ import annotations

import json
import re
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from engine.conda.history import read_state
from engine.opening.shells import Shell, cmd_assignment, quoted

UNSET = "***unset***"  # conda's word for a variable that activation takes away

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
# Shells expand these in a prompt, some of them as commands.
_UNSAFE_IN_PROMPT = re.compile(r"[\\$`%!^&|<>'\"\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Activation:
    """Say what activating an environment changes; a variable with the value None goes.

    `folders` come first on PATH, in this order. `scripts` are sourced last, in this order.
    """

    prefix: str
    name: str
    folders: tuple[str, ...]
    variables: tuple[tuple[str, str | None], ...]
    scripts: tuple[str, ...]

    @property
    def prompt(self) -> str:
        """Return what stands before the prompt; nothing in it means anything to a shell."""
        return f"({_UNSAFE_IN_PROMPT.sub('_', self.name)}) "


def path_folders(prefix: str | Path, platform: str = sys.platform) -> tuple[str, ...]:
    """Return the folders that activation puts first on PATH, in conda's order."""
    if platform != "win32":
        return (f"{prefix}/bin",)
    root = str(prefix).rstrip("\\/")
    inner = ("Library\\mingw-w64\\bin", "Library\\usr\\bin", "Library\\bin", "Scripts", "bin")
    return (root, *(f"{root}\\{folder}" for folder in inner))


def activation(
    prefix: Path, shell: Shell, name: str = "", platform: str = sys.platform
) -> Activation:
    """Return what activating the environment at `prefix` changes in `shell`.

    Reads the variables of packages (`etc/conda/env_vars.d/*.json`), then those of the environment
    (`conda-meta/state`), and lists the activation scripts that `shell` understands. What cannot be
    read counts as absent.
    """
    scripts = _files(prefix / "etc" / "conda" / "activate.d", shell.script_ending)
    return Activation(
        prefix=str(prefix),
        name=name or str(prefix),
        folders=path_folders(prefix, platform),
        variables=tuple(environment_variables(prefix).items()),
        scripts=tuple(map(str, scripts)),
    )


def environment_variables(prefix: Path) -> dict[str, str | None]:
    """Return the variables that packages of `prefix` and its user set; None takes one away."""
    found: dict[str, str | None] = {}
    for path in _files(prefix / "etc" / "conda" / "env_vars.d", ".json"):
        found.update(_variables_in(path))
    for name, value in read_state(prefix).items():
        found[name] = None if value == UNSET else value
    return {
        name: value
        for name, value in found.items()
        if _VARIABLE.match(name) and "\0" not in (value or "")
    }


def script(prefix: Path, shell: Shell, name: str = "", platform: str = sys.platform) -> str:
    """Return a script that activates the environment at `prefix` when `shell` sources it.

    `name` is shown in the prompt. Any character is allowed in both.
    """
    change = activation(prefix, shell, name, platform)
    match shell:
        case Shell.BASH | Shell.ZSH | Shell.SH:
            return _posix_script(change, shell)
        case Shell.FISH:
            return _fish_script(change)
        case Shell.CMD:
            return _cmd_script(change)
        case Shell.POWERSHELL:
            return _powershell_script(change, ";" if platform == "win32" else ":")
    assert_never(shell)


def _files(folder: Path, ending: str) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.name.endswith(ending))
    except OSError:
        return []


def _variables_in(path: Path) -> dict[str, str | None]:
    with suppress(OSError, ValueError, RecursionError):
        document: object = json.loads(path.read_bytes())
        if isinstance(document, dict):
            pairs: dict[object, object] = document  # pyright: ignore[reportUnknownVariableType]
            return {str(name): str(value) for name, value in pairs.items()}
    return {}


def _posix_script(change: Activation, shell: Shell) -> str:
    prompt = quoted(change.prompt, shell)
    none_is_fine = "(N)" if shell is Shell.ZSH else ""  # zsh stops at a pattern without a match
    lines = [
        f"__envdesk_prefix={quoted(change.prefix, shell)}",
        f"__envdesk_bin={quoted(change.folders[0], shell)}",
        *_POSIX_LEAVE.replace("{none}", none_is_fine).splitlines(),
        'PS1=${PS1#"${CONDA_PROMPT_MODIFIER-}"}',
        f'PS1={prompt}"$PS1"',
        f"export CONDA_PROMPT_MODIFIER={prompt}",
        'export CONDA_PREFIX="$__envdesk_prefix"',
        f"export CONDA_DEFAULT_ENV={quoted(change.name, shell)}",
    ]
    for name, value in change.variables:
        word = quoted(value or "", shell)
        lines.append(f"unset {name}" if value is None else f"export {name}={word}")
    lines += [rf"\. {quoted(path, shell)}" for path in change.scripts]
    lines.append("hash -r 2>/dev/null || :")
    lines.append(
        "unset __envdesk_prefix __envdesk_bin __envdesk_kept __envdesk_rest __envdesk_each"
    )
    return "\n".join(lines) + "\n"


_POSIX_LEAVE = """\
__envdesk_leave() {
  set --
  for __envdesk_each in "$CONDA_PREFIX"/etc/conda/deactivate.d/*.sh{none}; do
    if [ -f "$__envdesk_each" ]; then set -- "$__envdesk_each" "$@"; fi
  done
  for __envdesk_each in "$@"; do \\. "$__envdesk_each"; done
}
if [ -n "${CONDA_PREFIX-}" ]; then __envdesk_leave; fi
unset -f __envdesk_leave
case "${CONDA_SHLVL-}" in '' | *[!0-9]*) CONDA_SHLVL=0 ;; esac
if [ -z "${CONDA_PREFIX-}" ] || [ "$CONDA_SHLVL" -eq 0 ]; then
  CONDA_SHLVL=1
elif [ "$CONDA_PREFIX" != "$__envdesk_prefix" ]; then
  eval "export CONDA_PREFIX_$CONDA_SHLVL=\\"\\$CONDA_PREFIX\\""
  CONDA_SHLVL=$((CONDA_SHLVL + 1))
fi
export CONDA_SHLVL
__envdesk_kept=
__envdesk_rest="${PATH-}:"
while [ -n "$__envdesk_rest" ]; do
  __envdesk_each="${__envdesk_rest%%:*}"
  __envdesk_rest="${__envdesk_rest#*:}"
  case "$__envdesk_each" in
    '' | "$__envdesk_bin" | "${CONDA_PREFIX:+$CONDA_PREFIX/bin}") ;;
    *) __envdesk_kept="$__envdesk_kept:$__envdesk_each" ;;
  esac
done
export PATH="$__envdesk_bin$__envdesk_kept"
: "${PS1=}"
"""


def _fish_script(change: Activation) -> str:
    shell = Shell.FISH
    lines = [
        f"set -l __envdesk_prefix {quoted(change.prefix, shell)}",
        f"set -l __envdesk_bin {quoted(change.folders[0], shell)}",
        *_FISH_LEAVE.splitlines(),
        f"set -gx CONDA_PROMPT_MODIFIER {quoted(change.prompt, shell)}",
        "set -gx CONDA_PREFIX $__envdesk_prefix",
        f"set -gx CONDA_DEFAULT_ENV {quoted(change.name, shell)}",
    ]
    for name, value in change.variables:
        word = quoted(value or "", shell)
        lines.append(f"set -e {name}" if value is None else f"set -gx {name} {word}")
    lines += [f"source {quoted(path, shell)}" for path in change.scripts]
    return "\n".join((*lines, *_FISH_PROMPT.splitlines())) + "\n"


_FISH_LEAVE = """\
set -l __envdesk_old
if test -n "$CONDA_PREFIX"
    set __envdesk_old "$CONDA_PREFIX/bin"
    set -l __envdesk_scripts "$CONDA_PREFIX"/etc/conda/deactivate.d/*.fish
    for __envdesk_each in $__envdesk_scripts[-1..1]
        source "$__envdesk_each"
    end
end
string match -qr '^[0-9]+$' -- "$CONDA_SHLVL"; or set -gx CONDA_SHLVL 0
if test -z "$CONDA_PREFIX"; or test "$CONDA_SHLVL" -eq 0
    set -gx CONDA_SHLVL 1
else if test "$CONDA_PREFIX" != "$__envdesk_prefix"
    set -gx CONDA_PREFIX_$CONDA_SHLVL "$CONDA_PREFIX"
    set -gx CONDA_SHLVL (math $CONDA_SHLVL + 1)
end
set -l __envdesk_kept
for __envdesk_each in $PATH
    if not contains -- "$__envdesk_each" "$__envdesk_bin" $__envdesk_old
        set __envdesk_kept $__envdesk_kept "$__envdesk_each"
    end
end
set -gx PATH "$__envdesk_bin" $__envdesk_kept
"""

# conda's own set-up for fish shows the same variable already.
_FISH_PROMPT = """\
if not functions -q __conda_add_prompt; and not functions -q __envdesk_prompt
    functions -q fish_prompt; or function fish_prompt; end
    functions -c fish_prompt __envdesk_prompt
    function __envdesk_status; return $argv[1]; end
    function fish_prompt
        set -l __envdesk_last $status
        echo -n "$CONDA_PROMPT_MODIFIER"
        __envdesk_status $__envdesk_last
        __envdesk_prompt
    end
end
"""


def _cmd_script(change: Activation) -> str:
    """Return batch lines that each keep quiet on their own: the caller's echo stays as it is."""
    folders = ";".join(change.folders)
    lines = [
        # No labels: cmd loses its way to them in UTF-8 files.
        f"if defined CONDA_PREFIX {_CMD_LEAVE}",
        *(
            f'if defined CONDA_PREFIX call set "PATH=%%PATH:%CONDA_PREFIX%{folder};=%%"'
            for folder in reversed(path_folders("", "win32"))
        ),
        'if not defined CONDA_PREFIX set "CONDA_SHLVL=0"',
        'if not defined CONDA_SHLVL set "CONDA_SHLVL=0"',
        'if defined CONDA_PREFIX set "CONDA_PREFIX_%CONDA_SHLVL%=%CONDA_PREFIX%"',
        "set /a CONDA_SHLVL=CONDA_SHLVL+1 >nul",
        _before(cmd_assignment("PATH", f"{folders};"), "%PATH%"),
        cmd_assignment("CONDA_PREFIX", change.prefix),
        cmd_assignment("CONDA_DEFAULT_ENV", change.name),
        cmd_assignment("CONDA_PROMPT_MODIFIER", change.prompt),
        'if not defined PROMPT set "PROMPT=$P$G"',
        _before(cmd_assignment("PROMPT", change.prompt), "%PROMPT%"),
    ]
    for name, value in change.variables:
        if value is None:
            lines.append(f'set "{name}="')
        elif "\n" not in value and "\r" not in value:  # cmd has no way to write such a value
            lines.append(cmd_assignment(name, value))
    if change.scripts:
        # Relative names: `call` reads its line twice, to the harm of odd characters in a path.
        lines.append(f"pushd {quoted(_cmd_parent(change.scripts[0]), Shell.CMD)}")
        lines += [f"call {quoted(_cmd_name(path), Shell.CMD)}" for path in change.scripts]
        lines.append("popd")
    return "".join(f"@{line}\r\n" for line in lines)


_CMD_LEAVE = (
    r'pushd "%CONDA_PREFIX%\etc\conda\deactivate.d" 2>nul && '
    '(for /f "delims=" %%s in (\'dir /b /o-n *.bat 2^>nul\') do @call "%%~s") & popd'
)


def _cmd_parent(path: str) -> str:
    return path[: -len(_cmd_name(path)) - 1]


def _cmd_name(path: str) -> str:
    return re.split(r"[\\/]", path)[-1]


def _before(assignment: str, rest: str) -> str:
    """Return a quoted `assignment` with `rest` after its value."""
    return assignment.removesuffix('"') + f'{rest}"'


def _powershell_script(change: Activation, separator: str) -> str:
    shell = Shell.POWERSHELL
    folders = ", ".join(quoted(folder, shell) for folder in change.folders)
    lines = [
        f"$EnvdeskPrefix = {quoted(change.prefix, shell)}",
        f"$EnvdeskFolders = @({folders})",
        f"$EnvdeskSeparator = {quoted(separator, shell)}",
        *_POWERSHELL_LEAVE.splitlines(),
        "$Env:CONDA_PREFIX = $EnvdeskPrefix",
        f"$Env:CONDA_DEFAULT_ENV = {quoted(change.name, shell)}",
        f"$Env:CONDA_PROMPT_MODIFIER = {quoted(change.prompt, shell)}",
    ]
    for name, value in change.variables:
        if value is None:
            lines.append(f"Remove-Item -LiteralPath Env:\\{name} -ErrorAction SilentlyContinue")
        else:
            lines.append(f"$Env:{name} = {quoted(value, shell)}")
    lines += [f". {quoted(path, shell)}" for path in change.scripts]
    return "\n".join((*lines, *_POWERSHELL_PROMPT.splitlines())) + "\n"


_POWERSHELL_LEAVE = r"""
$EnvdeskOld = @()
if ($Env:CONDA_PREFIX) {
    $EnvdeskOld = @($Env:CONDA_PREFIX) + @('Library\mingw-w64\bin', 'Library\usr\bin',
        'Library\bin', 'Scripts', 'bin' | ForEach-Object { Join-Path $Env:CONDA_PREFIX $_ })
    Get-ChildItem -LiteralPath (Join-Path $Env:CONDA_PREFIX 'etc\conda\deactivate.d') `
        -Filter '*.ps1' -ErrorAction SilentlyContinue |
        Sort-Object Name -Descending | ForEach-Object { . $_.FullName }
}
$EnvdeskLevel = 0
[void][int]::TryParse($Env:CONDA_SHLVL, [ref]$EnvdeskLevel)
if (-not $Env:CONDA_PREFIX -or $EnvdeskLevel -eq 0) {
    $Env:CONDA_SHLVL = '1'
} elseif ($Env:CONDA_PREFIX -ne $EnvdeskPrefix) {
    Set-Item -LiteralPath "Env:\CONDA_PREFIX_$EnvdeskLevel" -Value $Env:CONDA_PREFIX
    $Env:CONDA_SHLVL = "$($EnvdeskLevel + 1)"
}
$EnvdeskKept = $Env:PATH.Split($EnvdeskSeparator) |
    Where-Object { $_ -and $EnvdeskOld -notcontains $_ -and $EnvdeskFolders -notcontains $_ }
$Env:PATH = ($EnvdeskFolders + @($EnvdeskKept)) -join $EnvdeskSeparator
""".strip()

_POWERSHELL_PROMPT = """\
if (-not (Test-Path Function:\\EnvdeskPrompt)) {
    Copy-Item Function:\\prompt Function:\\EnvdeskPrompt
    function global:prompt { "$Env:CONDA_PROMPT_MODIFIER$(EnvdeskPrompt)" }
}
"""
