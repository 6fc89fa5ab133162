from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import opening
from engine.errors import EngineError, ErrorCode
from engine.opening.shells import Shell
from engine.opening.starting import FOLDER_PREFIX, private_folder
from tests.support.shell_world import (
    NAMES,
    base_environment,
    make_prefix,
    program_of,
    write_program,
)
from tests.support.volumes import mounted

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="starts the programs of a Linux desktop"
)

# What a terminal is to us: it runs the rest of its arguments and has a keyboard and a screen.
TERMINAL = """\
printf '%s\\n' "$@" > "$HOME/arguments"
ls -ldn "$XDG_RUNTIME_DIR"/envdesk-open-* > "$HOME/folders"
if [ "$1" = -e ]; then shift; fi
cd "$HOME"
"$@" < "$HOME/typed" > "$HOME/said" 2> "$HOME/errors"
: > "$HOME/ended"
"""
TYPED = 'python\necho "<$CONDA_PREFIX|$CONDA_SHLVL|$RC|$PWD>"\nexit\n'


def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


class Desk:
    """A person's home with one terminal program on PATH."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home of me"
        self.environ = base_environment(self.home)
        self.bin = folder / "bin"
        self.bin.mkdir()
        for tool in ("env", "ls", "rm", "rmdir", "sleep"):
            path = shutil.which(tool)
            assert path is not None
            (self.bin / tool).symlink_to(path)
        self.environ["PATH"] = str(self.bin)
        self.runtime = Path(self.environ["XDG_RUNTIME_DIR"])
        self.type(TYPED)

    def type(self, text: str) -> None:
        (self.home / "typed").write_text(text)

    def write(self, name: str, text: str) -> None:
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def wait(self) -> str:
        until((self.home / "ended").exists)
        return (self.home / "said").read_text()

    def arguments(self) -> list[str]:
        return (self.home / "arguments").read_text().splitlines()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    found = Desk(tmp_path)
    write_program(found.bin / "xterm", TERMINAL)
    return found


RC_FILES = {
    Shell.BASH: ".bashrc",
    Shell.ZSH: ".zshrc",
    Shell.FISH: ".config/fish/config.fish",
    Shell.SH: ".shrc",
}


def use(desk: Desk, shell: Shell) -> None:
    desk.environ["SHELL"] = program_of(shell).program
    assignment = "set -gx RC read" if shell is Shell.FISH else "export RC=read"
    desk.write(RC_FILES[shell], f"{assignment}\n")
    if shell is Shell.SH:
        desk.environ["ENV"] = "$HOME/.shrc"


@pytest.mark.parametrize("shell", RC_FILES)
@pytest.mark.parametrize("name", ["第一个 env", 'it\'s $HOME `x` "y"'])
def test_that_a_terminal_opens_in_the_users_shell_with_the_environment_active(
    desk: Desk, tmp_path: Path, shell: Shell, name: str
) -> None:
    use(desk, shell)
    prefix = make_prefix(tmp_path / "envs" / name)
    opening.open_terminal(prefix, name, environ=desk.environ)
    said = desk.wait()
    assert f"python of {prefix}/bin/python\n" in said
    assert f"<{prefix}|1|read|{desk.home}>" in said
    assert desk.arguments()[0] == "-e"
    assert (desk.home / "folders").read_text().startswith("drwx------ ")
    assert list(desk.runtime.iterdir()) == []


@pytest.mark.parametrize("name", NAMES)
def test_that_any_name_works_in_a_terminal(desk: Desk, tmp_path: Path, name: str) -> None:
    use(desk, Shell.BASH)
    prefix = make_prefix(tmp_path / "envs" / name)
    opening.open_terminal(prefix, name, environ=desk.environ)
    assert f"python of {prefix}/bin/python\n<{prefix}|1|read|" in desk.wait()


@pytest.mark.parametrize("shell", [Shell.BASH, Shell.ZSH, Shell.FISH])
def test_that_a_start_up_file_that_activates_base_does_not_win(
    desk: Desk, tmp_path: Path, shell: Shell
) -> None:
    use(desk, shell)
    base = make_prefix(tmp_path / "mini forge", "base")
    prefix = make_prefix(tmp_path / "envs" / "mine")
    lines = {
        "CONDA_PREFIX": f"'{base}'",
        "CONDA_SHLVL": "1",
        "PATH": f"'{base}/bin' $PATH" if shell is Shell.FISH else f"'{base}/bin':\"$PATH\"",
    }
    form = "set -gx {} {}\n" if shell is Shell.FISH else "export {}={}\n"
    text = "".join(form.format(name, value) for name, value in lines.items())
    rc = desk.home / RC_FILES[shell]
    rc.write_text(rc.read_text() + text)
    opening.open_terminal(prefix, "mine", environ=desk.environ)
    said = desk.wait()
    assert f"python of {prefix}/bin/python\n" in said
    assert f"<{prefix}|2|read|" in said


def test_that_zsh_finds_its_files_where_its_user_keeps_them(desk: Desk, tmp_path: Path) -> None:
    use(desk, Shell.ZSH)
    desk.write(".zshenv", 'ZDOTDIR="$HOME/.config/my zsh"\n')
    desk.write(".config/my zsh/.zshrc", "RC=elsewhere\n")
    desk.type('echo "<$RC|$ZDOTDIR|$HISTFILE>"\nexit\n')
    prefix = make_prefix(tmp_path / "envs" / "mine")
    opening.open_terminal(prefix, environ=desk.environ)
    said = desk.wait()
    assert f"<elsewhere|{desk.home}/.config/my zsh|" in said
    assert FOLDER_PREFIX not in said
    assert list(desk.runtime.iterdir()) == []


def test_that_zsh_does_not_keep_its_history_in_our_folder(desk: Desk, tmp_path: Path) -> None:
    use(desk, Shell.ZSH)
    desk.write("dot/.zshenv", 'HISTFILE="$ZDOTDIR/.zsh_history"\n')
    desk.write("dot/.zshrc", 'echo "history in $HISTFILE"\n')
    desk.environ["ZDOTDIR"] = str(desk.home / "dot")
    opening.open_terminal(make_prefix(tmp_path / "x"), environ=desk.environ)
    assert f"history in {desk.home}/dot/.zsh_history\n" in desk.wait()


def test_that_python_opens_in_its_environment_and_the_terminal_closes_after_it(
    desk: Desk, tmp_path: Path
) -> None:
    use(desk, Shell.BASH)
    prefix = make_prefix(tmp_path / "envs" / "第一个 env")
    write_program(prefix / "bin" / "python", 'read line; echo "$0|$line|$CONDA_PREFIX|$TRACE"')
    desk.type("print(1)\necho still there\n")
    opening.open_python(prefix, environ=desk.environ)
    said = desk.wait()
    assert said == (f"{prefix}/bin/python|print(1)|{prefix}| it-activate-1 it-activate-2\n")
    assert list(desk.runtime.iterdir()) == []


def test_that_words_of_a_python_that_fails_stay_on_screen(desk: Desk, tmp_path: Path) -> None:
    use(desk, Shell.BASH)
    prefix = make_prefix(tmp_path / "x")
    write_program(prefix / "bin" / "python", "echo no module named encodings; exit 1")
    opening.open_python(prefix, environ=desk.environ)
    said = desk.wait()
    assert said.startswith("no module named encodings\n")
    assert "<" in said


def test_that_the_terminal_that_the_user_names_is_taken(desk: Desk, tmp_path: Path) -> None:
    use(desk, Shell.BASH)
    write_program(desk.bin / "my-term", ': > "$HOME/mine"; shift; ' + TERMINAL)
    desk.environ["TERMINAL"] = "my-term --quick"
    opening.open_terminal(make_prefix(tmp_path / "x"), environ=desk.environ)
    desk.wait()
    assert (desk.home / "mine").exists()


def test_that_a_terminal_that_fails_at_once_is_passed_over(desk: Desk, tmp_path: Path) -> None:
    use(desk, Shell.BASH)
    write_program(desk.bin / "x-terminal-emulator", 'echo tried > "$HOME/tried"; exit 1')
    opening.open_terminal(make_prefix(tmp_path / "x"), environ=desk.environ)
    assert "python of" in desk.wait()
    assert (desk.home / "tried").exists()


def test_that_without_a_terminal_one_is_told_what_to_install(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    prefix = make_prefix(tmp_path / "x")
    with pytest.raises(EngineError) as none:
        opening.open_terminal(prefix, environ=desk.environ)
    assert none.value.code is ErrorCode.NO_TERMINAL
    assert "xterm" in none.value.failure.hint
    write_program(desk.bin / "xterm", "exit 3")
    with pytest.raises(EngineError) as broken:
        opening.open_python(prefix, environ=desk.environ)
    assert broken.value.code is ErrorCode.NO_TERMINAL
    assert "exit code 3" in broken.value.failure.detail
    assert list(desk.runtime.iterdir()) == []


def test_that_what_is_not_there_cannot_be_opened(desk: Desk, tmp_path: Path) -> None:
    for call in (opening.open_terminal, opening.open_python):
        with pytest.raises(EngineError) as error:
            call(tmp_path / "gone", environ=desk.environ)
        assert error.value.code is ErrorCode.PREFIX_MISSING
    with pytest.raises(EngineError) as folder:
        opening.open_folder(tmp_path / "gone", environ=desk.environ)
    assert folder.value.code is ErrorCode.PREFIX_MISSING
    (tmp_path / "no python" / "conda-meta").mkdir(parents=True)
    with pytest.raises(EngineError) as python:
        opening.open_python(tmp_path / "no python", environ=desk.environ)
    assert "no Python" in python.value.failure.summary


def test_that_the_folder_opens_in_the_file_manager(desk: Desk, tmp_path: Path) -> None:
    prefix = make_prefix(tmp_path / "第一个 -env's")
    with pytest.raises(EngineError):
        opening.open_folder(prefix, environ=desk.environ)
    write_program(desk.bin / "xdg-open", 'printf "%s|" "$@" > "$HOME/shown"')
    opening.open_folder(prefix, environ=desk.environ)
    assert (desk.home / "shown").read_text() == f"{prefix}|"


def test_that_a_terminal_outlives_the_process_that_opened_it(desk: Desk, tmp_path: Path) -> None:
    use(desk, Shell.BASH)
    write_program(
        desk.bin / "xterm",
        ': > "$HOME/started"; while [ ! -e "$HOME/go" ]; do sleep 0.02; done\n' + TERMINAL,
    )
    prefix = make_prefix(tmp_path / "x")
    code = (
        "import sys, time; from pathlib import Path; from engine.opening import open_terminal\n"
        f"open_terminal(Path({str(prefix)!r}), environ={desk.environ!r})\n"
        "time.sleep(60)\n"
    )
    window = subprocess.Popen(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[3], start_new_session=True
    )
    until((desk.home / "started").exists)
    os.killpg(window.pid, signal.SIGKILL)
    assert window.wait(10) == -signal.SIGKILL
    (desk.home / "go").touch()
    assert f"python of {prefix}/bin/python\n" in desk.wait()


def test_that_folders_nobody_read_are_removed_after_a_day(desk: Desk) -> None:
    old = desk.runtime / f"{FOLDER_PREFIX}old"
    new = desk.runtime / f"{FOLDER_PREFIX}new"
    other = desk.runtime / "other"
    for folder in (old, new, other):
        folder.mkdir()
        (folder / "bashrc").touch()
    for folder in (old, other):
        os.utime(folder, (1_000_000_000, 1_000_000_000))
    made = private_folder(desk.environ)
    assert sorted(desk.runtime.iterdir()) == sorted([made, new, other])
    assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_that_a_full_disk_is_told_and_nothing_left_on_it(desk: Desk, tmp_path: Path) -> None:
    with mounted(tmp_path / "full", 1) as disk:
        (disk / "fill").write_bytes(b"x" * 2**20)
        desk.environ["XDG_RUNTIME_DIR"] = str(disk)
        with pytest.raises(EngineError) as error:
            opening.open_terminal(make_prefix(tmp_path / "x"), environ=desk.environ)
        assert error.value.code is ErrorCode.DISK_FULL
        assert [path.name for path in disk.iterdir()] == ["fill"]
