"""Lists of requirements that a file of another format names or holds."""

from __future__ import annotations

from engine.errors import EngineError
from engine.files.decoding import decode_text
from engine.files.gathering import Gathering, Source
from engine.files.requirement_lines import logical_lines
from engine.files.requirement_specs import Line, want_spec
from engine.files.requirements import check_count, note_encoding
from engine.files.values import Place, RemarkCode, WantedKind


def want_text(
    text: str,
    place: Place,
    source: Source,
    found: Gathering,
    *,
    written: str = "",
    kind: WantedKind = WantedKind.PYTHON,
    group: str = "",
    constraint: bool = False,
    hashes: tuple[str, ...] = (),
) -> None:
    """Add one requirement (PEP 508) that `source` holds at `place`."""
    line = Line(
        place=place,
        written=written or text,
        target=source.target,
        folder=source.folder,
        kind=kind,
        group=group,
        constraint=constraint,
        hashes=hashes,
    )
    want_spec(text, line, found)
    check_count(found, source.path)


def include_list(
    written: str, place: Place, source: Source, found: Gathering, *, group: str = ""
) -> None:
    """Add the requirements in the file `written`, which `source` names; options are not taken."""
    path = source.surroundings.find(written, source.folder) if source.folder else None
    if path is None:
        summary = f"{written} lies outside and was not read."
        found.remark(RemarkCode.INCLUDE_OUTSIDE, place, summary, file=written)
        return
    try:
        data = source.surroundings.take(path)
    except EngineError as error:
        summary = f"{written} could not be read."
        reason = error.failure.cause
        found.remark(RemarkCode.INCLUDE_MISSING, place, summary, file=written, reason=reason)
        return
    found.files.append(path)
    text, guessed = decode_text(data)
    note_encoding(guessed, written, found)
    for line in logical_lines(text, {}):
        here = Place(written, line.number)
        if line.text.startswith("-"):
            summary = "Options have no meaning here and are left out."
            found.remark(RemarkCode.OPTION_MEANINGLESS, here, summary, line=line.written)
            continue
        want_text(line.text, here, source, found, written=line.written, group=group)


def note_requires_python(text: str, place: Place, found: Gathering) -> None:
    """Take `text` for the range of Python that is demanded, or remark that it is none."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        found.python = str(SpecifierSet(text))
    except InvalidSpecifier:
        found.remark(
            RemarkCode.LINE_INVALID,
            place,
            "The version of Python that is asked for cannot be understood.",
            line=text,
        )
