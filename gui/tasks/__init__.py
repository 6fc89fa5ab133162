"""Everything the window shows of work under way: the bar, the activity view, and closing."""

from gui.tasks.activity import ActivityView
from gui.tasks.closing import ClosingDialog, ask_about_leaving
from gui.tasks.panel import TaskPanel

__all__ = ["ActivityView", "ClosingDialog", "TaskPanel", "ask_about_leaving"]
