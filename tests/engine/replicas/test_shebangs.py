"""Scripts of a copy start the copy's interpreter, whatever its path looks like."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import pytest

from engine.replicas.shebangs import (
    build_shebang,
    longest_shebang,
    quoted_for_shell_and_python,
    rewrite_shebang,
    rewrite_windows_shebang,
)

OLD = "/home/ann/envs/old"


def moved_to(new: str) -> Callable[[str], str]:
    def move(path: str) -> str:
        return new + path[len(OLD) :] if path.startswith(f"{OLD}/") else path

    return move


def rewritten(data: bytes, new: str, platform: str = "linux") -> bytes:
    return b"".join(rewrite_shebang(data, moved_to(new), platform))


def test_that_a_plain_line_stays_plain_where_it_works() -> None:
    script = b"#!/home/ann/envs/old/bin/python3.12 -I\nprint(1)\n"
    assert rewritten(script, "/e/new") == b"#!/e/new/bin/python3.12 -I\nprint(1)\n"


def test_that_other_interpreters_are_left_alone() -> None:
    for script in (b"#!/usr/bin/env python\nx", b"#!/bin/sh\nexec x\n", b"no script", b"#!"):
        assert rewrite_shebang(script, moved_to("/n"), "linux") == (b"", script)


def test_that_windows_line_ends_survive() -> None:
    script = b"#!/home/ann/envs/old/bin/python\r\nprint(1)\r\n"
    assert rewritten(script, "/n") == b"#!/n/bin/python\r\nprint(1)\r\n"


def test_that_a_script_of_one_line_without_an_end_is_rewritten() -> None:
    assert rewritten(b"#!/home/ann/envs/old/bin/python", "/n") == b"#!/n/bin/python"


@pytest.mark.parametrize(("platform", "limit"), [("linux", 127), ("darwin", 512)])
def test_that_a_line_is_plain_up_to_the_systems_limit(platform: str, limit: int) -> None:
    assert longest_shebang(platform) == limit
    fitting = "/" + "d" * (limit - len("#!/") - len("/python")) + "/python"
    assert build_shebang(fitting, "", platform) == f"#!{fitting}\n".encode()
    assert build_shebang(f"/d{fitting}", "", platform).startswith(b"#!/bin/sh\n'''exec' ")


def test_that_other_languages_ask_env_by_name() -> None:
    assert build_shebang("/my envs/bin/Rscript", "", "linux") == b"#!/usr/bin/env Rscript\n"
    with_option = build_shebang("/my envs/bin/perl", " -w", "linux")
    assert with_option == b"#!/usr/bin/env -S perl -w\n"


@pytest.mark.parametrize(
    "script",
    [
        b"#!/bin/sh\n'''exec' \"/home/ann/envs/old/bin/python\" \"$0\" \"$@\"\n' '''\nimport sys\n",
        b"#!/bin/sh\n'''exec' '/home/ann/envs/old/bin/python' \"$0\" \"$@\"\n' '''\nimport sys\n",
        b"#!/bin/sh\n'''exec' /home/ann/envs/old/bin/python \"$0\" \"$@\"\n' '''\nimport sys\n",
        b"#!/bin/sh\n'''exec' \"/home/ann/envs/old/bin/python\" \"$0\" \"$@\" #'''\nimport sys\n",
    ],
    ids=["conda", "uv", "pip", "rattler"],
)
def test_that_every_writers_two_language_start_is_understood(script: bytes) -> None:
    written = rewritten(script, "/my new/env")
    assert b"/home/ann" not in written
    assert b'"/my new/env/bin/python"' in written
    assert written.endswith(script[script.index(b' "$0"') :])


NAMES = [
    "plain",
    "two words",
    "it's",
    'say "hi"',
    "a$b`c",
    "第一个 环境",
    "l" * 200,
    "'\"$ all",
    "x" * 90,
]

OLD_NAMES = ["a", "b c", "d" * 180, "e'f"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows reads no first lines")
@pytest.mark.parametrize(("name", "old_name"), [*zip(NAMES, cycle(OLD_NAMES), strict=False)])
def test_that_rewritten_scripts_really_start_the_copys_interpreter(
    tmp_path: Path, name: str, old_name: str
) -> None:
    new = tmp_path / name
    (new / "bin").mkdir(parents=True)
    interpreter = new / "bin" / "python"
    interpreter.symlink_to(sys.executable)
    old = f"/nowhere/{old_name}"
    first = build_shebang(f"{old}/bin/python", "", "linux")
    body = b"import sys\nprint(sys.orig_argv[0])\nprint(*sys.argv[1:])\n"
    head, rest = rewrite_shebang(
        first + body, lambda path: path.replace(old, str(new), 1), sys.platform
    )
    script = tmp_path / "script"
    script.write_bytes(head + rest)
    script.chmod(0o755)
    done = subprocess.run(
        [script, "one", "t w o"], capture_output=True, check=True, env={"PATH": os.defpath}
    )
    assert done.stdout.decode().splitlines() == [str(interpreter), "one t w o"]
    assert done.stderr == b""


def test_that_quoting_suits_shell_and_python() -> None:
    assert quoted_for_shell_and_python("/a b/it's") == '"/a b/it\'s"'
    assert "'''" not in quoted_for_shell_and_python("/a''b$c")


def test_that_windows_lines_get_quotes_only_when_they_need_them() -> None:
    def move(path: str) -> str:
        return path.replace("C:\\old", "D:\\my envs")

    script = b"#!C:\\old\\python.exe -E\r\nimport x\r\n"
    head, rest = rewrite_windows_shebang(script, move)
    assert head + rest == b'#!"D:\\my envs\\python.exe" -E\r\nimport x\r\n'
    quoted = b'#!"C:\\old\\python.exe"\r\n'
    assert rewrite_windows_shebang(quoted, move) == (b"", quoted)
    assert rewrite_windows_shebang(script, lambda path: path.replace("old", "new"))[0] == b""
