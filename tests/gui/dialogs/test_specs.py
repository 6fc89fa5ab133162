from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.dialogs.specs import spec_name, split_specs

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}(-[a-z0-9]{1,6})?", fullmatch=True)
VERSIONS = st.sampled_from(("", "<2", ">=1.26,<2", "==1.2.*", "=3.1", "!=2.0", "~=1.4"))


@pytest.mark.parametrize(
    ("typed", "specs"),
    [
        ("numpy pandas", ("numpy", "pandas")),
        ("numpy,pandas , scipy", ("numpy", "pandas", "scipy")),
        ("numpy >=1.26,<2 pandas", ("numpy>=1.26,<2", "pandas")),
        ("numpy >= 1.2, pandas", ("numpy>=1.2", "pandas")),
        ("numpy 1.26 scipy", ("numpy 1.26", "scipy")),
        ("7zip 4ti2", ("7zip", "4ti2")),
        ("pytorch >=2.0 *cuda*", ("pytorch>=2.0 *cuda*",)),
        ("conda-forge::numpy pandas", ("conda-forge::numpy", "pandas")),
        ("numpy  # for the course\n# nothing else\npandas", ("numpy", "pandas")),
        ("$ conda install -y -c bioconda samtools numpy", ("samtools", "numpy")),
        ("pip install requests", ("requests",)),
        ("numpy numpy", ("numpy",)),
        (" \n,, ;", ()),
    ],
)
def test_that_typed_text_is_cut_into_packages(typed: str, specs: tuple[str, ...]) -> None:
    assert split_specs(typed) == specs


@given(st.lists(st.tuples(NAMES, VERSIONS), max_size=8), st.sampled_from((" ", "\n", ", ", ";")))
def test_that_every_package_survives_whatever_separates_it(
    wanted: list[tuple[str, str]], separator: str
) -> None:
    specs = [f"{name}{version}" for name, version in wanted]
    assert split_specs(separator.join(specs)) == tuple(dict.fromkeys(specs))


@given(st.text(max_size=60))
def test_that_any_text_at_all_can_be_cut(text: str) -> None:
    specs = split_specs(text)
    assert all(spec.strip() for spec in specs)
    assert split_specs("\n".join(specs)) is not None


@given(NAMES, VERSIONS)
def test_that_the_name_of_a_spec_is_found(name: str, version: str) -> None:
    assert spec_name(f"{name}{version}") == name
    assert spec_name(f"conda-forge::{name} {version}") == name
