"""Say what pip itself makes of requirements files; run in a process of its own, prints JSON.

Reads a JSON list of paths from standard input. For each it answers how pip takes every single line
(`lines`), and, where pip takes the file as a whole, everything in it (`whole`).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pip._internal.exceptions import InstallationError, RequirementsFileParseError
from pip._internal.network.session import PipSession
from pip._internal.req.constructors import install_req_from_parsed_requirement
from pip._internal.req.req_file import get_file_content, parse_requirements, preprocess

REFUSALS = (InstallationError, RequirementsFileParseError, ValueError, AssertionError)


def requirement(parsed: Any) -> dict[str, Any]:
    found: Any = install_req_from_parsed_requirement(parsed)
    options: dict[str, Any] = parsed.options or {}
    return {
        "name": found.name or "",
        "specifier": str(found.req.specifier) if found.req is not None else "",
        "extras": sorted(found.extras),
        "marker": str(found.markers or ""),
        "url": found.link.url if found.link is not None else "",
        "editable": found.editable,
        "constraint": parsed.constraint,
        "hashes": sorted(
            f"{kind}:{each}" for kind, many in options.get("hashes", {}).items() for each in many
        ),
        "from": parsed.comes_from.rpartition("(line ")[2].partition(")")[0],
        "file": Path(parsed.comes_from.partition(" ")[2].rpartition(" (line")[0]).name,
    }


def parse(path: Path, session: PipSession) -> list[dict[str, Any]]:
    is_constraint = "constraint" in path.name
    return [
        requirement(parsed)
        for parsed in parse_requirements(str(path), session, constraint=is_constraint)
    ]


def lines_of(path: Path, session: PipSession) -> Iterator[dict[str, Any]]:
    _, content = get_file_content(str(path), session)
    for number, text in preprocess(content):
        single = path.with_name(
            f"single-constraint-{number}.txt"
            if "constraint" in path.name
            else f"single-{number}.txt"
        )
        single.write_text(text + "\n", encoding="utf-8")
        answer: dict[str, Any] = {"line": number, "text": text}
        if not text.startswith(("-r", "-c", "--req", "--con")):
            try:
                answer["found"] = parse(single, session)
            except REFUSALS as error:
                answer["refused"] = str(error)
        single.unlink()
        yield answer


def main() -> None:
    session = PipSession()
    answers: list[dict[str, Any]] = []
    for name in json.load(sys.stdin):
        path = Path(name)
        os.chdir(path.parent)  # pip takes relative paths from where it is run
        try:
            lines = list(lines_of(path, session))
        except (InstallationError, UnicodeDecodeError) as error:
            answers.append({"undecodable": str(error)})
            continue
        answer: dict[str, Any] = {"lines": lines}
        try:
            answer["whole"] = parse(path, session)
        except (*REFUSALS, OSError, RecursionError) as error:
            answer["refused"] = str(error)
        answers.append(answer)
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
