"""Write locks: conda-lock.yml (conda-lock docs, version 1) and pixi.lock (rattler_lock, 6)."""

from __future__ import annotations

import hashlib
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from engine.conda.addresses import base_url
from engine.files.headings import headed
from engine.files.values import Remark
from engine.files.writing.contents import CondaEntry, Contents, missing
from engine.files.writing.lists import without_files

_Tree = dict[str, object]


def conda_lock(contents: Contents) -> tuple[str, tuple[Remark, ...]]:
    """Return the lock for this computer's system alone."""
    known, left = _known(contents)
    packages: list[_Tree] = [
        {
            "name": each.record.name,
            "version": each.record.version,
            "manager": "conda",
            "platform": contents.subdir,
            "dependencies": _dependencies(each.record.depends),
            "url": each.record.url,
            "hash": {k: v for k, v in (("md5", each.md5), ("sha256", each.sha256)) if v},
            "category": "main",
            "optional": False,
        }
        for each in known
    ]
    released: list[_Tree] = [
        {
            "name": file.name,
            "version": file.version,
            "manager": "pip",
            "platform": contents.subdir,
            "dependencies": {},
            "url": file.url,
            "hash": {"sha256": file.sha256},
            "category": "main",
            "optional": False,
        }
        for file in contents.files
    ]
    wishes = "\n".join(spec for each in contents.conda for spec in each.record.requested)
    document: _Tree = {
        "version": 1,
        "metadata": {
            "content_hash": {contents.subdir: hashlib.sha256(wishes.encode()).hexdigest()},
            "channels": [{"url": url, "used_env_vars": []} for url in contents.channels],
            "platforms": [contents.subdir],
            "sources": ["environment.yml"],
        },
        "package": [*packages, *released],
    }
    return headed(_dumped(document), contents.name), left


def pixi_lock(contents: Contents) -> tuple[str, tuple[Remark, ...]]:
    """Return the lock of one environment, `default`, for this computer's system alone."""
    known, left = _known(contents)
    urls = dict.fromkeys(base_url(each.record.url.rpartition("/")[0]) for each in known)
    environment: _Tree = {
        "channels": [{"url": f"{url}/"} for url in urls],
        "packages": {
            contents.subdir: [
                *({"conda": each.record.url} for each in known),
                *({"pypi": file.url} for file in contents.files),
            ]
        },
    }
    packages: list[_Tree] = [_pixi_conda(each) for each in known]
    released: list[_Tree] = [
        {
            "pypi": file.url,
            "name": file.name,
            "version": file.version,
            "sha256": file.sha256,
            "requires_dist": list(file.requires),
        }
        for file in contents.files
    ]
    document: _Tree = {
        "version": 6,
        "environments": {"default": environment},
        "packages": [*packages, *released],
    }
    return headed(_dumped(document), contents.name), left


def _pixi_conda(each: CondaEntry) -> _Tree:
    record = each.record
    found: _Tree = {"conda": record.url}
    if record.noarch:
        found["noarch"] = record.noarch
    optional: _Tree = {
        "sha256": each.sha256,
        "md5": each.md5,
        "depends": list(record.depends),
        "constrains": list(each.constrains),
        "license": record.license,
        "size": each.size,
        "timestamp": each.timestamp,
    }
    return found | {key: value for key, value in optional.items() if value}


def _known(contents: Contents) -> tuple[tuple[CondaEntry, ...], tuple[Remark, ...]]:
    known = tuple(each for each in contents.conda if each.record.url)
    lost = (each.record.name for each in contents.conda if not each.record.url)
    left = (missing(name, "nobody knows where it came from") for name in lost)
    return known, (*left, *without_files(contents))


def _dependencies(depends: tuple[str, ...]) -> dict[str, str]:
    pairs = (spec.partition(" ") for spec in depends)
    return {name: rest for name, _, rest in pairs}


def _dumped(document: _Tree) -> str:
    yaml: Any = YAML(typ="rt")
    yaml.width = 4096
    yaml.default_flow_style = False
    stream = StringIO()
    yaml.dump(document, stream)
    return stream.getvalue()
