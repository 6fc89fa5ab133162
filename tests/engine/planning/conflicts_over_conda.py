"""PyPI over conda: by name, by version, through others, by another name, and whose code runs."""

from __future__ import annotations

import shutil
from typing import Final

from engine.plan import Severity
from engine.plan import WarningCode as W
from tests.engine.planning.conflict_stage import (
    Scenario,
    Stage,
    Wish,
    owning,
    repository,
    with_copy_at_home,
    written,
)
from tests.engine.planning.pypi_world import LAB, OLD_LAB
from tests.support.environments import Package
from tests.support.pypi import index_of, project

OPENCV: Final = Package("py-opencv", "4.9.0", "py_0", depends=("python",))
WHEEL: Final = "{0}/{0}-{1}-py3-none-any.whl"


def from_folder(stage: Stage) -> Wish:
    return {"add_pypi": (str(written(stage, project("numerals", "9.0"))),)}


def from_file(stage: Stage) -> Wish:
    wheel = stage.world.simple.path / WHEEL.format("numerals", "2.2.0")
    return {"add_pypi": (str(wheel),)}


def from_address(stage: Stage) -> Wish:
    return {"add_pypi": (f"{stage.served()}/{WHEEL.format('numerals', '2.2.0')}",)}


def foreign(stage: Stage) -> Wish:
    return {"add_pypi": (f"{stage.served()}/{WHEEL.format('pigment', '0.5.0')}",)}


def from_repository(stage: Stage) -> Wish:
    return {"add_pypi": (repository(stage, project("seagrass", "1.0")),)}


def from_other_index(stage: Stage) -> Wish:
    other = index_of(stage.folder / "other", project("seagrass", "1.0"))
    return {"add_pypi": (f"seagrass --index-url {other}",)}


BY_NAME: Final = (
    Scenario(
        "newer-keep",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("numerals==2.2.0",)},
        "keep-conda",
        {"conda:numerals": "2.0.1"},
        severity=Severity.BLOCKING,
        offered=("overwrite",),
    ),
    Scenario(
        "newer-overwrite",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("numerals==2.2.0",)},
        "overwrite",
        {"pypi:numerals": "2.2.0"},
        values={"broken": "starchart", "packages": "numerals"},
    ),
    Scenario(
        "newer-conda-first",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("numerals>=2.1,<2.2",), "remove": ("starchart",)},
        after={"conda:numerals": "2.1.0", "pypi:numerals": ""},
        values={"taken": "conda-first"},
        severity=Severity.WARNING,
    ),
    Scenario(
        "downgrade-keep",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("numerals<2",)},
        "keep-conda",
        {"conda:numerals": "2.0.1", "pypi:numerals": ""},
        offered=("overwrite",),
    ),
    Scenario(
        "downgrade-overwrite",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("numerals==1.9.0",)},
        "overwrite",
        {"pypi:numerals": "1.9.0"},
    ),
    Scenario(
        "same-version-stays",
        W.PYPI_HAS_CONDA_COPY,
        {"add_pypi": ("numerals==2.0.1",)},
        after={"conda:numerals": "2.0.1", "pypi:numerals": ""},
        severity=Severity.NOTE,
        offered=("update-from-conda", "overwrite"),
    ),
    Scenario(
        "same-version-overwrite",
        W.PYPI_HAS_CONDA_COPY,
        {"add_pypi": ("numerals==2.0.1",)},
        "overwrite",
        {"pypi:numerals": "2.0.1"},
    ),
    Scenario(
        "there-update-from-conda",
        W.PYPI_HAS_CONDA_COPY,
        {"add_pypi": ("tidepool",)},
        "update-from-conda",
        {"conda:tidepool": "3.2.0", "pypi:tidepool": ""},
    ),
    Scenario(
        "folder-overwrite",
        W.PYPI_CHANGES_CONDA,
        from_folder,
        "overwrite",
        {"pypi:numerals": "9.0"},
    ),
    Scenario(
        "file-overwrite",
        W.PYPI_CHANGES_CONDA,
        from_file,
        "overwrite",
        {"pypi:numerals": "2.2.0"},
        severity=Severity.BLOCKING,
    ),
    Scenario(
        "address-stays-out",
        W.PYPI_CHANGES_CONDA,
        from_address,
        after={"conda:numerals": "2.0.1", "pypi:numerals": ""},
        severity=Severity.BLOCKING,
        offered=("overwrite",),
    ),
)

THROUGH_OTHERS: Final = (
    Scenario(
        "transitive-overwrite",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("silver-gauge",)},
        "overwrite",
        {"pypi:silver-gauge": "1.0.0", "pypi:numerals": "2.2.0"},
        values={"packages": "numerals"},
    ),
    Scenario(
        "two-steps-away",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("deep-gauge",)},
        "overwrite",
        {"pypi:deep-gauge": "1.0.0", "pypi:silver-gauge": "1.0.0", "pypi:numerals": "2.2.0"},
        values={"packages": "numerals"},
    ),
    Scenario(
        "transitive-conda-first",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("copper-gauge",), "remove": ("starchart",)},
        after={"pypi:copper-gauge": "1.0.0", "conda:numerals": "2.1.0"},
        values={"taken": "conda-first"},
        severity=Severity.WARNING,
    ),
    Scenario(
        "transitive-downgrade-conda-first",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("old-gauge",), "remove": ("starchart",)},
        after={"pypi:old-gauge": "1.0.0", "conda:numerals": "1.4.2", "pypi:numerals": ""},
        values={"taken": "conda-first"},
    ),
    Scenario(
        "other-version",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("tin-tool>=2",)},
        after={"pypi:tin-tool": "1.0.0", "conda:numerals": "2.0.1"},
        values={"taken": "other-version"},
    ),
    Scenario(
        "extras",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("notebook[roman]",)},
        "overwrite",
        {"pypi:notebook": "1.0.0", "pypi:numerals": "2.2.0"},
    ),
    Scenario(
        "basket-of-both",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("silver-gauge", "pigment"), "add": ("glyphs",)},
        "overwrite",
        {"pypi:pigment": "0.5.0", "conda:glyphs": "5.0.0"},
    ),
)

BY_OTHER_NAMES: Final = (
    Scenario(
        "mapped-name",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("torch==2.2.0",)},
        "overwrite",
        {"pypi:torch": "2.2.0"},
        first=({"add": ("pytorch",), "channels": (OLD_LAB,)},),
        values={"packages": "torch"},
    ),
    Scenario(
        "mapped-name-conda-first",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("torch==2.2.0",), "channels": (LAB,)},
        after={"conda:pytorch": "2.2.0", "pypi:torch": ""},
        first=({"add": ("pytorch",), "channels": (OLD_LAB,)},),
        values={"taken": "conda-first", "specs": "pytorch 2.2.0"},
    ),
    Scenario(
        "mapped-name-transitive",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("torch-tool",)},
        "overwrite",
        {"pypi:torch": "2.2.0", "pypi:torch-tool": "1.0.0"},
        first=({"add": ("pytorch",), "channels": (OLD_LAB,)},),
        values={"packages": "torch"},
    ),
    Scenario(
        "mapped-name-same-version",
        W.PYPI_HAS_CONDA_COPY,
        {"add_pypi": ("torch",)},
        after={"pypi:torch": "", "conda:pytorch": "2.1.0"},
        first=({"add": ("pytorch",), "channels": (OLD_LAB,)},),
        values={"conda": "pytorch"},
    ),
    Scenario(
        "mapped-name-keep",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("opencv-python>=4.10",)},
        "keep-conda",
        {"pypi:opencv-python": "", "conda:py-opencv": "4.9.0"},
        first=({"add": ("py-opencv",), "channels": (OLD_LAB,)},),
    ),
    Scenario(
        "table-name",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("opencv-python>=4.10",)},
        "keep-conda",
        {"pypi:opencv-python": ""},
        owning(OPENCV),
    ),
    Scenario(
        "other-name-keep",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("opencv-python-headless",)},
        "keep-conda",
        {"pypi:opencv-python-headless": ""},
        owning(OPENCV),
        {"reason": "other-name", "packages": "py-opencv"},
    ),
    Scenario(
        "other-name-overwrite",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("opencv-python-headless",)},
        "overwrite",
        {"pypi:opencv-python-headless": "4.10.0"},
        first=({"add": ("py-opencv",), "channels": (OLD_LAB,)},),
    ),
    Scenario(
        "in-channel",
        W.PYPI_IN_CHANNEL,
        {"add_pypi": ("harpstring",)},
        "from-channel",
        {"conda:harpstring": "0.3.0", "pypi:harpstring": ""},
        severity=Severity.NOTE,
    ),
    Scenario(
        "mapped-in-channel",
        W.PYPI_IN_CHANNEL,
        {"add_pypi": ("torch",), "channels": (LAB,)},
        "from-channel",
        {"conda:pytorch": "2.2.0", "pypi:torch": ""},
        values={"certainty": "table", "conda": "pytorch"},
    ),
)

WHOSE_CODE: Final = (
    Scenario(
        "source-build",
        W.SOURCE_BUILD,
        {"add_pypi": ("clayjar",)},
        after={"pypi:clayjar": "0.2.0"},
        values={"packages": "clayjar"},
    ),
    Scenario(
        "from-an-address",
        W.RUNS_FOREIGN_CODE,
        foreign,
        after={"pypi:pigment": "0.5.0"},
        values={"packages": "pigment", "location": "127.0.0.1"},
        severity=Severity.WARNING,
    ),
    *(
        (
            Scenario(
                "from-a-repository",
                W.RUNS_FOREIGN_CODE,
                from_repository,
                after={"pypi:seagrass": "1.0"},
                values={"packages": "seagrass"},
            ),
        )
        if shutil.which("git")
        else ()
    ),
    Scenario(
        "other-index",
        W.OTHER_INDEX,
        from_other_index,
        after={"pypi:seagrass": "1.0"},
        values={"reason": "requirement"},
    ),
    Scenario(
        "copy-at-home",
        W.USER_SITE_LEAKS,
        {"add_pypi": ("pigment",)},
        after={"pypi:pigment": "0.5.0"},
        setup=with_copy_at_home("pigment"),
        values={"packages": "pigment"},
    ),
)

OVER_CONDA: Final = (
    *BY_NAME,
    *THROUGH_OTHERS,
    *BY_OTHER_NAMES,
    *WHOSE_CODE,
)
