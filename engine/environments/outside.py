"""Find the Pythons that belong to no environment, without running them where paths tell enough."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath

from engine.environments.looking import is_file, is_folder, stat_or_none
from engine.places import Places
from engine.records import OutsidePython, Record

MOST = 6  # a list to be understood, not an inventory
TIMEOUT = 2.0  # seconds, for one that has to be asked
NAME = re.compile(r"(?:python|pypy)(?:3(?:\.\d+)?)?(?:\.exe)?$", re.IGNORECASE)
MINOR = re.compile(r"(?:python|pypy)(3\.\d+)")
FULL_VERSION = re.compile(
    r"(?:/versions/|/Cellar/python@[\d.]+/|/cpython-|/installs/python/)(3\.\d+\.\d+)"
)
HEADER_VERSION = re.compile(rb'#define\s+PY_VERSION\s+"([^"]+)"')
SCRIPT = b"#!"
TOOLS_OF_APPLE = Path("/Library/Developer/CommandLineTools")
ASK = "import sys; print(sys.version.split()[0])"


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Hold a Python that was found; `version` is empty when nothing but it itself can tell."""

    executable: Path
    real: Path
    version: str = ""


def outside_pythons(
    places: Places, environ: Mapping[str, str] | None = None, platform: str = sys.platform
) -> tuple[OutsidePython, ...]:
    """Return the Pythons that a terminal would start and that belong to no environment.

    Those of conda, of virtual environments and behind scripts are left out; the first of PATH comes
    first. Blocks for some ten milliseconds for each one whose version no path tells, because that
    one is run: call it in a thread. Raises nothing.
    """
    variables = os.environ if environ is None else environ
    personal: Mapping[str, str] = {} if places.isolated else variables
    candidates = _unique(_candidates(variables.get("PATH", ""), personal, platform))
    with ThreadPoolExecutor(max_workers=MOST) as pool:
        versions = list(pool.map(_version, candidates))
    known: dict[Path, tuple[Record, ...]] = {}
    found: list[OutsidePython] = []
    for candidate, version in zip(candidates, versions, strict=True):
        if not version.startswith("3."):
            continue
        site = user_site(places.home, version, personal, platform, candidate.real)
        has_site = is_folder(site)
        if has_site and site not in known:
            known[site] = _packages_in(site)
        folders = library_folders(candidate.real, version, platform)
        found.append(
            OutsidePython(
                executable=candidate.executable,
                version=version,
                pip_version=_pip_version(((site,) if has_site else ()) + folders),
                user_site=site if has_site else None,
                user_packages=known.get(site, ()),
            )
        )
    return tuple(found)


def _candidates(
    path_variable: str, environ: Mapping[str, str], platform: str
) -> Iterator[_Candidate]:
    names = ("python.exe",) if platform == "win32" else ("python3", "python")
    separator = ";" if platform == "win32" else ":"
    for folder in path_variable.split(separator):
        for name in names:
            path = Path(folder) / name
            if path.is_absolute() and is_file(path):
                yield from _resolved(path, environ, platform)
    if platform == "win32":
        for path, version in _registered_on_windows():
            if is_file(path) and not _belongs_to_environment(path):
                yield _Candidate(path, Path(os.path.realpath(path)), version)
        return
    for path in _usual_pythons(platform):
        if is_file(path):
            yield from _resolved(path, environ, platform)


def _usual_pythons(platform: str) -> Iterator[Path]:
    if platform == "darwin":
        versions = Path("/Library/Frameworks/Python.framework/Versions")
        with suppress(OSError):
            yield from sorted(versions.glob("3.*/bin/python3"), reverse=True)
        yield Path("/opt/homebrew/bin/python3")
    yield Path("/usr/local/bin/python3")
    yield Path("/usr/bin/python3")


def _resolved(path: Path, environ: Mapping[str, str], platform: str) -> Iterator[_Candidate]:
    """Yield what starts when `path` is started, unless it is an environment's or hidden."""
    if platform == "darwin" and path == Path("/usr/bin/python3"):
        # A stand-in that offers to install developer tools when there are none: never run it.
        path = TOOLS_OF_APPLE / "usr" / "bin" / "python3"
        if not is_file(path):
            return
    if _belongs_to_environment(path):
        return
    found = stat_or_none(path)
    if found is None or not found.st_size:
        return  # Windows keeps empty stand-ins that open its shop
    if _is_script(path):
        for behind in _behind_shim(path, environ):
            if is_file(behind) and not _belongs_to_environment(behind) and not _is_script(behind):
                yield _Candidate(behind, Path(os.path.realpath(behind)))
        return
    real = Path(os.path.realpath(path))
    if NAME.match(real.name) and not _belongs_to_environment(real):
        yield _Candidate(path, real)


def _belongs_to_environment(executable: Path) -> bool:
    """Return whether a conda or virtual environment has `executable` (PEP 405 for the latter)."""
    near, far = executable.parent, executable.parent.parent
    if is_folder(near / "conda-meta") or is_folder(far / "conda-meta"):
        return True
    return is_file(near / "pyvenv.cfg") or is_file(far / "pyvenv.cfg")


def _is_script(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(2) == SCRIPT
    except OSError:
        return True


def _behind_shim(path: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield what a shim of pyenv would start: the chosen versions, in order ("pyenv version")."""
    if path.parent.name != "shims" or "pyenv" not in path.parent.parent.name:
        return
    root = path.parent.parent
    chosen = environ.get("PYENV_VERSION", "").split(":")
    if not any(chosen):
        try:
            chosen = (root / "version").read_text(encoding="utf-8").split()
        except (OSError, UnicodeDecodeError):
            return
    for version in chosen:
        if version and version not in ("system", ".", "..") and "/" not in version:
            yield root / "versions" / version / "bin" / path.name


def _unique(candidates: Iterable[_Candidate]) -> list[_Candidate]:
    found: dict[str, _Candidate] = {}
    for candidate in candidates:
        found.setdefault(os.path.normcase(candidate.real), candidate)
        if len(found) == MOST:
            break
    return list(found.values())


def _registered_on_windows() -> Iterator[tuple[Path, str]]:
    """Yield the Pythons in the registry, with their versions (PEP 514)."""
    if sys.platform != "win32":
        return
    import winreg

    for root in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
        try:
            with winreg.OpenKey(root, r"SOFTWARE\Python\PythonCore") as core:
                tags = [winreg.EnumKey(core, at) for at in range(winreg.QueryInfoKey(core)[0])]
                for tag in sorted(tags, reverse=True):
                    yield from _registered_as(core, tag)
        except OSError:
            continue


def _registered_as(core: object, tag: str) -> Iterator[tuple[Path, str]]:
    if sys.platform != "win32":
        return
    import winreg

    try:
        with winreg.OpenKey(core, rf"{tag}\InstallPath") as key:
            folder = str(winreg.QueryValue(key, None))
    except OSError:
        return
    version = ""
    with suppress(OSError), winreg.OpenKey(core, tag) as key:
        version = str(winreg.QueryValueEx(key, "Version")[0])
    yield Path(folder) / "python.exe", version


def _version(candidate: _Candidate) -> str:
    return (
        candidate.version
        or version_by_path(candidate.real)
        or _version_by_header(candidate.real)
        or _version_by_asking(candidate.executable)
    )


def version_by_path(real: PurePath) -> str:
    """Return the full version that a version manager wrote into the path, or nothing."""
    match = FULL_VERSION.search(real.as_posix())
    return match[1] if match else ""


def _version_by_header(real: Path) -> str:
    match = MINOR.search(real.name)
    if match is None:
        return ""
    header = real.parent.parent / "include" / f"python{match[1]}" / "patchlevel.h"
    try:
        found = HEADER_VERSION.search(header.read_bytes())
    except OSError:
        return ""
    return found[1].decode("ascii", "replace") if found else ""


def _version_by_asking(executable: Path) -> str:
    try:
        done = subprocess.run(
            [str(executable), "-I", "-S", "-c", ASK],
            capture_output=True,
            timeout=TIMEOUT,
            check=True,
            stdin=subprocess.DEVNULL,
            creationflags=subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("ascii", "replace").strip()


def user_site(
    home: Path, version: str, environ: Mapping[str, str], platform: str, real: PurePath
) -> Path:
    """Return where `pip install --user` of that Python puts packages (docs of `site`, PEP 370)."""
    minor = ".".join(version.split(".")[:2])
    base = environ.get("PYTHONUSERBASE")
    if platform == "win32":
        roaming = environ.get("APPDATA")
        root = Path(roaming) if roaming else home / "AppData" / "Roaming"
        tag = f"Python{minor.replace('.', '')}"
        if real.parent.name.endswith(("-32", "-arm64")):  # the installer's folder names
            tag += f"-{real.parent.name.rpartition('-')[2]}"
        return (Path(base) if base else root / "Python") / tag / "site-packages"
    if platform == "darwin" and ".framework" in real.as_posix():
        root = Path(base) if base else home / "Library" / "Python" / minor
        return root / "lib" / "python" / "site-packages"
    return (Path(base) if base else home / ".local") / f"lib/python{minor}/site-packages"


def library_folders(real: Path, version: str, platform: str) -> tuple[Path, ...]:
    """Return where that Python looks for installed packages, in its order; not all exist.

    Debian's Python has folders of its own (Debian Python Policy, "Paths"), and so has Homebrew's.
    """
    minor = ".".join(version.split(".")[:2])
    if platform == "win32":
        return (real.parent / "Lib" / "site-packages",)
    base = real.parent.parent
    own = f"lib/python{minor}/site-packages"
    folders = [base / own, base / f"lib64/python{minor}/site-packages"]
    if base == Path("/usr"):
        local = Path("/usr/local")
        debian = (local / f"lib/python{minor}/dist-packages", base / "lib/python3/dist-packages")
        folders = [debian[0], local / own, debian[1], *folders]
    if platform == "darwin" and "Cellar" in real.parts:
        folders.append(Path(*real.parts[: real.parts.index("Cellar")]) / own)
    if platform == "darwin" and TOOLS_OF_APPLE in real.parents:
        folders.append(Path(f"/Library/Python/{minor}/site-packages"))
    return tuple(folders)


def _pip_version(folders: Iterable[Path]) -> str:
    for folder in folders:
        try:
            with os.scandir(folder) as entries:
                names = [entry.name for entry in entries]
        except OSError:
            continue
        for name in names:
            if name.startswith("pip-") and name.endswith((".dist-info", ".egg-info")):
                return name[len("pip-") : -len(".dist-info")]
    return ""


def _packages_in(site: Path) -> tuple[Record, ...]:
    from engine.pypi.distributions import read_distributions

    records = read_distributions(site.parent, (site,))
    return tuple(sorted(records, key=lambda record: record.name))
