import ast
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("gui", "engine", "resources")
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def sources() -> list[Path]:
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    assert found
    return [*found, ROOT / "start.py"]


def run(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def modules_loaded_by(statement: str) -> set[str]:
    """Run a statement in a fresh interpreter and return the top-level names it has loaded."""
    code = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    result = run("-c", code)
    assert result.returncode == 0, result.stderr
    return {name.partition(".")[0] for name in json.loads(result.stdout)}


def test_that_the_packaging_folder_does_not_hide_the_packaging_library() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()
    result = run("-c", "import packaging.version; print(packaging.version.__file__)")
    assert "site-packages" in Path(result.stdout.strip()).parts, result.stderr


@pytest.mark.parametrize("module", ["engine", "engine.session", "engine.__main__"])
def test_that_the_engine_loads_neither_qt_nor_rattler(module: str) -> None:
    loaded = modules_loaded_by(f"import {module}")
    assert "engine" in loaded
    assert not loaded & {"PySide6", "shiboken6", "qasync", "rattler"}


def test_that_no_module_of_the_window_loads_rattler() -> None:
    files = [path.relative_to(ROOT).with_suffix("") for path in (ROOT / "gui").rglob("*.py")]
    names = sorted(".".join(file.parts).removesuffix(".__init__") for file in files)
    assert {"gui.app", "gui.__main__"} <= set(names)
    loaded = modules_loaded_by(f"import {', '.join(names)}")
    assert "PySide6" in loaded
    assert "rattler" not in loaded


def test_that_the_import_rules_hold() -> None:
    result = run("-c", LINT_IMPORTS, "--no-cache")
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("module", "statement"),
    [
        ("engine/inner.py", "import gui"),
        ("engine/inner.py", "import PySide6"),
        ("resources/inner.py", "import engine"),
        ("gui/inner.py", "import rattler"),
        ("gui/inner.py", "import uv"),
    ],
)
def test_that_the_import_rules_notice_a_breach(tmp_path: Path, module: str, statement: str) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    assert run("-c", LINT_IMPORTS, "--no-cache", cwd=tmp_path).returncode == 0
    (tmp_path / module).write_text(statement)
    result = run("-c", LINT_IMPORTS, "--no-cache", cwd=tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout


def imported_modules(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_that_rattler_is_named_only_behind_its_gates() -> None:
    gates = (ROOT / "engine" / "conda", ROOT / "engine" / "practice")
    users = {path for path in sources() if "rattler" in imported_modules(path)}
    assert users
    assert not {path for path in users if not any(path.is_relative_to(gate) for gate in gates)}


def test_that_qt_calls_without_a_result_keep_python_alive() -> None:
    """Guard against bindings that give up a reference to None with every such call."""
    code = "from PySide6.QtCore import QObject\nthing = QObject()\n"
    code += "for _ in range(200_000): thing.setObjectName('x')\nprint('alive')"
    result = run("-c", code)
    assert (result.returncode, result.stdout) == (0, "alive\n"), result.stderr


def test_that_no_module_has_grown_past_400_lines() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}
    assert not {path: length for path, length in lengths.items() if length > 400}


def test_that_modules_are_named_for_what_they_do() -> None:
    vague = {"util", "utils", "helper", "helpers", "manager", "base", "common", "misc"}
    assert not {path for path in sources() if vague & set(re.split(r"[_.]", path.stem.lower()))}


def test_that_the_version_is_written_in_one_place() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" in settings["project"]["dynamic"]
    place = ROOT / settings["tool"]["hatch"]["version"]["path"]
    spec = importlib.util.spec_from_file_location("version", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    version: str = module.__version__
    assert re.fullmatch(r"\d+\.\d+\.\d+(\.dev\d+|rc\d+)?", version)
    quoted = re.compile(rf"[\"']{re.escape(version)}[\"']")
    assert [path for path in sources() if quoted.search(path.read_text(encoding="utf-8"))] == [
        place
    ]
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
