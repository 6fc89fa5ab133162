"""Read and write conda-meta/history and conda-meta/state exactly as conda does, without rattler.

The form is that of conda's own history and of the draft CEP on the structure of environments: a
block for each change, opened by a date, with the command, the packages that came and went, and the
specs that were asked for. conda works out from it what was requested (`--from-history`) and what
was installed when (`--revisions`); a foreign `conda version` line newer than the conda that reads
it would make conda refuse the environment, so ours names Envdesk.
"""

from __future__ import annotations

import ast
import json
import os
import re
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine.conda.addresses import CONDA_DEFAULTS, ChannelAddresses, canonical_name
from engine.records import Record
from engine.version import __version__

_HEAD = re.compile(r"==>\s*(.+?)\s*<==")
_COMMAND = re.compile(r"#\s*cmd:\s*(.+)")
_SPECS = re.compile(r"#\s*(\w+)\s+specs:\s*(.*)")
_DATE = "%Y-%m-%d %H:%M:%S"
_ASKED = ("update", "install", "create", "neutered")  # the last loosens a spec
_FORGOTTEN = ("remove", "uninstall")
_MODE = 0o666


@dataclass(frozen=True, slots=True)
class Revision:
    """Hold one block of a history.

    `date` is local time without a zone, None when it cannot be read. `added` and `removed` hold
    distributions as conda writes them, `channel/subdir::name-version-build`. `specs` were asked
    for, `removed_specs` are no longer. `is_whole` tells that `added` is everything that was
    installed then, as very old histories have it.
    """

    date: datetime | None
    command: str = ""
    specs: tuple[str, ...] = ()
    removed_specs: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    is_whole: bool = False


def distribution(record: Record, configuration: ChannelAddresses = CONDA_DEFAULTS) -> str:
    """Return how conda spells an installed `record`: `channel/subdir::name-version-build`."""
    address = record.url.rpartition("/")[0] or record.source.url
    channel = canonical_name(address, configuration) if address else record.source.name
    subdir = f"/{record.subdir}" if record.subdir else ""
    return f"{channel or '<unknown>'}{subdir}::{record.spelled}"


def write_creation(
    prefix: Path,
    records: Iterable[Record],
    specs: Iterable[str],
    command: str,
    configuration: ChannelAddresses = CONDA_DEFAULTS,
) -> None:
    """Write the history of an environment that just came to be; raises OSError.

    What is there already is replaced: an installer leaves the file empty, or a copied one.
    """
    revision = Revision(
        date=_now(),
        command=command,
        specs=tuple(specs),
        added=tuple(sorted(distribution(record, configuration) for record in records)),
    )
    _replace(
        prefix / "conda-meta" / "history", _spelled(revision).encode("utf-8", "backslashreplace")
    )


def append_revision(
    prefix: Path,
    added: Iterable[Record],
    removed: Iterable[Record],
    command: str,
    *,
    specs: Iterable[str] = (),
    removed_specs: Iterable[str] = (),
    configuration: ChannelAddresses = CONDA_DEFAULTS,
) -> None:
    """Add a block for a change to the history of `prefix`; raises OSError."""
    revision = Revision(
        date=_now(),
        command=command,
        specs=tuple(specs),
        removed_specs=tuple(removed_specs),
        added=tuple(sorted(distribution(record, configuration) for record in added)),
        removed=tuple(sorted(distribution(record, configuration) for record in removed)),
    )
    path = prefix / "conda-meta" / "history"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as stream:
        # A block cut short by a crash must not swallow the head of this one.
        if stream.tell() > 0:
            stream.seek(-1, os.SEEK_END)
            if stream.read(1) != b"\n":
                stream.write(b"\n")
        stream.write(_encoded(_spelled(revision)))


def read_revisions(prefix: Path) -> tuple[Revision, ...]:
    """Return the blocks of the history of `prefix`, oldest first; none when there is no history.

    Lines before the first head and lines that conda would not understand are passed over.
    """
    try:
        data = (prefix / "conda-meta" / "history").read_bytes()
    except OSError:
        return ()
    return parse_history(data.decode("utf-8", "replace"))


def parse_history(text: str) -> tuple[Revision, ...]:
    """Return the blocks in `text`, oldest first."""
    blocks: list[tuple[str, list[str]]] = []
    for raw in text.splitlines():
        line = raw.strip()
        if head := _HEAD.match(line):
            blocks.append((head[1], []))
        elif line and blocks:
            blocks[-1][1].append(line)
    return tuple(_revision(date, lines) for date, lines in blocks)


def requested_specs(revisions: Iterable[Revision]) -> tuple[str, ...]:
    """Return the specs that are still asked for after `revisions`, the latest for each package."""
    asked: dict[str, str] = {}
    for revision in revisions:
        for spec in revision.removed_specs:
            asked.pop(_package_name(spec), None)
        for spec in revision.specs:
            asked[_package_name(spec)] = spec
    return tuple(asked.values())


def write_state(prefix: Path, variables: Mapping[str, str]) -> None:
    """Write the environment variables of `prefix` to conda-meta/state; raises OSError.

    As with conda there is no such file where there are no variables, and what else is in it stays
    (conda docs, "Managing environments", "Setting environment variables").
    """
    path = prefix / "conda-meta" / "state"
    document = _state(path)
    if not variables and not document:
        return
    document["version"] = document.get("version", 1)
    document["env_vars"] = dict(variables)
    _replace(
        path, json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace")
    )


def read_state(prefix: Path) -> dict[str, str]:
    """Return the environment variables that conda sets on activation; none when unreadable."""
    variables = _state(prefix / "conda-meta" / "state").get("env_vars")
    if not isinstance(variables, dict):
        return {}
    named: dict[object, object] = variables  # pyright: ignore[reportUnknownVariableType]
    return {str(name): str(value) for name, value in named.items()}


def _state(path: Path) -> dict[str, object]:
    with suppress(OSError, ValueError):
        document: object = json.loads(path.read_bytes())
        if isinstance(document, dict):
            return document  # pyright: ignore[reportUnknownVariableType]
    return {}


def _now() -> datetime:
    return datetime.now().replace(microsecond=0)  # conda writes local time


def _spelled(revision: Revision) -> str:
    date = revision.date or _now()
    lines = [f"==> {date.strftime(_DATE)} <=="]
    if revision.command:
        lines.append(f"# cmd: {_one_line(revision.command)}")
    lines.append(f"# envdesk version: {__version__}")
    lines.extend(f"-{_one_line(dist)}" for dist in revision.removed)
    lines.extend(f"+{_one_line(dist)}" for dist in revision.added)
    if revision.removed_specs:
        lines.append(f"# remove specs: {list(revision.removed_specs)!r}")
    if revision.specs:
        lines.append(f"# update specs: {list(revision.specs)!r}")
    return "\n".join(lines) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _revision(date: str, lines: list[str]) -> Revision:
    command = ""
    specs: list[str] = []
    removed_specs: list[str] = []
    added: list[str] = []
    removed: list[str] = []
    whole: list[str] = []
    for line in lines:
        if line.startswith("+"):
            added.append(line[1:])
        elif line.startswith("-"):
            removed.append(line[1:])
        elif not line.startswith("#"):
            whole.append(line)
        elif match := _COMMAND.match(line):
            command = match[1].strip()
        elif match := _SPECS.match(line):
            if match[1] in _ASKED:
                specs.extend(_listed(match[2]))
            elif match[1] in _FORGOTTEN:
                removed_specs.extend(_listed(match[2]))
    is_whole = bool(whole) and not added and not removed
    return Revision(
        date=_moment(date),
        command=command,
        specs=tuple(specs),
        removed_specs=tuple(removed_specs),
        added=tuple(whole if is_whole else added),
        removed=tuple(removed),
        is_whole=is_whole,
    )


def _moment(text: str) -> datetime | None:
    with suppress(ValueError):
        return datetime.strptime(text, _DATE)
    return None


def _listed(text: str) -> tuple[str, ...]:
    """Return the specs of one line: a Python list since conda 4.4, commas between them before."""
    text = text.strip()
    if text.startswith("["):
        try:
            value: object = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return ()
        if not isinstance(value, list):
            return ()
        entries: list[object] = value  # pyright: ignore[reportUnknownVariableType]
        return tuple(entry for entry in entries if isinstance(entry, str) and entry)
    specs: list[str] = []
    for part in text.split(","):
        # The comma also joins bounds: `numpy >=1.5,<2` is one spec.
        if part[:1] in "<>=!~" and part and specs:
            specs[-1] += f",{part}"
        elif part.strip():
            specs.append(part.strip())
    return tuple(specs)


def _package_name(spec: str) -> str:
    bare = spec.rpartition("::")[2] if "[" not in spec.partition("::")[0] else spec
    return re.split(r"[\s=<>!~\[]", bare.strip(), maxsplit=1)[0].lower()


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")  # a path may hold bytes that are no text


def _replace(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, _MODE)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


_BINARY = getattr(os, "O_BINARY", 0)
