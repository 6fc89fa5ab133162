"""conda-meta/history and conda-meta/state in conda's own form."""

from __future__ import annotations

import ast
import json
import re
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conda.condarc import CondaConfiguration
from engine.conda.history import (
    Revision,
    append_revision,
    distribution,
    parse_history,
    read_revisions,
    read_state,
    requested_specs,
    write_creation,
    write_state,
)
from engine.records import Record, RecordKind, Source, SourceKind

FORGE = "https://conda.anaconda.org/conda-forge"


def record(name: str, version: str = "1.0", channel: str = FORGE, subdir: str = "noarch") -> Record:
    return Record(
        RecordKind.CONDA,
        name,
        version,
        Source(SourceKind.CHANNEL, "shown", channel),
        build="py_0",
        subdir=subdir,
        url=f"{channel}/{subdir}/{name}-{version}-py_0.conda",
    )


def as_conda_reads(text: str) -> list[tuple[str, set[str], list[str]]]:
    """Return date, lines and comments of each block, by the rules of conda's documentation."""
    blocks: list[tuple[str, set[str], list[str]]] = []
    for line in map(str.strip, text.splitlines()):
        if head := re.match(r"==>\s*(.+?)\s*<==", line):
            blocks.append((head[1], set(), []))
        elif line.startswith("#") and blocks:
            blocks[-1][2].append(line)
        elif line and blocks:
            blocks[-1][1].add(line)
    return blocks


def test_that_a_creation_is_read_by_conda_as_its_own(tmp_path: Path) -> None:
    records = (record("numpy", subdir="linux-64"), record("pip"))
    write_creation(tmp_path, records, ("numpy >=1.26", "python=3.12"), "envdesk create -p x")
    text = (tmp_path / "conda-meta" / "history").read_text(encoding="utf-8")
    ((date, lines, comments),) = as_conda_reads(text)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", date)
    assert lines == {
        "+conda-forge/linux-64::numpy-1.0-py_0",
        "+conda-forge/noarch::pip-1.0-py_0",
    }
    assert "# cmd: envdesk create -p x" in comments
    (specs,) = (line.partition(" specs: ") for line in comments if " specs: " in line)
    assert specs[0] == "# update"
    assert ast.literal_eval(specs[2]) == ["numpy >=1.26", "python=3.12"]
    # conda refuses an environment in which a newer conda than itself has left its version.
    assert not any(line.startswith("# conda version") for line in comments)


def test_that_revisions_add_up_to_what_is_installed_and_asked_for(tmp_path: Path) -> None:
    write_creation(tmp_path, [record("a"), record("b")], ["a", "b >=1"], "create")
    append_revision(
        tmp_path, [record("b", "2.0"), record("c")], [record("b")], "install", specs=["b >=2"]
    )
    append_revision(tmp_path, [], [record("a")], "remove", removed_specs=["a"])
    revisions = read_revisions(tmp_path)
    installed: set[str] = set()
    for revision in revisions:
        installed |= set(revision.added)
        installed -= set(revision.removed)
    assert installed == {distribution(record("b", "2.0")), distribution(record("c"))}
    assert requested_specs(revisions) == ("b >=2",)
    assert [revision.command for revision in revisions] == ["create", "install", "remove"]
    dates = [revision.date for revision in revisions]
    assert all(date is not None and date <= datetime.now() for date in dates)


def test_that_a_creation_replaces_the_empty_history_of_the_installer(tmp_path: Path) -> None:
    (tmp_path / "conda-meta").mkdir()
    (tmp_path / "conda-meta" / "history").touch()
    write_creation(tmp_path, [], [], "create")
    assert len(read_revisions(tmp_path)) == 1
    assert [entry.name for entry in (tmp_path / "conda-meta").iterdir()] == ["history"]


def test_that_a_block_cut_short_does_not_swallow_the_next(tmp_path: Path) -> None:
    write_creation(tmp_path, [record("a")], ["a"], "create")
    path = tmp_path / "conda-meta" / "history"
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        append_revision(tmp_path, [record("b")], [], "install", specs=["b"])
        last = read_revisions(tmp_path)[-1]
        assert last.added == (distribution(record("b")),)
        assert last.specs == ("b",)


def test_that_histories_of_old_condas_are_read() -> None:
    text = """foreign line before any head
==> 2016-02-16 13:31:33 <==
# cmd: /opt/conda/bin/conda create -n old python=2.7
pip-8.0.2-py27_0
python-2.7.11-0
==> 2016-02-18 22:53:20 <==
# cmd: /opt/conda/bin/conda install pyflakes
# install specs: pyflakes,numpy >=1.10,<2,scipy 0.17*
+pyflakes-1.0.0-py27_0
something that conda would not write
==> not a date <==
# remove specs: pyflakes
# update specs: ["param[version='>=1.5.1,<2.0']"]
# neutered specs: ['scipy']
# update specs: [not, a, list
"""
    first, second, third = parse_history(text)
    assert first.is_whole
    assert set(first.added) == {"pip-8.0.2-py27_0", "python-2.7.11-0"}
    assert first.date == datetime(2016, 2, 16, 13, 31, 33)
    assert second.specs == ("pyflakes", "numpy >=1.10,<2", "scipy 0.17*")
    assert second.added == ("pyflakes-1.0.0-py27_0",)
    assert not second.is_whole
    assert third.date is None
    assert third.removed_specs == ("pyflakes",)
    assert requested_specs((first, second, third)) == (
        "numpy >=1.10,<2",
        "scipy",
        "param[version='>=1.5.1,<2.0']",
    )


LINE = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
SPEC = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
NAMES = st.lists(st.from_regex(r"[a-z][a-z0-9_.]{0,8}", fullmatch=True), max_size=4, unique=True)


WORDS = st.fixed_dictionaries(
    {"specs": st.lists(SPEC, max_size=4), "removed_specs": st.lists(SPEC, max_size=3)}
)


@given(added=NAMES, removed=NAMES, words=WORDS, command=LINE)
def test_that_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory,
    added: list[str],
    removed: list[str],
    words: dict[str, list[str]],
    command: str,
) -> None:
    prefix = tmp_path_factory.mktemp("prefix")
    came, went = [record(name) for name in added], [record(name) for name in removed]
    specs, gone = words["specs"], words["removed_specs"]
    append_revision(prefix, came, went, command, specs=specs, removed_specs=gone)
    (revision,) = read_revisions(prefix)
    assert revision.added == tuple(sorted(map(distribution, came)))
    assert revision.removed == tuple(sorted(map(distribution, went)))
    assert revision.specs == tuple(specs)
    assert revision.removed_specs == tuple(gone)
    assert revision.command == " ".join(command.split())


@given(st.text(max_size=400) | st.from_regex(r"(==> .* <==\n|[+#-].*\n)*", fullmatch=True))
def test_that_no_text_is_too_damaged(text: str) -> None:
    for revision in parse_history(text):
        assert isinstance(revision, Revision)


def test_that_no_history_has_no_revisions(tmp_path: Path) -> None:
    assert read_revisions(tmp_path) == ()
    (tmp_path / "conda-meta").mkdir()
    (tmp_path / "conda-meta" / "history").write_bytes(b"\xff\xfe==> \x00")
    assert read_revisions(tmp_path) == ()


@pytest.mark.parametrize(
    ("channel", "name"),
    [
        ("https://repo.anaconda.com/pkgs/main", "defaults"),
        ("https://conda.anaconda.org/bioconda/label/dev", "bioconda/label/dev"),
        ("https://conda.anaconda.org/t/tk-123/private", "private"),
        ("http://127.0.0.1:8080/team/channel", "http://127.0.0.1:8080/team/channel"),
        ("https://mirror.example/anaconda/cloud/conda-forge", "conda-forge"),
        ("https://mirror.example/anaconda/pkgs/r", "defaults"),
    ],
)
def test_that_channels_have_the_names_that_conda_gives_them(channel: str, name: str) -> None:
    configuration = CondaConfiguration(
        custom_channels=(("conda-forge", "https://mirror.example/anaconda/cloud"),),
        default_channels=(
            "https://mirror.example/anaconda/pkgs/main",
            "https://mirror.example/anaconda/pkgs/r",
            "https://repo.anaconda.com/pkgs/main",
        ),
    )
    assert distribution(record("a", channel=channel), configuration) == f"{name}/noarch::a-1.0-py_0"


def test_that_variables_are_kept_as_conda_keeps_them(tmp_path: Path) -> None:
    meta = tmp_path / "conda-meta"
    write_state(tmp_path, {})
    assert not meta.exists()
    write_state(tmp_path, {"GREETING": "你好", "PLAIN": "1"})
    document = json.loads((meta / "state").read_text(encoding="utf-8"))
    assert document == {"env_vars": {"GREETING": "你好", "PLAIN": "1"}, "version": 1}
    assert read_state(tmp_path) == {"GREETING": "你好", "PLAIN": "1"}
    (meta / "state").write_text(json.dumps({**document, "other": [1]}))
    write_state(tmp_path, {})
    assert json.loads((meta / "state").read_bytes()) == {"env_vars": {}, "version": 1, "other": [1]}


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"env_vars": 3}', b"\xff"])
def test_that_a_damaged_state_has_no_variables(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "conda-meta").mkdir()
    (tmp_path / "conda-meta" / "state").write_bytes(content)
    assert read_state(tmp_path) == {}
