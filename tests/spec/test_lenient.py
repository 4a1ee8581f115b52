"""The lenient JSON reader: what it takes beyond the standard, what it refuses, and where it points."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.spec.errors import SpecError
from kms_trio.spec.lenient import MAX_DEPTH, parse

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=20,
)


@given(json_values, st.booleans())
def test_reads_what_json_reads(value: Any, ascii_only: bool) -> None:
    data = json.dumps(value, ensure_ascii=ascii_only).encode()
    assert parse(data, "x").plain() == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("\ufeff{}", {}),
        ('{"a": 1, // one\n "b": 2}', {"a": 1, "b": 2}),
        ("# note\n[1, /* two\nlines */ 2]", [1, 2]),
        ('{"doc": "first\nsecond\tthird"}', {"doc": "first\nsecond\tthird"}),
        ('["http://a//b", "/* no comment */", "# none"]', ["http://a//b", "/* no comment */", "# none"]),
        ("[1, 2, ]", [1, 2]),
        ("[, 1,, 2]", [1, 2]),
        ('{"a": 1,}', {"a": 1}),
        (r'"\u00e9\ud83d\ude00\n\/"', "é😀\n/"),
        ("-1.5e3", -1500.0),
        ("\r\n[\r\n]\r\n", []),
    ],
)
def test_leniency(text: str, value: Any) -> None:
    assert parse(text.encode(), "x").plain() == value


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "not a value"),
        ('{"a": 1\n "b": 2}', 2, "after the value of 'a'"),
        ('{\n"a" 1}', 2, "expected ':'"),
        ("{\na: 1}", 2, "a key in double quotes"),
        ('{"a": 1,\n"a": 2}', 2, "key 'a' given twice"),
        ("[1\n2]", 2, "expected ',' or ']'"),
        ('\n"open', 2, "without an end"),
        ('[\n"\\q"]', 2, "bad escape"),
        ('["\\u12"]', 1, "bad escape"),
        (r'["\ud800"]', 1, "surrogate"),
        ("[NaN]", 1, "not a value"),
        ("[1e999]", 1, "out of range"),
        ("[01]", 1, "bad number"),
        ("[1.]", 1, "bad number"),
        ("{}\n{}", 2, "after the end"),
        ("/* open", 1, "not a value"),
        ("[" * (MAX_DEPTH + 2), 1, "nested too deeply"),
        ("tru", 1, "not a value"),
    ],
)
def test_errors_point_at_the_line(text: str, line: int, words: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse(text.encode(), "some.kmd.json")
    assert caught.value.location is not None
    assert caught.value.location.file == "some.kmd.json"
    assert caught.value.location.line == line
    assert words in str(caught.value)


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(SpecError, match=r"x:2: not UTF-8 text .*byte 0xff"):
        parse(b'{\n"a": "\xff"}', "x")


@given(st.binary())
def test_fuzz_bytes_raise_nothing_else(data: bytes) -> None:
    try:
        parse(data, "x")
    except SpecError:
        return


@given(st.text(alphabet='{}[]",:\\/*#\n\r u0123456789aefinrstbld.+-'))
def test_fuzz_syntax_raises_nothing_else(text: str) -> None:
    try:
        parse(text.encode(), "x")
    except SpecError:
        return
