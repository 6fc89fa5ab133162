"""Break what packages need of each other, and what pip and conda did to each other."""

from __future__ import annotations

import platform
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from engine.health.checks.python_age import ENDS
from engine.health.values import FindingCode as Code
from engine.health.values import Gravity
from engine.practice.archives import write_package
from engine.practice.catalogue import main_packages
from engine.practice.interpreter import running_interpreter
from engine.practice.rattling import index_channels
from tests.support.broken import Broken
from tests.support.linking import link
from tests.support.ward import ALMANAC, Ward, run


def overwritten(ward: Ward) -> Broken:
    ward.pip("install", "--no-deps", "almanac==2025.9")
    return Broken(
        {Code.CONDA_OVERWRITTEN: "almanac"},
        (ward.record("almanac").name, "almanac-2025.9.dist-info"),
        values={"conda_version": ALMANAC, "pypi_version": "2025.9", "installer": "pip"},
        gravity=Gravity.RISKY,
        ways=("restore-conda almanac", "hand-to-pypi almanac"),
    )


def overwritten_and_breaking(ward: Ward) -> Broken:
    ward.uv("numerals==2.2.0")
    return Broken(
        {Code.CONDA_OVERWRITTEN: "numerals"},
        ("numerals-2.2.0.dist-info",),
        values={"breaks": "starchart", "installer": "uv"},
        gravity=Gravity.BROKEN,
        ways=("restore-conda numerals", "hand-to-pypi numerals"),
    )


def overwritten_same(ward: Ward) -> Broken:
    ward.uv("--reinstall", f"almanac=={ALMANAC}")
    return Broken(
        {Code.CONDA_OVERWRITTEN_SAME: "almanac"},
        (f"almanac-{ALMANAC}.dist-info",),
        gravity=Gravity.RISKY,
        ways=("restore-conda almanac", "hand-to-pypi almanac"),
    )


def dist_info_gone(ward: Ward) -> Broken:
    ward.pip("uninstall", "--yes", "almanac")
    return Broken(
        {Code.CONDA_DIST_INFO_GONE: "almanac"},
        (ward.record("almanac").name, f"almanac-{ALMANAC}.dist-info"),
        gravity=Gravity.BROKEN,
        ways=("restore-conda almanac", "remove almanac"),
        is_dated=False,
    )


def two_copies(ward: Ward) -> Broken:
    ward.uv("harpstring==1.0.0")
    ward.link("harpstring")
    return Broken(
        {Code.TWO_COPIES: "harpstring"},
        ("harpstring-0.3.0.dist-info", "harpstring-1.0.0.dist-info"),
        gravity=Gravity.BROKEN,
        ways=(
            "remove-copy harpstring-1.0.0.dist-info + restore-conda harpstring",
            "hand-to-pypi harpstring + reinstall-pypi harpstring",
        ),
        values={"kept_of_conda": "0.3.0"},
    )


def two_spellings(ward: Ward) -> Broken:
    copy = ward.site / "Lantern.Fish-1.0.0.dist-info"
    run("cp", "-r", ward.site / "lanternfish-1.1.0.dist-info", copy)
    text = (copy / "METADATA").read_text().replace("Name: lanternfish", "Name: Lanternfish")
    (copy / "METADATA").write_text(text.replace("Version: 1.1.0", "Version: 1.0.0"))
    return Broken(
        {Code.TWO_COPIES: "lanternfish"},
        (copy.name, "lanternfish-1.1.0.dist-info"),
        gravity=Gravity.BROKEN,
        ways=("remove-copy lanternfish-1.1.0.dist-info + reinstall-pypi lanternfish",),
        values={"kept_of_conda": "", "kept": "1.0.0"},
    )


def pip_set_aside(ward: Ward) -> Broken:
    run("cp", "-r", ward.site / "inkwell", ward.site / "~nkwell")
    return Broken(
        {Code.PIP_LEFTOVERS: "~"},
        ("~nkwell",),
        gravity=Gravity.NOTE,
        ways=(f"delete-files {ward.inside(ward.site)}/~nkwell",),
        is_dated=False,
    )


def half_installed(ward: Ward) -> Broken:
    info = ward.site / "inkwell-1.0.0.dist-info"
    delete = f"delete-files {ward.inside(info)}"
    run("rm", info / "RECORD")
    return Broken(
        {Code.PIP_LEFTOVERS: "inkwell"},
        (info.name,),
        gravity=Gravity.RISKY,
        ways=(f"{delete} + install inkwell==1.0.0", delete),
    )


def requirement_missing(ward: Ward) -> Broken:
    ward.drop("lanternfish")
    return Broken(
        {Code.REQUIREMENT_MISSING: "lanternfish"},
        ("inkwell: lanternfish>=1",),
        gravity=Gravity.BROKEN,
        ways=("install lanternfish>=1", "remove inkwell"),
        is_dated=False,
    )


def requirement_unmet(ward: Ward) -> Broken:
    ward.uv("inkwell==1.2.0", "lanternfish==1.0.0")
    return Broken(
        {Code.REQUIREMENT_UNMET: "lanternfish"},
        ("lanternfish-1.0.0.dist-info", "inkwell: lanternfish>=1.1"),
        gravity=Gravity.BROKEN,
        ways=("install lanternfish>=1.1", "update inkwell", "remove inkwell"),
    )


def optional_missing(ward: Ward) -> Broken:
    ward.uv("inkwell==1.2.0", "inkstand==1.0.0")
    return Broken(
        {Code.REQUIREMENT_OPTIONAL: "pigment"},
        ('inkwell: pigment>=0.5; extra == "colour"',),
        values={"parts": "colour", "by": "inkwell", "askers": "inkstand"},
        gravity=Gravity.RISKY,
        ways=("install pigment>=0.5",),
        is_dated=False,
    )


def optional_unfit(ward: Ward) -> Broken:
    ward.uv("notebook==1.0.0")
    return Broken(
        {Code.REQUIREMENT_OPTIONAL: "numerals"},
        ("notebook: numerals>=2.2",),
        gravity=Gravity.NOTE,
        ways=("update numerals>=2.2",),
        is_dated=False,
    )


def made_for_another_python(ward: Ward) -> Broken:
    ward.pip("install", "--no-deps", "--ignore-requires-python", "hourglass==2.0.0")
    return Broken(
        {Code.PYTHON_UNFIT: "hourglass"},
        ("hourglass-2.0.0.dist-info/METADATA", "Requires-Python: >=3.99"),
        values={"reason": "python", "needs": ">=3.99"},
        gravity=Gravity.RISKY,
        ways=("update hourglass", "remove hourglass"),
    )


def made_for_another_computer(ward: Ward) -> Broken:
    ward.pip(
        *("install", "--no-deps", "--target", str(ward.site), "--only-binary=:all:"),
        *("--platform=win_amd64", "waterclock==1.0.0"),
    )
    return Broken(
        {Code.PYTHON_UNFIT: "waterclock"},
        ("waterclock-1.0.0.dist-info/WHEEL", "Tag: py3-none-win_amd64"),
        values={"reason": "platform"},
        gravity=Gravity.BROKEN,
        ways=("reinstall-pypi waterclock", "remove waterclock"),
    )


def depends_unmet(ward: Ward) -> Broken:
    ward.link("kite")
    return Broken(
        {Code.DEPENDS_UNMET: "wind"},
        ("kite: wind >=1",),
        gravity=Gravity.BROKEN,
        ways=("install-conda wind >=1", "remove kite"),
        is_dated=False,
    )


def depends_virtual(ward: Ward) -> Broken:
    ward.link("furnace")
    return Broken(
        {Code.DEPENDS_UNMET: "__cuda"},
        ("furnace: __cuda >=99",),
        values={"virtual": "yes", "system": "__cuda >=99"},
        gravity=Gravity.RISKY,
        ways=("remove furnace",),
        is_dated=False,
    )


def constrains_violated(ward: Ward) -> Broken:
    ward.link("firelily", "icemoss")
    return Broken(
        {Code.CONSTRAINS_VIOLATED: "icemoss"},
        ("firelily: icemoss <0",),
        gravity=Gravity.RISKY,
        ways=("update icemoss", "remove icemoss", "remove firelily"),
        is_dated=False,
    )


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
    return Broken(
        {Code.CHANNELS_MIXED: "conda-forge"},
        ("driftwood: main",),
        prefix=prefix,
        gravity=Gravity.RISKY,
        ways=(f"update {addresses[1]}::driftwood",),
        is_dated=False,
    )


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
    cared_for = next(minor for minor, other in ENDS.items() if other > end)
    return Broken(
        {Code.PYTHON_ENDED: "python"},
        (ward.record("python").name,),
        today=end + timedelta(days=1),
        gravity=Gravity.NOTE,
        ways=(f"update python>={cared_for}",),
        is_dated=False,
    )
