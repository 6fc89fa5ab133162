"""Specs in conda's words, as files hold them (conda docs, "Package match specifications")."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from engine.files.gathering import Gathering
from engine.files.requirement_specs import host_of
from engine.files.targets import Target
from engine.files.values import ConsentCode, Place, RemarkCode, Wanted, WantedKind

LONGEST_SPEC: Final = 2000  # characters

_SPEC: Final = re.compile(
    r"(?:(?P<channel>[^\s\[\]=<>!~]+?)::?(?::)?)?"
    r"(?P<name>[A-Za-z0-9_*][A-Za-z0-9_.*-]*)"
    r"(?P<rest>(?:\s*[=<>!~@\[].*|\s+[0-9*^$].*|\s+[A-Za-z].*)?)\Z",
    re.DOTALL,
)
_ARCHIVE: Final = re.compile(r"(?:.*[/\\])?(?P<stem>[^/\\#]+)\.(?:conda|tar\.bz2)(?:#\S+)?\Z")
_VERSION: Final = re.compile(r"[0-9][0-9A-Za-z.+!_]*(?:\.\*)?\Z")
_RANGE: Final = re.compile(r"(?:(?:[<>]=?|[!=]=|~=)\s*[0-9][0-9A-Za-z.+!*]*\s*(?:,\s*|\Z))+\Z")


def conda_name_of(spec: str) -> str | None:
    """Return the package that `spec` names, in lower case; None when it is no spec."""
    found = _SPEC.match(spec.strip())
    return found["name"].lower() if found else None


def want_conda(
    text: str,
    place: Place,
    written: str,
    found: Gathering,
    *,
    group: str = "",
    applies: bool = True,
    folder: Path | None = None,
) -> None:
    """Add the conda spec `text` to `found`, or a remark; the path of a package is in `folder`."""
    spec = " ".join(text[:LONGEST_SPEC].split())
    if "://" in spec or spec.lower().endswith((".conda", ".tar.bz2")):
        if "://" not in spec and folder is not None and not Path(spec).is_absolute():
            spec = os.path.normpath(folder / spec)
        _want_archive(spec, place, written, found, group, applies=applies)
        return
    name = conda_name_of(spec)
    if name is None or len(text) >= LONGEST_SPEC or not re.search(r"[a-z*]", name):
        found.remark(
            RemarkCode.LINE_INVALID,
            place,
            "This line cannot be understood as a conda package.",
            line=written[:500],
        )
        return
    found.want(Wanted(WantedKind.CONDA, name, spec, written, place, group, applies))


def _want_archive(
    spec: str, place: Place, written: str, found: Gathering, group: str, *, applies: bool
) -> None:
    archive = _ARCHIVE.match(spec)
    parts = archive["stem"].rsplit("-", 2) if archive else []
    channel = re.match(r"(?P<channel>\S+://\S+?)::(?P<spec>\S.*)\Z", spec)
    if channel is not None and (name := conda_name_of(channel["spec"])) is not None:
        found.want(Wanted(WantedKind.CONDA, name, spec, written, place, group, applies))
        return
    if len(parts) != 3:
        found.remark(
            RemarkCode.LINE_INVALID,
            place,
            "This line cannot be understood as a conda package.",
            line=written[:500],
        )
        return
    found.want(Wanted(WantedKind.CONDA, parts[0].lower(), spec, written, place, group, applies))
    is_address = "://" in spec and not spec.lower().startswith("file:")
    code = ConsentCode.URL if is_address else ConsentCode.LOCAL_PATH
    found.consent(code, place, written, host_of(spec) if is_address else spec)


def python_range(wanted: Wanted) -> str:
    """Return the range (PEP 440) that a conda spec of Python demands, empty when it says none."""
    found = _SPEC.match(wanted.text)
    if wanted.kind is not WantedKind.CONDA or wanted.name != "python" or found is None:
        return ""
    rest = found["rest"].strip()
    bracket = re.search(r"version\s*=\s*['\"]?([^'\"\]]+)", rest) if "[" in rest else None
    rest = bracket[1].strip() if bracket else rest.partition("[")[0].strip()
    if _RANGE.match(rest):
        return _valid(rest.replace(" ", ""))
    words = re.split(r"[\s=]+", rest.lstrip("= "))
    if not words or not _VERSION.match(words[0]):
        return ""
    version = words[0]
    is_exact = rest.startswith("==") or version.endswith(".*")
    is_exact = is_exact or version.count(".") >= 2
    return _valid(f"=={version}" if is_exact else f"=={version}.*")


def _valid(text: str) -> str:
    try:
        return str(SpecifierSet(text))
    except InvalidSpecifier:
        return ""


def note_python(found: Gathering) -> None:
    """Tell which Python the wishes for `python` that apply demand."""
    ranges = [python_range(each) for each in found.wanted if each.applies and not each.group]
    known = [each for each in dict.fromkeys(ranges) if each]
    if known and not found.python:
        found.python = _valid(",".join(known))


def other_system(place: Place, line: str, condition: str, found: Gathering, target: Target) -> None:
    """Remark that a line is for another kind of computer than `target`."""
    found.remark(
        RemarkCode.OTHER_SYSTEM,
        place,
        "This is only for another kind of computer.",
        line=line,
        condition=condition,
        platform=target.subdir,
    )
