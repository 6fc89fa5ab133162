"""Say what is wrong, or just unwise, about the name of an environment."""

from __future__ import annotations

from typing import Final

from engine.environments.naming import NameProblem, NameProblemCode
from gui.presenting.wording import QT_TRANSLATE_NOOP, Sentence, filled

_WORDS: Final[dict[NameProblemCode, Sentence]] = {
    NameProblemCode.EMPTY: QT_TRANSLATE_NOOP("Names", "Give the environment a name."),
    NameProblemCode.EXISTS: QT_TRANSLATE_NOOP(
        "Names", "There is already a folder called “{value}” in this location."
    ),
    NameProblemCode.RESERVED_BY_CONDA: QT_TRANSLATE_NOOP(
        "Names", "Conda keeps the name “{value}” for itself."
    ),
    NameProblemCode.RESERVED_BY_WINDOWS: QT_TRANSLATE_NOOP(
        "Names", "Windows keeps the name “{value}” for itself, so it would not work there."
    ),
    NameProblemCode.FORBIDDEN_CHARACTER: QT_TRANSLATE_NOOP(
        "Names", "A name cannot have any of these in it: {value}"
    ),
    NameProblemCode.INVISIBLE_CHARACTER: QT_TRANSLATE_NOOP(
        "Names", "There is a character in the name that cannot be seen ({value})."
    ),
    NameProblemCode.STARTS_WITH_SPACE: QT_TRANSLATE_NOOP(
        "Names", "A name cannot begin with a space."
    ),
    NameProblemCode.STARTS_WITH_DOT: QT_TRANSLATE_NOOP("Names", "A name cannot begin with a dot."),
    NameProblemCode.STARTS_WITH_DASH: QT_TRANSLATE_NOOP(
        "Names", "A name cannot begin with a dash: programs would take it for an option."
    ),
    NameProblemCode.ENDS_WITH_SPACE: QT_TRANSLATE_NOOP("Names", "A name cannot end with a space."),
    NameProblemCode.ENDS_WITH_DOT: QT_TRANSLATE_NOOP(
        "Names", "A name cannot end with a dot: Windows would drop it."
    ),
    NameProblemCode.TOO_LONG: QT_TRANSLATE_NOOP("Names", "The name is too long."),
    NameProblemCode.PATH_TOO_LONG: QT_TRANSLATE_NOOP(
        "Names",
        "Name and location together are too long. Take a shorter name, or a folder nearer to the"
        " top of the disk.",
    ),
    NameProblemCode.PATH_LONG: QT_TRANSLATE_NOOP(
        "Names", "Name and location together are long: a few programs may not work there."
    ),
    NameProblemCode.HAS_SPACE: QT_TRANSLATE_NOOP(
        "Names", "A space in the name is allowed, but troubles a few packages."
    ),
    NameProblemCode.NOT_ASCII: QT_TRANSLATE_NOOP(
        "Names", "Letters other than a to z are allowed, but trouble a few packages."
    ),
    NameProblemCode.ODD_CHARACTER: QT_TRANSLATE_NOOP(
        "Names", "Allowed, but awkward to type in a terminal: {value}"
    ),
}


def explain_name_problem(problem: NameProblem) -> str:
    """Return one sentence about `problem`."""
    shown = " ".join(problem.value) if problem.code in _CHARACTERS else problem.value
    return filled(_WORDS[problem.code], (("value", shown or " "),))


_CHARACTERS: Final = (NameProblemCode.FORBIDDEN_CHARACTER, NameProblemCode.ODD_CHARACTER)
