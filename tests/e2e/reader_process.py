"""Read windows as a screen reader does; run by the system's Python, which has the bindings.

Each line of standard input is a request `{"pid": 1234, "roles": ["push button"]}`, each line of
standard output its answer: what is showing and has one of the roles (any without roles), in the
order of the tree. A menu is told of once the keyboard or the mouse is on one of its items: Qt
keeps popups out of the tree, and readers follow the focus into them.

Speaks to the programs over the accessibility bus (AT-SPI2, "org.a11y.atspi").
"""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

gi: Any = import_module("gi")
gi.require_version("Gio", "2.0")
Gio: Any = import_module("gi.repository.Gio")
GLib: Any = import_module("gi.repository.GLib")

ROOT = "/org/a11y/atspi/accessible/root"
ACCESSIBLE = "org.a11y.atspi.Accessible"
COMPONENT = "org.a11y.atspi.Component"
REGISTRY = "org.a11y.atspi.Registry"
PROPERTIES = "org.freedesktop.DBus.Properties"
DBUS = "org.freedesktop.DBus"
OWNER = "org.freedesktop.DBus.GetConnectionUnixProcessID"
MOST_AT_ONCE = 12  # few enough that the window never has a heap of questions to answer
MOST_CHILDREN = 400
PATIENCE_MS = 8000
SCREEN_COORDINATES = 0
STATES = {  # AtspiStateType
    "ACTIVE": 1,
    "CHECKED": 4,
    "EDITABLE": 7,
    "FOCUSED": 12,
    "MODAL": 16,
    "SELECTED": 23,
    "SENSITIVE": 24,
    "SHOWING": 25,
}
TOP_LEVEL = ("frame", "dialog", "window", "alert", "popup menu", "tool tip")
MENU_ITEMS = ("menu item", "check menu item", "radio menu item")
MANY_CELLS = ("table", "tree table", "tree")
CELLS = frozenset(("cell", "tree item"))
TEXTS = ("text", "password text")


@dataclass
class Item:
    """One thing of the tree, and what is known of it so far; `told` goes into the answer."""

    path: str
    window: str = ""
    role: str = ""
    told: dict[str, Any] = field(default_factory=dict[str, Any])
    children: list[Item] = field(default_factory=list["Item"])

    def answers(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        if "area" in self.told and "name" in self.told:
            found.append({**self.told, "role": self.role, "window": self.window})
        for child in self.children:
            found += child.answers()
        return found


@dataclass
class Question:
    path: str
    interface: str
    method: str
    arguments: Any
    then: Callable[..., None]


class Look:
    """One look at one program: asks many questions at a time and gathers the answers."""

    def __init__(self, bus: Any, name: str, roles: frozenset[str]) -> None:
        self._bus = bus
        self._name = name
        self._roles = roles
        self._waiting: deque[Question] = deque()
        self._under_way = 0
        self._loop = GLib.MainLoop()

    def take(self, focus: str | None) -> list[dict[str, Any]]:
        """Return what is showing; `focus` is the path of what has the focus, if known."""
        menus, windows = Item(""), Item(ROOT)
        self._ask_children(windows, "")
        if focus is not None:
            self._ask_menu(menus, focus)
        if self._under_way:
            self._loop.run()
        return menus.answers() + windows.answers()

    def _ask(
        self, path: str, interface: str, method: str, arguments: Any, then: Callable[..., None]
    ) -> None:
        self._waiting.append(Question(path, interface, method, arguments, then))
        self._send()

    def _ask_property(
        self, path: str, interface: str, name: str, then: Callable[..., None]
    ) -> None:
        which = GLib.Variant("(ss)", (interface, name))
        self._ask(path, PROPERTIES, "Get", which, then)

    def _send(self) -> None:
        while self._waiting and self._under_way < MOST_AT_ONCE:
            question = self._waiting.popleft()
            self._under_way += 1
            self._bus.call(
                self._name, question.path, question.interface, question.method,
                question.arguments, None, Gio.DBusCallFlags.NO_AUTO_START, PATIENCE_MS, None,
                self._on_answer, question.then,
            )  # fmt: skip

    def _on_answer(self, bus: Any, result: Any, then: Callable[..., None]) -> None:
        try:
            answer = bus.call_finish(result).unpack()
        except GLib.GError:
            answer = None  # it went away while we looked
        if answer is not None:
            then(*answer)
        self._under_way -= 1
        self._send()
        if not self._under_way:
            self._loop.quit()

    def _ask_menu(self, menus: Item, focused: str) -> None:
        def take_role(role: str) -> None:
            if role in MENU_ITEMS:
                self._ask_property(focused, ACCESSIBLE, "Parent", take_parent)

        def take_parent(parent: tuple[str, str]) -> None:
            menu = Item(parent[1])
            menus.children.append(menu)
            self._ask_state(menu)

        self._ask(focused, ACCESSIBLE, "GetRoleName", None, take_role)

    def _ask_children(self, item: Item, window: str) -> None:
        def take(children: list[tuple[str, str]]) -> None:
            for name, path in children[:MOST_CHILDREN]:
                if name == self._name:
                    child = Item(path, window)
                    item.children.append(child)
                    self._ask_state(child)

        self._ask(item.path, ACCESSIBLE, "GetChildren", None, take)

    def _ask_state(self, item: Item) -> None:
        def take(words: list[int]) -> None:
            bits = words[0] | words[1] << 32
            states = [name for name, bit in STATES.items() if bits >> bit & 1]
            if "SHOWING" in states:
                item.told["states"] = states
                self._ask(item.path, ACCESSIBLE, "GetRoleName", None, take_role)

        def take_role(role: str) -> None:
            item.role = role
            if role in TOP_LEVEL:
                self._ask_property(item.path, ACCESSIBLE, "Name", take_title)
            else:
                go_on()

        def take_title(title: str) -> None:
            item.window = title or item.window
            go_on()

        def go_on() -> None:
            if item.role not in MANY_CELLS or CELLS & self._roles:
                self._ask_children(item, item.window)
            if not self._roles or item.role in self._roles:
                self._ask_rest(item)

        self._ask(item.path, ACCESSIBLE, "GetState", None, take)

    def _ask_rest(self, item: Item) -> None:
        def keep(key: str) -> Callable[[Any], None]:
            def take(value: Any) -> None:
                item.told[key] = value

            return take

        where = GLib.Variant("(u)", (SCREEN_COORDINATES,))
        self._ask(item.path, COMPONENT, "GetExtents", where, keep("area"))
        self._ask_property(item.path, ACCESSIBLE, "Name", keep("name"))
        self._ask_property(item.path, ACCESSIBLE, "Description", keep("description"))
        if item.role in TEXTS:
            whole = GLib.Variant("(ii)", (0, -1))
            self._ask(item.path, "org.a11y.atspi.Text", "GetText", whole, keep("text"))
        if item.role == "progress bar":
            self._ask_property(item.path, "org.a11y.atspi.Value", "CurrentValue", keep("value"))


class Focus:
    """Follows the focus of every program; `path_in` tells where it is in one of them."""

    def __init__(self, bus: Any) -> None:
        self._paths: dict[str, str] = {}
        events = GLib.Variant("(s)", ("object:state-changed:focused",))
        call(bus, REGISTRY, "/org/a11y/atspi/registry", f"{REGISTRY}.RegisterEvent", events)
        bus.signal_subscribe(
            None, "org.a11y.atspi.Event.Object", "StateChanged", None, "focused",
            Gio.DBusSignalFlags.NONE, self._on_change,
        )  # fmt: skip

    def path_in(self, name: str) -> str | None:
        context = GLib.MainContext.default()
        while context.pending():
            context.iteration(False)
        return self._paths.get(name)

    def _on_change(self, _bus: Any, name: str, path: str, *rest: Any) -> None:
        if rest[2].unpack()[1]:
            self._paths[name] = path


def call(bus: Any, name: str, path: str, method: str, arguments: Any = None) -> tuple[Any, ...]:
    """Return what a method, written with its interface, answers."""
    interface, _, member = method.rpartition(".")
    flags = Gio.DBusCallFlags.NONE
    answer = bus.call_sync(name, path, interface, member, arguments, None, flags, PATIENCE_MS, None)
    return answer.unpack()


def accessibility_bus() -> Any:
    session = Gio.bus_get_sync(Gio.BusType.SESSION, None)
    (address,) = call(session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus.GetAddress")
    kind = Gio.DBusConnectionFlags
    flags = kind.AUTHENTICATION_CLIENT | kind.MESSAGE_BUS_CONNECTION
    return Gio.DBusConnection.new_for_address_sync(address, flags, None, None)


def name_of(bus: Any, pid: int) -> str | None:
    """Return under which name the program `pid` is on the bus."""
    (programs,) = call(bus, REGISTRY, ROOT, f"{ACCESSIBLE}.GetChildren")
    for name, _ in programs:
        which = GLib.Variant("(s)", (name,))
        try:
            (owner,) = call(bus, DBUS, "/org/freedesktop/DBus", OWNER, which)
        except GLib.GError:
            continue  # it has just ended
        if owner == pid:
            return name
    return None


def main() -> None:
    bus = accessibility_bus()
    focus = Focus(bus)
    names: dict[int, str] = {}
    for line in sys.stdin:
        request = json.loads(line)
        pid = request["pid"]
        name = names.get(pid) or name_of(bus, pid)
        answer: list[dict[str, Any]] = []
        if name is not None:
            names[pid] = name
            answer = Look(bus, name, frozenset(request["roles"])).take(focus.path_in(name))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
