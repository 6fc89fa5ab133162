from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.conda.condarc import CondaConfiguration
from engine.opening import activation_command
from engine.opening.commands import Available, Tool, activation_target, available, command
from engine.opening.shells import Shell
from engine.places import places_below
from tests.support.shell_world import (
    NAMES,
    base_environment,
    make_prefix,
    program_of,
    variables_after,
    write_program,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="runs shells of POSIX systems")

CONDA = Available(Tool.CONDA)
NONE = Available(Tool.NONE)
PREFIX = Path("/e/x")


def test_that_conda_is_told_the_name_quoted_where_need_be() -> None:
    assert command(PREFIX, "my-env", Shell.BASH, CONDA) == "conda activate my-env"
    assert command(PREFIX, "第一个 env", Shell.ZSH, CONDA) == "conda activate '第一个 env'"
    assert command(PREFIX, "it's", Shell.FISH, CONDA) == r"conda activate 'it\'s'"
    assert command(PREFIX, "a & 5%", Shell.CMD, CONDA) == 'conda activate "a & 5%"'
    assert command(PREFIX, "it's", Shell.POWERSHELL, CONDA) == "conda activate 'it''s'"
    micromamba = Available(Tool.MICROMAMBA)
    assert command(PREFIX, "x", Shell.BASH, micromamba) == "micromamba activate x"


def test_that_a_conda_that_no_shell_knows_is_called_by_its_path() -> None:
    by = Available(Tool.CONDA_BY_PATH, Path("/opt/mini forge"))
    start = "'/opt/mini forge/bin/activate'"
    assert command(PREFIX, "x", Shell.BASH, by) == f"source {start} x"
    assert command(PREFIX, "x", Shell.SH, by) == f". {start} x"
    fish = "source '/opt/mini forge/etc/fish/conf.d/conda.fish'; and conda activate x"
    assert command(PREFIX, "x", Shell.FISH, by) == fish
    assert command(PREFIX, "x", Shell.CMD, by) == '"/opt/mini forge/Scripts/activate.bat" x'
    assert command(PREFIX, "x", Shell.POWERSHELL, by).endswith("conda-hook.ps1'; conda activate x")


@pytest.mark.parametrize("shell", [Shell.BASH, Shell.ZSH, Shell.FISH, Shell.SH])
@pytest.mark.parametrize("name", [name for name in NAMES if "\n" not in name])
def test_that_without_any_conda_one_line_does_it(shell: Shell, name: str, tmp_path: Path) -> None:
    program = program_of(shell)
    prefix = make_prefix(tmp_path / "envs" / name)
    line = command(prefix, str(prefix), shell, NONE)
    assert "\n" not in line
    environ = base_environment(tmp_path / "home")
    found = variables_after(program, f"{line}; python > '{tmp_path}/seen'", environ)
    assert (tmp_path / "seen").read_text() == f"python of {prefix}/bin/python\n"
    assert found["CONDA_PREFIX"] == found["CONDA_DEFAULT_ENV"] == str(prefix)
    assert found["TRACE"].split() == ["it-activate-1", "it-activate-2"]


def test_that_the_line_for_windows_shells_sets_path_and_prefix(tmp_path: Path) -> None:
    line = command(tmp_path / "a b", "a b", Shell.CMD, NONE)
    assert line.startswith('set "PATH=')
    assert f' & set "CONDA_PREFIX={tmp_path / "a b"}"' in line
    line = command(tmp_path / "a b", "a b", Shell.POWERSHELL, NONE)
    assert line.startswith("$Env:PATH = '")
    assert f"; $Env:CONDA_PREFIX = '{tmp_path / 'a b'}'" in line


def test_that_a_name_is_used_only_where_conda_finds_it(tmp_path: Path) -> None:
    first, second, root = tmp_path / "first", tmp_path / "second", tmp_path / "root"
    configuration = CondaConfiguration(root_prefixes=(root,), envs_dirs=(first, second))
    assert activation_target(second / "x", "x", configuration) == "x"
    (first / "x").mkdir(parents=True)
    assert activation_target(first / "x", "x", configuration) == "x"
    assert activation_target(second / "x", "x", configuration) == str(second / "x")
    own = tmp_path / "envdesk" / "envs" / "y"
    assert activation_target(own, "y", configuration) == str(own)
    assert activation_target(own, str(own), configuration) == str(own)
    assert activation_target(root, "base", configuration) == "base"
    assert activation_target(tmp_path / "other", "base", configuration) == str(tmp_path / "other")


@pytest.mark.parametrize(
    ("file", "text", "tool"),
    [
        (".bashrc", "# >>> conda initialize >>>\n", Tool.CONDA),
        (".zshrc", 'eval "$(/opt/conda/bin/conda shell.zsh hook)"\n', Tool.CONDA),
        (".bashrc", ". /opt/conda/etc/profile.d/conda.sh\n", Tool.CONDA),
        (".bashrc", "# eval conda hook\nalias c=conda\n", Tool.NONE),
        (".bashrc", "# >>> mamba initialize >>>\n", Tool.NONE),
        (".bashrc", "\xff", Tool.NONE),
    ],
)
def test_that_conda_counts_when_new_terminals_know_it(
    tmp_path: Path, file: str, text: str, tool: Tool
) -> None:
    (tmp_path / file).write_bytes(text.encode("latin-1"))
    assert available(tmp_path, CondaConfiguration(), {}, "linux").tool is tool


def test_that_installed_programs_are_found(tmp_path: Path) -> None:
    root = tmp_path / "root"
    nothing = CondaConfiguration()
    rooted = CondaConfiguration(root_prefixes=(root,))
    conda = write_program(root / "bin" / "conda", "")
    path = {"PATH": str(root / "bin")}
    assert available(tmp_path, rooted, path, "linux") == NONE
    (root / "bin" / "activate").touch()
    by_path = Available(Tool.CONDA_BY_PATH, root)
    assert available(tmp_path, rooted, {}, "linux") == by_path
    assert available(tmp_path, nothing, path, "linux") == by_path
    assert available(tmp_path, nothing, {"CONDA_EXE": str(conda)}, "linux") == by_path
    assert available(tmp_path, rooted, {"CONDA_SHLVL": "0"}, "linux") == CONDA
    write_program(tmp_path / "bin" / "micromamba", "")
    with_mamba = {"PATH": str(tmp_path / "bin")}
    assert available(tmp_path, nothing, with_mamba, "linux").tool is Tool.MICROMAMBA
    assert available(tmp_path, nothing, {"MAMBA_EXE": "/m"}, "linux").tool is Tool.MICROMAMBA
    (root / "Scripts").mkdir()
    (root / "Scripts" / "activate.bat").touch()
    assert available(tmp_path, rooted, {}, "win32") == by_path


def test_that_isolated_places_know_no_conda_of_this_computer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONDA_SHLVL", "1")
    monkeypatch.setenv("SHELL", program_of(Shell.BASH).program)
    prefix = make_prefix(tmp_path / "envs" / "第一个 env")
    line = activation_command(
        prefix, "第一个 env", CondaConfiguration(), places_below(tmp_path / "root")
    )
    done = subprocess.run(
        ["bash", "-c", f"{line}; python"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"python of {prefix}/bin/python\n"
