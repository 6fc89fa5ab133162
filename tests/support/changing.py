"""Change environments by the engine's own plan and executor; runs in a rattler worker."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path
from unittest.mock import patch

from engine.conda.condarc import CondaConfiguration, read_configuration
from engine.environments.packages import read_packages
from engine.errors import EngineError, ErrorCode
from engine.places import Places
from engine.plan import Plan
from engine.planning import plan_request
from engine.records import RecordKind
from engine.requests import Request
from engine.transactions.executor import carry_out
from tests.support.creating import Heard


async def planned(
    request: Request, places: Places, configuration: CondaConfiguration | None = None
) -> Plan:
    """Plan a request of any kind."""
    return await plan_request(request, places, configuration or read_configuration(places))


async def carried_out(plan: Plan, places: Places) -> Heard:
    """Carry a plan out, and return what was told."""
    heard = Heard()
    await carry_out(plan, places, heard)
    return heard


async def done(
    request: Request,
    places: Places,
    configuration: CondaConfiguration | None = None,
    plan: Plan | None = None,
) -> tuple[Plan, Heard]:
    """Plan a request, or take its `plan`, and carry it out.

    Where that asks for another look at the preview, it is planned and carried out once more.
    """
    plan = plan or await planned(request, places, configuration)
    try:
        return plan, await carried_out(plan, places)
    except EngineError as error:
        if error.code is not ErrorCode.PREVIEW_AGAIN:
            raise
    plan = await planned(request, places, configuration)
    return plan, await carried_out(plan, places)


async def quickly(request: Request, places: Places) -> bool:
    """Carry a request out; return whether what was linked beside the mirror was moved in."""
    from engine.conda import exchanging
    from engine.conda.beside import Beside, move_in

    moved: list[bool] = []

    def watched(made: Beside, new: Path) -> bool:
        moved.append(move_in(made, new))
        return moved[-1]

    with patch.object(exchanging, "move_in", watched):
        await done(request, places)
    return moved[-1]


async def by_rattler(request: Request, places: Places) -> None:
    """Carry a request out in the way in which rattler is told of all that is installed."""
    from engine.conda import beside

    def refuse(*_: object) -> bool:
        return False

    with patch.object(beside, "_is_plain", refuse):
        await done(request, places)


def versions(prefix: Path) -> dict[str, str]:
    """Return the versions of the conda packages that are installed, Python and pip left out."""
    return {
        record.name: record.version
        for record in read_packages(prefix)
        if record.kind is RecordKind.CONDA and record.name not in ("python", "pip")
    }


def imported(prefix: Path, *modules: str) -> dict[str, str]:
    """Return the versions that the environment's own Python imports; empty for what it cannot."""
    code = (
        "import importlib, json, sys\n"
        "found = {}\n"
        "for name in sys.argv[1:]:\n"
        "    try:\n"
        "        found[name] = importlib.import_module(name).__version__\n"
        "    except ImportError:\n"
        "        found[name] = ''\n"
        "print(json.dumps(found))\n"
    )
    python = prefix / "bin" / "python"
    done = subprocess.run(
        [str(python), "-I", "-c", code, *modules], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def recorded_files(prefix: Path) -> dict[str, str]:
    """Return the files that the records list, with the package of each."""
    found: dict[str, str] = {}
    for path in (prefix / "conda-meta").glob("*.json"):
        document = json.loads(path.read_bytes())
        found |= dict.fromkeys(document["files"], document["name"])
    return found


def files_below(prefix: Path) -> set[str]:
    """Return the names of all files below a prefix but those of conda-meta."""
    found: set[str] = set()
    for folder, folders, names in os.walk(prefix):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        below = Path(folder).relative_to(prefix)
        found |= {(below / name).as_posix() for name in (*names, *links)}
    return {path for path in found if not path.startswith("conda-meta/")}


def contents(prefix: Path) -> dict[str, str]:
    """Return a digest of every file and link of an environment; bytecode is left out."""
    found: dict[str, str] = {}
    for folder, below, names in os.walk(prefix):
        for path in (Path(folder, name) for name in (*names, *below)):
            if "__pycache__" not in folder and (path.is_symlink() or path.is_file()):
                data = os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()
                found[str(path.relative_to(prefix))] = hashlib.sha256(data).hexdigest()
    return found
