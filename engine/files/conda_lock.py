"""Read conda-lock.yml (conda-lock docs, "Unified lockfile"; its models of version 1)."""

from __future__ import annotations

from typing import Final

from engine.files.decoding import decode_text
from engine.files.gathering import Gathering, Source
from engine.files.lock_entries import check_platforms, conda_address, remark_hash
from engine.files.requirement_specs import host_of
from engine.files.requirements import check_count, note_encoding
from engine.files.values import ConsentCode, Locked, Place, RemarkCode, WantedKind
from engine.files.yaml_blocks import read_lock_yaml
from engine.files.yaml_nodes import Mapping, Node, Scalar, malformed

_NEWEST: Final = 1
_MAIN: Final = ("", "main")


def read_conda_lock(source: Source, found: Gathering) -> None:
    """Add the packages that the lock `source` holds, for all systems; raises EngineError."""
    text, guessed = decode_text(source.data)
    note_encoding(guessed, source.label, found)
    root = read_lock_yaml(text)
    if not isinstance(root, Mapping):
        raise malformed("lock of conda-lock", "It is no list of names and values.", 0)
    version = root.text("version")
    if version.isdigit() and int(version) > _NEWEST:
        summary = "The file is of a newer kind than Envdesk knows; something may be missing."
        place = Place(source.label, _line(root, "version"))
        found.remark(RemarkCode.FORMAT_NEWER, place, summary, version=version)
    metadata = root.mapping("metadata")
    for channel in metadata.items("channels"):
        name = channel.text("url") if isinstance(channel, Mapping) else _text(channel)
        if name:
            found.channels.append(name)
    found.platforms.extend(text for node in metadata.items("platforms") if (text := _text(node)))
    for node in root.items("package"):
        _package(node, source, found)
        check_count(found, source.path)
    if not found.platforms:
        found.platforms.extend(each for locked in found.locked for each in locked.platforms)
    check_platforms(source, found, _line(metadata, "platforms"))


def _line(mapping: Mapping, key: str) -> int:
    return next((name.line for name, _ in mapping.pairs if name.text == key), 0)


def _text(node: Node) -> str:
    return node.text if isinstance(node, Scalar) and not node.is_nothing else ""


def _package(node: Node, source: Source, found: Gathering) -> None:
    place = Place(source.label, node.line)
    if not isinstance(node, Mapping) or not node.text("url") or not node.text("name"):
        summary = "A package with its name and address is expected here."
        found.remark(RemarkCode.LINE_INVALID, place, summary)
        return
    name, url = node.text("name"), node.text("url")
    hashes = node.mapping("hash")
    platform = node.text("platform")
    md5, sha256 = hashes.text("md5").lower(), hashes.text("sha256").lower()
    is_pip = node.text("manager") == "pip"
    address = None if is_pip else conda_address(url)
    if not is_pip and address is None:
        summary = "This is not the address of a conda package."
        found.remark(RemarkCode.LINE_INVALID, place, summary, line=url)
        return
    if not (md5 or sha256):
        remark_hash(name, place, found)
    if is_pip and not url.partition("#")[0].lower().endswith(".whl"):
        if "+" in url.partition(":")[0]:
            found.consent(ConsentCode.URL, place, f"{name}: {url}", host_of(url))
        found.consent(ConsentCode.RUNS_CODE, place, f"{name}: {url}", host_of(url))
    for group in _groups(node):
        if group:
            found.groups.append(group)
        found.locked.append(
            Locked(
                kind=WantedKind.PIP if is_pip else WantedKind.CONDA,
                name=name,
                version=node.text("version"),
                url=url,
                place=place,
                build=address.build if address is not None else "",
                channel=address.channel if address is not None else "",
                md5=md5,
                sha256=sha256,
                platforms=(platform,) if platform else (),
                group=group,
            )
        )


def _groups(node: Mapping) -> tuple[str, ...]:
    """Return the categories of a package; what is in the main one is in no other."""
    named = [_text(each) for key in ("categories", "groups") for each in node.items(key)]
    names = named or [node.text("category")]
    return ("",) if any(name in _MAIN for name in names) else tuple(dict.fromkeys(names))
