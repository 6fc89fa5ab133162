"""conda over PyPI: copies that arrive, ranges that are left, and what goes with what."""

from __future__ import annotations

from typing import Final

from engine.plan import Severity
from engine.plan import WarningCode as W
from engine.practice.environments import TINY
from engine.requests import UpdateScope
from tests.engine.planning.conflict_stage import Scenario, editing, having
from tests.engine.planning.pypi_world import LAB, OLD_LAB
from tests.support.pypi import project

ARRIVING: Final = (
    Scenario(
        "copy-arrives",
        W.PYPI_COPY_REPLACED,
        {"add": ("harpstring",)},
        after={"conda:harpstring": "0.3.0", "pypi:harpstring": ""},
        setup=having("harpstring"),
    ),
    Scenario(
        "copy-arrives-in-the-same-version",
        W.PYPI_COPY_REPLACED,
        {"add": ("harpstring",)},
        after={"conda:harpstring": "0.3.0", "pypi:harpstring": ""},
        setup=having("harpstring==0.3.0"),
    ),
    Scenario(
        "copy-arrives-with-another",
        W.PYPI_COPY_REPLACED,
        {"add": ("papyrus",)},
        after={"conda:papyrus": "4.0.1", "conda:harpstring": "0.3.0", "pypi:harpstring": ""},
        setup=having("harpstring"),
        values={"packages": "harpstring"},
    ),
    Scenario(
        "copy-of-an-editable-arrives",
        W.PYPI_COPY_REPLACED,
        {"add": ("harpstring",)},
        after={"conda:harpstring": "0.3.0", "pypi:harpstring": ""},
        setup=editing(project("harpstring", "9.0")),
    ),
    Scenario(
        "mapped-copy-arrives",
        W.PYPI_COPY_REPLACED,
        {"add": ("pytorch",), "channels": (LAB,)},
        after={"conda:pytorch": "2.2.0", "pypi:torch": ""},
        setup=having("torch"),
        values={"packages": "torch"},
    ),
    Scenario(
        "other-name-arrives",
        W.PYPI_COPY_REPLACED,
        {"add": ("py-opencv",), "channels": (LAB,)},
        after={"conda:py-opencv": "4.11.0", "pypi:opencv-python-headless": ""},
        setup=having("opencv-python-headless"),
        values={"packages": "opencv-python-headless"},
    ),
    Scenario(
        "older-copy-arrives",
        W.PYPI_BROKEN,
        {"add": ("pytorch",), "channels": (OLD_LAB,)},
        "remove-pypi",
        {"conda:pytorch": "2.1.0", "pypi:torch": "", "pypi:torch-tool": ""},
        setup=having("torch==2.2.0", "torch-tool"),
        values={"packages": "torch-tool", "needs": "torch>=2.2"},
    ),
    Scenario(
        "overwritten-copy-replaced",
        W.PYPI_COPY_REPLACED,
        {"add": ("numerals 2.1.0",), "remove": ("starchart",)},
        after={"pypi:numerals": "", "conda:numerals": "2.1.0", "conda:tidepool": "3.1.0"},
        setup=having("numerals==2.2.0"),
    ),
)

LEAVING: Final = (
    Scenario(
        "range-left-remove",
        W.PYPI_BROKEN,
        {"add": ("almanac >=2026",)},
        "remove-pypi",
        {"conda:almanac": "2026.1", "pypi:almanac-view": ""},
        having("almanac-view"),
        {"packages": "almanac-view", "needs": "almanac<2026"},
        severity=Severity.DANGER,
        offered=("keep-range",),
    ),
    Scenario(
        "range-left-kept",
        W.PYPI_BROKEN,
        {"update": ("almanac", "tidepool")},
        "keep-range",
        {"conda:almanac": "2025.3", "pypi:almanac-view": "1.0.0", "conda:tidepool": "3.2.0"},
        having("almanac-view"),
    ),
    Scenario(
        "range-left-by-updating-all",
        W.PYPI_BROKEN,
        {"scope": UpdateScope.ALL, "update": ("almanac",)},
        "keep-range",
        {"conda:almanac": "2025.3", "pypi:almanac-view": "1.0.0", "conda:tidepool": "3.2.0"},
        having("almanac-view"),
    ),
    Scenario(
        "range-left-by-downgrading",
        W.PYPI_BROKEN,
        {"add": ("numerals 1.4.2",), "remove": ("starchart",)},
        "remove-pypi",
        {"conda:numerals": "1.4.2", "pypi:level-gauge": ""},
        having("level-gauge"),
        {"packages": "level-gauge"},
    ),
    Scenario(
        "range-of-an-editable-left",
        W.PYPI_BROKEN,
        {"update": ("almanac",)},
        "keep-range",
        {"conda:almanac": "2025.3", "pypi:mywork": "0.1"},
        editing(project("mywork", "0.1", "almanac<2026")),
        {"packages": "mywork"},
    ),
    Scenario(
        "needed-removed",
        W.PYPI_TAKES_OVER,
        {"remove": ("almanac",)},
        after={"conda:almanac": "", "pypi:almanac": "2025.9", "pypi:almanac-view": "1.0.0"},
        setup=having("almanac-view"),
        offered=("remove-dependents",),
    ),
    Scenario(
        "needed-removed-all",
        W.PYPI_TAKES_OVER,
        {"remove": ("almanac",)},
        "remove-dependents",
        {"conda:almanac": "", "pypi:almanac": "", "pypi:almanac-view": ""},
        having("almanac-view"),
    ),
    Scenario(
        "needed-removed-with-others",
        W.REMOVES_DEPENDENTS,
        {"remove": ("numerals",)},
        after={"conda:numerals": "", "conda:tidepool": "", "conda:starchart": ""},
        values={"because": "numerals", "packages": "starchart, tidepool"},
    ),
    Scenario(
        "pypi-dependents",
        W.PYPI_DEPENDENTS_REMOVED,
        {"remove_pypi": ("lanternfish",)},
        after={"pypi:lanternfish": "", "pypi:inkwell": ""},
        values={"packages": "inkwell"},
    ),
    Scenario(
        "overwritten-package-removed",
        W.REMOVES_DEPENDENTS,
        {"remove": ("numerals",)},
        after={"conda:numerals": "", "conda:tidepool": "", "pypi:numerals": "2.2.0"},
        setup=having("numerals==2.2.0"),
    ),
    Scenario(
        "overwritten-copy-removed",
        W.CONDA_INCOMPLETE,
        {"remove_pypi": ("numerals",)},
        after={"conda:numerals": "2.0.1", "pypi:numerals": "", "conda:starchart": "1.8.0"},
        setup=having("numerals==2.2.0"),
        values={"packages": "numerals", "taken": "restore-conda"},
        severity=Severity.WARNING,
    ),
    Scenario(
        "overwritten-copy-of-the-same-version-removed",
        W.CONDA_INCOMPLETE,
        {"remove_pypi": ("tidepool",), "add": ("glyphs",)},
        "restore-conda",
        {"conda:tidepool": "3.1.0", "pypi:tidepool": ""},
        first=({"add_pypi": ("tidepool",), "overwrite": ("tidepool",)},),
        severity=Severity.DANGER,
        offered=("keep-pypi",),
    ),
    Scenario(
        "python-removed",
        W.PYTHON_CHANGES,
        {"remove": ("python",)},
        after={"conda:python": "", "pypi:inkwell": "", "pypi:lanternfish": ""},
        values={"to": ""},
    ),
    Scenario(
        "python-lacking",
        W.NO_PYTHON,
        {"add_pypi": ("pigment",)},
        "with-python",
        {"pypi:pigment": "0.5.0", "conda:glyphs": "5.0.0"},
        severity=Severity.BLOCKING,
        template=TINY,
    ),
)

OVER_PYPI: Final = (*ARRIVING, *LEAVING)
