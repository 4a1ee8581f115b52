"""Whether a `defaultValue` fits its type."""

from __future__ import annotations

from typing import Any

from kms_trio.spec.errors import Location, SpecError
from kms_trio.spec.model import ComplexType, DataItem, TypeName
from kms_trio.spec.object_reader import describe
from kms_trio.spec.symbols import Scope

_INT_BITS = {"int": 32, "int64": 64}


def check_default(item: DataItem, scope: Scope) -> None:
    """Raise SpecError when the default of `item` is no value of its type."""
    _check(item.default, item.type, scope, f"default of '{item.name}'", item.location)


def _check(value: Any, type_name: TypeName, scope: Scope, what: str, location: Location) -> None:
    element = TypeName(type_name.module, type_name.name, "")
    if type_name.container == "[]":
        if not isinstance(value, list):
            raise _mismatch(what, location, f"a list of {element}", value)
        for item in value:
            _check(item, element, scope, what, location)
    elif type_name.container == "<>":
        if not isinstance(value, dict):
            raise _mismatch(what, location, f"an object of {element}", value)
        for item in value.values():
            _check(item, element, scope, what, location)
    else:
        symbol = scope.type(element, location)
        match symbol.kind:
            case "primitive":
                _check_primitive(value, symbol.name, what, location)
            case "remote":
                raise _mismatch(what, location, f"none, as {element} is a remote class", value)
            case _:
                assert isinstance(symbol.definition, ComplexType)
                _check_complex(value, symbol.definition, scope, what, location)


def _check_primitive(value: Any, name: str, what: str, location: Location) -> None:
    match name:
        case "String":
            good = isinstance(value, str)
        case "boolean":
            good = isinstance(value, bool)
        case "int" | "int64":
            limit = 2 ** (_INT_BITS[name] - 1)
            good = isinstance(value, int) and not isinstance(value, bool) and -limit <= value < limit
        case _:
            good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good:
        raise _mismatch(what, location, name, value)


def _check_complex(value: Any, definition: ComplexType, scope: Scope, what: str, location: Location) -> None:
    if definition.type_format == "ENUM":
        if not isinstance(value, str) or value not in definition.values:
            raise _mismatch(what, location, f"one of {', '.join(definition.values)}", value)
        return
    if not isinstance(value, dict):
        raise _mismatch(what, location, f"an object for {definition.name}", value)
    properties = {item.name: item for item in register_properties(definition, scope)}
    for key, entry in value.items():
        if key not in properties:
            raise SpecError(
                f"{what} has an unknown key '{key}'", location, expected=f"one of {', '.join(sorted(properties))}"
            )
        _check(entry, properties[key].type, scope, f"{what}, key '{key}'", location)
    for name, item in properties.items():
        if not item.optional and name not in value:
            raise SpecError(f"{what} lacks the required key '{name}'", location, expected=f"a value for '{name}'")


def register_properties(definition: ComplexType, scope: Scope) -> tuple[DataItem, ...]:
    """The properties of a register, inherited ones first."""
    inherited: tuple[DataItem, ...] = ()
    if definition.extends is not None:
        parent = scope.type(definition.extends, definition.location).definition
        if isinstance(parent, ComplexType) and parent is not definition:
            inherited = register_properties(parent, scope)
    return (*inherited, *definition.properties)


def _mismatch(what: str, location: Location, expected: str, value: Any) -> SpecError:
    return SpecError(f"bad {what}", location, expected=expected, found=describe(value))
