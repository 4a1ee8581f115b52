from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kms_trio.settings import SettingsError
from kms_trio.settings.json_edit import with_value
from kms_trio.settings.readers.json_format import parse_json
from kms_trio.settings.reference import reference_files

PATH = ("kmsTrio", "plugins", "disabled")


def test_the_rest_of_the_file_stays() -> None:
    text = """{
  "//": "first comment",
  "//": "second comment",
  "mediaServer": {"net": {"websocket": {"port": 8888}}},  // by the network people
  "kmsTrio": {
    /* nobody knows */
    "plugins": {"disabled": ["a"]}
  }
}
"""
    changed = with_value(text, PATH, ["b", "c"])
    assert changed == text.replace('["a"]', '[\n        "b",\n        "c"\n      ]')
    assert parse_json(changed)["kmsTrio"] == {"plugins": {"disabled": ["b", "c"]}}


def test_what_is_missing_is_added() -> None:
    text = '{\n  "metadata": {},\n  "//": "last"\n}\n'
    assert with_value(text, PATH, "x") == (
        '{\n  "metadata": {},\n  "//": "last",\n'
        '  "kmsTrio": {\n    "plugins": {\n      "disabled": "x"\n    }\n  }\n}\n'
    )
    assert json.loads(with_value("{}", PATH, "x")) == {"kmsTrio": {"plugins": {"disabled": "x"}}}
    assert parse_json(with_value('{"kmsTrio": { }}', PATH, [])) == {"kmsTrio": {"plugins": {"disabled": []}}}


def test_of_a_repeated_name_the_last_counts() -> None:
    text = '{"kmsTrio": 1, "kmsTrio": {"plugins": {"disabled": "a"}}}'
    assert parse_json(with_value(text, PATH, "b"))["kmsTrio"]["plugins"] == {"disabled": "b"}


def test_reference_file() -> None:
    text = reference_files()["kurento.conf.json"]
    changed = with_value(text, PATH, ["filters"])
    before, after = parse_json(text), parse_json(changed)
    assert after["kmsTrio"].pop("plugins") == {"disabled": ["filters"]}
    before["kmsTrio"].pop("plugins")
    assert after == before
    assert changed.count('"//"') == text.count('"//"')


@pytest.mark.parametrize("text", ['{"kmsTrio": []}', "[1]", "", '{"kmsTrio": {"plugins": 1}}'])
def test_what_cannot_be_changed(text: str) -> None:
    with pytest.raises(SettingsError):
        with_value(text, PATH, "x")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('ab{}":, \\\n', max_size=3), inner, max_size=3),
)


@given(st.dictionaries(st.text('ab{}":, \\\n/', max_size=3), JSON, max_size=3), st.sampled_from([None, 0, 2]), JSON)
def test_fuzz_any_object(before: dict[str, Any], indent: int | None, value: Any) -> None:
    before.pop("a", None)
    changed = json.loads(with_value(json.dumps(before, indent=indent), ("a", "b"), value))
    assert changed == {**before, "a": {"b": value}}


@given(st.text())
@example("{}")
def test_fuzz_any_text(text: str) -> None:
    try:
        changed = with_value(text, ("a",), 1)
    except SettingsError:
        return
    assert parse_json(changed)["a"] == 1
