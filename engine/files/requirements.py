"""Read requirements files and constraints files (pip docs, "Requirements File Format")."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from engine.errors import EngineError, ErrorCode
from engine.files.decoding import decode_text
from engine.files.gathering import ENTRY_LIMIT, Gathering, Source
from engine.files.requirement_indexes import note_index_option
from engine.files.requirement_lines import (
    LogicalLine,
    OptionsError,
    SplitLine,
    logical_lines,
    split_options,
)
from engine.files.requirement_specs import (
    Line,
    NotARequirementError,
    path_of_address,
    want_spec,
)
from engine.files.taking import DEPTH_LIMIT
from engine.files.targets import Target
from engine.files.values import FileKind, Place, RemarkCode, WantedKind


def read_requirements(source: Source, found: Gathering) -> None:
    """Add what the requirements or constraints file `source` asks for, included files too."""
    reader = _Reader(source, found)
    text, guessed = decode_text(source.data)
    note_encoding(guessed, source.label, found)
    reader.read(_File(text, source.label, source.folder, source.path, ()), found.kind)


def read_requirement_text(
    text: str,
    source: Source,
    found: Gathering,
    first_line: int,
    kind: WantedKind = WantedKind.PIP,
) -> None:
    """Add the lines of `text`, which a file of another format gives to pip as they are."""
    reader = _Reader(source, found, kind)
    file = _File(text, source.label, source.folder, source.path, (), first_line - 1)
    reader.read(file, FileKind.REQUIREMENTS)


def note_encoding(guessed: str, label: str, found: Gathering) -> None:
    """Remark that the encoding of the file `label` had to be guessed, if it had to."""
    if guessed:
        found.remark(
            RemarkCode.ENCODING_GUESSED,
            Place(label),
            f"The file is not UTF-8; it was read as {guessed}.",
            encoding=guessed,
        )


@dataclass(frozen=True, slots=True)
class _File:
    text: str
    label: str
    folder: Path | None
    path: Path | None
    above: tuple[Path, ...]  # the files that included this one
    offset: int = 0


class _Reader:
    def __init__(
        self, source: Source, found: Gathering, kind: WantedKind = WantedKind.PYTHON
    ) -> None:
        self._source = source
        self._found = found
        self._kind = kind
        self._top = source.folder

    @property
    def _target(self) -> Target:
        return self._source.target

    def read(self, file: _File, kind: FileKind) -> None:
        is_constraint = kind is FileKind.CONSTRAINTS
        for line in logical_lines(file.text, os.environ):
            numbered = replace(line, number=line.number + file.offset)
            self._line(numbered, file, is_constraint=is_constraint)
            check_count(self._found, self._source.path)

    def _line(self, line: LogicalLine, file: _File, *, is_constraint: bool) -> None:
        place = Place(file.label, line.number)
        for name in line.unset:
            self._found.remark(
                RemarkCode.VARIABLE_UNSET,
                place,
                f"The variable {name} has no value on this computer.",
                name=name,
                line=line.written,
            )
        try:
            split = split_options(line.text)
        except OptionsError as error:
            self._refuse(line, place, error)
            return
        if split.loose:
            self._meaningless(line, place, " ".join(split.loose))
        if split.requirement:
            self._requirement(split, line, place, file, is_constraint=is_constraint)
        elif split.values("editable"):
            self._editable(split, line, place, file, is_constraint=is_constraint)
        else:
            self._options(split, line, place, file)

    def _refuse(self, line: LogicalLine, place: Place, error: OptionsError) -> None:
        code = RemarkCode.OPTION_UNKNOWN if error.option else RemarkCode.LINE_INVALID
        self._found.remark(
            code,
            place,
            f"This line cannot be understood: {error}",
            line=line.written,
            option=error.option,
            reason=str(error),
        )

    def _meaningless(self, line: LogicalLine, place: Place, option: str) -> None:
        self._found.remark(
            RemarkCode.OPTION_MEANINGLESS,
            place,
            f"{option} has no meaning here and is left out.",
            line=line.written,
            option=option,
        )

    def _requirement(
        self, split: SplitLine, line: LogicalLine, place: Place, file: _File, *, is_constraint: bool
    ) -> None:
        want_spec(
            split.requirement,
            Line(
                place=place,
                written=line.written,
                target=self._target,
                folder=file.folder,
                kind=self._kind,
                constraint=is_constraint,
                hashes=tuple(value.lower() for value in split.values("hash")),
            ),
            self._found,
        )
        for name, _ in split.options:
            if name != "hash":
                self._meaningless(line, place, f"--{name}")

    def _editable(
        self, split: SplitLine, line: LogicalLine, place: Place, file: _File, *, is_constraint: bool
    ) -> None:
        if is_constraint:
            reason = "A constraint cannot be editable."
            self._refuse(line, place, OptionsError(reason))
            return
        text = split.values("editable")[0]
        known = Line(place, line.written, self._target, file.folder, self._kind)
        if want_spec(_as_path(text), known, self._found) is not None:
            self._found.remark(
                RemarkCode.NOT_SUPPORTED,
                place,
                "It is installed as it is now; later edits of its files will have no effect.",
                line=line.written,
                option="-e",
            )
        first = True
        for name, _ in split.options:
            if name == "editable" and first:
                first = False
            else:
                self._meaningless(line, place, f"--{name}")

    def _options(self, split: SplitLine, line: LogicalLine, place: Place, file: _File) -> None:
        includes = [
            (name, value)
            for wanted in ("requirement", "constraint")
            for name, value in split.options
            if name == wanted
        ]
        for number, (name, value) in enumerate(includes):
            if number:  # pip reads the first one only
                self._meaningless(line, place, f"--{name} {value}")
            else:
                kind = FileKind.REQUIREMENTS if name == "requirement" else FileKind.CONSTRAINTS
                self._include(value, kind, line, place, file)
        for name, value in split.options:
            if name in ("requirement", "constraint"):
                continue
            if includes or not note_index_option(
                name, value, line.written, place, self._found, folder=file.folder
            ):
                self._meaningless(line, place, f"--{name}")

    def _include(
        self, written: str, kind: FileKind, line: LogicalLine, place: Place, file: _File
    ) -> None:
        path = self._find(written, file)
        if path is None:
            self._skip(
                RemarkCode.INCLUDE_OUTSIDE, written, line, place, "lies outside and was not read"
            )
            return
        if path in (*file.above, file.path) or _same(path, file):
            self._skip(RemarkCode.INCLUDE_LOOP, written, line, place, "includes itself")
            return
        if len(file.above) >= DEPTH_LIMIT:
            self._skip(RemarkCode.INCLUDE_LOOP, written, line, place, "is nested too deeply")
            return
        try:
            data = self._source.surroundings.take(path)
        except EngineError as error:
            if error.code is ErrorCode.FILE_TOO_LARGE:
                raise
            self._skip(
                RemarkCode.INCLUDE_MISSING, written, line, place, "could not be read", error=error
            )
            return
        self._found.files.append(path)
        label = self._label(path)
        text, guessed = decode_text(data)
        note_encoding(guessed, label, self._found)
        above = (*file.above, *((Path(os.path.realpath(file.path)),) if file.path else ()))
        self.read(_File(text, label, path.parent, path, above), kind)

    def _find(self, written: str, file: _File) -> Path | None:
        if file.folder is None:
            return None
        if written.lower().startswith("file:"):
            try:
                written = path_of_address(written)
            except NotARequirementError:
                return None
        if "://" in written:
            return None
        return self._source.surroundings.find(written, file.folder)

    def _skip(
        self,
        code: RemarkCode,
        written: str,
        line: LogicalLine,
        place: Place,
        what: str,
        *,
        error: EngineError | None = None,
    ) -> None:
        self._found.remark(
            code,
            place,
            f"{written} {what}.",
            file=written,
            line=line.written,
            reason=error.failure.cause if error is not None else "",
        )

    def _label(self, path: Path) -> str:
        if self._top is None:
            return path.name
        try:
            return path.relative_to(os.path.realpath(self._top)).as_posix()
        except ValueError:
            return path.name


def _same(path: Path, file: _File) -> bool:
    return file.path is not None and path == Path(os.path.realpath(file.path))


def _as_path(text: str) -> str:
    """Return what is meant by `-e TEXT`: a name without a slash is a folder, too."""
    is_plain = not any(mark in text for mark in ("/", "\\", ":", "@"))
    return f"./{text}" if is_plain and not text.startswith(".") else text


def check_count(found: Gathering, path: Path | None) -> None:
    """Raise EngineError (file-too-large) when more was found than anybody could look through."""
    count = len(found.wanted) + len(found.constraints) + len(found.remarks) + len(found.locked)
    check_size(max(count, found.asked), path)


def check_size(count: int, path: Path | None) -> None:
    """Raise EngineError (file-too-large) when `count` things are more than Envdesk reads."""
    if count > ENTRY_LIMIT:
        raise EngineError(
            ErrorCode.FILE_TOO_LARGE,
            "This file names more packages than Envdesk reads.",
            cause=f"It has more than {ENTRY_LIMIT} lines that say something.",
            hint="Choose the file that names the packages, not the data.",
            path=str(path or ""),
            limit=str(ENTRY_LIMIT),
        )
