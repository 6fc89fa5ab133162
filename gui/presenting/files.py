"""Say what a file is, who brings what it asks for, and what of it cannot be kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, assert_never

from PySide6.QtCore import QCoreApplication

from engine.conda.channels import short_name
from engine.files.assigned import Assigned, ReasonCode, Side
from engine.files.values import Consent, ConsentCode, FileKind, Remark, RemarkCode


def kind_name(kind: FileKind) -> str:
    """Return what a file of this kind is called."""
    tr = QCoreApplication.translate
    names = {
        FileKind.ENVIRONMENT_YAML: tr("Files", "An environment for conda (environment.yml)"),
        FileKind.REQUIREMENTS: tr("Files", "A list of Python packages (requirements.txt)"),
        FileKind.CONSTRAINTS: tr("Files", "Limits for versions (constraints.txt)"),
        FileKind.PYPROJECT: tr("Files", "A Python project (pyproject.toml)"),
        FileKind.SETUP_CFG: tr("Files", "An older Python project (setup.cfg)"),
        FileKind.PIPFILE: tr("Files", "A list for pipenv (Pipfile)"),
        FileKind.PYLOCK: tr("Files", "Exact Python packages (pylock.toml)"),
        FileKind.CONDA_LOCK: tr("Files", "Exact packages (conda-lock.yml)"),
        FileKind.PIXI_LOCK: tr("Files", "Exact packages (pixi.lock)"),
        FileKind.EXPLICIT: tr("Files", "A list of exact conda packages"),
        FileKind.CONDA_LIST: tr("Files", "A saved table of “conda list”"),
        FileKind.PIP_FREEZE: tr("Files", "A saved list of “pip freeze”"),
        FileKind.CONDA_PACKAGE: tr("Files", "One conda package"),
        FileKind.WHEEL: tr("Files", "One Python package (a wheel)"),
        FileKind.SCRIPT: tr("Files", "A Python script that says what it needs"),
        FileKind.NOTEBOOK: tr("Files", "A notebook that says what it needs"),
    }
    return names[kind]


def system_names(subdirs: Iterable[str]) -> str:
    """Return what people call the kinds of computers that conda calls `subdirs`."""
    tr = QCoreApplication.translate
    names = {
        "linux-64": tr("Files", "Linux"),
        "linux-aarch64": tr("Files", "Linux on ARM"),
        "osx-64": tr("Files", "macOS on Intel"),
        "osx-arm64": tr("Files", "macOS on Apple silicon"),
        "win-64": tr("Files", "Windows"),
        "win-arm64": tr("Files", "Windows on ARM"),
    }
    return ", ".join(names.get(each, each) for each in subdirs)


def side_name(line: Assigned) -> str:
    """Return who brings a line, in one or two words."""
    match line.side:
        case Side.CONDA:
            named = short_name(line.channel) if line.channel else ""
            return named or QCoreApplication.translate("Files", "conda")
        case Side.PYPI if line.reason is ReasonCode.IS_ADDRESS:
            return QCoreApplication.translate("Files", "its own address")
        case Side.PYPI:
            return "PyPI"
        case Side.NOBODY:
            return QCoreApplication.translate("Files", "left out")
        case _:
            assert_never(line.side)


def side_choice(line: Assigned, side: Side) -> str:
    """Return the words for choosing `side` for a line."""
    match side:
        case Side.CONDA:
            text = QCoreApplication.translate("Files", "From the channel {channel}")
            named = short_name(line.channel) if line.channel else "conda"
            return text.format(channel=named)
        case Side.PYPI:
            return QCoreApplication.translate("Files", "From PyPI")
        case Side.NOBODY:
            return QCoreApplication.translate("Files", "Leave it out")
        case _:
            assert_never(side)


def reason_words(line: Assigned) -> str:
    """Return why this side brings the line."""
    tr = QCoreApplication.translate
    words = {
        ReasonCode.IN_CHANNEL: tr("Files", "a channel has a version that fits"),
        ReasonCode.FILE_SAYS_CONDA: tr("Files", "the file asks conda for it"),
        ReasonCode.FILE_SAYS_PIP: tr("Files", "the file wants it from PyPI"),
        ReasonCode.NOT_IN_CHANNELS: tr("Files", "no channel has it"),
        ReasonCode.VERSION_NOT_IN_CHANNELS: tr("Files", "no channel has this version"),
        ReasonCode.NOT_FOR_PYTHON: tr("Files", "no channel has it for this Python"),
        ReasonCode.NEEDS_EXTRA: tr("Files", "it asks for an extra part"),
        ReasonCode.NEEDS_HASHES: tr("Files", "the file says exactly which files of PyPI"),
        ReasonCode.IS_ADDRESS: tr("Files", "the file says where it is"),
        ReasonCode.SAME_AS_OTHER_LINE: tr("Files", "another line takes it from PyPI"),
        ReasonCode.DOES_NOT_APPLY: tr("Files", "not for this computer or this Python"),
        ReasonCode.IS_PYTHON: tr("Files", "chosen above"),
        ReasonCode.CHOSEN: tr("Files", "chosen by you"),
    }
    return words[line.reason]


def consent_title(consent: Consent) -> str:
    """Return what is ticked."""
    return consent.text


def consent_reason(consent: Consent) -> str:
    """Return why a tick is needed."""
    match consent.code:
        case ConsentCode.RUNS_CODE:
            text = QCoreApplication.translate(
                "Files", "Runs code from {target} on your computer while it is installed."
            )
        case ConsentCode.URL:
            text = QCoreApplication.translate(
                "Files", "Comes from {target}, not from PyPI or a channel."
            )
        case ConsentCode.LOCAL_PATH:
            text = QCoreApplication.translate("Files", "Comes from this computer: {target}.")
        case ConsentCode.INDEX:
            text = QCoreApplication.translate("Files", "Takes Python packages from {target} only.")
        case ConsentCode.EXTRA_INDEX:
            text = QCoreApplication.translate(
                "Files",
                "Looks for Python packages at {target}, too; one of the same name there can win.",
            )
        case ConsentCode.FIND_LINKS:
            text = QCoreApplication.translate("Files", "Takes Python packages from {target}, too.")
        case ConsentCode.TRUSTED_HOST:
            text = QCoreApplication.translate(
                "Files", "Trusts {target} without checking that it is who it says it is."
            )
        case _:
            assert_never(consent.code)
    return text.format(target=consent.target)


_Maker = Callable[[Remark], str]


def _words(text: str) -> _Maker:
    return lambda _: QCoreApplication.translate("Files", text)


_REMARKS: Final[dict[RemarkCode, _Maker]] = {
    RemarkCode.OPTION_MEANINGLESS: _words("an option that has no meaning here"),
    RemarkCode.OPTION_UNKNOWN: _words("an option that is not known here"),
    RemarkCode.INCLUDE_MISSING: _words("the file that it names could not be read"),
    RemarkCode.INCLUDE_OUTSIDE: _words("the file that it names lies elsewhere and was not read"),
    RemarkCode.INCLUDE_LOOP: _words("it includes itself"),
    RemarkCode.OTHER_SYSTEM: _words("only for another kind of computer"),
    RemarkCode.VARIABLE_UNSET: _words("a variable in it has no value on this computer"),
    RemarkCode.LINE_INVALID: _words("it cannot be understood"),
    RemarkCode.NAME_IGNORED: _words("a name that is not used"),
    RemarkCode.PREFIX_IGNORED: _words("a folder of another computer; yours is chosen above"),
    RemarkCode.ENCODING_GUESSED: _words("letters of another alphabet were guessed"),
    RemarkCode.FORMAT_NEWER: _words("it was written by a newer program"),
    RemarkCode.PLATFORM_MISSING: _words("it has nothing for this kind of computer"),
    RemarkCode.HASH_MISSING: _words("it has no checksum"),
    RemarkCode.DUPLICATE: _words("said more than once; the first one counts"),
    RemarkCode.NOT_SUPPORTED: _words("Envdesk cannot do this"),
    RemarkCode.PATH_ELSEWHERE: _words("a place on another computer"),
    RemarkCode.FILE_NOT_READ: _words("this file was not read"),
    RemarkCode.NOTHING_FOUND: _words("nothing in it can be installed"),
    RemarkCode.NOT_TICKED: _words("left out until it is ticked above"),
    RemarkCode.LEFT_OUT: _words("left out, as the table says"),
    RemarkCode.NO_EQUIVALENT: _words("this kind of file has no name for it"),
    RemarkCode.VARIABLE_LOST: _words("a variable, which this kind of file cannot hold"),
}


def remark_sentence(remark: Remark) -> str:
    """Return what of which line is not kept, and why."""
    reason = _REMARKS[remark.code](remark)
    known = map(remark.value, ("line", "file", "name", "option"))
    shown = next((value for value in known if value), "")
    reason = f"{shown} – {reason}" if shown else reason
    if remark.place.line:
        text = QCoreApplication.translate("Files", "{file}, line {line}: {reason}")
    else:
        text = QCoreApplication.translate("Files", "{file}: {reason}")
    if not remark.place.file:
        text = QCoreApplication.translate("Files", "Line {line}: {reason}")
        if not remark.place.line:
            return reason
    return text.format(file=remark.place.file, line=remark.place.line, reason=reason)
