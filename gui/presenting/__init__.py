"""Turn what the engine says in codes and values into words for the person at the window."""

from gui.presenting.changes import (
    change_title,
    download_text,
    figures_sentences,
    group_title,
    reason_text,
    source_text,
    version_text,
    whole_reason_text,
)
from gui.presenting.failures import Explanation, explain
from gui.presenting.names import explain_name_problem
from gui.presenting.requests import (
    affected_name,
    apply_label,
    cancelled_sentence,
    failure_title,
    is_move,
    planning_sentence,
    request_place,
    request_title,
    running_title,
    settled_sentence,
    success_sentence,
)
from gui.presenting.tasks import (
    cannot_cancel_sentence,
    phase_sentence,
    phase_word,
    progress_text,
    state_word,
    task_sentence,
    time_left_text,
)
from gui.presenting.warnings import (
    WarningWords,
    alternative_label,
    explain_warning,
    severity_name,
)

__all__ = [
    "Explanation",
    "WarningWords",
    "affected_name",
    "alternative_label",
    "apply_label",
    "cancelled_sentence",
    "cannot_cancel_sentence",
    "change_title",
    "download_text",
    "explain",
    "explain_name_problem",
    "explain_warning",
    "failure_title",
    "figures_sentences",
    "group_title",
    "is_move",
    "phase_sentence",
    "phase_word",
    "planning_sentence",
    "progress_text",
    "reason_text",
    "request_place",
    "request_title",
    "running_title",
    "settled_sentence",
    "severity_name",
    "source_text",
    "state_word",
    "success_sentence",
    "task_sentence",
    "time_left_text",
    "version_text",
    "whole_reason_text",
]
