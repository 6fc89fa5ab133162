"""Which wheels fit is told as this very Python tells it of itself, without starting any."""

from __future__ import annotations

import platform
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.tags import parse_tag, sys_tags

from engine.environments.details import this_subdir
from engine.health.fitting import can_use

VERSION = platform.python_version()
SUBDIR = this_subdir()
OWN = [str(tag) for tag in sys_tags()]
ODD = (
    *("py3-none-any", "py2.py3-none-any", "py2-none-any", "cp39-cp39-win_amd64"),
    *("cp38-abi3-macosx_10_9_universal2", "cp27-cp27mu-manylinux1_x86_64", "py3-none-linux_armv6l"),
    *("py2.py3-none-manylinux1_x86_64.manylinux2010_x86_64", "pp39-pypy39_pp73-any"),
)


@given(tags=st.lists(st.one_of(st.sampled_from(OWN), st.sampled_from(ODD)), max_size=3))
def test_that_a_wheel_fits_when_this_python_says_so(tags: list[str]) -> None:
    meant = {str(each) for text in tags for each in parse_tag(text)}
    expected = not meant.isdisjoint(OWN)
    assert can_use(tags, VERSION, SUBDIR, "h123_0_cpython", sys.platform) is expected
    assert can_use(tags, VERSION, "", "", sys.platform) is expected


def test_that_nothing_is_said_of_a_python_for_another_computer() -> None:
    tags = ("cp39-cp39-win_amd64",)
    assert can_use(tags, VERSION, "linux-riscv64", "", sys.platform) is None
    assert can_use(tags, "3.10.14", SUBDIR, "0_73_pypy", sys.platform) is None
    assert can_use(tags, "3", "", "", sys.platform) is None
    assert can_use(("py3-none-any",), "3", "", "", sys.platform) is True


@pytest.mark.skipif(sys.platform == "win32", reason="names the platform by its tag")
def test_that_free_threaded_builds_take_wheels_of_their_own() -> None:
    here = next(tag for tag in OWN if not tag.endswith("-any")).rpartition("-")[2]
    threaded, usual = f"cp313-cp313t-{here}", f"cp313-cp313-{here}"
    free, plain = "h9_0_cp313t", "h9_0_cp313"
    assert can_use((threaded,), "3.13.1", SUBDIR, free, sys.platform) is True
    assert can_use((usual,), "3.13.1", SUBDIR, free, sys.platform) is False
    assert can_use((threaded,), "3.13.1", SUBDIR, plain, sys.platform) is False
    assert can_use((usual,), "3.13.1", SUBDIR, plain, sys.platform) is True
