"""Write the files by which conda, pip and uv say what they installed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SITE_PACKAGES = "lib/python3.12/site-packages"


def write_conda_record(
    prefix: Path,
    name: str,
    version: str = "1.0",
    build: str = "0",
    *,
    files: Mapping[str, bytes] | None = None,
    **fields: Any,
) -> Path:
    """Write a conda-meta record and the `files` it owns; return the record's path."""
    paths: list[dict[str, object]] = []
    for path, content in (files or {}).items():
        target = prefix / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        paths.append(
            {
                "_path": path,
                "path_type": "hardlink",
                "sha256": digest,
                "sha256_in_prefix": digest,
                "size_in_bytes": len(content),
            }
        )
    record: dict[str, object] = {
        "name": name,
        "version": version,
        "build": build,
        "build_number": 0,
        "subdir": "linux-64",
        "fn": f"{name}-{version}-{build}.conda",
        "channel": "https://conda.anaconda.org/conda-forge/linux-64",
        "url": f"https://conda.anaconda.org/conda-forge/linux-64/{name}-{version}-{build}.conda",
        "depends": [],
        "constrains": [],
        "files": list(files or {}),
        "paths_data": {"paths": paths, "paths_version": 1},
        **fields,
    }
    path = prefix / "conda-meta" / f"{name}-{version}-{build}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=2), encoding="utf-8")
    return path


def dist_info(
    name: str,
    version: str = "1.0",
    *,
    installer: str = "pip",
    headers: tuple[str, ...] = (),
    extra: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:
    """Return the files of a dist-info folder, by their paths in site-packages."""
    folder = f"{name}-{version}.dist-info"
    lines = ("Metadata-Version: 2.3", f"Name: {name}", f"Version: {version}", *headers)
    files = {
        f"{name}/__init__.py": b"VALUE = 1\n",
        f"{folder}/METADATA": ("\n".join(lines) + "\n\nLong words.\n").encode(),
        f"{folder}/INSTALLER": f"{installer}\n".encode(),
        **{f"{folder}/{inner}": content for inner, content in (extra or {}).items()},
    }
    record = "".join(
        f"{path},sha256={hashlib.sha256(content).hexdigest()},{len(content)}\n"
        for path, content in files.items()
    )
    return {**files, f"{folder}/RECORD": f"{record}{folder}/RECORD,,\n".encode()}


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write `files` below `folder`."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def in_site_packages(files: Mapping[str, bytes], site: str = SITE_PACKAGES) -> dict[str, bytes]:
    """Return `files` with paths relative to the prefix, as a conda record lists them."""
    return {f"{site}/{path}": content for path, content in files.items()}
