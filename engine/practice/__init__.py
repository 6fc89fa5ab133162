"""Build and serve a practice world: real conda channels and a package index without a network.

Channel `practice-main` (newer, preferred). PY is the version of the Python that builds it.

=================  =========================  ======================================================
package            versions                   what is special
=================  =========================  ======================================================
python             PY build 1                 works below any prefix, without test suite and IDLE
pip                as bundled with PY         noarch python
numerals           1.4.2 (build 1) 2.0.1      others depend on it
                   2.1.0
tidepool           3.1.0 3.2.0                needs numerals >=1.4; command `tidepool`
starchart          1.8.0                      needs numerals >=2.0,<2.1 and tidepool; command
moonrise           0.9.0                      needs numerals >=2.1: cannot live with starchart
almanac            2025.3 2026.1 2026.2rc1    noarch python, needs only Python
firelily, icemoss  1.0.0                      firelily's `constrains` excludes icemoss
kite               1.0.0                      needs `wind`, which nobody has
furnace            1.0.0                      needs the virtual package __cuda >=99
glyphs             5.0.0                      Unicode names, spaces, an empty file
driftwood          2.0.0                      native; links (one dangling), read-only, executable
lodestone          2.5.0                      native; prefix in a binary file, 255 characters wide
signpost           1.3.0                      native; prefix in a script and a settings file
bellringer         1.1.0                      native; post-link and pre-unlink scripts
compass            1.0.0                      native; activation scripts and variables
lighthouse         1.0.0                      a menu item
harbor-east,       1.0.0                      both carry share/harbor/chart.txt, with other content
harbor-west
quarry             1.2.0                      a download of 4 MB that does not compress
mosaic             1.0.0                      1,501 small files
=================  =========================  ======================================================

Channel `practice-extra` (older, some of its own).

=================  =========================  ======================================================
package            versions                   what is special
=================  =========================  ======================================================
python             PY build 0                 the same files as build 1
pip                as bundled with PY
numerals           0.9.5 1.0.0 1.4.2          the last one with the lower build number 0
tidepool           2.6.0                      needs numerals >=0.9,<2
starchart          1.2.0                      needs numerals >=1.0,<2 and tidepool
almanac            2023.2
harpstring         0.3.0                      only here; needs numerals >=0.9
papyrus            4.0.1                      only here; needs harpstring and numerals; command
meadow             1.1.0                      only here; needs numerals <1
sandglass          0.4.0                      only here; `.tar.bz2`
=================  =========================  ======================================================

Package index `simple` (stands for PyPI; pure-Python wheels unless said otherwise).

=================  =========================  ======================================================
distribution       versions                   what is special
=================  =========================  ======================================================
numerals           2.1.0 2.2.0                also in the channels
tidepool           3.3.0                      needs numerals>=2.2; also in the channels; command
inkwell            1.0.0 1.1.0 1.2.0 2.0.0    needs lanternfish; 1.1.0 is yanked; 1.2.0 has an extra
                                              `colour` and a marker that never holds; 2.0.0 needs
                                              Python 3.99; command `inkwell`
lanternfish        1.0.0 1.1.0
pigment            0.5.0                      the extra of inkwell
brass-gauge        1.0.0                      needs numerals<1
silver-gauge       1.0.0                      needs numerals>=2.2
cliffdweller       1.0.0                      only a wheel for another system
clayjar            0.2.0                      only source; builds without any other package
=================  =========================  ======================================================

Ready environments: `course-2026` (python, pip, tidepool 3.1.0, starchart, almanac 2025.3, numerals
2.0.1 from practice-main, and inkwell 1.0.0 with lanternfish from the index), `数据分析` (python,
pip, papyrus, tidepool from practice-extra), `tiny` (glyphs, signpost; no Python) and `old-thesis`
(one whole record, one cut in half, one that is no record; files and Python missing).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.practice.channels import EXTRA_CHANNEL, MAIN_CHANNEL, cached_channels
    from engine.practice.faults import Fault, FaultKind, Faults
    from engine.practice.serving import ChannelServer, LoggedRequest
    from engine.practice.world import (
        PracticeChannel,
        PracticeEnvironment,
        PracticeIndex,
        PracticeWorld,
        build_world,
        serve_world,
    )

__all__ = [
    "EXTRA_CHANNEL",
    "MAIN_CHANNEL",
    "ChannelServer",
    "Fault",
    "FaultKind",
    "Faults",
    "LoggedRequest",
    "PracticeChannel",
    "PracticeEnvironment",
    "PracticeIndex",
    "PracticeWorld",
    "build_world",
    "cached_channels",
    "serve_world",
]

_HOMES = {
    "EXTRA_CHANNEL": "channels",
    "MAIN_CHANNEL": "channels",
    "cached_channels": "channels",
    "Fault": "faults",
    "FaultKind": "faults",
    "Faults": "faults",
    "ChannelServer": "serving",
    "LoggedRequest": "serving",
    "PracticeChannel": "world",
    "PracticeEnvironment": "world",
    "PracticeIndex": "world",
    "PracticeWorld": "world",
    "build_world": "world",
    "serve_world": "world",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
