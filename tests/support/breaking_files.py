"""Break the files of environments."""

from __future__ import annotations

from pathlib import Path

from engine.health.values import FindingCode as Code
from engine.health.values import Gravity
from tests.support.broken import Broken
from tests.support.ward import Ward, run

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


def files_missing(ward: Ward) -> Broken:
    path = ward.site / "starchart" / "__init__.py"
    run("rm", path)
    return Broken(
        {Code.FILES_MISSING: "starchart"},
        (str(path),),
        deep=frozenset((Code.FILES_MISSING,)),
        gravity=Gravity.BROKEN,
        ways=("restore-conda starchart",),
    )


def pypi_files_missing(ward: Ward) -> Broken:
    path = ward.site / "inkwell" / "__init__.py"
    run("rm", path)
    return Broken(
        {Code.FILES_MISSING: "inkwell"},
        (str(path),),
        deep=frozenset((Code.FILES_MISSING,)),
        values={"kind": "pypi"},
        gravity=Gravity.BROKEN,
        ways=("reinstall-pypi inkwell",),
    )


def files_altered(ward: Ward) -> Broken:
    path = ward.own(ward.site / "starchart" / "__init__.py")
    run("truncate", "--size=7", path)
    return Broken(
        {Code.FILES_ALTERED: "starchart"},
        (str(path), "cache: sound"),
        deep=frozenset((Code.FILES_ALTERED,)),
        values={"cache": "sound", "kind": "conda"},
        gravity=Gravity.RISKY,
        ways=("restore-conda starchart",),
    )


def owned_twice(ward: Ward) -> Broken:
    ward.uv("masquerade==1.0.0")
    return Broken(
        {Code.FILES_OWNED_TWICE: "almanac+masquerade"},
        ("almanac/__init__.py",),
        deep=frozenset((Code.FILES_OWNED_TWICE,)),
        gravity=Gravity.RISKY,
        ways=("remove masquerade + restore-conda almanac",),
        is_dated=False,
        values={"spoiled": "almanac", "whole": "masquerade"},
    )


def owned_twice_by_conda(ward: Ward) -> Broken:
    ward.link("harbor-east", "harbor-west")
    chart = (ward.prefix / "share" / "harbor" / "chart.txt").read_text()
    names = ("harbor-east", "harbor-west")
    whole, spoiled = names if "east" in chart else names[::-1]
    return Broken(
        {Code.FILES_OWNED_TWICE: "harbor-east+harbor-west"},
        ("share/harbor/chart.txt",),
        deep=frozenset((Code.FILES_OWNED_TWICE,)),
        gravity=Gravity.NOTE,
        ways=(
            f"remove {spoiled} + restore-conda {whole}",
            f"remove {whole} + restore-conda {spoiled}",
        ),
        is_dated=False,
        values={"spoiled": spoiled, "whole": whole},
    )


def link_broken(ward: Ward) -> Broken:
    path = ward.prefix / "share/driftwood/link.txt"
    run("ln", "-sfn", "/nowhere/at/all", path)
    return Broken(
        {Code.LINKS_BROKEN: "driftwood"},
        (str(path), "/nowhere/at/all"),
        deep=frozenset((Code.LINKS_BROKEN,)),
        gravity=Gravity.BROKEN,
        ways=("restore-conda driftwood",),
        is_dated=False,
    )


def soft_links_broken(ward: Ward) -> Broken:
    path = ward.prefix / "share/driftwood/run.sh"
    run("ln", "-sfn", ward.places.pkgs / "gone" / "run.sh", path)
    return Broken(
        {Code.LINKS_BROKEN: "driftwood"},
        (str(path),),
        deep=frozenset((Code.LINKS_BROKEN,)),
        gravity=Gravity.BROKEN,
        ways=("restore-conda driftwood",),
        is_dated=False,
    )


def interpreter_missing(ward: Ward) -> Broken:
    run("rm", ward.python.resolve())
    return Broken(
        {Code.INTERPRETER_MISSING: "python"},
        ("bin/python",),
        gravity=Gravity.BROKEN,
        ways=("restore-conda python",),
    )


def interpreter_broken(ward: Ward) -> Broken:
    path = ward.own(ward.python.resolve())
    run("truncate", "--size=5000", path)
    return Broken(
        {Code.INTERPRETER_BROKEN: "python"},
        ("bin/python",),
        deep=frozenset((Code.INTERPRETER_BROKEN,)),
        gravity=Gravity.BROKEN,
        ways=("restore-conda python",),
    )


def interpreter_empty(ward: Ward) -> Broken:
    run("truncate", "--size=0", ward.own(ward.python.resolve()))
    return Broken(
        {Code.INTERPRETER_BROKEN: "python"},
        ("bin/python", "The file is empty."),
        gravity=Gravity.BROKEN,
        ways=("restore-conda python",),
    )


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
        gravity=Gravity.BROKEN,
        ways=(f"rewrite-prefix {old}",),
        is_dated=False,
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
        gravity=Gravity.RISKY,
        ways=(f"rewrite-prefix {ward.prefix}",),
        is_dated=False,
    )


def unowned(ward: Ward) -> Broken:
    site = ward.inside(ward.site)
    run("cp", "-r", ward.site / "inkwell", ward.site / "my_notes")
    (ward.site / "scribble.py").write_text("answer = 42\n")
    return Broken(
        {Code.FILES_UNOWNED: "site-packages"},
        ("my_notes", "scribble.py"),
        deep=frozenset((Code.FILES_UNOWNED,)),
        values={"count": "2"},
        gravity=Gravity.NOTE,
        ways=(f"delete-files {site}/my_notes + delete-files {site}/scribble.py",),
    )


def editable_gone(ward: Ward) -> Broken:
    checkout = ward.places.home / "checkout"
    make_editable(ward, checkout)
    run("rm", "-r", checkout)
    return Broken(
        {Code.EDITABLE_GONE: "checkout"},
        (str(checkout),),
        gravity=Gravity.BROKEN,
        ways=("remove checkout",),
        is_dated=False,
    )


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
    return Broken(
        {Code.PERMISSIONS_WRONG: "permissions"},
        (str(ward.site), "dr-x"),
        gravity=Gravity.RISKY,
        ways=("allow-writing",),
        is_dated=False,
    )


def permissions_of_a_file(ward: Ward) -> Broken:
    path = ward.own(ward.site / "inkwell" / "__init__.py")
    run("chmod", "000", path)
    return Broken(
        {Code.PERMISSIONS_WRONG: "permissions"},
        (str(path), "----------"),
        deep=frozenset((Code.PERMISSIONS_WRONG,)),
        gravity=Gravity.RISKY,
        ways=("allow-writing",),
        is_dated=False,
    )
