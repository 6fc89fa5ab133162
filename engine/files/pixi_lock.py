"""Read pixi.lock, versions 4 to 7 (rattler's crate rattler_lock, its format description)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from engine.files.decoding import decode_text
from engine.files.gathering import Gathering, Source
from engine.files.lock_entries import absolute, check_platforms, conda_address, remark_hash
from engine.files.requirement_indexes import note_index_option
from engine.files.requirement_specs import host_of, name_of_archive
from engine.files.requirements import check_count, note_encoding
from engine.files.values import ConsentCode, Locked, Place, RemarkCode, WantedKind
from engine.files.yaml_blocks import read_lock_yaml
from engine.files.yaml_nodes import Mapping, Node, Scalar, malformed

_OLDEST: Final = 4
_NEWEST: Final = 7
_DEFAULT: Final = "default"
_USUAL_INDEX: Final = "https://pypi.org/simple"


def read_pixi_lock(source: Source, found: Gathering) -> None:
    """Add the packages of every environment in the lock `source`; raises EngineError."""
    text, guessed = decode_text(source.data)
    note_encoding(guessed, source.label, found)
    root = read_lock_yaml(text)
    if not isinstance(root, Mapping):
        raise malformed("pixi.lock", "It is no list of names and values.", 0)
    _check_version(root, source, found)
    reader = _Reader(root, source, found)
    environments = root.mapping("environments")
    names = [name.text for name, _ in environments.pairs]
    is_plain = names in ([], [_DEFAULT])
    if not is_plain:
        found.environments.extend(sorted(names, key=lambda name: name != _DEFAULT))
    for name, value in environments.pairs:
        if isinstance(value, Mapping):
            reader.environment("" if is_plain else name.text, value)
    check_platforms(source, found)


def _check_version(root: Mapping, source: Source, found: Gathering) -> None:
    version = root.text("version")
    place = Place(source.label, root.line)
    if version.isdigit() and int(version) > _NEWEST:
        summary = "The file is of a newer kind than Envdesk knows; something may be missing."
        found.remark(RemarkCode.FORMAT_NEWER, place, summary, version=version)
    elif not version.isdigit() or int(version) < _OLDEST:
        summary = "The file is of an old kind; let pixi write it anew."
        found.remark(RemarkCode.NOT_SUPPORTED, place, summary, version=version)


@dataclass(slots=True)
class _Entry:
    locked: Locked
    platforms: list[str]


class _Reader:
    def __init__(self, root: Mapping, source: Source, found: Gathering) -> None:
        self._source = source
        self._found = found
        self._packages: dict[str, Mapping] = {}
        self._told: set[tuple[str, str]] = set()
        for node in root.items("packages"):
            if isinstance(node, Mapping):
                for key in ("conda", "pypi", "url", "path"):
                    if address := node.text(key):
                        self._packages.setdefault(address, node)
        self._subdirs = {
            node.text("name"): node.text("subdir") or node.text("name")
            for node in root.items("platforms")
            if isinstance(node, Mapping)
        }

    def environment(self, group: str, value: Mapping) -> None:
        for channel in value.items("channels"):
            if isinstance(channel, Mapping) and (url := channel.text("url")):
                self._found.channels.append(url)
        for index in value.items("indexes"):
            self._index(index)
        entries: dict[str, _Entry] = {}
        for platform, nodes in value.mapping("packages").pairs:
            subdir = self._subdirs.get(platform.text, platform.text)
            self._found.platforms.append(subdir)
            for node in nodes.items if not isinstance(nodes, Scalar | Mapping) else ():
                self._reference(node, group, subdir, entries)
                check_count(self._found, self._source.path)
        for entry in entries.values():
            locked = entry.locked
            self._found.locked.append(
                Locked(
                    kind=locked.kind,
                    name=locked.name,
                    version=locked.version,
                    url=locked.url,
                    place=locked.place,
                    build=locked.build,
                    channel=locked.channel,
                    md5=locked.md5,
                    sha256=locked.sha256,
                    size=locked.size,
                    platforms=tuple(dict.fromkeys(entry.platforms)),
                    group=group,
                )
            )

    def _index(self, node: Node) -> None:
        url = node.text if isinstance(node, Scalar) else ""
        if not url or url.rstrip("/") == _USUAL_INDEX or not self._is_new("index", url):
            return
        name = "extra-index-url" if self._found.index.index_url else "index-url"
        place = Place(self._source.label, node.line)
        note_index_option(name, url, f"indexes: {url}", place, self._found, folder=None)

    def _is_new(self, what: str, value: str) -> bool:
        if (what, value) in self._told:
            return False
        self._told.add((what, value))
        return True

    def _reference(self, node: Node, group: str, subdir: str, entries: dict[str, _Entry]) -> None:
        if not isinstance(node, Mapping) or not node.pairs:
            self._refuse(node, "A package with its address is expected here.", "")
            return
        kind, url = node.pairs[0][0].text, node.text(node.pairs[0][0].text)
        if url in entries:
            entries[url].platforms.append(subdir)
            return
        details = self._packages.get(url, node)
        if kind == "conda":
            locked = self._conda(url, details, group)
        elif kind == "pypi":
            locked = self._pypi(url, details, group)
        else:
            self._refuse(node, f"Packages of the kind {kind} are not supported.", url)
            return
        if locked is not None:
            entries[url] = _Entry(locked, [subdir])

    def _refuse(self, node: Node, summary: str, line: str) -> None:
        place = Place(self._source.label, node.line)
        if self._is_new(summary, line):
            self._found.remark(RemarkCode.NOT_SUPPORTED, place, summary, line=line)

    def _conda(self, url: str, details: Mapping, group: str) -> Locked | None:
        address = conda_address(url)
        if address is None:
            self._refuse(details, "A package that is built from its source is not supported.", url)
            return None
        place = Place(self._source.label, details.line)
        md5, sha256 = details.text("md5").lower(), details.text("sha256").lower()
        name = details.text("name") or address.name
        if not (md5 or sha256) and self._is_new("hash", url):
            remark_hash(name, place, self._found)
        size = details.text("size")
        return Locked(
            kind=WantedKind.CONDA,
            name=name,
            version=details.text("version") or address.version,
            url=address.url,
            place=place,
            build=details.text("build") or address.build,
            channel=address.channel,
            md5=md5,
            sha256=sha256,
            size=int(size) if size.isdecimal() and len(size) < 16 else None,
            group=group,
        )

    def _pypi(self, url: str, details: Mapping, group: str) -> Locked | None:
        place = Place(self._source.label, details.line)
        file_name = url.partition("#")[0].rpartition("/")[2]
        name = details.text("name") or name_of_archive(file_name)
        sha256 = details.text("sha256").lower()
        is_wheel = file_name.lower().endswith(".whl")
        is_local = re.match(r"(?:git\+|https?:|direct\+)", url) is None
        if not name:
            self._refuse(details, "A package of PyPI needs a name.", url)
            return None
        if self._is_new("consent", url):
            self._ask(f"{name}: {url}", url, place, is_local=is_local, is_wheel=is_wheel)
            if not sha256 and not is_local:
                remark_hash(name, place, self._found)
        return Locked(
            kind=WantedKind.PIP,
            name=name,
            version=details.text("version"),
            url=absolute(url, self._source) if is_local else url.removeprefix("direct+"),
            place=place,
            sha256=sha256,
            group=group,
        )

    def _ask(self, text: str, url: str, place: Place, *, is_local: bool, is_wheel: bool) -> None:
        if is_local:
            self._found.consent(ConsentCode.LOCAL_PATH, place, text, url)
        elif url.startswith(("git+", "direct+")):
            self._found.consent(ConsentCode.URL, place, text, host_of(url))
        if not is_wheel:
            target = url if is_local else host_of(url)
            self._found.consent(ConsentCode.RUNS_CODE, place, text, target)
