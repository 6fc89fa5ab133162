"""Each way in which environments break is told by its own code, with evidence, and by no other."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest

from engine.health.values import Finding, FindingCode, Health
from tests.support.breaking import BREAKERS
from tests.support.broken import Breaker
from tests.support.checking import checked_deeply, checked_quickly, ways_of
from tests.support.mended import picture
from tests.support.ward import Ward

pytestmark = pytest.mark.skipif(os.name != "posix", reason="breaks with POSIX tools")


def told(health: Health) -> list[tuple[FindingCode, str]]:
    return sorted((finding.code, finding.subject) for finding in health.findings)


def proof_of(finding: Finding) -> str:
    return "\n".join(f"{each.path} {each.text}" for each in finding.evidence)


def test_that_the_environment_to_break_is_sound(ward: Ward) -> None:
    assert ward.worker.call(checked_deeply, ward.prefix, ward.root).findings == ()
    assert ward.worker.call(checked_quickly, ward.prefix, ward.root).unchecked == ()


@pytest.mark.parametrize("breaker", BREAKERS, ids=lambda breaker: breaker.__name__)
def test_that_what_is_broken_is_found_with_evidence_and_nothing_else(
    ward: Ward, breaker: Breaker
) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    broken = breaker(ward)
    prefix = broken.prefix or ward.prefix
    looked_at = picture(prefix)
    deep = ward.worker.call(checked_deeply, prefix, ward.root, broken.environ, broken.today)
    assert told(deep) == sorted(broken.expected.items()), [f.summary for f in deep.findings]
    finding = next(f for f in deep.findings if f.code is next(iter(broken.expected)))
    for words in broken.evidence:
        assert words in proof_of(finding)
    for key, value in broken.values.items():
        assert finding.value(key) == value
    assert (finding.gravity, ways_of(finding)) == (broken.gravity, broken.ways)
    assert (finding.since is not None) is broken.is_dated
    quick = ward.worker.call(checked_quickly, prefix, ward.root, broken.environ, broken.today)
    expected = [each for each in told(deep) if each[0] not in broken.deep]
    assert told(quick) == expected, [f.summary for f in quick.findings]
    assert picture(prefix) == looked_at
    for each in deep.findings:
        assert each.since is None or each.since >= before, each.key
