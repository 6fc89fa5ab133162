"""Files that are broken, or made to do harm: every one ends in a reading or in a plain failure.

The same mutated files of the corpus are read in every run; `--fuzz-seconds N` reads others, too,
for N seconds.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import EngineError, ErrorCode
from engine.files.reading import read_file, read_text
from engine.files.values import FileKind
from tests.support.corpus import TARGET, label, subjects

ROOT = Path(__file__).parents[3]
# A file takes at most 2 s on an ordinary computer; the slowest one that tests run on needs longer.
LONGEST = 8.0  # seconds of work
FAILURES = (
    ErrorCode.FILE_UNREADABLE,
    ErrorCode.FILE_TOO_LARGE,
    ErrorCode.FILE_NOT_RECOGNISED,
    ErrorCode.FILE_MALFORMED,
)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=(HealthCheck.too_slow,))


def check(error: EngineError, about: object = None) -> None:
    """Fail unless `error` is one of those that tell a person what is wrong with the file."""
    assert error.code in FAILURES, about


BOMBS: dict[str, bytes] = {
    "laughs.yml": b"a0: &a0 [x, x]\n"
    + b"".join(
        b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 12)
    )
    + b"dependencies: *a11\n",
    "endless.yml": b"dependencies: &a [*a, *a]\n",
    "deep.yml": b"dependencies: " + b"[" * 150_000,
    "dotted.toml": b"[project]\n" + b".".join([b"a"] * 400_000) + b" = 1\n",
    "extras.pyproject.toml": b"[project]\nname='p'\n[project.optional-dependencies]\n"
    + b"".join(b'g%d = ["p[g%d]","p[g%d]","a%d"]\n' % (n, n + 1, n + 1, n) for n in range(40))
    + b'g40 = ["x"]\n',
    "spaces_requirements.txt": b"a" + b" " * (1 << 20) + b"b #c\n",
    "explicit.txt": b"@EXPLICIT\n" + b"-" * (3 << 20),
    "number_requirements.txt": b"numpy\n./other-2.%s-py3-none-any.whl\n" % (b"9" * 6000),
    "number_marker_requirements.txt": b"numpy ; python_version < '%s'\n" % (b"9" * 6000),
    "number.pyproject.toml": b"[tool.poetry]\nname = 'x'\n[tool.poetry.dependencies]\n"
    + b"python = '^%s'\n" % (b"9" * 6000),
    "number.conda-lock.yml": b"version: %s\npackage: []\n" % (b"9" * 6000),
    "anchors.environment.yml": b"x: &a 1\ny: &a 2\nname: n\ndependencies: [python]\n",
    "blocks": b"# /// script\n#\n" * 100_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_that_a_file_made_to_hang_does_not(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(BOMBS[name])
    started = time.process_time()
    try:
        read_file(path, target=TARGET)
    except EngineError as error:
        check(error)
    assert time.process_time() - started < LONGEST


@pytest.mark.parametrize("name", ["requirements.txt", "environment.yml", "pixi.lock"])
def test_that_a_hundred_megabytes_are_refused_unread(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(b"numpy\n" if name.endswith("txt") else b"dependencies:\n- numpy\n")
    os.truncate(path, 100 << 20)
    with pytest.raises(EngineError) as caught:
        read_file(path, kind=FileKind.REQUIREMENTS)
    assert caught.value.code is ErrorCode.FILE_TOO_LARGE


class _Watch:
    """Note what this process opens, starts and connects to while it is on."""

    def __init__(self) -> None:
        self.is_on = False
        self.seen: list[str] = []
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.is_on:
            return
        if event in ("subprocess.Popen", "os.system", "os.exec", "socket.connect", "os.fork"):
            self.seen.append(event)
        elif event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            self.seen.append(os.fsdecode(arguments[0]))  # pyright: ignore[reportUnknownArgumentType]


@pytest.fixture(scope="module")
def watch() -> _Watch:
    return _Watch()


def strangers(seen: list[str], folder: Path) -> Iterator[str]:
    """Yield what was opened outside of `folder` and is no part of Python or of Envdesk."""
    own = tuple({sys.prefix, sys.base_prefix, str(folder), str(ROOT), os.path.realpath(sys.prefix)})
    for each in seen:
        if not each.startswith(own):
            yield each


TRICKS = (
    b"-r ../../../../etc/passwd\n",
    b"-r /etc/hosts\n",
    b"-c ../secret.txt\n",
    b"-r link.txt\n",
    b"-e .\n",
    b"\x00",
    b"\xff\xfe",
    b"'",
    b'"',
    b"[[[[",
    b"{{",
    b"*a",
    b"&a ",
    b"!!python/object/apply:os.system ['x']",
    b"\n---\n",
    b"${HOME}",
    b"\\\n",
    b"git+file:///etc/passwd\n",
    b"file: ../secret.txt\n",
    b"# -*- coding: rot13 -*-\n",
    b"\xe2\x80\xa8",
    b"9" * 5000,
    b"%s%n",
)


def mutated(data: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    """Return `data` with some bytes changed, cut out, doubled, or brought in from elsewhere."""
    for _ in range(chance.randint(1, 5)):
        at = chance.randint(0, len(data))
        to = min(len(data), at + chance.randint(0, 60))
        match chance.randint(0, 6):
            case 0:
                data = data[:at] + data[to:]
            case 1:
                data = data[:to] + data[at:]
            case 2:
                data = data[:at] + chance.choice(TRICKS) + data[at:]
            case 3:
                data = data[:at] + bytes([chance.randint(0, 255)]) + data[at + 1 :]
            case 4:
                data = data[:at] + chance.choice(others)[:500] + data[at:]
            case 5:
                data = data[:at]
            case _:
                lines = data.split(b"\n")
                chance.shuffle(lines)
                data = b"\n".join(lines)
    return data


def test_that_mutated_files_are_read_or_refused(
    pytestconfig: pytest.Config, tmp_path: Path, corpus: Path, watch: _Watch
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "secret.txt").write_text("notforyou\n")
    (project / "link.txt").symlink_to(tmp_path / "secret.txt")
    files = [path for each in subjects() if (path := corpus / label(each)).is_file()]
    contents = [path.read_bytes() for path in files]
    seconds = float(str(pytestconfig.getoption("--fuzz-seconds")))
    seed = random.randrange(1 << 32) if seconds else 0
    chance = random.Random(seed)
    kinds = [None, None, None, *FileKind]
    ends = time.monotonic() + seconds
    count = 0
    while count < 600 or time.monotonic() < ends:
        number = chance.randrange(len(files))
        data = mutated(contents[number], chance, contents)
        path = project / files[number].name
        path.write_bytes(data)
        kind = chance.choice(kinds)
        about = (seed, count, files[number].name, kind, data[:3000])
        started = time.process_time()
        watch.seen.clear()
        watch.is_on = True
        try:
            found = read_file(path, kind=kind, target=TARGET)
        except EngineError as error:
            check(error, about)
        except Exception as error:
            raise AssertionError(about) from error
        else:
            assert not [each for each in found.wanted if each.name == "notforyou"], about
        finally:
            watch.is_on = False
        assert not list(strangers(watch.seen, project)), about
        assert time.process_time() - started < LONGEST, about
        path.unlink()
        count += 1


OUTSIDE = {
    "requirements.txt": "-r ../secret.txt\n-c link.txt\nnumpy\n",
    "constraints.txt": "-c ../secret.txt\nnumpy<3\n",
    "environment.yml": "dependencies:\n- pip:\n  - -r ../secret.txt\n  - -r link.txt\n",
    "pyproject.toml": "[project]\nname = 'p'\ndynamic = ['dependencies']\n"
    "[tool.setuptools.dynamic]\ndependencies = {file = ['../secret.txt', 'link.txt']}\n",
    "setup.cfg": "[options]\ninstall_requires = file: ../secret.txt, link.txt\n",
    "Pipfile": "[packages]\nsecret = {path = '../secret.txt'}\n",
    "script": "# /// script\n# dependencies = ['-r ../secret.txt']\n# ///\n",
    "notebook.ipynb.json": json.dumps(
        {
            "nbformat": 4,
            "metadata": {},
            "cells": [{"cell_type": "code", "source": "%pip install -r ../secret.txt -r link.txt"}],
        }
    ),
}
# Whatever could be taken for part of a project, and would betray itself if it were run.
_TRAP = "import pathlib; pathlib.Path({marker!r}).touch()\n"
_TRAPS = ("setup.py", "conftest.py", "sitecustomize.py", "numpy.py", "backend.py", "__init__.py")


@pytest.mark.parametrize("name", OUTSIDE)
def test_that_no_kind_of_file_reads_outside_of_its_folder_or_runs_what_is_in_it(
    name: str, tmp_path: Path, watch: _Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, marker, project = (tmp_path / each for each in ("secret.txt", "was run", "project"))
    project.mkdir()
    secret.write_text("notforyou\n", encoding="utf-8")
    (project / "link.txt").symlink_to(secret)
    for each in _TRAPS:
        (project / each).write_text(_TRAP.format(marker=str(marker)), encoding="utf-8")
    (project / name).write_text(OUTSIDE[name], encoding="utf-8")
    monkeypatch.chdir(project)
    watch.seen.clear()
    watch.is_on = True
    try:
        found = read_file(project / name, target=TARGET)
    except EngineError as error:
        check(error, name)
    else:
        assert "notforyou" not in repr(found)
    finally:
        watch.is_on = False
    assert str(secret) not in watch.seen
    assert not [each for each in watch.seen if os.path.realpath(each) == str(secret)]
    assert not list(strangers(watch.seen, project))
    assert not marker.exists()


@FEW
@given(
    data=st.binary(max_size=3000), name=st.sampled_from(["x", "x.txt", "x.yml", "x.toml", "x.whl"])
)
def test_that_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str
) -> None:
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(data)
    try:
        read_file(path, target=TARGET)
    except EngineError as error:
        check(error)


_WORDS = (
    "numpy >= ==1.0 ; python_version < '3' [ ] , -r -e # \\ --hash=sha256:00 @ git+ ${A} :: = "
    "https://x.example.org/a.whl name: dependencies: pip: sel(win): { } | &a *a 1 ' \" - "
)
WORDS = st.sampled_from((*_WORDS.split(), " ", "\t", "- "))


@FEW
@given(
    lines=st.lists(st.lists(WORDS, max_size=8).map("".join), max_size=12),
    kind=st.sampled_from([None, *FileKind]),
)
def test_that_any_words_are_read_or_refused(lines: list[str], kind: FileKind | None) -> None:
    try:
        read_text("\n".join(lines), kind=kind, target=TARGET)
    except EngineError as error:
        check(error)


_KEYS = (
    "name version dependencies pip channels packages package url environments default linux-64 "
    "cells source cell_type metadata platforms hash conda pypi _meta sources hashes markers"
)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(_KEYS.split()), inner, max_size=5)
    ),
    max_leaves=25,
)


@FEW
@given(tree=TREES, kind=st.sampled_from([None, *FileKind]))
def test_that_any_structure_is_read_or_refused(tree: object, kind: FileKind | None) -> None:
    try:
        read_text(json.dumps(tree), kind=kind, target=TARGET)
    except EngineError as error:
        check(error)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such devices")
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/random", "/dev/tty", "/dev/stdin"])
def test_that_devices_are_not_read(device: str) -> None:
    with pytest.raises(EngineError) as caught:
        read_file(Path(device))
    assert caught.value.code is ErrorCode.FILE_UNREADABLE
