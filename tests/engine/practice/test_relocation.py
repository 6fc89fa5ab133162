from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.practice.relocation import (
    relative_install_name,
    relative_library_paths,
    with_usual_folders,
)

PREFIX = "/opt/a/long/enough/python/3.12.4"


def test_that_a_run_path_becomes_relative_in_its_place() -> None:
    data = b"\x7fELF..\0" + f"{PREFIX}/lib".encode() + b"\0libc.so.6\0"
    changed = relative_library_paths(data, "lib/python3.12/lib-dynload/_ssl.so", [PREFIX])
    assert len(changed) == len(data)
    assert b"\0$ORIGIN/../../../lib\0" in changed
    assert changed.endswith(b"\0libc.so.6\0")
    assert b"/opt/a/" not in changed


def test_that_a_run_path_which_does_not_fit_stays() -> None:
    data = b"\x7fELF\0/usr/lib\0"
    assert relative_library_paths(data, "bin/python3.12", ["/usr"]) == data


def test_that_other_strings_with_the_prefix_stay() -> None:
    data = b"\x7fELF\0" + f"{PREFIX}/lib/python3.12\0{PREFIX}/library\0".encode()
    assert relative_library_paths(data, "bin/python3.12", [PREFIX]) == data


@given(before=st.binary(max_size=80), after=st.binary(max_size=80), depth=st.integers(0, 4))
def test_that_nothing_around_a_run_path_moves(before: bytes, after: bytes, depth: int) -> None:
    text = f"{PREFIX}/lib".encode()
    data = before + b"\0" + text + b"\0" + after
    path = "/".join([*("d" for _ in range(depth)), "file.so"])
    changed = relative_library_paths(data, path, [PREFIX])
    assert len(changed) == len(data)
    assert changed[: len(before)] == before
    assert changed[len(before) + len(text) + 2 :] == after
    assert b"\0$ORIGIN/" in changed


def test_that_the_python_library_of_macos_is_found_beside_the_program() -> None:
    prefix = "/Library/Frameworks/Python.framework/Versions/3.12"
    data = b"\xcf\xfa\xed\xfe\x18\0\0\0" + f"{prefix}/Python\0\0\0{prefix}/lib\0".encode()
    changed = relative_install_name(
        data, "Resources/Python.app/Contents/MacOS/Python", [(prefix, "Python")]
    )
    assert len(changed) == len(data)
    assert b"\0@loader_path/../../../../Python\0" in changed
    assert f"{prefix}/lib\0".encode() in changed


def test_that_debians_own_folders_are_undone_and_upstream_stays() -> None:
    scheme = (
        b"    if sys.base_prefix != sys.prefix:\n        # virtual environments\n        x = 1\n"
    )
    undone = with_usual_folders("lib/python3.12/sysconfig.py", scheme)
    assert undone == b"    if True:\n        # virtual environments\n        x = 1\n"
    assert with_usual_folders("lib/python3.13/sysconfig/__init__.py", scheme) == undone
    upstream = b"    if key == 'prefix' and sys.prefix != sys.base_prefix:\n        return 'venv'\n"
    assert with_usual_folders("lib/python3.12/sysconfig.py", upstream) == upstream
    assert with_usual_folders("lib/python3.12/os.py", scheme) == scheme
