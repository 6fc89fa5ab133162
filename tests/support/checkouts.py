"""Copies of start.py, with a real pip and one small wheel in place of the real locks."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


SETTING_UP = "Setting up Envdesk"


GUI = """
import json, os, sys
import smallpart
print(json.dumps({
    "arguments": sys.argv[1:], "folder": os.getcwd(), "part": smallpart.VERSION,
    "isolated": sys.flags.isolated, "platform": os.environ.get("QT_QPA_PLATFORM"),
}))
sys.exit(7)
"""


def write_wheel(folder: Path, version: str) -> str:
    """Write a wheel (PEP 427) of one module and return its line for a hashed requirements file."""
    content = {
        "smallpart.py": f"VERSION = {version!r}\n",
        f"smallpart-{version}.dist-info/METADATA": (
            f"Metadata-Version: 2.1\nName: smallpart\nVersion: {version}\n"
        ),
        f"smallpart-{version}.dist-info/WHEEL": (
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        ),
    }
    record = "".join(
        f"{name},sha256="
        f"{base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip('=')},"
        f"{len(text)}\n"
        for name, text in content.items()
    )
    content[f"smallpart-{version}.dist-info/RECORD"] = record
    folder.mkdir(exist_ok=True)
    wheel = folder / f"smallpart-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in content.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return f"smallpart=={version} --hash=sha256:{digest}\n"


@dataclass(frozen=True, slots=True)
class Checkout:
    folder: Path
    wheels: Path

    def environment(self, **changes: str) -> dict[str, str]:
        home = self.folder.parent / "home"
        home.mkdir(exist_ok=True)
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": self.wheels.as_uri(),
            **changes,
        }

    def lock(self, line: str) -> None:
        for name in ("app.txt", "dev.txt"):
            (self.folder / "requirements" / name).write_text(line)

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, self.folder / "start.py", "--offscreen", *arguments],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            start_new_session=True,
        )

    def start(
        self,
        *arguments: str,
        before: str = "",
        within: tuple[str, ...] = (),
        cwd: Path | None = None,
        **changes: str,
    ) -> subprocess.CompletedProcess[str]:
        """Start to the end; `before` is Python code that first makes the machine a poorer one."""
        script = self.folder / "start.py"
        command = [sys.executable, str(script), *arguments]
        if before:
            code = (
                f"import runpy, sys; sys.argv = {[str(script), *arguments]!r}; {before}; "
                f"runpy.run_path({str(script)!r}, run_name='__main__')"
            )
            command = [sys.executable, "-c", code]
        return subprocess.run(
            [*within, *command],
            env=self.environment(**changes),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )


def answer(run: subprocess.CompletedProcess[str]) -> dict[str, object]:
    assert run.returncode == 7, run.stdout + run.stderr
    return json.loads(run.stdout.splitlines()[-1])


def write_checkout(parent: Path) -> Checkout:
    folder = parent / "我的 env desk"
    (folder / "gui").mkdir(parents=True)
    (folder / "requirements").mkdir()
    shutil.copy(ROOT / "start.py", folder)
    (folder / "gui" / "__main__.py").write_text(GUI)
    checkout = Checkout(folder, parent / "wheels")
    checkout.lock(write_wheel(checkout.wheels, "1.0"))
    return checkout


def assert_refused(run: subprocess.CompletedProcess[str], *words: str) -> None:
    assert run.returncode == 1, run.stdout + run.stderr
    assert len(run.stderr.splitlines()) == 1
    assert "Traceback" not in run.stdout + run.stderr
    for word in words:
        assert word in run.stderr
