"""Break environments in every way that a finding is for, by the tools that do it in real life."""

from __future__ import annotations

import os
import platform
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from engine.health.checks.python_age import ENDS
from engine.health.values import FindingCode as Code
from engine.practice.archives import write_package
from engine.practice.catalogue import main_packages
from engine.practice.interpreter import running_interpreter
from engine.practice.rattling import index_channels
from tests.support.checking import TODAY
from tests.support.linking import link
from tests.support.rattling import ROOT
from tests.support.ward import ALMANAC, Ward, outside_pip, run

_JOURNAL = """
import sys, time
from pathlib import Path
from engine.places import places_below
from engine.requests import ChangeRequest
from engine.transactions.journal import begin
from engine.transactions.locking import hold
prefix = Path(sys.argv[2])
with hold((prefix,), places_below(Path(sys.argv[1]))):
    begin(ChangeRequest(prefix, ("nowhere",), add=("almanac",)), prefix)
    print("begun", flush=True)
    time.sleep(60)
"""
_BACKEND = """
import pathlib, zipfile

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    name = "checkout-1.0-py3-none-any.whl"
    info = "checkout-1.0.dist-info/"
    files = {
        "checkout.pth": str(pathlib.Path(__file__).parent),
        info + "METADATA": "Metadata-Version: 2.1\\nName: checkout\\nVersion: 1.0\\n",
        info + "WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    files[info + "RECORD"] = "".join(f"{path},,\\n" for path in (*files, info + "RECORD"))
    with zipfile.ZipFile(pathlib.Path(wheel_directory, name), "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return name
"""


@dataclass(frozen=True, slots=True)
class Broken:
    """Say what a check must find, and nothing else: codes with subjects, and some evidence.

    `expected` maps each code to its subject; `evidence` are ends of paths or words that the
    evidence of the first one must have. `deep` findings are looked for by the deep check alone.
    """

    expected: Mapping[Code, str]
    evidence: tuple[str, ...]
    prefix: Path | None = None
    environ: Mapping[str, str] = field(default_factory=dict[str, str])
    today: date = TODAY
    deep: frozenset[Code] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict[str, str])


Breaker = Callable[[Ward], Broken]


def overwritten(ward: Ward) -> Broken:
    ward.pip("install", "--no-deps", "almanac==2025.9")
    return Broken(
        {Code.CONDA_OVERWRITTEN: "almanac"},
        (ward.record("almanac").name, "almanac-2025.9.dist-info"),
        values={"conda_version": ALMANAC, "pypi_version": "2025.9", "installer": "pip"},
    )


def overwritten_and_breaking(ward: Ward) -> Broken:
    ward.uv("numerals==2.2.0")
    return Broken(
        {Code.CONDA_OVERWRITTEN: "numerals"},
        ("numerals-2.2.0.dist-info",),
        values={"breaks": "starchart", "installer": "uv"},
    )


def overwritten_same(ward: Ward) -> Broken:
    ward.uv("--reinstall", f"almanac=={ALMANAC}")
    return Broken({Code.CONDA_OVERWRITTEN_SAME: "almanac"}, (f"almanac-{ALMANAC}.dist-info",))


def dist_info_gone(ward: Ward) -> Broken:
    ward.pip("uninstall", "--yes", "almanac")
    return Broken(
        {Code.CONDA_DIST_INFO_GONE: "almanac"},
        (ward.record("almanac").name, f"almanac-{ALMANAC}.dist-info"),
    )


def two_copies(ward: Ward) -> Broken:
    ward.uv("harpstring==1.0.0")
    ward.link("harpstring")
    return Broken(
        {Code.TWO_COPIES: "harpstring"},
        ("harpstring-0.3.0.dist-info", "harpstring-1.0.0.dist-info"),
    )


def two_spellings(ward: Ward) -> Broken:
    copy = ward.site / "Lantern.Fish-1.0.0.dist-info"
    run("cp", "-r", ward.site / "lanternfish-1.1.0.dist-info", copy)
    text = (copy / "METADATA").read_text().replace("Name: lanternfish", "Name: Lanternfish")
    (copy / "METADATA").write_text(text.replace("Version: 1.1.0", "Version: 1.0.0"))
    return Broken({Code.TWO_COPIES: "lanternfish"}, (copy.name, "lanternfish-1.1.0.dist-info"))


def pip_set_aside(ward: Ward) -> Broken:
    run("cp", "-r", ward.site / "inkwell", ward.site / "~nkwell")
    return Broken({Code.PIP_LEFTOVERS: "~"}, ("~nkwell",))


def half_installed(ward: Ward) -> Broken:
    run("rm", ward.site / "inkwell-1.0.0.dist-info" / "RECORD")
    return Broken({Code.PIP_LEFTOVERS: "inkwell"}, ("inkwell-1.0.0.dist-info",))


def requirement_missing(ward: Ward) -> Broken:
    ward.drop("lanternfish")
    return Broken({Code.REQUIREMENT_MISSING: "lanternfish"}, ("inkwell: lanternfish>=1",))


def requirement_unmet(ward: Ward) -> Broken:
    ward.uv("inkwell==1.2.0", "lanternfish==1.0.0")
    return Broken(
        {Code.REQUIREMENT_UNMET: "lanternfish"},
        ("lanternfish-1.0.0.dist-info", "inkwell: lanternfish>=1.1"),
    )


def optional_missing(ward: Ward) -> Broken:
    ward.uv("inkwell==1.2.0", "inkstand==1.0.0")
    return Broken(
        {Code.REQUIREMENT_OPTIONAL: "pigment"},
        ('inkwell: pigment>=0.5; extra == "colour"',),
        values={"parts": "colour", "by": "inkwell"},
    )


def optional_unfit(ward: Ward) -> Broken:
    ward.uv("notebook==1.0.0")
    return Broken({Code.REQUIREMENT_OPTIONAL: "numerals"}, ("notebook: numerals>=2.2",))


def depends_unmet(ward: Ward) -> Broken:
    ward.link("kite")
    return Broken({Code.DEPENDS_UNMET: "wind"}, ("kite: wind >=1",))


def depends_virtual(ward: Ward) -> Broken:
    ward.link("furnace")
    return Broken(
        {Code.DEPENDS_UNMET: "__cuda"},
        ("furnace: __cuda >=99",),
        values={"virtual": "yes", "system": "__cuda >=99"},
    )


def constrains_violated(ward: Ward) -> Broken:
    ward.link("firelily", "icemoss")
    return Broken({Code.CONSTRAINS_VIOLATED: "icemoss"}, ("firelily: icemoss <0",))


def files_missing(ward: Ward) -> Broken:
    path = ward.site / "starchart" / "__init__.py"
    run("rm", path)
    return Broken(
        {Code.FILES_MISSING: "starchart"}, (str(path),), deep=frozenset((Code.FILES_MISSING,))
    )


def pypi_files_missing(ward: Ward) -> Broken:
    path = ward.site / "inkwell" / "__init__.py"
    run("rm", path)
    return Broken(
        {Code.FILES_MISSING: "inkwell"},
        (str(path),),
        deep=frozenset((Code.FILES_MISSING,)),
        values={"kind": "pypi"},
    )


def files_altered(ward: Ward) -> Broken:
    path = ward.own(ward.site / "starchart" / "__init__.py")
    run("truncate", "--size=7", path)
    return Broken(
        {Code.FILES_ALTERED: "starchart"},
        (str(path), "cache: sound"),
        deep=frozenset((Code.FILES_ALTERED,)),
        values={"cache": "sound", "kind": "conda"},
    )


def owned_twice(ward: Ward) -> Broken:
    ward.uv("masquerade==1.0.0")
    return Broken(
        {Code.FILES_OWNED_TWICE: "almanac+masquerade"},
        ("almanac/__init__.py",),
        deep=frozenset((Code.FILES_OWNED_TWICE,)),
    )


def owned_twice_by_conda(ward: Ward) -> Broken:
    ward.link("harbor-east", "harbor-west")
    return Broken(
        {Code.FILES_OWNED_TWICE: "harbor-east+harbor-west"},
        ("share/harbor/chart.txt",),
        deep=frozenset((Code.FILES_OWNED_TWICE,)),
    )


def link_broken(ward: Ward) -> Broken:
    path = ward.prefix / "share/driftwood/link.txt"
    run("ln", "-sfn", "/nowhere/at/all", path)
    return Broken(
        {Code.LINKS_BROKEN: "driftwood"},
        (str(path), "/nowhere/at/all"),
        deep=frozenset((Code.LINKS_BROKEN,)),
    )


def soft_links_broken(ward: Ward) -> Broken:
    path = ward.prefix / "share/driftwood/run.sh"
    run("ln", "-sfn", ward.places.pkgs / "gone" / "run.sh", path)
    return Broken(
        {Code.LINKS_BROKEN: "driftwood"}, (str(path),), deep=frozenset((Code.LINKS_BROKEN,))
    )


def interpreter_missing(ward: Ward) -> Broken:
    run("rm", ward.python.resolve())
    return Broken({Code.INTERPRETER_MISSING: "python"}, ("bin/python",))


def interpreter_broken(ward: Ward) -> Broken:
    path = ward.own(ward.python.resolve())
    run("truncate", "--size=5000", path)
    return Broken(
        {Code.INTERPRETER_BROKEN: "python"},
        ("bin/python",),
        deep=frozenset((Code.INTERPRETER_BROKEN,)),
    )


def interpreter_empty(ward: Ward) -> Broken:
    run("truncate", "--size=0", ward.own(ward.python.resolve()))
    return Broken({Code.INTERPRETER_BROKEN: "python"}, ("bin/python", "The file is empty."))


def moved(ward: Ward) -> Broken:
    target = ward.prefix.with_name("ward moved")
    run("mv", ward.prefix, target)
    return _elsewhere(ward, target)


def copied(ward: Ward) -> Broken:
    target = ward.prefix.with_name("ward copied")
    run("cp", "-r", ward.prefix, target)
    return _elsewhere(ward, target)


def _elsewhere(ward: Ward, target: Path) -> Broken:
    old = str(ward.prefix)
    return Broken(
        {Code.SCRIPTS_ELSEWHERE: old, Code.PREFIX_ELSEWHERE: old},
        (str(target / "bin" / "inkwell"),),
        prefix=target,
        deep=frozenset((Code.PREFIX_ELSEWHERE,)),
    )


def half_mended(ward: Ward) -> Broken:
    target = ward.prefix.with_name("ward mended")
    run("cp", "-r", ward.prefix, target)
    scripts = [path for path in (target / "bin").iterdir() if not path.is_symlink()]
    text = [path for path in scripts if b"\0" not in path.read_bytes()]
    run("sed", "-i", f"s|{ward.prefix}|{target}|g", *text)
    return Broken(
        {Code.PREFIX_ELSEWHERE: str(ward.prefix)},
        ("etc/signpost.ini",),
        prefix=target,
        deep=frozenset((Code.PREFIX_ELSEWHERE,)),
    )


def unowned(ward: Ward) -> Broken:
    run("cp", "-r", ward.site / "inkwell", ward.site / "my_notes")
    (ward.site / "scribble.py").write_text("answer = 42\n")
    return Broken(
        {Code.FILES_UNOWNED: "site-packages"},
        ("my_notes", "scribble.py"),
        deep=frozenset((Code.FILES_UNOWNED,)),
        values={"count": "2"},
    )


def editable_gone(ward: Ward) -> Broken:
    checkout = ward.places.home / "checkout"
    make_editable(ward, checkout)
    run("rm", "-r", checkout)
    return Broken({Code.EDITABLE_GONE: "checkout"}, (str(checkout),))


def make_editable(ward: Ward, checkout: Path) -> None:
    """Install a project in development mode."""
    checkout.mkdir()
    (checkout / "backend.py").write_text(_BACKEND)
    (checkout / "checkout.py").write_text("__version__ = '1.0'\n")
    (checkout / "pyproject.toml").write_text(
        "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n"
        "[project]\nname = 'checkout'\nversion = '1.0'\n"
    )
    ward.uv("--no-build-isolation", "--editable", checkout)


def permissions(ward: Ward) -> Broken:
    run("chmod", "u-w", ward.site)
    return Broken({Code.PERMISSIONS_WRONG: "permissions"}, (str(ward.site), "dr-x"))


def permissions_of_a_file(ward: Ward) -> Broken:
    path = ward.own(ward.site / "inkwell" / "__init__.py")
    run("chmod", "000", path)
    return Broken(
        {Code.PERMISSIONS_WRONG: "permissions"},
        (str(path), "----------"),
        deep=frozenset((Code.PERMISSIONS_WRONG,)),
    )


def user_site(ward: Ward) -> Broken:
    ward.pip("install", "--user", "--no-deps", "--ignore-installed", "lanternfish==1.0.0")
    site = next((ward.places.home / ".local" / "lib").glob("python3*/site-packages"))
    return Broken(
        {Code.USER_SITE_LEAKS: str(site)},
        ("lanternfish-1.0.0.dist-info",),
        values={"shadowed": "lanternfish"},
    )


def python_path(ward: Ward) -> Broken:
    folder = ward.places.home / ".local" / "shared"
    folder.mkdir(parents=True)
    (folder / "almanac.py").write_text("year = 1\n")
    return Broken(
        {Code.PATH_LEAKS: "PYTHONPATH"},
        (str(folder),),
        environ={"PYTHONPATH": str(folder)},
        values={"shadowed": "almanac"},
    )


def pip_user(_ward: Ward) -> Broken:
    return Broken({Code.PATH_LEAKS: "PIP_USER"}, ("PIP_USER=yes",), environ={"PIP_USER": "yes"})


def pip_missing(ward: Ward) -> Broken:
    ward.link(remove=("pip",))
    return Broken({Code.PIP_MISSING: "pip"}, ("site-packages",))


def pip_elsewhere(ward: Ward) -> Broken:
    ward.link(remove=("pip",))
    return Broken(
        {Code.PIP_ELSEWHERE: "pip"},
        (str(outside_pip() / "pip"),),
        environ={"PATH": str(outside_pip())},
    )


def killed(ward: Ward) -> Broken:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", _JOURNAL, str(ward.root), str(ward.prefix)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        os.kill(process.pid, signal.SIGKILL)
    return Broken({Code.INTERRUPTED: "envdesk"}, ("journal.json",))


def half_written(ward: Ward) -> Broken:
    run("cp", ward.record("almanac"), ward.prefix / "conda-meta" / "prefix_record_Xy12.json")
    return Broken({Code.INTERRUPTED: "conda"}, ("prefix_record_Xy12.json",))


def record_moved_away(ward: Ward) -> Broken:
    ward.link("glyphs")
    run("mv", ward.record("glyphs"), f"{ward.record('glyphs')}.c~")
    return Broken({Code.INTERRUPTED: "conda"}, (".c~",))


def conda_leftovers(ward: Ward) -> Broken:
    run("cp", ward.record("almanac"), f"{ward.record('almanac')}.c~")
    run("cp", "-r", ward.site / "inkwell", ward.prefix / ".trash")
    return Broken({Code.CONDA_LEFTOVERS: "conda"}, (".c~", ".trash"))


def record_empty(ward: Ward) -> Broken:
    path = ward.own(ward.record("starchart"))
    run("truncate", "--size=0", path)
    return Broken({Code.META_UNREADABLE: path.name}, (str(path), "not-json"))


def record_cut_off(ward: Ward) -> Broken:
    path = ward.own(ward.record("driftwood"))
    run("truncate", "--size=300", path)
    return Broken({Code.META_UNREADABLE: path.name}, (str(path),))


def history_gone(ward: Ward) -> Broken:
    run("rm", ward.prefix / "conda-meta" / "history")
    return Broken({Code.META_UNREADABLE: "history"}, ("conda-meta/history",))


def prefix_gone(ward: Ward) -> Broken:
    shutil.rmtree(ward.prefix)
    return Broken({Code.PREFIX_GONE: str(ward.prefix)}, (str(ward.prefix), "environments.txt"))


def frozen(ward: Ward) -> Broken:
    mark = ward.prefix / "conda-meta" / "frozen"
    mark.write_text('{"message": "Kept for the exam."}')
    return Broken({Code.FROZEN: "frozen"}, (str(mark), "Kept for the exam."))


def channels_mixed(ward: Ward) -> Broken:
    addresses: list[str] = []
    for name in ("pkgs/main", "conda-forge"):
        folder = ward.root / "mirrors" / name
        if not folder.exists():
            shutil.copytree(ward.world.channels[0].path, folder)
            _build_again("driftwood", folder, name)
        addresses.append(folder.as_uri())
    prefix = ward.prefix.with_name("ward mixed")
    (prefix / "conda-meta").mkdir(parents=True)
    for address, package in zip(addresses, ("driftwood", "lodestone"), strict=True):
        ward.worker.call(link, prefix, ward.places.pkgs, (address,), (package,), ())
    return Broken({Code.CHANNELS_MIXED: "conda-forge"}, ("driftwood: main",), prefix=prefix)


def _build_again(name: str, channel: Path, builder: str) -> None:
    """Replace a native package of a channel by a build of its own, as every builder makes one."""
    for archive in channel.glob(f"*/{name}-*"):
        archive.unlink()
    interpreter = running_interpreter()
    (package,) = (each for each in main_packages(interpreter.subdir) if each.name == name)
    number = len(builder)
    made = replace(package, build=f"h{number:07x}_{number}", build_number=number)
    write_package(made, channel)
    index_channels((channel,))


def python_ended(ward: Ward) -> Broken:
    end = ENDS[".".join(platform.python_version_tuple()[:2])]
    return Broken(
        {Code.PYTHON_ENDED: "python"},
        (ward.record("python").name,),
        today=end + timedelta(days=1),
    )


BREAKERS: tuple[Breaker, ...] = (
    overwritten,
    overwritten_and_breaking,
    overwritten_same,
    dist_info_gone,
    two_copies,
    two_spellings,
    pip_set_aside,
    half_installed,
    requirement_missing,
    requirement_unmet,
    optional_missing,
    optional_unfit,
    depends_unmet,
    depends_virtual,
    constrains_violated,
    files_missing,
    pypi_files_missing,
    files_altered,
    owned_twice,
    owned_twice_by_conda,
    link_broken,
    soft_links_broken,
    interpreter_missing,
    interpreter_broken,
    interpreter_empty,
    moved,
    copied,
    half_mended,
    unowned,
    editable_gone,
    permissions,
    permissions_of_a_file,
    user_site,
    python_path,
    pip_user,
    pip_missing,
    pip_elsewhere,
    killed,
    half_written,
    record_moved_away,
    conda_leftovers,
    record_empty,
    record_cut_off,
    history_gone,
    prefix_gone,
    frozen,
    channels_mixed,
    python_ended,
)
