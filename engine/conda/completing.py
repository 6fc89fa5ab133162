"""Finish what rattler leaves undone in a prefix that it linked, so that conda finds all it expects.

Compiled files of noarch Python packages, hashes as files are in the prefix, the specs that were
asked for, readable modes (conda docs, "Package specification"; CEP 34, "Contents of packages").
Runs without network on a staged prefix, and a second run changes nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import secrets
import stat
import subprocess
import sys
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from engine.conda.channels import without_credentials
from engine.errors import from_os_error
from engine.events import Phase, Progress, ProgressUnit
from engine.records import Record
from engine.transactions.reporting import Report

COMPILERS = 2
COMPILE_SECONDS = 900

_NOT_ASKED_FOR = "None"  # how conda spells it
_LEFTOVERS = ("prefix_record_", ".tmp")
_MODE = 0o666

# Runs in the interpreter of the prefix, whatever its version; a line for each file that worked.
_COMPILER = """
import json, sys
import py_compile
from importlib.util import cache_from_source
pairs = json.loads(sys.stdin.buffer.read().decode("utf-8"))
for source, shown in pairs:
    try:
        py_compile.compile(source, cfile=cache_from_source(source), dfile=shown, doraise=True)
        done = cache_from_source(source)
    except Exception:
        done = None
    sys.stdout.write(json.dumps([source, done]) + "\\n")
    sys.stdout.flush()
"""


@dataclass(slots=True)
class _Meta:
    """Hold one file of conda-meta while it is completed."""

    path: Path
    document: dict[str, Any]
    before: bytes

    @property
    def name(self) -> str:
        return str(self.document.get("name", ""))

    @property
    def entries(self) -> list[dict[str, Any]]:
        return self.document.setdefault("paths_data", {"paths_version": 1}).setdefault("paths", [])


async def complete(
    staging: Path,
    final: Path,
    records: Sequence[Record],
    report: Report,
    *,
    only: Collection[str] | None = None,
    interpreter: Path | None = None,
) -> None:
    """Complete the prefix at `staging`, which will live at `final` and was made of `records`.

    With `only`, packages of other names were there before and are left as they are. `interpreter`
    compiles where that of the prefix is elsewhere. Raises
    EngineError when the disk is full or files cannot be written. A file that cannot be compiled
    is left uncompiled, as conda does.
    """
    try:
        await asyncio.to_thread(_complete, staging, final, records, report, only, interpreter)
    except OSError as error:
        raise from_os_error(error, staging) from error


def note_requested(prefix: Path, records: Sequence[Record]) -> None:
    """Write into the records of installed packages by which specs they are asked for now."""
    for record in records:
        if record.path is not None:
            path = prefix / "conda-meta" / record.path.name
            before = path.read_bytes()
            meta = _Meta(path, msgspec.json.decode(before), before)
            _put_requested(meta, record.requested)
            _write(meta)


def _put_requested(meta: _Meta, specs: Sequence[str]) -> None:
    meta.document["requested_spec"] = specs[0] if specs else _NOT_ASKED_FOR
    meta.document["requested_specs"] = list(specs)


def _complete(  # noqa: PLR0917 - one call, and its arguments are all of different types
    staging: Path,
    final: Path,
    records: Sequence[Record],
    report: Report,
    only: Collection[str] | None,
    interpreter: Path | None,
) -> None:
    _sweep(staging)
    metas = _read_metas(staging, only)
    _tell_clobbered(metas, report)
    job = _CompileJob(interpreter or _interpreter(staging), staging, final)
    compiled = _compile(job, metas, report)
    requested = {record.name: record.requested for record in records}
    report.progress(Progress(Phase.FINISHING, 0, len(metas), ProgressUnit.PACKAGES))
    for done, meta in enumerate(metas, 1):
        _add_compiled(meta, compiled)
        for entry in meta.entries:
            _hash_as_it_is(staging, entry)
        if meta.name in requested:
            _put_requested(meta, requested[meta.name])
        for key in ("url", "channel"):  # records are exported and shared; passwords are not
            meta.document[key] = without_credentials(str(meta.document.get(key, "")))
        _write(meta)
        report.progress(Progress(Phase.FINISHING, done, len(metas), ProgressUnit.PACKAGES))


def _sweep(staging: Path) -> None:
    """Remove what rattler leaves lying about, and its mark that keeps backups from the prefix."""
    tag = staging / "CACHEDIR.TAG"
    with suppress(OSError):
        if b"rattler" in tag.read_bytes():
            tag.unlink()
    for entry in (staging / "conda-meta").iterdir():
        if entry.name.startswith(_LEFTOVERS) and entry.is_file():
            entry.unlink()


def _read_metas(staging: Path, only: Collection[str] | None) -> list[_Meta]:
    metas: list[_Meta] = []
    for path in sorted((staging / "conda-meta").glob("*.json")):
        is_meant = only is None or path.name.rsplit("-", 2)[0] in only
        if is_meant and not path.name.startswith("."):
            before = path.read_bytes()
            metas.append(_Meta(path, msgspec.json.decode(before), before))
    return metas


def _tell_clobbered(metas: Iterable[_Meta], report: Report) -> None:
    for meta in metas:
        for entry in meta.entries:
            if original := entry.get("original_path"):
                report.log(
                    f"{original} is in several packages; that of {meta.name} was set aside "
                    f"as {entry.get('_path')}."
                )


def _compile(job: _CompileJob, metas: Sequence[_Meta], report: Report) -> dict[str, str]:
    """Compile what noarch packages brought, and return the compiled path of each source path."""
    wanted = [
        path
        for meta in metas
        if meta.document.get("noarch") == "python"
        for path in _uncompiled(job.staging, meta)
    ]
    if not wanted or job.python is None:
        return {}
    wanted.sort(key=lambda path: -_size(job.staging / path))
    progress = _CompileProgress(report, len(wanted))
    results: list[dict[str, str]] = [{} for _ in range(COMPILERS)]
    compilers = [
        threading.Thread(
            target=_run_compiler,
            args=(job, wanted[number::COMPILERS], progress, results[number]),
            name=f"envdesk-compiler-{number}",
        )
        for number in range(COMPILERS)
    ]
    for compiler in compilers:
        compiler.start()
    for compiler in compilers:
        compiler.join()
    compiled = {source: target for result in results for source, target in result.items()}
    if len(compiled) < len(wanted):
        report.log(f"{len(wanted) - len(compiled)} Python files could not be compiled ahead.")
    return compiled


@dataclass(frozen=True, slots=True)
class _CompileJob:
    """Say which interpreter compiles, where the files are, and where they will live."""

    python: Path | None
    staging: Path
    final: Path


class _CompileProgress:
    """Count compiled files for several threads."""

    def __init__(self, report: Report, total: int) -> None:
        self._report = report
        self._total = total
        self._done = 0
        self._guard = threading.Lock()
        report.progress(Progress(Phase.COMPILING, 0, total, ProgressUnit.FILES))

    def step(self, path: str) -> None:
        with self._guard:
            self._done += 1
            if self._done % 20 and self._done < self._total:
                return
            progress = Progress(Phase.COMPILING, self._done, self._total, ProgressUnit.FILES, path)
        self._report.progress(progress)

    def log(self, line: str) -> None:
        self._report.log(line)


def _run_compiler(
    job: _CompileJob, paths: Sequence[str], progress: _CompileProgress, compiled: dict[str, str]
) -> None:
    if not paths:
        return
    python, staging, final = job.python, job.staging, job.final
    # Paths stay relative to the staging folder: on Windows it may lie deeper than 260 characters.
    pairs = [[path.replace("/", os.sep), str(final / path)] for path in paths]
    names = {native: path for (native, _), path in zip(pairs, paths, strict=True)}
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYTHON") and name != "SOURCE_DATE_EPOCH"
    }
    try:
        with subprocess.Popen(
            [str(python), "-I", "-S", "-B", "-Wi", "-c", _COMPILER],
            cwd=staging,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            guard = threading.Timer(COMPILE_SECONDS, process.kill)
            guard.daemon = True
            guard.start()
            try:
                with suppress(OSError), process.stdin:
                    process.stdin.write(json.dumps(pairs).encode())
                for line in process.stdout:
                    done: list[str | None] = json.loads(line)
                    source, target = done[0] or "", done[1]
                    if target is not None and source in names:
                        compiled[names[source]] = target.replace(os.sep, "/")
                    progress.step(names.get(source, source))
            finally:
                guard.cancel()
    except (OSError, ValueError) as error:
        progress.log(f"The interpreter of the new environment did not start: {error}")


def _interpreter(staging: Path) -> Path | None:
    for path in (staging / "python.exe", staging / "bin" / "python"):
        if path.exists():
            return path
    return None


def _is_source(entry: Mapping[str, Any]) -> bool:
    path = str(entry.get("_path", ""))
    is_plain = entry.get("path_type") in ("hardlink", "softlink")
    is_in_place = "site-packages/" in path and not path.startswith("__clobbers__/")
    return is_plain and is_in_place and path.endswith(".py")


def _uncompiled(staging: Path, meta: _Meta) -> list[str]:
    """Return the source paths of a package of which no compiled file is there and recorded."""
    compiled: set[str] = set()
    for entry in meta.entries:
        path = str(entry.get("_path", ""))
        if entry.get("path_type") == "pyc_file" and (staging / path).exists():
            folder, _, name = path.rpartition("/__pycache__/")
            compiled.add(f"{folder}/{name.split('.', 1)[0]}.py")
    sources = [str(entry["_path"]) for entry in meta.entries if _is_source(entry)]
    return [path for path in sources if path not in compiled]


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0


def _add_compiled(meta: _Meta, compiled: Mapping[str, str]) -> None:
    """Record compiled files as conda does: by path and type, without size or hash."""
    if meta.document.get("noarch") != "python":
        return
    files: list[str] = meta.document.setdefault("files", [])
    known = {str(entry.get("_path")) for entry in meta.entries}
    for path in [str(entry["_path"]) for entry in meta.entries if _is_source(entry)]:
        target = compiled.get(path)
        if target is not None and target not in known:
            meta.entries.append({"_path": target, "path_type": "pyc_file"})
            known.add(target)
    listed = set(files)
    files.extend(
        str(entry["_path"])
        for entry in meta.entries
        if entry.get("path_type") == "pyc_file" and entry["_path"] not in listed
    )


def _hash_as_it_is(staging: Path, entry: dict[str, Any]) -> None:
    """Put the hash of the file as it is in the prefix into `entry`.

    conda keeps none for links and compiled files. A file that was linked unchanged has the hash
    of the package, if it has its size.
    """
    path = f"{staging}/{entry.get('_path', '')}"
    kind = entry.get("path_type")
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        entry.pop("sha256_in_prefix", None)
        return
    if kind in ("softlink", "directory", "pyc_file") or stat.S_ISLNK(found.st_mode):
        entry.pop("sha256_in_prefix", None)
        return
    packaged = entry.get("sha256")
    is_linked = kind == "hardlink" and "prefix_placeholder" not in entry
    is_unchanged = entry.get("sha256_in_prefix", packaged) == packaged
    if packaged and is_linked and is_unchanged and entry.get("size_in_bytes") == found.st_size:
        entry["sha256_in_prefix"] = packaged
        return
    with open(path, "rb") as stream:  # noqa: PTH123 - a text is at hand
        entry["sha256_in_prefix"] = hashlib.file_digest(stream, "sha256").hexdigest()


def _write(meta: _Meta) -> None:
    """Write the record as conda does, readable for whom the umask lets; only when it changed."""
    data = msgspec.json.format(msgspec.json.encode(meta.document, order="sorted"), indent=2)
    if data == meta.before and meta.path.stat().st_mode & 0o044:
        return
    temporary = meta.path.with_name(f".{meta.path.name}.{secrets.token_hex(4)}")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(temporary, flags, _MODE), "wb") as stream:
            stream.write(data)
        temporary.replace(meta.path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
