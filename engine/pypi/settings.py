"""Read pip's configuration and say the same to uv, which does not read it.

Where pip looks and what wins: pip docs, "Configuration". What uv understands: uv docs,
"Environment variables" and "Settings". What the user says to uv itself always wins.
"""

from __future__ import annotations

import configparser
import locale
import os
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from engine.errors import ErrorCode, Failure
from engine.places import Places

PYPI_HOST: Final = "pypi.org"

_LONGEST_FILE: Final = 1 << 18
_SECTIONS: Final = ("global", "install")  # the later one wins, whatever file it stands in
_TRUE: Final = frozenset(("y", "yes", "t", "true", "on", "1"))
_ALL: Final = ":all:"
_OTHER_NAMES: Final = {"default-timeout": "timeout", "pypi-url": "index-url", "no-build": ""}


@dataclass(frozen=True, slots=True)
class PipSettings:
    """Hold what pip's configuration says about finding and trusting packages.

    Addresses are as they were written and may hold logins: never show or log them. `timeout` is in
    seconds and, like `retries`, None when nothing was said. `site_index` tells that the index
    comes from the environment's own file. `files` are those that were read, the strongest last;
    `problems` tells of those that could not be.
    """

    index_url: str = ""
    extra_index_urls: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    trusted_hosts: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    no_binary: tuple[str, ...] = ()
    only_binary: tuple[str, ...] = ()
    cert: str = ""
    client_cert: str = ""
    proxy: str = ""
    keyring_provider: str = ""
    no_index: bool = False
    pre: bool = False
    timeout: int | None = None
    retries: int | None = None
    site_index: bool = False
    files: tuple[Path, ...] = ()
    problems: tuple[Failure, ...] = ()

    def __repr__(self) -> str:
        """Return no address: a representation ends up in logs."""
        return f"PipSettings(files={len(self.files)}, problems={len(self.problems)})"


def config_files(
    places: Places,
    environ: Mapping[str, str],
    site: Path | None = None,
    platform: str = sys.platform,
) -> tuple[Path, ...]:
    """Return every file that pip would read if it is there, the weakest first.

    System, user (the older place before the newer), environment, then the one of PIP_CONFIG_FILE,
    which replaces the user's where it exists. The null device there means: no file at all.
    Isolated places have no system-wide files.
    """
    chosen = environ.get("PIP_CONFIG_FILE", "")
    if chosen and chosen == os.devnull:
        return ()
    found: list[Path] = []
    if not places.isolated:
        found += _system_files(environ, platform)
    if not (chosen and Path(chosen).exists()):
        found += _user_files(places.home, environ, platform)
    name = "pip.ini" if platform == "win32" else "pip.conf"
    if site is not None:
        found.append(site / name)
    if chosen:
        found.append(Path(chosen))
    return tuple(dict.fromkeys(found))


def _system_files(environ: Mapping[str, str], platform: str) -> Iterator[Path]:
    if platform == "win32":
        yield Path(environ.get("PROGRAMDATA") or "C:/ProgramData") / "pip" / "pip.ini"
    elif platform == "darwin":
        yield Path("/Library/Application Support/pip/pip.conf")
    else:
        folders = (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
        yield from (Path(folder) / "pip" / "pip.conf" for folder in reversed(folders) if folder)
        yield Path("/etc/pip.conf")


def _user_files(home: Path, environ: Mapping[str, str], platform: str) -> Iterator[Path]:
    if platform == "win32":
        yield home / "pip" / "pip.ini"
        roaming = environ.get("APPDATA")
        yield (Path(roaming) if roaming else home / "AppData" / "Roaming") / "pip" / "pip.ini"
        return
    yield home / ".pip" / "pip.conf"
    support = home / "Library" / "Application Support" / "pip"
    if platform == "darwin" and support.is_dir():
        yield support / "pip.conf"
        return
    chosen = environ.get("XDG_CONFIG_HOME")
    yield (Path(chosen) if chosen else home / ".config") / "pip" / "pip.conf"


def read_pip_settings(
    places: Places,
    environ: Mapping[str, str],
    site: Path | None = None,
    platform: str = sys.platform,
) -> PipSettings:
    """Return what pip would do, from its files and the `PIP_*` variables in `environ`.

    `site` is the prefix whose own file counts. Raises nothing: a file that cannot be read is told
    in `problems` and left out.
    """
    merged: dict[str, dict[str, str]] = {section: {} for section in _SECTIONS}
    files: list[Path] = []
    problems: list[Failure] = []
    index_from: Path | None = None
    for path in config_files(places, environ, site, platform):
        found = _read(path)
        if isinstance(found, Failure):
            problems.append(found)
        elif found is not None:
            files.append(path)
            for section in _SECTIONS:
                merged[section] |= found[section]
                if "index-url" in found[section]:
                    index_from = path
    values = {**merged["global"], **merged["install"]}
    from_variables = _variables(environ)
    if "index-url" in from_variables:
        index_from = None
    values |= from_variables
    return PipSettings(
        index_url=values.get("index-url", "").strip(),
        extra_index_urls=_words(values, "extra-index-url"),
        find_links=tuple(_location(word, places.home) for word in _words(values, "find-links")),
        trusted_hosts=_words(values, "trusted-host"),
        constraints=tuple(_location(word, places.home) for word in _words(values, "constraint")),
        no_binary=_names(values, "no-binary"),
        only_binary=_names(values, "only-binary"),
        cert=values.get("cert", "").strip(),
        client_cert=values.get("client-cert", "").strip(),
        proxy=values.get("proxy", "").strip(),
        keyring_provider=values.get("keyring-provider", "").strip().lower(),
        no_index=_is_true(values, "no-index"),
        pre=_is_true(values, "pre"),
        timeout=_number(values, "timeout"),
        retries=_number(values, "retries"),
        site_index=site is not None and index_from is not None and index_from.parent == site,
        files=tuple(files),
        problems=tuple(problems),
    )


def _read(path: Path) -> dict[str, dict[str, str]] | Failure | None:
    try:
        with path.open("rb") as stream:
            data = stream.read(_LONGEST_FILE + 1)
        if len(data) > _LONGEST_FILE:
            raise configparser.Error
        parser = configparser.RawConfigParser()
        parser.read_string(_text(data), source=path.name)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return _unreadable(path, error.strerror or type(error).__name__)
    except configparser.Error as error:
        line = _line_of(error)
        where = f" (line {line})" if line else ""
        return _unreadable(path, f"It cannot be understood{where}.", line)
    except UnicodeDecodeError:
        return _unreadable(path, "It is not a text file.")
    return {
        section: dict(_said(parser.items(section) if parser.has_section(section) else ()))
        for section in _SECTIONS
    }


def _line_of(error: configparser.Error) -> str:
    found: list[tuple[int, str]] = getattr(error, "errors", [])
    return str(found[0][0] if found else getattr(error, "lineno", None) or "")


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode(locale.getencoding())


def _unreadable(path: Path, cause: str, line: str = "") -> Failure:
    # The text of the file stays out of it: it may hold a password.
    values = (("line", line), ("path", str(path))) if line else (("path", str(path)),)
    return Failure(
        ErrorCode.CONFIG_UNREADABLE,
        f"The pip configuration file {path} could not be read and is left out.",
        cause=cause,
        values=values,
    )


def _variables(environ: Mapping[str, str]) -> dict[str, str]:
    return dict(
        _said((key[4:], value) for key, value in environ.items() if key.upper().startswith("PIP_"))
    )


def _said(pairs: Iterable[tuple[str, str | None]]) -> Iterator[tuple[str, str]]:
    """Yield names as pip normalises them, without those that say nothing."""
    for key, value in pairs:
        name = key.lower().replace("_", "-").removeprefix("--")
        name = _OTHER_NAMES.get(name, name)
        if name and value is not None and value.strip():
            yield name, value


def _words(values: Mapping[str, str], key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values.get(key, "").split()))


def _names(values: Mapping[str, str], key: str) -> tuple[str, ...]:
    words = values.get(key, "").replace(",", " ").split()
    if ":none:" in words:
        words = words[len(words) - words[::-1].index(":none:") :]
    return (_ALL,) if _ALL in words else tuple(dict.fromkeys(words))


def _is_true(values: Mapping[str, str], key: str) -> bool:
    return values.get(key, "").strip().lower() in _TRUE


def _number(values: Mapping[str, str], key: str) -> int | None:
    try:
        return max(0, round(float(values.get(key, ""))))
    except (ValueError, OverflowError):
        return None


def _location(text: str, home: Path) -> str:
    return str(home) + text[1:] if text == "~" or text.startswith(("~/", "~\\")) else text


def uv_variables(
    settings: PipSettings, places: Places, environ: Mapping[str, str]
) -> dict[str, str]:
    """Return the variables by which uv does what `settings` say.

    What the user said to uv itself, in `environ` or in `uv.toml`, is left alone; so are the usual
    variables for proxies and certificates. Variables, because a command line can be seen by all.
    """
    own = _uv_keys(places, environ)

    def is_free(*keys: str) -> bool:
        return not any(key in own or environ.get(key) for key in keys)

    found: dict[str, str] = {}

    def say(variable: str, value: str, *keys: str) -> None:
        if value and is_free(variable, *keys):
            found[variable] = value

    indexes = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_NO_INDEX")
    if is_free(*indexes):
        say("UV_DEFAULT_INDEX", settings.index_url)
        say("UV_EXTRA_INDEX_URL", " ".join(settings.extra_index_urls))
        say("UV_NO_INDEX", "1" if settings.no_index else "")
        if settings.extra_index_urls:
            # pip asks every index and takes the best; uv would stop at the first that answers.
            say("UV_INDEX_STRATEGY", "unsafe-best-match")
    say("UV_FIND_LINKS", ",".join(settings.find_links))
    say("UV_INSECURE_HOST", " ".join(settings.trusted_hosts))
    say("SSL_CERT_FILE", settings.cert, "SSL_CERT_DIR", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS")
    say("SSL_CLIENT_CERT", settings.client_cert)
    for name in ("HTTPS_PROXY", "HTTP_PROXY"):
        say(name, settings.proxy, name.lower(), "ALL_PROXY", "all_proxy")
    if settings.keyring_provider in ("subprocess", "import"):
        say("UV_KEYRING_PROVIDER", "subprocess")
    say("UV_PRERELEASE", "allow" if settings.pre else "")
    say("UV_HTTP_TIMEOUT", _written(settings.timeout), "UV_REQUEST_TIMEOUT")
    say("UV_HTTP_RETRIES", _written(settings.retries))
    for variable, names in (
        ("UV_NO_BINARY", settings.no_binary),
        ("UV_NO_BUILD", settings.only_binary),
    ):
        say(variable, "1" if _ALL in names else "")
        say(f"{variable}_PACKAGE", " ".join(name for name in names if name != _ALL))
    return found


def _written(number: int | None) -> str:
    return "" if not number else str(number)


_UV_KEYS: Final = {
    "index": "UV_INDEX",
    "index-url": "UV_INDEX_URL",
    "extra-index-url": "UV_EXTRA_INDEX_URL",
    "no-index": "UV_NO_INDEX",
    "index-strategy": "UV_INDEX_STRATEGY",
    "find-links": "UV_FIND_LINKS",
    "allow-insecure-host": "UV_INSECURE_HOST",
    "keyring-provider": "UV_KEYRING_PROVIDER",
    "prerelease": "UV_PRERELEASE",
    "native-tls": "UV_NATIVE_TLS",
    "system-certs": "UV_SYSTEM_CERTS",
    "no-binary": "UV_NO_BINARY",
    "no-binary-package": "UV_NO_BINARY_PACKAGE",
    "no-build": "UV_NO_BUILD",
    "no-build-package": "UV_NO_BUILD_PACKAGE",
    "http-proxy": "HTTP_PROXY",
    "https-proxy": "HTTPS_PROXY",
}


def uv_config_files(
    places: Places, environ: Mapping[str, str], platform: str = sys.platform
) -> tuple[Path, ...]:
    """Return the files that uv would read if they are there (uv docs, "Configuration files")."""
    if chosen := environ.get("UV_CONFIG_FILE"):
        return (Path(chosen),)
    if environ.get("UV_NO_CONFIG", "").lower() in _TRUE:
        return ()
    if platform == "win32" and not places.isolated:
        roaming = Path(environ.get("APPDATA") or places.home / "AppData" / "Roaming")
        system = Path(environ.get("PROGRAMDATA") or "C:/ProgramData")
        return (system / "uv" / "uv.toml", roaming / "uv" / "uv.toml")
    folder = Path(environ.get("XDG_CONFIG_HOME") or places.home / ".config")
    user = folder / "uv" / "uv.toml"
    if places.isolated:
        return (places.home / ".config" / "uv" / "uv.toml",)
    systems = [Path(each) for each in (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")]
    return (Path("/etc/uv/uv.toml"), *(each / "uv" / "uv.toml" for each in systems), user)


def _uv_keys(places: Places, environ: Mapping[str, str]) -> frozenset[str]:
    """Return the settings that uv's own files make, by the names of their variables."""
    found: set[str] = set()
    for path in uv_config_files(places, environ):
        try:
            document = cast("dict[str, object]", tomllib.loads(path.read_text("utf-8")))
        except (OSError, ValueError):
            continue  # uv tells about its own files itself
        inner = document.get("pip")
        tables = [document, cast("dict[str, object]", inner) if isinstance(inner, dict) else {}]
        found |= {_UV_KEYS[key] for table in tables for key in table if key in _UV_KEYS}
    return frozenset(found)
