"""Build a release: `python -m release SYSTEM`, on that system."""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from engine.version import __version__
from release.places import DIST, PAYLOAD, SOURCE, ReleaseError, changelog_has_version, release_name

SUMS = "SHA256SUMS"


def main(argv: Sequence[str] | None = None) -> int:
    """Build what the command line asks for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m release", description=__doc__)
    parser.add_argument(
        "what",
        choices=("payload", "linux", "windows", "macos", "check"),
        help="a system: everything for it; payload: the frozen application alone; "
        "check: whether the files in packaging/ fit together",
    )
    parser.add_argument("--quick", action="store_true", help="pack less tightly, for tests")
    parser.add_argument("--iscc", type=Path, metavar="FILE", help="Inno Setup's compiler")
    arguments = parser.parse_args(argv)
    try:
        if arguments.what == "check":
            return _check()
        return _build(arguments.what, quick=arguments.quick, iscc=arguments.iscc)
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1


def _check() -> int:
    from release.checks import problems

    found = problems()
    for each in found:
        print(each, file=sys.stderr)
    print(f"{len(found)} problems in packaging/." if found else "packaging/ fits together.")
    return 1 if found else 0


def _build(what: str, *, quick: bool, iscc: Path | None) -> int:
    if not changelog_has_version():
        raise ReleaseError(f"CHANGELOG.md has no section for {__version__}.")
    if _check():
        raise ReleaseError("Nothing was built.")
    from release.payload import build

    shutil.rmtree(DIST, ignore_errors=True)
    build()
    made: list[Path] = []
    if what == "linux":
        from release.linux import write_archive, write_deb

        made += [write_archive(quick=quick), write_deb(quick=quick)]
    elif what == "windows":
        from release.windows import write_setup

        made.append(write_setup(iscc))
    elif what == "macos":
        from release.macos import write_image

        made.append(write_image())
    if made:
        from release.sbom import bill_of_materials

        bill = DIST / f"{release_name()}.cdx.json"
        bill.write_bytes(bill_of_materials(PAYLOAD))
        made.append(bill)
        sums = [f"{hashlib.sha256(each.read_bytes()).hexdigest()}  {each.name}\n" for each in made]
        (DIST / SUMS).write_text("".join(sums), encoding="ascii", newline="\n")
    for each in made or [PAYLOAD]:
        size = f"{each.stat().st_size / 1e6:.1f} MB" if each.is_file() else "folder"
        print(f"{each.relative_to(SOURCE).as_posix()}: {size}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
