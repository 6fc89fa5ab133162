"""Settings, and lists that are written anew for each package, are nobody's damage."""

from __future__ import annotations

import os

import pytest

from engine.health.checks.shared_files import claimed_twice
from engine.health.claims import Claim
from engine.health.made_to_change import is_list, is_setting
from engine.health.values import FindingCode
from engine.records import RecordKind
from tests.support.checking import checked_deeply, codes
from tests.support.ward import Ward

LISTS = (
    "share/icons/hicolor/icon-theme.cache",
    "share/glib-2.0/schemas/gschemas.compiled",
    "lib/gdk-pixbuf-2.0/2.10.0/loaders.cache",
    "lib/gio/modules/giomodule.cache",
    "Library/share/glib-2.0/schemas/gschemas.compiled",
    "share/mime/mime.cache",
    "share/mime/application/pdf.xml",
    "share/info/dir",
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("etc/jupyter/jupyter_server_config.d/nbclassic.json", True),
        ("share/jupyter/kernels/python3/kernel.json", True),
        ("etc/fonts/fonts.conf", True),
        ("Library/etc/fonts/fonts.conf", True),
        ("etc/conda/activate.d/compass.sh", False),
        ("share/jupyter/labextensions/x/package.json", False),
        ("lib/python3.12/site-packages/etc/__init__.py", False),
    ],
)
def test_that_settings_are_told_from_what_packages_run(path: str, expected: bool) -> None:
    assert is_setting(path) is expected


@pytest.mark.parametrize("path", LISTS)
def test_that_lists_of_what_all_packages_brought_belong_to_none(path: str) -> None:
    both = (
        Claim(path, "one", RecordKind.CONDA, sha256="1" * 64),
        Claim(path, "other", RecordKind.CONDA, sha256="2" * 64),
    )
    assert is_list(path)
    assert claimed_twice({path: both}, frozenset()) == {}
    assert claimed_twice({path: both, "bin/x": tuple(map(_command, both))}, frozenset()).keys() == {
        "bin/x"
    }


def _command(claim: Claim) -> Claim:
    return Claim("bin/x", claim.package, claim.kind, sha256=claim.sha256)


@pytest.mark.skipif(os.name != "posix", reason="an environment of POSIX")
def test_that_a_shared_folder_that_one_package_took_for_itself_is_told(ward: Ward) -> None:
    ward.uv("reef-walks==1.0.0", "reef-maps==1.0.0")
    shared = ward.own(ward.site / "reefs" / "__init__.py")
    shared.write_text("from reefs.maps import depth\n")
    health = ward.worker.call(checked_deeply, ward.prefix, ward.root)
    assert codes(health) == {FindingCode.FILES_OWNED_TWICE}


@pytest.mark.parametrize(
    "path", ["share/mime/packages/office.xml", "lib/python3.12/site-packages/loaders.py"]
)
def test_that_what_one_package_brings_stays_its_own(path: str) -> None:
    assert not is_list(path)
