"""Names of environments: what conda calls them, and which ones work on every system."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from engine.conda.condarc import CondaConfiguration
from engine.environments.looking import path_key
from engine.places import Places

BASE_NAME = "base"
LONGEST_NAME = 255  # bytes, on every usual file system but NTFS, which counts UTF-16 units
LONGEST_SUGGESTION = 64
# conda-build leaves room for 255 bytes in programs; a longer prefix does not fit in.
LONGEST_PREFIX = 255
# Linux before 5.1 cut `#!/prefix/bin/python` after 127 bytes; conda then asks `env` for a Python.
LONGEST_SHEBANG = 127
# Windows refuses paths over 260 characters unless it was told otherwise; packages need some 120.
LONGEST_WINDOWS_PREFIX = 200
COMFORTABLE_WINDOWS_PREFIX = 140

RESERVED_BY_CONDA = frozenset(("base", "root"))
# learn.microsoft.com, "Naming Files, Paths, and Namespaces"
RESERVED_BY_WINDOWS = frozenset(("CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$")).union(
    f"{device}{digit}" for device in ("COM", "LPT") for digit in "0123456789¹²³"
)
FORBIDDEN = frozenset('<>:"/\\|?*#')
ODD_FOR_SHELLS = frozenset("'`$%!&;()[]{}^~=,")


class NameProblemCode(StrEnum):
    """Name what can be wrong, or just unwise, about a name; never rename one."""

    EMPTY = "empty"
    EXISTS = "exists"
    RESERVED_BY_CONDA = "reserved-by-conda"
    RESERVED_BY_WINDOWS = "reserved-by-windows"
    FORBIDDEN_CHARACTER = "forbidden-character"
    INVISIBLE_CHARACTER = "invisible-character"
    STARTS_WITH_SPACE = "starts-with-space"
    STARTS_WITH_DOT = "starts-with-dot"
    STARTS_WITH_DASH = "starts-with-dash"
    ENDS_WITH_SPACE = "ends-with-space"
    ENDS_WITH_DOT = "ends-with-dot"
    TOO_LONG = "too-long"
    PATH_TOO_LONG = "path-too-long"
    PATH_LONG = "path-long"
    HAS_SPACE = "has-space"
    NOT_ASCII = "not-ascii"
    ODD_CHARACTER = "odd-character"


@dataclass(frozen=True, slots=True)
class NameProblem:
    """Hold one problem of a name: a blocking one forbids it, others deserve a word.

    `value` is what is at fault: the characters, the reserved word, the folder that exists, or the
    length.
    """

    code: NameProblemCode
    is_blocking: bool
    value: str = ""


def conda_name(prefix: Path, configuration: CondaConfiguration, places: Places) -> str:
    """Return what `conda env list` calls `prefix`: base, a name, or the path when it has no name.

    Envdesk's own folder counts as one of conda's, so that what is made there has a name too.
    """
    key = path_key(prefix)
    if any(path_key(root) == key for root in configuration.root_prefixes):
        return BASE_NAME
    parent, name = os.path.split(os.path.normpath(prefix))
    parent_key = path_key(parent)
    folders = (places.envs, *configuration.envs_dirs)
    if name and any(path_key(folder) == parent_key for folder in folders):
        return name
    return str(prefix)


def check_name(name: str, folder: Path, platform: str = sys.platform) -> tuple[NameProblem, ...]:
    """Return what speaks against an environment called `name` in `folder`, the worst first.

    A name must work for conda and on the file systems of Windows, macOS and Linux, because
    environments are exported and shared. Spaces and letters of any language are allowed and only
    warned about. Takes well under a millisecond: it may run at every key stroke.
    """
    if not name.strip():
        return (NameProblem(NameProblemCode.EMPTY, is_blocking=True),)
    problems = [*_blocking(name, folder, platform), *_unwise(name, folder, platform)]
    return tuple(sorted(problems, key=lambda problem: not problem.is_blocking))


def _blocking(name: str, folder: Path, platform: str) -> Iterator[NameProblem]:
    def problem(code: NameProblemCode, value: str) -> NameProblem:
        return NameProblem(code, is_blocking=True, value=value)

    code = NameProblemCode
    invisible = [character for character in name if _is_invisible(character)]
    if invisible:
        spelled = " ".join(f"U+{ord(character):04X}" for character in dict.fromkeys(invisible))
        yield problem(code.INVISIBLE_CHARACTER, spelled)
    if forbidden := _among(name, FORBIDDEN):
        yield problem(code.FORBIDDEN_CHARACTER, forbidden)
    if name[0].isspace():
        yield problem(code.STARTS_WITH_SPACE, name[0])
    if name[-1].isspace():
        yield problem(code.ENDS_WITH_SPACE, name[-1])
    if name.startswith("."):
        yield problem(code.STARTS_WITH_DOT, ".")
    elif name.endswith("."):
        yield problem(code.ENDS_WITH_DOT, ".")
    if name.startswith("-"):
        yield problem(code.STARTS_WITH_DASH, "-")
    if name.casefold() in RESERVED_BY_CONDA:
        yield problem(code.RESERVED_BY_CONDA, name)
    if _windows_stem(name) in RESERVED_BY_WINDOWS:
        yield problem(code.RESERVED_BY_WINDOWS, name)
    if _length(name) > LONGEST_NAME:
        yield problem(code.TOO_LONG, str(_length(name)))
    elif _is_too_long(folder, name, platform):
        yield problem(code.PATH_TOO_LONG, str(_length(str(folder / name))))
    if not invisible and (existing := _existing(name, folder)):
        yield problem(code.EXISTS, existing)


def _unwise(name: str, folder: Path, platform: str) -> Iterator[NameProblem]:
    code = NameProblemCode
    if " " in name:
        yield NameProblem(code.HAS_SPACE, is_blocking=False, value=" ")
    if foreign := "".join(dict.fromkeys(each for each in name if not each.isascii())):
        yield NameProblem(code.NOT_ASCII, is_blocking=False, value=foreign)
    if odd := _among(name, ODD_FOR_SHELLS):
        yield NameProblem(code.ODD_CHARACTER, is_blocking=False, value=odd)
    if not _is_too_long(folder, name, platform) and _is_long(folder, name, platform):
        length = _length(str(folder / name))
        yield NameProblem(code.PATH_LONG, is_blocking=False, value=str(length))


def _among(name: str, characters: frozenset[str]) -> str:
    return "".join(dict.fromkeys(each for each in name if each in characters))


def _is_invisible(character: str) -> bool:
    # Controls, halves of surrogate pairs, line and paragraph separators; and marks that turn the
    # direction of text, with which one name can be made to look like another.
    if character.isascii():
        return not character.isprintable()
    if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
        return True
    return character in "\u200b\u200e\u200f\u2060\ufeff" or "\u202a" <= character <= "\u202e"


def _windows_stem(name: str) -> str:
    return name.split(".", 1)[0].rstrip(" ").upper()


def _length(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _is_too_long(folder: Path, name: str, platform: str) -> bool:
    path = str(folder / name) if "\0" not in name else name
    if platform == "win32":
        return len(path) > LONGEST_WINDOWS_PREFIX
    return _length(path) > LONGEST_PREFIX


def _is_long(folder: Path, name: str, platform: str) -> bool:
    path = str(folder / name)
    if platform == "win32":
        return len(path) > COMFORTABLE_WINDOWS_PREFIX
    return _length(f"#!{path}/bin/python3.12") > LONGEST_SHEBANG


def _folded(name: str) -> str:
    """Return what two names share that a file system may take for one."""
    if name.isascii():
        return name.lower()
    folded = unicodedata.normalize("NFD", name).casefold()
    return unicodedata.normalize("NFC", folded)


def _existing(name: str, folder: Path) -> str:
    """Return the name in `folder` that `name` would meet on some file system, or nothing."""
    folded = _folded(name)
    try:
        with os.scandir(folder) as entries:
            return next((each.name for each in entries if _folded(each.name) == folded), "")
    except OSError:
        return ""


def nearest_allowed(name: str) -> str:
    """Return a name close to `name` that no rule blocks, or nothing when nothing is left of it.

    Whether it exists already depends on the folder and is not looked at.
    """
    kept = "".join(
        "-" if each in FORBIDDEN else each
        for each in unicodedata.normalize("NFC", name)
        if not _is_invisible(each) or each in "\t\n\r"
    )
    kept = _trimmed(" ".join(kept.split()))
    if kept.casefold() in RESERVED_BY_CONDA or _windows_stem(kept) in RESERVED_BY_WINDOWS:
        kept = f"env-{kept}"
    while _length(kept) > LONGEST_SUGGESTION:
        kept = kept[:-1]
    return _trimmed(kept)


def _trimmed(name: str) -> str:
    previous = None
    while name != previous:
        previous = name
        name = name.strip().lstrip(".-").rstrip(".")
    return name
