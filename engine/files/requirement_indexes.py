"""What a requirements file tells pip about where to look (pip docs, "pip install", options)."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from engine.files.gathering import Gathering
from engine.files.requirement_specs import host_of
from engine.files.values import ConsentCode, Place


def note_index_option(
    name: str,
    value: str,
    written: str,
    place: Place,
    found: Gathering,
    *,
    folder: Path | None,
) -> bool:
    """Add an option that bears on indexes and stands in the line `written`; tell if it does."""
    index = found.index
    match name:
        case "index-url":
            found.index = replace(index, index_url=value)
            found.consent(ConsentCode.INDEX, place, written, host_of(value))
        case "extra-index-url":
            found.index = replace(index, extra_index_urls=(*index.extra_index_urls, value))
            found.consent(ConsentCode.EXTRA_INDEX, place, written, host_of(value))
        case "find-links":
            where = _located(value, folder)
            found.index = replace(index, find_links=(*index.find_links, where))
            found.consent(ConsentCode.FIND_LINKS, place, written, host_of(where))
        case "trusted-host":
            found.index = replace(index, trusted_hosts=(*index.trusted_hosts, value))
            found.consent(ConsentCode.TRUSTED_HOST, place, written, value)
        case "no-index":
            found.index = replace(index, no_index=True)
        case "pre":
            found.index = replace(index, pre=True)
        case "require-hashes":
            found.index = replace(index, require_hashes=True)
        case "no-binary":
            found.index = replace(index, no_binary=_added(index.no_binary, value))
            if value.strip() != ":none:":
                found.consent(ConsentCode.RUNS_CODE, place, written, value)
        case "only-binary":
            found.index = replace(index, only_binary=_added(index.only_binary, value))
        case _:
            return False
    return True


def _added(present: tuple[str, ...], value: str) -> tuple[str, ...]:
    """Return the packages meant once `value` has been said: `:none:` forgets those before it."""
    for word in (each.strip() for each in value.split(",")):
        if word == ":none:":
            present = ()
        elif word:
            present = tuple(dict.fromkeys((*present, word)))
    return present


def _located(value: str, folder: Path | None) -> str:
    """Return the path that `value` means when it is one: a relative one starts at the file."""
    if "://" in value or value.lower().startswith("file:") or folder is None:
        return value
    return os.path.normpath(os.path.join(folder, value))  # noqa: PTH118 - must stay text
