"""What a reader holds while it reads: where it is, and what it has found."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from engine.files.taking import Surroundings
from engine.files.targets import Target
from engine.files.values import (
    Consent,
    ConsentCode,
    FileKind,
    IndexOptions,
    Locked,
    Place,
    Reading,
    Remark,
    RemarkCode,
    Wanted,
)

ENTRY_LIMIT: Final = 20_000  # lines that end in something; a real lock of four systems has 4,000

_LOGIN: Final = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,30}://)(?P<login>[^/@\s]{1,2000})@"
)
_TOKEN_PART: Final = re.compile(r"/t/[^/\s]+(?=/)")
_SECRET: Final = re.compile(
    r"([?&][^=&#\s]{0,40}?(?:token|key|pass(?:word)?|auth|secret|sig(?:nature)?)=)[^&#\s]+",
    re.IGNORECASE,
)


def masked(text: str) -> str:
    """Return `text` with passwords and tokens in its addresses replaced by stars."""
    if "://" not in text:
        return text
    text = _LOGIN.sub(_masked_login, text)
    return _SECRET.sub(r"\1***", _TOKEN_PART.sub("/t/***", text))


def _masked_login(found: re.Match[str]) -> str:
    scheme, login = found["scheme"], found["login"]
    if "ssh" in scheme.lower():
        user, _, secret = login.partition(":")
        return f"{scheme}{user}:***@" if secret else found[0]
    return f"{scheme}***@"


@dataclass(frozen=True, slots=True)
class Source:
    """Hold one file that is being read: its bytes, its place, and for whom it is read.

    `label` is what its places are called; `path` is None for pasted text.
    """

    data: bytes
    label: str
    path: Path | None
    target: Target
    surroundings: Surroundings

    @property
    def folder(self) -> Path | None:
        """Return the folder that relative paths in the file start from."""
        return self.path.parent if self.path is not None else None


@dataclass(slots=True)
class Gathering:
    """Gather what one reading will hold; readers add to it, line by line."""

    kind: FileKind
    path: Path | None = None
    files: list[Path] = field(default_factory=list[Path])
    name: str = ""
    prefix: str = ""
    channels: list[str] = field(default_factory=list[str])
    only_channels: bool = False
    python: str = ""
    groups: list[str] = field(default_factory=list[str])
    environments: list[str] = field(default_factory=list[str])
    wanted: list[Wanted] = field(default_factory=list[Wanted])
    constraints: list[Wanted] = field(default_factory=list[Wanted])
    locked: list[Locked] = field(default_factory=list[Locked])
    platforms: list[str] = field(default_factory=list[str])
    index: IndexOptions = field(default_factory=IndexOptions)
    variables: dict[str, str] = field(default_factory=dict[str, str])
    remarks: list[Remark] = field(default_factory=list[Remark])
    consents: list[Consent] = field(default_factory=list[Consent])
    told: dict[object, Place] = field(default_factory=dict[object, Place])
    asked: int = 0  # how often something was asked for, what stands there twice included

    def remark(self, code: RemarkCode, place: Place, summary: str, **values: str) -> None:
        """Note what is not kept, or not as written; `values` are masked and kept short."""
        kept = tuple(sorted((key, masked(text)[:500]) for key, text in values.items()))
        self.remarks.append(Remark(code, place, masked(summary)[:500], kept))

    def consent(self, code: ConsentCode, place: Place, text: str, target: str) -> None:
        """Ask for a tick for `text`, which leads to the host or path `target`."""
        shown = masked(text.strip())[:500]
        key = f"{code.value}|{place.file}|{shown}"
        self.consents.append(Consent(code, key, shown, masked(target), place))

    def want(self, wanted: Wanted, *, constraint: bool = False) -> None:
        """Add something that is asked for, or that narrows what is."""
        self.asked += 1
        wanted = replace(wanted, written=masked(wanted.written))
        same = (constraint, wanted.kind, wanted.text, wanted.group, wanted.hashes, wanted.applies)
        first = self.told.setdefault(same, wanted.place)
        if first is not wanted.place:
            if first != wanted.place:
                summary = f"This stands in line {first.line} already."
                line, other = wanted.written, f"{first.file}:{first.line}"
                self.remark(RemarkCode.DUPLICATE, wanted.place, summary, line=line, first=other)
            return
        (self.constraints if constraint else self.wanted).append(wanted)

    def reading(self) -> Reading:
        """Return all of it as a value."""
        return Reading(
            kind=self.kind,
            path=self.path,
            files=tuple(dict.fromkeys(self.files)),
            name=self.name,
            prefix=self.prefix,
            channels=tuple(dict.fromkeys(self.channels)),
            only_channels=self.only_channels,
            python=self.python,
            groups=tuple(dict.fromkeys(self.groups)),
            environments=tuple(dict.fromkeys(self.environments)),
            wanted=tuple(self.wanted),
            constraints=tuple(self.constraints),
            locked=tuple(self.locked),
            platforms=tuple(dict.fromkeys(self.platforms)),
            index=self.index,
            variables=tuple(self.variables.items()),
            remarks=tuple(self.remarks),
            consents=tuple(self.consents),
        )
