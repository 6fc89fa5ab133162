"""The dialogs in which a person asks for a change, looks at its plan, and learns of failures.

Each of these opens at once, answers by signals, and deletes itself: nothing here blocks.
"""

from gui.dialogs.clone import clone_environment, rename_environment
from gui.dialogs.create import create_environment
from gui.dialogs.errors import FailureBox, present_error
from gui.dialogs.importing import import_files
from gui.dialogs.preview import PreviewDialog
from gui.dialogs.remove import remove_environment
from gui.dialogs.share import ShareDialog, share_environment

__all__ = [
    "FailureBox",
    "PreviewDialog",
    "ShareDialog",
    "clone_environment",
    "create_environment",
    "import_files",
    "present_error",
    "remove_environment",
    "rename_environment",
    "share_environment",
]
