"""List what is inside the application, as CycloneDX JSON (CycloneDX 1.5, JSON reference)."""

from __future__ import annotations

import hashlib
import json
import platform
import re
import time
import uuid
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

from engine.version import __version__
from release.payload import distributions, licence_of
from release.places import SOURCE, source_time, system_name

_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_NAMESPACE: Final = uuid.UUID("8d3f53a6-9f27-5c1a-9f0e-5f2a8c1f8a10")

Json = dict[str, object]


def bill_of_materials(payload: Path) -> bytes:
    """Return the bill for the frozen application in `payload`.

    It names the locked Python distributions with the hashes that were allowed for them, what those
    say of their own contents (PEP 770), the interpreter, and every file that came with none of
    them. The same input gives the same bytes.
    """
    locked = locked_hashes()
    components: list[Json] = [
        {
            "type": "platform",
            "bom-ref": "python",
            "name": "CPython",
            "version": platform.python_version(),
            "licenses": [{"expression": "Python-2.0"}],
            "purl": f"pkg:generic/python@{platform.python_version()}",
        }
    ]
    for name in distributions():
        found = distribution(name)
        purl = f"pkg:pypi/{name}@{found.version}"
        component: Json = {
            "type": "library",
            "bom-ref": purl,
            "name": name,
            "version": found.version,
            "purl": purl,
            "licenses": [{"license": {"name": licence_of(found)}}],
            "properties": [
                {"name": "envdesk:allowed-sha256", "value": each} for each in locked.get(name, ())
            ],
        }
        components.append(component)
        components += _inner(name)
    components += _files(payload)
    # Several distributions have the same crate inside.
    components = list({str(each["bom-ref"]): each for each in reversed(components)}.values())[::-1]
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(source_time()))
    document: Json = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "serialNumber": uuid.uuid5(_NAMESPACE, f"{__version__} {system_name()} {moment}").urn,
        "metadata": {
            "timestamp": moment,
            "component": {
                "type": "application",
                "bom-ref": "envdesk",
                "name": "envdesk",
                "version": __version__,
                "licenses": [{"license": {"id": "BSD-3-Clause"}}],
            },
        },
        "components": components,
        "dependencies": [
            {"ref": "envdesk", "dependsOn": sorted({str(each["bom-ref"]) for each in components})}
        ],
    }
    return json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n"


def locked_hashes() -> dict[str, tuple[str, ...]]:
    """Return the hashes in requirements/app.txt by the name of the distribution."""
    text = (SOURCE / "requirements" / "app.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        name, separator, _ = line.partition("==")
        if separator:
            found[name.strip()] = tuple(_HASH.findall(line))
    return found


def _inner(name: str) -> Iterator[Json]:
    """Yield the components that a distribution lists in its own bills."""
    for file in distribution(name).files or ():
        if file.parent.name == "sboms" and file.name.endswith(".json"):
            listed = json.loads(file.read_binary())
            for each in listed.get("components", ()):
                kept = {
                    key: each[key] for key in ("type", "name", "version", "purl") if key in each
                }
                reference = kept.get("purl") or f"{name}/{kept['name']}@{kept.get('version', '')}"
                expression = [entry for entry in each.get("licenses", ()) if "expression" in entry]
                yield {**kept, "bom-ref": str(reference), "licenses": expression[:1]}


def _files(payload: Path) -> Iterator[Json]:
    """Yield the libraries that were taken from the system that built the application."""
    inside = payload / "_internal"
    for file in sorted(inside.iterdir()) if inside.is_dir() else ():
        if file.is_file() and not file.is_symlink() and file.suffix != ".zip":
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            yield {
                "type": "file",
                "bom-ref": f"file:{file.name}",
                "name": file.name,
                "hashes": [{"alg": "SHA-256", "content": digest}],
            }
