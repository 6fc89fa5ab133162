"""How long a requirements file of 2,000 lines takes to read, against pip's own reader of it.

`python benchmarks/reading.py` writes the file into a temporary folder.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.measuring import Row, print_table, times_of, times_of_command
from engine.files.reading import read_file

GOAL_S = 0.5  # half of what reading, assigning and showing may take together

_PIP = (
    "import sys\n"
    "from pip._internal.network.session import PipSession\n"
    "from pip._internal.req.constructors import install_req_from_parsed_requirement as made\n"
    "from pip._internal.req.req_file import parse_requirements\n"
    "for each in parse_requirements(sys.argv[1], PipSession()): made(each)\n"
)


def write_requirements(path: Path, lines: int) -> None:
    """Write a file with versions, extras, markers, hashes and comments."""
    forms = (
        "package-{0}>=1.{0},<3\n",
        "package-{0}[extra]==2.{0}  # pinned\n",
        "package-{0}; python_version >= '3.9' and sys_platform != 'win32'\n",
        "package-{0}==1.{0} --hash=sha256:" + "0123456789abcdef" * 4 + "\n",
    )
    text = "".join(forms[number % len(forms)].format(number) for number in range(lines))
    path.write_text(text, encoding="utf-8")


def main() -> int:
    """Print the table; the exit status is 1 when the goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=2_000)
    parser.add_argument("--runs", type=int, default=7)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="envdesk-benchmark-") as folder:
        path = Path(folder) / "requirements.txt"
        write_requirements(path, chosen.lines)
        assert len(read_file(path).wanted) == chosen.lines
        home = Path(folder)
        command = [sys.executable, "-c", _PIP, str(path)]
        rows = (
            Row("Envdesk, in process", times_of(lambda: read_file(path), chosen.runs), GOAL_S),
            Row("pip's own reader, with its start", times_of_command(command, home, 3)),
        )
        return 0 if print_table(f"Reading {chosen.lines} requirements", rows) else 1


if __name__ == "__main__":
    sys.exit(main())
