"""Sound environments of many kinds, made by the tools that people make them with."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.practice.environments import ANALYSIS, COURSE, TINY
from engine.requests import CloneRequest, CreateRequest, RenameRequest
from tests.support.breaking_files import make_editable
from tests.support.changing import done
from tests.support.environments import Package, numbered_packages, sound_environment
from tests.support.linking import link
from tests.support.pypi import install_with_uv
from tests.support.ward import Ward, remove, run

Maker = Callable[[Ward], Path]


def as_made(ward: Ward) -> Path:
    return ward.prefix


def course(ward: Ward) -> Path:
    return ward.world.envs / COURSE


def analysis(ward: Ward) -> Path:
    return ward.world.envs / ANALYSIS


def without_python(ward: Ward) -> Path:
    return ward.world.envs / TINY


def empty(ward: Ward) -> Path:
    prefix = _fresh(ward, "empty")
    (prefix / "conda-meta" / "history").touch()
    return prefix


def editable(ward: Ward) -> Path:
    make_editable(ward, ward.places.home / "checkout")
    return ward.prefix


def egg_link(ward: Ward) -> Path:
    checkout = ward.places.home / "checkout"
    info = checkout / "oldtimer.egg-info"
    info.mkdir(parents=True)
    (info / "PKG-INFO").write_text("Metadata-Version: 1.0\nName: oldtimer\nVersion: 0.1\n")
    (checkout / "oldtimer.py").write_text("age = 12\n")
    (ward.site / "oldtimer.egg-link").write_text(f"{checkout}\n.")
    (ward.site / "easy-install.pth").write_text(f"{checkout}\n")
    (ward.site / "conda.pth").write_text(f"{checkout}\n")  # of `conda develop`
    return ward.prefix


def egg_info_folder(ward: Ward) -> Path:
    info = ward.site / "oldtimer-0.1-py3.11.egg-info"
    info.mkdir()
    (info / "PKG-INFO").write_text("Metadata-Version: 1.0\nName: oldtimer\nVersion: 0.1\n")
    (info / "top_level.txt").write_text("oldtimer\n")
    (info / "requires.txt").write_text("inkwell\n\n[extra]\nnever-heard-of\n")
    (ward.site / "oldtimer.py").write_text("age = 12\n")
    return ward.prefix


def egg_info_file(ward: Ward) -> Path:
    info = ward.site / "antique-0.1.egg-info"
    info.write_text("Metadata-Version: 1.0\nName: antique\nVersion: 0.1\n")
    return ward.prefix


def namespace_packages(ward: Ward) -> Path:
    ward.uv("tide-tables==1.0.0", "tide-charts==1.0.0")
    ward.uv("reef-tours==1.0.0", "reef-walks==1.0.0", "reef-maps==1.0.0")
    return ward.prefix


def with_extras(ward: Ward) -> Path:
    ward.uv("inkwell==1.2.0", "pigment==0.5.0", "inkstand==1.0.0")
    return ward.prefix


def with_parts_that_nobody_asked_for(ward: Ward) -> Path:
    ward.uv("gallery==1.0.0")
    return ward.prefix


def with_changed_settings(ward: Ward) -> Path:
    """Change settings where packages brought theirs, as people and `jupyter` do."""
    ward.uv("kernel-of-tides==1.0.0")
    for path in (
        *("share/jupyter/kernels/tides/kernel.json", "etc/jupyter/jupyter_config.d/tides.json"),
        "etc/signpost.ini",
    ):
        ward.own(ward.prefix / path).write_text('{"changed": true}\n')
    return ward.prefix


def with_pages_built_anew(ward: Ward) -> Path:
    """Put other files in the place of JupyterLab's pages, as `jupyter lab build` does."""
    ward.uv("kernel-of-tides==1.0.0")
    static = ward.prefix / "share" / "jupyter" / "lab" / "static"
    shutil.rmtree(static)
    static.mkdir()
    (static / "index.html").write_text("<html><script src='main.34cd.js'/></html>\n")
    (static / "main.34cd.js").write_text("x = 2\n")
    return ward.prefix


def with_foreign_markers(ward: Ward) -> Path:
    ward.uv("needs-nothing-here==1.0.0", "inkwell==1.2.0")
    return ward.prefix


def from_a_source_archive(ward: Ward) -> Path:
    ward.uv("clayjar==0.2.0")
    return ward.prefix


def by_pip(ward: Ward) -> Path:
    ward.pip("install", "pigment")
    return ward.prefix


def used_and_compiled(ward: Ward) -> Path:
    code = "import tidepool, starchart, almanac, inkwell, lanternfish, ssl, sqlite3"
    run(ward.python, "-c", code)
    return ward.prefix


def compiled_for_all(ward: Ward) -> Path:
    run(ward.python, "-m", "compileall", "-q", "-o", "1", ward.site / "inkwell")
    return ward.prefix


def with_more_of_conda(ward: Ward) -> Path:
    ward.link("glyphs", "compass", "lighthouse", "quarry", "bellringer")
    return ward.prefix


def with_many_files(ward: Ward) -> Path:
    ward.link("mosaic")
    return ward.prefix


def with_old_archives(ward: Ward) -> Path:
    ward.link("sandglass")
    return ward.prefix


def cloned(ward: Ward) -> Path:
    target = ward.prefix.with_name("ward clone")
    ward.worker.call(done, CloneRequest(ward.prefix, target), ward.places)
    return target


def clone_of_a_clone(ward: Ward) -> Path:
    target = ward.prefix.with_name("ward clone of clone")
    ward.worker.call(done, CloneRequest(cloned(ward), target), ward.places)
    return target


def renamed(ward: Ward) -> Path:
    target = ward.prefix.with_name("ward renamed")
    ward.worker.call(done, RenameRequest(ward.prefix, target), ward.places)
    return target


def behind_a_link(ward: Ward) -> Path:
    target = ward.prefix.with_name("ward-link")
    target.symlink_to(ward.prefix)
    return target


def soft_linked(ward: Ward) -> Path:
    """Replace hard links into the cache by symbolic ones, as `allow_softlinks` has it."""
    cached = {
        (found.st_dev, found.st_ino): path
        for path in ward.places.pkgs.rglob("*")
        if path.is_file() and not path.is_symlink() and (found := path.stat())
    }
    for path in (ward.prefix / "share").rglob("*"):
        if path.is_file() and not path.is_symlink():
            found = path.stat()
            target = cached.get((found.st_dev, found.st_ino))
            if target is not None:
                path.unlink()
                path.symlink_to(target)
    return ward.prefix


def copied_not_linked(ward: Ward) -> Path:
    aside = ward.prefix.with_name("ward aside")
    ward.prefix.rename(aside)
    shutil.copytree(aside, ward.prefix, symlinks=True)
    remove(aside)
    return ward.prefix


def as_conda_records_noarch(ward: Ward) -> Path:
    """Write paths as conda does: of the package in `paths_data`, real ones in `files` alone."""
    site = ward.site.relative_to(ward.prefix).as_posix()
    for path in (ward.prefix / "conda-meta").glob("*.json"):
        document = json.loads(path.read_bytes())
        if document.get("noarch") == "python":
            for entry in document["paths_data"]["paths"]:
                entry["_path"] = entry["_path"].replace(site, "site-packages", 1)
            ward.own(path).write_text(json.dumps(document), encoding="utf-8")
    return ward.prefix


def read_only(ward: Ward) -> Path:
    for folder, _, _ in os.walk(ward.prefix):
        Path(folder).chmod(0o555)
    return ward.prefix


def with_variables(ward: Ward) -> Path:
    state = {"env_vars": {"PYTHONNOUSERSITE": "1"}, "version": 1}
    (ward.prefix / "conda-meta" / "state").write_text(json.dumps(state))
    ward.pip("install", "--user", "--no-deps", "--ignore-installed", "lanternfish==1.0.0")
    return ward.prefix


def virtual_environment(ward: Ward) -> Path:
    """Make what only pip has ever installed into, by Python's own means."""
    pytest.importorskip("ensurepip")
    prefix = _fresh(ward, "venv")
    run(sys.executable, "-m", "venv", prefix)
    (prefix / "conda-meta" / "history").touch()
    index = ("--index-url", ward.world.simple.url, "--no-compile", "--disable-pip-version-check")
    run(prefix / "bin" / "python", "-m", "pip", "install", *index, "tidepool", "inkwell[colour]")
    return prefix


def by_uv_alone(ward: Ward) -> Path:
    """Let uv bring everything but Python, pip included, into an environment of conda."""
    bundled = pytest.importorskip("ensurepip")
    prefix = ward.prefix.with_name("ward uv")
    ward.worker.call(
        done, CreateRequest(prefix, ward.channels, specs=("python",), with_pip=False), ward.places
    )
    assert not list(prefix.glob("lib/python3*/site-packages/*.dist-info"))
    pip = next((Path(bundled.__file__).parent / "_bundled").glob("pip-*.whl"))
    wanted = ("tidepool", "numerals", "inkwell", "lanternfish")
    install_with_uv(prefix, ward.world.simple.url, str(pip), *wanted)
    return prefix


def of_another_python(ward: Ward) -> Path:
    return _written(ward, "other", numbered_packages(20), "3.13.1")


def large(ward: Ward) -> Path:
    return _written(ward, "large", numbered_packages(150), "3.12.7")


def of_one_channel(ward: Ward) -> Path:
    prefix = _fresh(ward, "single")
    ward.worker.call(
        link, prefix, ward.places.pkgs, ward.channels, ("driftwood", "lodestone", "signpost"), ()
    )
    return prefix


def with_notes_of_the_user(ward: Ward) -> Path:
    (ward.prefix / "notes").mkdir()
    (ward.prefix / "notes" / "thesis.py").write_text("chapter = 1\n")
    (ward.prefix / "bin" / "my-tool").write_text("#!/usr/bin/env python\nprint(1)\n")
    return ward.prefix


def with_settings_of_pip(ward: Ward) -> Path:
    (ward.prefix / "pip.conf").write_text("[global]\ntimeout = 60\n")
    return ward.prefix


def _fresh(ward: Ward, name: str) -> Path:
    prefix = ward.prefix.with_name(f"ward {name}")
    (prefix / "conda-meta").mkdir(parents=True)
    return prefix


def _written(ward: Ward, name: str, packages: tuple[Package, ...], python: str) -> Path:
    prefix = ward.prefix.with_name(f"ward {name}")
    return sound_environment(prefix, *packages, python=python)


MAKERS: tuple[Maker, ...] = (
    as_made,
    course,
    analysis,
    without_python,
    empty,
    editable,
    egg_link,
    egg_info_folder,
    egg_info_file,
    namespace_packages,
    with_extras,
    with_parts_that_nobody_asked_for,
    with_changed_settings,
    with_pages_built_anew,
    with_foreign_markers,
    from_a_source_archive,
    by_pip,
    used_and_compiled,
    compiled_for_all,
    with_more_of_conda,
    with_many_files,
    with_old_archives,
    cloned,
    clone_of_a_clone,
    renamed,
    behind_a_link,
    soft_linked,
    copied_not_linked,
    as_conda_records_noarch,
    read_only,
    with_variables,
    virtual_environment,
    by_uv_alone,
    of_another_python,
    large,
    of_one_channel,
    with_notes_of_the_user,
    with_settings_of_pip,
)
