"""Split a requirements file into lines and options exactly as pip does.

The rules are those of pip's own reader (pip docs, "Requirements File Format"): continuation by a
backslash, comments, `${VARIABLE}`, and options in the words of a shell.
"""

from __future__ import annotations

import optparse
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NoReturn

LONGEST_LINE: Final = 64_000  # characters; a package with all its hashes needs a tenth

_PIECE: Final = 1 << 18  # characters

_VARIABLE: Final = re.compile(r"\$\{(?P<name>[A-Z0-9_]+)\}")
_HASH: Final = re.compile(r"(?:sha256|sha384|sha512):\S+\Z")


@dataclass(frozen=True, slots=True)
class LogicalLine:
    """Hold one line after joining: `text` is what pip sees, `written` what the file says.

    `number` is that of its first physical line; `unset` names variables that have no value.
    """

    number: int
    text: str
    written: str
    unset: tuple[str, ...] = ()


def logical_lines(text: str, variables: Mapping[str, str]) -> Iterator[LogicalLine]:
    """Yield every line of `text` that says something; `variables` replace `${NAME}`."""
    for number, joined in _joined(text):
        written = without_comment(joined).strip()
        if not written:
            continue
        if "${" not in written:
            yield LogicalLine(number, written, written)
            continue
        unset: list[str] = []
        expanded = written
        for found in _VARIABLE.finditer(written):
            value = variables.get(found["name"])
            if value:
                expanded = expanded.replace(found[0], value)
            else:
                unset.append(found["name"])
        yield LogicalLine(number, expanded, written, tuple(dict.fromkeys(unset)))


def without_comment(line: str) -> str:
    """Return `line` up to the first # that begins it or follows a space."""
    at = line.find("#")
    while at > 0 and not line[at - 1].isspace():
        at = line.find("#", at + 1)
    return line if at < 0 else line[:at]


def _lines(text: str) -> Iterator[str]:
    """Yield what `text.splitlines()` has, without ever holding millions of lines at once."""
    begin = 0
    while begin < len(text):
        end = text.find("\n", begin + _PIECE) + 1 or len(text)
        yield from text[begin:end].splitlines()
        begin = end


def _joined(text: str) -> Iterator[tuple[int, str]]:
    first = 0
    parts: list[str] = []
    for number, line in enumerate(_lines(text), start=1):
        is_comment = "#" in line and line.lstrip().startswith("#")
        if not line.endswith("\\") or is_comment:
            if is_comment:
                line = " " + line  # noqa: PLW2901 - what follows a space is a comment for sure
            if parts:
                parts.append(line)
                yield first, "".join(parts)
                parts = []
            else:
                yield number, line
        else:
            first = first if parts else number
            parts.append(line.strip("\\"))
    if parts:
        yield first, "".join(parts)


class OptionsError(ValueError):
    """Say in one sentence what is wrong with the options of a line; `option` is the one meant."""

    def __init__(self, reason: str, option: str = "") -> None:
        super().__init__(reason)
        self.option = option


class _Parser(optparse.OptionParser):
    def error(self, msg: str) -> NoReturn:
        found = re.search(r"no such option: (\S+)", msg)
        raise OptionsError(f"{msg[:1].upper()}{msg[1:]}.", found[1] if found else "")


def _note(
    option: optparse.Option, spelled: str, value: object, parser: optparse.OptionParser
) -> None:
    del spelled
    noted: list[tuple[str, str]] = parser.values.noted  # type: ignore[union-attr]
    text = str(value) if value is not None else ""
    name = str(option.dest)
    if name == "hash" and not _HASH.match(text):
        raise optparse.OptionValueError("the hash is none of sha256, sha384 and sha512")
    noted.append((name, text))


_WITH_VALUE: Final = {
    "index-url": ("-i", "--index-url", "--pypi-url"),
    "extra-index-url": ("--extra-index-url",),
    "constraint": ("-c", "--constraint"),
    "requirement": ("-r", "--requirement"),
    "editable": ("-e", "--editable"),
    "find-links": ("-f", "--find-links"),
    "no-binary": ("--no-binary",),
    "only-binary": ("--only-binary",),
    "trusted-host": ("--trusted-host",),
    "use-feature": ("--use-feature",),
    "hash": ("--hash",),
    "global-option": ("--global-option",),
    "install-option": ("--install-option",),
    "config-settings": ("-C", "--config-settings", "--config-setting"),
}
_WITHOUT_VALUE: Final = {
    "no-index": ("--no-index",),
    "pre": ("--pre",),
    "prefer-binary": ("--prefer-binary",),
    "require-hashes": ("--require-hashes",),
}


def _make_parser() -> optparse.OptionParser:
    parser = _Parser(add_help_option=False)
    for name, spellings in _WITH_VALUE.items():
        parser.add_option(*spellings, dest=name, action="callback", callback=_note, type="str")
    for name, spellings in _WITHOUT_VALUE.items():
        parser.add_option(*spellings, dest=name, action="callback", callback=_note)
    return parser


_PARSER: Final = _make_parser()


@dataclass(frozen=True, slots=True)
class SplitLine:
    """Hold what stands before the options, the options in order, and words that belong to none."""

    requirement: str
    options: tuple[tuple[str, str], ...] = ()
    loose: tuple[str, ...] = ()

    def values(self, name: str) -> tuple[str, ...]:
        """Return every value of the option `name`."""
        return tuple(value for option, value in self.options if option == name)


def split_options(text: str) -> SplitLine:
    """Return the parts of a line; raises OptionsError."""
    if "-" not in text:
        return SplitLine(text)
    if len(text) > LONGEST_LINE:
        raise OptionsError("It is too long.")
    words = text.split(" ")
    first = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
    requirement = " ".join(words[:first])
    if first == len(words):
        return SplitLine(requirement)
    try:
        arguments = shlex.split(" ".join(words[first:]))
    except ValueError as error:
        raise OptionsError(f"{error}.") from error
    values = optparse.Values({"noted": list[tuple[str, str]]()})
    _, loose = _PARSER.parse_args(arguments, values)
    noted: list[tuple[str, str]] = values.noted
    return SplitLine(requirement, tuple(noted), tuple(loose))
