from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
from uv import find_uv_bin

from engine.practice import ChannelServer


def uv(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [find_uv_bin(), *arguments, "--no-config"],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


def resolved(requirement: str, index: str) -> tuple[set[str], str]:
    """Return what uv would install for one requirement, and what it said."""
    done = uv("pip", "compile", "-", "--index-url", index, "--no-header", stdin=requirement)
    lines = {line for line in done.stdout.splitlines() if not line.lstrip().startswith("#")}
    return lines, done.stderr


def test_that_uv_plans_an_installation_from_the_index(server: ChannelServer) -> None:
    index = server.url_of("simple")
    target = ["--dry-run", "--python", sys.executable, "--index-url", index]
    done = uv("pip", "install", *target, "inkwell[colour]")
    assert done.returncode == 0, done.stderr
    for line in ("+ inkwell==1.2.0", "+ lanternfish==1.1.0", "+ pigment==0.5.0"):
        assert line in done.stderr
    assert "winter-quill" not in done.stderr


def test_that_metadata_is_read_without_the_wheel(server: ChannelServer) -> None:
    lines, _ = resolved("inkwell", server.url_of("simple"))
    assert lines == {"inkwell==1.2.0", "lanternfish==1.1.0"}
    paths = [request.path for request in server.requests]
    assert "/simple/inkwell/inkwell-1.2.0-py3-none-any.whl.metadata" in paths
    assert not any(path.endswith(".whl") for path in paths)


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        ("inkwell<1.2", {"inkwell==1.0.0", "lanternfish==1.1.0"}),
        ("inkwell==1.1.0", {"inkwell==1.1.0", "lanternfish==1.1.0"}),
        ("tidepool", {"tidepool==3.3.0", "numerals==2.2.0"}),
        ("clayjar", {"clayjar==0.2.0"}),
    ],
)
def test_that_yanked_releases_and_source_archives_resolve_as_they_should(
    server: ChannelServer, requirement: str, expected: set[str]
) -> None:
    lines, said = resolved(requirement, server.url_of("simple"))
    assert lines == expected, said


@pytest.mark.parametrize(
    ("requirement", "reason"),
    [
        ("cliffdweller", "platform"),
        ("inkwell>=2", "Python>=3.99"),
        ("tidepool\nbrass-gauge", "numerals"),
        ("no-such-thing", "was not found"),
    ],
)
def test_that_what_cannot_be_installed_is_refused(
    server: ChannelServer, requirement: str, reason: str
) -> None:
    lines, said = resolved(requirement, server.url_of("simple"))
    assert lines == set()
    assert reason in said.replace("\n", " ")


def test_that_a_source_archive_builds_without_any_other_package(
    channels: Path, tmp_path: Path
) -> None:
    index = (channels / "simple").as_uri()
    arguments = ["--python", sys.executable, "--target", str(tmp_path), "--index-url", index]
    done = uv("pip", "install", *arguments, "clayjar", "inkwell")
    assert done.returncode == 0, done.stderr
    code = "import clayjar, inkwell; print(clayjar.__version__, inkwell.__version__)"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=True, text=True
    )
    assert answer.stdout.split() == ["0.2.0", "1.2.0"]


def test_that_pip_takes_the_index_too(server: ChannelServer) -> None:
    options = ["--dry-run", "--ignore-installed", "--index-url", server.url_of("simple")]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--isolated", "install", *options, "inkwell"],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert "Would install inkwell-1.2.0 lanternfish-1.1.0" in done.stdout, done.stderr


def test_that_every_page_names_every_file_with_its_hash(channels: Path) -> None:
    pages = [page for page in (channels / "simple").rglob("index.html") if page.parent.name]
    links = 0
    for page in pages:
        found = re.findall(r'href="([^"#]+)#sha256=([0-9a-f]{64})"', page.read_text())
        for name, digest in found:
            file = page.parent / unquote(name)
            assert hashlib.sha256(file.read_bytes()).hexdigest() == digest
            links += 1
    files = [
        *(channels / "simple").rglob("*.whl"),
        *(channels / "simple").rglob("*.tar.gz"),
    ]
    assert links == len(files) > 10
