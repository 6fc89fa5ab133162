"""The headless front end, run as its own process like any script would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.places import Places
from engine.practice import ChannelServer
from engine.practice.pypi_index import Release, write_index
from tests.support.environments import make_environment
from tests.support.pypi import point_pip_at, project

OWN = ("scan", "walk", "hash", "link", "ask", "rattle", "sizes", "healths", "examine", "settle")
SOURCE = Path(__file__).resolve().parents[3]


def _run(places: Places, *arguments: str, stdin: bytes = b"") -> tuple[int, list[Any], str]:
    command = [sys.executable, "-m", "engine", "--root", str(places.home.parent), *arguments]
    done = subprocess.run(
        command, cwd=SOURCE, input=stdin, capture_output=True, timeout=120, check=False
    )
    documents = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, documents, done.stderr.decode("utf-8", "replace")


def _one(places: Places, *arguments: str) -> Any:
    status, documents, complaints = _run(places, *arguments)
    assert status == 0, (documents, complaints)
    (document,) = documents
    return document


@pytest.mark.parametrize(
    "command",
    [
        ("info",),
        ("environments",),
        ("packages",),
        ("history",),
        ("plan",),
        ("plan", "create"),
        ("plan", "clone"),
        ("plan", "rename"),
        ("plan", "remove"),
        ("plan", "install"),
        ("plan", "update"),
        ("plan", "uninstall"),
        ("plan", "repair"),
        ("health",),
        ("apply",),
        ("search",),
        ("practice",),
    ],
)
def test_that_every_command_helps(places: Places, command: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "engine", *command, "--help"],
        cwd=SOURCE,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout.startswith(b"usage: python -m engine")


@pytest.mark.parametrize("arguments", [(), ("dance",), ("plan",), ("plan", "create"), ("apply",)])
def test_that_bad_usage_exits_with_two(places: Places, arguments: tuple[str, ...]) -> None:
    status, documents, complaints = _run(places, *arguments)
    assert status == 2
    assert documents == []
    assert complaints.startswith("usage:")


def test_that_a_mistyped_command_is_told_of_those_for_people_only(places: Places) -> None:
    status, _, complaints = _run(places, "enviroments")
    assert status == 2
    assert "'environments'" in complaints
    assert not [name for name in OWN if f"'{name}'" in complaints]


@pytest.mark.parametrize("below", ["", "deeper/still"])
def test_that_a_root_that_is_a_file_is_one_clear_error(tmp_path: Path, below: str) -> None:
    file = tmp_path / "a file"
    file.write_text("mine", encoding="utf-8")
    for module in ("engine", "gui"):
        done = subprocess.run(
            [sys.executable, "-m", module, "--root", str(file / below), "environments"],
            cwd=SOURCE,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stdout) == (2, b"")
        assert f"{file} is a file" in done.stderr.decode("utf-8")


@pytest.mark.skipif(os.name != "posix", reason="other systems always know every name")
def test_that_a_locale_without_unicode_hides_no_environment(places: Places) -> None:
    make_environment(places.envs / "数据 分析", ["zlib"])
    listing = _one(places, "environments")
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "engine", "--root", str(places.home.parent), "environments"],
        cwd=SOURCE,
        env={**os.environ, **plain},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert json.loads(done.stdout)["environments"] == listing["environments"]


def test_that_packages_are_looked_for_by_words(configured: Places) -> None:
    answer = _one(configured, "search", "roman", "numerals", "--no-pypi")
    (found,) = answer["found"]
    assert (found["name"], found["source"]) == ("numerals", "practice-main")
    assert found["summary"] == "Numbers in Roman numerals."
    status, documents, _ = _run(configured, "search", "numerals", "-p", str(configured.home))
    assert (status, documents[0]["error"]["code"]) == (1, "not-an-environment")


def test_that_environments_and_their_packages_are_listed_with_sizes(places: Places) -> None:
    prefix = make_environment(places.envs / "数据 分析", ["zlib"], files=True)
    listing = _one(places, "environments", "--sizes")
    (environment,) = listing["environments"]
    assert environment["name"] == "数据 分析"
    assert environment["python_version"] == "3.12.7"
    assert environment["sizes"]["own_bytes"] > 0
    packages = _one(places, "packages", str(prefix))
    assert [record["name"] for record in packages["packages"]] == ["python", "zlib"]


def test_that_information_names_places_channels_and_this_computer(configured: Places) -> None:
    information = _one(configured, "info")
    assert information["places"]["envs"] == str(configured.envs)
    assert information["channels"][0].endswith("practice-main")
    assert any(name.startswith("__") for name in information["virtual_packages"])
    prefix = make_environment(configured.envs / "one")
    details = _one(configured, "info", str(prefix))
    assert ["3.12.7"] in [fact["values"] for fact in details["facts"]]


def test_that_a_folder_that_is_no_environment_is_one_error_document(places: Places) -> None:
    for command in ("packages", "history", "info"):
        status, documents, _ = _run(places, command, str(places.home))
        assert status == 1
        assert documents[0]["error"]["code"] == "not-an-environment"


@pytest.mark.parametrize("name", ["", "base", "CON", "a/b", "x" * 300, "with:colon"])
def test_that_a_name_that_cannot_be_is_refused(configured: Places, name: str) -> None:
    status, documents, _ = _run(configured, "plan", "create", "-n", name, "almanac")
    assert status == 1
    assert documents[0]["error"]["code"] in {"name-invalid", "prefix-exists"}
    assert documents[0]["error"]["cause"]
    assert not configured.envs.exists()


def test_that_a_name_that_is_taken_is_told_as_such(configured: Places) -> None:
    make_environment(configured.envs / "taken")
    status, documents, _ = _run(configured, "plan", "create", "-n", "taken", "almanac")
    assert status == 1
    assert documents[0]["error"]["code"] == "prefix-exists"


def test_that_a_practice_world_is_not_built_over_a_file(places: Places, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    status, documents, complaints = _run(places, "practice", str(tmp_path / "mine"))
    assert status == 1
    assert documents[0]["error"]["code"] == "prefix-exists"
    assert "Traceback" not in complaints
    assert (tmp_path / "mine").read_text() == "mine"


def test_that_plans_written_to_files_are_carried_out_and_recorded(
    configured: Places, server: ChannelServer, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.json"
    answer = _one(configured, "plan", "create", "-n", "课", "almanac", "--out", str(plan))
    assert answer["plan"] == str(plan)
    status, messages, _ = _run(configured, "apply", str(plan))
    assert status == 0
    assert messages[-1]["message"] == "WorkDone"
    prefix = configured.envs / "课"
    revisions = _one(configured, "history", str(prefix))["revisions"]
    assert "almanac" in " ".join(revisions[-1]["specs"])
    status, messages, _ = _run(configured, "apply", str(plan))
    assert status == 1
    assert messages[-1]["failure"]["code"] == "prefix-exists"
    _one(configured, "plan", "remove", str(prefix), "--out", str(plan))
    status, _, _ = _run(configured, "apply", "-", stdin=plan.read_bytes())
    assert status == 0
    assert not prefix.exists()
    assert list(configured.envs.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"[" * 50_000, b"\xff", None])
def test_that_a_plan_that_cannot_be_read_changes_nothing(
    places: Places, tmp_path: Path, content: bytes | None
) -> None:
    plan = tmp_path / "plan.json"
    if content is not None:
        plan.write_bytes(content)
    status, messages, _ = _run(places, "apply", str(plan))
    assert status == 1
    assert messages[-1]["failure"]["code"] == "plan-unreadable"


def test_that_packages_come_and_go_by_plan_and_apply(configured: Places, tmp_path: Path) -> None:
    prefix = configured.envs / "course"
    plan = tmp_path / "plan.json"
    _one(configured, "plan", "create", "-n", "course", "glyphs", "--out", str(plan))
    _run(configured, "apply", str(plan))
    for arguments, kinds in (
        (("install", str(prefix), "signpost", "numerals <2.1"), {"add"}),
        (("update", str(prefix), "numerals", "--update", "only"), {"update"}),
        (("uninstall", str(prefix), "numerals", "signpost"), {"remove"}),
    ):
        document = _one(configured, "plan", *arguments)
        assert {change["kind"] for change in document["changes"]} == kinds
        assert {warning["code"] for warning in document["warnings"]} <= {"no-pip"}
        _one(configured, "plan", *arguments, "--out", str(plan))
        status, lines, _ = _run(configured, "apply", str(plan))
        assert status == 0, lines
        assert lines[-1]["message"] == "WorkDone"
    listing = _one(configured, "packages", str(prefix))
    assert {each["name"] for each in listing["packages"]} == {"glyphs"}


def test_that_a_refused_plan_tells_what_would_work(configured: Places, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    _one(configured, "plan", "create", "-n", "course", "glyphs", "--out", str(plan))
    _run(configured, "apply", str(plan))
    prefix = str(configured.envs / "course")
    document = _one(configured, "plan", "install", prefix, "firelily", "icemoss")
    (warning,) = document["warnings"]
    assert (warning["code"], warning["severity"]) == ("unsatisfiable", "blocking")
    codes = [each["code"] for each in warning["alternatives"]]
    assert codes == ["leave-out", "leave-out"]
    status, documents, _ = _run(configured, "plan", "uninstall", prefix, "not-there")
    assert status == 1
    assert documents[0]["error"]["code"] == "package-unknown"
    status, documents, _ = _run(configured, "plan", "install", prefix)
    assert (status, documents[0]["error"]["code"]) == (1, "bad-usage")


def test_that_a_plan_in_a_file_holds_no_login_and_is_carried_out_with_those_of_the_settings(
    places: Places, channels: Path, tmp_path: Path
) -> None:
    private = tmp_path / "t" / "tk-hidden-1" / "private"
    private.parent.mkdir(parents=True)
    private.symlink_to(channels / "practice-main", target_is_directory=True)
    write_index(tmp_path / "simple", (Release(project("lanternfish", "1.0")),))
    mounts = {"t": tmp_path / "t", "simple": tmp_path / "simple"}
    with ChannelServer(tmp_path / "nothing", mounts=mounts) as server:
        server.faults.require_login("ming", "pass:word")
        known = server.url.replace("://", "://ming:pass%3Aword@")
        places.home.mkdir(parents=True)
        condarc = f"channels:\n  - {known}/t/tk-hidden-1/private\n"
        (places.home / ".condarc").write_text(condarc, encoding="utf-8")
        point_pip_at(places, f"{known}/simple")
        file = tmp_path / "plan.json"
        for arguments in (
            ("create", "-n", "course", "glyphs"),
            ("install", str(places.envs / "course"), "almanac", "python", "--pypi", "lanternfish"),
        ):
            shown = json.dumps(_one(places, "plan", *arguments))
            _one(places, "plan", *arguments, "--out", str(file))
            written = file.read_text(encoding="utf-8")
            for secret in ("ming", "pass%3Aword", "tk-hidden-1"):
                assert secret not in written
                assert secret not in shown
            status, lines, _ = _run(places, "apply", str(file))
            assert status == 0, lines[-1]
            assert "tk-hidden-1" not in json.dumps(lines)
    listing = _one(places, "packages", str(places.envs / "course"))
    names = {each["name"] for each in listing["packages"]}
    assert {"glyphs", "almanac", "python", "lanternfish"} <= names
