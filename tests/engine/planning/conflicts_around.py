"""What a change brings along beside the packages themselves (pip, scripts, channels, disks)."""

from __future__ import annotations

from typing import Final

from engine.plan import Severity
from engine.plan import WarningCode as W
from engine.requests import ChannelPriority, UpdateScope
from tests.engine.planning.conflict_stage import Scenario, running
from tests.engine.planning.pypi_world import DEFAULTS, FORGE, LAB, OLD_LAB, VAST

AROUND: Final = (
    Scenario(
        "pip-removed",
        W.NO_PIP,
        {"remove": ("pip",)},
        after={"conda:pip": ""},
        values={"reason": "removed"},
        severity=Severity.WARNING,
    ),
    Scenario(
        "pip-lacking",
        W.NO_PIP,
        {"add_pypi": ("pigment",), "update": ("tidepool",)},
        "with-pip",
        {"pypi:pigment": "0.5.0", "conda:tidepool": "3.2.0"},
        first=({"remove": ("pip",)},),
        values={"reason": "missing"},
        severity=Severity.NOTE,
    ),
    Scenario(
        "scripts",
        W.SCRIPTS_NOT_RUN,
        {"add": ("bellringer",)},
        first=({"add": ("bellringer",)}, {"remove": ("bellringer",)}),
        after={"conda:bellringer": "1.1.0"},
        values={"packages": "bellringer"},
    ),
    Scenario(
        "channels-mixed",
        W.CHANNELS_MIXED,
        {"add": ("glyphs", f"{FORGE}::quarry"), "channels": (DEFAULTS, FORGE)},
        "without-defaults",
        {"conda:glyphs": "5.0.0", "conda:quarry": "1.2.0"},
    ),
    Scenario(
        "disk-too-small",
        W.DISK_SPACE_SHORT,
        {"add": ("vast",), "channels": (VAST,)},
        after={"conda:vast": ""},
        severity=Severity.BLOCKING,
    ),
    Scenario(
        "programs-running",
        W.PROCESSES_RUNNING,
        {"add": ("glyphs",), "add_pypi": ("pigment",)},
        after={"conda:glyphs": "5.0.0", "pypi:pigment": "0.5.0"},
        setup=running,
        severity=Severity.WARNING,
    ),
    Scenario(
        "update-held-back",
        W.UPDATE_HELD_BACK,
        {"update": ("tortoise",), "channels": (LAB,)},
        "update-needed",
        {"conda:tortoise": "2.0", "conda:hare": "2.0"},
        first=({"add": ("tortoise",), "channels": (OLD_LAB,)},),
        values={"packages": "tortoise", "versions": "2.0", "others": "hare"},
    ),
    Scenario(
        "others-must-move",
        W.KEEP_IMPOSSIBLE,
        {"add": ("tortoise 2.0",), "channels": (LAB,)},
        after={"conda:tortoise": "2.0", "conda:hare": "2.0"},
        first=({"add": ("tortoise",), "channels": (OLD_LAB,)},),
        values={"packages": "hare"},
    ),
    Scenario(
        "files-in-common",
        W.FILES_CLOBBERED,
        {"add": ("harbor-east", "harbor-west")},
        first=({"add": ("harbor-east", "harbor-west")}, {"remove": ("harbor-east", "harbor-west")}),
        after={"conda:harbor-east": "1.0.0", "conda:harbor-west": "1.0.0"},
        values={"packages": "harbor-east, harbor-west"},
    ),
    Scenario(
        "later-channel",
        W.PRIORITY_RELAXED,
        {"add": ("almanac 2023.2",), "priority": ChannelPriority.FLEXIBLE},
        after={"conda:almanac": "2023.2"},
    ),
    Scenario(
        "not-together",
        W.UNSATISFIABLE,
        {"add": ("moonrise",)},
        "remove-other",
        {"conda:moonrise": "0.9.0", "conda:numerals": "2.1.0", "conda:starchart": ""},
        severity=Severity.BLOCKING,
        offered=("new-environment",),
    ),
    Scenario(
        "only-on-pypi",
        W.PACKAGE_UNKNOWN,
        {"add": ("pigment",)},
        "from-pypi",
        {"pypi:pigment": "0.5.0"},
        values={"package": "pigment"},
        severity=Severity.BLOCKING,
    ),
    Scenario(
        "version-only-on-pypi",
        W.UNSATISFIABLE,
        {"add": ("harpstring >=1",)},
        "from-pypi",
        {"pypi:harpstring": "1.0.0", "conda:harpstring": ""},
        offered=("other-version",),
    ),
    Scenario(
        "name-with-a-slip-in-a-channel",
        W.PACKAGE_UNKNOWN,
        {"add": ("sandglas",)},
        "did-you-mean",
        {"conda:sandglass": "0.4.0"},
    ),
    Scenario(
        "only-this-package",
        W.UNSATISFIABLE,
        {"add": ("tortoise 2.0",), "channels": (LAB,), "scope": UpdateScope.ONLY},
        "update-needed",
        {"conda:tortoise": "2.0", "conda:hare": "2.0"},
        first=({"add": ("tortoise",), "channels": (OLD_LAB,)},),
    ),
)
