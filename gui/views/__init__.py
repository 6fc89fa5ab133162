"""The views of the main window, each of one subject."""
