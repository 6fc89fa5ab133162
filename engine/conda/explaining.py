"""Say in one plain sentence why a solver found no way, from the tree that it printed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

_PREFIX = "Cannot solve the request because of: "
_BRANCH = re.compile(r"[\s│├└─]*")
_NO_CANDIDATES = re.compile(r"No candidates were found for (.+?)\.?\Z")
_REQUIRES = " would require"
_CONSTRAINS = " would constrain"
_GOES_WITH = "only goes with"
# How a package says that it goes with no version of another one at all.
_NONE = re.compile(r"<\s*0(?:\.0)*(?:a0)?\Z")
_MISSING = ", for which no candidates were found"
_NEVER = " <0"
_STRICT = "due to strict channel priority"
_LIMIT = re.compile(r"\Athe constraint (.+) cannot be fulfilled\Z")
_NOT_VIABLE = "cannot be installed because there are no viable options"
_SYSTEM = {
    "__cuda": "an NVIDIA graphics card with a newer driver (CUDA)",
    "__glibc": "a newer Linux (glibc)",
    "__musl": "a Linux with musl",
    "__linux": "a newer Linux",
    "__osx": "a newer macOS",
    "__win": "a newer Windows",
    "__unix": "Linux or macOS",
    "__archspec": "a newer processor",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Hold the plain words for a failed solve; `packages` are those that cannot agree.

    `limits` are the specs that were to hold and stand in the way.
    """

    summary: str
    cause: str = ""
    hint: str = ""
    packages: tuple[str, ...] = ()
    missing: str = ""
    is_priority_in_the_way: bool = False
    limits: tuple[str, ...] = ()


@dataclass(slots=True)
class _Node:
    depth: int
    text: str
    children: list[_Node]

    @property
    def name(self) -> str:
        return self.text.split(" ", 1)[0].split("[", 1)[0]

    @property
    def versions(self) -> tuple[str, ...]:
        """Return the versions that the solver speaks of, the newest first."""
        words = re.split(r",| would | is | can | cannot ", self.text, maxsplit=1)[0]
        listed = words.partition(" ")[2]
        return tuple(each.strip() for each in listed.split("|") if each.strip())

    def walk(self) -> Iterator[tuple[_Node, _Node | None]]:
        """Yield every node below this one with its parent, this one first."""
        stack: list[tuple[_Node, _Node | None]] = [(self, None)]
        while stack:
            node, parent = stack.pop()
            yield node, parent
            stack.extend((child, node) for child in reversed(node.children))


def explain(
    text: str, specs: Iterable[str], there: Mapping[str, str] = MappingProxyType({})
) -> Explanation:
    """Return the plain words for the solver's `text` about a request for `specs`.

    `there` maps the packages that are installed to their versions: of several versions that the
    solver speaks of, it is about these.
    """
    asked = {_name_of(spec): spec for spec in specs}
    found = _roots(text)
    limits = tuple(dict.fromkeys(limit[1] for root in found if (limit := _LIMIT.match(root.text))))
    roots = [root for root in found if not _LIMIT.match(root.text)]
    if limits:
        return replace(_limited(roots, limits), limits=limits)
    if len(roots) == 1 and (none := _NO_CANDIDATES.match(roots[0].text)):
        spec = _shown(none[1])
        name = _name_of(spec)
        return Explanation(
            f"There is no {spec} in the chosen channels.",
            "No version there fits what was asked for.",
            "Choose another version, or add a channel that has it.",
            (name,),
            missing=name,
        )
    names = tuple(dict.fromkeys(root.name for root in roots))
    if len(roots) > 1:
        return _clash(roots, names, text, there)
    if roots and roots[0].name:
        return _alone(roots[0], asked)
    return Explanation("These packages cannot be installed together.")


def _limited(roots: list[_Node], limits: tuple[str, ...]) -> Explanation:
    """Return the words for packages that do not go with what must hold."""
    held = {_name_of(limit): _shown(limit) for limit in limits}
    gone = tuple(_name_of(limit) for limit in limits if limit.endswith(_NEVER))
    names = tuple(dict.fromkeys(root.name for root in roots))
    if names and len(gone) == len(limits):
        return Explanation(
            f"{' and '.join(names)} cannot be had without {' and '.join(gone)}.",
            f"{' and '.join(gone)} is to go, and {' and '.join(names)} needs it.",
            "Keep it, or leave the other one out.",
            tuple(dict.fromkeys((*names, *gone))),
        )
    said = [
        f"{parent.name} needs {_spec_at(node)}"
        for root in roots
        for node, parent in root.walk()
        if parent is not None and _verb(parent) == "needs" and _name_of(_spec_at(node)) in held
    ]
    if names and set(names) <= set(held):
        stays = " and ".join(held[name] for name in names)
        return Explanation(
            f"{' and '.join(names)} cannot change: {stays} is to stay.",
            "",
            "Ask for the version that is there, or let it change again.",
            names,
        )
    who = _listed(names) if len(names) > 1 else names[0] if names else "This"
    verb = "do" if len(names) > 1 else "does"
    return Explanation(
        f"{who} {verb} not go with {', '.join(held.values())}, which is to stay so.",
        f"{'; '.join(dict.fromkeys(said))}." if said else "",
        "Leave one of them out, or ask for other versions.",
        tuple(dict.fromkeys((*names, *held))),
    )


@dataclass(frozen=True, slots=True)
class _Claim:
    """Hold what some versions of a package need, or only go with."""

    name: str
    versions: tuple[str, ...]
    said: str

    def shown(self, there: Mapping[str, str]) -> str:
        version = there.get(self.name, "")
        if version not in self.versions:
            version = self.versions[0] if len(self.versions) == 1 else ""
        return " ".join(part for part in (self.name, version, self.said) if part)


def _claims(roots: Iterable[_Node], there: Mapping[str, str]) -> dict[str, list[_Claim]]:
    """Return the claims on each package: one of every package that has some, the likeliest.

    That is the one of the version that is installed, or else of the newest, which comes first.
    """
    found: dict[str, dict[str, _Claim]] = {}
    for root in roots:
        for node, parent in root.walk():
            verb = _verb(parent) if parent is not None else ""
            if parent is None or not verb or not (spec := _spec_at(node)):
                continue
            said = f"{verb} {spec}"
            if verb == _GOES_WITH and _NONE.search(spec):
                said = f"goes with no version of {_name_of(spec)}"
            claim = _Claim(parent.name, parent.versions, said)
            known = found.setdefault(_name_of(spec), {})
            if parent.name not in known or there.get(parent.name, "") in parent.versions:
                known[parent.name] = claim
    return {name: list(claims.values()) for name, claims in found.items()}


def _clash(
    roots: list[_Node], names: tuple[str, ...], text: str, there: Mapping[str, str]
) -> Explanation:
    wants = _claims(roots, there)
    in_the_way = _STRICT in text
    shared = next((claims for claims in wants.values() if len(claims) > 1), None)
    chosen = shared or [claim for claims in wants.values() for claim in claims][:1]
    said = [claim.shown(there) for claim in chosen]
    wished = {root.name: _spec_at(root) for root in roots}
    if not shared:
        about = [name for name, claims in wants.items() if chosen and chosen[0] in claims]
        asked = [wished[name] for name in about if wished.get(name, name) != name]
        said += [
            f"you asked for {spec}" for spec in asked if there.get(about[0]) not in spec.split()
        ]
    hint = "Leave one of them out, or ask for other versions."
    if in_the_way:
        hint += " Flexible channel priority may also help."
    claims = tuple(dict.fromkeys(_spec_at(root) for root in roots))
    return Explanation(
        f"{_listed(claims if len(claims) > 1 else names)} cannot be installed together.",
        f"{'; '.join(dict.fromkeys(said))}." if said else "",
        hint,
        names,
        is_priority_in_the_way=in_the_way,
    )


def _alone(root: _Node, asked: dict[str, str]) -> Explanation:
    name = root.name
    missing: tuple[str, str] | None = None
    is_strict = False
    further = ""
    for node, parent in root.walk():
        if _STRICT in node.text:
            is_strict = True
            further = further or _further(node)
        if _MISSING in node.text and missing is None:
            spec = _shown(node.text.partition(_MISSING)[0])
            missing = (parent.name if parent is not None else name, spec)
    if missing is None or is_strict:
        cause = further if is_strict else ""
        hint = (
            "Choose flexible channel priority, or put that channel first."
            if is_strict
            else "Ask for another version, or add a channel."
        )
        return Explanation(
            f"{_spec_at(root)} cannot be installed from these channels.",
            cause,
            hint,
            (name,),
            is_priority_in_the_way=is_strict,
        )
    who, spec = missing
    needed = _name_of(spec)
    if needed.startswith("__"):
        wanted = _SYSTEM.get(needed, needed)
        return Explanation(
            f"{name} cannot be installed on this computer.",
            f"{who} needs {wanted}: {spec}.",
            "Ask for another version of it, or use a computer that has this.",
            (name,),
        )
    if needed in asked and needed != name:
        return Explanation(
            f"{name} and {asked[needed]} cannot be installed together.",
            f"{who} needs {spec}.",
            "Leave one of them out, or ask for other versions.",
            (name, needed),
        )
    return Explanation(
        f"{name} cannot be installed: {spec} is missing.",
        f"{who} needs {spec}, and none of the chosen channels has it.",
        "Add the channel that has it, or ask for another version.",
        (name,),
        missing=needed,
    )


def _further(node: _Node) -> str:
    """Return in words what is only to be had from a channel that strict priority passes over."""
    what = " ".join((node.name, *node.versions[:1]))
    channel = node.text.rpartition("from: ")[2].strip(" '/") if "from: " in node.text else ""
    named = f": {channel}" if channel and " " not in channel else ""
    return f"{what} is only in a channel further down the list{named}."


def _roots(text: str) -> list[_Node]:
    roots: list[_Node] = []
    path: list[_Node] = []
    for raw in text.strip().removeprefix(_PREFIX).splitlines():
        if not raw.strip() or raw.strip() == "The following packages are incompatible":
            continue
        branch = _BRANCH.match(raw)
        depth = len(branch[0]) if branch else 0
        node = _Node(depth, raw[depth:].strip(), [])
        while path and path[-1].depth >= depth:
            path.pop()
        (path[-1].children if path else roots).append(node)
        path.append(node)
    return roots


def _verb(node: _Node) -> str:
    if node.text.endswith(_REQUIRES):
        return "needs"
    return _GOES_WITH if node.text.endswith(_CONSTRAINS) else ""


def _spec_at(node: _Node) -> str:
    return _shown(
        re.split(r", which |, for which | can be | cannot be | is locked, ", node.text, maxsplit=1)[
            0
        ]
    )


def _shown(spec: str) -> str:
    """Return `spec` as a person would write it: `python 3.12.*` is python 3.12."""
    spec = re.sub(r"\s*\[.*\]\Z", "", spec.strip())
    spec = re.sub(r"\s+\*\Z", "", spec)
    spec = re.sub(r"==", "", spec)
    return re.sub(r"(\d)\.\*\Z", r"\1", spec)


def _name_of(spec: str) -> str:
    return re.split(r"[\s=<>!~\[]", spec.rpartition("::")[2].strip(), maxsplit=1)[0].lower()


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
