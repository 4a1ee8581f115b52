"""Version ranges, the rules for development versions, and the notations of npm and Maven."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.spec.errors import SpecError
from kms_trio.spec.foreign_versions import maven_range, npm_range
from kms_trio.spec.versions import parse_range, satisfies


@pytest.mark.parametrize(
    ("range_", "inside", "outside"),
    [
        ("7.3.0", ["7.3.0"], ["7.3.1", "7.2.9"]),
        ("=7.3.0", ["7.3.0"], ["7.3.1"]),
        ("!=7.3.0", ["7.3.1"], ["7.3.0"]),
        ("^7.1.0", ["7.1.0", "7.3.0", "7.99.0"], ["7.0.9", "8.0.0", "6.9.0"]),
        ("^0.2.0", ["0.2.0", "0.9.0"], ["0.1.0", "1.0.0"]),
        ("~7.1.2", ["7.1.2", "7.1.9"], ["7.1.1", "7.2.0"]),
        ("~7.1", ["7.1.0", "7.1.9", "7.5.0"], ["7.0.9", "8.0.0"]),
        ("~7", ["7.0.0", "8.0.0"], ["6.9.9"]),
        ("^7.1", ["7.1.0", "7.9.9"], ["7.0.9", "8.0.0"]),
        ("7.1", ["7.1.0"], ["7.1.9", "7.2.0", "7.0.9"]),
        ("7.x", ["7.0.0", "7.9.9"], ["8.0.0"]),
        ("7.*", ["7.0.0", "7.9.9"], ["6.9.9", "8.0.0"]),
        ("7.1.*", ["7.1.0", "7.1.9"], ["7.2.0", "7.0.9"]),
        ("<=7.1", ["7.1.0", "6.0.0"], ["7.1.1"]),
        (">7.1", ["7.1.1", "7.2.0"], ["7.1.0"]),
        ("!=7.1", ["7.1.1"], ["7.1.0"]),
        ("7.0.0 - 7.2", ["7.0.0", "7.1.9", "7.2.0"], ["6.9.9", "7.2.1"]),
        (">=7.0.0 & <7.2.0", ["7.0.0", "7.1.9"], ["7.2.0", "6.9.9"]),
        ("6.18.0 | >=7.0.0&<8.0.0 | ^9.0.0", ["6.18.0", "7.5.0", "9.1.0"], ["6.18.1", "8.0.0", "10.0.0"]),
    ],
)
def test_ranges(range_: str, inside: list[str], outside: list[str]) -> None:
    assert [version for version in inside if not satisfies(version, range_)] == []
    assert [version for version in outside if satisfies(version, range_)] == []


@pytest.mark.parametrize(
    ("version", "range_", "fits"),
    [
        ("7.3.0-dev", "7.3.0-dev", True),
        ("7.3.0-dev", "^7.1.0", True),
        ("7.3.1-dev", "7.3.0-dev", True),
        ("7.4.0", "7.3.0-dev", True),
        ("8.0.0", "7.3.0-dev", False),
        ("7.2.0", "7.3.0-dev", False),
        ("7.0.0-dev", "^7.0.0", True),
        ("7.4.0", "^7.3.0-dev", True),
        ("7.3.0-dev", "^7.3.0-dev", True),
        ("6.9.0-dev", "^7.0.0", False),
    ],
)
def test_development_versions(version: str, range_: str, fits: bool) -> None:
    assert satisfies(version, range_) is fits


@pytest.mark.parametrize(
    "range_",
    ["", "^", "a.b.c", "1.0.0 &", "| 1.0.0", "1.0.0 2.0.0", "=>1.0.0", "!=1.2.*", "~1.x", "1.0.0-", "1.0.0 - "],
)
def test_bad_ranges(range_: str) -> None:
    with pytest.raises(SpecError, match="bad version"):
        parse_range(range_)


@given(st.text() | st.text(alphabet="0123456789.^~<>=!&| -devx*v"))
def test_fuzz_ranges_raise_nothing_else(text: str) -> None:
    try:
        satisfies("7.3.0", text)
        npm_range(text)
        maven_range(text)
    except SpecError:
        return


@pytest.mark.parametrize(
    ("range_", "npm", "maven"),
    [
        ("6.1.0", "6.1.0", "6.1.0"),
        ("^6.1.0", ">=6.1.0 <7.0.0", "[6.1.0,7.0.0-SNAPSHOT)"),
        ("~6.1.0", ">=6.1.0 <6.2.0", "[6.1.0,6.2.0-SNAPSHOT)"),
        (">6.1.0", ">6.1.0", "(6.1.0,)"),
        ("<=6.1.0", "<=6.1.0", "(,6.1.0]"),
        (">=6.0.0 & >6.0.0 & <8.0.0 & <=7.0.0", ">=6.0.0 >6.0.0 <8.0.0 <=7.0.0", "(6.0.0,7.0.0]"),
        ("6.1.0 | ^7.0.0", "6.1.0 || >=7.0.0 <8.0.0", "[6.1.0],[7.0.0,8.0.0-SNAPSHOT)"),
        ("~6.1", ">=6.1.0 <7.0.0", "[6.1.0,7.0.0-SNAPSHOT)"),
        ("~6", ">=6.0.0", "[6.0.0,)"),
        ("6.1.0-dev", "6.1.0", "6.1.0-SNAPSHOT"),
        ("^6.1.0-dev", ">=6.1.0 <7.0.0", "[6.1.0-SNAPSHOT,7.0.0-SNAPSHOT)"),
        (">=6.1.0-dev", ">=6.1.0", "[6.1.0-SNAPSHOT,)"),
        ("6.0.0 | 6.1.0-dev", "6.0.0 || 6.1.0", "[6.0.0-SNAPSHOT],[6.1.0-SNAPSHOT]"),
        ("!=6.1.0", None, None),
    ],
)
def test_other_notations(range_: str, npm: str | None, maven: str | None) -> None:
    assert npm_range(range_) == npm
    assert maven_range(range_) == maven
