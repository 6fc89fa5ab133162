"""Read environment.yml (CEP 24; conda docs, "Creating an environment file manually")."""

from __future__ import annotations

import re
from typing import Final

from engine.conda.channels import is_subdir
from engine.files.conda_specs import note_python, other_system, want_conda
from engine.files.decoding import decode_text
from engine.files.gathering import Gathering, Source
from engine.files.requirements import check_count, note_encoding, read_requirement_text
from engine.files.selectors import LeftOut, dictionary_selector, judge, select_lines
from engine.files.values import Place, RemarkCode
from engine.files.yaml_blocks import read_lock_yaml
from engine.files.yaml_nodes import Mapping, Node, Scalar, Sequence, malformed, read_yaml

LONG: Final = 50_000  # characters

_NO_DEFAULTS: Final = "nodefaults"
_FORBIDDEN_IN_NAMES: Final = re.compile(r"[/:#\\]")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_().-]*\Z")


def read_environment_yaml(source: Source, found: Gathering) -> None:
    """Add what the environment.yml `source` asks for; raises EngineError (file-malformed)."""
    text, guessed = decode_text(source.data)
    note_encoding(guessed, source.label, found)
    text, left_out = select_lines(text, source.target)
    # What is long was written by a program, and plainly; the reader of that is far quicker.
    root = read_yaml(text) if len(text) < LONG else read_lock_yaml(text)
    if root is None:
        root = Mapping((), 1)
    if not isinstance(root, Mapping):
        raise malformed("environment file", "It is no list of names and values.", root.line)
    reader = _Reader(source, found)
    for key, value in root.pairs:
        reader.section(key, value)
    for line in left_out:
        reader.leave_out(line)
    found.wanted.sort(key=lambda wanted: wanted.place.line)
    found.remarks.sort(key=lambda remark: remark.place.line)
    note_python(found)


class _Reader:
    def __init__(self, source: Source, found: Gathering) -> None:
        self._source = source
        self._found = found
        self._sections: set[str] = set()

    def _place(self, node: Node) -> Place:
        return Place(self._source.label, node.line)

    def section(self, key: Scalar, value: Node) -> None:
        if key.text in self._sections:
            summary = f"{key.text} stands here for the second time."
            self._found.remark(RemarkCode.DUPLICATE, self._place(key), summary, line=key.text)
        self._sections.add(key.text)
        match key.text:
            case "name":
                self._name(value)
            case "prefix":
                self._prefix(value)
            case "channels":
                self._channels(value)
            case "dependencies":
                for item in self._listed(value):
                    self._dependency(item)
                    check_count(self._found, self._source.path)
            case "variables":
                self._variables(value)
            case "platforms":
                self._platforms(value)
            case "category":
                self._remark_key(key, "The category of an environment file is not used.")
            case _:
                self._found.remark(
                    RemarkCode.OPTION_UNKNOWN,
                    self._place(key),
                    f"{key.text} is not known in environment files and is left out.",
                    option=key.text,
                )

    def _remark_key(self, key: Scalar, summary: str) -> None:
        code = RemarkCode.OPTION_MEANINGLESS
        self._found.remark(code, self._place(key), summary, option=key.text)

    def _invalid(self, node: Node, summary: str, line: str = "") -> None:
        self._found.remark(RemarkCode.LINE_INVALID, self._place(node), summary, line=line)

    def _listed(self, value: Node) -> tuple[Node, ...]:
        if isinstance(value, Sequence):
            return value.items
        if isinstance(value, Scalar) and value.is_nothing:
            return ()
        self._invalid(value, "A list is expected here, one item a line behind a dash.")
        return ()

    def _name(self, value: Node) -> None:
        text = value.text.strip() if isinstance(value, Scalar) and not value.is_nothing else ""
        if not text:
            return
        if text in ("base", "root") or _FORBIDDEN_IN_NAMES.search(text) or len(text) > 255:
            self._found.remark(
                RemarkCode.NAME_IGNORED,
                self._place(value),
                f"An environment cannot be called “{text}”.",
                name=text,
            )
            return
        self._found.name = text

    def _prefix(self, value: Node) -> None:
        if not isinstance(value, Scalar) or value.is_nothing:
            return
        self._found.prefix = value.text
        self._found.remark(
            RemarkCode.PREFIX_IGNORED,
            self._place(value),
            "The folder that the file names is that of another computer and is not used.",
            prefix=value.text,
        )

    def _channels(self, value: Node) -> None:
        items = (value,) if isinstance(value, Scalar) and not value.is_nothing else None
        for item in items or self._listed(value):
            if not isinstance(item, Scalar) or item.is_nothing:
                self._invalid(item, "The name or the address of a channel is expected here.")
            elif item.text == _NO_DEFAULTS:
                self._found.only_channels = True
            else:
                self._found.channels.append(item.text.strip())

    def _dependency(self, item: Node) -> None:
        match item:
            case Scalar(is_nothing=True):
                self._invalid(item, "This line is empty behind its dash.")
            case Scalar():
                folder = self._source.folder
                want_conda(item.text, self._place(item), item.text, self._found, folder=folder)
            case Mapping():
                for key, value in item.pairs:
                    self._subsection(key, value)
                if not item.pairs:
                    self._invalid(item, "This line is empty behind its dash.")
            case Sequence():
                self._invalid(item, "A list inside of the list is not expected here.")

    def _subsection(self, key: Scalar, value: Node) -> None:
        condition = dictionary_selector(key.text)
        if condition:
            self._selected(condition, key, value)
        elif key.text == "pip":
            for item in self._listed(value):
                self._pip_line(item)
                check_count(self._found, self._source.path)
        elif isinstance(value, Scalar) and value.is_nothing:
            # `- numpy:` is a common slip of the pen for `- numpy`.
            want_conda(key.text, self._place(key), f"{key.text}:", self._found)
        else:
            self._found.remark(
                RemarkCode.NOT_SUPPORTED,
                self._place(key),
                f"Envdesk does not install packages with {key.text}.",
                option=key.text,
                line=_shown(key, value),
            )

    def _selected(self, condition: str, key: Scalar, value: Node) -> None:
        holds = judge(condition, self._source.target)
        if not isinstance(value, Scalar) or holds is None:
            self._invalid(key, "This condition cannot be understood.", _shown(key, value))
            return
        written = f"{key.text}: {value.text}"
        place = self._place(value)
        want_conda(value.text, place, written, self._found, applies=holds)
        if not holds:
            other_system(place, written, condition, self._found, self._source.target)

    def _pip_line(self, item: Node) -> None:
        if isinstance(item, Scalar) and not item.is_nothing:
            read_requirement_text(item.text, self._source, self._found, item.line)
        else:
            self._invalid(item, "A package from PyPI is expected here.", _words(item))

    def _variables(self, value: Node) -> None:
        if isinstance(value, Scalar) and value.is_nothing:
            return
        if not isinstance(value, Mapping):
            self._invalid(value, "Names and values are expected here.")
            return
        for key, each in value.pairs:
            if not isinstance(each, Scalar) or not _VARIABLE.match(key.text):
                self._invalid(key, "This is no variable with a value.", _shown(key, each))
            else:
                self._found.variables[key.text] = "" if each.is_nothing else each.text

    def _platforms(self, value: Node) -> None:
        for item in self._listed(value):
            if isinstance(item, Scalar) and is_subdir(item.text) and item.text != "noarch":
                self._found.platforms.append(item.text)
            else:
                self._invalid(item, "This is no platform.", _words(item))
        found, target = self._found, self._source.target
        if found.platforms and target.subdir not in found.platforms:
            found.remark(
                RemarkCode.PLATFORM_MISSING,
                self._place(value),
                "The file was written for other kinds of computers.",
                platform=target.subdir,
                platforms=", ".join(found.platforms),
            )

    def leave_out(self, line: LeftOut) -> None:
        place = Place(self._source.label, line.line)
        item = re.match(r"-\s+(?P<spec>\S.*)\Z", line.text)
        if item and not item["spec"].endswith(":"):
            spec = item["spec"].strip("'\"")
            want_conda(spec, place, line.text, self._found, applies=False)
        other_system(place, line.text, line.condition, self._found, self._source.target)


def _words(node: Node, depth: int = 0) -> str:
    if depth > 2:
        return "…"
    match node:
        case Scalar():
            return node.text[:200]
        case Sequence():
            return ", ".join(_words(each, depth + 1) for each in node.items[:9])
        case Mapping():
            return ", ".join(_shown(key, value, depth + 1) for key, value in node.pairs[:9])


def _shown(key: Scalar, value: Node, depth: int = 0) -> str:
    return f"{key.text}: {_words(value, depth)}"
