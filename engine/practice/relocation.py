"""Make the files of an installed CPython work below any prefix."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from engine.practice.archives import PackagedFile
from engine.practice.interpreter import ChosenFile, Interpreter, Layout, program_links

_ELF = b"\x7fELF"
_MACH_O = frozenset(
    {b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf"}
)
_FILES_PER_COMMAND = 64

# Debian's Python looks for packages in `dist-packages` and installs into `local`, unless it runs
# in a virtual environment; in a conda environment it must behave as if it did. Its `site` module
# is compiled into the program, so there only an addition helps.
_DEBIAN_FOLDER = b'"dist-packages"'
_DEBIAN_SCHEME = re.compile(rb"if sys\.base_prefix != sys\.prefix[^:\n]*:(?=\s*# virtual env)")
_USUAL_SITE = """import os
import site
import sys

site.addsitedir(os.path.join(sys.prefix, {folder!r}))
"""


@dataclass(frozen=True, slots=True)
class _Binary:
    path: str
    work_file: Path
    mode: int


def package_files(
    interpreter: Interpreter, chosen: Iterable[ChosenFile]
) -> tuple[PackagedFile, ...]:
    """Return the files of a `python` package that runs wherever it is linked.

    Programs and libraries lose their debug information where `strip` is at hand, and look for
    each other beside themselves. Reads and copies about 30 MB; blocks for about a second.
    """
    files: list[PackagedFile] = []
    with tempfile.TemporaryDirectory() as folder:
        binaries: list[_Binary] = []
        for file in chosen:
            mode = 0o755 if os.access(file.source, os.X_OK) else 0o644
            data = file.source.read_bytes()
            if data[:4] == _ELF or data[:4] in _MACH_O:
                work_file = Path(folder, str(len(binaries)))
                work_file.write_bytes(data)
                binaries.append(_Binary(file.path, work_file, mode))
            else:
                files.append(_text_file(interpreter, file.path, data, mode))
        files += _usual_site(interpreter, files)
        files += _binary_files(interpreter, binaries)
    by_path = {file.path: file for file in files}
    files += [
        PackagedFile(path, by_path[f"bin/{target}"].data, link_target=target)
        for path, target in program_links(interpreter)
    ]
    return tuple(sorted(files, key=lambda file: file.path))


def relative_library_paths(data: bytes, path: str, prefixes: Iterable[str]) -> bytes:
    """Return the ELF file `data` with its run path into a prefix replaced by a relative one.

    `path` is where the file lies below the prefix. A run path is a NUL-terminated string, and the
    relative one is shorter, so it fits in its place (ELF gABI, "Dynamic Section", DT_RUNPATH); one
    that would not fit is left alone.
    """
    up = _way_up(path)
    return _replace_strings(data, ((f"{prefix}/lib", f"$ORIGIN/{up}/lib") for prefix in prefixes))


def relative_install_name(data: bytes, path: str, libraries: Iterable[tuple[str, str]]) -> bytes:
    """Return the Mach-O file `data` with the path of the Python library made relative.

    `path` is where the file lies below the prefix; `libraries` are pairs of a prefix and the
    library's path below it. The result has to be signed again where programs must be signed.
    """
    up = _way_up(path)
    return _replace_strings(
        data,
        ((f"{prefix}/{library}", f"@loader_path/{up}/{library}") for prefix, library in libraries),
    )


def with_usual_folders(path: str, data: bytes) -> bytes:
    """Return a file of the standard library without a distribution's own installation folders."""
    name = PurePosixPath(path)
    if name.name == "sysconfig.py" or name.parts[-2:] == ("sysconfig", "__init__.py"):
        return _DEBIAN_SCHEME.sub(b"if True:", data)
    return data


def _usual_site(interpreter: Interpreter, files: list[PackagedFile]) -> list[PackagedFile]:
    """Return the module that makes a distribution's Python look into site-packages, if needed."""
    stdlib = interpreter.stdlib.relative_to(interpreter.base_prefix).as_posix()
    if not any(file.path == f"{stdlib}/site.py" and _DEBIAN_FOLDER in file.data for file in files):
        return []
    source = _USUAL_SITE.format(folder=interpreter.site_packages)
    return [PackagedFile(f"{stdlib}/sitecustomize.py", source.encode())]


def _text_file(interpreter: Interpreter, path: str, data: bytes, mode: int) -> PackagedFile:
    data = with_usual_folders(path, data)
    prefix = interpreter.base_prefix.as_posix()
    # Only the build configuration names the prefix on purpose; "/usr" is named everywhere.
    names_prefix = (
        interpreter.layout is not Layout.WINDOWS
        and PurePosixPath(path).name.startswith("_sysconfigdata")
        and len(interpreter.base_prefix.parts) > 2
        and prefix.encode() in data
    )
    return PackagedFile(path, data, mode, placeholder=prefix if names_prefix else "")


def _binary_files(interpreter: Interpreter, binaries: list[_Binary]) -> list[PackagedFile]:
    prefixes = tuple(
        dict.fromkeys(
            (interpreter.base_prefix.as_posix(), interpreter.base_prefix.resolve().as_posix())
        )
    )
    if interpreter.platform == "darwin":
        library = "Python" if interpreter.framework else f"lib/{interpreter.library}"
        for binary in binaries:
            data = binary.work_file.read_bytes()
            pairs = ((prefix, library) for prefix in prefixes)
            binary.work_file.write_bytes(relative_install_name(data, binary.path, pairs))
        _run_on_files(("codesign", "--force", "--sign", "-"), binaries)
        return [
            PackagedFile(binary.path, binary.work_file.read_bytes(), binary.mode)
            for binary in binaries
        ]
    if interpreter.layout is not Layout.WINDOWS:
        _run_on_files(("strip", "-g"), binaries)
    return [
        PackagedFile(
            binary.path,
            relative_library_paths(binary.work_file.read_bytes(), binary.path, prefixes),
            binary.mode,
        )
        for binary in binaries
    ]


def _way_up(path: str) -> str:
    return "/".join(".." for _ in PurePosixPath(path).parts[:-1]) or "."


def _replace_strings(data: bytes, pairs: Iterable[tuple[str, str]]) -> bytes:
    for old_text, new_text in pairs:
        old, new = old_text.encode() + b"\0", new_text.encode()
        if len(new) < len(old):
            data = data.replace(b"\0" + old, b"\0" + new.ljust(len(old), b"\0"))
    return data


def _run_on_files(command: tuple[str, ...], binaries: list[_Binary]) -> None:
    program = shutil.which(command[0])
    if program is None:
        return
    for start in range(0, len(binaries), _FILES_PER_COMMAND):
        batch = [str(binary.work_file) for binary in binaries[start : start + _FILES_PER_COMMAND]]
        # A file that cannot be stripped stays as it was, which serves as well.
        subprocess.run(
            [program, *command[1:], *batch],
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
