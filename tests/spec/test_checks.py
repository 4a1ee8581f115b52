"""Every kind of mistake in a spec is one SpecError that gives the line, what was expected and what came."""

from __future__ import annotations

from pathlib import Path

import pytest

from kms_trio.spec.errors import SpecError
from kms_trio.spec.loader import fuse, load_module
from kms_trio.spec.model import ModuleSpec
from kms_trio.spec.resolve import ResolvedModule, resolve

SPECS = Path(__file__).parents[2] / "module_specs"


@pytest.fixture(scope="module")
def dependencies() -> list[ModuleSpec]:
    return [load_module(SPECS, name) for name in ("core", "elements", "filters")]


def module(
    definitions: str, *, name: str = "m", version: str = "1.0.0", kurento: str = "^7.1.0", more: str = ""
) -> ModuleSpec:
    """A module of one file whose definitions begin at line 2."""
    header = f'{{"name": "{name}", "version": "{version}", "kurentoVersion": "{kurento}"{more},\n'
    return fuse({f"{name}.kmd.json": (header + definitions + "}").encode()})


def refused(spec: ModuleSpec, *dependencies: ModuleSpec) -> str:
    with pytest.raises(SpecError) as caught:
        resolve([spec, *dependencies])
    assert caught.value.location is not None
    return str(caught.value)


CLASS = '"remoteClasses": [{{"name": "A", "extends": "Filter",\n{}}}]'
REGISTER = '"complexTypes": [{{"name": "R", "typeFormat": "REGISTER",\n"properties": [{}]}}]'


@pytest.mark.parametrize(
    ("definitions", "error"),
    [
        # unknown names
        (CLASS.format('"properties": [{"name": "p", "type": "Nothing"}]'), "m.kmd.json:3: unknown type 'Nothing'"),
        (
            CLASS.format('"properties": [{"name": "p", "type": "x.Y"}]'),
            "unknown module 'x' of type 'x.Y' (expected one of",
        ),
        (CLASS.format('"methods": [{"name": "f", "return": {"type": "Y[]"}}]'), "m.kmd.json:3: unknown type 'Y[]'"),
        (CLASS.format('"methods": [{"name": "f", "params": [{"name": "p", "type": "Y"}]}]'), "unknown type 'Y'"),
        (CLASS.format('"events": ["Missing"]'), "m.kmd.json:3: unknown event 'Missing'"),
        (CLASS.format('"properties": [{"name": "p", "type": "string"}]'), ", such as 'String', found 'string')"),
        (CLASS.format('"events": ["ErorEvent"]'), "(expected an event of "),
        ('"remoteClasses": [{"name": "A", "extends": "Missing"}]', "m.kmd.json:2: unknown type 'Missing'"),
        ('"events": [{"name": "E", "extends": "Missing"}]', "m.kmd.json:2: unknown event 'Missing'"),
        # hierarchies
        (
            '"remoteClasses": [{"name": "A", "extends": "MediaType"}]',
            "bad 'extends' of class 'A' (expected a class, found",
        ),
        (
            '"remoteClasses": [{"name": "A", "extends": "B"},\n{"name": "B", "extends": "A"}]',
            "m.kmd.json:2: class 'A' extends itself (found A -> B -> A)",
        ),
        ('"remoteClasses": [{"name": "A", "extends": "A"}]', "class 'A' extends itself"),
        ('"events": [{"name": "E", "extends": "E"}]', "event 'E' extends itself"),
        (
            '"complexTypes": [{"name": "R", "typeFormat": "REGISTER", "extends": "S", "properties": [{"name": "p", '
            '"type": "R", "optional": true, "defaultValue": {}}]}, '
            '{"name": "S", "typeFormat": "REGISTER", "extends": "R"}]',
            "register 'R' extends itself",
        ),
        (
            '"remoteClasses": [{"name": "A", "extends": "B"}, {"name": "B", "extends": "C"}, '
            '{"name": "C", "extends": "B"}]',
            "too many ancestors of class 'A'",
        ),
        # duplicates
        (
            '"remoteClasses": [{"name": "A"},\n{"name": "A"}]',
            "m.kmd.json:3: name 'A' defined twice (found the first one at m",
        ),
        (
            '"remoteClasses": [{"name": "T"}], "complexTypes": [{"name": "T", "typeFormat": "REGISTER"}]',
            "'T' defined twice",
        ),
        ('"remoteClasses": [{"name": "Filter"}]', "name 'Filter' is taken by module 'core'"),
        ('"remoteClasses": [{"name": "String"}]', "name 'String' is that of a primitive type"),
        ('"events": [{"name": "E"}, {"name": "E"}]', "name 'E' defined twice"),
        (
            CLASS.format('"properties": [{"name": "p", "type": "int"},\n{"name": "p", "type": "int"}]'),
            "m.kmd.json:4: property 'p' of class 'A' defined twice",
        ),
        (
            CLASS.format('"properties": [{"name": "size", "type": "int"}], "methods": [{"name": "getSize"}]'),
            "method 'getSize' of class 'A' defined twice",
        ),
        (CLASS.format('"methods": [{"name": "f"}, {"name": "f"}]'), "method 'f' of class 'A' defined twice"),
        (CLASS.format('"events": ["Error", "Error"]'), "event 'Error' of class 'A' defined twice"),
        (
            REGISTER.format('{"name": "aB", "type": "int"}, {"name": "a_b", "type": "int"}'),
            "'a_b' of register 'R' defined twice",
        ),
        (
            '"complexTypes": [{"name": "E", "typeFormat": "ENUM", "values": ["X", "X"]}]',
            "value 'X' of enum 'E' defined twice",
        ),
        # parameters
        (
            CLASS.format(
                '"methods": [{"name": "f", "params": [{"name": "a", "type": "int", "optional": true},\n'
                '{"name": "b", "type": "int"}]}]'
            ),
            "m.kmd.json:4: required parameter 'b' of method 'A.f' follows the optional 'a'",
        ),
        (
            CLASS.format('"constructor": {"params": [{"name": "a", "type": "int", "optional": true}]}'),
            "m.kmd.json:3: optional parameter 'a' of constructor of 'A' has no default",
        ),
    ],
)
def test_mistakes(definitions: str, error: str, dependencies: list[ModuleSpec]) -> None:
    assert error in refused(module(definitions), *dependencies)


@pytest.mark.parametrize(
    ("type_", "default", "error"),
    [
        ("int", '"3"', "expected int, found the string '3'"),
        ("int", "true", "expected int, found true"),
        ("int", "1.5", "expected int, found the number 1.5"),
        ("int", "2147483648", "expected int, found the number 2147483648"),
        ("String", "3", "expected String, found the number 3"),
        ("boolean", '"true"', "expected boolean, found the string 'true'"),
        ("double", "null", "expected double, found null"),
        ("int[]", "3", "expected a list of int, found the number 3"),
        ("int[]", "[1, false]", "expected int, found false"),
        ("int<>", "[]", "expected an object of int, found a list"),
        ("MediaType", '"SMELL"', "expected one of AUDIO, DATA, VIDEO, found the string 'SMELL'"),
        ("Fraction", "[]", "expected an object for Fraction, found a list"),
        ("Fraction", '{"numerator": 1}', "lacks the required key 'denominator'"),
        ("Fraction", '{"numerator": 1, "denominator": 2, "x": 3}', "unknown key 'x'"),
        ("Fraction", '{"numerator": "1", "denominator": 2}', "key 'numerator' (expected int"),
        ("MediaElement", '"id"', "as MediaElement is a remote class"),
    ],
)
def test_defaults_of_the_wrong_type(type_: str, default: str, error: str, dependencies: list[ModuleSpec]) -> None:
    item = f'{{"name": "p", "type": "{type_}", "optional": true, "defaultValue": {default}}}'
    message = refused(module(CLASS.format(f'"constructor": {{"params": [{item}]}}')), *dependencies)
    assert message.startswith("m.kmd.json:3: ")
    assert error in message


@pytest.mark.parametrize(
    ("type_", "default"),
    [
        ("int", "-1"),
        ("int64", "2147483648"),
        ("float", "30"),
        ("String[]", '["a"]'),
        ("int<>", '{"a": 1}'),
        ("MediaType[]", '["AUDIO"]'),
        ("Fraction", '{"numerator": 1, "denominator": 2}'),
        ("elements.SDES", '{"key": "k"}'),
        ("SDES", "{}"),
    ],
)
def test_defaults_that_fit(type_: str, default: str, dependencies: list[ModuleSpec]) -> None:
    item = f'{{"name": "p", "type": "{type_}", "optional": true, "defaultValue": {default}}}'
    resolved = resolve([module(CLASS.format(f'"constructor": {{"params": [{item}]}}')), *dependencies])
    assert resolved["m"].warnings == ()


def test_a_default_without_effect_is_only_remarked_upon(dependencies: list[ModuleSpec]) -> None:
    spec = module(CLASS.format('"properties": [{"name": "p", "type": "int", "defaultValue": "3"}]'))
    assert resolve([spec, *dependencies])["m"].warnings == (
        "m.kmd.json:3: bad default of 'p' (expected int, found the string '3')",
    )


def test_imports(dependencies: list[ModuleSpec]) -> None:
    other = module('"remoteClasses": [{"name": "Other", "extends": "Filter"}]', name="other", version="2.1.0")
    spec = module(
        '"remoteClasses": [{"name": "A", "extends": "other.Other"}]',
        more=', "imports": [{"name": "other", "version": "~2.1"}]',
    )
    resolved: dict[str, ResolvedModule] = resolve([spec, *dependencies, other])
    assert list(resolved).index("other") < list(resolved).index("m")
    assert [(item.name, item.version) for item in resolved["m"].imports] == [
        ("other", "~2.1"),
        ("core", "^7.1.0"),
        ("elements", "^7.1.0"),
        ("filters", "^7.1.0"),
    ]
    # What is not imported is not seen, and a foreign type needs its module's name.
    assert "unknown module 'other'" in refused(
        module('"remoteClasses": [{"name": "A", "extends": "other.Other"}]'), other, *dependencies
    )
    bare = module(
        '"remoteClasses": [{"name": "A", "extends": "Other"}]',
        more=', "imports": [{"name": "other", "version": "~2.1"}]',
    )
    assert "(expected 'other.Other', found 'Other')" in refused(bare, other, *dependencies)


@pytest.mark.parametrize(
    ("imports", "version", "error"),
    [
        ('{"name": "x", "version": "1.0.0"}', "1.0.0", "Import 'x' not found in dependencies in any version"),
        (
            '{"name": "core", "version": "^6.0.0"}',
            "1.0.0",
            "Import 'core' with version ^6.0.0 not found in dependencies, found version: 7.3.0",
        ),
        (
            '{"name": "core", "version": "7.3.0-dev"}',
            "1.0.0",
            "release 'm' 1.0.0 imports a development version of 'core'",
        ),
        ('{"name": "core", "version": "7 to 8"}', "1.0.0", "bad version range '7 to 8'"),
        (
            '{"name": "core", "version": "^7.0.0"}, {"name": "core", "version": "^7.0.0"}',
            "1.0.0",
            "import 'core' given twice",
        ),
        ('{"name": "core", "version": "^7.0.0"}', "one", "bad version (expected major.minor.patch"),
    ],
)
def test_bad_imports(imports: str, version: str, error: str, dependencies: list[ModuleSpec]) -> None:
    spec = module('"events": []', version=version, more=f',\n"imports": [{imports}]')
    assert error in refused(spec, *dependencies)


def test_modules_that_import_each_other(dependencies: list[ModuleSpec]) -> None:
    first = module('"events": []', name="a", more=', "imports": [{"name": "b", "version": "1.0.0"}]')
    second = module('"events": []', name="b", more=', "imports": [{"name": "a", "version": "1.0.0"}]')
    assert "Found a dependency cycle in plugin 'a' (found a -> b -> a)" in refused(first, second, *dependencies)


def test_modules_without_what_they_need(dependencies: list[ModuleSpec]) -> None:
    assert "Import 'core' not found in dependencies in any version" in refused(module('"events": []'))
    assert "module 'core' given twice" in refused(dependencies[0], *dependencies)
    headless = fuse({"m.kmd.json": b'{"name": "m", "version": "1.0.0"}'})
    assert "m.kmd.json:1: module 'm' has no 'kurentoVersion'" in refused(headless, *dependencies)


def test_names_that_differ_by_capitals_in_what_is_only_imported(dependencies: list[ModuleSpec]) -> None:
    values = REGISTER.format('{"name": "streamID", "type": "int"}, {"name": "streamId", "type": "int"}')
    imported = module(values, name="older")
    use = '"complexTypes": [{"name": "S", "typeFormat": "REGISTER", "properties": [{"name": "r", "type": "older.R"}]}]'
    importing = module(use, more=', "imports": [{"name": "older", "version": "1.0.0"}]')
    assert "m" in resolve([importing, imported, *dependencies], written="m")
    assert "'streamId' of register 'R' defined twice" in refused(importing, imported, *dependencies)
