"""The arguments of `plan import`, apart from what carries it out: every command reads them."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.files.values import FileKind


def add_import(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `plan import`."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="or a web address")
    target = parser.add_mutually_exclusive_group()
    target.add_argument("--into", type=Path, metavar="PREFIX", help="an environment that is there")
    target.add_argument("--name", "-n", help="a name for a new one; suggested by the file")
    target.add_argument("--prefix", "-p", type=Path, dest="target", help="the folder itself")
    parser.add_argument("--python", default="", metavar="VERSION", help="such as 3.12")
    parser.add_argument(
        "--group", action="append", default=[], help="an extra or group beside what is always there"
    )
    parser.add_argument("--environment", default="", help="of a file that holds several")
    parser.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="KEY",
        help="agree to a line that runs code or trusts a host, or to all of them",
    )
    parser.add_argument(
        "--anew",
        action="store_true",
        help="work the packages of a lock out anew, also for another system than its own",
    )
    parser.add_argument(
        "--as",
        dest="file_kind",
        choices=[kind.value for kind in FileKind],
        help="what the file is, where that was not recognised",
    )
