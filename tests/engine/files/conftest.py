from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.corpus import CORPUS
from tests.support.corpus_archives import build_archives


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the corpus in which the packed files are, too."""
    folder = tmp_path_factory.mktemp("files") / "corpus"
    shutil.copytree(CORPUS, folder)
    build_archives(folder)
    return folder
