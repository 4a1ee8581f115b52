"""Files fused into a module, and the shape of what they may hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.spec.errors import SpecError
from kms_trio.spec.loader import find_files, fuse, load_module
from kms_trio.spec.model import TypeName
from kms_trio.spec.resolve import resolve

HEADER = b'{"name": "m", "version": "1.0.0", "kurentoVersion": "^7.0.0"}'


def test_a_folder_becomes_one_module(tmp_path: Path) -> None:
    (tmp_path / "m.kmd.json").write_bytes(HEADER)
    (tmp_path / "m.B.kmd.json").write_text('{"events": [{"name": "Seen"}], "remoteClasses": [{"name": "B"}]}')
    (tmp_path / "m.A.kmd.json").write_text('{"remoteClasses": [{"name": "A", "extends": "B"}]}')
    (tmp_path / "other.kmd.json").write_text('{"name": "other", "version": "1.0.0"}')
    (tmp_path / "notes.txt").write_text("not a spec")
    module = load_module(tmp_path, "m")
    assert module.name == "m"
    assert [item.name for item in module.remote_classes] == ["A", "B"]
    assert [item.name for item in module.events] == ["Seen"]
    assert module.remote_classes[0].location.file == str(tmp_path / "m.A.kmd.json")
    assert len(find_files([tmp_path])) == 4


def test_a_class_is_read_completely() -> None:
    module = fuse(
        {
            "m.kmd.json": HEADER[:-1]
            + rb""", "remoteClasses": [{
              "name": "Thing", "doc": "What
it is.", "extends": "core.Filter", "abstract": true,
              "constructor": {"params": [{"name": "size", "type": "int", "optional": true, "defaultValue": 3}]},
              "properties": [{"name": "on", "type": "boolean", "readOnly": true}, null,
                             {"name": "off", "type": "Tag[]"}],
              "methods": [{"name": "go", "return": {"type": "String<>", "name": "stray"}}],
              "events": ["Seen", "core.Error"],
            }]}"""
        }
    )
    thing = module.remote_classes[0]
    assert (thing.doc, thing.abstract, thing.creatable) == ("What\nit is.", True, False)
    assert thing.extends == TypeName("core", "Filter", "")
    assert thing.constructor is not None
    size = thing.constructor.parameters[0]
    assert (size.optional, size.has_default, size.default) == (True, True, 3)
    assert [(item.name, str(item.type), item.settable) for item in thing.properties] == [
        ("on", "boolean", False),
        ("off", "Tag[]", True),
    ]
    assert thing.methods[0].returns is not None
    assert thing.methods[0].returns.type == TypeName(None, "String", "<>")
    assert [str(event.type) for event in thing.events] == ["Seen", "core.Error"]
    assert module.warnings == ()


def test_unknown_keys_are_remarked_upon() -> None:
    module = fuse({"m": HEADER[:-1] + b',\n"remoteClases": []}'})
    assert module.warnings == ("m:2: module spec has an unknown key 'remoteClases'",)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no spec files"),
        ({"a": HEADER, "b": b'{"version":\n"2.0.0"}'}, r"b:1: 'version' given in two files .*first one at a:1"),
        ({"a": b"[]"}, "a:1: bad module spec .*expected an object, found a list"),
        ({"a": b'{"version": "1.0.0"}'}, "a:1: module has no 'name'"),
        ({"a": b'{"name": "m"}'}, "module 'm' has no 'version'"),
        ({"a": b'{"name": 3}'}, "bad 'name' of module .*expected a string, found the number 3"),
        ({"a": b'{"name": "a b", "version": "1"}'}, "bad name of module .*found 'a b'"),
        ({"a": HEADER[:-1] + b', "code": []}'}, "bad 'code'"),
        (
            {"a": HEADER[:-1] + b', "events": {}}'},
            "a:1: bad 'events' of module spec .*expected a list, found an object",
        ),
        ({"a": HEADER[:-1] + b', "events": ["Seen"]}'}, "bad event .*expected an object, found the string 'Seen'"),
        ({"a": HEADER[:-1] + b', "imports": [{"name": "x"}]}'}, "import 'x' has no 'version'"),
    ],
)
def test_bad_headers(files: dict[str, bytes], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        fuse(files)


@pytest.mark.parametrize(
    ("definitions", "message"),
    [
        ('"remoteClasses": [{"name": "A",\n"abstract": "yes"}]', "m:2: bad 'abstract' .*expected true or false"),
        ('"remoteClasses": [{"name": "A", "extends": "B<"}]', r"bad type .*found 'B<'"),
        ('"remoteClasses": [{"name": "A", "events": [3]}]', "bad event name .*found the number 3"),
        ('"remoteClasses": [{"name": "A", "properties": [{"name": "p"}]}]', "'p' has no 'type'"),
        ('"remoteClasses": [{"name": "A", "methods": [{"name": "m", "return": {}}]}]', "return value has no 'type'"),
        ('"complexTypes": [{"name": "T", "typeFormat":\n"RECORD"}]', "m:1: bad format .*expected 'ENUM' or 'REGISTER'"),
        ('"complexTypes": [{"name": "T", "typeFormat": "ENUM"}]', "'T' has no values"),
        ('"complexTypes": [{"name": "T", "typeFormat": "ENUM", "values": [true]}]', "bad enum value .*found true"),
    ],
)
def test_bad_definitions(definitions: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        fuse({"m": HEADER[:-1] + b", " + definitions.encode() + b"}"})


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"cannot read .*nothing\.kmd\.json: No such file"):
        load_module(tmp_path / "nothing.kmd.json")
    with pytest.raises(SpecError, match=r"no spec files .*expected m\*\.kmd\.json"):
        load_module(tmp_path, "m")


keys = st.sampled_from(
    [
        "name",
        "version",
        "kurentoVersion",
        "imports",
        "code",
        "remoteClasses",
        "complexTypes",
        "events",
        "doc",
        "extends",
        "abstract",
        "constructor",
        "params",
        "properties",
        "methods",
        "return",
        "type",
        "typeFormat",
        "values",
        "optional",
        "defaultValue",
        "readOnly",
        "final",
    ]
)
words = st.sampled_from(
    ["m", "core", "A", "B", "A[]", "m.A<>", "int", "String", "ENUM", "REGISTER", "1.0.0", "^7.0.0", "|"]
)
specs = st.recursive(
    st.none() | st.booleans() | st.integers() | words | st.text(max_size=5),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(keys, children, max_size=6),
    max_leaves=30,
)
item = st.fixed_dictionaries({"name": words, "type": words, "defaultValue": specs, "optional": st.booleans()})
members = st.lists(
    st.fixed_dictionaries(
        {"name": words},
        optional={
            "type": words,
            "extends": words,
            "typeFormat": st.sampled_from(["ENUM", "REGISTER"]),
            "values": st.lists(words, max_size=2),
            "properties": st.lists(
                st.fixed_dictionaries({"name": words, "type": words, "defaultValue": specs}), max_size=2
            ),
            "constructor": specs,
            "events": st.lists(words, max_size=2),
        },
    ),
    max_size=3,
)
modules = st.fixed_dictionaries(
    {"name": st.sampled_from(["core", "elements"]), "version": words},
    optional={"kurentoVersion": words, "remoteClasses": members, "complexTypes": members, "events": members},
)


@given(specs | modules)
def test_fuzz_specs_raise_nothing_else(value: Any) -> None:
    try:
        resolve([fuse({"m": json.dumps(value).encode()})])
    except SpecError:
        return
