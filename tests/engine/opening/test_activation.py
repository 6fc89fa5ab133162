from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.opening.activation import activation, environment_variables, path_folders, script
from engine.opening.shells import Shell, ShellProgram, cmd_assignment, is_plain, quoted, user_shell
from tests.support.shell_world import (
    NAMES,
    base_environment,
    make_prefix,
    program_of,
    variables_after,
    write_program,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="runs shells of POSIX systems")

REAL = (Shell.BASH, Shell.ZSH, Shell.FISH, Shell.SH)
SOURCE = {Shell.FISH: "source"}


@pytest.fixture(params=REAL)
def program(request: pytest.FixtureRequest) -> ShellProgram:
    return program_of(request.param)


def sourced(program: ShellProgram, prefix: Path, folder: Path, name: str = "") -> str:
    path = folder / "activation-script"
    text = script(prefix, program.shell, name, "linux")
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return f"{SOURCE.get(program.shell, '.')} {quoted(str(path), program.shell)}"


def set_state(prefix: Path, variables: dict[str, str]) -> None:
    state = {"version": 1, "env_vars": variables}
    (prefix / "conda-meta" / "state").write_text(json.dumps(state), encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_that_a_real_shell_finds_the_python_of_an_environment_of_any_name(
    program: ShellProgram, name: str, tmp_path: Path
) -> None:
    prefix = make_prefix(tmp_path / "envs" / name)
    odd = f"value of {name}"
    set_state(prefix, {"ODD": odd})
    environ = base_environment(tmp_path / "home")
    seen = tmp_path / "seen"
    code = f"{sourced(program, prefix, tmp_path, name)}; python > {seen}"
    found = variables_after(program, code, environ)
    assert seen.read_text() == f"python of {prefix}/bin/python\n"
    assert found["PATH"] == f"{prefix}/bin:{environ['PATH']}"
    assert found["CONDA_PREFIX"] == str(prefix)
    assert found["CONDA_DEFAULT_ENV"] == name
    assert found["CONDA_SHLVL"] == "1"
    assert found["ODD"] == odd
    assert found["TRACE"].split() == ["it-activate-1", "it-activate-2"]
    assert not [each for each in found if each.startswith("__envdesk")]


def test_that_an_active_environment_is_left_before_another_is_entered(
    program: ShellProgram, tmp_path: Path
) -> None:
    base = make_prefix(tmp_path / "mini forge's", "base")
    prefix = make_prefix(tmp_path / "envs" / "it's new")
    environ = base_environment(tmp_path / "home")
    environ["PATH"] = f"/first:{base}/bin:{environ['PATH']}"
    environ |= {"CONDA_PREFIX": str(base), "CONDA_SHLVL": "1"}
    found = variables_after(program, sourced(program, prefix, tmp_path), environ)
    assert found["PATH"] == f"{prefix}/bin:/first:/usr/local/bin:/usr/bin:/bin"
    assert (found["CONDA_SHLVL"], found["CONDA_PREFIX_1"]) == ("2", str(base))
    assert found["TRACE"].split() == [
        "base-deactivate-2",
        "base-deactivate-1",
        "it-activate-1",
        "it-activate-2",
    ]


def test_that_activating_twice_changes_nothing_more(program: ShellProgram, tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "envs" / "数据")
    environ = base_environment(tmp_path / "home")
    once = sourced(program, prefix, tmp_path, "数据")
    first = variables_after(program, once, environ)
    second = variables_after(program, f"{once}; {once}", environ)
    for each in ("PATH", "CONDA_SHLVL", "CONDA_PREFIX", "CONDA_PROMPT_MODIFIER"):
        assert second[each] == first[each]
    assert "CONDA_PREFIX_1" not in second


@pytest.mark.parametrize("shell", [Shell.BASH, Shell.ZSH, Shell.SH])
def test_that_strict_shells_are_satisfied_too(shell: Shell, tmp_path: Path) -> None:
    program = program_of(shell)
    prefix = make_prefix(tmp_path / "envs" / "a b")
    code = f"set -eu; {sourced(program, prefix, tmp_path)}"
    found = variables_after(program, code, base_environment(tmp_path / "home"))
    assert found["CONDA_PREFIX"] == str(prefix)


def test_that_a_broken_level_or_a_vanished_environment_does_not_matter(
    program: ShellProgram, tmp_path: Path
) -> None:
    prefix = make_prefix(tmp_path / "new")
    environ = base_environment(tmp_path / "home")
    environ |= {"CONDA_PREFIX": str(tmp_path / "gone"), "CONDA_SHLVL": "many"}
    found = variables_after(program, sourced(program, prefix, tmp_path), environ)
    assert found["CONDA_PREFIX"] == str(prefix)
    assert found["CONDA_SHLVL"] == "1"


@pytest.mark.parametrize("shell", [Shell.BASH, Shell.ZSH, Shell.SH])
def test_that_the_prompt_names_the_environment_once_and_runs_nothing(
    shell: Shell, tmp_path: Path
) -> None:
    program = program_of(shell)
    prefix = make_prefix(tmp_path / "x")
    code = (
        f"PS1='(base) $ '; CONDA_PROMPT_MODIFIER='(base) '\n"
        f"{sourced(program, prefix, tmp_path, '$(touch ran) `touch ran` %x 数据')}\n"
        'export SHOWN="$PS1"'
    )
    found = variables_after(program, code, base_environment(tmp_path / "home"))
    assert found["SHOWN"] == "(_(touch ran) _touch ran_ _x 数据) $ "
    assert found["CONDA_PROMPT_MODIFIER"] == "(_(touch ran) _touch ran_ _x 数据) "


def test_that_bash_shows_the_prompt_as_it_is_meant(tmp_path: Path) -> None:
    program = program_of(Shell.BASH)
    prefix = make_prefix(tmp_path / "x")
    code = (
        f"PS1='$ '; {sourced(program, prefix, tmp_path, 'a$(touch ran)')}; printf %s \"${{PS1@P}}\""
    )
    done = subprocess.run(
        [program.program, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout == "(a_(touch ran)) $ "
    assert not (tmp_path / "ran").exists()


def test_that_fish_keeps_its_prompt_and_the_last_status(tmp_path: Path) -> None:
    program = program_of(Shell.FISH)
    prefix = make_prefix(tmp_path / "x")
    code = (
        'function fish_prompt; echo -n "[$status]> "; end\n'
        f"{sourced(program, prefix, tmp_path, '数据 1')}\n"
        "false\nset -gx SHOWN (fish_prompt)"
    )
    found = variables_after(program, code, base_environment(tmp_path / "home"))
    assert found["SHOWN"] == "(数据 1) [1]> "


def test_that_variables_of_packages_come_before_those_of_the_user(tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "x")
    folder = prefix / "etc" / "conda" / "env_vars.d"
    folder.mkdir()
    (folder / "b.json").write_text('{"ONE": "b", "TWO": "b", "THREE": "b", "bad name; id": "x"}')
    (folder / "a.json").write_text('{"ONE": "a", "FOUR": 4}')
    (folder / "broken.json").write_text('{"ONE": ')
    set_state(prefix, {"TWO": "state", "THREE": "***unset***"})
    assert environment_variables(prefix) == {
        "ONE": "b",
        "TWO": "state",
        "THREE": None,
        "FOUR": "4",
    }


def test_that_a_variable_can_be_taken_away(program: ShellProgram, tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "x")
    set_state(prefix, {"AWAY": "***unset***"})
    environ = base_environment(tmp_path / "home") | {"AWAY": "there"}
    assert "AWAY" not in variables_after(program, sourced(program, prefix, tmp_path), environ)


def test_that_a_prefix_that_is_no_text_can_be_activated(tmp_path: Path) -> None:
    program = program_of(Shell.BASH)
    prefix = make_prefix(tmp_path / os.fsdecode(b"caf\xe9"))
    found = variables_after(
        program, sourced(program, prefix, tmp_path), base_environment(tmp_path / "home")
    )
    assert found["CONDA_PREFIX"] == str(prefix)


def test_that_an_alias_for_a_command_of_the_script_does_no_harm(tmp_path: Path) -> None:
    program = program_of(Shell.BASH)
    prefix = make_prefix(tmp_path / "x")
    code = f"shopt -s expand_aliases\nalias .='false '\nsource {tmp_path}/activation-script"
    sourced(program, prefix, tmp_path)
    found = variables_after(program, code, base_environment(tmp_path / "home"))
    assert found["TRACE"].split() == ["it-activate-1", "it-activate-2"]


def test_that_folders_come_in_condas_order_on_each_system() -> None:
    assert path_folders("/opt/x y", "linux") == ("/opt/x y/bin",)
    assert path_folders("/opt/x y", "darwin") == ("/opt/x y/bin",)
    assert path_folders("C:\\x y\\", "win32") == (
        "C:\\x y",
        "C:\\x y\\Library\\mingw-w64\\bin",
        "C:\\x y\\Library\\usr\\bin",
        "C:\\x y\\Library\\bin",
        "C:\\x y\\Scripts",
        "C:\\x y\\bin",
    )


def test_that_scripts_are_those_that_the_shell_understands(tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "x")
    (prefix / "etc/conda/activate.d/3.bat").touch()
    found = {shell: activation(prefix, shell).scripts for shell in Shell}
    folder = f"{prefix}/etc/conda/activate.d"
    posix = (f"{folder}/1 first.sh", f"{folder}/2 second.sh")
    assert found[Shell.BASH] == found[Shell.ZSH] == found[Shell.SH] == posix
    assert found[Shell.FISH] == (f"{folder}/1 first.fish", f"{folder}/2 second.fish")
    assert found[Shell.CMD] == (f"{folder}/3.bat",)
    assert found[Shell.POWERSHELL] == (f"{folder}/1 first.ps1", f"{folder}/2 second.ps1")


def test_that_the_batch_file_for_cmd_sets_what_conda_sets(tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "第 1%& env")
    (prefix / "etc/conda/activate.d/x.bat").touch()
    set_state(prefix, {"A": 'say "&" 100%', "B": "x=%PATH%^", "C": "two\nlines"})
    text = script(prefix, Shell.CMD, "第 1%& env", "win32")
    lines = text.split("\r\n")
    doubled = str(prefix).replace("%", "%%")
    assert lines.pop() == ""
    assert all(line.startswith("@") for line in lines)
    assert f'@set "CONDA_PREFIX={doubled}"' in lines
    assert '@set "CONDA_DEFAULT_ENV=第 1%%& env"' in lines
    assert '@set "CONDA_PROMPT_MODIFIER=(第 1__ env) "' in lines
    assert '@set "PROMPT=(第 1__ env) %PROMPT%"' in lines
    path = next(line for line in lines if line.startswith('@set "PATH='))
    inner = ("", "\\Library\\mingw-w64\\bin", "\\Library\\usr\\bin", "\\Library\\bin")
    folders = [f"{doubled}{each}" for each in (*inner, "\\Scripts", "\\bin")]
    assert path == f'@set "PATH={";".join(folders)};%PATH%"'
    assert '@set A=say ^"^&^" 100%%' in lines
    assert '@set "B=x=%%PATH%%^"' in lines
    assert not [line for line in lines if "two" in line]
    assert lines[-3:] == [f'@pushd "{doubled}/etc/conda/activate.d"', '@call "x.bat"', "@popd"]
    left = [line for line in lines if line.startswith("@if defined CONDA_PREFIX call set")]
    assert left[-1] == '@if defined CONDA_PREFIX call set "PATH=%%PATH:%CONDA_PREFIX%;=%%"'
    assert len(left) == 6


def test_that_the_script_for_powershell_quotes_everything(tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "it’s $x")
    set_state(prefix, {"A": "it's", "B": "***unset***"})
    text = script(prefix, Shell.POWERSHELL, "n", "win32")
    doubled = str(prefix).replace("’", "’’")
    assert f"$EnvdeskPrefix = '{doubled}'\n" in text
    assert "$Env:A = 'it''s'\n" in text
    assert "Remove-Item -LiteralPath Env:\\B -ErrorAction SilentlyContinue\n" in text
    assert f". '{doubled}/etc/conda/activate.d/2 second.ps1'\n" in text


TEXTS = st.lists(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40),
    min_size=1,
    max_size=20,
)


@settings(max_examples=25, deadline=None)
@given(texts=TEXTS)
@pytest.mark.parametrize("shell", REAL)
def test_that_any_text_survives_quoting(shell: Shell, texts: list[str]) -> None:
    program = program_of(shell)
    # fish escapes what it cannot print in private characters: it has no others for them.
    texts = [text for text in texts if not any("\uf600" <= each <= "\uf8ff" for each in text)]
    words = " ".join(quoted(text, shell) for text in texts)
    if not texts:
        return
    done = subprocess.run(
        [program.program, "-c", f"printf '%s\\0' {words}"],
        capture_output=True,
        check=True,
        env={"LANG": "C.UTF-8", "HOME": "/nonexistent", "PATH": "/usr/bin:/bin"},
    )
    assert done.stdout.decode().split("\0")[:-1] == texts


@given(st.text(max_size=30))
def test_that_words_for_cmd_and_powershell_end_where_they_should(text: str) -> None:
    word = quoted(text, Shell.CMD)
    assert word[0] == word[-1] == '"'
    assert '"' not in word[1:-1]
    assert "%" not in word.replace("%%", "")
    inner = quoted(text, Shell.POWERSHELL)[1:-1]
    for quote in "'‘’‚‛":
        inner = inner.replace(quote * 2, "")
    assert not set(inner) & set("'‘’‚‛")
    assignment = cmd_assignment("X", text)
    assert assignment.startswith(('set "X=', "set X="))


def test_that_only_harmless_words_go_without_quotes() -> None:
    assert is_plain("my-env_1.2")
    assert is_plain("/opt/conda/envs/x")
    for word in ("a b", "数据", "-x", "~/x", "a$b", "", "a'b", "a,b", "a\\b"):
        assert not is_plain(word)


def test_that_the_users_shell_is_taken_and_an_unknown_one_replaced(tmp_path: Path) -> None:
    mine = write_program(tmp_path / "zsh", "")
    strange = write_program(tmp_path / "nu", "")
    assert user_shell({"SHELL": str(mine)}, "linux") == ShellProgram(Shell.ZSH, str(mine))
    assert user_shell({"SHELL": str(strange)}, "linux").shell in (Shell.BASH, Shell.ZSH, Shell.SH)
    assert user_shell({"SHELL": str(tmp_path / "gone/bash")}, "linux").program != "gone/bash"
    assert user_shell({}, "win32") == ShellProgram(Shell.CMD, "cmd.exe")
    assert user_shell({"COMSPEC": "C:\\W\\cmd.exe"}, "win32").program == "C:\\W\\cmd.exe"
