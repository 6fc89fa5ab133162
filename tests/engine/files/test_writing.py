"""What is written comes back as the same packages; what Envdesk wrote keeps its order."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.environments.packages import read_packages
from engine.files.headings import MARK, headed
from engine.files.reading import read_text
from engine.files.values import Export, ExportFormat
from engine.files.writing import updated
from engine.records import RecordKind
from engine.requests import CreateRequest
from tests.support.changing import done
from tests.support.exporting import exported
from tests.support.practising import Practice
from tests.support.pypi import index_of, point_pip_at, project

F = ExportFormat


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


def test_that_python_packages_alone_say_what_they_leave_out(
    practice: Practice, model: Path, tmp_path: Path
) -> None:
    chosen = F.REQUIREMENTS
    written = practice.call(exported, model, chosen, practice.places, practice.both, tmp_path)
    lines = written.text.splitlines()
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


def test_that_a_name_that_conda_refuses_is_kept_beside_one_that_it_takes() -> None:
    text = headed("name: 课程-2026\ndependencies:\n  - numpy\n", "课程 2026")
    assert read_text(text).name == "课程 2026"
    assert read_text(text.replace("课程-2026", "renamed")).name == "renamed"
    assert read_text("name: 课程 2026\ndependencies: [numpy]\n").name == "课程 2026"
    assert read_text(f"{MARK}\n# name: a\x07b\nnumpy\n").name == ""
    assert read_text("# name: lab\nnumpy\n").name == ""


def test_that_a_file_of_ours_takes_the_new_name() -> None:
    old = headed("# mine\nnumpy==1.0\n", "lab")
    new = Export(F.REQUIREMENTS, "requirements.txt", headed("numpy==2.0\n", "lab 2"))
    assert updated(old, new) == headed("# mine\nnumpy==2.0\n", "lab 2")
