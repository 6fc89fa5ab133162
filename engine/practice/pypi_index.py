"""Write the local package index that stands for PyPI (PEP 503, 629, 658 and 691)."""

from __future__ import annotations

import hashlib
import html
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from engine.practice.wheels import Project, metadata_of, sdist_of, wheel_of

HTML_PAGE = "index.html"
JSON_PAGE = "index.json"

_PLAIN = '''"""{summary}"""

__version__ = "{version}"


def main():
    print("{name} " + __version__)
'''


@dataclass(frozen=True, slots=True)
class Release:
    """Describe one release of the index: its project, its form, and whether it was yanked."""

    project: Project
    as_sdist: bool = False
    yanked: str = ""


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    data: bytes
    metadata: bytes
    requires_python: str
    yanked: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def metadata_sha256(self) -> str:
        return hashlib.sha256(self.metadata).hexdigest()


def practice_releases() -> tuple[Release, ...]:
    """Return what the index offers."""
    return (
        Release(_project("numerals", "2.1.0", "Numbers in Roman numerals.")),
        Release(_project("numerals", "2.2.0", "Numbers in Roman numerals.")),
        Release(_tool("tidepool", "3.3.0", "Tables of high and low water.", ("numerals>=2.2",))),
        Release(_project("lanternfish", "1.0.0", "Light in the deep.")),
        Release(_project("lanternfish", "1.1.0", "Light in the deep.")),
        Release(_project("pigment", "0.5.0", "Colours by name.")),
        Release(_tool("inkwell", "1.0.0", "Notes in ink.", ("lanternfish>=1",))),
        Release(_tool("inkwell", "1.1.0", "Notes in ink.", ("lanternfish>=1",)), yanked="ink runs"),
        Release(
            _tool(
                "inkwell",
                "1.2.0",
                "Notes in ink.",
                (
                    "lanternfish>=1.1",
                    'pigment>=0.5; extra == "colour"',
                    'winter-quill>=1; sys_platform == "an-unknown-system"',
                ),
                extras=("colour",),
            )
        ),
        Release(_tool("inkwell", "2.0.0", "Notes in ink.", requires_python=">=3.99")),
        Release(_project("brass-gauge", "1.0.0", "Measures.", ("numerals<1",))),
        Release(_project("silver-gauge", "1.0.0", "Measures.", ("numerals>=2.2",))),
        Release(_project("cliffdweller", "1.0.0", "Lives elsewhere.", tag=_foreign_tag())),
        Release(_project("clayjar", "0.2.0", "Comes as source only."), as_sdist=True),
    )


def write_index(folder: Path, releases: tuple[Release, ...] | None = None) -> Path:
    """Write the index into `folder`, which any static file server can serve; return `folder`.

    Each project has a page in HTML and one in JSON beside it; files lie beside their page, and
    links are relative, so that `file:` and `http:` addresses both work.
    """
    by_name: dict[str, list[_File]] = {}
    for release in practice_releases() if releases is None else releases:
        by_name.setdefault(release.project.name, []).append(_file_of(release))
    folder.mkdir(parents=True, exist_ok=True)
    for name, files in by_name.items():
        project_folder = folder / name
        project_folder.mkdir(exist_ok=True)
        for file in files:
            (project_folder / file.name).write_bytes(file.data)
            if file.name.endswith(".whl"):
                (project_folder / f"{file.name}.metadata").write_bytes(file.metadata)
        _write_text(project_folder / HTML_PAGE, _project_html(name, files))
        _write_text(project_folder / JSON_PAGE, _project_json(name, files))
    links = "".join(f'<a href="{name}/">{name}</a><br>\n' for name in sorted(by_name))
    _write_text(folder / HTML_PAGE, _page("Simple index", links))
    projects = [{"name": name} for name in sorted(by_name)]
    _write_text(
        folder / JSON_PAGE, json.dumps({"meta": {"api-version": "1.1"}, "projects": projects})
    )
    return folder


def _project(
    name: str,
    version: str,
    summary: str,
    requires: tuple[str, ...] = (),
    *,
    requires_python: str = ">=3.8",
    extras: tuple[str, ...] = (),
    scripts: tuple[str, ...] = (),
    tag: str = "py3-none-any",
) -> Project:
    module = name.replace("-", "_")
    source = _PLAIN.format(name=name, version=version, summary=summary)
    return Project(
        name,
        version,
        summary,
        requires=requires,
        requires_python=requires_python,
        extras=extras,
        scripts=scripts,
        modules=((f"{module}/__init__.py", source),),
        tag=tag,
    )


def _tool(
    name: str,
    version: str,
    summary: str,
    requires: tuple[str, ...] = (),
    *,
    requires_python: str = ">=3.8",
    extras: tuple[str, ...] = (),
) -> Project:
    return _project(
        name,
        version,
        summary,
        requires,
        requires_python=requires_python,
        extras=extras,
        scripts=(f"{name} = {name}:main",),
    )


def _foreign_tag() -> str:
    return "py3-none-win_amd64" if sys.platform != "win32" else "py3-none-macosx_11_0_arm64"


def _file_of(release: Release) -> _File:
    project = release.project
    return _File(
        project.sdist_name if release.as_sdist else project.wheel_name,
        sdist_of(project) if release.as_sdist else wheel_of(project),
        metadata_of(project),
        project.requires_python,
        release.yanked,
    )


def _project_html(name: str, files: list[_File]) -> str:
    lines: list[str] = []
    for file in files:
        attributes = {"data-requires-python": file.requires_python}
        if file.name.endswith(".whl"):
            attributes["data-core-metadata"] = f"sha256={file.metadata_sha256}"
            attributes["data-dist-info-metadata"] = attributes["data-core-metadata"]
        if file.yanked:
            attributes["data-yanked"] = file.yanked
        written = " ".join(f'{key}="{html.escape(text)}"' for key, text in attributes.items())
        lines.append(f'<a href="{file.name}#sha256={file.sha256}" {written}>{file.name}</a><br>\n')
    return _page(f"Links for {name}", "".join(lines))


def _project_json(name: str, files: list[_File]) -> str:
    entries: list[dict[str, object]] = []
    for file in files:
        entry: dict[str, object] = {
            "filename": file.name,
            "url": file.name,
            "hashes": {"sha256": file.sha256},
            "requires-python": file.requires_python,
            "size": len(file.data),
            "yanked": file.yanked or False,
        }
        if file.name.endswith(".whl"):
            entry["core-metadata"] = {"sha256": file.metadata_sha256}
        entries.append(entry)
    return json.dumps(
        {
            "meta": {"api-version": "1.1"},
            "name": name,
            "versions": sorted({file.name.split("-")[1].removesuffix(".tar.gz") for file in files}),
            "files": entries,
        }
    )


def _page(title: str, body: str) -> str:
    return (
        '<!DOCTYPE html>\n<html><head><meta name="pypi:repository-version" content="1.1">'
        f"<title>{title}</title></head>\n<body>\n{body}</body></html>\n"
    )


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
