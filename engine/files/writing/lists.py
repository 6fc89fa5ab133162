"""Write lists: requirements.txt (pip docs) and lists of addresses (CEP 23)."""

from __future__ import annotations

from engine.files.headings import headed
from engine.files.values import Remark
from engine.files.writing.contents import Contents, missing


def requirements(contents: Contents) -> tuple[str, tuple[Remark, ...]]:
    """Return every Python package by its name on PyPI, and what has none."""
    named = {name: version for name, version, _ in contents.distributions}
    named |= {each.name: each.version for each in contents.pypi}
    owners = {conda for _, _, conda in contents.distributions}
    others = [each.record.name for each in contents.conda if each.record.name not in owners]
    lines = [f"{name}=={version}" for name, version in sorted(named.items())]
    text = "\n".join(lines) + "\n" if lines else ""
    return headed(text, contents.name), tuple(
        missing(name, "PyPI has no package for it") for name in others
    )


def explicit(contents: Contents) -> tuple[str, tuple[Remark, ...]]:
    """Return the addresses of all archives with their checksums.

    PyPI packages stand in comments, as conda-lock renders them; other programs pass them over.
    """
    lines = [f"# platform: {contents.subdir}", "@EXPLICIT"]
    left: list[Remark] = []
    for each in contents.conda:
        checksum = each.md5 or (f"sha256:{each.sha256}" if each.sha256 else "")
        if each.record.url:
            lines.append(f"{each.record.url}#{checksum}" if checksum else each.record.url)
        else:
            left.append(missing(each.record.name, "nobody knows where it came from"))
    lines += [
        f"# pip {file.name} @ {file.url}#sha256={file.sha256}"
        for file in contents.files
        if file.sha256
    ]
    return headed("\n".join(lines) + "\n", contents.name), (*left, *without_files(contents))


def without_files(contents: Contents) -> tuple[Remark, ...]:
    """Return a remark for each PyPI package of which no index has the file."""
    known = {file.name for file in contents.files}
    return tuple(
        missing(each.name, "the index does not offer this version here")
        for each in contents.pypi
        if each.name not in known
    )
