"""Values of Python to wire JSON and back.

Registers and enumerations are the generated classes, media objects travel as their ids. Writing needs no types; reading
goes by the type that the spec declares and raises ProtocolError, and nothing else, for what does not fit. Fields that
this client does not know, of a newer server, are passed over.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from types import NoneType, UnionType
from typing import Any, Final, Protocol, Union, get_args, get_origin, get_type_hints, runtime_checkable

import attrs

from kms_trio.client.errors import ProtocolError
from kms_trio.client.module import Modules
from kms_trio.dispatch import TypeRef

MODULE_KEY: Final = "__module__"
TYPE_KEY: Final = "__type__"

#: Makes the object of a class that has an id.
MakeObject = Callable[[type[Any], str], Any]


@runtime_checkable
class MediaObjectLike(Protocol):
    """What travels as an id."""

    TYPE: str
    PACKAGE: str

    @property
    def id(self) -> str:
        """Identifier on the server."""


def write(value: Any) -> Any:
    """The JSON of a value. Raises TypeError for what no spec can ask for."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return str(value)
        case Mapping():
            return {str(key): write(item) for key, item in value.items()}
        case Sequence():
            return [write(item) for item in value]
    names = getattr(value, "WIRE_NAMES", None)
    if names is not None:
        written = {MODULE_KEY: value.MODULE, TYPE_KEY: value.TYPE}
        fields = {wire_name: getattr(value, attribute) for attribute, wire_name in names.items()}
        return written | {name: write(item) for name, item in fields.items() if item is not None}
    if isinstance(value, MediaObjectLike):
        return value.id
    raise TypeError(f"cannot be sent: {value!r} (expected what the spec declares)")


class Reader:
    """Reads what a server sends to one client, whose objects `make_object` makes."""

    def __init__(self, modules: Modules, make_object: MakeObject) -> None:
        self._modules = modules
        self._make_object = make_object
        self._hints: dict[type[Any], Mapping[str, Any]] = {}

    def result(self, value: Any, type_ref: TypeRef | None, where: str) -> Any:
        """A result of the declared type; None for an operation without one. Raises ProtocolError."""
        if type_ref is None:
            return None
        return self._reference(value, type_ref, where)

    def event(self, data: Any, event_type: type[Any]) -> Any:
        """An event from its `data`. Raises ProtocolError."""
        return self._record(data, event_type, event_type.TYPE)

    def _reference(self, value: Any, type_ref: TypeRef, where: str) -> Any:
        python = type_ref.python
        assert python is not None
        if value is None and type_ref.container:
            value = [] if type_ref.container == "[]" else {}  # how Kurento writes an empty one
        match type_ref.container:
            case "[]":
                items = _expect(value, list, "a list", where)
                return tuple(self._one(item, python, f"{where}[{index}]") for index, item in enumerate(items))
            case "<>":
                entries = _expect(value, dict, "an object", where)
                return {key: self._one(item, python, f"{where}.{key}") for key, item in entries.items()}
        if value is None and type_ref.kind == "remote":
            return None
        return self._one(value, python, where)

    def _annotated(self, value: Any, annotation: Any, where: str) -> Any:
        """A field of a register or event, by its annotation."""
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin in (Union, UnionType):
            if value is None:
                return None
            annotation = next(each for each in arguments if each is not NoneType)
            return self._annotated(value, annotation, where)
        if origin is Sequence:
            items = _expect(value, list, "a list", where)
            return tuple(self._annotated(item, arguments[0], f"{where}[{index}]") for index, item in enumerate(items))
        if origin is Mapping:
            entries = _expect(value, dict, "an object", where)
            return {key: self._annotated(item, arguments[1], f"{where}.{key}") for key, item in entries.items()}
        return self._one(value, annotation, where)

    def _one(self, value: Any, python: type[Any], where: str) -> Any:
        if python is str:
            return _expect(value, str, "a string", where)
        if python is bool:
            return _expect(value, bool, "a boolean", where)
        if python is int:
            return _whole(value, where)
        if python is float:
            return _number(value, where)
        if issubclass(python, enum.Enum):
            return _member(value, python, where)
        if hasattr(python, "WIRE_NAMES"):
            return self._record(value, python, where)
        object_id = _expect(value, str, "the id of an object", where)
        return self._make_object(self._modules.class_of(object_id, python), object_id)

    def _record(self, value: Any, declared: type[Any], where: str) -> Any:
        fields = _expect(value, dict, "an object", where)
        record = self._subtype(fields, declared)
        hints = self._hints.get(record)
        if hints is None:
            hints = self._hints[record] = get_type_hints(record)
        arguments: dict[str, Any] = {}
        for field in attrs.fields(record):
            wire_name = record.WIRE_NAMES[field.name]
            given = fields.get(wire_name)
            if given is not None:
                arguments[field.name] = self._annotated(given, hints[field.name], f"{where}.{wire_name}")
            elif field.default is attrs.NOTHING:
                raise ProtocolError(f"{where}.{wire_name} is missing")
        return record(**arguments)

    def _subtype(self, fields: Mapping[str, Any], declared: type[Any]) -> type[Any]:
        """The register that the value says it is, when that is known and extends what is declared."""
        found = self._modules.register(f"{fields.get(MODULE_KEY)}.{fields.get(TYPE_KEY)}")
        return found if found is not None and issubclass(found, declared) else declared


def read_value(result: Any, method: str) -> Any:
    """The `value` in a result. Raises ProtocolError."""
    return _expect(result, dict, "an object", f"result of {method}").get("value")


def read_id(result: Any, where: str) -> str:
    """The id of a new object in a result of `create`. Raises ProtocolError."""
    object_id: str = _expect(read_value(result, "create"), str, "the id of the new object", where)
    return object_id


def _expect(value: Any, python: type[Any], expected: str, where: str) -> Any:
    if not isinstance(value, python):
        raise _mismatch(where, expected, value)
    return value


def _whole(value: Any, where: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise _mismatch(where, "a whole number", value)


def _number(value: Any, where: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _mismatch(where, "a number", value)
    try:
        return float(value)
    except OverflowError:
        raise _mismatch(where, "a number of 64 bits", value) from None


def _member(value: Any, python: type[enum.Enum], where: str) -> enum.Enum:
    try:
        return python(value)
    except ValueError:
        raise _mismatch(where, f"one of {', '.join(str(item.value) for item in python)}", value) from None


def _mismatch(where: str, expected: str, value: Any) -> ProtocolError:
    text = repr(value)
    return ProtocolError(f"{where}: expected {expected}, found {text if len(text) <= 80 else f'{text[:77]}...'}")
