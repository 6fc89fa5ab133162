from __future__ import annotations

import pytest

from engine.records import RecordKind
from gui.models.dependents import Dependents, needed_names, plain_name
from tests.support.records import record


@pytest.mark.parametrize(
    ("depends", "expected"),
    [
        (("numpy >=1.22,<3", "python >=3.10"), ("numpy", "python")),
        (("conda-forge::Typing_Extensions", "zlib 1.3.* *_0"), ("typing-extensions", "zlib")),
        (("__glibc >=2.17", "__unix"), ()),
        (("urllib3<3,>=1.21.1", "PySocks!=1.5.7,>=1.5.6; extra == 'socks'"), ("urllib3",)),
        (("requests[socks] (>=2)", "colorama; sys_platform == 'win32'"), ("colorama", "requests")),
        (("", "  ", ">=3"), ()),
    ],
)  # fmt: skip
def test_that_names_are_read_from_specs_and_requirements(
    depends: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert needed_names(record("any", depends=depends)) == expected


def test_that_packages_of_both_kinds_need_each_other() -> None:
    numpy = record("numpy", depends=("python >=3",))
    pypi = record("My.Tool", kind=RecordKind.PYPI, depends=("numpy>=2", "absent_thing"))
    known = Dependents([numpy, pypi, record("python")])
    assert known.needed_by(numpy) == ("My.Tool",)
    assert known.needs(pypi) == (("absent-thing", False), ("numpy", True))
    assert known.needed_by(record("python")) == ("numpy",)
    assert known.needed_by(pypi) == ()


def test_that_a_package_does_not_count_as_needed_by_itself() -> None:
    odd = record("odd", depends=("odd",))
    assert Dependents([odd]).needed_by(odd) == ()


def test_that_names_compare_as_pypi_compares_them() -> None:
    assert plain_name("Ruamel__.Yaml") == "ruamel-yaml"
