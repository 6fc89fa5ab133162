from __future__ import annotations

import json
import sys
from pathlib import Path

from engine.opening.surroundings import fresh_environment, own_surroundings
from tests.support.shell_world import make_prefix


def test_that_nothing_of_envdesk_is_passed_on() -> None:
    environ = {
        "HOME": "/home/me",
        "QT_QPA_PLATFORM": "offscreen",
        "QT_PLUGIN_PATH": "/app/plugins",
        "QT_IM_MODULE": "fcitx",
        "QT_SCALE_FACTOR": "2",
        "QML2_IMPORT_PATH": "/app/qml",
        "PYTHONHOME": "/app",
        "VIRTUAL_ENV": "/src/.venv",
        "VIRTUAL_ENV_PROMPT": "(x)",
        "_MEIPASS2": "/app/_MEI",
        "_PYI_ARCHIVE_FILE": "/app/envdesk",
        "PATH": "/src/.venv/bin:/app/.venv/bin/:/usr/bin:/bin",
        "LD_LIBRARY_PATH": "/app/lib",
        "LD_LIBRARY_PATH_ORIG": "/opt/lib",
        "DYLD_LIBRARY_PATH": "/app/lib",
        "DYLD_LIBRARY_PATH_ORIG": "",
    }
    assert fresh_environment(environ, "linux", own_folder=Path("/app/.venv")) == {
        "HOME": "/home/me",
        "QT_IM_MODULE": "fcitx",
        "QT_SCALE_FACTOR": "2",
        "PATH": "/usr/bin:/bin",
        "LD_LIBRARY_PATH": "/opt/lib",
    }


def test_that_a_persons_library_path_stays_unless_the_bundle_set_it() -> None:
    environ = {"LD_LIBRARY_PATH": "/opt/lib"}
    assert fresh_environment(environ, "linux") == environ
    assert fresh_environment(environ, "linux", is_frozen=True) == {}


def test_that_an_active_environment_is_not_passed_on(tmp_path: Path) -> None:
    base = make_prefix(tmp_path / "mini forge")
    prefix = make_prefix(tmp_path / "envs" / "x")
    state = {"env_vars": {"OF_ENV": "1", "CHANGED": "1"}}
    (prefix / "conda-meta" / "state").write_text(json.dumps(state))
    environ = {
        "PATH": f"{prefix}/bin:/mine:{base}/bin:{base}/condabin:/usr/bin",
        "CONDA_EXE": f"{base}/bin/conda",
        "CONDA_PREFIX": str(prefix),
        "CONDA_PREFIX_1": str(base),
        "CONDA_SHLVL": "2",
        "CONDA_STACKED_2": "true",
        "CONDA_DEFAULT_ENV": "x",
        "CONDA_PROMPT_MODIFIER": "(x) ",
        "__CONDA_SHLVL_1_OF_ENV": "0",
        "OF_ENV": "1",
        "CHANGED": "by the user",
        "CONDA_CHANNELS": "lab",
    }
    assert fresh_environment(environ, "linux") == {
        "PATH": f"/mine:{base}/condabin:/usr/bin",
        "CONDA_EXE": f"{base}/bin/conda",
        "CHANGED": "by the user",
        "CONDA_CHANNELS": "lab",
    }


def test_that_windows_paths_are_compared_as_windows_does() -> None:
    environ = {
        "PATH": "c:\\Conda\\ENVS\\x;C:\\conda\\envs\\x\\Library\\bin\\;C:/conda/envs/x/Scripts;"
        "C:\\src\\.venv\\Scripts;C:\\Windows",
        "CONDA_PREFIX": "C:\\conda\\envs\\x",
    }
    found = fresh_environment(environ, "win32", own_folder=Path("C:\\src\\.venv"))
    assert found == {"PATH": "C:\\Windows"}


def test_that_our_own_virtual_environment_is_not_on_the_path() -> None:
    path = own_surroundings().get("PATH", "").split(":")
    if sys.prefix != sys.base_prefix:
        assert f"{sys.prefix}/bin" not in path
    assert path
