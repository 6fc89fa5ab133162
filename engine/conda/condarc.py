"""Read conda's configuration as conda would, without conda."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.conda.condarc_files import Flag, Item, Layer, Setting, read_layer
from engine.conda.roots import existing_roots, named_roots, oddly_named_roots, usual_roots
from engine.environments.looking import is_folder
from engine.errors import ErrorCode, Failure
from engine.places import Places
from engine.requests import ChannelPriority

DEFAULT_ALIAS = "https://conda.anaconda.org"
DEFAULT_CHANNELS = (
    "https://repo.anaconda.com/pkgs/main",
    "https://repo.anaconda.com/pkgs/r",
)
DEFAULT_CHANNELS_ON_WINDOWS = (*DEFAULT_CHANNELS, "https://repo.anaconda.com/pkgs/msys2")
FALLBACK_CHANNELS = ("conda-forge",)

RC_NAMES = (".condarc", "condarc", "condarc.d")
LIST_VARIABLES = {
    "CONDA_CHANNELS": ("channels", ","),
    "CONDA_DEFAULT_CHANNELS": ("default_channels", ","),
    "CONDA_ENVS_DIRS": ("envs_dirs", os.pathsep),
    "CONDA_ENVS_PATH": ("envs_dirs", os.pathsep),
    "CONDA_PKGS_DIRS": ("pkgs_dirs", ","),
    "CONDA_PINNED_PACKAGES": ("pinned_packages", "&"),
    "CONDA_CREATE_DEFAULT_PACKAGES": ("create_default_packages", ","),
}
SCALAR_VARIABLES = {
    "CONDA_CHANNEL_ALIAS": "channel_alias",
    "CONDA_CHANNEL_PRIORITY": "channel_priority",
    "CONDA_SSL_VERIFY": "ssl_verify",
    "CONDA_OFFLINE": "offline",
}
ALIASES = {
    "channel": "channels",
    "envs_path": "envs_dirs",
    "root_dir": "root_prefix",
    "verify_ssl": "ssl_verify",
}
TRUE_WORDS = frozenset(("true", "yes", "on", "y", "1"))
FALSE_WORDS = frozenset(("false", "no", "off", "n", "0"))
VARIABLE = re.compile(r"\$(?:(\w+)|\{([^}]*)\})")
WINDOWS_VARIABLE = re.compile(r"%([^%\s]+)%")


@dataclass(frozen=True, slots=True)
class CondaConfiguration:
    """Hold what conda's configuration files and variables say, merged as conda merges them.

    `channels` are as the user wrote them, in order, and empty when nobody chose any. `envs_dirs`
    and `pkgs_dirs` include the folders that conda uses by default, for installations that are
    really there; so `pkgs_dirs` is empty where no conda is, and none was configured.
    `root_prefixes` are the installations found, the one of the activated shell first. `files` are
    those that were read, the strongest last; `problems` tells of those that could not be.
    """

    channels: tuple[str, ...] = ()
    default_channels: tuple[str, ...] = DEFAULT_CHANNELS
    channel_alias: str = DEFAULT_ALIAS
    custom_channels: tuple[tuple[str, str], ...] = ()
    custom_multichannels: tuple[tuple[str, tuple[str, ...]], ...] = ()
    priority: ChannelPriority = ChannelPriority.FLEXIBLE
    envs_dirs: tuple[Path, ...] = ()
    pkgs_dirs: tuple[Path, ...] = ()
    root_prefixes: tuple[Path, ...] = ()
    pinned_packages: tuple[str, ...] = ()
    ssl_verify: bool | str = True
    proxy_servers: tuple[tuple[str, str], ...] = ()
    offline: bool = False
    create_default_packages: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    problems: tuple[Failure, ...] = ()

    @property
    def effective_channels(self) -> tuple[str, ...]:
        """Return the channels to use: the user's, or conda-forge when there are none."""
        return self.channels or FALLBACK_CHANNELS


@dataclass(slots=True)
class _Sources:
    """Gather the layers, weakest first, and what is needed to expand what is in them."""

    home: Path
    environ: Mapping[str, str]
    platform: str
    layers: list[Layer] = field(default_factory=list[Layer])
    folder_layers: list[Layer] = field(default_factory=list[Layer])
    problems: list[Failure] = field(default_factory=list[Failure])

    def read(self, paths: Iterable[Path]) -> list[Layer]:
        layers: list[Layer] = []
        for path in _files_among(paths):
            match read_layer(path):
                case Layer() as layer:
                    layers.append(layer)
                case Failure() as failure:
                    self.problems.append(failure)
                case None:
                    pass
        return layers

    def expand(self, text: str) -> str:
        return expand_variables(text, self.environ, self.platform)

    def folder(self, text: str) -> Path | None:
        """Return the folder that `text` names; None for one that depends on where conda starts."""
        text = self.expand(text.strip())
        if text == "~" or text.startswith(("~/", "~\\")):
            text = str(self.home) + text[1:]
        return Path(os.path.normpath(text)) if Path(text).is_absolute() else None


def read_configuration(
    places: Places, environ: Mapping[str, str] | None = None, platform: str = sys.platform
) -> CondaConfiguration:
    """Read every configuration file that conda, mamba or micromamba would read here.

    Takes a few milliseconds; raises nothing: a broken file costs itself only. Files of several
    installations can disagree: their folders are united, everything else comes from the first of
    them. The search path and the merging follow the conda docs, "Using the .condarc file".
    """
    environ = _environ_for(places, environ)
    sources = _Sources(places.home, environ, platform)
    system = sources.read(system_files(platform) if not places.isolated else ())
    user = sources.read(user_files(places, environ))
    late = sources.read(() if places.isolated else late_files(environ))
    written = _root_prefixes_in([*system, *user, *late], sources)
    candidates = [*named_roots(environ), *written]
    if not places.isolated:
        candidates += usual_roots(platform, places.home, environ)
        candidates += oddly_named_roots(platform)
    roots = existing_roots(candidates)
    of_roots = [sources.read(root_files(root)) for root in roots]
    strongest = of_roots[0] if of_roots else []
    variables = [] if places.isolated else [_layer_of_variables(environ)]
    sources.layers = [*system, *strongest, *user, *late, *variables]
    weaker = [layer for layers in reversed(of_roots[1:]) for layer in layers]
    sources.folder_layers = [*system, *weaker, *strongest, *user, *late, *variables]
    return _merged(sources, roots, platform)


def configuration_inputs(
    places: Places, configuration: CondaConfiguration, environ: Mapping[str, str] | None = None
) -> tuple[Path, ...]:
    """Return every file and folder, present or not, that decides what `configuration` is."""
    environ = _environ_for(places, environ)
    paths = list(user_files(places, environ))
    if not places.isolated:
        paths += [*system_files(sys.platform), *late_files(environ)]
        paths += usual_roots(sys.platform, places.home, environ)
    for root in configuration.root_prefixes:
        paths += root_files(root)
    paths += configuration.files
    return tuple(dict.fromkeys(paths))


def _environ_for(places: Places, environ: Mapping[str, str] | None) -> Mapping[str, str]:
    home = {"HOME": str(places.home), "USERPROFILE": str(places.home)}
    if places.isolated:
        return home
    return {**home, **(os.environ if environ is None else environ)}


def system_files(platform: str) -> tuple[Path, ...]:
    """Return where an administrator configures conda, weakest first."""
    folders = ("C:/ProgramData/conda",) if platform == "win32" else ("/etc/conda", "/var/lib/conda")
    return tuple(Path(folder) / name for folder in folders for name in RC_NAMES)


def root_files(root: Path) -> tuple[Path, ...]:
    """Return where the installation at `root` is configured, weakest first."""
    return (*(root / name for name in RC_NAMES), root / ".mambarc")


def user_files(places: Places, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Return where a person configures conda, weakest first."""
    home = places.home
    folders = [home / ".config" / "conda", home / ".conda"]
    xdg = environ.get("XDG_CONFIG_HOME")
    if xdg and Path(xdg).is_absolute():
        folders.insert(0, Path(xdg) / "conda")
    nested = [folder / name for folder in dict.fromkeys(folders) for name in RC_NAMES]
    return (*nested, home / ".condarc", home / ".mambarc")


def late_files(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the files that variables point to, which are stronger than all others."""
    paths: list[Path] = []
    if prefix := environ.get("CONDA_PREFIX"):
        paths += (Path(prefix) / name for name in RC_NAMES)
    paths += (Path(path) for key in ("CONDARC", "MAMBARC") if (path := environ.get(key)))
    return tuple(path for path in paths if path.is_absolute())


def _files_among(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not is_folder(path):
            yield path
            continue
        try:
            with os.scandir(path) as entries:
                names = sorted(entry.name for entry in entries)
        except OSError:
            continue
        yield from (path / name for name in names if name.endswith((".yml", ".yaml")))


def expand_variables(text: str, environ: Mapping[str, str], platform: str) -> str:
    """Return `text` with `$NAME`, `${NAME}` and, on Windows, `%NAME%` replaced where known."""

    def value_of(match: re.Match[str]) -> str:
        name = next(group for group in match.groups() if group is not None)
        return environ.get(name, match[0])

    text = VARIABLE.sub(value_of, text)
    return WINDOWS_VARIABLE.sub(value_of, text) if platform == "win32" else text


def _layer_of_variables(environ: Mapping[str, str]) -> Layer:
    settings: dict[str, Setting] = {}
    for variable, (key, delimiter) in LIST_VARIABLES.items():
        if text := environ.get(variable):
            parts = (part.strip() for part in text.split(delimiter))
            settings[key] = Setting(items=tuple(Item(part) for part in parts if part))
    for variable, key in SCALAR_VARIABLES.items():
        if text := environ.get(variable):
            settings[key] = Setting(scalar=text.strip())
    return Layer(None, settings)


def _matches(layers: Sequence[Layer], key: str) -> list[tuple[Layer, Setting]]:
    """Return what the layers say about `key`, weakest first, up to a final word on it."""
    found: list[tuple[Layer, Setting]] = []
    names = (key, *(alias for alias, target in ALIASES.items() if target == key))
    for layer in layers:
        setting = next((layer.settings[name] for name in names if name in layer.settings), None)
        if setting is None:
            continue
        found.append((layer, setting))
        if setting.is_final:
            break
    return found


def _root_prefixes_in(layers: Sequence[Layer], sources: _Sources) -> list[Path]:
    texts = (layer.settings.get("root_prefix") for layer in reversed(layers))
    folders = (sources.folder(text.scalar) for text in texts if text and text.scalar)
    return [folder for folder in folders if folder is not None]


def _scalar(sources: _Sources, key: str) -> str | None:
    matches = _matches(sources.layers, key)
    if not matches:
        return None
    layer, setting = matches[-1]
    if setting.scalar is None:
        _complain(sources, layer, key)
        return None
    return sources.expand(setting.scalar)


def _list(sources: _Sources, layers: Sequence[Layer], key: str) -> tuple[str, ...]:
    """Return the list that conda would make of all layers, the strongest layer's lines first."""
    top: list[str] = []
    bottom: list[str] = []
    lines: list[str] = []
    for layer, setting in _matches(layers, key):
        if setting.pairs:
            _complain(sources, layer, key)
            continue
        items = setting.items
        if setting.scalar is not None:
            items = (Item(setting.scalar),)
        top += (item.value for item in items if item.flag is Flag.TOP)
        bottom[:0] = (item.value for item in items if item.flag is Flag.BOTTOM)
        lines[:0] = (item.value for item in items)
    last = tuple(dict.fromkeys(reversed(bottom)))[::-1]
    first = tuple(line for line in dict.fromkeys((*top, *lines)) if line not in last)
    return tuple(sources.expand(line) for line in (*first, *last))


def _map(sources: _Sources, key: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    merged: dict[str, tuple[str, ...]] = {}
    settled: set[str] = set()
    for layer, setting in _matches(sources.layers, key):
        if setting.items or setting.scalar is not None:
            _complain(sources, layer, key)
            continue
        merged.update({name: value for name, value in setting.pairs if name not in settled})
        settled |= setting.final_keys
    return tuple(
        (name, tuple(sources.expand(value) for value in values)) for name, values in merged.items()
    )


def _complain(sources: _Sources, layer: Layer, key: str) -> None:
    where = str(layer.path) if layer.path is not None else "the variables of this computer"
    failure = Failure(
        ErrorCode.CONFIG_UNREADABLE,
        f"The setting {key} in {where} has a form that conda does not know and is left out.",
        values=(("key", key), ("path", where)),
    )
    if failure not in sources.problems:
        sources.problems.append(failure)


def _flag(text: str | None) -> bool | None:
    word = (text or "").strip().lower()
    if word in TRUE_WORDS:
        return True
    return False if word in FALSE_WORDS else None


def _priority(text: str | None) -> ChannelPriority:
    word = (text or "").strip().lower()
    if word in {priority.value for priority in ChannelPriority}:
        return ChannelPriority(word)
    is_on = _flag(word)  # what conda before 4.6 wrote
    return ChannelPriority.DISABLED if is_on is False else ChannelPriority.FLEXIBLE


def _folders(sources: _Sources, key: str) -> list[Path]:
    folders = (sources.folder(text) for text in _list(sources, sources.folder_layers, key))
    return [folder for folder in folders if folder is not None]


def _merged(sources: _Sources, roots: tuple[Path, ...], platform: str) -> CondaConfiguration:
    def texts(key: str) -> tuple[str, ...]:
        return _list(sources, sources.layers, key)

    windows = platform == "win32"
    personal = sources.home / ".conda"
    envs = [*_folders(sources, "envs_dirs"), *(root / "envs" for root in roots)]
    pkgs = _folders(sources, "pkgs_dirs") or [root / "pkgs" for root in roots]
    if is_folder(personal / "envs"):
        envs.append(personal / "envs")
    verify = _scalar(sources, "ssl_verify")
    is_verified = _flag(verify)
    return CondaConfiguration(
        channels=texts("channels"),
        default_channels=texts("default_channels")
        or (DEFAULT_CHANNELS_ON_WINDOWS if windows else DEFAULT_CHANNELS),
        channel_alias=(_scalar(sources, "channel_alias") or DEFAULT_ALIAS).rstrip("/"),
        custom_channels=tuple(
            (name, values[0]) for name, values in _map(sources, "custom_channels") if values
        ),
        custom_multichannels=_map(sources, "custom_multichannels"),
        priority=_priority(_scalar(sources, "channel_priority")),
        envs_dirs=tuple(dict.fromkeys(envs)),
        pkgs_dirs=tuple(dict.fromkeys(pkgs)),
        root_prefixes=roots,
        pinned_packages=texts("pinned_packages"),
        ssl_verify=is_verified if is_verified is not None else (verify or True),
        proxy_servers=tuple(
            (name, values[0]) for name, values in _map(sources, "proxy_servers") if values
        ),
        offline=_flag(_scalar(sources, "offline")) or False,
        create_default_packages=texts("create_default_packages"),
        files=tuple(layer.path for layer in sources.folder_layers if layer.path is not None),
        problems=tuple(sources.problems),
    )
