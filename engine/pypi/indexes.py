"""Say to uv what a file of requirements says to pip about where to look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from engine.files.values import IndexOptions

ALL: Final = ":all:"


def file_variables(index: IndexOptions, there: Mapping[str, str]) -> dict[str, str]:
    """Return the variables for uv by which what a file says counts, too; `there` are those set.

    As with pip, an index takes the place of the one that is set, and everything else is added (pip
    docs, "Requirements File Format", Global options).
    """
    found: dict[str, str] = {}

    def add(name: str, values: Iterable[str], separator: str = " ") -> None:
        words = [*there.get(name, "").split(separator), *values]
        if any(values):
            found[name] = separator.join(dict.fromkeys(word for word in words if word))

    if index.index_url:
        found |= {"UV_DEFAULT_INDEX": index.index_url, "UV_INDEX_URL": "", "UV_NO_INDEX": ""}
        found["UV_INDEX"] = ""
    add("UV_EXTRA_INDEX_URL", index.extra_index_urls)
    if index.extra_index_urls:
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    add("UV_FIND_LINKS", index.find_links, ",")
    add("UV_INSECURE_HOST", index.trusted_hosts)
    if index.no_index:
        found["UV_NO_INDEX"] = "1"
    if index.pre:
        found["UV_PRERELEASE"] = "allow"
    for variable, names in (
        ("UV_NO_BINARY", index.no_binary),
        ("UV_NO_BUILD", index.only_binary),
    ):
        if ALL in names:
            found[variable] = "1"
        add(f"{variable}_PACKAGE", [name for name in names if name not in (ALL, ":none:")])
    return found
