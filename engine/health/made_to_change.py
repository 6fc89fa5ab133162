"""Which files are there to be changed after their package was installed."""

from __future__ import annotations

from typing import Final

# Jupyter, and whoever uses it, writes kernels and settings where packages put theirs (Jupyter
# docs, "Common directories and file locations").
_SETTINGS: Final = ("etc/", "Library/etc/", "share/jupyter/kernels/", "share/jupyter/lab/settings/")
_SCRIPTS: Final = ("etc/conda/", "Library/etc/conda/")  # run by every activation
# Lists of what all packages brought: programs write them anew when packages come and go (docs of
# glib-compile-schemas, gio-querymodules, gdk-pixbuf-query-loaders, gtk-update-icon-cache,
# gtk-query-immodules, update-desktop-database, update-mime-database and install-info).
_LISTS: Final = (
    "/gschemas.compiled",
    "/giomodule.cache",
    "/loaders.cache",
    "/icon-theme.cache",
    "/immodules.cache",
    "/mimeinfo.cache",
    "share/info/dir",
)
_FOLDERS_OF_LISTS: Final = ("share/mime/", "Library/share/mime/")
_DESCRIPTIONS: Final = ("share/mime/packages/", "Library/share/mime/packages/")


def is_setting(path: str) -> bool:
    """Return whether people and programs change the file at `path`, relative and with `/`."""
    return path.startswith(_SETTINGS) and not path.startswith(_SCRIPTS)


def is_list(path: str) -> bool:
    """Return whether the file at `path` tells of several packages, and is written anew for each."""
    return path.endswith(_LISTS) or (
        path.startswith(_FOLDERS_OF_LISTS) and not path.startswith(_DESCRIPTIONS)
    )
