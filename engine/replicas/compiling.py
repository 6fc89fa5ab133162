"""Compile the Python files of a copy whose compiled ones could not come along."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.events import Phase, ProgressUnit
from engine.replicas.metering import Meter
from engine.replicas.values import ReplicaResult
from engine.transactions.reporting import Report

TIMEOUT: Final = 900.0  # seconds for all files together
_PROCESSES: Final = 2
_WORTH_A_PROCESS: Final = 40
_SCRIPT: Final = """\
import os, py_compile, sys
lines = sys.stdin.buffer.read().split(b"\\0")
staging, final = lines[0], lines[1]
for path in lines[2:]:
    source = os.path.join(staging, path)
    try:
        py_compile.compile(os.fsdecode(source), dfile=os.fsdecode(os.path.join(final, path)),
                           doraise=True)
        problem = b""
    except Exception as error:
        problem = repr(error).encode("ascii", "backslashreplace")
    sys.stdout.buffer.write(path + b"\\0" + problem.replace(b"\\n", b" ") + b"\\n")
    sys.stdout.buffer.flush()
"""


def interpreter_in(prefix: Path, platform: str = sys.platform) -> Path | None:
    """Return the Python of the environment at `prefix`, or None when it has none."""
    names = ("python.exe",) if platform == "win32" else ("bin/python", "bin/python3")
    return next((prefix / name for name in names if (prefix / name).is_file()), None)


def compile_missing(
    staging: Path,
    final: Path,
    result: ReplicaResult,
    report: Report,
    interpreter: Path | None = None,
) -> int:
    """Compile what `result` says; return how many files were.

    The Python in `staging` does it, unless another `interpreter` shall. `final` is recorded as
    the place of the sources. Failures are logged and cost nothing but speed at the first start.
    Blocks; uses two processes when there is much to do.
    """
    sources = [path for path in result.to_compile if "\n" not in path]
    python = interpreter or interpreter_in(staging)
    if not sources or python is None:
        return 0
    meter = Meter(report, Phase.COMPILING, ProgressUnit.FILES, len(sources))
    count = min(_PROCESSES, os.cpu_count() or 1, 1 + len(sources) // _WORTH_A_PROCESS)
    compiler = _Compiler(python, staging, final, meter, report)
    with ThreadPoolExecutor(count) as pool:
        done = sum(pool.map(compiler.compile, [sources[index::count] for index in range(count)]))
    meter.finish()
    return done


@dataclass(frozen=True, slots=True)
class _Compiler:
    python: Path
    staging: Path
    final: Path
    meter: Meter
    report: Report

    def compile(self, sources: Sequence[str]) -> int:
        lines = [os.fsencode(text) for text in (self.staging, self.final, *sources)]
        try:
            process = subprocess.Popen(
                [self.python, "-I", "-S", "-B", "-c", _SCRIPT],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self.staging,
            )
        except OSError as error:
            self.report.log(f"Python files stay uncompiled: {error}")
            return 0
        watchdog = threading.Timer(TIMEOUT, process.kill)
        watchdog.start()
        try:
            return self._read_along(process, b"\0".join(lines))
        finally:
            watchdog.cancel()
            process.kill()
            process.wait()

    def _read_along(self, process: subprocess.Popen[bytes], document: bytes) -> int:
        assert process.stdin is not None
        assert process.stdout is not None
        compiled = 0
        with process.stdout:
            try:
                with process.stdin:
                    process.stdin.write(document)
            except OSError:
                compiled = 0  # it ended at once; its exit code is looked at below
            for line in process.stdout:
                name, _, problem = line.rstrip(b"\n").partition(b"\0")
                path = os.fsdecode(name)
                self.meter.add(1, path)
                if problem:
                    self.report.log(f"Stays uncompiled: {path} ({problem.decode()})")
                else:
                    compiled += 1
        if process.wait():
            self.report.log(
                "Some files stay uncompiled: the Python of the environment does not run."
            )
        return compiled
