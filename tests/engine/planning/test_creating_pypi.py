"""New environments whose packages come from both sides: one plan, and what is there in the end."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import pytest

from engine.conda.history import read_state
from engine.environments.packages import read_packages
from engine.errors import EngineError, ErrorCode
from engine.files.values import IndexOptions
from engine.plan import Severity, WarningCode
from engine.records import RecordKind
from engine.requests import CreateRequest
from tests.support.changing import carried_out, done, imported, planned
from tests.support.practising import Practice
from tests.support.pypi import Faults, faults, index_of, point_pip_at, project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="looks into bin")


@pytest.fixture
def index(practice: Practice, tmp_path: Path) -> Path:
    """Point pip at an index with a tool that needs numerals, and one that needs a newer one."""
    folder = tmp_path / "simple"
    url = index_of(
        folder,
        project("lantern", "1.0.0", "numerals>=1", script=True),
        project("lantern", "1.1.0", "numerals>=1", script=True),
        project("numerals", "9.0.0"),
        project("greedy", "1.0.0", "numerals<2.1"),
        project("impossible", "1.0.0", "numerals>=8"),
        project("plain", "1.0.0"),
    )
    point_pip_at(practice.places, url)
    return folder


def wish(practice: Practice, *pypi: str, **others: object) -> CreateRequest:
    prefix = practice.places.envs / "mixed"
    return CreateRequest(
        prefix,
        practice.both,
        python="3",
        specs=("tidepool",),
        add_pypi=pypi,
        **others,  # pyright: ignore[reportArgumentType]
    )


def sha256_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_that_both_sides_are_one_plan_and_one_environment(practice: Practice, index: Path) -> None:
    request = wish(practice, "lantern", variables=(("TIDE", "high"),))
    plan, _ = practice.call(done, request, practice.places)
    assert not plan.is_blocked
    sources = {change.name: change.after.source.name for change in plan.changes if change.after}
    assert sources["lantern"] == "PyPI"
    assert sources["numerals"] == "practice-main"
    assert [change.name for change in plan.changes].count("numerals") == 1
    prefix = request.prefix
    assert imported(prefix, "lantern", "tidepool") == {"lantern": "1.1.0", "tidepool": "3.2.0"}
    kinds = {record.name: record.kind for record in read_packages(prefix)}
    assert kinds["lantern"] is RecordKind.PYPI
    assert kinds["numerals"] is RecordKind.CONDA
    assert read_state(prefix) == {"TIDE": "high"}
    assert str(prefix) in (prefix / "bin" / "lantern").read_text("utf-8")
    assert faults(prefix) == Faults()


def test_that_constraints_limit_what_comes_from_pypi(practice: Practice, index: Path) -> None:
    request = wish(practice, "lantern", constraints=("lantern<1.1",))
    plan = practice.call(planned, request, practice.places)
    assert {r.name: r.version for r in plan.after.of(RecordKind.PYPI)} == {"lantern": "1.0.0"}


def test_that_an_index_of_the_file_takes_the_place_of_the_usual_one(
    practice: Practice, index: Path, tmp_path: Path
) -> None:
    url = index_of(tmp_path / "other", project("lantern", "5.0.0"))
    request = wish(practice, "lantern", index=IndexOptions(index_url=url))
    practice.call(done, request, practice.places)
    assert imported(request.prefix, "lantern") == {"lantern": "5.0.0"}
    more = CreateRequest(
        request.prefix.with_name("more"),
        practice.both,
        python="3",
        add_pypi=("lantern", "plain"),
        index=IndexOptions(extra_index_urls=(url,)),
    )
    plan = practice.call(planned, more, practice.places)
    found = {r.name: r.version for r in plan.after.of(RecordKind.PYPI)}
    assert found["lantern"] == "5.0.0"
    assert found["plain"] == "1.0.0"


def test_that_hashes_choose_the_file_or_refuse_it(practice: Practice, index: Path) -> None:
    wheel = next((index / "lantern").glob("*1.0.0*.whl"))
    right = wish(practice, f"lantern==1.0.0 --hash=sha256:{sha256_of(wheel)}")
    plan, _ = practice.call(done, right, practice.places)
    assert imported(right.prefix, "lantern") == {"lantern": "1.0.0"}
    assert sha256_of(wheel) in plan.pypi_lock
    wrong = CreateRequest(
        right.prefix.with_name("wrong"),
        practice.both,
        python="3",
        add_pypi=(f"lantern==1.0.0 --hash=sha256:{'0' * 64}",),
    )
    with pytest.raises(EngineError) as caught:
        practice.call(planned, wrong, practice.places)
    assert caught.value.code is ErrorCode.HASH_MISMATCH
    assert not wrong.prefix.exists()


def test_that_conda_moves_first_where_pypi_needs_another_version(
    practice: Practice, index: Path
) -> None:
    request = wish(practice, "greedy")
    plan = practice.call(planned, request, practice.places)
    conda = {record.name: record.version for record in plan.after.of(RecordKind.CONDA)}
    assert not plan.is_blocked
    assert conda["numerals"] == "2.0.1"
    warning = next(w for w in plan.warnings if w.code is WarningCode.PYPI_CHANGES_CONDA)
    assert warning.value("taken") == "conda-first"
    practice.call(carried_out, plan, practice.places)
    assert not faults(request.prefix).unmet


def test_that_what_cannot_go_together_is_blocked_with_offers_for_a_new_environment(
    practice: Practice, index: Path
) -> None:
    plan = practice.call(planned, wish(practice, "impossible"), practice.places)
    assert plan.is_blocked
    blocking = [each for each in plan.warnings if each.severity is Severity.BLOCKING]
    assert [each.code for each in blocking] == [WarningCode.PYPI_CHANGES_CONDA]
    offers = blocking[0].alternatives
    assert offers
    assert all(isinstance(each.request, CreateRequest) for each in offers)


def test_that_a_requirement_without_python_says_so(practice: Practice, index: Path) -> None:
    request = CreateRequest(
        practice.places.envs / "bare", (practice.main,), specs=("glyphs",), add_pypi=("lantern",)
    )
    plan = practice.call(planned, request, practice.places)
    assert plan.is_blocked
    warning = next(w for w in plan.warnings if w.severity is Severity.BLOCKING)
    assert warning.code is WarningCode.NO_PYTHON
    offered = warning.alternatives[0].request
    assert isinstance(offered, CreateRequest)
    assert "python" in offered.specs


def test_that_plans_hold_no_more_than_they_must(practice: Practice, index: Path) -> None:
    plan = practice.call(planned, wish(practice, "lantern"), practice.places)
    pins = json.loads(plan.pypi_lock)["pins"]
    assert [pin["name"] for pin in pins] == ["lantern"]
