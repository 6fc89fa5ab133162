"""Run the window: `python -m gui`."""

from __future__ import annotations

import sys

from engine.launching import begin_again_in_utf8
from gui.app import main

if __name__ == "__main__":
    begin_again_in_utf8()
    sys.exit(main())
