"""Requirements files mean to Envdesk what they mean to pip and to uv."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version
from uv import find_uv_bin

from engine.files.reading import read_file
from engine.files.values import ConsentCode, FileKind, Reading, RemarkCode, Wanted
from tests.support.corpus import CORPUS, TARGET, VARIABLES, label, subjects

PARSER = Path(__file__).parents[2] / "support" / "pip_parser.py"
NOT_TAKEN = (RemarkCode.LINE_INVALID, RemarkCode.OPTION_UNKNOWN)
NOT_INCLUDED = (
    RemarkCode.INCLUDE_LOOP,
    RemarkCode.INCLUDE_MISSING,
    RemarkCode.INCLUDE_OUTSIDE,
    RemarkCode.OPTION_UNKNOWN,
)
# In another encoding than pip expects: it reads them wrongly, or not at all.
OTHERWISE_ENCODED = {"gbk_requirements.txt", "utf16_without_mark_requirements.txt"}
# Versions of before PEP 440, which pip still takes for a while.
OLD_VERSIONS = {"legacy_versions.txt"}
# uv tells lines apart in other ways than pip where there is more than ASCII or a continued line,
# and refuses some lines that pip and Envdesk pass over.
NOT_FOR_UV = {
    *("astral_requirements.txt", "backslashes.txt", "bom_requirements.txt", "continued.txt"),
    *("chinese_requirements.txt", "conda_frozen_requirements.txt", "form_feeds_requirements.txt"),
    *("freeze_of_powershell.txt", "gbk_requirements.txt", "latin_declared_requirements.txt"),
    *("loose_words.txt", "meaningless_options.txt", "pasted_requirements.txt", "pip_compile.txt"),
    *("poetry_export.txt", "powershell_requirements.txt", "two_includes_in_a_line.txt"),
    *("utf16_without_mark_requirements.txt", "utf16be_requirements.txt", "uv_export.txt"),
}
# pip looks whether a path is there; the corpus names paths of other computers.
ABOUT_PATHS = ("does not exist", "not a valid editable", "not installable", "should either be a")


def requirement_files() -> list[Path]:
    """Return every file of the corpus that is, or could be, a list for pip."""
    found: list[Path] = []
    for path in subjects():
        head = path.with_name(path.name + ".reads").read_text("utf-8").partition("\n")[0].split()
        if {"requirements", "constraints"} & set(head) and not path.is_dir():
            found.append(path)
    return found


@dataclass(frozen=True, slots=True)
class Judgement:
    path: Path
    reading: Reading
    pip: dict[str, Any]


@pytest.fixture(scope="module")
def judgements(tmp_path_factory: pytest.TempPathFactory) -> list[Judgement]:
    """Return what both say of every file, from copies of them."""
    copies = tmp_path_factory.mktemp("pip") / "corpus"
    shutil.copytree(CORPUS, copies)
    paths = [copies / label(path) for path in requirement_files()]
    variables = {**os.environ, **VARIABLES, "PYTHONUTF8": "1", "PIP_CONFIG_FILE": os.devnull}
    done = subprocess.run(
        [sys.executable, str(PARSER)],
        input=json.dumps([str(path) for path in paths]),
        capture_output=True,
        text=True,
        env=variables,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in VARIABLES.items():
            patch.setenv(name, value)
        readings = [read_file(path, kind=_kind(path), target=TARGET) for path in paths]
    return [
        Judgement(path, reading, answer)
        for path, reading, answer in zip(paths, readings, answers, strict=True)
    ]


def _kind(path: Path) -> FileKind:
    """Return the kind that the copy is read as: pip is told by the name of the file."""
    return FileKind.CONSTRAINTS if "constraint" in path.name else FileKind.REQUIREMENTS


def is_old(found: dict[str, Any]) -> bool:
    """Return whether only pip before 24.1 takes such a version (PEP 440)."""
    try:
        SpecifierSet(found["specifier"])
    except InvalidSpecifier:
        return True
    return False


def described(wanted: Wanted, *, constraint: bool) -> tuple[Any, ...]:
    requirement = Requirement(wanted.text) if not _is_bare(wanted.text) else None
    return (
        wanted.name,
        str(requirement.specifier) if requirement is not None else "",
        _names(requirement.extras) if requirement is not None else (),
        str(requirement.marker or "") if requirement is not None else "",
        constraint,
    )


def _names(extras: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(canonicalize_name(each) for each in extras))


def _is_bare(text: str) -> bool:
    """Return whether `text` is an address or a path without a name before it."""
    return (" @ " not in text and ("://" in text or text.startswith(("/", ".")))) or ":" in text[:2]


def of_pip(found: dict[str, Any]) -> tuple[Any, ...]:
    return (
        canonicalize_name(found["name"]) if found["name"] else "",
        str(SpecifierSet(found["specifier"])) if not found["url"] else "",
        _names(found["extras"]),
        found["marker"].replace("'", '"'),
        found["constraint"],
    )


def at_line(reading: Reading, number: int, name: str) -> list[tuple[Wanted, bool]]:
    lists = ((reading.wanted, False), (reading.constraints, True))
    return [
        (each, constraint)
        for wanted, constraint in lists
        for each in wanted
        if (each.place.file, each.place.line) == (name, number)
    ]


def test_that_each_line_is_taken_or_refused_as_pip_does(judgements: list[Judgement]) -> None:
    compared = refused = 0
    unread: set[str] = set()
    for judgement in judgements:
        reading, name = judgement.reading, judgement.path.name
        codes = {
            (each.place.line, each.code) for each in reading.remarks if each.place.file == name
        }
        if RemarkCode.ENCODING_GUESSED in {code for _, code in codes}:
            unread.add(name)
            continue
        for line in judgement.pip.get("lines", ()):
            number = line["line"]
            ours = at_line(reading, number, name)
            where = (name, number, line["text"], line.get("refused"))
            if (number, RemarkCode.DUPLICATE) in codes or (
                number,
                RemarkCode.PATH_ELSEWHERE,
            ) in codes:
                continue
            theirs = [each for each in line.get("found", ()) if not is_old(each)]
            if theirs:
                _check_same(theirs[0], ours, where)
                compared += 1
            elif "refused" in line or line.get("found"):
                is_path = any(word in line.get("refused", "") for word in ABOUT_PATHS)
                is_path = is_path or "\\" in line["text"]  # of Windows, which pip reads only there
                is_local = any(
                    each.code is ConsentCode.LOCAL_PATH and each.place.line == number
                    for each in reading.consents
                )
                told = any((number, code) in codes for code in NOT_TAKEN)
                assert told or (is_path and is_local), where
                assert not ours or (is_path and is_local), where
                refused += 1
    assert unread == OTHERWISE_ENCODED
    assert compared > 90
    assert refused > 30


def _check_same(theirs: dict[str, Any], ours: list[tuple[Wanted, bool]], where: object) -> None:
    if theirs["constraint"] and (theirs["extras"] or theirs["editable"] or not theirs["name"]):
        assert not ours, where  # pip takes the line, and refuses it when it installs
        return
    assert len(ours) == 1, where
    wanted, constraint = ours[0]
    assert constraint == theirs["constraint"], where
    assert sorted(wanted.hashes) == theirs["hashes"] or theirs["url"], where
    if theirs["url"]:
        # What has no name in the line pip learns from the file itself; its name may tell us.
        assert not theirs["name"] or wanted.name == canonicalize_name(theirs["name"]), where
        last = theirs["url"].partition("#")[0].rstrip("/").rpartition("/")[2]
        assert last in wanted.text or _is_folder(wanted), (where, theirs["url"])
        return
    assert described(wanted, constraint=constraint) == of_pip(theirs), where


def _is_folder(wanted: Wanted) -> bool:
    """Return whether a whole folder is asked for, which pip calls by its own path."""
    return not wanted.name and Path(wanted.text).is_absolute()


def test_that_whole_files_with_what_they_include_mean_the_same(
    judgements: list[Judgement],
) -> None:
    compared = 0
    for judgement in judgements:
        reading = judgement.reading
        told = {remark.code for remark in reading.remarks}
        if "whole" not in judgement.pip:
            # pip refuses the file for one line, which Envdesk leaves out, or asks to be ticked.
            assert told or reading.consents, judgement.path
            continue
        if told & {*NOT_INCLUDED, *NOT_TAKEN}:
            assert judgement.path.name in OLD_VERSIONS
            continue
        theirs = {
            (canonicalize_name(each["name"]), each["constraint"], each["file"], int(each["from"]))
            for each in judgement.pip["whole"]
            if each["name"]
        }
        listed = [*((each, False) for each in reading.wanted)]
        listed += [(each, True) for each in reading.constraints]
        ours = {
            (each.name, constraint, Path(each.place.file).name, each.place.line)
            for each, constraint in listed
            if each.name
        }
        repeated = RemarkCode.DUPLICATE in told
        assert theirs <= ours or repeated, judgement.path
        unnamed = {one for one in ours - theirs if not _is_named_by_file(one, reading)}
        assert not unnamed, judgement.path
        compared += 1
    assert compared > 25


def _is_named_by_file(one: tuple[str, bool, str, int], reading: Reading) -> bool:
    """Return whether the name comes from an address, which pip leaves for later."""
    return any(each.name == one[0] and "://" in each.text for each in reading.wanted)


def test_that_files_whose_encoding_pip_cannot_read_are_remarked_on(
    judgements: list[Judgement],
) -> None:
    unread = [each for each in judgements if "undecodable" in each.pip]
    assert unread
    for each in unread:
        codes = [remark.code for remark in each.reading.remarks]
        assert RemarkCode.ENCODING_GUESSED in codes, each.path


def fitting_version(specifier: SpecifierSet) -> str:
    """Return a version that `specifier` allows."""
    named = [each.version.removesuffix(".*") for each in specifier if each.operator != "==="]
    exact = [each.version for each in specifier if each.operator == "==="]
    higher = [f"{version}.1" for version in named] + [f"{version}.9999" for version in named]
    around = ["1.0", "0.1", "1.5", "2.0", "100.0", *named, *higher]
    candidates = (each for each in around if specifier.contains(Version(each), prereleases=True))
    return exact[0] if exact else next(candidates)


def put_wheel(folder: Path, requirement: Requirement) -> None:
    version = fitting_version(requirement.specifier)
    stem = f"{canonicalize_name(requirement.name).replace('-', '_')}-{version}"
    path = folder / f"{stem}-py3-none-any.whl"
    extras = "".join(f"Provides-Extra: {each}\n" for each in sorted(requirement.extras))
    with zipfile.ZipFile(path, "w") as archive:
        metadata = f"Metadata-Version: 2.1\nName: {requirement.name}\nVersion: {version}\n{extras}"
        archive.writestr(f"{stem}.dist-info/METADATA", metadata)
        archive.writestr(f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{stem}.dist-info/RECORD", "")


def test_that_uv_takes_what_is_kept_for_the_same_packages(
    judgements: list[Judgement], tmp_path: Path, private_home: Path
) -> None:
    alone: set[str] = set()
    for number, judgement in enumerate(judgements):
        reading = judgement.reading
        kept = [each for each in reading.wanted if "://" not in each.text]
        kept = [each for each in kept if not _is_bare(each.text) and "===" not in each.text]
        wheels = tmp_path / f"wheels-{number}"
        wheels.mkdir()
        bounds = [each for each in reading.constraints if not _is_bare(each.text)]
        narrow = {each.name: Requirement(each.text).specifier for each in bounds}
        whole_wishes: dict[str, Requirement] = {}
        for each in kept:
            requirement = whole_wishes.setdefault(each.name, Requirement(each.text))
            requirement.specifier &= Requirement(each.text).specifier
            requirement.specifier &= narrow.get(each.name, SpecifierSet())
        for requirement in whole_wishes.values():
            put_wheel(wheels, requirement)
        lines = [f"{each.text}\n" for each in kept]
        limits = [f"{each.text}\n" for each in bounds]
        mine = tmp_path / f"kept-{number}.txt"
        mine.write_text("".join(lines), encoding="utf-8")
        narrowed = tmp_path / f"limits-{number}.txt"
        narrowed.write_text("".join(limits), encoding="utf-8")
        ours = compiled(mine, wheels, private_home, "--constraint", str(narrowed))
        expected = {each.name for each in kept if each.applies}
        assert set(ours) == expected, judgement.path
        whole = _without_what_is_not_kept(judgement, tmp_path / f"copy-{number}")
        if whole is not None and reading.kind is FileKind.CONSTRAINTS:
            limited = compiled(mine, wheels, private_home, "--constraint", str(whole))
            assert limited == ours, judgement.path
        elif whole is not None:
            assert compiled(whole, wheels, private_home) == ours, judgement.path
        else:
            alone.add(judgement.path.name)
    assert alone == NOT_FOR_UV


def _without_what_is_not_kept(judgement: Judgement, folder: Path) -> Path | None:
    """Return a copy of the file itself, without the lines that need a tick or were not taken."""
    reading = judgement.reading
    # Here the whole line cannot be left out, and uv does not take it as it is.
    otherwise = (
        RemarkCode.ENCODING_GUESSED,
        RemarkCode.PATH_ELSEWHERE,
        RemarkCode.OPTION_MEANINGLESS,
    )
    if any(remark.code in otherwise for remark in reading.remarks):
        return None
    shutil.copytree(judgement.path.parent, folder)
    marked = [*reading.consents, *(each for each in reading.remarks if not _is_kept(each.code))]
    marked += [each for each in reading.wanted if "===" in each.text or "://" in each.text]
    for path in reading.files:
        copy = folder / path.relative_to(judgement.path.parent)
        here = path.relative_to(judgement.path.parent).as_posix()
        data = copy.read_bytes()
        if not data.isascii() or b"\\\n" in data or b"\\\r" in data:
            return None  # uv and pip tell lines apart in other ways there
        lines = [_spaced(line) for line in data.decode().splitlines()]
        for each in marked:
            if each.place.file == here:
                lines[each.place.line - 1] = ""
        copy.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / judgement.path.name


def _spaced(line: str) -> str:
    """Return `line` with a space behind a short option: only pip knows `-rfile.txt`."""
    return re.sub(r"\A(-[rcfi])(?=[^\s=-])", r"\1 ", line)


def _is_kept(code: RemarkCode) -> bool:
    return code in (RemarkCode.OTHER_SYSTEM, RemarkCode.DUPLICATE)


def compiled(path: Path, wheels: Path, home: Path, *options: str) -> dict[str, str]:
    """Return the packages and versions that uv makes of `path`."""
    done = subprocess.run(
        [
            *(find_uv_bin(), "pip", "compile", str(path), "--no-deps", "--no-index", "--offline"),
            *("--find-links", str(wheels), "--python", sys.executable, "--python-version", "3.12"),
            *("--python-platform", "x86_64-unknown-linux-gnu", "--no-header", "--no-annotate"),
            *("--no-config", "--prerelease", "allow", "--quiet", *options),
        ],
        capture_output=True,
        text=True,
        env={**os.environ, "UV_CACHE_DIR": str(home / "uv-cache"), **VARIABLES},
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, (path.read_text(), done.stderr)
    pins = [line for line in done.stdout.splitlines() if "==" in line]
    return {
        canonicalize_name(Requirement(line).name): str(Requirement(line).specifier) for line in pins
    }
