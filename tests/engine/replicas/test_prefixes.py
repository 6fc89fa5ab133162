"""The old prefix is found in every spelling and nothing else is taken for it."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.replicas.prefixes import (
    PrefixRewriter,
    PrefixTooLongError,
    is_macho,
    is_native_binary,
    looks_like_text,
)
from tests.engine.replicas.sources import PLACEHOLDER, with_prefix

OLD = "/home/ann/envs/old"
NEW = "/data/new"


def rewriter(old: str = OLD, new: str = NEW, **more: object) -> PrefixRewriter:
    return PrefixRewriter((old,), new, platform="linux", **more)  # pyright: ignore[reportArgumentType]


def windows(old: str, new: str) -> PrefixRewriter:
    return PrefixRewriter((old,), new, platform="win32")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("PATH=/home/ann/envs/old/bin:/usr/bin", "PATH=/data/new/bin:/usr/bin"),
        ("-I/home/ann/envs/old/include", "-I/data/new/include"),
        ("-Wl,-rpath,/home/ann/envs/old/lib", "-Wl,-rpath,/data/new/lib"),
        ("'/home/ann/envs/old'", "'/data/new'"),
        ("in /home/ann/envs/old.", "in /data/new."),
        ("file:///home/ann/envs/old/src", "file:///data/new/src"),
        ("x\\n/home/ann/envs/old/y", "x\\n/data/new/y"),
        ("{/home/ann/envs/old,x}", "{/data/new,x}"),
        ("/home/ann/envs/older/bin", None),
        ("/home/ann/envs/old-2/bin", None),
        ("/home/ann/envs/old.bak/bin", None),
        ("/home/ann/envs/old文/bin", None),
        ("/mnt/home/ann/envs/old/bin", None),
        ("$HOME/home/ann/envs/old", None),
        ("${TOP}/home/ann/envs/old", None),
        ("~/home/ann/envs/old ~bob/home/ann/envs/old", None),
        ("https://example.org/home/ann/envs/old", None),
    ],
)
def test_that_only_the_prefix_itself_is_replaced(before: str, after: str | None) -> None:
    data = before.encode()
    written = rewriter().rewrite_text(data)
    assert written.decode() == (before if after is None else after)
    assert (written is data) == (after is None)
    assert rewriter().occurs_in(data) == (after is not None)


def test_that_recorded_places_are_all_replaced() -> None:
    assert rewriter().rewrite_text(b"/home/ann/envs/old2", recorded=True) == b"/data/new2"


def test_that_what_stays_behind_keeps_its_address() -> None:
    base = rewriter("/opt/conda", "/opt/copy", kept=("envs", "pkgs"))
    text = b"/opt/conda/envs/x:/opt/conda/bin:/opt/conda/pkgs:/opt/conda/envsetup:/opt/conda"
    expected = b"/opt/conda/envs/x:/opt/copy/bin:/opt/conda/pkgs:/opt/copy/envsetup:/opt/copy"
    assert base.rewrite_text(text) == expected
    assert base.rewrite_text(b"#!/opt/conda/envs/x/bin/python\n") == (
        b"#!/opt/conda/envs/x/bin/python\n"
    )
    assert base.retarget("/opt/conda/envs/x") == "/opt/conda/envs/x"
    assert base.retarget("/opt/conda/lib/x") == "/opt/copy/lib/x"


def test_that_both_spellings_of_a_linked_folder_are_replaced_in_one_pass() -> None:
    both = PrefixRewriter(("/home/a", "/data/home/a"), "/data/home/ab", platform="linux")
    text = b"/home/a/x /data/home/a/y"
    assert both.rewrite_text(text) == b"/data/home/ab/x /data/home/ab/y"
    assert both.rewrite_text(text, recorded=True) == b"/data/home/ab/x /data/home/ab/y"
    binary = both.rewrite_binary(text + bytes(70), 40)
    assert binary == b"/data/home/ab/x /data/home/ab/y" + bytes(63)


def test_that_json_and_urls_are_read_and_written_in_their_own_spelling() -> None:
    change = rewriter("/环境/old env", "/环境/第 一")
    kernel = json.dumps({"argv": ["/环境/old env/bin/python"]}).encode()
    assert json.loads(change.rewrite_text(kernel, ".json")) == {"argv": ["/环境/第 一/bin/python"]}
    url = "file://" + quote("/环境/old env/src")
    assert change.rewrite_text(url.encode()).decode() == "file://" + quote("/环境/第 一/src")
    assert change.rewrite_text("/环境/old env/x".encode()).decode() == "/环境/第 一/x"


def test_that_a_plain_prefix_in_a_url_is_quoted_when_the_new_one_needs_it() -> None:
    change = rewriter(new="/my envs/naïve")
    data = b'{"url": "file:///home/ann/envs/old/src"}'
    assert change.rewrite_text(data) == b'{"url": "file:///my%20envs/na%C3%AFve/src"}'


@pytest.mark.parametrize("suffix", [".json", ".py"])
def test_that_quotes_in_the_new_prefix_do_not_break_literals(suffix: str) -> None:
    new = '/say "hi" it\'s'
    change = rewriter(new=new)
    data = b'{"prefix": "/home/ann/envs/old/x"}'
    written = change.rewrite_text(data, suffix).decode()
    value = json.loads(written) if suffix == ".json" else eval(written)
    assert value == {"prefix": f"{new}/x"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (rb"C:\Users\Ann\envs\old\python.exe", rb"D:\my envs\new\python.exe"),
        (rb"c:/users/ann/ENVS/old/python.exe", rb"D:/my envs/new/python.exe"),
        (rb"'C:\\Users\\Ann\\envs\\old\\x'", rb"'D:\\my envs\\new\\x'"),
        (rb"file:///C:/Users/Ann/envs/old/x", rb"file:///D:/my%20envs/new/x"),
        (rb"C:\Users\Ann\envs\older\x", None),
        (rb"C:\Users/Ann\envs/old\x", None),
    ],
)
def test_that_windows_spellings_are_kept(before: bytes, after: bytes | None) -> None:
    change = windows(r"C:\Users\Ann\envs\old", r"D:\my envs\new")
    assert change.rewrite_text(before) == (after if after is not None else before)


def test_that_windows_shares_and_escaped_letters_are_understood() -> None:
    change = windows(r"\\server\share\环境", r"E:\x")
    assert change.rewrite_text(json.dumps(r"\\server\share\环境\a").encode()) == rb'"E:\\x\\a"'
    assert change.rewrite_text(r"\\Server\Share\环境\a".encode()) == rb"E:\x\a"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (r"c:\envs\OLD\lib", r"D:\n\lib"),
        (r"\\?\C:\envs\old\lib", r"D:\n\lib"),
        (r"C:\envs\old", r"D:\n"),
        (r"C:\envs\older", r"C:\envs\older"),
        (r"..\lib", r"..\lib"),
    ],
)
def test_that_links_of_windows_are_retargeted(target: str, expected: str) -> None:
    assert windows(r"C:\envs\old", r"D:\n").retarget(target) == expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (f"{OLD}/lib/x", f"{NEW}/lib/x"),
        (OLD, NEW),
        (f"{OLD}er", f"{OLD}er"),
        ("/usr/bin/x", "/usr/bin/x"),
        ("../lib", "../lib"),
    ],
)
def test_that_links_are_retargeted(target: str, expected: str) -> None:
    assert rewriter().retarget(target) == expected


ODD = st.text(st.sampled_from("/ab.old-envs\n \"':=é文"), max_size=40)


@given(st.lists(ODD, max_size=5), st.sampled_from([OLD, "/环境/旧 的", "/e"]))
def test_that_replaced_text_never_holds_the_old_prefix(pieces: list[str], old: str) -> None:
    change = rewriter(old, "/target")
    written = change.rewrite_text(f"\n{old}/".join(pieces).encode())
    assert not change.occurs_in(written)


@given(st.lists(ODD, min_size=1, max_size=5))
def test_that_recorded_text_equals_an_installation_into_the_new_prefix(pieces: list[str]) -> None:
    original = PLACEHOLDER.join(pieces).encode()
    assume(OLD.encode() not in original and not original.startswith(b"#!"))
    installed = with_prefix(original, OLD, is_binary=False)
    assume(installed.count(OLD.encode()) == original.count(PLACEHOLDER.encode()))
    expected = with_prefix(original, NEW, is_binary=False)
    assert rewriter().rewrite_text(installed, recorded=True) == expected


BINARY = st.binary(max_size=12).map(lambda data: data.replace(b"/", b"_"))
STRING = st.lists(BINARY.map(lambda data: data.replace(b"\0", b"")), min_size=1, max_size=4)


@given(
    st.lists(st.one_of(BINARY, STRING), max_size=6),
    st.integers(2, len(PLACEHOLDER)),
    st.integers(2, len(PLACEHOLDER)),
    st.booleans(),
)
def test_that_recorded_programs_equal_an_installation_into_the_new_prefix(
    parts: list[bytes | list[bytes]], old_length: int, new_length: int, ends: bool
) -> None:
    old, new = "/" + "o" * (old_length - 1), "/" + "n" * (new_length - 1)
    strings = [
        PLACEHOLDER.encode().join(part) if isinstance(part, list) else part for part in parts
    ]
    original = b"\0".join(strings) + b"\0" * ends
    installed = with_prefix(original, old, is_binary=True)
    assume(installed.count(old.encode()) == original.count(PLACEHOLDER.encode()))
    written = rewriter(old, new).rewrite_binary(installed, len(PLACEHOLDER))
    assert written == with_prefix(original, new, is_binary=True)


def test_that_a_prefix_longer_than_the_placeholder_is_refused_with_the_limit() -> None:
    installed = with_prefix(f"{PLACEHOLDER}/lib\0x".encode(), OLD, is_binary=True)
    with pytest.raises(PrefixTooLongError) as caught:
        rewriter(new="/" + "n" * 300).rewrite_binary(installed, len(PLACEHOLDER))
    assert caught.value.longest == len(PLACEHOLDER)


def test_that_strings_without_room_are_shortened_or_left_but_never_moved() -> None:
    data = b"\x7fELF\0/home/ann/envs/old/lib\0next\0/home/ann/envs/older\0"
    assert rewriter().rewrite_binary(data, None) == data.replace(
        b"/home/ann/envs/old/lib\0", b"/data/new/lib\0" + bytes(9)
    )
    assert rewriter(new="/data/a-longer/prefix/there").rewrite_binary(data, None) == data


def test_that_a_recorded_program_is_left_where_its_string_has_no_padding() -> None:
    data = b"\x7fELF\0/home/ann/envs/old/lib\0next\0" + bytes(300)
    change = rewriter(new="/data/a-longer/prefix/there")
    assert change.rewrite_binary(data, len(PLACEHOLDER)) == data


def test_that_kinds_of_files_are_told_apart() -> None:
    assert looks_like_text(b"")
    assert looks_like_text(b"x" * 8192 + b"\0")
    assert not looks_like_text(b"x" * 8191 + b"\0")
    assert is_native_binary(b"\x7fELF\2")
    assert not is_macho(b"\x7fELF\2")
    assert is_macho(b"\xcf\xfa\xed\xfe")
    assert not is_native_binary(b"MZ")
