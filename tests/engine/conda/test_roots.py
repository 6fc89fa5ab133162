from __future__ import annotations

from pathlib import Path

import pytest

from engine.conda.roots import named_roots, usual_roots


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {}, ["/h/miniconda3", "/opt/conda", "/opt/miniforge3", "/h/micromamba"]),
        ("linux", {"XDG_DATA_HOME": "/d"}, ["/d/mamba", "/h/.local/share/mamba"]),
        (
            "darwin",
            {},
            [
                "/h/opt/anaconda3",
                "/opt/homebrew/Caskroom/miniforge/base",
                "/usr/local/Caskroom/miniconda/base",
                "/opt/anaconda3",
            ],
        ),
        (
            "win32",
            {"LOCALAPPDATA": "C:/U/L", "PROGRAMDATA": "D:/P"},
            ["C:/U/L/miniconda3", "D:/P/anaconda3", "/h/miniforge3", "C:/tools/miniconda3"],
        ),
    ],
)
def test_that_usual_roots_are_those_of_the_platform(
    platform: str, environ: dict[str, str], expected: list[str]
) -> None:
    roots = [root.as_posix() for root in usual_roots(platform, Path("/h"), environ)]
    assert set(expected) <= set(roots)
    assert len(roots) == len(set(roots))


def test_that_variables_name_installations_nearest_first() -> None:
    environ = {
        "CONDA_EXE": "/c/bin/conda",
        "CONDA_ROOT": "/r",
        "MAMBA_ROOT_PREFIX": "/m",
        "_CONDA_ROOT": "not/absolute",
    }
    assert named_roots(environ) == (Path("/r"), Path("/c"), Path("/m"))
