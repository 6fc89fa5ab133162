"""What every file of the corpus is taken for, compared with what stands beside it.

The expected reading is a page of plain lines written for people: what is wanted (`want`), kept
within bounds (`keep`), locked (`lock`), in need of a tick (`tick`) and not kept (`note`), each with
its line; or how reading fails.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.errors import EngineError
from engine.files.reading import read_file, read_files, read_text
from engine.files.values import FileKind, Reading
from tests.support.corpus import CORPUS, EXPECTED, TARGET, VARIABLES, label, subjects
from tests.support.corpus_archives import BUILT
from tests.support.readings import summarised

WITH_OTHERS = ("includes", "loops", "outside")
SECRETS = ("s3cret", "geheim", "tok3n", "abcdef123", "token=abcd", "user:pw", "tk-1")


@pytest.fixture(autouse=True)
def corpus_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)


def failure(error: EngineError) -> str:
    line = error.failure.value("line")
    return f"fails {error.code}" + (f" line {line}" if line else "") + "\n"


@pytest.mark.parametrize("path", subjects(), ids=label)
def test_that_a_file_of_the_corpus_is_read_as_expected(corpus: Path, path: Path) -> None:
    here = corpus / label(path)
    try:
        found = summarised(read_files([here], target=TARGET), here.parent, here.name)
    except EngineError as error:
        found = failure(error)
    expected = path.with_name(path.name + EXPECTED).read_text(encoding="utf-8")
    assert found.splitlines() == expected.splitlines()


def test_that_the_corpus_is_large_and_knows_every_kind() -> None:
    texts = [path.with_name(path.name + EXPECTED).read_text("utf-8") for path in subjects()]
    assert len(texts) >= 120
    kinds = {text.split()[1] for text in texts if text.startswith("is ")}
    assert kinds == {kind.value for kind in FileKind}
    assert sum(text.startswith("fails") for text in texts) >= 10


def readings(corpus: Path) -> list[Reading]:
    found: list[Reading] = []
    for path in subjects():
        try:
            found.append(read_files([corpus / label(path)], target=TARGET))
        except EngineError:
            continue
    return found


def test_that_no_secret_of_a_file_is_shown(corpus: Path) -> None:
    for reading in readings(corpus):
        written = [each.written for each in (*reading.wanted, *reading.constraints)]
        shown = repr((reading.consents, reading.remarks, written))
        assert not [secret for secret in SECRETS if secret in shown], reading.path


def test_that_every_line_of_a_requirements_file_ends_somewhere() -> None:
    for path in subjects():
        try:
            found = read_file(path, target=TARGET) if path.is_file() else None
        except EngineError:
            continue
        if found is None or found.kind not in (FileKind.REQUIREMENTS, FileKind.CONSTRAINTS):
            continue
        places = {
            each.place.line
            for each in (*found.wanted, *found.constraints, *found.remarks, *found.consents)
            if each.place.file == path.name
        }
        from engine.files.decoding import decode_text
        from engine.files.requirement_lines import logical_lines

        for line in logical_lines(decode_text(path.read_bytes())[0], {}):
            words = line.text.split()
            is_flag = words[0] in ("--pre", "--no-index", "--require-hashes")
            is_choice = words[0].startswith(("--only-binary", "--no-binary"))
            is_include = words[0].startswith(("-r", "-c", "--req", "--constr"))
            assert line.number in places or is_flag or is_choice or is_include, (path, line)


def pasteable() -> list[Path]:
    """Return the files whose whole content can be in a clipboard, which holds text alone."""
    found: list[Path] = []
    for path in subjects():
        if path.suffix not in (".txt", ".yml", ".toml"):
            continue
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            continue
        # A mark of its encoding, or other files, come with the file only.
        if not text.startswith("\ufeff") and path.parent.name not in WITH_OTHERS:
            found.append(path)
    return found


@pytest.mark.parametrize("path", pasteable(), ids=label)
def test_that_pasted_text_is_read_as_the_file_would_be(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    expected = path.with_name(path.name + EXPECTED).read_text("utf-8")
    if expected.startswith("fails"):
        with pytest.raises(EngineError) as caught:
            read_text(text, name=path.name, target=TARGET)
        assert failure(caught.value) == expected
        return
    from_file = read_file(path, target=TARGET)
    pasted = read_text(text, name=path.name, target=TARGET)
    assert pasted.kind is from_file.kind
    assert pasted.files == ()
    beside = [each for each in from_file.wanted if each.place.file == path.name]
    assert [each.name for each in pasted.wanted] == [each.name for each in beside]


SHAPES = {
    "environment/*.y*ml": (
        *(r"^name:", r"^channels:", r"^dependencies:", r"pip:", r"pip:\s+- (-r|--)", r"^prefix:"),
        *(
            r"^variables:",
            r"sel\((win|linux|osx|unix)\)",
            r"# \[(win|linux|osx|unix)",
            "nodefaults",
        ),
        *(r"^platforms:", r"::"),
    ),
    "requirements/**/*.txt": (
        *(r"^-r", r"^-c", r"^-e", r"--index-url", r"--extra-index-url", r"--find-links"),
        *(r"--trusted-host", r"--hash=", r"; *\w", r"https?://", r"git\+", r"\\\r?\n", r"#"),
        *(r"\A\ufeff", r"\$\{", r"\[\w"),
    ),
    "constraints/*": (r"[<>=]=?\d",),
    "pyproject/*/*.toml": (
        *(r"^dependencies", r"optional-dependencies", r"\[dependency-groups\]", "requires-python"),
        *(r"\[tool\.poetry", r"\[tool\.pixi", r"\[dependencies\]"),
    ),
    "setup_cfg/**/*.cfg": ("install_requires", "extras_require"),
    "pipfile/*/Pipfile*": (r"^\[packages\]", r'"default"'),
    "pylock/*.toml": ("lock-version", "marker", "sha256"),
    "conda_lock/*.yml": ("manager: pip", "manager: conda", "platform: win-64"),
    "pixi_lock/*/pixi.lock": (r"version: 5", r"version: 6", "pypi:"),
    "explicit/*": (r"^@EXPLICIT", r"#[0-9a-f]{32}", r"sha256:", r"(conda|bz2)\s*$"),
    "conda_list/*": (r"^# packages in environment", r"^# Name", r"List of packages", r"\[\s*{"),
    "freeze/*": (r"^\w+==", r" @ ", r"^-e ", r"^Package +Version"),
    "scripts/*": (r"^# /// script", r"dependencies = ", r'"cell_type"'),
    "archives/*": (),
    "folders/*": (),
}


@pytest.mark.parametrize("where", SHAPES)
def test_that_the_corpus_has_every_shape(where: str) -> None:
    found = sorted(CORPUS.glob(where))
    assert len(list((CORPUS / where.split("/", maxsplit=1)[0]).rglob(f"*{EXPECTED}"))) > 1
    texts = [path.read_bytes().decode("utf-8", "replace") for path in found if path.is_file()]
    absent = [each for each in SHAPES[where] if not any(re.search(each, x, re.M) for x in texts)]
    assert not absent


def test_that_every_packed_form_is_there() -> None:
    for suffix in (".conda", ".tar.bz2", ".whl"):
        assert sum(name.endswith(suffix) for name in BUILT) >= 2
    assert {label(path) for path in subjects()} >= set(BUILT)


def test_that_a_kind_can_be_corrected() -> None:
    path = CORPUS / "constraints" / "limits.txt"
    assert read_file(path, target=TARGET).kind is FileKind.REQUIREMENTS
    corrected = read_file(path, kind=FileKind.CONSTRAINTS, target=TARGET)
    assert (corrected.kind, corrected.certain) == (FileKind.CONSTRAINTS, True)
    assert [each.name for each in corrected.constraints] == ["numpy", "scipy"]
    assert not corrected.wanted
