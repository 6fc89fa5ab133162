"""What a requirements file is taken for, line by line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.files.reading import read_file, read_files, read_text
from engine.files.requirement_lines import logical_lines
from engine.files.targets import Target
from engine.files.values import ConsentCode, FileKind, Reading, RemarkCode

LINUX = Target("linux-64", "3.12")


def read(folder: Path, **files: str) -> Reading:
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return read_file(folder / f"{next(iter(files))}.txt", target=LINUX)


def remarks(reading: Reading) -> list[tuple[RemarkCode, int]]:
    return [(remark.code, remark.place.line) for remark in reading.remarks]


def test_that_included_files_and_constraints_are_read_with_their_own_lines(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "base.txt").write_text("\nnumpy>=2\n-r ../extra.txt\n")
    (tmp_path / "extra.txt").write_text("scipy\n")
    found = read(
        tmp_path, requirements="-r more/base.txt\n-c limits.txt\npandas\n", limits="numpy<3\n"
    )
    assert [(each.name, each.place.file, each.place.line) for each in found.wanted] == [
        ("numpy", "more/base.txt", 2),
        ("scipy", "extra.txt", 1),
        ("pandas", "requirements.txt", 3),
    ]
    assert [(each.name, each.place.file) for each in found.constraints] == [("numpy", "limits.txt")]
    assert not found.remarks
    assert len(found.files) == 4


@pytest.mark.parametrize(
    "written",
    [
        "../secret.txt",
        "link.txt",
        "/etc/hosts",
        "~/secret.txt",
        "file:///etc/hosts",
        "sub/../../secret.txt",
    ],
)
def test_that_nothing_outside_of_the_folder_is_read(tmp_path: Path, written: str) -> None:
    (tmp_path / "secret.txt").write_text("secret-package\n")
    project = tmp_path / "project"
    (project / "sub").mkdir(parents=True)
    (project / "link.txt").symlink_to(tmp_path / "secret.txt")
    found = read(project, requirements=f"-r {written}\n")
    assert not found.wanted
    assert remarks(found)[0] == (RemarkCode.INCLUDE_OUTSIDE, 1)
    assert found.files == (project / "requirements.txt",)


def test_that_what_was_named_beside_may_be_included_from_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / "requirements.txt").write_text("-r ../b/base.txt\n")
    (tmp_path / "b" / "base.txt").write_text("numpy\n")
    found = read_files([tmp_path / "a" / "requirements.txt", tmp_path / "b" / "base.txt"])
    assert [each.name for each in found.wanted] == ["numpy"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_that_pipes_and_loops_and_missing_files_are_remarked_on(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    found = read(
        tmp_path,
        requirements="-r pipe.txt\n-r requirements.txt\n-r gone.txt\n-r loop.txt\n",
        loop="-r requirements.txt\nnumpy\n",
    )
    assert remarks(found) == [
        (RemarkCode.INCLUDE_MISSING, 1),
        (RemarkCode.INCLUDE_LOOP, 2),
        (RemarkCode.INCLUDE_MISSING, 3),
        (RemarkCode.INCLUDE_LOOP, 1),
    ]
    assert [each.name for each in found.wanted] == ["numpy"]


def test_that_lines_that_trust_or_run_something_need_a_tick_and_hide_passwords() -> None:
    found = read_text(
        "--index-url https://me:secret@pypi.example.org/simple\n"
        "--trusted-host pypi.example.org\n"
        "git+https://token123@git.example.org/a/tool.git@v1#egg=tool\n"
        "-e ./here\n"
    )
    assert [(each.code, each.target) for each in found.consents] == [
        (ConsentCode.INDEX, "pypi.example.org"),
        (ConsentCode.TRUSTED_HOST, "pypi.example.org"),
        (ConsentCode.URL, "git.example.org"),
        (ConsentCode.RUNS_CODE, "git.example.org"),
        (ConsentCode.LOCAL_PATH, "./here"),
        (ConsentCode.RUNS_CODE, "./here"),
    ]
    assert found.index.index_url == "https://me:secret@pypi.example.org/simple"
    shown = repr((found.consents, found.remarks, [each.written for each in found.wanted]))
    assert "secret" not in shown
    assert "token123" not in shown


def test_that_variables_are_filled_in_and_their_lack_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ENVDESK_TEST_TOKEN", "s3cret")
    text = "--extra-index-url https://${ENVDESK_TEST_TOKEN}@x.example.org/${ENVDESK_TEST_GONE}/\n"
    found = read_text(text + "numpy\n", kind=FileKind.REQUIREMENTS)
    assert found.index.extra_index_urls == ("https://s3cret@x.example.org/${ENVDESK_TEST_GONE}/",)
    assert remarks(found) == [(RemarkCode.VARIABLE_UNSET, 1)]
    assert found.remarks[0].value("name") == "ENVDESK_TEST_GONE"
    assert "s3cret" not in repr((found.consents, found.remarks))


def test_that_lines_are_counted_through_a_large_file() -> None:
    text = "a\r\n\x0b\u2028" * 100_000 + "b \\\r\n c"
    found = list(logical_lines(text, {}))
    assert len(found) == 100_001
    physical = text.splitlines()
    assert all(physical[each.number - 1] == "a" for each in found[:-1])
    assert (found[-1].number, found[-1].text) == (len(physical) - 1, "b  c")
