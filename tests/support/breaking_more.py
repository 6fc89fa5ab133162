"""Break environments in further ways: other moments, other kinds of packages, worse luck."""

from __future__ import annotations

import subprocess

from engine.health.values import FindingCode as Code
from engine.health.values import Gravity
from tests.support.broken import Broken
from tests.support.ward import Ward, outside_pip, run

# pip itself, stopped after the old release was moved away and before the new one is written.
_KILLED = """
import os, sys
import pip._internal.req.req_install as install
def stop(*_, **__):
    os.kill(os.getpid(), 9)
install.install_wheel = stop
from pip._internal.cli.main import main
main(sys.argv[1:])
"""


def pip_killed(ward: Ward) -> Broken:
    arguments = ("install", "--no-deps", "--index-url", ward.world.simple.url, "inkwell==1.2.0")
    done = subprocess.run(
        [ward.python, "-I", "-c", _KILLED, *arguments], capture_output=True, check=False, timeout=60
    )
    assert done.returncode == -9, done.stderr
    assert not (ward.site / "inkwell").exists()
    moved = [ward.site / name for name in ("~nkwell", "~nkwell-1.0.0.dist-info")]
    delete = " + ".join(f"delete-files {ward.inside(path)}" for path in moved)
    return Broken(
        {Code.PIP_LEFTOVERS: "inkwell"},
        ("~nkwell-1.0.0.dist-info", "site-packages/~nkwell "),
        values={"lost": "inkwell", "version": "1.0.0"},
        gravity=Gravity.BROKEN,
        ways=(f"{delete} + install inkwell==1.0.0", delete),
        is_dated=False,
    )


def half_that_others_need(ward: Ward) -> Broken:
    info = ward.site / "lanternfish-1.1.0.dist-info"
    run("rm", info / "RECORD")
    return Broken(
        {Code.PIP_LEFTOVERS: "lanternfish"},
        ("lanternfish-1.1.0.dist-info",),
        gravity=Gravity.RISKY,
        ways=(f"delete-files {ward.inside(info)} + install lanternfish==1.1.0",),
    )


def two_releases(ward: Ward) -> Broken:
    ward.pip("install", "--no-deps", "--target", str(ward.site), "inkwell==1.2.0")
    return Broken(
        {Code.TWO_COPIES: "inkwell"},
        ("inkwell-1.0.0.dist-info", "inkwell-1.2.0.dist-info"),
        gravity=Gravity.BROKEN,
        ways=("remove-copy inkwell-1.0.0.dist-info + reinstall-pypi inkwell",),
    )


def overwritten_and_lacking(ward: Ward) -> Broken:
    ward.pip("install", "--no-deps", "tidepool==3.3.0")
    return Broken(
        {Code.CONDA_OVERWRITTEN: "tidepool"},
        ("tidepool: numerals>=2.2",),
        values={"lacks": "numerals>=2.2", "breaks": ""},
        gravity=Gravity.BROKEN,
        ways=("restore-conda tidepool", "hand-to-pypi tidepool"),
    )


def pip_command_gone(ward: Ward) -> Broken:
    run("rm", ward.prefix / "bin" / "pip")
    return Broken(
        {Code.PIP_ELSEWHERE: "pip"},
        (str(outside_pip() / "pip"),),
        environ={"PATH": str(outside_pip())},
        gravity=Gravity.RISKY,
        ways=("restore-conda pip",),
        is_dated=False,
    )


def library_gone(ward: Ward) -> Broken:
    run("rm", "-r", ward.site.parent / "encodings")
    return Broken(
        {Code.INTERPRETER_BROKEN: "python"},
        ("No module named 'encodings'",),
        deep=frozenset((Code.INTERPRETER_BROKEN,)),
        gravity=Gravity.BROKEN,
        ways=("restore-conda python",),
        is_dated=False,
    )


def interpreter_is_a_folder(ward: Ward) -> Broken:
    path = ward.python.resolve()
    run("rm", path)
    run("mkdir", path)
    return Broken(
        {Code.INTERPRETER_MISSING: "python"},
        ("bin/python",),
        gravity=Gravity.BROKEN,
        ways=("restore-conda python",),
    )


def things_in_the_way(ward: Ward) -> Broken:
    run("rm", ward.site / "inkwell" / "__init__.py")
    run("mkdir", ward.site / "inkwell" / "__init__.py")
    run("rm", "-r", ward.site / "almanac")
    (ward.site / "almanac").write_text("in the way")
    return Broken(
        {Code.FILES_MISSING: "almanac", Code.FILES_ALTERED: "inkwell"},
        ("almanac/__init__.py",),
        deep=frozenset((Code.FILES_MISSING, Code.FILES_ALTERED)),
        gravity=Gravity.BROKEN,
        ways=("restore-conda almanac",),
    )


def entry_point_altered(ward: Ward) -> Broken:
    path = ward.own(ward.prefix / "bin" / "tidepool")
    run("truncate", "--size=-20", path)
    return Broken(
        {Code.FILES_ALTERED: "tidepool"},
        (str(path),),
        deep=frozenset((Code.FILES_ALTERED,)),
        gravity=Gravity.RISKY,
        ways=("restore-conda tidepool",),
    )


def settings_of_another_place(ward: Ward) -> Broken:
    path = ward.own(ward.prefix / "etc" / "signpost.ini")
    run("sed", "-i", f"s|{ward.prefix}|/srv/old place|g", path)
    return Broken(
        {Code.PREFIX_ELSEWHERE: "/srv/old place"},
        (f"{path} /srv/old place",),
        deep=frozenset((Code.PREFIX_ELSEWHERE,)),
        gravity=Gravity.RISKY,
        ways=("rewrite-prefix /srv/old place",),
        is_dated=False,
    )


def commands_of_another_place(ward: Ward) -> Broken:
    commands = [ward.own(ward.prefix / "bin" / name) for name in ("tidepool", "inkwell")]
    run("sed", "-i", f"s|{ward.prefix}|/srv/old place|g", *commands)
    return Broken(
        {Code.SCRIPTS_ELSEWHERE: "/srv/old place"},
        tuple(f"{path} /srv/old place" for path in commands),
        gravity=Gravity.BROKEN,
        ways=("rewrite-prefix /srv/old place",),
        is_dated=False,
    )


def rights_lost(ward: Ward) -> Broken:
    commands = [ward.own(ward.prefix / "bin" / name) for name in ("tidepool", "inkwell")]
    run("chmod", "a-x", *commands)
    run("chmod", "u-w", ward.prefix / "share")
    return Broken(
        {Code.PERMISSIONS_WRONG: "permissions"},
        (f"{commands[0]} -rw", f"{commands[1]} -rw"),
        gravity=Gravity.RISKY,
        ways=("allow-writing",),
        is_dated=False,
    )


def folder_closed(ward: Ward) -> Broken:
    run("chmod", "u-w", ward.prefix / "share")
    return Broken(
        {Code.PERMISSIONS_WRONG: "permissions"},
        (f"{ward.prefix}/share dr-x",),
        deep=frozenset((Code.PERMISSIONS_WRONG,)),
        gravity=Gravity.RISKY,
        ways=("allow-writing",),
        is_dated=False,
    )


def user_site_file(ward: Ward) -> Broken:
    site = ward.places.home / ".local" / "lib" / ward.site.parent.name / "site-packages"
    site.mkdir(parents=True)
    (site / "almanac.py").write_text("year = 1\n")
    (site / "json.py").write_text("never = 'imported'\n")  # Python's own library comes first
    return Broken(
        {Code.USER_SITE_LEAKS: str(site)},
        ("almanac",),
        values={"shadowed": "almanac", "count": "1"},
        gravity=Gravity.RISKY,
        ways=("isolate",),
        is_dated=False,
    )


def library_shadowed(ward: Ward) -> Broken:
    folder = ward.places.home / ".local" / "shared"
    folder.mkdir(parents=True)
    (folder / "json.py").write_text("surprise = 1\n")
    return Broken(
        {Code.PATH_LEAKS: "PYTHONPATH"},
        (str(folder),),
        environ={"PYTHONPATH": str(folder)},
        values={"shadowed": "json"},
        gravity=Gravity.RISKY,
        ways=("isolate PYTHONPATH",),
        is_dated=False,
    )


def egg_link_gone(ward: Ward) -> Broken:
    checkout = ward.places.home / "checkout"
    link = ward.site / "oldtimer.egg-link"
    link.write_text(f"{checkout}\n.")
    (ward.site / "easy-install.pth").write_text(f"{checkout}\n")
    command = ward.prefix / "bin" / "oldtimer"
    command.write_text("#!python\n# EASY-INSTALL-ENTRY-SCRIPT: 'oldtimer','console_scripts','x'\n")
    return Broken(
        {Code.EDITABLE_GONE: "oldtimer"},
        ("oldtimer.egg-link", str(checkout)),
        gravity=Gravity.BROKEN,
        ways=(f"delete-files {ward.inside(link)} + delete-files bin/oldtimer",),
        is_dated=False,
    )


def record_of_nothing(ward: Ward) -> Broken:
    path = ward.own(ward.record("starchart"))
    path.write_text("[]")
    return Broken(
        {Code.META_UNREADABLE: path.name},
        (str(path), "not a note about a package"),
        gravity=Gravity.BROKEN,
        ways=(f"rebuild-record {path.name}",),
    )


def two_records(ward: Ward) -> Broken:
    old = ward.record("almanac")
    kept = old.read_bytes()
    ward.link("almanac", remove=("almanac",))
    assert not old.exists()
    old.write_bytes(kept)
    return Broken(
        {Code.INTERRUPTED: "conda"},
        (old.name,),
        values={"count": "1"},
        gravity=Gravity.BROKEN,
        ways=(f"settle + delete-files {ward.inside(old)} + restore-conda almanac",),
    )


def moved_out_of_the_way(ward: Ward) -> Broken:
    aside = ward.site / "almanac" / "tides.py.c~"
    clobbered = ward.prefix / "share" / "driftwood" / "run.sh__clobber-from-ghost"
    trash = ward.prefix / "bin" / "old.conda_trash_1"
    run("cp", "-r", ward.site / "numerals", ward.prefix / ".trash")
    for path in (aside, clobbered, trash):
        path.write_text("nobody's")
    left = (ward.prefix / ".trash", trash, aside, clobbered)
    return Broken(
        {Code.CONDA_LEFTOVERS: "conda"},
        (str(aside), str(clobbered), str(trash), ".trash"),
        values={"count": "4"},
        gravity=Gravity.NOTE,
        ways=(" + ".join(f"delete-files {ward.inside(path)}" for path in left),),
    )


def everything_at_once(ward: Ward) -> None:
    """Break the environment in many ways that have nothing to do with each other."""
    for breaker in (
        pip_killed,
        overwritten_and_lacking,
        half_that_others_need,
        folder_closed,
        user_site_file,
        egg_link_gone,
        record_of_nothing,
        moved_out_of_the_way,
    ):
        breaker(ward)
    run("rm", ward.prefix / "etc" / "signpost.ini")


MORE = (
    pip_killed,
    half_that_others_need,
    two_releases,
    overwritten_and_lacking,
    pip_command_gone,
    library_gone,
    interpreter_is_a_folder,
    things_in_the_way,
    entry_point_altered,
    settings_of_another_place,
    commands_of_another_place,
    rights_lost,
    folder_closed,
    user_site_file,
    library_shadowed,
    egg_link_gone,
    record_of_nothing,
    two_records,
    moved_out_of_the_way,
)
