from __future__ import annotations

import json
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from engine.version import __version__
from release.payload import distributions
from release.sbom import bill_of_materials


@pytest.fixture
def bill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1760000000")
    (tmp_path / "_internal").mkdir()
    (tmp_path / "_internal" / "libssl.so.3").write_bytes(b"library")
    first = bill_of_materials(tmp_path)
    assert first == bill_of_materials(tmp_path)
    return json.loads(first)


def test_that_the_bill_names_every_locked_distribution(bill: dict[str, Any]) -> None:
    components = bill["components"]
    purls = {each.get("purl") for each in components}
    for name in distributions():
        assert f"pkg:pypi/{name}@{version(name)}" in purls
    assert not any("pytest" in str(each) or "pyinstaller" in str(each) for each in purls)
    uv = next(each for each in components if each["name"] == "uv")
    hashes = [each["value"] for each in uv["properties"]]
    assert hashes
    assert all(re.fullmatch("[0-9a-f]{64}", each) for each in hashes)


def test_that_the_bill_has_what_is_inside_others_and_taken_from_the_system(
    bill: dict[str, Any],
) -> None:
    components = bill["components"]
    names = {each["name"] for each in components}
    assert {"CPython", "libssl.so.3"} <= names
    assert any(str(each.get("purl", "")).startswith("pkg:cargo/") for each in components)


def test_that_the_bill_is_a_cyclonedx_document_of_this_version(bill: dict[str, Any]) -> None:
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    assert bill["metadata"] == {
        "timestamp": "2025-10-09T08:53:20Z",
        "component": {
            "type": "application",
            "bom-ref": "envdesk",
            "name": "envdesk",
            "version": __version__,
            "licenses": [{"license": {"id": "BSD-3-Clause"}}],
        },
    }
    components = bill["components"]
    references = [each["bom-ref"] for each in components]
    assert len(references) == len(set(references))
