"""What PyPI cannot give as it was asked for: extras, names, versions, files for this system."""

from __future__ import annotations

from typing import Final

from engine.plan import Severity
from engine.plan import WarningCode as W
from tests.engine.planning.conflict_stage import Scenario
from tests.engine.planning.pypi_world import OLD_LAB

EXTRAS: Final = (
    Scenario(
        "release-withdrawn",
        W.RELEASE_WITHDRAWN,
        {"add_pypi": ("inkwell==1.1.0",)},
        after={"pypi:inkwell": "1.1.0"},
        values={"packages": "inkwell", "version": "1.1.0", "why": "ink runs"},
        severity=Severity.WARNING,
        offered=("any-version",),
    ),
    Scenario(
        "release-withdrawn-left",
        W.RELEASE_WITHDRAWN,
        {"add_pypi": ("inkwell == 1.1.0",)},
        "any-version",
        {"pypi:inkwell": "1.0.0"},
    ),
    Scenario(
        "extra-that-is-not-there",
        W.EXTRA_MISSING,
        {"add_pypi": ("inkwell[gold]",)},
        "without-extra",
        {"pypi:inkwell": "1.0.0"},
        values={"extra": "gold", "packages": "inkwell"},
        severity=Severity.WARNING,
    ),
    Scenario(
        "extra-of-an-older-release",
        W.EXTRA_MISSING,
        {"add_pypi": ("sketchbook[colour]==1.0.0",)},
        after={"pypi:sketchbook": "1.0.0", "pypi:pigment": ""},
        values={"extra": "colour", "version": "1.0.0"},
    ),
    Scenario(
        "extra-that-condas-copy-lacks",
        W.EXTRA_MISSING,
        {"add_pypi": ("tidepool[deep]",)},
        after={"conda:tidepool": "3.1.0", "pypi:tidepool": ""},
        values={"extra": "deep", "packages": "tidepool", "version": "3.1.0"},
    ),
    Scenario(
        "extra-of-condas-copy",
        W.PYPI_HAS_CONDA_COPY,
        {"add_pypi": ("easel[colour]",)},
        after={"conda:easel": "2.1.0", "pypi:easel": "", "pypi:pigment": "0.5.0"},
        first=({"add": ("easel",), "channels": (OLD_LAB,)},),
    ),
)

NOT_TO_BE_HAD: Final = (
    Scenario(
        "unknown-name",
        W.PACKAGE_UNKNOWN,
        {"add_pypi": ("inkwelll", "pigment")},
        "leave-out",
        {"pypi:pigment": "0.5.0"},
        values={"package": "inkwelll", "source": "PyPI"},
        severity=Severity.BLOCKING,
        offered=("did-you-mean",),
    ),
    Scenario(
        "name-with-a-slip",
        W.PACKAGE_UNKNOWN,
        {"add_pypi": ("harpstringe",)},
        "did-you-mean",
        {"pypi:harpstring": "1.0.0"},
    ),
    Scenario(
        "unknown-name-in-a-channel",
        W.PACKAGE_UNKNOWN,
        {"add_pypi": ("sandglass",)},
        "from-channel",
        {"conda:sandglass": "0.4.0", "pypi:sandglass": ""},
    ),
    Scenario(
        "version-that-is-not-there",
        W.UNSATISFIABLE,
        {"add_pypi": ("pigment==9",)},
        "other-version",
        {"pypi:pigment": "0.5.0"},
        values={"missing": "pigment==9"},
        severity=Severity.BLOCKING,
    ),
    Scenario(
        "no-wheel",
        W.UNSATISFIABLE,
        {"add_pypi": ("cliffdweller", "pigment")},
        "leave-out",
        {"pypi:pigment": "0.5.0", "pypi:cliffdweller": ""},
    ),
    Scenario(
        "fits-nowhere",
        W.UNSATISFIABLE,
        {"add_pypi": ("brass-gauge", "pigment")},
        "leave-out",
        {"pypi:pigment": "0.5.0"},
        values={"packages": "numerals 2.0.1", "wishes": "brass-gauge"},
    ),
    Scenario(
        "fits-only-elsewhere",
        W.PYPI_CHANGES_CONDA,
        {"add_pypi": ("silver-gauge",)},
        "new-environment",
        {"pypi:silver-gauge": "1.0.0", "pypi:numerals": "2.2.0", "conda:starchart": ""},
        offered=("overwrite",),
    ),
)

OF_WISHES: Final = (*EXTRAS, *NOT_TO_BE_HAD)
