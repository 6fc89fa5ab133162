"""What pip, uv and Envdesk say of the requirements in many site-packages folders at once."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from engine.health.values import Finding, FindingCode
from engine.pypi.running import find_uv
from tests.support.checking import checked_quickly

Pairs = frozenset[tuple[str, str]]

# `pip check` as it is, with nothing but one folder to look at each time.
_PIP = """
import contextlib, io, json, sys
from pip._internal.cli.main import main
from pip._internal.commands import check
plain = [each for each in sys.path if not each.endswith("-packages")]
answers = []
for site in json.load(sys.stdin):
    sys.path[:] = [site, *plain]
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = main(["check", "--disable-pip-version-check"])
    answers.append([status, said.getvalue()])
print(json.dumps([hasattr(check, "check_unsupported"), answers]))
"""
_MISSING_PIP = re.compile(r"^(\S+) \S+ requires (\S+), which is not installed\.$", re.M)
_UNMET_PIP = re.compile(r"^(\S+) \S+ has requirement .+, but you have (\S+) \S+\.$", re.M)
_UNFIT_PIP = re.compile(r"^(\S+) \S+ is not supported on this platform$", re.M)
_MISSING_UV = re.compile(r"^The package `(\S+)` requires `(.+)`, but it's not installed$", re.M)
_UNMET_UV = re.compile(r"^The package `(\S+)` requires `(.+)`, but `\S+` is installed$", re.M)
_UNFIT_UV = re.compile(r"^The package `(\S+)` was built for a different platform$", re.M)
_PYTHON_UV = re.compile(r"^The package `(\S+)` requires Python .+, but `\S+` is installed$", re.M)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Hold who needs what that is missing or does not fit, and what fits not this computer.

    None stands for what a tool does not look at.
    """

    missing: Pairs
    unmet: Pairs
    for_elsewhere: frozenset[str] | None = frozenset()
    for_another_python: frozenset[str] | None = frozenset()


def of_envdesk(prefixes: Sequence[Path], root: Path) -> list[Verdict]:
    """Return what the quick check finds; for a process that may load rattler."""
    return [_found(checked_quickly(prefix, root).findings) for prefix in prefixes]


def _found(findings: Iterable[Finding]) -> Verdict:
    pairs: dict[FindingCode, set[tuple[str, str]]] = {}
    unfit: dict[str, set[str]] = {}
    for each in findings:
        if each.code is FindingCode.PYTHON_UNFIT:
            unfit.setdefault(each.value("reason"), set()).add(each.subject)
        for by in each.value("by").split(", "):
            pairs.setdefault(each.code, set()).add((by, each.subject))
    return Verdict(
        frozenset(pairs.get(FindingCode.REQUIREMENT_MISSING, ())),
        frozenset(pairs.get(FindingCode.REQUIREMENT_UNMET, ())),
        frozenset(unfit.get("platform", ())),
        frozenset(unfit.get("python", ())),
    )


def of_pip(sites: Sequence[Path]) -> list[Verdict]:
    """Return what `pip check` says of each folder, in one process."""
    ran = subprocess.run(
        [sys.executable, "-c", _PIP],
        input=json.dumps([str(site) for site in sites]),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    knows_tags, answers = json.loads(ran.stdout)
    verdicts: list[Verdict] = []
    for status, text in answers:
        verdict = Verdict(
            _pairs(_MISSING_PIP.findall(text)),
            _pairs(_UNMET_PIP.findall(text)),
            _names(_UNFIT_PIP.findall(text)) if knows_tags else None,
            None,
        )
        is_fine = "No broken requirements found." in text
        found = (verdict.missing, verdict.unmet, verdict.for_elsewhere)
        assert is_fine == (not any(found)), text
        assert is_fine == (status == 0), text
        verdicts.append(verdict)
    return verdicts


def of_uv(prefix: Path) -> Verdict:
    """Return what `uv pip check` says of a virtual environment."""
    ran = subprocess.run(
        [find_uv(), "pip", "check", "--no-config", "--python", prefix / "bin" / "python"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "NO_COLOR": "1"},
    )
    text = ran.stderr
    assert "Checked " in text, text
    return Verdict(
        _pairs((by, Requirement(want).name) for by, want in _MISSING_UV.findall(text)),
        _pairs((by, Requirement(want).name) for by, want in _UNMET_UV.findall(text)),
        _names(_UNFIT_UV.findall(text)),
        _names(_PYTHON_UV.findall(text)),
    )


def _pairs(found: Iterable[tuple[str, str]]) -> Pairs:
    return frozenset((canonicalize_name(by), canonicalize_name(name)) for by, name in found)


def _names(found: Iterable[str]) -> frozenset[str]:
    return frozenset(canonicalize_name(name) for name in found)
