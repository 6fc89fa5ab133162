from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path, PureWindowsPath
from typing import cast

import pytest

from engine.opening import linux, macos, windows
from engine.opening.sessions import Session, python_session, shell_session
from engine.opening.shells import Shell, ShellProgram
from tests.support.shell_world import base_environment, make_prefix, write_program

FOLDER = Path("/run/user/1000/envdesk-open-x y")
SESSION = Session(("/bin/bash", "--rcfile", "/t/a b/rc", "-i"), (("rc", "text"),))


def installed(*names: str) -> Callable[[str], str]:
    return lambda name: f"/usr/bin/{name}" if name in names else ""


@pytest.mark.parametrize(
    ("terminal", "start"),
    [
        ("xdg-terminal-exec", []),
        ("gnome-terminal", ["--"]),
        ("ptyxis", ["--new-window", "--"]),
        ("kgx", ["--"]),
        ("konsole", ["-e"]),
        ("xfce4-terminal", ["-x"]),
        ("mate-terminal", ["-x"]),
        ("deepin-terminal", ["-e"]),
        ("x-terminal-emulator", ["-e"]),
        ("kitty", []),
        ("alacritty", ["-e"]),
        ("wezterm", ["start", "--"]),
        ("foot", []),
        ("xterm", ["-e"]),
    ],
)
def test_that_each_linux_terminal_gets_the_command_in_its_own_way(
    terminal: str, start: list[str]
) -> None:
    opening = linux.terminal(SESSION, FOLDER, {}, installed(terminal))
    (way,) = opening.ways
    assert way.arguments == (f"/usr/bin/{terminal}", *start, *SESSION.arguments)
    assert opening.files == SESSION.files


def test_that_terminals_that_want_a_text_get_a_quoted_one() -> None:
    (way,) = linux.terminal(SESSION, FOLDER, {}, installed("lxterminal")).ways
    assert way.arguments[:2] == ("/usr/bin/lxterminal", "-e")
    assert tuple(shlex.split(way.arguments[2])) == SESSION.arguments


@pytest.mark.parametrize(
    ("environ", "order"),
    [
        ({}, ["x-terminal-emulator", "gnome-terminal", "konsole", "xterm"]),
        (
            {"XDG_CURRENT_DESKTOP": "KDE"},
            ["konsole", "x-terminal-emulator", "gnome-terminal", "xterm"],
        ),
        (
            {"XDG_CURRENT_DESKTOP": "ubuntu:GNOME"},
            ["gnome-terminal", "x-terminal-emulator", "konsole", "xterm"],
        ),
        (
            {"XDG_CURRENT_DESKTOP": "KDE", "TERMINAL": "xterm -bw 'a b'"},
            ["xterm", "konsole", "x-terminal-emulator", "gnome-terminal"],
        ),
        (
            {"TERMINAL": "gone 'unclosed"},
            ["x-terminal-emulator", "gnome-terminal", "konsole", "xterm"],
        ),
    ],
)
def test_that_the_persons_choice_comes_first_then_the_desktops(
    environ: dict[str, str], order: list[str]
) -> None:
    find = installed("gnome-terminal", "konsole", "xterm", "x-terminal-emulator")
    ways = linux.terminal(SESSION, FOLDER, environ, find).ways
    assert [Path(way.arguments[0]).name for way in ways] == order
    if "xterm" in environ.get("TERMINAL", ""):
        assert ways[0].arguments[1:4] == ("-bw", "a b", "-e")


def test_that_no_terminal_means_no_way() -> None:
    assert linux.terminal(SESSION, FOLDER, {}, installed()).ways == ()


def test_that_folders_are_shown_by_what_is_installed() -> None:
    find = installed("gio", "nautilus", "xdg-open")
    ways = linux.file_manager("/e/a b", {}, find)
    assert [way.arguments for way in ways] == [
        ("/usr/bin/xdg-open", "/e/a b"),
        ("/usr/bin/gio", "open", "/e/a b"),
        ("/usr/bin/nautilus", "/e/a b"),
    ]
    assert macos.file_manager("/e/my.app", {}, find)[0].arguments == (
        "/usr/bin/open",
        "-a",
        "Finder",
        "/e/my.app",
    )
    (explorer,) = windows.file_manager("C:\\a, b", {"SYSTEMROOT": "D:\\Win"}, find)
    assert explorer.arguments == ("D:\\Win\\explorer.exe", "C:\\a, b")
    assert not explorer.is_judged


def test_that_macos_runs_a_command_file_that_works_and_goes(tmp_path: Path) -> None:
    folder = tmp_path / "it's $x"
    folder.mkdir()
    program = write_program(tmp_path / "my shell", 'printf "%s|" "$ZDOTDIR" "$PWD" "$@"')
    session = Session((str(program), "-i", "a b"), (("rc", ""),), (("ZDOTDIR", "it's"),))
    opening = macos.terminal(session, folder, {}, installed())
    assert opening.executable == ("Envdesk.command",)
    assert opening.ways[0].arguments == (
        "/usr/bin/open",
        "-a",
        "Terminal",
        str(folder / "Envdesk.command"),
    )
    text = dict(opening.files)["Envdesk.command"]
    path = folder / "Envdesk.command"
    path.write_text(text)
    path.chmod(0o700)
    environ = base_environment(tmp_path / "home")
    done = subprocess.run([path], env=environ, capture_output=True, text=True, check=True)
    assert done.stdout == f"it's|{tmp_path / 'home'}|-i|a b|"
    assert not path.exists()


def test_that_bash_on_macos_reads_the_files_of_a_login_shell(tmp_path: Path) -> None:
    home = tmp_path / "home"
    environ = base_environment(home)
    (home / ".bash_profile").write_text("echo profile\n")
    (home / ".bashrc").write_text("echo rc\n")
    bash = ShellProgram(Shell.BASH, "/bin/bash")
    prefix = make_prefix(tmp_path / "x")
    folder = tmp_path / "session"
    said: dict[str, str] = {}
    for platform in ("darwin", "linux"):
        folder.mkdir()
        session = shell_session(prefix, "x", bash, folder, environ, platform=platform)
        for name, text in session.files:
            (folder / name).write_text(text)
        said[platform] = subprocess.run(
            session.arguments,
            env=environ,
            input="python; exit\n",
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert not folder.exists()
    assert said["darwin"] == f"profile\npython of {prefix}/bin/python\n"
    assert said["linux"] == f"rc\npython of {prefix}/bin/python\n"


def test_that_windows_runs_a_batch_file_that_needs_no_quoting() -> None:
    user = ShellProgram(Shell.CMD, "C:\\Windows\\system32\\cmd.exe")
    prefix = cast("Path", PureWindowsPath("C:\\envs\\第一个 & 100%"))
    session = shell_session(Path(str(prefix)), "第一个", user, FOLDER, {}, platform="win32")
    assert session.arguments == ("C:\\Windows\\system32\\cmd.exe", "/K", ".\\open.bat")
    ((name, text),) = session.files
    assert name == "open.bat"
    lines = text.split("\r\n")
    assert lines[:2] == ["@echo off", "@chcp 65001 >nul"]
    assert '@set "CONDA_PREFIX=C:\\envs\\第一个 & 100%%"' in lines
    assert lines[-4:] == [
        '@cd /d "%USERPROFILE%"',
        "@echo on",
        '@(goto) 2>nul & del "%~f0" & rmdir "%~dp0."',
        "",
    ]
    assert "\n" not in text.replace("\r\n", "")


def test_that_windows_opens_python_and_waits_after_an_error() -> None:
    user = ShellProgram(Shell.CMD, "cmd.exe")
    prefix = Path("C:\\envs\\50% env")
    python = Path("C:\\envs\\50% env\\python.exe")
    session = python_session(prefix, "x", python, user, FOLDER, platform="win32")
    assert session.arguments == ("cmd.exe", "/C", ".\\open.bat")
    assert '\r\n@"C:\\envs\\50%% env\\python.exe" || pause\r\n' in session.files[0][1]


def test_that_windows_terminal_is_preferred_and_a_console_always_possible() -> None:
    session = Session(("cmd.exe", "/K", ".\\open.bat"), (("open.bat", ""),))
    folder = Path("C:\\Temp\\a;b c")
    with_terminal = windows.terminal(session, folder, {}, installed("wt.exe")).ways
    assert with_terminal[0].arguments == (
        "/usr/bin/wt.exe",
        "new-tab",
        "-d",
        "C:\\Temp\\a\\;b c",
        "cmd.exe",
        "/K",
        ".\\open.bat",
    )
    assert not with_terminal[0].has_console
    (console,) = windows.terminal(session, folder, {}, installed()).ways
    assert console == with_terminal[1]
    assert (console.folder, console.has_console) == (folder, True)
