"""Check the files in `packaging/` against each other: what one says, the others must say too."""

from __future__ import annotations

import plistlib
import re
from collections.abc import Iterator, Set
from configparser import RawConfigParser
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from engine.version import __version__
from release.documents import DOCUMENT_TYPES, endings
from release.places import PACKAGING, SOURCE, changelog_has_version

_MIME: Final = "{http://www.freedesktop.org/standards/shared-mime-info}"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_CHINESE: Final = re.compile("[\u4e00-\u9fff]")
_BOM: Final = "\ufeff"
_PROGRAM: Final = re.compile(r'program\("([^"]+)"')
_REGISTERED: Final = re.compile(r'Classes\\\.(\w+)\\OpenWithProgids"(.*)')
_SUPPORTED: Final = re.compile(r'SupportedTypes".*ValueName: "\.(\w+)"')
_SENTENCE: Final = re.compile(r"^(en|zh)\.(\w+)=(.*)$", re.MULTILINE)
_USED: Final = re.compile(r"\{cm:(\w+)|CustomMessage\('(\w+)'\)")
_INPUT: Final = re.compile(
    r'(?:LicenseFile=|MessagesFile: "compiler:Default\.isl,|#include ")([^"\n]+)'
)
_PAYLOAD: Final = re.compile(r'Source: "\{#Source\}\\([^"]+)"')
_DEFINED: Final = re.compile(r'#define (\w+) "([^"]*)"')

_VERSION: Final = re.compile(rf"(?<![\d.]){re.escape(__version__)}(?![\d.])")
_CHECKED: Final = frozenset({".iss", ".spec", ".desktop", ".xml", ".plist", ".sh", ".isl"})


def problems(folder: Path = PACKAGING) -> tuple[str, ...]:
    """Return a sentence for everything in `folder` that does not fit; empty when all is well."""
    return tuple(
        problem
        for check in (_desktop, _mime, _metainfo, _plist, _setup, _sentences, _isl, _versions)
        for problem in check(folder)
    )


def _desktop(folder: Path) -> Iterator[str]:
    name = "envdesk.desktop"
    parser = RawConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]
    parser.read(folder / "linux" / name, encoding="utf-8")
    entry = dict(parser["Desktop Entry"])
    types = {each for each in entry.get("MimeType", "").split(";") if each}
    yield from _differ(name, "MIME types", types, {kind.mime for kind in DOCUMENT_TYPES})
    wanted = {"Exec": "envdesk %F", "Icon": "envdesk", "Terminal": "false"}
    for key, value in wanted.items():
        if entry.get(key) != value:
            yield f"{name}: {key} is {entry.get(key)!r}, not {value!r}."
    for key in ("Comment", "GenericName", "Keywords"):
        if not _CHINESE.search(entry.get(f"{key}[zh_CN]", "")):
            yield f"{name}: {key} has no Chinese translation."


def _mime(folder: Path) -> Iterator[str]:
    name = "envdesk-mime.xml"
    found: set[tuple[str, str, tuple[str, ...]]] = set()
    for each in ElementTree.parse(folder / "linux" / name).getroot():
        parent = each.find(f"{_MIME}sub-class-of")
        globs = tuple(glob.get("pattern", "") for glob in each.findall(f"{_MIME}glob"))
        kind = each.get("type", "")
        found.add((kind, "" if parent is None else parent.get("type", ""), globs))
        comments = {c.get(_LANG, "en"): c.text or "" for c in each.findall(f"{_MIME}comment")}
        if not _CHINESE.search(comments.get("zh_CN", "")):
            yield f"{name}: {kind} has no Chinese name."
        if comments.get("en") not in {kind.summary for kind in DOCUMENT_TYPES}:
            yield f"{name}: {kind} is called {comments.get('en')!r} nowhere else."
    wanted = {(kind.mime, kind.parent, kind.globs) for kind in DOCUMENT_TYPES}
    yield from _differ(name, "document types", found, wanted)


def _metainfo(folder: Path) -> Iterator[str]:
    name = "app.envdesk.Envdesk.metainfo.xml"
    root = ElementTree.parse(folder / "linux" / name).getroot()
    types = {each.text or "" for each in root.findall("provides/mediatype")}
    yield from _differ(name, "MIME types", types, {kind.mime for kind in DOCUMENT_TYPES})
    if root.findtext("launchable") != "envdesk.desktop":
        yield f"{name}: it launches another desktop entry."
    if root.findtext("id") != name.removesuffix(".metainfo.xml"):
        yield f"{name}: its id differs from its file name."
    release = root.find("releases/release")
    if release is None or release.get("version") != "@VERSION@":
        yield f"{name}: its version is not filled in from engine/version.py."
    for path in ("summary", "description/p"):
        if not any(each.get(_LANG) == "zh_CN" for each in root.findall(path)):
            yield f"{name}: {path} has no Chinese translation."


def _plist(folder: Path) -> Iterator[str]:
    name = "Info.plist"
    with (folder / "macos" / name).open("rb") as file:
        read = plistlib.load(file)
    found = {
        (each["CFBundleTypeName"], tuple(each["CFBundleTypeExtensions"]))
        for each in read["CFBundleDocumentTypes"]
    }
    wanted = {(kind.summary, kind.endings) for kind in DOCUMENT_TYPES}
    yield from _differ(name, "document types", found, wanted)
    if any(each["LSHandlerRank"] != "Alternate" for each in read["CFBundleDocumentTypes"]):
        yield f"{name}: it takes a default away from another program."
    metainfo = ElementTree.parse(folder / "linux" / "app.envdesk.Envdesk.metainfo.xml").getroot()
    if read["CFBundleIdentifier"] != metainfo.findtext("id"):
        yield f"{name}: its identifier is not the id of the AppStream metadata."
    if f'AppUserModelID: "{read["CFBundleIdentifier"]}"' not in _text(folder / "installer.iss"):
        yield "installer.iss: its AppUserModelID is not the identifier in Info.plist."
    if read["CFBundleExecutable"] not in _programs(folder):
        yield f"{name}: the spec makes no program {read['CFBundleExecutable']}."
    if read["CFBundleVersion"] or read["CFBundleShortVersionString"]:
        yield f"{name}: its version is filled in from engine/version.py, and must be empty."


def _setup(folder: Path) -> Iterator[str]:
    name = "installer.iss"
    script = _text(folder / name)
    defined = dict(_DEFINED.findall(script))
    registered = dict(_REGISTERED.findall(script))
    yield from _differ(name, "OpenWithProgids", set(registered), set(endings()))
    yield from _differ(name, "SupportedTypes", set(_SUPPORTED.findall(script)), set(endings()))
    for ending, flags in registered.items():
        if "uninsdeletevalue" not in flags:
            yield f"{name}: .{ending} keeps its entry after uninstalling."
    packed: set[str] = set()
    for path in _PAYLOAD.findall(script):
        for key, value in defined.items():
            path = path.replace("{#" + key + "}", value)  # noqa: PLW2901 - one after the other
        packed.add(path)
    wanted = {f"{program}.exe" for program in _programs(folder)} | {"_internal\\*"}
    yield from _differ(name, "files", packed, wanted)
    for path in _INPUT.findall(script):
        if not (folder / path.replace("\\", "/")).resolve().is_file():
            yield f"{name}: there is no {path}."
    for needed in (
        "AppVersion={#Version}",
        'Name: "{app}\\_internal"',
        "PrivilegesRequired=lowest",
    ):
        if needed not in script:
            yield f"{name}: {needed} is missing."


def _sentences(folder: Path) -> Iterator[str]:
    texts = _SENTENCE.findall(_text(folder / "windows" / "texts.iss"))
    english = {key: text for language, key, text in texts if language == "en"}
    chinese = {key: text for language, key, text in texts if language == "zh"}
    yield from _differ("texts.iss", "Chinese sentences", set(chinese), set(english))
    for key in english.keys() & chinese.keys():
        if not _CHINESE.search(chinese[key]):
            yield f"texts.iss: zh.{key} is not Chinese."
        if _marks(english[key]) != _marks(chinese[key]):
            yield f"texts.iss: {key} has other places to fill in in Chinese."
    theirs = {key for key, _ in _messages(folder, "CustomMessages")}
    script = _text(folder / "installer.iss")
    used = {first or second for first, second in _USED.findall(script)}
    for key in sorted(used - english.keys() - theirs):
        yield f"installer.iss: there is no sentence {key}."
    for key in sorted(english.keys() - used):
        yield f"texts.iss: nothing says {key}."


def _isl(folder: Path) -> Iterator[str]:
    name = "ChineseSimplified.isl"
    if not _isl_text(folder).startswith(_BOM):
        yield f"{name}: it does not begin with a byte order mark, so Inno Setup misreads it."
    messages = _messages(folder, "Messages")
    keys = [key for key, _ in messages]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"{name}: {key} is there twice."
    for key, text in messages:
        if not _CHINESE.search(text) and not key.startswith("UninstallDisplayNameMark"):
            yield f"{name}: {key} is not Chinese."
    if len(messages) < 150:  # what is not translated is shown in English
        yield f"{name}: only {len(messages)} messages are translated."


def _versions(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in _CHECKED and _VERSION.search(_text(path)):
            yield f"{path.name}: the version stands in engine/version.py alone."
    if not changelog_has_version():
        yield f"CHANGELOG.md: there is no section for {__version__}."
    if not (SOURCE / "gui" / "__main__.py").is_file():
        yield "envdesk.spec: what it starts from is not there."


def _differ(name: str, what: str, found: Set[object], wanted: Set[object]) -> Iterator[str]:
    for each in sorted(map(str, wanted - found)):
        yield f"{name}: {what} lack {each}."
    for each in sorted(map(str, found - wanted)):
        yield f"{name}: {what} have {each}, which nothing else has."


def _programs(folder: Path) -> set[str]:
    return set(_PROGRAM.findall(_text(folder / "envdesk.spec")))


def _messages(folder: Path, section: str) -> list[tuple[str, str]]:
    body = _isl_text(folder).partition(f"[{section}]\n")[2].partition("\n[")[0]
    lines = [line.partition("=") for line in body.splitlines()]
    return [(key, text) for key, _, text in lines if key and not key.startswith(";")]


def _isl_text(folder: Path) -> str:
    return _text(folder / "windows" / "languages" / "ChineseSimplified.isl")


def _marks(text: str) -> set[str]:
    return set(re.findall(r"%\d", text))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
