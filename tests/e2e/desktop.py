"""A desktop of its own for tests: an X server, a window manager, and what screen readers use."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Self

SYSTEM_PYTHON = "/usr/bin/python3"
SIZE = (1400, 950)
HAN_LETTERS = "第一个副本"  # the keyboard has a key for each
_PROGRAMS = {
    "Xvfb": "xvfb",
    "openbox": "openbox",
    "xdotool": "xdotool",
    "convert": "imagemagick",
    "dbus-daemon": "dbus",
    "xkbcomp": "x11-xkb-utils",
    "setpriv": "util-linux",
}
_LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
_BINDINGS = "from gi.repository import Gio"
_START_S = 60.0
_WITH_US = ("setpriv", "--pdeathsig", "TERM")  # also when the tests are killed
_KEYBOARD = """
xkb_keymap {
  xkb_keycodes { include "evdev+aliases(qwerty)" };
  xkb_types { include "complete" };
  xkb_compatibility { include "complete" };
  xkb_symbols { include "pc+us+inet(evdev)" KEYS };
};
"""


def missing_packages() -> tuple[str, ...]:
    """Return the Debian packages that a desktop needs and this machine lacks."""
    missing = [package for name, package in _PROGRAMS.items() if shutil.which(name) is None]
    if _launcher() is None:
        missing.append("at-spi2-core")
    if not Path(SYSTEM_PYTHON).exists() or _fails([SYSTEM_PYTHON, "-c", _BINDINGS]):
        missing.append("python3-gi")
    return tuple(missing)


class Desktop:
    """Run an X server on a free display, with a window manager, from `with` to its end.

    `environment` is what a program needs to open its windows there and be read by screen readers;
    `picture` is a file in which the server keeps what the screen shows, in the format of xwd.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self.environment: dict[str, str] = {}
        self.picture = folder / "screen" / "Xvfb_screen0"

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _start(self) -> None:
        home = self._folder / "home"
        runtime = self._folder / "runtime"
        home.mkdir(parents=True)
        runtime.mkdir(mode=0o700)
        keep = {name: value for name, value in os.environ.items() if name in ("PATH", "TERM")}
        base = keep | {
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(runtime),
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
        }
        self.picture.parent.mkdir()
        screen = f"{SIZE[0]}x{SIZE[1]}x24"
        ours, theirs = os.pipe()
        os.set_inheritable(theirs, True)
        server = ["Xvfb", "-displayfd", str(theirs), "-screen", "0", screen, "-nolisten", "tcp"]
        # Without -noreset the server begins anew whenever its last client leaves.
        server += ["-noreset", "-fbdir", str(self.picture.parent)]
        self._run("server", server, base, pass_fds=(theirs,))
        os.close(theirs)
        with os.fdopen(ours) as answer:
            display = answer.readline().strip()
        assert display, self._said("server")
        base["DISPLAY"] = f":{display}"
        self._lay_out_keyboard(base)
        bus = ["dbus-daemon", "--session", "--nofork", "--print-address"]
        answers = self._run("bus", bus, base, stdout=subprocess.PIPE).stdout
        assert answers is not None
        with answers:
            base["DBUS_SESSION_BUS_ADDRESS"] = answers.readline().decode().strip()
        self._run("windows", ["openbox"], base)
        launcher = _launcher()
        assert launcher is not None
        self._run("accessibility", [launcher, "--launch-immediately"], base)
        self.environment = base | {"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
        self._wait_for(["xdotool", "get_desktop"], base)  # answered by a window manager only

    def _run(
        self,
        name: str,
        command: list[str],
        environment: Mapping[str, str],
        *,
        stdout: int | IO[bytes] | None = None,
        pass_fds: tuple[int, ...] = (),
    ) -> subprocess.Popen[bytes]:
        log = self._stack.enter_context((self._folder / f"{name}.log").open("wb"))
        process = subprocess.Popen(
            [*_WITH_US, *command],
            env=environment,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=log if stdout is None else stdout,
            stderr=log,
            pass_fds=pass_fds,
        )
        self._stack.callback(_end, process)
        return process

    def _lay_out_keyboard(self, environment: Mapping[str, str]) -> None:
        """Give every Han letter of the tests a key.

        xdotool makes keys up while it types where there are none, and a busy program looks at the
        layout too late.
        """
        keys = "".join(
            f"replace key <I{number}> {{ [ U{ord(letter):04X} ] }};\n"
            for number, letter in enumerate(HAN_LETTERS, start=210)
        )
        subprocess.run(
            ["xkbcomp", "-w0", "-", environment["DISPLAY"]],
            env=environment,
            input=_KEYBOARD.replace("KEYS", keys),
            encoding="utf-8",
            capture_output=True,
            check=True,
            timeout=_START_S,
        )

    def _said(self, name: str) -> str:
        return (self._folder / f"{name}.log").read_text(errors="replace")

    def _wait_for(self, command: list[str], environment: Mapping[str, str]) -> None:
        until(lambda: not _fails(command, environment), _START_S, f"{command[0]} never worked")


def until(condition: Callable[[], object], seconds: float, complaint: str) -> None:
    """Return as soon as `condition` holds; fail with `complaint` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.02)


def _launcher() -> str | None:
    return next((path for path in _LAUNCHERS if Path(path).exists()), None)


def _fails(command: list[str], environment: Mapping[str, str] | None = None) -> bool:
    done = subprocess.run(
        command, env=environment, capture_output=True, timeout=_START_S, check=False
    )
    return done.returncode != 0


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
