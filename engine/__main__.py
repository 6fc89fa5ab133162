"""The headless front end: `python -m engine COMMAND`, and the worker of the window."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from engine.launching import begin_again_in_utf8
from engine.places import Places, places_for, root_folder
from engine.requests import UpdateScope
from engine.version import __version__

_OWN = ("scan", "walk", "hash", "link", "ask", "rattle", "sizes", "healths", "examine", "settle")


def _parser(*, with_own: bool) -> argparse.ArgumentParser:
    """Return what reads the command line; `with_own` commands are for Envdesk's processes only."""
    parser = argparse.ArgumentParser(
        prog="python -m engine",
        description="Envdesk without a window. Every command prints JSON.",
        epilog="Exit status: 0 done, 1 failed (an error document is printed), 2 bad usage.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument(
        "--root",
        type=root_folder,
        metavar="DIR",
        help="keep and look for everything below DIR only",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    info = commands.add_parser("info", help="tell about this computer, or about one environment")
    info.add_argument("prefix", nargs="?", type=Path)
    listing = commands.add_parser("environments", help="list the environments")
    listing.add_argument("--sizes", action="store_true", help="work their sizes out, too")
    packages = commands.add_parser("packages", help="list the packages of an environment")
    packages.add_argument("prefix", type=Path)
    history = commands.add_parser("history", help="list what was done to an environment")
    history.add_argument("prefix", type=Path)
    _add_plan(commands.add_parser("plan", help="work out a change; nothing is touched"))
    apply = commands.add_parser("apply", help="carry a plan out; prints JSON lines")
    apply.add_argument("plan", metavar="FILE", help="the plan, - for standard input")
    apply.add_argument("--guarded", action="store_true", help=argparse.SUPPRESS)
    apply.add_argument("--ahead", action="store_true", help=argparse.SUPPRESS)
    _add_search(commands.add_parser("search", help="look for packages by name and summary"))
    read = commands.add_parser("read", help="tell what files ask for, several of them together")
    read.add_argument(
        "files", nargs="+", metavar="FILE", help="or a web address; - for standard input"
    )
    _add_file_kind(read)
    _add_export(commands.add_parser("export", help="write an environment as a file for others"))
    practice = commands.add_parser("practice", help="build a practice world in a folder")
    practice.add_argument("directory", type=Path, metavar="DIR")

    _add_cache(commands.add_parser("cache", help="tell where disk space went, caches included"))
    _add_clean(commands.add_parser("clean", help="delete from caches what can be had again"))

    _add_health(commands.add_parser("health", help="tell what is wrong with an environment"))
    if with_own:
        _add_own(commands.add_parser)
    return parser


def _add_own(add: Callable[[str], argparse.ArgumentParser]) -> None:
    scan = add("scan")
    scan.add_argument("--fresh", action="store_true")
    add("walk")
    add("hash")
    add("link")
    add("ask")
    add("rattle")
    add("sizes")
    add("healths")
    examine = add("examine")
    examine.add_argument("prefix", type=Path)
    examine.add_argument("depth")
    settle = add("settle")
    settle.add_argument("folders", nargs="*", type=Path)
    settle.add_argument("--timeout", type=float, default=0)


def _add_search(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="+", metavar="WORD", help="all of them must be found")
    parser.add_argument(
        "--prefix", "-p", type=Path, help="for this environment: what suits its Python"
    )
    parser.add_argument(
        "--channel", "-c", action="append", default=[], metavar="NAME", help="first one first"
    )
    parser.add_argument("--no-pypi", action="store_true", help="leave PyPI out")
    parser.add_argument("--most", type=int, metavar="COUNT", help="how many names to tell")


def _add_export(parser: argparse.ArgumentParser) -> None:
    from engine.files.values import ExportFormat

    parser.add_argument("prefix", type=Path)
    parser.add_argument(
        "--format",
        choices=[each.value for each in ExportFormat],
        default=ExportFormat.ENVIRONMENT_YAML.value,
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the file itself there")


def _add_file_kind(parser: argparse.ArgumentParser) -> None:
    from engine.files.values import FileKind

    parser.add_argument(
        "--kind",
        choices=[kind.value for kind in FileKind],
        help="what the file is, where that was not recognised",
    )


def _add_plan(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    create = kinds.add_parser("create", help="a new environment")
    _add_target(create)
    create.add_argument("specs", nargs="*", metavar="SPEC", help="packages, such as 'numpy >=2'")
    create.add_argument("--python", default="", metavar="VERSION", help="such as 3.12")
    _add_channels(create)
    create.add_argument("--no-pip", action="store_true", help="leave pip out")
    for name, summary in (("clone", "a copy of one"), ("rename", "a new name or place for one")):
        kind = kinds.add_parser(name, help=summary)
        kind.add_argument("source", type=Path, metavar="PREFIX")
        _add_target(kind)
    remove = kinds.add_parser("remove", help="an environment that is not needed any more")
    remove.add_argument("prefix", type=Path, metavar="PREFIX")
    _add_changes(
        kinds.add_parser("install", help="more packages for an environment"),
        kinds.add_parser("update", help="newer packages; all of them without any NAME"),
        kinds.add_parser("uninstall", help="packages that are not needed any more"),
    )
    from engine.commands.import_arguments import add_import

    files = kinds.add_parser("import", help="what files ask for, together")
    add_import(files)
    _add_channels(files)
    _add_repair(kinds.add_parser("repair", help="what is wrong with one, put in order"))
    for kind in kinds.choices.values():
        kind.add_argument("--out", type=Path, metavar="FILE", help="write the plan for `apply`")


def _add_repair(repair: argparse.ArgumentParser) -> None:
    repair.add_argument("prefix", type=Path, metavar="PREFIX")
    repair.add_argument(
        "codes", nargs="*", metavar="CODE[:SUBJECT]", help="problems, as `health` prints them"
    )
    repair.add_argument("--all", action="store_true", help="everything that can be repaired")
    repair.add_argument("--other", action="store_true", help="the second-best way for each")
    repair.add_argument("--deep", action="store_true", help="look at every file first")
    repair.add_argument("--online", action="store_true", help="ask channels and the index first")
    repair.add_argument(
        "--channel", "-c", action="append", default=[], metavar="NAME", help="first one first"
    )


def _add_changes(
    install: argparse.ArgumentParser,
    update: argparse.ArgumentParser,
    uninstall: argparse.ArgumentParser,
) -> None:
    install.add_argument("prefix", type=Path, metavar="PREFIX")
    install.add_argument("specs", nargs="*", metavar="SPEC", help="packages, such as 'numpy >=2'")
    update.add_argument("prefix", type=Path, metavar="PREFIX")
    update.add_argument("names", nargs="*", metavar="NAME", help="installed packages")
    uninstall.add_argument("prefix", type=Path, metavar="PREFIX")
    uninstall.add_argument("names", nargs="*", metavar="NAME", help="installed packages")
    uninstall.add_argument(
        "--keep-orphans", action="store_true", help="leave what only they needed"
    )
    for kind in (install, update, uninstall):
        kind.add_argument(
            *("--pypi", "-p"),
            action="append",
            default=[],
            metavar="NAME",
            help="the same for a package from PyPI",
        )
        _add_channels(kind)
        kind.add_argument(
            "--update",
            choices=[scope.value for scope in UpdateScope],
            dest="scope",
            help="how far other packages may change: keep them (the usual way), only if needed, "
            "all to the newest, or only what is named, without exception",
        )


def _add_channels(kind: argparse.ArgumentParser) -> None:
    kind.add_argument(
        "--channel", "-c", action="append", default=[], metavar="NAME", help="first one first"
    )
    priority = kind.add_mutually_exclusive_group()
    priority.add_argument(
        "--strict", action="store_true", help="a package comes from the first channel that has it"
    )
    priority.add_argument(
        "--flexible", action="store_true", help="later channels help out where versions do not fit"
    )


def _add_health(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("prefix", type=Path, metavar="PREFIX")
    parser.add_argument("--deep", action="store_true", help="read every file, too")
    parser.add_argument(
        "--online", action="store_true", help="ask the channels and the package index, too"
    )


def _add_cache(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "prefix",
        nargs="?",
        type=Path,
        metavar="PREFIX",
        help="only this environment, package by package",
    )
    parser.add_argument("--json", action="store_true", help="as always; for scripts that say it")
    parser.add_argument("--fresh", action="store_true", help="believe nothing that is remembered")


def _add_clean(parser: argparse.ArgumentParser) -> None:
    from engine.cache.values import ItemKind, Preset

    parser.add_argument("items", nargs="*", type=Path, metavar="PATH", help="as `cache` names it")
    parser.add_argument("--preset", choices=[each.value for each in Preset])
    parser.add_argument(
        "--kind", action="append", default=[], choices=[each.value for each in ItemKind]
    )
    parser.add_argument(
        "--cache",
        action="append",
        default=[],
        type=Path,
        dest="caches",
        metavar="DIR",
        help="only in this cache",
    )
    parser.add_argument("--older-than", type=int, metavar="DAYS", help="not used for so long")
    parser.add_argument("--dry-run", action="store_true", help="print the plan, touch nothing")


def _add_target(parser: argparse.ArgumentParser) -> None:
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("--name", "-n", help="a name, in the first folder for environments")
    target.add_argument("--prefix", "-p", type=Path, dest="target", help="the folder itself")


async def _run(arguments: argparse.Namespace, places: Places) -> int:
    """Carry one command out; the modules of the others are not loaded: workers start often."""
    status = 0
    match arguments.command:
        case "apply" | "ask" | "sizes" | "scan" | "settle":
            status = await _work(arguments, places)
        case "rattle":
            from engine.practice import rattling

            status = await rattling.answer()
        case "healths" | "examine" | "health":
            status = await _check(arguments, places)
        case "cache" | "clean":
            from engine.commands import cleaning

            status = await cleaning.answer(arguments, places)
        case "read":
            from engine.commands import file_reading

            status = file_reading.answer(arguments, places)
        case _:
            from engine.commands import answering

            status = await answering.answer(arguments, places)
    return status


async def _work(arguments: argparse.Namespace, places: Places) -> int:
    from engine.commands import working

    match arguments.command:
        case "apply":
            status = await working.apply(
                arguments.plan, places, guarded=arguments.guarded, ahead=arguments.ahead
            )
        case "ask":
            status = await working.ask(places)
        case "sizes":
            status = working.sizes(places)
        case "scan":
            status = working.scan(places, fresh=arguments.fresh)
        case _:
            status = working.settle(arguments.folders, places, arguments.timeout)
    return status


async def _check(arguments: argparse.Namespace, places: Places) -> int:
    from engine.commands import checking

    match arguments.command:
        case "healths":
            status = checking.healths(places)
        case "examine":
            status = await checking.examine(arguments.prefix, arguments.depth, places)
        case _:
            status = await checking.answer(arguments, places)
    return status


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and end the process with its exit status."""
    from engine.commands.output import leave, print_failure

    words = sys.argv[1:] if argv is None else [*argv]
    # Nobody is told of them who only mistyped a command. Before them stands at most a root.
    is_own = any(word in _OWN for word in (*words[:1], *words[2:3]))
    arguments = _parser(with_own=is_own).parse_args(words)
    if arguments.command == "walk":
        from engine.cache import lending

        lending.serve()
        return 0
    if arguments.command == "hash":
        from engine.health import comparing

        comparing.serve()
        return 0
    if arguments.command == "link":
        from engine.replicas import handing

        handing.serve()
        return 0
    try:
        status = asyncio.run(_run(arguments, places_for(arguments.root)))
    except KeyboardInterrupt:
        status = 130
    except Exception as error:  # noqa: BLE001 - the one place where anything else would be lost
        print_failure(error)
        status = 1
    leave(status)
    return status


if __name__ == "__main__":
    begin_again_in_utf8()
    main()
