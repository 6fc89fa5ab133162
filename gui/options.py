"""What can be said on the command line of the window."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.places import root_folder
from engine.version import __version__


@dataclass(frozen=True, slots=True)
class Options:
    """Hold the command line; `scheme` is "light", "dark" or "system", `size` in pixels.

    `files`, which may be web addresses, are opened in the window at once.
    """

    root: Path | None = None
    practice: bool = False
    offscreen: bool = False
    screenshot: Path | None = None
    select: str = ""
    scheme: str = "system"
    size: tuple[int, int] | None = None
    self_check: bool = False
    quit: bool = False
    files: tuple[str, ...] = ()


def read_options(argv: Sequence[str] | None = None) -> Options:
    """Return the options in `argv`; ends the process with status 2 when they are wrong."""
    read = _parser().parse_args(argv)
    return Options(
        read.root,
        read.practice,
        read.offscreen,
        read.screenshot,
        read.select,
        read.scheme,
        read.size,
        read.self_check,
        read.quit,
        tuple(read.files),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="envdesk", description="See and manage conda environments and the packages in them."
    )
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="install what these files, or those at web addresses, ask for",
    )
    parser.add_argument("--version", action="version", version=f"Envdesk {__version__}")
    places = parser.add_mutually_exclusive_group()
    places.add_argument(
        "--root",
        type=root_folder,
        metavar="DIR",
        help="keep and look for everything below DIR only",
    )
    places.add_argument(
        "--practice",
        action="store_true",
        help="open on practice environments that are thrown away at the end",
    )
    parser.add_argument("--select", default="", metavar="NAME", help="show this environment first")
    parser.add_argument(
        "--scheme", choices=("system", "light", "dark"), default="system", help="how it looks"
    )
    parser.add_argument("--size", type=_size, metavar="WxH", help="how large the window is")
    parser.add_argument("--offscreen", action="store_true", help="work without a display")
    parser.add_argument(
        "--screenshot", type=Path, metavar="FILE", help="save a picture of the window, and end"
    )
    parser.add_argument(
        "--self-check",
        action="store_true",
        help="do the main job in a folder that is thrown away, and report",
    )
    parser.add_argument(
        "--quit", action="store_true", help="close the windows that are open, and what they do"
    )
    return parser


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 1280x800")
    return int(width), int(height)
