"""Sound environments, of whatever kind, give no finding, however deep the look."""

from __future__ import annotations

import os

import pytest

from tests.support.checking import checked_deeply
from tests.support.sound import MAKERS, Maker
from tests.support.ward import Ward

pytestmark = pytest.mark.skipif(os.name != "posix", reason="makes them with POSIX tools")


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_that_a_sound_environment_gives_no_finding(ward: Ward, maker: Maker) -> None:
    prefix = maker(ward)
    health = ward.worker.call(checked_deeply, prefix, ward.root)
    assert not health.findings, [finding.summary for finding in health.findings]
    assert health.unchecked == ()
