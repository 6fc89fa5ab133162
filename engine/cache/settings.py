"""Where the settings of pip and uv put their caches."""

from __future__ import annotations

import configparser
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path


def pip_cache_folders(
    home: Path, prefixes: Iterable[Path], environ: Mapping[str, str], platform: str
) -> tuple[Path, ...]:
    """Return every folder that pip may cache in, the one that a plain `pip` uses first.

    (pip docs, "Configuration" for the files, "Caching" for the default) An environment can have
    settings of its own, in its folder. Files that cannot be read say nothing; raises nothing.
    """
    folders: list[Path] = list(_absolute(environ.get("PIP_CACHE_DIR"), home))
    files = [*pip_settings(home, environ, platform)]
    files += (prefix / _pip_name(platform) for prefix in prefixes)
    for file in files:
        for text in _pip_values(file):
            folders += _absolute(text, home)
    folders.append(_default(home, environ, platform, "pip", "pip/Cache"))
    return tuple(dict.fromkeys(folders))


def _pip_name(platform: str) -> str:
    return "pip.ini" if platform == "win32" else "pip.conf"


def pip_settings(home: Path, environ: Mapping[str, str], platform: str) -> tuple[Path, ...]:
    """Return the files in which pip looks for its settings, strongest first."""
    chosen = environ.get("PIP_CONFIG_FILE")
    if chosen == os.devnull:
        return ()
    files = [*_absolute(chosen, home)]
    if platform == "win32":
        roaming = Path(environ.get("APPDATA") or home / "AppData" / "Roaming")
        files += [roaming / "pip" / "pip.ini", home / "pip" / "pip.ini"]
        files += [Path(environ.get("PROGRAMDATA") or "C:/ProgramData") / "pip" / "pip.ini"]
        return tuple(files)
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    if platform == "darwin":
        files += [home / "Library" / "Application Support" / "pip" / "pip.conf"]
    files += [config / "pip" / "pip.conf", home / ".pip" / "pip.conf"]
    if platform == "darwin":
        files += [Path("/Library/Application Support/pip/pip.conf")]
    for folder in (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":"):
        files += (path / "pip" / "pip.conf" for path in _absolute(folder, home))
    return (*files, Path("/etc/pip.conf"))


def _pip_values(file: Path) -> Iterator[str]:
    parser = configparser.RawConfigParser()
    with suppress(OSError, UnicodeDecodeError, configparser.Error):
        parser.read_string(file.read_text(encoding="utf-8-sig"))
        for section in parser.sections():
            for key in ("cache-dir", "cache_dir"):
                if parser.has_option(section, key):
                    yield parser.get(section, key)


def uv_cache_folders(home: Path, environ: Mapping[str, str], platform: str) -> tuple[Path, ...]:
    """Return every folder that uv may cache in, the one that a plain `uv` uses first.

    (uv docs, "Configuration files" and "Caching") Settings of single projects are not looked for.
    """
    folders: list[Path] = list(_absolute(environ.get("UV_CACHE_DIR"), home))
    for file in uv_settings(home, environ, platform):
        with suppress(OSError, ValueError):
            value = tomllib.loads(file.read_text(encoding="utf-8")).get("cache-dir")
            if isinstance(value, str):
                folders += _absolute(value, home)
    folders.append(_default(home, environ, platform, "uv", "uv/cache"))
    if platform == "darwin":
        folders.append(home / ".cache" / "uv")
    return tuple(dict.fromkeys(folders))


def uv_settings(home: Path, environ: Mapping[str, str], platform: str) -> tuple[Path, ...]:
    """Return the files in which uv looks for its settings, strongest first."""
    files = [*_absolute(environ.get("UV_CONFIG_FILE"), home)]
    if platform == "win32":
        roaming = Path(environ.get("APPDATA") or home / "AppData" / "Roaming")
        shared = Path(environ.get("PROGRAMDATA") or "C:/ProgramData")
        return (*files, roaming / "uv" / "uv.toml", shared / "uv" / "uv.toml")
    files.append(Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "uv" / "uv.toml")
    for folder in (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":"):
        files += (path / "uv" / "uv.toml" for path in _absolute(folder, home))
    return (*files, Path("/etc/uv/uv.toml"))


def _default(
    home: Path, environ: Mapping[str, str], platform: str, name: str, on_windows: str
) -> Path:
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / on_windows
    if platform == "darwin":
        return home / "Library" / "Caches" / name
    return Path(environ.get("XDG_CACHE_HOME") or home / ".cache") / name


def _absolute(text: str | None, home: Path) -> Iterator[Path]:
    text = (text or "").strip()
    if text == "~" or text.startswith(("~/", "~\\")):
        text = f"{home}{text[1:]}"
    if text and Path(text).is_absolute():
        yield Path(os.path.normpath(text))
