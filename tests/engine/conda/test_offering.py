from __future__ import annotations

from engine.conda.condarc import CondaConfiguration
from engine.conda.offering import package_versions
from engine.places import Places
from engine.records import PackageVersion
from tests.support.practising import Practice


async def offered(
    channels: tuple[str, ...], name: str, places: Places, python: str = ""
) -> tuple[PackageVersion, ...]:
    """Ask for the builds of a package; runs in the rattler worker."""
    return await package_versions(channels, name, CondaConfiguration(), places, python=python)


def test_that_every_build_is_told_with_its_channel_the_newest_first(practice: Practice) -> None:
    found = practice.call(offered, practice.both, "numerals", practice.places)
    assert [(each.version, each.channel) for each in found] == [
        ("2.1.0", "practice-main"),
        ("2.0.1", "practice-main"),
        ("1.4.2", "practice-main"),
        ("1.4.2", "practice-extra"),
        ("1.0.0", "practice-extra"),
        ("0.9.5", "practice-extra"),
    ]
    assert {each.address.rstrip("/") for each in found} == set(practice.both)
    assert all(each.build and each.archive_bytes and each.published for each in found)
    assert all(each.python == ">=3.8" and each.fits for each in found)


def test_that_builds_for_another_python_are_told_as_such(practice: Practice) -> None:
    found = practice.call(offered, practice.both, "numerals", practice.places, "3.7.1")
    assert found
    assert not any(each.fits for each in found)


def test_that_a_package_which_nobody_has_has_no_versions(practice: Practice) -> None:
    assert practice.call(offered, practice.both, "nonesuch", practice.places) == ()
