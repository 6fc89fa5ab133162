"""What is written comes back as the same packages; what Envdesk wrote keeps its order."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine.environments.packages import read_packages
from engine.files.values import Export, ExportFormat
from engine.files.writing import updated
from engine.records import RecordKind
from engine.requests import CreateRequest
from tests.support.changing import done, imported
from tests.support.exporting import exported, taken_in
from tests.support.practising import Practice
from tests.support.pypi import index_of, point_pip_at, project

F = ExportFormat


def packages(prefix: Path) -> dict[str, tuple[str, str]]:
    return {record.name: (record.kind, record.version) for record in read_packages(prefix)}


@pytest.fixture
def model(practice: Practice, tmp_path: Path) -> Path:
    """Make an environment with packages from both sides."""
    url = index_of(
        tmp_path / "simple", project("lantern", "1.0.0", "wick>=1"), project("wick", "1.0.0")
    )
    point_pip_at(practice.places, url)
    request = CreateRequest(
        practice.places.envs / "model",
        practice.both,
        python="3",
        specs=("tidepool <3.2", "glyphs"),
        add_pypi=("lantern",),
        variables=(("TIDE", "low"),),
    )
    practice.call(done, request, practice.places)
    return request.prefix


@pytest.mark.skipif(sys.platform == "win32", reason="looks into bin")
def test_that_every_format_comes_back_as_the_same_packages(
    practice: Practice, model: Path, tmp_path: Path
) -> None:
    expected = packages(model)
    for chosen in (F.ENVIRONMENT_YAML_EXACT, F.EXPLICIT, F.CONDA_LOCK, F.PIXI_LOCK):
        written = practice.call(exported, model, chosen, practice.places, practice.both, tmp_path)
        assert written.left_out == (), chosen
        prefix = practice.places.envs / chosen.value
        file = tmp_path / written.file_name
        remarks = practice.call(taken_in, file, prefix, practice.places, practice.both)
        assert remarks == (), chosen
        assert packages(prefix) == expected, chosen
        assert imported(prefix, "tidepool", "lantern", "wick") == {
            "tidepool": "3.1.0",
            "lantern": "1.0.0",
            "wick": "1.0.0",
        }


@pytest.mark.skipif(sys.platform == "win32", reason="looks into bin")
def test_that_the_portable_format_holds_what_was_chosen(
    practice: Practice, model: Path, tmp_path: Path
) -> None:
    chosen = F.ENVIRONMENT_YAML
    written = practice.call(exported, model, chosen, practice.places, practice.both, tmp_path)
    assert "tidepool <3.2" in written.text
    assert "numerals" not in written.text
    assert "lantern==1.0.0" in written.text
    assert "wick" not in written.text
    assert "TIDE: low" in written.text
    prefix = practice.places.envs / "again"
    file = tmp_path / written.file_name
    practice.call(taken_in, file, prefix, practice.places, practice.both)
    assert packages(prefix) == packages(model)


def test_that_python_packages_alone_say_what_they_leave_out(
    practice: Practice, model: Path, tmp_path: Path
) -> None:
    chosen = F.REQUIREMENTS
    written = practice.call(exported, model, chosen, practice.places, practice.both, tmp_path)
    lines = written.text.splitlines()[1:]
    assert {"lantern==1.0.0", "tidepool==3.1.0", "numerals==2.1.0"} <= set(lines)
    assert {"python", "glyphs"} <= {each.value("name") for each in written.left_out}
    locked = practice.call(exported, model, F.PYLOCK, practice.places, practice.both, tmp_path)
    assert 'name = "lantern"' in locked.text
    assert "sha256" in locked.text
    assert "glyphs" in {each.value("name") for each in locked.left_out}
    kinds = {record.kind for record in read_packages(model)}
    assert kinds == {RecordKind.CONDA, RecordKind.PYPI}


OLD = """\
# Written by Envdesk.
# for the course
name: course
channels:
  - conda-forge
dependencies:
  - scipy=1.11  # the one of the lecture
  - numpy
  - pip
  - pip:
      - gone==1.0
      - lantern==0.9  # light
"""
NEW = """\
# Written by Envdesk.
name: course
channels:
  - conda-forge
dependencies:
  - numpy
  - pandas
  - pip
  - scipy=1.12
  - pip:
      - lantern==1.0
      - wick==2.0
"""


def test_that_a_file_of_ours_keeps_its_order_and_comments() -> None:
    text = updated(OLD, Export(F.ENVIRONMENT_YAML, "environment.yml", NEW))
    assert "# for the course" in text
    assert "# the one of the lecture" in text
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    start = lines.index("dependencies:")
    assert [line for line in lines[start + 1 :] if line] == [
        "- scipy=1.12",
        "- numpy",
        "- pip",
        "- pandas",
        "- pip:",
        "- lantern==1.0",
        "- wick==2.0",
    ]
    assert updated(text, Export(F.ENVIRONMENT_YAML, "environment.yml", NEW)) == text


def test_that_a_file_of_somebody_else_is_not_mixed_with_ours() -> None:
    written = Export(F.ENVIRONMENT_YAML, "environment.yml", NEW)
    assert updated(OLD.replace("# Written by Envdesk.\n", ""), written) == NEW
    assert updated("# Written by Envdesk.\n: [", written) == NEW


def test_that_lines_of_requirements_keep_their_order_and_comments() -> None:
    old = "# Written by Envdesk.\n# ours\nwick==1.0 # why\n\ngone==1\nlantern==1.0\n"
    new = "# Written by Envdesk.\nlantern==2.0\nnews==1.0\nwick==1.1\n"
    text = updated(old, Export(F.REQUIREMENTS, "requirements.txt", new))
    assert text == ("# Written by Envdesk.\n# ours\nwick==1.1 # why\n\nlantern==2.0\nnews==1.0\n")
