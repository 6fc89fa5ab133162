"""Bring the lists of hashes in a copy up to date: conda-meta and the RECORD files of PyPI packages.

A hash is changed only where it was true in the source, so that what was altered there still shows
in the copy.
"""

from __future__ import annotations

import base64
import csv
import io
import itertools
import json
import posixpath
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from engine.replicas.ownership import decode_record


@dataclass(frozen=True, slots=True)
class Rewritten:
    """Tell hashes (SHA-256, hexadecimal) and sizes of a file before and after its rewriting."""

    old_sha256: str
    new_sha256: str
    old_size: int
    new_size: int


def rewrite_conda_record(data: bytes, rewritten: Mapping[str, Rewritten]) -> bytes:
    """Return a conda-meta record with the hashes and sizes of rewritten files.

    `rewritten` is keyed by path in the prefix, with `/`. Everything else stays, unknown keys
    included; the same object comes back when nothing changes or when `data` is no record.
    """
    record = decode_record(data)
    if record is None:
        return data
    numbers = {
        index: rewritten[path]
        for index, (_, path, _) in enumerate(record.real_paths())
        if path in rewritten
    }
    if not numbers:
        return data
    document = json.loads(data)
    entries = cast("list[dict[str, object]]", document["paths_data"]["paths"])
    changed = False
    for index, change in numbers.items():
        changed |= _update(entries[index], change)
    if not changed:
        return data
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def _update(entry: dict[str, object], change: Rewritten) -> bool:
    keys = [key for key in ("sha256_in_prefix", "sha256") if entry.get(key) == change.old_sha256]
    for key in keys:
        entry[key] = change.new_sha256
    if keys and entry.get("size_in_bytes") == change.old_size:
        entry["size_in_bytes"] = change.new_size
    return bool(keys)


def rewrite_record_file(
    data: bytes, site_packages: str, rewritten: Mapping[str, Rewritten]
) -> bytes:
    """Return a RECORD file (PyPA, "Recording installed projects") with new hashes and sizes.

    `site_packages` is the folder, relative to the prefix and with `/`, that its paths start from.
    Lines of files that were not rewritten stay as they are, to the byte.
    """
    lines = data.decode("utf-8", "surrogateescape").splitlines(keepends=True)
    written = [_rewrite_line(line, site_packages, rewritten) for line in lines]
    return data if written == lines else "".join(written).encode("utf-8", "surrogateescape")


def _rewrite_line(line: str, site_packages: str, rewritten: Mapping[str, Rewritten]) -> str:
    bare = line.rstrip("\r\n")
    row: list[str] = []
    with suppress(csv.Error):
        row = [*itertools.chain.from_iterable(csv.reader([bare]))]
    if len(row) < 3 or not row[1].startswith("sha256="):
        return line
    path = posixpath.normpath(posixpath.join(site_packages, row[0].replace("\\", "/")))
    change = rewritten.get(path)
    if change is None or row[1].rstrip("=") != f"sha256={_urlsafe(change.old_sha256)}":
        return line
    row[1] = f"sha256={_urlsafe(change.new_sha256)}"
    row[2] = str(change.new_size) if row[2] else ""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(row)
    return buffer.getvalue() + line[len(bare) :]


def _urlsafe(sha256: str) -> str:
    return base64.urlsafe_b64encode(bytes.fromhex(sha256)).rstrip(b"=").decode()
