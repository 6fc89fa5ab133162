from __future__ import annotations

import hashlib
from pathlib import Path

from engine.health.checks import files
from engine.health.claims import Claim
from engine.health.reading_files import Odd, State
from engine.records import RecordKind
from tests.support.checking import ways_of
from tests.support.environments import write_distribution
from tests.support.scenes import scene_at

ORIGINAL = hashlib.sha256(b"as it came").hexdigest()


def of_kite(path: str, cached: Path | None = None, original: str = ORIGINAL) -> Odd:
    place = "" if cached is None else str(cached)
    return Odd(Claim(path, "kite", RecordKind.CONDA, "00", original, cached=place), State.ALTERED)


def test_that_the_worst_copy_in_the_cache_decides(prefix: Path, tmp_path: Path) -> None:
    sound, spoiled = tmp_path / "sound", tmp_path / "spoiled"
    sound.write_bytes(b"as it came")
    spoiled.write_bytes(b"otherwise")
    good, gone = of_kite("a", sound), of_kite("b", tmp_path / "gone")
    bad, unknown = of_kite("c", spoiled), of_kite("d", sound, "")
    scene = scene_at(prefix, tmp_path)
    for odd, state in (
        ((good,), "sound"),
        ((good, gone), "absent"),
        ((good, unknown), "absent"),
        ((gone, bad, good), "altered"),
        ((of_kite("e"),), "absent"),
    ):
        (found,) = files.altered(scene, odd)
        assert found.value("cache") == state
        assert found.evidence[0].text.startswith("cache: ")


def test_that_each_package_is_told_by_itself_and_mended_by_who_brought_it(
    prefix: Path, site: Path, tmp_path: Path
) -> None:
    write_distribution(site, "kite", "3.1")
    odd = [
        Odd(Claim("a", "kite", RecordKind.PYPI), State.MISSING),
        Odd(Claim("b", "kite", RecordKind.CONDA), State.MISSING),
        Odd(Claim("c", "kite", RecordKind.PYPI), State.MISSING),
        Odd(Claim("d", "kite", RecordKind.PYPI), State.ALTERED),
    ]
    found = list(files.missing(scene_at(prefix, tmp_path), odd))
    assert [(each.value("kind"), each.value("count"), *ways_of(each)) for each in found] == [
        ("conda", "1", "restore-conda kite"),
        ("pypi", "2", "reinstall-pypi kite"),
    ]
    assert found[1].repairs[0][0].release == "3.1"
