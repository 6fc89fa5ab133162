"""Files that the window draws with: icons and styles, read through `importlib.resources`."""

from __future__ import annotations

from importlib.resources import files


def read_icon(name: str) -> str:
    """Return the SVG text of the line icon `name`, drawn in `currentColor` on a 16 by 16 grid.

    Raises FileNotFoundError when there is no such icon.
    """
    return files(__name__).joinpath("icons", f"{name}.svg").read_text("utf-8")


def icon_names() -> tuple[str, ...]:
    """Return the names of all icons, sorted."""
    folder = files(__name__).joinpath("icons")
    return tuple(
        sorted(
            item.name.removesuffix(".svg")
            for item in folder.iterdir()
            if item.name.endswith(".svg")
        )
    )


def read_style(name: str) -> str:
    """Return the text of the Qt style sheet template `name`; `$token` marks what to fill in."""
    return files(__name__).joinpath("styles", f"{name}.qss").read_text("utf-8")


def styles_folder() -> str:
    """Return the folder of the small pictures that style sheets name."""
    return str(files(__name__).joinpath("styles"))
