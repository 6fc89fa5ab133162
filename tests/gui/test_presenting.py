from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtWidgets import QApplication

from engine.cache.values import Choice, Cleaning, Preset, Relinking, Skipped, SkipReason
from engine.environments.naming import NameProblem, NameProblemCode
from engine.errors import ErrorCode, Failure
from engine.events import Phase, Progress, ProgressUnit, Task, TaskId, TaskState
from engine.plan import (
    Alternative,
    Change,
    ChangeKind,
    Figures,
    Plan,
    PlanWarning,
    Severity,
    WarningCode,
)
from engine.records import Record, RecordKind, Source, SourceKind, State
from engine.requests import (
    ChangeRequest,
    CleanRequest,
    CloneRequest,
    CreateRequest,
    RelinkRequest,
    RemoveRequest,
    RenameRequest,
    RepairRequest,
    Request,
    affected_prefixes,
)
from gui import presenting

GUI = Path(presenting.__file__).parents[1]
HOME = Path("/envs")
CREATE = CreateRequest(HOME / "数据分析", ("conda-forge",))
CLONE = CloneRequest(HOME / "course", HOME / "course-copy")
RENAME = RenameRequest(HOME / "course", HOME / "lecture")
MOVE = RenameRequest(HOME / "course", Path("/other/course"))
REMOVE = RemoveRequest(HOME / "old")
CHANGE = ChangeRequest(HOME / "course", ("conda-forge",), add=("numpy",))
CLEAN = CleanRequest(Choice(preset=Preset.SAFE), caches=(Path("/pkgs"),))
RELINK = RelinkRequest((HOME / "course", HOME / "old"))
REPAIR = RepairRequest(HOME / "course", ("conda-forge",))
REQUESTS: tuple[Request, ...] = (
    *(CREATE, CLONE, RENAME, MOVE, REMOVE, CHANGE, CLEAN, RELINK, REPAIR),
)
# In English, the engine itself names the packages that cannot agree.
TOLD_BY_ENGINE = (WarningCode.UNSATISFIABLE, WarningCode.PACKAGE_UNKNOWN)
PLACE = re.compile(r"\{\w+\}")
NOW = datetime(2026, 3, 4, tzinfo=UTC)


class Foreign(QTranslator):
    """Speaks every text backwards, so that what went through translation shows."""

    def isEmpty(self) -> bool:
        return False

    def translate(
        self, context: str, source_text: str, /, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        return f"«{source_text}»"


@pytest.fixture
def foreign(qapp: QApplication) -> Iterator[None]:
    translator = Foreign(qapp)
    qapp.installTranslator(translator)
    yield
    qapp.removeTranslator(translator)


def task(state: TaskState, request: Request = CREATE, progress: Progress | None = None) -> Task:
    failure = Failure(ErrorCode.DISK_FULL, "") if state is TaskState.FAILED else None
    return Task(TaskId("1"), request, state, NOW, progress=progress, failure=failure)


def plan(request: Request, figures: Figures) -> Plan:
    prefix = affected_prefixes(request)[-1]
    return Plan(request, prefix, State(), State(), (), figures, (), "", NOW)


def record(name: str, version: str, source: str = "conda-forge", build: str = "0") -> Record:
    return Record(RecordKind.CONDA, name, version, Source(SourceKind.CHANNEL, source), build=build)


@pytest.mark.parametrize("code", ErrorCode)
def test_that_every_failure_has_a_sentence_and_a_remedy_without_any_values(code: ErrorCode) -> None:
    words = presenting.explain(Failure(code, "English summary."))
    assert words.sentence.endswith(".")
    assert words.sentence != "English summary."
    assert words.remedy
    assert not PLACE.search(words.sentence + words.cause + words.remedy)
    assert "English summary." in words.detail


@pytest.mark.parametrize("code", WarningCode)
@pytest.mark.parametrize("request_", REQUESTS, ids=lambda one: type(one).__name__)
def test_that_every_warning_says_what_happens_and_why(code: WarningCode, request_: Request) -> None:
    words = presenting.explain_warning(PlanWarning(code, Severity.NOTE, "Summary."), request_)
    assert words.sentence.endswith(".")
    assert words.sentence != "Summary." or code in TOLD_BY_ENGINE
    assert words.reason.endswith(".")
    assert not PLACE.search(words.sentence + words.reason)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "a few seconds"),
        (8.0, "about 10 seconds"),
        (21.7, "about 20 seconds"),
        (54.0, "about 50 seconds"),
        (58.0, "about 1 minute,"),
        (170.0, "about 3 minutes"),
        (13 * 60.0, "about 15 minutes"),
        (9000.0, "more than an hour"),
    ],
)
def test_that_a_duration_is_told_no_more_exactly_than_it_is_known(
    seconds: float, words: str
) -> None:
    known = replace(plan(CREATE, Figures(download_bytes=10)), expected_seconds=seconds)
    assert f"Takes {words}" in presenting.figures_sentences(known)[-1]
    unknown = presenting.figures_sentences(plan(CREATE, Figures(download_bytes=10)))
    assert not any("Takes" in sentence for sentence in unknown)


def test_that_a_download_of_unknown_size_is_not_told_as_none() -> None:
    known, unknown = record("numpy", "2.0"), record("scipy", "1.0")
    changes = (
        Change(ChangeKind.ADD, "numpy", None, replace(known, archive_bytes=5_000_000)),
        Change(ChangeKind.ADD, "scipy", None, unknown),
    )
    partly = replace(plan(CHANGE, Figures(download_bytes=5_000_000)), changes=changes)
    assert "at least 5" in presenting.figures_sentences(partly)[0]
    fully = replace(plan(CHANGE, Figures()), changes=changes[1:])
    assert "nothing" not in presenting.figures_sentences(fully)[0]
    near = replace(fully, changes=(replace(changes[1], is_local=True),))
    assert "Downloads nothing" in presenting.figures_sentences(near)[0]
    assert presenting.download_text(near.changes[0]) == "none"


def test_that_a_plan_without_changes_says_why() -> None:
    def said(request: ChangeRequest) -> str:
        (sentence,) = presenting.figures_sentences(plan(request, Figures()))
        return sentence

    assert "there already" in said(CHANGE)
    assert "nothing newer" in said(replace(CHANGE, add=(), update=("numpy",)))
    there = record("numpy", "2.0")
    noted = replace(
        plan(CHANGE, Figures()),
        before=State((there,)),
        after=State((replace(there, requested=("numpy",)),)),
    )
    assert presenting.figures_sentences(noted)[0].endswith("when other packages go: numpy.")


@pytest.mark.parametrize("code", NameProblemCode)
def test_that_every_problem_of_a_name_has_a_sentence(code: NameProblemCode) -> None:
    text = presenting.explain_name_problem(NameProblem(code, is_blocking=True, value="?"))
    assert text
    assert not PLACE.search(text)


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


def test_that_values_stand_in_the_sentence_of_a_failure() -> None:
    failure = Failure(
        ErrorCode.DISK_SPACE_SHORT,
        "",
        values=(("free_bytes", "12000000"), ("needed_bytes", "3400000000")),
    )
    assert re.search(r"12.MB", presenting.explain(failure).sentence)
    assert re.search(r"3\.4.GB", presenting.explain(failure).sentence)


def test_that_similar_names_are_offered_for_an_unknown_package() -> None:
    values = (("package", "nmpy"), ("similar", "numpy"), ("channels", "conda-forge"))
    words = presenting.explain(Failure(ErrorCode.PACKAGE_UNKNOWN, "", values=values))
    assert "nmpy" in words.sentence
    assert "conda-forge" in words.cause
    assert "numpy" in words.remedy


def test_that_the_rule_which_a_refused_name_breaks_is_said() -> None:
    values = (("name", "a:b"), ("problem", "forbidden-character"), ("value", ":"))
    failure = Failure(ErrorCode.NAME_INVALID, "", cause="forbidden-character: :", values=values)
    words = presenting.explain(failure)
    assert "a:b" in words.sentence
    assert words.cause == "A name cannot have any of these in it: :"


def test_that_the_engine_s_own_cause_is_said_in_english() -> None:
    failure = Failure(
        ErrorCode.CHANNEL_UNREACHABLE, "", cause="Its server refuses.", hint="Take a mirror."
    )
    words = presenting.explain(failure)
    assert (words.cause, words.remedy) == ("Its server refuses.", "Take a mirror.")


@pytest.mark.usefixtures("foreign")
def test_that_another_language_gets_no_english_of_the_engine_where_there_are_words() -> None:
    failure = Failure(
        ErrorCode.CHANNEL_UNREACHABLE, "No.", cause="Its server refuses.", hint="Take a mirror."
    )
    words = presenting.explain(failure)
    assert all(text.startswith("«") for text in (words.sentence, words.cause, words.remedy))
    assert "Its server refuses." in words.detail


def test_that_raw_text_of_a_library_is_kept_to_the_details() -> None:
    failure = Failure(ErrorCode.LINK_FAILED, "", cause="failed to link: os error 13", detail="raw")
    words = presenting.explain(failure)
    assert "os error" not in words.cause
    assert "os error 13" in words.detail
    assert "raw" in words.detail


def test_that_files_of_a_clone_are_said_to_be_copied_and_of_a_removal_to_go() -> None:
    warning = PlanWarning(
        WarningCode.UNOWNED_FILES,
        Severity.NOTE,
        "",
        (("count", "3"), ("size_bytes", "2000000"), ("files", "notes.txt")),
    )
    assert "copied" in presenting.explain_warning(warning, CLONE).sentence
    removal = presenting.explain_warning(warning, REMOVE)
    assert "notes.txt" in removal.sentence
    assert re.search(r"2.*MB", removal.sentence)


def test_that_an_alternative_without_words_of_its_own_can_still_be_pressed() -> None:
    assert presenting.alternative_label(Alternative("with-pip", CREATE)) == "Add pip"
    assert presenting.alternative_label(Alternative("unheard-of", CREATE)) == "Do this instead"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=30))
def test_that_any_name_of_an_environment_is_shown_as_it_is(name: str) -> None:
    if name in (".", ".."):
        return
    request = CreateRequest(HOME / name, ("conda-forge",))
    assert presenting.request_title(request) == f"Create {name}"
    assert presenting.running_title(request) == f"Creating {name}"
    assert presenting.success_sentence(request) == f"{name} is ready."


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_that_values_of_a_failure_are_never_taken_for_a_template(value: str) -> None:
    failure = Failure(ErrorCode.CHANNEL_NOT_FOUND, "x", values=(("channel", value),))
    expected = f"There is no channel {value}." if value else "A channel does not exist."
    assert presenting.explain(failure).sentence == expected


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (Progress(Phase.LINKING, 41, 54, ProgressUnit.PACKAGES), "linking 41 of 54"),
        (Progress(Phase.COPYING, 3, 9, ProgressUnit.FILES), "copying 3 of 9 files"),
        (Progress(Phase.PREPARING, 0, 0, ProgressUnit.PACKAGES), "preparing"),
    ],
)
def test_that_progress_is_said_in_words_and_numbers(progress: Progress, text: str) -> None:
    assert presenting.progress_text(progress) == text
    running = task(TaskState.RUNNING, progress=progress)
    assert presenting.task_sentence(running) == f"Creating 数据分析: {text}"


def test_that_downloads_are_counted_in_bytes() -> None:
    progress = Progress(Phase.DOWNLOADING, 3_000_000, 31_000_000, ProgressUnit.BYTES)
    assert re.fullmatch(r"downloading 3\.0.MB of 31.MB", presenting.progress_text(progress))


def test_that_cancelling_is_said_until_things_are_put_back() -> None:
    begun = task(
        TaskState.CANCELLING, progress=Progress(Phase.LINKING, 1, 2, ProgressUnit.PACKAGES)
    )
    assert presenting.task_sentence(begun) == "Creating 数据分析: cancelling…"
    back = replace(begun, progress=Progress(Phase.PUTTING_BACK, 1, 2, ProgressUnit.FILES))
    assert "putting everything back" in presenting.task_sentence(back)


@pytest.mark.parametrize("state", TaskState)
@pytest.mark.parametrize("request_", REQUESTS, ids=lambda one: type(one).__name__)
def test_that_a_task_is_said_in_one_line_whatever_became_of_it(
    state: TaskState, request_: Request
) -> None:
    text = presenting.task_sentence(task(state, request_))
    names = {"lean", "not deleted"} if isinstance(request_, CleanRequest) else set[str]()
    if isinstance(request_, RelinkRequest):
        names |= {"hare", "haring", "all of its files"}
    elif not isinstance(request_, CleanRequest):
        names.add(request_.prefix.name)
    if isinstance(request_, CloneRequest | RenameRequest):
        names.add(request_.source.name)
    assert any(name in text for name in names)
    assert "\n" not in text
    assert not PLACE.search(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""),
        (2.0, "a few seconds left"),
        (11.0, "10 s left"),
        (13.0, "15 s left"),
        (200.0, "3 min left"),
    ],
)
def test_that_the_time_left_is_coarse_enough_to_be_read(seconds: float | None, text: str) -> None:
    assert presenting.time_left_text(seconds) == text


def test_that_the_costs_of_a_creation_are_said_in_sentences() -> None:
    figures = Figures(31_000_000, 120_000_000, 900_000_000, 0, 60, 54, 9000)
    text = " ".join(presenting.figures_sentences(plan(CREATE, figures)))
    assert re.search(r"Downloads 31.MB, and uses 120.MB", text)
    assert "54 of 60 packages" in text
    assert "cost nothing" in text


def test_that_copied_packages_are_not_called_links() -> None:
    figures = Figures(0, 120_000_000, 0, 0, 60, 60, 9000)
    text = " ".join(presenting.figures_sentences(plan(CREATE, figures)))
    assert "Downloads nothing" in text
    assert "links" not in text


def test_that_a_removal_says_what_it_really_frees_and_what_stays() -> None:
    figures = Figures(freed_bytes=1_200_000_000, linked_bytes=800_000_000)
    text = " ".join(presenting.figures_sentences(plan(REMOVE, figures)))
    assert re.search(r"frees 1\.2.GB", text)
    assert re.search(r"800.MB stay", text)
    alone = presenting.figures_sentences(plan(REMOVE, Figures(freed_bytes=1)))
    assert len(alone) == 1


def test_that_a_change_is_shown_as_the_way_from_one_to_the_other() -> None:
    before, after = record("numpy", "1.26.4"), record("numpy", "2.1.0", "PyPI")
    change = Change(ChangeKind.UPDATE, "numpy", before, after)
    assert presenting.version_text(change) == "1.26.4 → 2.1.0"
    assert presenting.source_text(change) == "conda-forge → PyPI"
    rebuilt = replace(change, after=record("numpy", "1.26.4", build="1"))
    assert presenting.version_text(rebuilt) == "1.26.4 (0) → 1.26.4 (1)"
    assert presenting.source_text(rebuilt) == "conda-forge"


def test_that_a_change_says_who_needs_it() -> None:
    added = Change(ChangeKind.ADD, "numpy", None, record("numpy", "2.1.0"))
    assert presenting.reason_text(added) == ""
    needed = replace(added, needed_by=("pandas", "scipy"))
    assert re.fullmatch(r"needed by pandas\W.*scipy", presenting.reason_text(needed))
    widely = replace(added, needed_by=("a", "b", "c", "d", "e"))
    assert presenting.reason_text(widely) == "needed by a, b, c and 2 more"
    asked = replace(added, after=replace(record("numpy", "2.1.0"), requested=("numpy",)))
    assert presenting.reason_text(asked) == "chosen by you"


def test_that_one_package_is_not_called_packages() -> None:
    assert presenting.group_title(ChangeKind.ADD, 1) == "Added: 1 package"
    assert presenting.group_title(ChangeKind.REMOVE, 54) == "Removed: 54 packages"


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


def test_that_a_request_names_its_place_and_its_environments() -> None:
    assert presenting.request_place(CREATE) == str(HOME / "数据分析")
    assert presenting.request_place(CLEAN) == str(Path("/pkgs"))
    assert presenting.affected_name(CLEAN) == ""
    assert "course" in presenting.affected_name(RELINK)


def test_that_a_cleaning_says_what_it_frees_and_what_it_costs_later() -> None:
    cleaning = Cleaning((), (), 1_200_000_000)
    made = replace(plan(CLEAN, Figures(freed_bytes=1_300_000_000)), cleaning=cleaning)
    words = " ".join(presenting.figures_sentences(made))
    assert "Frees 1.3 GB" in words
    assert "1.2 GB are downloaded" in words
    assert presenting.apply_label(CLEAN, 1_300_000_000) == "&Free 1.3 GB"
    free = replace(made, cleaning=Cleaning((), (), 0))
    assert "downloaded" not in " ".join(presenting.figures_sentences(free))


def test_that_sharing_files_says_how_many_and_what_that_saves() -> None:
    made = replace(plan(RELINK, Figures(freed_bytes=25_000_000)), relinking=Relinking((), 1))
    words = presenting.figures_sentences(made)
    assert words[0] == "Saves 25 MB of the disk."
    assert words[1].startswith("1 file that")


def test_that_the_end_of_a_cleaning_tells_what_was_left_alone() -> None:
    left = (Skipped(Path("/pkgs/a"), "a", SkipReason.IN_USE, "conda"),)
    done = replace(task(TaskState.SUCCEEDED, CLEAN), skipped=left)
    assert presenting.task_sentence(done) == (
        "Cleaned up. 1 thing was left alone (in use by a program)."
    )
