"""Work out which PyPI releases fulfil requirements, with what conda owns held where it is.

uv is told of an installed distribution by a wheel of its own that holds metadata alone, and by a
constraint that names this file: so it neither replaces it nor asks an index for it.
"""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.request import url2pathname

from packaging.pylock import Package, Pylock, PylockValidationError
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from engine.errors import EngineError, ErrorCode
from engine.pypi.agreeing import agreed_hashes, limited
from engine.pypi.locking import NO_REASON, Pin, PinForm
from engine.pypi.requirements import RequirementForm, Wanted
from engine.pypi.running import Uv

_SOURCES: Final = (RequirementForm.FOLDER, RequirementForm.REPOSITORY)
_LOCK: Final = "pylock.toml"
_NEEDS: Final = "needs.txt"
_FROM_INDEX: Final = (PinForm.WHEEL, PinForm.SOURCE)
_NEEDED: Final = re.compile(r"([a-z0-9][a-z0-9-]*)(?:\[|==|\s).*#\s*via\s+(.*)")
_YANKED: Final = re.compile(
    r"`([A-Za-z0-9._-]+)==[^`]*` is yanked(?: \(reason: \"(.*)\"\))?"  # PEP 592
)
_NO_EXTRA: Final = re.compile(
    r"package `([A-Za-z0-9._-]+)(?:==[^`]*)?` does not have an extra named `([^`]+)`"
)
_EXTRA: Final = re.compile(r"\bextra\b")
_BUILD_WOULD_HELP: Final = (ErrorCode.NO_WHEEL, ErrorCode.PYPI_UNSATISFIABLE)


@dataclass(frozen=True, slots=True)
class Release:
    """Describe a distribution that is there: `requires` are its PEP 508 requirements."""

    name: str
    version: str
    requires: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """Ask for releases that fit together.

    `python` is an interpreter on this computer; `python_version` the version to resolve for when
    it will be another. `held` stay as they are, and of what they need only that is told which shall
    be looked at. `kept` stay
    and what they need is fulfilled; `free` may become another release when that is needed, or
    become the newest where they are `renewed`. Versions of `preferred` are taken where they fit,
    if at all. `constraints` limit what may be chosen.
    """

    python: Path
    python_version: str = ""
    wanted: tuple[Wanted, ...] = ()
    held: tuple[Release, ...] = ()
    kept: tuple[Release, ...] = ()
    free: tuple[Release, ...] = ()
    renewed: tuple[str, ...] = ()
    preferred: tuple[Release, ...] = ()
    constraints: tuple[str, ...] = ()


async def resolve(question: Question, uv: Uv) -> tuple[Pin, ...]:
    """Return every release of the answer but those that are held and kept, sorted by name.

    Source archives are only considered where wheels give no answer. Building one for its metadata
    runs its code. Raises EngineError: distribution-unknown, no-wheel, pypi-unsatisfiable,
    index-unreachable, index-needs-login, source-build-failed, requirement-invalid, timed-out.
    """
    if any(wanted.form in _SOURCES or _is_source(wanted) for wanted in question.wanted):
        return await _resolve(question, uv, with_builds=True)
    try:
        return await _resolve(question, uv, with_builds=False)
    except EngineError as error:
        if error.code not in _BUILD_WOULD_HELP:
            raise
        try:
            return await _resolve(question, uv, with_builds=True)
        except EngineError as second:
            if second.code in (ErrorCode.PYPI_UNSATISFIABLE, ErrorCode.SOURCE_BUILD_FAILED):
                raise _better(error, second) from second
            raise


def _better(without: EngineError, with_builds: EngineError) -> EngineError:
    """Return the failure that says more: what is missing rather than what does not fit."""
    return with_builds if without.code is ErrorCode.PYPI_UNSATISFIABLE else without


def _is_source(wanted: Wanted) -> bool:
    is_address = wanted.form in (RequirementForm.FILE, RequirementForm.URL)
    return is_address and not wanted.location.partition("#")[0].endswith(".whl")


async def _resolve(question: Question, uv: Uv, *, with_builds: bool) -> tuple[Pin, ...]:
    with tempfile.TemporaryDirectory(prefix="envdesk-") as name:
        folder = Path(name)
        arguments = await asyncio.to_thread(_prepare, question, folder, uv)
        if arguments is None:
            return ()
        if not with_builds:
            arguments.append("--no-build")
        variables = index_variables(question.wanted)
        said: list[str] = []
        await uv.run(*arguments, folder=folder, variables=variables, log=said.append)
        pins = await asyncio.to_thread(_read_answer, folder, question)
        pins = tuple(_with_remarks(pin, said) for pin in pins)
        agreed = agreed_hashes(question.wanted)
        pins = tuple(limited(pin, agreed.get(pin.name, ()), with_builds) for pin in pins)
        if all(pin.requested for pin in pins):
            return pins
        return await _with_needs(pins, arguments, folder, uv, variables)


def _with_remarks(pin: Pin, said: Iterable[str]) -> Pin:
    """Return `pin` with the extras that uv said it lacks, and why it was withdrawn."""
    yanked = [match for line in said for match in _YANKED.finditer(line)]
    for match in yanked:
        if canonicalize_name(match[1]) == pin.name:
            pin = replace(pin, withdrawn=match[2] or NO_REASON)
    found = [match for line in said for match in _NO_EXTRA.finditer(line)]
    missing = sorted({match[2] for match in found if canonicalize_name(match[1]) == pin.name})
    return replace(pin, missing_extras=tuple(missing)) if missing else pin


async def _with_needs(
    pins: tuple[Pin, ...], arguments: list[str], folder: Path, uv: Uv, variables: dict[str, str]
) -> tuple[Pin, ...]:
    """Return `pins` with the names of those that need them, which only uv's other format tells."""
    exact = [f"{pin.name}=={pin.version}" for pin in pins if pin.form in _FROM_INDEX]
    _write(folder / "exact.txt", exact)
    other = ["--constraints", "exact.txt", "--annotation-style", "line", "--offline"]
    again = [*arguments]
    again[again.index("--format") + 1] = "requirements.txt"
    again[again.index("--output-file") + 1] = _NEEDS
    try:
        await uv.run(*again, *other, folder=folder, variables=variables)
        text = (folder / _NEEDS).read_text(encoding="utf-8")
    except (EngineError, OSError):
        return pins  # it was answered from the cache a moment ago; a gap here costs a word
    users: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        found = _NEEDED.match(line)
        if found is not None:
            words = (word.strip() for word in found[2].split(","))
            users[found[1]] = tuple(sorted(word for word in words if not word.startswith("-")))
    return tuple(replace(pin, needed_by=users.get(pin.name, ())) for pin in pins)


def index_variables(wanted: Iterable[Wanted]) -> dict[str, str]:
    """Return the variables for uv by which indexes written behind requirements are asked."""
    default = next((each.index_url for each in wanted if each.index_url), "")
    extra = tuple(dict.fromkeys(url for each in wanted for url in each.extra_index_urls))
    return chosen_indexes(default, extra)


def chosen_indexes(index_url: str, extra_index_urls: Sequence[str]) -> dict[str, str]:
    """Return the variables for uv that put these indexes in place of the configured ones."""
    found: dict[str, str] = {}
    if index_url:
        found |= {"UV_DEFAULT_INDEX": index_url, "UV_INDEX": "", "UV_EXTRA_INDEX_URL": ""}
        found |= {"UV_NO_INDEX": "", "UV_INDEX_URL": ""}
    if extra_index_urls:
        found["UV_EXTRA_INDEX_URL"] = " ".join(extra_index_urls)
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return found


def _prepare(question: Question, folder: Path, uv: Uv) -> list[str] | None:
    links = folder / "links"
    links.mkdir()
    roots = [wanted.text for wanted in question.wanted]
    roots += [each.name for each in question.kept]
    roots += [_root_of(each, question) for each in question.free]
    if not roots:
        return None
    constraints = list(question.constraints)
    for release in question.held:
        wheel = write_metadata_wheel(links, release)
        if wheel is not None:
            constraints.append(f"{release.name} @ {wheel.as_uri()}")
    for release in question.kept:
        wheel = write_metadata_wheel(links, release)
        if wheel is None:
            roots.remove(release.name)
        else:
            constraints.append(f"{release.name} @ {wheel.as_uri()}")
    _write(folder / "wanted.txt", roots)
    _write(folder / "constraints.txt", constraints)
    preferred = [
        f"[[packages]]\nname = {json.dumps(each.name)}\nversion = {json.dumps(each.version)}"
        for each in (*question.free, *question.preferred)
        if each.name not in question.renewed and _is_version(each.version)
    ]
    if preferred:  # uv prefers the versions in the file that it is told to write
        _write(folder / _LOCK, ['lock-version = "1.0"', 'created-by = "envdesk"', *preferred])
    arguments = ["pip", "compile", "wanted.txt", "--constraints", "constraints.txt"]
    for path in uv.settings.constraints:
        arguments += ["--constraints", path]
    # Of extras that are not there, and of releases that were yanked, it speaks aloud only.
    is_remarkable = any(each.extras or each.exact for each in question.wanted)
    arguments += [] if is_remarkable else ["--quiet"]
    arguments += ["--no-header", "--format", "pylock.toml"]
    arguments += ["--output-file", _LOCK]
    arguments += ["--python", str(question.python)]
    if question.python_version:
        arguments += ["--python-version", question.python_version]
    return arguments


def _root_of(release: Release, question: Question) -> str:
    """Return how to ask for what may become another release; a pre-release is no step ahead."""
    is_early = _is_version(release.version) and Version(release.version).is_prerelease
    is_renewed = release.name in question.renewed
    return f"{release.name}>={release.version}" if is_early and is_renewed else release.name


def _write(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


def write_metadata_wheel(folder: Path, release: Release) -> Path | None:
    """Write a wheel without contents that stands for `release`; None when nothing can.

    A version outside of PEP 440 cannot be said to uv; requirements that cannot be parsed are left
    out.
    """
    if not _is_version(release.version):
        return None
    stem = f"{release.name.replace('-', '_')}-{Version(release.version)}"
    lines = ["Metadata-Version: 2.1", f"Name: {release.name}", f"Version: {release.version}"]
    lines += [f"Requires-Dist: {each}" for each in release.requires if _is_requirement(each)]
    extras = sorted({extra for each in release.requires for extra in extras_in(each)})
    lines += [f"Provides-Extra: {extra}" for extra in extras]
    path = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        info = f"{stem}.dist-info"
        archive.writestr(f"{info}/METADATA", "\n".join(lines) + "\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return path


def extras_in(requirement: str) -> tuple[str, ...]:
    """Return the extras that the marker of a requirement asks about."""
    marker = requirement.partition(";")[2]
    return tuple(re.findall(r"extra\s*==\s*['\"]([^'\"]+)['\"]", marker))


def _is_requirement(text: str) -> bool:
    try:
        Requirement(text)
    except InvalidRequirement:
        return False
    return True


def constraint_of(requirement: str) -> str:
    """Return `requirement` as a constraint: without extras; empty when it says nothing."""
    try:
        parsed = Requirement(requirement)
    except InvalidRequirement:
        return ""
    if not parsed.specifier or _EXTRA.search(str(parsed.marker or "")):
        return ""
    marker = f" ; {parsed.marker}" if parsed.marker else ""
    return f"{parsed.name}{parsed.specifier}{marker}"


def _read_answer(folder: Path, question: Question) -> tuple[Pin, ...]:
    try:
        lock = Pylock.from_dict(tomllib.loads((folder / _LOCK).read_text(encoding="utf-8")))
    except (OSError, ValueError, PylockValidationError) as error:
        raise EngineError(
            ErrorCode.INTERNAL,
            "What uv worked out could not be read.",
            cause=type(error).__name__,
            detail=str(error),
        ) from error
    links = folder / "links"
    pins = [_pin(package, folder) for package in lock.packages if not _is_ours(package, links)]
    folders = [each for each in question.wanted if each.form is RequirementForm.FOLDER]
    asked = {wanted.name for wanted in question.wanted if wanted.name}
    places = {Path(each.location).resolve() for each in folders}
    return tuple(
        sorted(
            (_marked(pin, asked, places) for pin in pins),
            key=lambda pin: pin.name,
        )
    )


def _marked(pin: Pin, asked: set[str], places: set[Path]) -> Pin:
    is_asked = pin.name in asked
    if pin.form is PinForm.FOLDER:
        is_asked |= Path(url2pathname(pin.location.removeprefix("file://"))).resolve() in places
    return replace(pin, requested=is_asked)


def _is_ours(package: Package, links: Path) -> bool:
    archive = package.archive
    if archive is None:
        return False
    if archive.path:
        return Path(links.parent, archive.path).resolve().parent == links.resolve()
    return bool(archive.url) and (archive.url or "").startswith(links.as_uri())


def _pin(package: Package, folder: Path) -> Pin:
    version = str(package.version or "")
    if package.directory is not None:
        location = Path(folder, package.directory.path).resolve()
        version = version or _version_in(location)
        editable = bool(package.directory.editable)
        return Pin(package.name, version, PinForm.FOLDER, (), location.as_uri(), editable=editable)
    if package.vcs is not None:
        where = package.vcs.url or Path(folder, package.vcs.path or "").resolve().as_uri()
        below = f"#subdirectory={package.vcs.subdirectory}" if package.vcs.subdirectory else ""
        location = f"{package.vcs.type}+{where}@{package.vcs.commit_id}{below}"
        return Pin(package.name, version, PinForm.REPOSITORY, (), location)
    if package.archive is not None:
        archive = package.archive
        location = archive.url or Path(folder, archive.path or "").resolve().as_uri()
        hashes = _hashes(archive.hashes)
        pin = Pin(package.name, version, PinForm.FILE, hashes, location, archive.size)
        return _sized(pin, location)
    if package.wheels:
        hashes = tuple(dict.fromkeys(h for wheel in package.wheels for h in _hashes(wheel.hashes)))
        size = next((wheel.size for wheel in package.wheels if wheel.size), None)
        source = _hashes(package.sdist.hashes) if package.sdist is not None else ()
        pin = Pin(package.name, version, PinForm.WHEEL, hashes, size=size, source_hashes=source)
        return _sized(pin, package.wheels[0].url)
    assert package.sdist is not None
    hashes = _hashes(package.sdist.hashes)
    pin = Pin(package.name, version, PinForm.SOURCE, hashes, size=package.sdist.size)
    return _sized(pin, package.sdist.url)


def _hashes(found: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{algorithm}:{value}" for algorithm, value in sorted(found.items()))


def _sized(pin: Pin, url: str | None) -> Pin:
    """Return `pin` with what the address of its file tells, if that is on this computer."""
    if not (url or "").startswith("file:"):
        return pin
    size = pin.size
    with suppress(OSError):
        size = size or Path(url2pathname((url or "").removeprefix("file://"))).stat().st_size
    return replace(pin, size=size, is_local=True)


def _version_in(folder: Path) -> str:
    """Return the version that a project states without being built; empty when it does not."""
    try:
        document = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
        version: object = document.get("project", {}).get("version", "")
    except (OSError, ValueError, AttributeError):
        return ""
    return version if isinstance(version, str) else ""
