"""What rattler says, in words for people, on every system."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conda.translating import channel_error, install_error, system_error
from engine.errors import ErrorCode
from engine.records import Record, RecordKind, Source, SourceKind

FULL, FORBIDDEN = (112, 5) if sys.platform == "win32" else (28, 13)
NUMPY = Record(
    RecordKind.CONDA, "numpy", "2.0", Source(SourceKind.CHANNEL, "conda-forge"), build="py_0"
)


def test_that_numbers_of_the_system_are_read_and_not_its_words() -> None:
    text = f"failed to create directory `/data/环境`: 磁盘空间不足。 (os error {FULL})"
    error = system_error(text)
    assert error is not None
    assert error.code is ErrorCode.DISK_FULL
    assert error.failure.value("path") == "/data/环境"
    error = system_error(f"failed to link 'a'\nCaused by: 拒绝访问。 (os error {FORBIDDEN})")
    assert error is not None
    assert error.code is ErrorCode.NOT_WRITABLE


def test_that_errors_that_are_not_about_disks_stay_what_they_are() -> None:
    assert system_error("Connection refused (os error 111)") is None
    assert system_error("nothing with a number") is None


def test_that_credentials_in_addresses_are_not_told() -> None:
    text = "error sending request for url (https://ming:secret@x.example/t/tk-9/y/noarch/r.json)"
    failure = channel_error(Exception(text), "y", "https://ming:secret@x.example/t/tk-9/y").failure
    assert failure.code is ErrorCode.CHANNEL_UNREACHABLE
    assert "secret" not in repr(failure)
    assert "tk-9" not in repr(failure)
    assert "x.example" in failure.value("url")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("failed to fetch numpy-2.0-py_0.conda\nCaused by: operation timed out", "download-failed"),
        ("failed to link numpy-2.0-py_0.conda\nCaused by: something new", "link-failed"),
        ("failed to fetch numpy-2.0-py_0.conda\nCaused by: Invalid checksum", "package-broken"),
        ("failed to fetch numpy-2.0-py_0.tar.bz2\nCaused by: dns error", "download-failed"),
    ],
)
def test_that_the_package_that_failed_is_named_with_its_channel(text: str, code: str) -> None:
    failure = install_error(Exception(text), (NUMPY,)).failure
    assert failure.code == code
    assert failure.value("package") == "numpy-2.0-py_0"
    assert failure.value("channel") == "conda-forge"
    assert failure.detail == text


@given(st.text(max_size=200))
def test_that_any_text_becomes_an_error_with_a_sentence_and_its_detail(text: str) -> None:
    for failure in (
        channel_error(Exception(text), "y").failure,
        install_error(Exception(text), (NUMPY,)).failure,
    ):
        assert failure.summary.endswith(".")
        assert failure.hint


REFUSED = (
    "error sending request for url ({scheme}://x.example/sea/r.json)\nCaused by: client error"
    " (Connect)\nCaused by: {layer}tcp connect error\nCaused by: Connection refused (os error 111)"
)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_that_a_proxy_that_does_not_answer_is_blamed_and_not_the_channel(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    direct = Exception(REFUSED.format(scheme=scheme, layer=""))
    assert channel_error(direct, "sea").failure.cause == "Its server refuses connections."
    tunnel = Exception(REFUSED.format(scheme=scheme, layer="tunnel error\nCaused by: "))
    assert "set to use a proxy," in channel_error(tunnel, "sea").failure.cause
    monkeypatch.setenv(f"{scheme}_proxy", "http://ming:secret@127.0.0.1:7890")
    for error in (direct, tunnel):
        failure = channel_error(error, "sea").failure
        assert "a proxy (127.0.0.1:7890)" in failure.cause
        assert "proxy off" in failure.hint
        assert "secret" not in repr(failure)
    monkeypatch.setenv("no_proxy", "x.example")
    assert channel_error(direct, "sea").failure.cause == "Its server refuses connections."
