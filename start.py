"""Start Envdesk, or run its tests, from a checkout. Needs nothing but Python 3.11 to 3.13.

    python3 start.py [OPTIONS]            open the window
        --practice                        on practice environments, which may be broken at will
        --root DIR                        keep environments and caches in DIR
        --offscreen --screenshot FILE     without a display: save a picture of the window
    python3 start.py test [ARGUMENTS]     run the tests; ARGUMENTS go to pytest
    python3 start.py setup                only prepare what the tests and the tools need

The first start makes a private Python environment in .venv and fills it from requirements/, whose
hashes pip verifies. Later starts find it finished and hand over at once.
"""

# All of this must be understood by Python 3.8, which may be the one that is asked to start.
from __future__ import annotations

import contextlib
import errno
import hashlib
import importlib.util
import io
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
LOG = HERE / ".venv.log"
LINUX = sys.platform.startswith("linux")
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "envdesk-setup.json"
UNFINISHED = VENV / "envdesk-unfinished"
OLDEST, NEWEST = (3, 11), (3, 13)
VERSION = "{}.{}".format(*sys.version_info)
MACHINE = f"{platform.system()} {platform.machine()}"
NEEDED_BYTES = 1_000_000_000
TEST_PROGRAMS = {name: name.lower() for name in ("Xvfb", "xauth", "xdotool", "openbox")}
TEST_PROGRAMS.update({"xprop": "x11-utils", "import": "imagemagick", "dbus-run-session": "dbus"})
CHINESE_FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
FAILURES = {
    "No space left|Errno 28|WinError 112|[Qq]uota exceeded": "The disk is full (or the one for "
    "temporary files). Free about 1 GB, then start again.",
    "[Ll]ong [Pp]ath": "The path of this folder is too long for Windows. Move the folder nearer to "
    "C:\\, then start again.",
    "Read-only file system|Permission denied|Access is denied": "Envdesk cannot write into its "
    "folder {here}. Close Envdesk if it is open, or copy the folder to a place that belongs to "
    "you, then start again.",
    "DO NOT MATCH THE HASHES": "A downloaded package is not the one that Envdesk expects, so it "
    "was not installed: it was damaged or altered on the way. Try another network, then start "
    "again.",
    "CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError": "The package index could not "
    "prove who it is (its certificate was refused). Check the computer's clock and the proxy of "
    "this network, then start again.",
    "NewConnectionError|NameResolution|Connect[A-Za-z ]*Time|Read[A-Za-z ]*Time|ProxyError|"
    "[Nn]etwork is unreachable|[Cc]onnection (reset|refused|aborted|broken)|IncompleteRead": "The "
    "package index could not be reached. Check the network (and the proxy or mirror that pip is "
    "set up with), then start again.",
    "No matching distribution": "The package index that pip is set up with has no {wanted} for "
    "this computer ({machine}, Python {python}). If it is a mirror that lags behind, choose "
    "another, then start again.",
}


class StartError(Exception):
    """Tell the user in a sentence what is wrong, and in another what to do."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


def explain(output: str) -> StartError:
    """Turn what pip, venv or the system said into a sentence for the user."""
    wanted = re.search(r"No matching distribution found for (\S+)", output)
    words = {"wanted": wanted and wanted[1], "here": HERE, "machine": MACHINE, "python": VERSION}
    for pattern, sentence in FAILURES.items():
        if re.search(pattern, output):
            return StartError(sentence.format(**words))
    last = output.strip().splitlines()[-1].strip()
    return StartError(f"Envdesk could not be set up: {last} (more in {LOG}).")


def run_quietly(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip


def is_suitable(implementation: str, version: tuple[int, int]) -> bool:
    return implementation == "cpython" and OLDEST <= version <= NEWEST


def find_suitable_python() -> str | None:
    """Find an interpreter that can be used: the one of .venv, then those on the PATH.

    Version managers leave commands on the PATH that only fail, so each one is really run.
    """
    folders = [*os.environ.get("PATH", "").split(os.pathsep), "/opt/homebrew/bin", "/usr/local/bin"]
    candidates = [[str(PYTHON)]]
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        candidates += [[shutil.which(f"python3.{minor}", path=p) or ""] for p in folders]
        candidates.append([shutil.which("py") or "", f"-3.{minor}"])
    candidates += [[shutil.which(name) or ""] for name in ("python3", "python")]
    probe = "import sys; print(sys.implementation.name, *sys.version_info[:2], sys.executable)"
    for candidate in filter(lambda command: command[0], candidates):
        with contextlib.suppress(OSError, ValueError):
            answer = run_quietly([*candidate, "-I", "-c", probe]).stdout
            implementation, major, minor, path = answer.strip().split(" ", 3)
            if is_suitable(implementation, (int(major), int(minor))):
                return path
    return None


def require_display(arguments: list[str]) -> None:
    if not LINUX or os.environ.get("QT_QPA_PLATFORM") or "--version" in arguments:
        return
    if "--offscreen" in arguments or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return
    raise StartError(
        "There is no display here to open a window on. Start Envdesk in a desktop session, or "
        "save a picture of its window: python3 start.py --offscreen --screenshot FILE",
        code=2,
    )


def read_stamp() -> dict[str, str]:
    with contextlib.suppress(OSError, ValueError):
        return dict(json.loads(STAMP.read_text(encoding="utf-8")))
    return {}


def write_stamp(stamp: dict[str, str]) -> None:
    fresh = STAMP.with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps(stamp), encoding="utf-8")
    fresh.replace(STAMP)


def expected_stamp(locks: list[str]) -> dict[str, str]:
    contents = {lock: (HERE / "requirements" / lock).read_bytes() for lock in locks}
    digests = {lock: hashlib.sha256(content).hexdigest() for lock, content in contents.items()}
    return {"python": VERSION, "machine": MACHINE, **digests}


def is_ready(locks: list[str]) -> bool:
    whole = PYTHON.exists() and not UNFINISHED.exists()
    return whole and expected_stamp(locks).items() <= read_stamp().items()


def try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # Some network drives know no locks; starts there are not held off from each other.
        return error.errno not in (errno.EAGAIN, errno.EACCES)
    return True


@contextlib.contextmanager
def sole_setup() -> Generator[None]:
    """Hold off other starts while this one sets up."""
    with (HERE / ".venv.lock").open("a+b") as handle:
        # pip holds it too, so that it stays locked while the pip of a killed start still writes.
        os.set_inheritable(handle.fileno(), True)
        told = False
        while not try_lock(handle.fileno()):
            if not told:
                print("Another start of Envdesk is setting up; waiting for it.")
            told = True
            time.sleep(0.1)
        yield


def run_setup_step(command: list[str], on_line: Callable[[str], object]) -> str:
    """Run a command that writes to .venv; return what it said, or nothing when all went well."""
    misleading = {"PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"}
    environment = {name: value for name, value in os.environ.items() if name not in misleading}
    environment.update(PIP_USER="0", PIP_NO_INPUT="1", PIP_DISABLE_PIP_VERSION_CHECK="1")
    output = ["The command failed:\n", " ".join(command) + "\n"]
    with LOG.open("w", encoding="utf-8") as log, subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding="utf-8", errors="replace", env=environment, close_fds=False,
    ) as process:  # fmt: skip
        for line in process.stdout or ():
            log.write(line)
            output.append(line)
            on_line(line)
    return "".join(output) if process.returncode else ""


def discard_environment() -> None:
    # Renamed first: a deletion that is interrupted must not leave something that looks whole.
    if VENV.exists() or VENV.is_symlink():
        VENV.rename(HERE / f".venv.discarded-{time.time_ns()}")
    for discarded in HERE.glob(".venv.discarded-*"):
        shutil.rmtree(str(discarded), ignore_errors=True)


def has_usable_environment() -> bool:
    if UNFINISHED.exists() or read_stamp().get("machine", MACHINE) != MACHINE:
        return False
    probe = "import sys, pip; print('{}.{}'.format(*sys.version_info))"
    with contextlib.suppress(OSError):
        return run_quietly([str(PYTHON), "-I", "-c", probe]).stdout.strip() == VERSION
    return False


def make_environment() -> None:
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        what = "This Python lacks the part that makes private environments (venv and ensurepip)."
        install_system_packages([f"python{VERSION}-venv"], what)
    if shutil.disk_usage(str(HERE)).free < NEEDED_BYTES:
        raise explain("No space left")
    discard_environment()
    VENV.mkdir()
    UNFINISHED.touch()
    print("  Making a private Python environment in .venv")
    python = getattr(sys, "_base_executable", None) or sys.executable
    failure = run_setup_step([python, "-I", "-m", "venv", "--prompt", "envdesk", str(VENV)], len)
    if failure:
        raise explain(failure)


def show_pip_progress(line: str) -> None:
    fetched = re.match(r"\s*(?:Downloading|Using cached) (?:\S*/)?(\S+)\.whl \(([^)]+)\)", line)
    if fetched:
        name, version = fetched[1].split("-")[:2]
        print(f"  Getting {name} {version} ({fetched[2]})")
    elif line.startswith("Installing collected packages:"):
        print(f"  Installing {len(line.split(','))} packages")
    elif "Retrying (Retry(" in line:
        print("  The package index does not answer; trying again")


def install_requirements(locks: list[str]) -> None:
    """Fill .venv from the first of the locks, which includes the others."""
    if is_ready(locks):
        return
    with sole_setup():
        if is_ready(locks):
            return
        print("Setting up Envdesk. This is done once and takes a few minutes.")
        if not has_usable_environment():
            make_environment()
        lock = HERE / "requirements" / locks[0]
        pip = [str(PYTHON), "-I", "-m", "pip", "install", "--require-hashes", "--no-deps"]
        pip += ["--only-binary=:all:", "--progress-bar=off", "-r", str(lock)]
        UNFINISHED.touch()
        failure = run_setup_step(pip, show_pip_progress)
        if failure:
            if "Installing collected packages" not in failure:
                UNFINISHED.unlink()
            raise explain(failure)
        site = next(VENV.glob("[Ll]ib*/**/site-packages"))
        # A relative path has no encoding to get wrong, and stays true when the folder is moved.
        up = "/".join([".."] * len(site.relative_to(HERE).parts))
        (site / "envdesk.pth").write_text(up + "\n", encoding="ascii")
        kept = {name: text for name, text in read_stamp().items() if name != "libraries"}
        write_stamp({**kept, **expected_stamp(locks)})
        UNFINISHED.unlink()


def debian_package(library: str) -> str:
    """Name the package of a shared library by Debian's rule (Debian Policy 8.1)."""
    against_the_rule = {"libglib-2.0": "libglib2.0-0", "libgthread-2.0": "libglib2.0-0"}
    name, _, version = library.partition(".so.")
    package = f"{name}-{version}" if name[-1:].isdigit() else f"{name}{version}"
    return against_the_rule.get(name, package.lower().replace("_", "-"))


def install_system_packages(packages: list[str], what: str) -> None:
    """Install Debian packages when that needs no password, else say how the user can do it."""
    if not shutil.which("apt-get"):
        raise StartError(f"{what} Install it with this system's package tool, then start again.")
    by_hand = f"sudo apt-get update && sudo apt-get install -y {' '.join(packages)}"
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if root and not (shutil.which("sudo") and run_quietly([*root, "true"]).returncode == 0):
        raise StartError(f"{what} Run this, then start again: {by_hand}")
    print(f"  Installing system packages: {' '.join(packages)}")
    apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "--option"]
    apt += ["DPkg::Lock::Timeout=300"]
    run_quietly([*apt, "update"])
    if run_quietly([*apt, "install", "--no-install-recommends", "-y", *packages]).returncode:
        raise StartError(f"{what} apt-get could not install it; see what it says to: {by_hand}")


def missing_libraries(platforms: list[str]) -> list[str]:
    """Ask the dynamic linker what Qt needs on these platforms and this system does not have."""
    names = ["QtWidgets.abi3.so", *(f"Qt/plugins/platforms/libq{name}.so" for name in platforms)]
    qt = next(VENV.glob("lib/python3*/site-packages/PySide6"), None)
    if qt is None or not shutil.which("ldd"):
        return []
    answer = run_quietly(["ldd", *(str(qt / name) for name in names)]).stdout
    return sorted(set(re.findall(r"^\s*(\S+) => not found", answer, re.MULTILINE)))


def require_libraries(platforms: list[str]) -> None:
    present = read_stamp().get("libraries", "").split()
    if not LINUX or set(platforms) <= set(present):
        return
    missing = missing_libraries(platforms)
    if missing:
        what = f"The window needs system libraries that are not here: {', '.join(missing)}."
        install_system_packages(sorted({debian_package(name) for name in missing}), what)
        if missing_libraries(platforms):
            raise StartError(f"{what} Install the packages that have them, then start again.")
    with contextlib.suppress(OSError):
        write_stamp({**read_stamp(), "libraries": " ".join({*present, *platforms})})


def require_display_tests() -> None:
    """Get what the tests on a real X server need; without it they are skipped, but not on CI."""
    if not LINUX:
        return
    missing = [package for name, package in TEST_PROGRAMS.items() if not shutil.which(name)]
    if shutil.which("apt-get") and not CHINESE_FONT.exists():
        missing.append("fonts-noto-cjk")
    try:
        require_libraries(["xcb"])
        if missing:
            install_system_packages(missing, f"They need {', '.join(missing)}.")
    except StartError as problem:
        if os.environ.get("ENVDESK_REQUIRE_X") == "1":
            raise
        print(f"The tests on a real display are skipped. {problem}")


def hand_over(command: list[str]) -> int:
    if os.name != "nt":
        os.execv(command[0], command)
    with subprocess.Popen(command) as process:
        while True:
            # The console tells the child of Ctrl+C too, and what follows is for the child to say.
            with contextlib.suppress(KeyboardInterrupt):
                return process.wait()


def main(arguments: list[str]) -> int:
    if not is_suitable(sys.implementation.name, sys.version_info[:2]):
        other = find_suitable_python()
        if other is None:
            needs = f"Envdesk needs Python 3.11, 3.12 or 3.13, and this is {VERSION}."
            raise StartError(f"{needs} Install one of them from python.org, then start again.")
        return hand_over([other, str(HERE / "start.py"), *arguments])
    if arguments[:1] in (["-h"], ["--help"]):
        print(str(__doc__))
        return 0
    if arguments[:1] in (["test"], ["setup"]):
        install_requirements(["dev.txt", "app.txt"])
        require_libraries(["offscreen"])
        require_display_tests()
        if arguments[0] == "setup":
            return 0
        os.chdir(str(HERE))
        return hand_over([str(PYTHON), "-I", "-m", "pytest", *arguments[1:]])
    require_display(arguments)
    if "--offscreen" in arguments:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    install_requirements(["app.txt"])
    default = "xcb" if os.environ.get("DISPLAY") else "wayland"
    require_libraries(re.split("[;:]", os.environ.get("QT_QPA_PLATFORM") or default)[:1])
    return hand_over([str(PYTHON), "-I", "-m", "gui", *arguments])


def run() -> int:
    """Run, and end with a sentence instead of a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace", line_buffering=True)
    try:
        return main(sys.argv[1:])
    except KeyboardInterrupt:
        problem = StartError("Stopped. Start again to go on.", code=130)
    except OSError as error:
        problem = explain(str(error))
    except StartError as error:
        problem = error
    print(problem, file=sys.stderr)
    return problem.code


if __name__ == "__main__":
    sys.exit(run())
