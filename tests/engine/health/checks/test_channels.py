from __future__ import annotations

from pathlib import Path

from engine.health.checks import channels
from engine.health.values import Finding
from tests.support.checking import ways_of
from tests.support.environments import CHANNEL as FORGE
from tests.support.environments import Package, make_environment
from tests.support.scenes import scene_at

MAIN = "https://repo.anaconda.com/pkgs/main"


def found_in(root: Path, *packages: Package) -> list[Finding]:
    prefix = make_environment(root / "e", packages, python="")
    return list(channels.find(scene_at(prefix, root), ()))


def native(name: str, channel: str) -> Package:
    return Package(name, subdir="linux-64", channel=channel)


def test_that_packages_for_every_kind_of_computer_go_with_either_channel(tmp_path: Path) -> None:
    assert found_in(tmp_path, native("zlib", MAIN), Package("tzdata", channel=FORGE)) == []


def test_that_one_channel_alone_is_no_mixture(tmp_path: Path) -> None:
    assert found_in(tmp_path / "a", native("zlib", MAIN), native("bzip2", MAIN)) == []
    assert found_in(tmp_path / "b", native("zlib", FORGE), native("bzip2", FORGE)) == []


def test_that_the_fewer_packages_are_exchanged_for_those_of_the_channel_of_the_others(
    tmp_path: Path,
) -> None:
    for name, many, few in (("a", MAIN, FORGE), ("b", FORGE, MAIN)):
        packages = (native("zlib", many), native("xz", few), native("bzip2", many))
        (finding,) = found_in(tmp_path / name, *packages)
        assert finding.value("fewer") == "xz"
        assert ways_of(finding) == (f"update {many}::xz",)
        (proof,) = finding.evidence
        assert proof.path is not None
        assert proof.path.name.startswith("xz-")
        assert proof.text == f"xz: {'conda-forge' if few == FORGE else 'pkgs/main'}"


def test_that_no_login_of_a_mirror_gets_into_a_repair(tmp_path: Path) -> None:
    mirror = "https://somebody:secret@mirror.invalid/conda-forge"
    packages = (native("zlib", mirror), native("xz", MAIN), native("bzip2", mirror))
    (finding,) = found_in(tmp_path, *packages)
    assert ways_of(finding) == ("update https://mirror.invalid/conda-forge::xz",)
