"""Whatever is in a file: a tree or a SettingsError, nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.settings import Settings, SettingsError, load
from kms_trio.settings.options import walk
from kms_trio.settings.readers import READERS, read_file

ROWS = tuple(walk(Settings))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
syntax = st.text(alphabet=st.sampled_from('{}[]<>=;:,."\\/#\n \t&!?-ab1') | st.characters(), max_size=200)
json_texts = st.dictionaries(st.sampled_from(["//", "a", "b"]), json_values).map(json.dumps)


@pytest.mark.parametrize("parse", READERS.values(), ids=READERS.keys())
@given(text=syntax | json_texts)
def test_fuzz_readers(parse: Callable[[str], dict[str, Any]], text: str) -> None:
    try:
        tree = parse(text)
    except SettingsError as error:
        assert str(error)
    else:
        assert isinstance(tree, dict)


@given(data=st.binary(max_size=200), extension=st.sampled_from(sorted(READERS)))
def test_fuzz_bytes_on_disk(tmp_path_factory: pytest.TempPathFactory, data: bytes, extension: str) -> None:
    file: Path = tmp_path_factory.getbasetemp() / f"fuzz.conf{extension}"
    file.write_bytes(data)
    try:
        read_file(file)
    except SettingsError as error:
        assert str(error).startswith(f"{file}: ")


@given(row=st.sampled_from(ROWS), raw=json_values | syntax)
def test_fuzz_values(row: Any, raw: Any) -> None:
    try:
        settings = load(overrides={".".join(row.path): raw}).settings
    except SettingsError as error:
        assert row.option.key in str(error)
    else:
        assert isinstance(settings, Settings)


@given(
    tree=st.recursive(
        json_values,
        lambda inner: st.dictionaries(
            st.sampled_from(
                ["mediaServer", "net", "websocket", "modules", "kurento", "SdpEndpoint", "kmsTrio", "port", "metadata"]
            ),
            inner,
            max_size=4,
        ),
        max_leaves=20,
    )
)
def test_fuzz_whole_files(tmp_path_factory: pytest.TempPathFactory, tree: Any) -> None:
    file = tmp_path_factory.getbasetemp() / "whole.conf.json"
    file.write_text(json.dumps(tree))
    try:
        load(conf_file=file, unknown_keys="warn")
    except SettingsError as error:
        assert error.problems
