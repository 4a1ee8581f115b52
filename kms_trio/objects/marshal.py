"""Wire JSON to typed values and back, through one cattrs converter a server.

Primitives are read leniently (`leniency`), enumerations by their text, registers field by field with their wire names,
media objects by id from the directory. What does not fit raises KurentoError with the text that Kurento's clients know:
`'uri' parameter should be a string`, `'codec' property should be a string`, `Invalid value for 'MediaType'`.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

import cattrs

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.generated.core.events import RaiseBase
from kms_trio.generated.core.interfaces import MediaObjectInterface
from kms_trio.objects import leniency
from kms_trio.objects.leniency import NotConvertibleError
from kms_trio.objects.registers import RegisterHooks, is_record

if TYPE_CHECKING:
    from kms_trio.dispatch import ModuleDescriptor, TypeRef
    from kms_trio.objects.directory import Directory

Read = Callable[[Any], Any]
E = TypeVar("E", bound=RaiseBase)

_PRIMITIVES: Final[Mapping[str, Read]] = {
    "String": leniency.to_text,
    "boolean": leniency.to_boolean,
    "int": leniency.to_int32,
    "int64": leniency.to_int64,
    "float": leniency.to_double,
    "double": leniency.to_double,
}

_EXPECTED: Final[Mapping[str, str]] = {
    "String": "string",
    "boolean": "boolean",
    "int": "integer",
    "int64": "int64",
    "float": "double",
    "double": "double",
}


class Marshaller:
    """Reads parameters and writes results of one server."""

    def __init__(self, directory: Directory, modules: Mapping[str, ModuleDescriptor]) -> None:
        self._directory = directory
        self._readers: dict[TypeRef, Read] = {}
        converter = cattrs.Converter(detailed_validation=False)
        for python_type, read in (
            (str, leniency.to_text),
            (bool, leniency.to_boolean),
            (int, leniency.to_register_integer),
            (float, leniency.to_double),
        ):
            converter.register_structure_hook(python_type, lambda value, _, read=read: read(value))
        # By class, not by predicate: an enumeration's members are texts, and cattrs asks for classes first.
        converter.register_structure_hook(enum.StrEnum, read_enum)
        converter.register_structure_hook_func(_is_media_object, self._find)
        converter.register_unstructure_hook_func(_is_media_object, lambda media_object: media_object.id)
        converter.register_unstructure_hook(float, lambda value: value if math.isfinite(value) else None)
        registers = RegisterHooks(converter, modules)
        converter.register_structure_hook_factory(is_record, registers.reader)
        converter.register_unstructure_hook_factory(is_record, registers.writer)
        self._converter = converter

    def read_parameter(self, value: Any, type_ref: TypeRef, name: str) -> Any:
        """Turn the JSON `value` of the parameter `name` into Python. Raises KurentoError 40001, 40101 or 40107."""
        reader = self._readers.get(type_ref)
        if reader is None:
            reader = self._readers[type_ref] = self._reader(type_ref)
        try:
            return reader(value)
        except NotConvertibleError as mismatch:
            raise parameter_error(name, mismatch.expected) from None

    def write(self, value: Any) -> Any:
        """Turn a result into JSON."""
        return self._converter.unstructure(value)

    def write_event(self, event: RaiseBase) -> dict[str, Any]:
        """Turn an event into the JSON object of its `data`."""
        data: dict[str, Any] = self._converter.unstructure(event)
        return data

    def read_event(self, data: Mapping[str, Any], event_type: type[E]) -> E:
        """Make an event of that class of its `data`. Raises KurentoError 40001 for what it does not fit."""
        event: E = self._converter.structure(data, event_type)
        return event

    def _reader(self, type_ref: TypeRef) -> Read:
        read_one = self._element_reader(type_ref)
        if type_ref.container == "[]":
            return lambda value: [read_one(item) for item in _checked(value, list, "list")]
        if type_ref.container == "<>":
            return lambda value: {key: read_one(item) for key, item in _checked(value, dict, "map").items()}
        return read_one

    def _element_reader(self, type_ref: TypeRef) -> Read:
        if type_ref.kind == "primitive":
            return _PRIMITIVES[type_ref.name]
        python_type = type_ref.python
        assert python_type is not None
        hook = self._converter.get_structure_hook(python_type)
        return lambda value: hook(value, python_type)

    def _find(self, value: Any, interface: type[Any]) -> MediaObjectInterface:
        """The object with the id `value`, which has to be what the parameter asks for."""
        media_object: MediaObjectInterface = self._directory.get(leniency.to_text(value))
        if not issubclass(type(media_object), interface):
            wanted = interface.__name__.removesuffix("Interface")
            raise KurentoError(
                ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, f"Object '{media_object.id}' is not a {wanted}"
            )
        return media_object


def parameter_error(name: str, expected: str) -> KurentoError:
    """The error for a parameter that is missing or of the wrong type."""
    return KurentoError(ErrorCode.MARSHALL_ERROR, f"'{name}' parameter should be a {expected}")


def missing_parameter(name: str, type_ref: TypeRef) -> KurentoError:
    """The error for a required parameter that is not there."""
    if type_ref.container:
        return parameter_error(name, "list" if type_ref.container == "[]" else "map")
    if type_ref.kind == "register":
        return parameter_error(name, "object")
    return parameter_error(name, _EXPECTED.get(type_ref.name, "string"))


def read_enum(value: Any, enum_type: type[enum.StrEnum]) -> enum.StrEnum:
    """The member whose wire text is `value`. Raises KurentoError 40001 for another text."""
    text = leniency.to_text(value)
    try:
        return enum_type(text)
    except ValueError:
        raise KurentoError(ErrorCode.MARSHALL_ERROR, f"Invalid value for '{enum_type.__name__}'") from None


def _checked(value: Any, container: type[Any], expected: str) -> Any:
    if not isinstance(value, container):
        raise NotConvertibleError(expected)
    return value


def _is_media_object(candidate: Any) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, MediaObjectInterface)
