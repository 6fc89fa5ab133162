"""The commands for people and scripts: each prints one JSON document."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from engine.codec import encode
from engine.commands.output import print_document
from engine.conda.condarc import CondaConfiguration, read_configuration
from engine.errors import EngineError, ErrorCode, from_os_error
from engine.logins import without_logins
from engine.places import Places
from engine.plan import Plan, PlanWarning
from engine.records import Details, Environment, OutsidePython, Record
from engine.remembering import remembered_folders
from engine.requests import (
    ChangeRequest,
    ChannelPriority,
    CloneRequest,
    CreateRequest,
    RemoveRequest,
    RenameRequest,
    Request,
    UpdateScope,
)
from engine.version import __version__


@dataclass(frozen=True, slots=True)
class Listing:
    """Answer of `environments`."""

    environments: tuple[Environment, ...]
    outside: tuple[OutsidePython, ...]


@dataclass(frozen=True, slots=True)
class PackageListing:
    """Answer of `packages`."""

    prefix: Path
    packages: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Information:
    """Answer of `info`: this program, this computer, and what is configured."""

    envdesk: str
    python: str
    system: str
    places: Places
    channels: tuple[str, ...]
    priority: ChannelPriority
    envs_dirs: tuple[Path, ...]
    pkgs_dirs: tuple[Path, ...]
    installations: tuple[Path, ...]
    files: tuple[Path, ...]
    virtual_packages: tuple[str, ...]


async def answer(arguments: argparse.Namespace, places: Places) -> int:
    """Carry out one of the commands that print a document; returns the exit status."""
    match arguments.command:
        case "environments":
            _settle(places)
            print_document(encode(await _environments(places, arguments.sizes)))
        case "packages":
            from engine.environments.packages import read_packages

            prefix = _existing(arguments.prefix)
            records = read_packages(prefix, read_configuration(places))
            print_document(encode(PackageListing(prefix, records)))
        case "info":
            print_document(_info(arguments.prefix, places))
        case "history":
            from engine.conda.history import read_revisions

            prefix = _existing(arguments.prefix)
            print_document(encode({"prefix": prefix, "revisions": read_revisions(prefix)}))
        case "search":
            await _search(arguments, places)
        case "plan":
            await _plan(arguments, places)
        case "export":
            await _export(arguments, places)
        case "practice":
            _practice(arguments.directory)
        case other:
            raise EngineError(ErrorCode.BAD_USAGE, f"There is no command {other}.")
    return 0


def _existing(prefix: Path) -> Path:
    prefix = Path(os.path.abspath(prefix))
    if not (prefix / "conda-meta").is_dir():
        raise EngineError(
            ErrorCode.NOT_AN_ENVIRONMENT,
            "This folder is not an environment.",
            cause="It has no folder conda-meta.",
            hint="`environments` lists those that were found.",
            path=str(prefix),
        )
    return prefix


def _settle(places: Places) -> None:
    from engine.environments.discovering import discover
    from engine.transactions.settling import settle_all
    from engine.working_folders import folders_with_work

    configuration = read_configuration(places)
    prefixes = discover(places, configuration, remembered_folders(places))
    settle_all(folders_with_work(places, configuration, prefixes), places)


async def _environments(places: Places, with_sizes: bool) -> Listing:
    from engine.environments.describing import describe
    from engine.environments.discovering import discover, gone_ones
    from engine.environments.outside import outside_pythons
    from engine.environments.sizing import measure

    configuration = read_configuration(places)
    prefixes = discover(places, configuration, remembered_folders(places))
    every = (*prefixes, *gone_ones(places))
    found = [describe(prefix, places, configuration) for prefix in every]
    if with_sizes:
        sizes = dict(measure(prefixes))
        found = [replace(each, sizes=sizes.get(each.prefix)) for each in found]
    outside = await asyncio.to_thread(outside_pythons, places)
    return Listing(tuple(found), outside)


def _info(prefix: Path | None, places: Places) -> bytes:
    from engine.conda.solving import virtual_packages

    configuration = read_configuration(places)
    if prefix is not None:
        from engine.environments.details import quick_details

        known = _existing(prefix)
        details = quick_details(known, places, configuration, virtual_packages(places))
        return encode(details, Details)
    return encode(
        Information(
            envdesk=__version__,
            python=f"{platform.python_version()} ({sys.executable})",
            system=platform.platform(),
            places=places,
            channels=configuration.effective_channels,
            priority=configuration.priority,
            envs_dirs=configuration.envs_dirs,
            pkgs_dirs=configuration.pkgs_dirs,
            installations=configuration.root_prefixes,
            files=configuration.files,
            virtual_packages=virtual_packages(places),
        )
    )


async def _plan(arguments: argparse.Namespace, places: Places) -> None:
    from engine.planning import plan_request

    configuration = read_configuration(places)
    told: tuple[PlanWarning, ...] = ()
    if arguments.kind == "import":
        from engine.commands.importing import import_request

        request, told = await import_request(arguments, places, configuration)
    elif arguments.kind == "repair":
        from engine.commands.repairing import request_of

        request = await request_of(arguments, places, configuration)
    else:
        request = _request(arguments, places, configuration)
    plan = await plan_request(request, places, configuration)
    plan = encode(replace(plan, warnings=(*plan.warnings, *told)), Plan)
    # It may be kept or sent to somebody; `apply` looks the logins up again.
    data = without_logins(plan.decode()).encode()
    if arguments.out is None:
        print_document(data)
        return
    try:
        arguments.out.write_bytes(data + b"\n")
    except OSError as error:
        raise from_os_error(error, arguments.out) from error
    print_document(encode({"plan": arguments.out}))


async def _search(arguments: argparse.Namespace, places: Places) -> None:
    from engine.searching import MOST_FOUND, Search, search

    configuration = read_configuration(places)
    wanted = Search(
        words=tuple(word for text in arguments.words for word in text.split()),
        channels=tuple(arguments.channel) or configuration.effective_channels,
        prefix=None if arguments.prefix is None else _existing(arguments.prefix),
        with_pypi=not arguments.no_pypi,
        most=MOST_FOUND if arguments.most is None else max(1, arguments.most),
    )
    if not wanted.words:
        raise EngineError(
            ErrorCode.BAD_USAGE, "No word was given.", hint="Name at least a part of a package."
        )
    print_document(encode(await search(wanted, configuration, places)))


async def _export(arguments: argparse.Namespace, places: Places) -> None:
    from engine.files.values import Export, ExportFormat
    from engine.files.writing import export, save_export

    prefix = _existing(arguments.prefix)
    chosen = ExportFormat(arguments.format)
    written = await export(prefix, chosen, places, read_configuration(places))
    if arguments.out is not None:
        save_export(written, arguments.out.absolute())
    print_document(encode(written, Export))


def _request(
    arguments: argparse.Namespace, places: Places, configuration: CondaConfiguration
) -> Request:
    if arguments.kind == "remove":
        return RemoveRequest(Path(os.path.abspath(arguments.prefix)))
    if arguments.kind in ("install", "update", "uninstall"):
        return _change(arguments, configuration)
    target = _target(arguments, places, configuration)
    if arguments.kind == "clone":
        return CloneRequest(Path(os.path.abspath(arguments.source)), target)
    if arguments.kind == "rename":
        return RenameRequest(Path(os.path.abspath(arguments.source)), target)
    return CreateRequest(
        prefix=target,
        channels=tuple(arguments.channel) or configuration.effective_channels,
        priority=_priority(arguments, configuration),
        python=arguments.python,
        specs=tuple(arguments.specs),
        with_pip=not arguments.no_pip,
    )


def _change(arguments: argparse.Namespace, configuration: CondaConfiguration) -> ChangeRequest:
    names: tuple[str, ...] = tuple(
        arguments.specs if arguments.kind == "install" else arguments.names
    )
    pypi: tuple[str, ...] = tuple(arguments.pypi)
    if not names and not pypi and arguments.kind != "update":
        raise EngineError(
            ErrorCode.BAD_USAGE, "No package was named.", hint="Name at least one package."
        )
    usual = UpdateScope.KEEP if names or pypi else UpdateScope.ALL
    request = ChangeRequest(
        prefix=Path(os.path.abspath(arguments.prefix)),
        channels=tuple(arguments.channel) or configuration.effective_channels,
        priority=_priority(arguments, configuration),
        scope=UpdateScope(arguments.scope or usual),
    )
    match arguments.kind:
        case "install":
            return replace(request, add=names, add_pypi=pypi)
        case "update":
            return replace(request, update=names, update_pypi=pypi)
        case _:
            orphans = not arguments.keep_orphans
            return replace(request, remove=names, remove_pypi=pypi, remove_orphans=orphans)


def _priority(arguments: argparse.Namespace, configuration: CondaConfiguration) -> ChannelPriority:
    if arguments.strict:
        return ChannelPriority.STRICT
    return ChannelPriority.FLEXIBLE if arguments.flexible else configuration.priority


def _target(
    arguments: argparse.Namespace, places: Places, configuration: CondaConfiguration
) -> Path:
    if arguments.target is not None:
        return Path(os.path.abspath(arguments.target))
    from engine.planning.placing import place_named
    from engine.working_folders import folders_for_new

    return place_named(arguments.name, folders_for_new(places, configuration)[0])


def _practice(directory: Path) -> None:
    from engine.practice import build_world

    world = build_world(directory, _tell)
    print_document(encode(world))


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
