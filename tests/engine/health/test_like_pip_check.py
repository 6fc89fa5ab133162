"""Whatever is installed, Envdesk finds the very requirements unmet that pip and uv do."""

from __future__ import annotations

import itertools
import json
import os
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.rattling import RattlerWorker
from tests.support.verdicts import Verdict, of_envdesk, of_pip, of_uv

pytestmark = pytest.mark.skipif(os.name != "posix", reason="makes environments by links")

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
TAG = f"cp{sys.version_info[0]}{sys.version_info[1]}"
SITE = f"lib/python{HERE}/site-packages"
NAMES = ("amber", "Blue.Bell", "cedar_wood", "dust-3", "elm", "fern")
VERSIONS = ("1.0", "1.1", "2.0.0", "2.0rc1", "1.0.post1", "2.1.dev3", "1!0.5", "1.0+here.2")
RANGES = ("", ">=1", "<2", "==1.0", "==1.*", "~=1.0", "!=1.1,>=1", ">=2.0", "(>=1.0)")
COMPARED = (
    *(f"python_version {op} '{v}'" for op in ("<", ">=", "==") for v in ("3.8", HERE, "3.99")),
    f"python_full_version >= '{platform.python_version()}'",
    "python_version ~= '3.8'",
    *(f"sys_platform {op} 'linux'" for op in ("==", "!=")),
    "sys_platform in 'linux darwin'",
    "os_name == 'nt'",
    "'posix' == os_name",
    "platform_system == 'Windows'",
    "platform_python_implementation == 'CPython'",
    "implementation_name != 'cpython'",
    f"platform_machine == '{platform.machine()}'",
    "extra == 'wings'",
    "extra == 'Tail_Fin'",
    "'wings' == extra",
    "extra != 'wings'",
)
TAGS = (
    *("py3-none-any", "py2.py3-none-any", "py2-none-any", f"{TAG}-none-any"),
    *(f"{TAG}-{TAG}-linux_x86_64", f"{TAG}-abi3-win_amd64", "cp38-cp38-macosx_11_0_arm64"),
    f"cp38-abi3-manylinux_2_5_{platform.machine()}.manylinux1_{platform.machine()}",
)
# uv looks at the lower end alone, so that there is no other here.
PYTHONS = ("", ">=3.8", f">={HERE}", ">=3.99", "!=3.9.*,>=3.6")


@dataclass(frozen=True)
class Made:
    """One distribution of a generated environment."""

    name: str
    version: str
    requires: tuple[str, ...]
    tags: tuple[str, ...]
    python: str


@st.composite
def markers(draw: st.DrawFn) -> str:
    parts = draw(st.lists(st.sampled_from(COMPARED), min_size=1, max_size=3))
    text = parts[0]
    for part in parts[1:]:
        word = draw(st.sampled_from(("and", "or")))
        text = draw(st.sampled_from((f"{text} {word} {part}", f"({text}) {word} {part}")))
    return text


@st.composite
def requirements(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from((*NAMES, "never-there")))
    name = draw(st.sampled_from((name, name.upper(), name.replace("-", "_").replace(".", "-"))))
    extras = draw(st.sampled_from(("", "", "[wings]", "[tail-fin,wings]")))
    marker = draw(st.sampled_from(("", "; ")))
    return f"{name}{extras}{draw(st.sampled_from(RANGES))}" + (
        f"{marker}{draw(markers())}" if marker else ""
    )


@st.composite
def environments(draw: st.DrawFn) -> tuple[Made, ...]:
    return tuple(
        Made(
            name,
            draw(st.sampled_from(VERSIONS)),
            tuple(draw(st.lists(requirements(), max_size=4))),
            tuple(draw(st.lists(st.sampled_from(TAGS), min_size=1, max_size=2, unique=True))),
            draw(st.sampled_from(PYTHONS)),
        )
        for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    )


def write(prefix: Path, made: tuple[Made, ...]) -> Path:
    """Write an environment of conda's whose Python is a virtual environment's, for uv to start."""
    (prefix / "bin").mkdir(parents=True)
    (prefix / "bin" / "python").symlink_to(Path(sys.base_prefix) / "bin" / f"python{HERE}")
    (prefix / "bin" / "pip").touch(0o755)
    (prefix / "pyvenv.cfg").write_text(f"home = {Path(sys.base_prefix) / 'bin'}\n")
    (prefix / "conda-meta").mkdir()
    (prefix / "conda-meta" / "history").touch()
    version = platform.python_version()
    record = {"name": "python", "version": version, "build": "0", "files": list[str]()}
    (prefix / "conda-meta" / f"python-{version}-0.json").write_text(json.dumps(record))
    for each in made:
        stem = each.name.replace("-", "_")
        info = prefix / SITE / f"{stem}-{each.version}.dist-info"
        info.mkdir(parents=True)
        lines = ["Metadata-Version: 2.1", f"Name: {each.name}", f"Version: {each.version}"]
        lines += [f"Requires-Python: {each.python}"] if each.python else []
        lines += ["Provides-Extra: wings", "Provides-Extra: tail-fin"]
        lines += [f"Requires-Dist: {text}" for text in each.requires]
        (info / "METADATA").write_text("\n".join((*lines, "", "Requires-Dist: not-a-header", "")))
        tags = "".join(f"Tag: {tag}\n" for tag in each.tags)
        (info / "WHEEL").write_text(f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\n{tags}")
        (info / "RECORD").write_text(f"{info.name}/METADATA,,\n")
        (info / "INSTALLER").write_text("pip\n")
    return prefix


def both(ours: Verdict, theirs: Verdict) -> tuple[Verdict, Verdict]:
    """Return two verdicts with what only one of them looks at left out."""
    parts = ("for_elsewhere", "for_another_python")
    left_out = {part: None for part in parts if getattr(theirs, part) is None}

    def seen(verdict: Verdict) -> Verdict:
        if "for_elsewhere" in left_out:
            return Verdict(verdict.missing, verdict.unmet, None, None)
        if "for_another_python" in left_out:
            return Verdict(verdict.missing, verdict.unmet, verdict.for_elsewhere, None)
        return verdict

    return seen(ours), seen(theirs)


NUMBERS = itertools.count()
# Each example starts programs, so one that fails is not made smaller; its environment is told.
BATCHES = settings(
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)


@settings(BATCHES, max_examples=4)
@given(made=st.lists(environments(), min_size=20, max_size=40))
def test_that_the_same_requirements_are_unmet_as_for_pip(
    tmp_path: Path, checker: RattlerWorker, made: list[tuple[Made, ...]]
) -> None:
    folder = tmp_path / f"batch {next(NUMBERS)}"
    prefixes = [write(folder / str(at), each) for at, each in enumerate(made)]
    ours = checker.call(of_envdesk, prefixes, tmp_path)
    theirs = of_pip([prefix / SITE for prefix in prefixes])
    for each, one, other in zip(made, ours, theirs, strict=True):
        mine, pips = both(one, other)
        assert mine == pips, each
    shutil.rmtree(folder)


@settings(BATCHES, max_examples=2)
@given(made=st.lists(environments(), min_size=6, max_size=12))
def test_that_the_same_is_unfit_as_for_uv(
    tmp_path: Path, checker: RattlerWorker, made: list[tuple[Made, ...]]
) -> None:
    folder = tmp_path / f"batch {next(NUMBERS)}"
    prefixes = [write(folder / str(at), each) for at, each in enumerate(made)]
    ours = checker.call(of_envdesk, prefixes, tmp_path)
    for each, one, prefix in zip(made, ours, prefixes, strict=True):
        theirs = of_uv(prefix)
        # uv tells both of a package, Envdesk the graver one.
        python = (theirs.for_another_python or frozenset()) - (theirs.for_elsewhere or frozenset())
        assert one == Verdict(theirs.missing, theirs.unmet, theirs.for_elsewhere, python), each
    shutil.rmtree(folder)
