"""Start real copies of start.py, with a real pip and one small wheel in place of the real locks."""

import ast
import base64
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills and plays shells as POSIX does")

ROOT = Path(__file__).parents[1]
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


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return write_checkout(tmp_path)


@pytest.fixture(scope="module")
def first_start(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Checkout, subprocess.CompletedProcess[str]]:
    """Start a fresh checkout where the folder, the variables and pip's settings mislead."""
    checkout = write_checkout(tmp_path_factory.mktemp("first"))
    traps = checkout.folder.parent / "traps"
    traps.mkdir()
    (traps / "gui.py").write_text("raise SystemExit('the wrong gui')")
    (traps / "pip.py").write_text("raise SystemExit('the wrong pip')")
    run = checkout.start(
        "--root",
        "x y",
        "--offscreen",
        cwd=traps,
        PYTHONPATH=str(traps),
        PIP_USER="1",
        PIP_TARGET=str(traps / "target"),
    )
    return checkout, run


@pytest.fixture(scope="module")
def finished(first_start: tuple[Checkout, subprocess.CompletedProcess[str]]) -> Checkout:
    checkout, run = first_start
    assert answer(run)["part"] == "1.0"
    return checkout


@pytest.fixture
def moved(finished: Checkout, tmp_path: Path) -> Checkout:
    folder = tmp_path / "moved 位置"
    shutil.copytree(finished.folder, folder, symlinks=True)
    return Checkout(folder, finished.wheels)


@pytest.fixture(scope="module")
def start() -> ModuleType:
    spec = importlib.util.spec_from_file_location("start", ROOT / "start.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_that_a_fresh_checkout_sets_itself_up_and_hands_over(
    first_start: tuple[Checkout, subprocess.CompletedProcess[str]],
) -> None:
    checkout, run = first_start
    assert SETTING_UP in run.stdout
    assert answer(run) == {
        "arguments": ["--root", "x y", "--offscreen"],
        "folder": str(checkout.folder.parent / "traps"),
        "part": "1.0",
        "isolated": 1,
        "platform": "offscreen",
    }


def test_that_the_second_start_does_nothing_but_hand_over(finished: Checkout) -> None:
    def times() -> dict[Path, int]:
        files = (path for path in finished.folder.rglob("*") if "__pycache__" not in path.parts)
        return {path: path.lstat().st_mtime_ns for path in files}

    before = times()
    run = finished.start("--offscreen")
    assert len(run.stdout.splitlines()) == 1
    assert answer(run)["part"] == "1.0"
    assert times() == before


def test_that_a_moved_checkout_stays_ready(moved: Checkout) -> None:
    run = moved.start("--offscreen")
    assert SETTING_UP not in run.stdout
    assert answer(run)["part"] == "1.0"


def test_that_a_changed_lock_is_installed_into_the_environment_that_is_there(
    moved: Checkout,
) -> None:
    kept = moved.folder / ".venv" / "kept"
    kept.touch()
    moved.lock(write_wheel(moved.wheels, "2.0"))
    assert answer(moved.start("--offscreen"))["part"] == "2.0"
    assert kept.exists()


def test_that_an_environment_whose_python_is_gone_is_made_anew(moved: Checkout) -> None:
    python = moved.folder / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3")
    assert answer(moved.start("--offscreen"))["part"] == "1.0"


def kill_at(line: str, checkout: Checkout, *, spare_pip: bool) -> None:
    with checkout.begin() as process:
        assert process.stdout is not None
        assert any(line in said for said in process.stdout)
        if spare_pip:
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def test_that_a_start_killed_while_making_the_environment_is_made_good(checkout: Checkout) -> None:
    kill_at("Making a private", checkout, spare_pip=False)
    assert answer(checkout.start("--offscreen"))["part"] == "1.0"


@pytest.mark.parametrize("spare_pip", [False, True])
def test_that_a_start_killed_while_installing_is_made_good(
    moved: Checkout, spare_pip: bool
) -> None:
    moved.lock(write_wheel(moved.wheels, "2.0"))
    kill_at("Installing 1", moved, spare_pip=spare_pip)
    assert answer(moved.start("--offscreen"))["part"] == "2.0"
    assert not list(moved.folder.glob(".venv.discarded-*"))


def test_that_of_two_starts_at_once_one_sets_up_and_the_other_waits(moved: Checkout) -> None:
    moved.lock(write_wheel(moved.wheels, "2.0"))
    with moved.begin() as first, moved.begin() as second:
        said = [first.communicate(timeout=120)[0], second.communicate(timeout=120)[0]]
    assert [first.returncode, second.returncode] == [7, 7]
    assert sorted(SETTING_UP in text for text in said) == [False, True]
    assert all('"part": "2.0"' in text for text in said)


def test_that_a_machine_without_display_is_told_before_anything_is_done(
    checkout: Checkout,
) -> None:
    run = checkout.start("--practice")
    assert run.returncode == 2
    assert "no display" in run.stderr
    assert "--offscreen --screenshot FILE" in run.stderr
    assert not (checkout.folder / ".venv").exists()


def assert_refused(run: subprocess.CompletedProcess[str], *words: str) -> None:
    assert run.returncode == 1, run.stdout + run.stderr
    assert len(run.stderr.splitlines()) == 1
    assert "Traceback" not in run.stdout + run.stderr
    for word in words:
        assert word in run.stderr


def test_that_an_altered_download_is_refused_and_the_environment_left_as_it_was(
    moved: Checkout,
) -> None:
    line = write_wheel(moved.wheels, "3.0")
    moved.lock(line[:-5] + "0000\n")
    assert_refused(moved.start("--offscreen"), "not the one that Envdesk expects", "start again")
    moved.lock(write_wheel(moved.wheels, "1.0"))
    run = moved.start("--offscreen")
    assert SETTING_UP not in run.stdout
    assert answer(run)["part"] == "1.0"


def test_that_a_package_missing_from_the_index_is_named(moved: Checkout) -> None:
    moved.lock("otherpart==1.0 --hash=sha256:" + "0" * 64 + "\n")
    assert_refused(moved.start("--offscreen"), "no otherpart==1.0", "mirror")


def test_that_no_network_is_said_and_a_later_start_goes_on(moved: Checkout) -> None:
    moved.lock(write_wheel(moved.wheels, "2.0"))
    run = moved.start(
        "--offscreen",
        PIP_NO_INDEX="0",
        PIP_FIND_LINKS="",
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_RETRIES="1",
    )
    assert_refused(run, "could not be reached", "Check the network")
    assert "trying again" in run.stdout
    run = moved.start("--offscreen")
    assert "Making a private" not in run.stdout
    assert answer(run)["part"] == "2.0"


def mounted(command: str) -> tuple[str, ...]:
    """Prefix a command so that it runs behind a mount that nobody else sees, or skip."""
    probe = ["unshare", "--mount", "sh", "-c", "mount -t tmpfs none /mnt"]
    if not shutil.which("unshare") or subprocess.run(probe, check=False).returncode:
        pytest.skip("mounting needs root")
    return ("unshare", "--mount", "sh", "-c", f'{command} && exec "$@"', "sh")


@pytest.mark.skipif(sys.platform != "linux", reason="mounts as Linux does")
def test_that_a_read_only_folder_is_said(checkout: Checkout) -> None:
    folder = f"'{checkout.folder}'"
    command = f"mount --bind {folder} {folder} && mount -o remount,ro,bind {folder}"
    run = checkout.start("--offscreen", within=mounted(command))
    assert_refused(run, "cannot write into its folder", str(checkout.folder))


@pytest.mark.skipif(sys.platform != "linux", reason="mounts as Linux does")
def test_that_a_full_disk_is_said(checkout: Checkout) -> None:
    folder = f"'{checkout.folder}'"
    command = f"cp -r {folder} {folder}.copy && mount -t tmpfs -o size=4m none {folder}"
    command += f" && cp -r {folder}.copy/. {folder}"
    run = checkout.start("--offscreen", within=mounted(command))
    assert_refused(run, "disk is full", "Free about 1 GB")
    script = checkout.folder / "start.py"
    script.write_text(re.sub("NEEDED_BYTES = .*", "NEEDED_BYTES = 1", script.read_text()))
    shutil.rmtree(f"{checkout.folder}.copy")
    run = checkout.start("--offscreen", within=mounted(command))
    assert "Making a private" in run.stdout
    assert_refused(run, "disk is full", "Free about 1 GB")


AS_OLD = "sys.version_info = (3, 8, 10, 'final', 0)"


def test_that_an_old_python_can_read_the_script() -> None:
    ast.parse((ROOT / "start.py").read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("version", ["(3, 8, 10, 'final', 0)", "(3, 14, 0, 'final', 0)"])
def test_that_a_python_that_will_not_do_is_told_which_will(
    checkout: Checkout, version: str
) -> None:
    run = checkout.start("--offscreen", before=f"sys.version_info = {version}", PATH="/nowhere")
    assert_refused(run, "needs Python 3.11, 3.12 or 3.13", "python.org")


def test_that_a_python_that_will_not_do_finds_one_on_the_path_that_will(
    checkout: Checkout, tmp_path: Path
) -> None:
    name = "python{}.{}".format(*sys.version_info)
    write_command(tmp_path / "broken", name, "exit 127")
    write_command(tmp_path / "sound", name, f'exec "{sys.executable}" "$@"')
    path = f"{tmp_path / 'broken'}{os.pathsep}{tmp_path / 'sound'}"
    run = checkout.start("--help", before=AS_OLD, PATH=path)
    assert "python3 start.py test" in run.stdout
    assert run.returncode == 0, run.stderr


def write_command(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


WITHOUT_ENSUREPIP = "sys.modules['ensurepip'] = None"


@pytest.mark.skipif(sys.platform != "linux", reason="asks for packages as Linux does")
def test_that_a_missing_venv_module_is_said_with_the_command_that_brings_it(
    checkout: Checkout, tmp_path: Path
) -> None:
    run = checkout.start("--offscreen", before=WITHOUT_ENSUREPIP, PATH="/nowhere")
    assert_refused(run, "lacks the part that makes private environments", "package tool")
    write_command(tmp_path / "bin", "apt-get", "exit 100")
    write_command(tmp_path / "bin", "env", 'shift; "$@"')
    as_user = f"import os; os.geteuid = lambda: 1000; {WITHOUT_ENSUREPIP}"
    run = checkout.start("--offscreen", before=as_user, PATH=str(tmp_path / "bin"))
    package = "python{}.{}-venv".format(*sys.version_info)
    command = f"sudo apt-get update && sudo apt-get install -y {package}"
    assert_refused(run, f"Run this, then start again: {command}")
    as_root = f"import os; os.geteuid = lambda: 0; {WITHOUT_ENSUREPIP}"
    run = checkout.start("--offscreen", before=as_root, PATH=str(tmp_path / "bin"))
    assert_refused(run, "apt-get could not install it", command)


@pytest.mark.skipif(sys.platform != "linux", reason="asks for packages as Linux does")
def test_that_root_gets_missing_system_packages_without_being_asked(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = tmp_path / "said"
    write_command(tmp_path / "bin", "apt-get", f'echo "$DEBIAN_FRONTEND $@" >> "{said}"')
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    start.install_system_packages(["libegl1", "libgl1"], "It is needed.")
    update, install = said.read_text().splitlines()
    assert update.endswith("update")
    assert install.startswith("noninteractive")
    assert install.endswith("install --no-install-recommends -y libegl1 libgl1")


@pytest.mark.skipif(sys.platform != "linux", reason="reads ELF files")
def test_that_libraries_that_qt_does_not_find_are_named(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spec = importlib.util.find_spec("PySide6")
    assert spec is not None
    assert spec.origin is not None
    real = Path(spec.origin).parent
    site = tmp_path / "lib" / "python3" / "site-packages"
    platforms = site / "PySide6" / "Qt" / "plugins" / "platforms"
    platforms.mkdir(parents=True)
    (site / "PySide6" / "Qt" / "lib").symlink_to(real / "Qt" / "lib")
    library = (real / "Qt" / "plugins" / "platforms" / "libqxcb.so").read_bytes()
    assert b"libxkbcommon.so.0\0" in library
    altered = library.replace(b"libxkbcommon.so.0\0", b"libxkbabsent.so.0\0")
    (platforms / "libqxcb.so").write_bytes(altered)
    monkeypatch.setattr(start, "VENV", tmp_path)
    assert "libxkbabsent.so.0" in start.missing_libraries(["xcb"])
    assert start.missing_libraries(["offscreen"]) == []


@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libEGL.so.1", "libegl1"),
        ("libGL.so.1", "libgl1"),
        ("libX11-xcb.so.1", "libx11-xcb1"),
        ("libdbus-1.so.3", "libdbus-1-3"),
        ("libfontconfig.so.1", "libfontconfig1"),
        ("libglib-2.0.so.0", "libglib2.0-0"),
        ("libgssapi_krb5.so.2", "libgssapi-krb5-2"),
        ("libgthread-2.0.so.0", "libglib2.0-0"),
        ("libwayland-client.so.0", "libwayland-client0"),
        ("libxcb-cursor.so.0", "libxcb-cursor0"),
        ("libxcb-icccm.so.4", "libxcb-icccm4"),
        ("libxcb-keysyms.so.1", "libxcb-keysyms1"),
        ("libxcb-shape.so.0", "libxcb-shape0"),
        ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
        ("libxkbcommon.so.0", "libxkbcommon0"),
    ],
)
def test_that_a_library_is_named_as_debian_packages_it(
    start: ModuleType, library: str, package: str
) -> None:
    assert start.debian_package(library) == package


def test_that_where_a_process_cannot_be_replaced_its_exit_code_is_passed_on(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "name", "nt")
    assert start.hand_over([sys.executable, "-c", "raise SystemExit(5)"]) == 5


def locked(name: str) -> dict[str, frozenset[str]]:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    entries = [entry for entry in text.replace("\\\n", " ").splitlines() if entry.strip()]
    return {
        entry.split(" --hash", 1)[0].strip(): frozenset(re.findall(r"--hash=(\S+)", entry))
        for entry in entries
    }


def test_that_the_locks_are_hashed_name_no_host_and_agree() -> None:
    application, development = locked("app.txt"), locked("dev.txt")
    assert application.items() <= development.items()
    assert all(re.match(r"^[a-z0-9-]+==[^ ]+( ;.*)?$", pin) for pin in development)
    assert all(hashes for hashes in development.values())
    assert "://" not in (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8")
