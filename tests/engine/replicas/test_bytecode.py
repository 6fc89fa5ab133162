"""Compiled files follow their sources, to the byte as if compiled there."""

from __future__ import annotations

import importlib.util
import marshal
import py_compile
import types
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.replicas.bytecode import rewrite_bytecode, source_of
from engine.replicas.prefixes import PrefixRewriter

SOURCE = """\
class Outer:
    'a docstring'
    def method(self):
        return [lambda: each for each in range(3)]

def function(a, *, b=1):
    def inner():
        return a + b
    return inner
"""
OLDS = ["/home/ann/envs/old", "/环境/旧", "/" + "long" * 80]
NEWS = ["/n", "/somewhere/else/entirely", "/第一个 env", "/" + "x" * 400]


def rewriter(old: str, new: str) -> PrefixRewriter:
    return PrefixRewriter((old,), new, platform="linux")


def compiled(folder: Path, place: str, text: str = SOURCE) -> bytes:
    source = folder / "module.py"
    source.write_text(text, encoding="utf-8")
    target = py_compile.compile(str(source), str(folder / "module.pyc"), dfile=place, doraise=True)
    assert target is not None
    return Path(target).read_bytes()


def file_names(code: types.CodeType) -> set[str]:
    inner = [each for each in code.co_consts if isinstance(each, types.CodeType)]
    return {code.co_filename}.union(*(file_names(each) for each in inner))


@pytest.mark.parametrize("old", OLDS)
@pytest.mark.parametrize("new", NEWS)
def test_that_code_names_the_new_place_throughout(tmp_path: Path, old: str, new: str) -> None:
    data = compiled(tmp_path, f"{old}/lib/module.py")
    written = rewrite_bytecode(data, rewriter(old, new))
    assert written is not None
    assert written[:16] == data[:16]
    code = marshal.loads(written[16:])
    assert file_names(code) == {f"{new}/lib/module.py"}
    assert marshal.dumps(code) == marshal.dumps(
        marshal.loads(compiled(tmp_path, f"{new}/lib/module.py")[16:])
    )


@given(st.integers(1, 300), st.integers(1, 300))
def test_that_every_length_is_written_as_marshal_reads_it(old: int, new: int) -> None:
    source, target = "/" + "o" * old, "/" + "n" * new
    code = compile(SOURCE, f"{source}/m.py", "exec")
    data = importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code)
    written = rewrite_bytecode(data, rewriter(source, target))
    assert written is not None
    assert file_names(marshal.loads(written[16:])) == {f"{target}/m.py"}


def test_that_what_stands_before_the_name_does_not_hide_it() -> None:
    old = "/" + "o" * 96
    data = bytes(16) + marshal.dumps(("x/y", f"{old}/m.py"))
    written = rewrite_bytecode(data, rewriter(old, "/n"))
    assert written is not None
    assert marshal.loads(written[16:]) == ("x/y", "/n/m.py")


def test_that_code_from_elsewhere_stays_the_same_object(tmp_path: Path) -> None:
    data = compiled(tmp_path, "/build/host/module.py")
    assert rewrite_bytecode(data, rewriter("/home/ann/envs/old", "/n")) is data


def test_that_a_prefix_in_another_kind_of_text_makes_the_file_useless(tmp_path: Path) -> None:
    old = "/home/ann/envs/old"
    text = f"where = 'see {old}/x'\n"
    data = compiled(tmp_path, f"{old}/module.py", text)
    assert rewrite_bytecode(data, rewriter(old, "/n")) is None
    assert rewrite_bytecode(bytes(16) + old.encode(), rewriter(old, "/n")) is None


def test_that_neighbours_with_a_longer_name_do_not_count(tmp_path: Path) -> None:
    data = compiled(tmp_path, "/envs/older/module.py")
    assert rewrite_bytecode(data, rewriter("/envs/old", "/n")) is data


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("lib/a/__pycache__/b.cpython-312.pyc", "lib/a/b.py"),
        ("__pycache__/b.cpython-312.opt-1.pyc", "b.py"),
        ("lib/a.b/__pycache__/__init__.pypy39.pyc", "lib/a.b/__init__.py"),
        ("lib/old.pyc", "lib/old.py"),
        ("lib/old.pyo", "lib/old.py"),
        ("lib/a.py", ""),
    ],
)
def test_that_the_source_of_a_compiled_file_is_known(path: str, source: str) -> None:
    assert source_of(path) == source
