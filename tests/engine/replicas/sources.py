"""Environments on disk with a package cache behind them, as conda and rattler leave them."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.events import Progress

PLACEHOLDER = "/opt/build/" + "placehold_" * 20
PYTHON = "3.12"
SITE = f"lib/python{PYTHON}/site-packages"
PROGRAM = b"\x7fELF\2\1" + bytes(10) + f"{PLACEHOLDER}/lib:{PLACEHOLDER}/lib64\0end\0".encode()


@dataclass(frozen=True, slots=True)
class Packed:
    """Describe one file of a package: its content, and how the prefix is put into it."""

    data: bytes
    has_prefix: bool = False
    is_binary: bool = False
    mode: int = 0o644


class Watcher:
    """Keep what a step tells; `on_log` is called with each line."""

    def __init__(self) -> None:
        self.steps: list[Progress] = []
        self.lines: list[str] = []
        self.on_log = self.lines.append

    def progress(self, progress: Progress) -> None:
        self.steps.append(progress)

    def log(self, line: str) -> None:
        self.on_log(line)

    def settle_down(self) -> None:
        raise AssertionError


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def with_prefix(data: bytes, prefix: str, *, is_binary: bool) -> bytes:
    """Put `prefix` in the place of the placeholder as conda does (conda.core.portability)."""
    old, new = PLACEHOLDER.encode(), os.fsencode(prefix)
    if not is_binary:
        return data.replace(old, new)

    def padded(match: re.Match[bytes]) -> bytes:
        padding = (len(old) - len(new)) * match[0].count(old)
        return match[0].replace(old, new) + b"\0" * padding

    return re.sub(re.escape(old) + rb"[^\0]*(?=\0|\Z)", padded, data)


@dataclass(frozen=True, slots=True)
class Source:
    """Build an environment at `prefix` from packages unpacked in `pkgs`."""

    prefix: Path
    pkgs: Path

    def package(
        self,
        name: str,
        files: Mapping[str, Packed | bytes],
        *,
        noarch_python: bool = False,
        form: str = "conda",
        how: str = "link",
        made: Mapping[str, bytes] | None = None,
    ) -> Path:
        """Unpack and link a package; returns its record. `made` are its entry points.

        `files` are keyed by path in the package; `how` is `link` or `copy`.
        """
        spelled = f"{name}-1.0-0"
        unpacked = self.pkgs / spelled
        (unpacked / "info").mkdir(parents=True)
        (unpacked / "info" / "index.json").write_text("{}")
        entries: list[dict[str, object]] = []
        reals: list[str] = []
        for path, content in files.items():
            packed = content if isinstance(content, Packed) else Packed(content)
            real = self._real(path) if noarch_python else path
            entries.append(self._place(unpacked / path, real, packed, how))
            entries[-1]["_path"] = real if form == "rattler" else path
            reals.append(real)
        for path, data in (made or {}).items():
            write(self.prefix / path, data, 0o755)
            entry: dict[str, object] = {"_path": path, "path_type": "unix_python_entry_point"}
            entries.append({**entry, "sha256": sha256(data), "size_in_bytes": len(data)})
            reals.append(path)
        record = {
            "name": name,
            "version": "1.0",
            "build": "0",
            "build_number": 0,
            "channel": "https://conda.anaconda.org/conda-forge/noarch",
            "subdir": "noarch",
            "depends": [],
            "noarch": "python" if noarch_python else None,
            "files": reals,
            "paths_data": {"paths": entries, "paths_version": 1},
            "link": {"source": str(unpacked), "type": 1},
            "extracted_package_dir": str(unpacked),
            "requested_spec": name,
            "url": f"https://conda.anaconda.org/conda-forge/noarch/{spelled}.conda",
            "x-unknown": {"ключ": [1, None]},
        }
        target = self.prefix / "conda-meta" / f"{spelled}.json"
        write(target, json.dumps(record, indent=2, ensure_ascii=False).encode())
        return target

    def _place(self, cached: Path, real: str, packed: Packed, how: str) -> dict[str, object]:
        write(cached, packed.data, packed.mode)
        target = self.prefix / real
        target.parent.mkdir(parents=True, exist_ok=True)
        entry: dict[str, object] = {
            "path_type": "hardlink",
            "sha256": sha256(packed.data),
            "size_in_bytes": len(packed.data),
        }
        if packed.has_prefix:
            data = with_prefix(packed.data, str(self.prefix), is_binary=packed.is_binary)
            write(target, data, packed.mode)
            entry["prefix_placeholder"] = PLACEHOLDER
            entry["file_mode"] = "binary" if packed.is_binary else "text"
            entry["sha256_in_prefix"] = sha256(data)
        else:
            if how == "link":
                os.link(cached, target)
            else:
                write(target, packed.data, packed.mode)
            entry["sha256_in_prefix"] = sha256(packed.data)
        return entry

    @staticmethod
    def _real(path: str) -> str:
        if path.startswith("site-packages/"):
            return f"lib/python{PYTHON}/{path}"
        return path.replace("python-scripts/", "bin/", 1)


def new_source(root: Path, name: str = "source") -> Source:
    """Return an empty environment below `root/envs`, with a history and a cache `root/pkgs`."""
    source = Source(root / "envs" / name, root / "pkgs")
    write(source.prefix / "conda-meta" / "history", b"==> 2026-01-02 03:04:05 <==\n")
    return source


def write(path: Path, data: bytes, mode: int = 0o644) -> Path:
    """Write a file with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(mode)
    return path


def picture(root: Path) -> dict[str, tuple[object, ...]]:
    """Return everything about the tree at `root` that a copy of it must not have changed."""
    found: dict[str, tuple[object, ...]] = {}
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(folder, name)
            status = path.lstat()
            content: object = None
            if path.is_symlink():
                content = path.readlink()
            elif path.is_file():
                content = sha256(path.read_bytes())
            mode, time, inode = status.st_mode, status.st_mtime_ns, status.st_ino
            found[str(path.relative_to(root))] = (content, mode, time, inode)
    return found


def install_from_pypi(prefix: Path, name: str) -> Path:
    """Put a distribution in place as pip does, RECORD included."""
    info = prefix / SITE / f"{name}-1.0.dist-info"
    files = {
        f"{name}/__init__.py": b"x = 1\n",
        f"{info.name}/INSTALLER": b"pip\n",
        f"{info.name}/METADATA": f"Name: {name}\nVersion: 1.0\n".encode(),
        f"{info.name}/direct_url.json": f'{{"url": "file://{prefix}/src/{name}"}}'.encode(),
        f"../../../bin/{name}": f"#!{prefix}/bin/python\nimport {name}\n".encode(),
        f"../../../share/{name}, odd.txt": f"at {prefix}\n".encode(),
    }
    rows: list[tuple[str, str, str]] = []
    for path, data in files.items():
        write(Path(os.path.normpath(prefix / SITE / path)), data)
        digest = base64.urlsafe_b64encode(bytes.fromhex(sha256(data))).rstrip(b"=").decode()
        rows.append((path, f"sha256={digest}", str(len(data))))
    rows.append((f"{info.name}/RECORD", "", ""))
    with (info / "RECORD").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\r\n").writerows(rows)
    return info
