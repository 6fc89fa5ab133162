"""Keep packages at their versions (conda docs, "Managing packages", pinning).

Pins of one environment stand in its file `conda-meta/pinned`, one MatchSpec a line; pins of all
environments in the setting `pinned_packages` of the conda configuration, which is not ours.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.conda.condarc import CondaConfiguration
from engine.errors import EngineError, ErrorCode, from_os_error
from engine.places import Places
from engine.records import Record
from engine.transactions.locking import hold

_NAME: Final = re.compile(r"(?:.*::)?\s*([A-Za-z0-9_][A-Za-z0-9_.\-]*)")


@dataclass(frozen=True, slots=True)
class Pin:
    """Say that the package `name` stays within `spec`.

    A pin with `is_general` holds for every environment and is set in conda's configuration.
    """

    name: str
    spec: str
    is_general: bool = False


def read_pins(prefix: Path, configuration: CondaConfiguration) -> tuple[Pin, ...]:
    """Return what is pinned in an environment, general pins first. Raises nothing."""
    general = (Pin(_name(spec), spec, True) for spec in configuration.pinned_packages)
    own = (Pin(_name(spec), spec) for spec in pinned_specs(prefix))
    return tuple(pin for pin in (*general, *own) if pin.name)


def pinned_specs(prefix: Path) -> tuple[str, ...]:
    """Return the MatchSpecs that are pinned in an environment itself. Raises nothing."""
    return tuple(spec for line in _lines(_file(prefix)) if (spec := _spec(line)))


def pin_for(record: Record) -> Pin:
    """Return the pin that keeps `record` at its version."""
    return Pin(record.name, f"{record.name} =={record.version}")


def change_pins(
    prefix: Path, places: Places, pins: Iterable[Pin] = (), *, without: Iterable[str] = ()
) -> None:
    """Pin what `pins` say, each in place of earlier ones of its name, and unpin `without`.

    Other lines of the file stay as they are. Blocks for a moment. Raises EngineError: prefix-busy
    (somebody is changing the environment), not-writable, disk-full, not-an-environment.
    """
    new = tuple(pins)
    names = {pin.name for pin in new} | set(without)
    if not (prefix / "conda-meta").is_dir():
        raise EngineError(
            ErrorCode.NOT_AN_ENVIRONMENT,
            "This environment is not there any more.",
            prefix=str(prefix),
        )
    with hold((prefix,), places):
        file = _file(prefix)
        kept = [line for line in _lines(file) if _name(_spec(line)) not in names]
        try:
            _write(file, [*kept, *(pin.spec for pin in new)])
        except OSError as error:
            raise from_os_error(error, file) from error


def _file(prefix: Path) -> Path:
    return prefix / "conda-meta" / "pinned"


def _lines(file: Path) -> list[str]:
    with suppress(OSError):
        return file.read_bytes().decode("utf-8", "surrogateescape").splitlines()
    return []


def _spec(line: str) -> str:
    return line.partition("#")[0].strip()


def _name(spec: str) -> str:
    found = _NAME.match(spec)
    return found[1].lower() if found else ""


def _write(file: Path, lines: list[str]) -> None:
    if not lines:
        file.unlink(missing_ok=True)
        return
    temporary = file.with_name(f".pinned.{secrets.token_hex(4)}")
    text = "".join(f"{line}\n" for line in lines)
    try:
        temporary.write_bytes(text.encode("utf-8", "surrogateescape"))
        if file.exists():
            temporary.chmod(file.stat().st_mode & 0o777)
        os.replace(temporary, file)  # noqa: PTH105 - one step, whatever the file is
    finally:
        temporary.unlink(missing_ok=True)
