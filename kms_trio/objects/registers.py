"""Registers and events on the wire: JSON objects whose keys are the wire names of the fields.

Registers are written with `__module__` and `__type__`; both may be left out on the way in, and may name a subtype of
what was declared. Fields that are not set are left out.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Union, get_args, get_origin, get_type_hints

import attrs
import cattrs

from kms_trio.dispatch import wire_prefix
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.generated.core.events import RaiseBase
from kms_trio.objects.leniency import NotConvertibleError

if TYPE_CHECKING:
    from kms_trio.dispatch import ModuleDescriptor

MODULE_KEY: Final = "__module__"
TYPE_KEY: Final = "__type__"
AS_THEY_ARE: Final = frozenset({str, int, bool})
"""Exactly these types are JSON already, and most of what is written; enumerations are not among them."""


@attrs.frozen
class _Field:
    """One field of a register: where it stands on both sides and how it is read."""

    attribute: str
    wire_name: str
    required: bool
    expected: str
    read: Callable[[Any], Any]


class RegisterHooks:
    """Makes cattrs hooks for the generated attrs classes."""

    def __init__(self, converter: cattrs.Converter, modules: Mapping[str, ModuleDescriptor]) -> None:
        self._converter = converter
        self._types = {
            (wire_prefix(module.name), name): register
            for module in modules.values()
            for name, register in module.registers.items()
        }

    def reader(self, declared: type[Any]) -> Callable[[Any, Any], Any]:
        """Make the hook that reads a `declared` register or, where the value says so, a subtype of it."""
        fields: tuple[_Field, ...] | None = None  # a register may contain itself, so not before the first use

        def read(value: Any, _: Any) -> Any:
            nonlocal fields
            if not isinstance(value, dict):
                raise NotConvertibleError("object")
            actual = self._actual_type(value, declared)
            if actual is not declared:
                return self._converter.get_structure_hook(actual)(_without_type(value), actual)
            if fields is None:
                fields = self._fields(declared)
            return declared(**_arguments(value, fields))

        return read

    def writer(self, record: type[Any]) -> Callable[[Any], dict[str, Any]]:
        """Make the hook that writes a register or event."""
        names: Mapping[str, str] = record.WIRE_NAMES
        unstructure = self._converter.unstructure
        head: dict[str, Any] = {}
        if not issubclass(record, RaiseBase):
            head = {MODULE_KEY: record.MODULE, TYPE_KEY: record.TYPE}

        def write(value: Any) -> dict[str, Any]:
            written = dict(head)
            for attribute, wire_name in names.items():
                each = getattr(value, attribute)
                if each is not None:
                    written[wire_name] = each if type(each) in AS_THEY_ARE else unstructure(each)
            return written

        return write

    def _fields(self, record: type[Any]) -> tuple[_Field, ...]:
        hints = get_type_hints(record)
        return tuple(
            _Field(
                attribute=field.name,
                wire_name=record.WIRE_NAMES[field.name],
                required=field.default is attrs.NOTHING,
                expected=_expected(_not_optional(hints[field.name])),
                read=self._field_reader(_not_optional(hints[field.name])),
            )
            for field in attrs.fields(record)
        )

    def _field_reader(self, annotation: Any) -> Callable[[Any], Any]:
        """Containers are read here, so that a wrong one is told by name."""
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Sequence:
            read_item = self._field_reader(arguments[0])
            return lambda value: tuple(read_item(item) for item in _checked(value, list, "list"))
        if origin is Mapping:
            read_item = self._field_reader(arguments[1])
            return lambda value: {key: read_item(item) for key, item in _checked(value, dict, "map").items()}
        return lambda value: self._converter.get_structure_hook(annotation)(value, annotation)

    def _actual_type(self, value: Mapping[str, Any], declared: type[Any]) -> type[Any]:
        module, name = value.get(MODULE_KEY), value.get(TYPE_KEY)
        if not isinstance(module, str) or not isinstance(name, str):
            return declared
        actual = self._types.get((module, name))
        if actual is None:
            raise KurentoError(ErrorCode.INTERNAL_ERROR, f"Unknown type '{module}.{name}'", data_type=None)
        if not issubclass(actual, declared):
            raise KurentoError(ErrorCode.UNEXPECTED_ERROR, f"Type {name} is not compatible")
        return actual


def is_record(candidate: Any) -> bool:
    """Whether cattrs has a generated register or event class before it."""
    return isinstance(candidate, type) and attrs.has(candidate) and hasattr(candidate, "WIRE_NAMES")


def _arguments(value: Mapping[str, Any], fields: tuple[_Field, ...]) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for field in fields:
        given = value.get(field.wire_name)
        if given is None and not (field.required and field.wire_name in value):
            if field.required:
                raise _property_error(field.wire_name, field.expected)
            continue
        try:
            arguments[field.attribute] = field.read(given)
        except NotConvertibleError as mismatch:
            raise _property_error(field.wire_name, mismatch.expected) from None
    return arguments


def _property_error(name: str, expected: str) -> KurentoError:
    return KurentoError(ErrorCode.MARSHALL_ERROR, f"'{name}' property should be a {expected}")


def _without_type(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: each for key, each in value.items() if key not in (MODULE_KEY, TYPE_KEY)}


def _not_optional(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, UnionType):
        return next(each for each in get_args(annotation) if each is not NoneType)
    return annotation


def _expected(annotation: Any) -> str:
    """The word for `annotation` in the message about a missing field."""
    origin = get_origin(annotation)
    if origin is Sequence:
        return "list"
    if origin is Mapping:
        return "map"
    if is_record(annotation):
        return "object"
    if issubclass(annotation, enum.Enum):
        return "string"
    return {bool: "boolean", int: "integer", float: "double"}.get(annotation, "string")


def _checked(value: Any, container: type[Any], expected: str) -> Any:
    if not isinstance(value, container):
        raise NotConvertibleError(expected)
    return value
