"""What the Health tab says needs no knowledge of conda, pip, or how they keep their files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from engine.health.mending import MendKind
from engine.health.values import (
    Finding,
    FindingCode,
    Gap,
    Gravity,
    RepairKind,
    RepairStep,
    Unchecked,
)
from gui import presenting
from gui.presenting.glossary import Term, term_sentence, term_word, terms_in
from gui.presenting.health import (
    HealthState,
    explain_finding,
    gravity_word,
    known_findings,
    state_sentence,
    unchecked_sentence,
)
from gui.presenting.mends import mend_sentence, mend_word
from gui.presenting.repair_warnings import REPAIR_ALTERNATIVES, REPAIR_WARNINGS
from gui.presenting.repairs import repair_label, repair_sentence
from gui.presenting.wanting import bounds_in_words, is_exact, package_name, wanted_in_words
from gui.presenting.wording import Sentence

# None of these is explained anywhere, so none may stand in a sentence.
UNEXPLAINED = (
    *("API", "archive", "artefact", "artifact", "binary", "build", "builds", "checksum"),
    *("clobber", "conda-meta", "constraint", "dependency", "dependencies", "dist-info"),
    *("distribution", "editable", "egg", "entry point", "extra", "extras", "hash", "hashes"),
    *("index", "inode", "interpreter", "journal", "JSON", "lock file", "manifest", "metadata"),
    *("namespace", "noarch", "parse", "permission", "permissions", "prefix", "PyPA", "record"),
    *("records", "registry", "repodata", "repository", "requirement", "requirements", "resolve"),
    *("resolver", "sdist", "shebang", "site-packages", "solve", "solver", "spec", "specs"),
    *("stamp", "subdir", "symbolic link", "symlink", "transaction", "tarball", "unlink", "URL"),
    *("variable", "venv", "virtualenv", "virtual package", "wheel", "wheels"),
)
_ANY = "|".join(map(re.escape, UNEXPLAINED))
JARGON = re.compile(rf"(?<![\w-])(?:{_ANY})(?![\w-])", re.IGNORECASE)
PLACE = re.compile(r"\{\w+\}")
# These are said in everyday words.
EVERYDAY = re.compile(r"extra (?:feature|part)")
SPECIFIER = re.compile(r"[<>=!~]=|[<>]|::|\bpkgs/|\.json\b|\.dist-info")
VALUES = (
    *(("package", "numpy"), ("distribution", "numpy"), ("conda_version", "1.0")),
    *(("pypi_version", "2.0"), ("installer", "pip"), ("breaks", "scipy, pandas, xarray, dask")),
    *(("by", "kite, sail"), ("needed", "wind"), ("version", "1.2"), ("count", "3")),
    *(("wants", "wind >=1,<2.0a0, wind !=1.5"), ("names", "a, b"), ("other", "/envs/before")),
    *(("folder", "/home/project"), ("shadowed", "numpy"), ("variable", "PYTHONPATH")),
    *(("pip", "/usr/bin/pip"), ("channels", "main, conda-forge"), ("channel", "conda-forge")),
    *(("end", "2025-10-31"), ("fixed", "1.3, 2.0"), ("versions", "1.0, 2.0")),
    *(("packages", "a, b"), ("needs", ">=3.99"), ("python", "3.11.7")),
)
SUBJECTS = {
    RepairKind.REMOVE_COPY: "lib/python3.12/site-packages/numpy-2.0.dist-info",
    RepairKind.INSTALL: "numpy>=2,<3",
    RepairKind.UPDATE: "https://example.invalid/conda-forge::numpy",
    RepairKind.DELETE_FILES: "lib/python3.12/site-packages/numpy-2.0.dist-info",
    RepairKind.REWRITE_PREFIX: "/envs/before",
    RepairKind.REBUILD_RECORD: "numpy-2.0-py312_0.json",
}


def finding(code: FindingCode, *values: tuple[str, str]) -> Finding:
    return Finding(code, Gravity.RISKY, "numpy", Path("/envs/course"), "Of no account.", values)


def assert_plain(text: str) -> None:
    assert text
    told = EVERYDAY.sub("", PLACE.sub("", text))
    assert not JARGON.search(told), text
    assert not SPECIFIER.search(told), text


@pytest.mark.parametrize("code", FindingCode)
def test_that_no_sentence_of_a_finding_needs_a_word_that_nobody_explained(
    code: FindingCode,
) -> None:
    words = known_findings()[code]
    for sentence in (*words.sentence, *words.meaning, *words.why, *words.advice):
        assert_plain(sentence.text)


@pytest.mark.parametrize("code", FindingCode)
def test_that_the_values_of_a_finding_are_told_in_words_too(code: FindingCode) -> None:
    for values in (VALUES, (*VALUES, ("system", "__cuda >=12.1"))):
        words = explain_finding(finding(code, *values))
        for text in filter(None, (words.sentence, words.meaning, words.why, words.advice)):
            assert_plain(text)
            assert "{" not in text
        explained = {term for term in Term if term_sentence(term) in words.terms}
        told = terms_in(words.sentence, words.meaning, words.why, words.advice)
        assert explained == set(told)


@pytest.mark.parametrize("kind", RepairKind)
def test_that_no_repair_needs_a_word_that_nobody_explained(kind: RepairKind) -> None:
    bounded = ("python>=3.12", "numpy==2.0")
    specs = bounded if kind in {RepairKind.INSTALL, RepairKind.UPDATE} else ()
    for subject in (SUBJECTS.get(kind, "numpy"), "", "history", *specs):
        steps = (RepairStep(kind, subject),)
        assert_plain(repair_sentence(steps))
        assert_plain(repair_label(steps))


def remaining() -> Iterator[str]:
    yield from (mend_sentence(kind, ["it.txt"] * count) for kind in MendKind for count in (1, 4))
    yield from map(mend_word, MendKind)
    yield from map(gravity_word, Gravity)
    yield from map(state_sentence, HealthState)
    yield from map(term_sentence, Term)
    for gap in Gap:
        for values in ((), (("channel", "conda-forge"), ("count", "2"))):
            yield unchecked_sentence(Unchecked(gap, "The prefix has no metadata.", values))
    for words in REPAIR_WARNINGS.values():
        yield from texts(words.sentence)
        yield words.reason.text
    for labels in REPAIR_ALTERNATIVES.values():
        yield from texts(labels)


def texts(sentences: Iterable[Sentence]) -> Iterator[str]:
    return (sentence.text for sentence in sentences)


def test_that_nothing_else_about_health_needs_such_a_word() -> None:
    for text in remaining():
        assert_plain(text)


SHOWN = Path(presenting.__file__).parent
OF_CHANGES_AND_DISK = ("alternatives", "change_warnings", "changes", "disk", "disk_lessons")


@pytest.mark.parametrize("module", [*OF_CHANGES_AND_DISK, "repair_warnings", "warnings"])
def test_that_the_preview_and_the_disk_need_no_such_word_either(module: str) -> None:
    tree = ast.parse((SHOWN / f"{module}.py").read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and len(node.args) > 1]
    texts = [
        node.args[1].value
        for node in calls
        if isinstance(node.func, ast.Name | ast.Attribute)
        and name_of(node.func) in {"QT_TRANSLATE_NOOP", "QT_TRANSLATE_N_NOOP", "translate"}
        and isinstance(node.args[1], ast.Constant)
    ]
    assert texts
    for text in texts:
        assert isinstance(text, str)
        assert_plain(text)


def name_of(function: ast.Name | ast.Attribute) -> str:
    return function.id if isinstance(function, ast.Name) else function.attr


def test_that_words_are_explained_where_they_stand() -> None:
    assert terms_in("Put back by pip's friend.") == (Term.PIP, Term.PYPI)
    assert terms_in("These channels of conda") == (Term.CONDA, Term.CHANNEL)
    for text in ("a pipeline", "/envs/pip/lib", "conda-forge", "pip-tools", "uvicorn"):
        assert terms_in(text) == ()
    for term in Term:
        assert term_sentence(term).startswith(f"{term_word(term)}: ")


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        (">=1.2", "1.2 or newer"),
        (">=1.2,<2.0a0", "1.2 or newer and older than 2.0"),
        ("<0", "older than 0"),
        ("==1.0.0", "1.0.0"),
        ("=1.26", "1.26"),
        ("1.26.*", "1.26"),
        ("3.12.* *_cpython", "3.12"),
        ("~=1.4.2", "1.4.2 or newer and older than 1.5"),
        ("!=1.5", "not 1.5"),
        ("<=2|>=4", "2 or older or 4 or newer"),
        ("*", ""),
        ("", ""),
    ],
)
def test_that_bounds_are_told_in_words(bounds: str, said: str) -> None:
    assert bounds_in_words(bounds) == said


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("numpy", "numpy"),
        ("numpy[fast]>=2", "numpy (2 or newer)"),
        ("numpy==2.0", "numpy 2.0"),
        ("wind >=1", "wind (1 or newer)"),
        ("conda-forge::wind >=1", "wind (1 or newer)"),
        (">=1.1,<2", "1.1 or newer and older than 2"),
        ("__osx >=11.0", "macOS 11.0 or newer"),
        ("__unix", "Linux or macOS"),
        ("__unheard_of >=2", "unheard_of (2 or newer)"),
        ("a >=1, b", "a (1 or newer) and b"),
    ],
)
def test_that_what_is_wanted_is_told_in_words(wanted: str, said: str) -> None:
    assert wanted_in_words(wanted) == said


def test_that_the_package_and_whether_its_version_is_given_are_known() -> None:
    assert package_name("https://example.invalid/forge::numpy >=2") == "numpy"
    assert is_exact("numpy")
    assert is_exact("numpy==2.0")
    assert not is_exact("numpy>=2.0")
