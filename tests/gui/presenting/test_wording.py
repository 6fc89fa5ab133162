from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QCoreApplication

from engine.errors import ErrorCode, Failure
from engine.events import Phase, TaskState
from engine.plan import ChangeKind, Severity
from gui import presenting
from tests.support.sentences import CREATE, REQUESTS

GUI = Path(presenting.__file__).parents[1]


def test_that_words_for_states_phases_kinds_and_severities_differ_from_each_other() -> None:
    for words in (
        [presenting.state_word(state) for state in TaskState],
        [presenting.phase_word(phase) for phase in Phase],
        [presenting.phase_sentence(phase) for phase in Phase],
        [presenting.change_title(kind) for kind in ChangeKind],
        [presenting.severity_name(severity) for severity in Severity],
        [presenting.request_title(request) for request in REQUESTS],
        [presenting.apply_label(request) for request in REQUESTS],
        [presenting.running_title(request) for request in REQUESTS],
        [presenting.failure_title(request) for request in REQUESTS],
    ):
        assert all(words)
        assert len(set(words)) == len(words)


@pytest.mark.usefixtures("foreign")
def test_that_words_follow_a_language_that_is_chosen_later() -> None:
    assert presenting.state_word(TaskState.WAITING) == "«Waiting»"
    assert presenting.request_title(CREATE) == "«Create 数据分析»"


def test_that_the_translators_tools_find_every_sentence(tmp_path: Path) -> None:
    found = tmp_path / "found.ts"
    sources = [
        str(path)
        for folder in ("presenting", "dialogs", "tasks")
        for path in sorted((GUI / folder).glob("*.py"))
    ]
    tool = Path(sys.executable).with_name("pyside6-lupdate")
    subprocess.run([tool, *sources, "-ts", found], check=True, capture_output=True, timeout=60)
    texts = {
        (context.findtext("name"), message.findtext("source"))
        for context in ElementTree.parse(found).getroot().iter("context")
        for message in context.iter("message")
    }
    for code in ErrorCode:
        sentence = presenting.explain(Failure(code, "")).sentence
        assert ("Failures", sentence) in texts
    assert ("FigureWords", "{kind}: %n package(s)") in texts
    assert ("CreateForm", "New environment") in texts
    translated = QCoreApplication.translate("Tasks", "Waiting")
    assert ("Tasks", translated) in texts
