from __future__ import annotations

import json
from pathlib import Path

from engine.environments.details import this_subdir
from engine.health.checks import unfit
from tests.support.environments import Package, sound_environment, write_distribution
from tests.support.scenes import scene_at

SITE = "lib/python3.12/site-packages"
FOREIGN = "Wheel-Version: 1.0\nTag: cp39-cp39-win_amd64\n"


def with_python_for(prefix: Path, subdir: str) -> Path:
    record = next((prefix / "conda-meta").glob("python-*.json"))
    record.write_text(json.dumps({**json.loads(record.read_bytes()), "subdir": subdir}))
    return prefix


def test_that_what_fits_a_python_for_another_computer_is_not_judged(
    prefix: Path, site: Path, tmp_path: Path
) -> None:
    (write_distribution(site, "kite", "1.0") / "WHEEL").write_text(FOREIGN)
    with_python_for(prefix, "zos-z")
    assert list(unfit.find(scene_at(prefix, tmp_path), ())) == []
    with_python_for(prefix, this_subdir())
    assert [each.subject for each in unfit.find(scene_at(prefix, tmp_path), ())] == ["kite"]


def test_that_condas_own_packages_are_not_judged_by_their_wheels(tmp_path: Path) -> None:
    kite = Package("kite", distribution="kite")
    prefix = with_python_for(sound_environment(tmp_path / "e", kite), this_subdir())
    info = prefix / SITE / "kite-1.0.0.dist-info"
    (info / "WHEEL").write_text(FOREIGN)
    with (info / "METADATA").open("a") as metadata:
        metadata.write("Requires-Python: >=3.99\n")
    assert list(unfit.find(scene_at(prefix, tmp_path), ())) == []
