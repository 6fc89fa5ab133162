"""Say version ranges of PyPI's in conda's words, and back.

PEP 440 against conda's MatchSpec (conda docs, "Package match specifications"): the operators look
alike, and differ in pre-releases, post-releases and local versions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

_ODD: Final = re.compile(r"[A-Za-z+]")
_SPEC: Final = re.compile(
    r"(?P<name>[A-Za-z0-9_.\-]+?)\s*(?P<range>(?:[=!~<>]=?|===|\s[\d*]).*)?\Z"
)
_PART: Final = re.compile(r"(?P<operator>[=!~<>]=|===|[<>=])?\s*(?P<version>[0-9A-Za-z_.!+*]+)\Z")
_MOST_EXCLUDED: Final = 12


def conda_range(specifiers: SpecifierSet) -> str:
    """Return the range of conda's that says the same; empty for any version.

    Raises ValueError for what conda has no words for.
    """
    return ",".join(part for each in sorted(specifiers, key=str) for part in _parts(each))


def _parts(specifier: Specifier) -> tuple[str, ...]:
    operator, version = specifier.operator, specifier.version
    if operator == "===":
        return (f"=={_normal(version)}",)
    if version.endswith(".*"):
        bare = _normal(version[:-2])
        return (f"{bare}.*",) if operator == "==" else (f"!={bare}.*",)
    if operator == "~=":
        return (f">={_normal(version)}", f"{_stem(version)}.*")
    return (f"{operator}{_normal(version)}",)


def _normal(version: str) -> str:
    try:
        return str(Version(version))
    except InvalidVersion as error:
        raise ValueError(version) from error


def _stem(version: str) -> str:
    """Return what a compatible release keeps: `1!2.3.4` and `2.3.4rc1` give `1!2.3`, `2.3`."""
    parsed = Version(version)
    epoch = f"{parsed.epoch}!" if parsed.epoch else ""
    return epoch + ".".join(map(str, parsed.release[:-1]))


def fitting(specifiers: SpecifierSet, versions: Iterable[str]) -> tuple[str, ...]:
    """Return those of `versions` that pip would take, in their order; all where nothing is said."""
    texts = tuple(versions)
    if not specifiers:
        return texts
    known: dict[str, Version] = {}
    for text in texts:
        try:
            known[text] = Version(text)
        except InvalidVersion:
            continue
    allowed = set(specifiers.filter(known.values()))
    return tuple(text for text in texts if text in known and known[text] in allowed)


def conda_spec(
    name: str,
    specifiers: SpecifierSet,
    versions: Iterable[str],
    admits: Callable[[str, str], bool],
) -> tuple[str, str]:
    """Return the MatchSpec by which conda takes only what pip would, and the newest such version.

    `versions` are those on offer, the newest first; `admits` tells whether a range of conda's
    holds a version. Both answers are empty when nothing on offer fits.
    """
    texts = tuple(versions)
    good = fitting(specifiers, texts)
    try:
        wanted = conda_range(specifiers)
    except ValueError:
        return "", ""
    if wanted:
        good = tuple(text for text in good if admits(wanted, text))
    if not good:
        return "", ""
    # Pre-releases and the like are where both sides differ; others they judge alike.
    odd = [text for text in texts if wanted and _ODD.search(text) and text not in good]
    excluded = [text for text in odd if admits(wanted, text)]
    if len(excluded) > _MOST_EXCLUDED:
        excluded = excluded[:_MOST_EXCLUDED]
    ranges = ",".join((*([wanted] if wanted else ()), *(f"!={text}" for text in excluded)))
    return (f"{name} {ranges}" if ranges else name), good[0]


def requirement_of(spec: str, pypi: str = "") -> str:
    """Return the requirement that says the same as a MatchSpec; empty when there is none.

    Builds, channels and conditions have no words in PEP 508. `pypi` is the name there, the same
    as conda's unless it is given.
    """
    if "[" in spec or "::" in spec or "|" in spec:
        return ""
    words = spec.strip().split()
    found = _SPEC.match(spec.strip())
    if found is None or len(words) > 2:
        return ""
    name = canonicalize_name(pypi or found["name"])
    written = (found["range"] or "").strip().replace(" ", "")
    parts: list[str] = []
    for text in written.split(",") if written and written != "*" else ():
        part = _PART.match(text)
        if part is None or "=" in part["version"]:
            return ""
        parts.append(_back(part["operator"] or "", part["version"]))
    try:
        return f"{name}{SpecifierSet(','.join(parts))}"
    except InvalidSpecifier:
        return ""


def _back(operator: str, version: str) -> str:
    bare = version.removesuffix("*").removesuffix(".")
    match operator:
        case "=" | "" if not (operator == "" and not version.endswith("*")):
            return f"=={bare}.*"
        case "":
            return f"=={version}"
        case "==" | "!=" if version.endswith("*"):
            return f"{operator}{bare}.*"
        case _:
            return f"{operator}{bare}"


def parsed(text: str) -> Requirement | None:
    """Return the requirement in `text`, None when it is no PEP 508 requirement."""
    try:
        return Requirement(text)
    except InvalidRequirement:
        return None


def leaves_open(specifiers: SpecifierSet, minor: str) -> bool:
    """Return whether the range holds a patch release of `minor`, a version such as 3.12."""
    return any(specifiers.contains(f"{minor}.{patch}", prereleases=True) for patch in range(40))
