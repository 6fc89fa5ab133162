"""What every file of the corpus is taken for, compared with what stands beside it.

The expected reading is a page of plain lines written for people: what is wanted (`want`), kept
within bounds (`keep`), locked (`lock`), in need of a tick (`tick`) and not kept (`note`), each with
its line; or how reading fails.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import EngineError
from engine.files.reading import read_file, read_files, read_text
from engine.files.values import FileKind, Reading
from tests.support.corpus import CORPUS, EXPECTED, TARGET, VARIABLES, label, subjects
from tests.support.readings import summarised

SECRETS = ("s3cret", "geheim", "tok3n", "abcdef123", "token=abcd", "user:pw", "tk-1")


@pytest.fixture(autouse=True)
def corpus_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)


def failure(error: EngineError) -> str:
    line = error.failure.value("line")
    return f"fails {error.code}" + (f" line {line}" if line else "") + "\n"


@pytest.mark.parametrize("path", subjects(), ids=label)
def test_that_a_file_of_the_corpus_is_read_as_expected(path: Path) -> None:
    try:
        found = summarised(read_files([path], target=TARGET), path.parent, path.name)
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


def readings() -> list[Reading]:
    found: list[Reading] = []
    for path in subjects():
        try:
            found.append(read_files([path], target=TARGET))
        except EngineError:
            continue
    return found


def test_that_no_secret_of_a_file_is_shown() -> None:
    for reading in readings():
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


@pytest.mark.parametrize(
    "path", [path for path in subjects() if path.suffix in (".txt", ".yml", ".toml")], ids=label
)
def test_that_pasted_text_is_read_as_the_file_would_be(path: Path) -> None:
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        pytest.skip("nobody can paste bytes that are no text")
    if text.startswith("\ufeff") or path.parent.name in ("includes", "loops", "outside"):
        pytest.skip("a mark of its encoding, or other files, come with the file only")
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


def test_that_a_kind_can_be_corrected() -> None:
    path = CORPUS / "constraints" / "limits.txt"
    assert read_file(path, target=TARGET).kind is FileKind.REQUIREMENTS
    corrected = read_file(path, kind=FileKind.CONSTRAINTS, target=TARGET)
    assert (corrected.kind, corrected.certain) == (FileKind.CONSTRAINTS, True)
    assert [each.name for each in corrected.constraints] == ["numpy", "scipy"]
    assert not corrected.wanted
