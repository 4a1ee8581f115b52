"""From JSON nodes to the model of a spec: the right keys, each with a value of the right kind.

Unknown keys are remarked upon but accepted, as files written for other tools carry some.
"""

from __future__ import annotations

from typing import Any

from kms_trio.spec.errors import SpecError
from kms_trio.spec.lenient import Node
from kms_trio.spec.model import (
    ComplexType,
    DataItem,
    EventReference,
    EventSpec,
    Import,
    Method,
    RemoteClassSpec,
    Result,
)
from kms_trio.spec.object_reader import ObjectReader, describe, parse_type


def read_item(node: Node, warnings: list[str]) -> DataItem:
    """A parameter or property."""
    reader = ObjectReader(node, "parameter or property", warnings)
    default = reader.node("defaultValue")
    item = DataItem(
        name=reader.name(),
        type=reader.type("type", required=True),
        doc=reader.text("doc"),
        location=reader.where("name"),
        optional=reader.flag("optional"),
        has_default=reader.has("defaultValue"),
        default=None if default is None else default.plain(),
        read_only=reader.flag("readOnly"),
        final=reader.flag("final"),
    )
    reader.finish()
    return item


def read_method(node: Node, warnings: list[str]) -> Method:
    """A method of a class."""
    reader = ObjectReader(node, "method", warnings)
    method = Method(
        name=reader.name(),
        doc=reader.text("doc"),
        parameters=reader.items("params", read_item),
        returns=_read_result(reader.node("return"), warnings),
        location=reader.where("name"),
    )
    reader.finish()
    return method


def _read_result(node: Node | None, warnings: list[str]) -> Result | None:
    if node is None:
        return None
    reader = ObjectReader(node, "return value", warnings)
    reader.has("name")  # a stray name occurs in files in the field
    result = Result(type=reader.type("type", required=True), doc=reader.text("doc"), location=reader.where("type"))
    reader.finish()
    return result


def _read_constructor(node: Node | None, warnings: list[str]) -> Method | None:
    if node is None:
        return None
    reader = ObjectReader(node, "constructor", warnings)
    constructor = Method(
        name="",
        doc=reader.text("doc"),
        parameters=reader.items("params", read_item),
        returns=None,
        location=node.location,
    )
    reader.finish()
    return constructor


def read_class(node: Node, warnings: list[str]) -> RemoteClassSpec:
    """An entry of `remoteClasses`."""
    reader = ObjectReader(node, "remote class", warnings)
    remote_class = RemoteClassSpec(
        name=reader.name(),
        doc=reader.text("doc"),
        extends=reader.type("extends"),
        abstract=reader.flag("abstract"),
        constructor=_read_constructor(reader.node("constructor"), warnings),
        properties=reader.items("properties", read_item),
        methods=reader.items("methods", read_method),
        events=reader.items("events", _read_event_reference),
        location=reader.where("name"),
    )
    reader.finish()
    return remote_class


def _read_event_reference(node: Node, _warnings: list[str]) -> EventReference:
    return EventReference(parse_type(_string(node, "event name"), node.location), node.location)


def _string(node: Node, what: str, _warnings: list[str] | None = None) -> str:
    if not isinstance(node.value, str):
        raise SpecError(f"bad {what}", node.location, expected="a string", found=describe(node.value))
    return node.value


def read_complex_type(node: Node, warnings: list[str]) -> ComplexType:
    """An entry of `complexTypes`."""
    reader = ObjectReader(node, "complex type", warnings)
    name = reader.name()
    type_format: Any = reader.required("typeFormat")
    if type_format not in ("ENUM", "REGISTER"):
        raise SpecError(
            f"bad format of {reader.what}",
            reader.where("typeFormat"),
            expected="'ENUM' or 'REGISTER'",
            found=f"'{type_format}'",
        )
    enum = type_format == "ENUM"
    complex_type = ComplexType(
        name=name,
        doc=reader.text("doc"),
        type_format=type_format,
        values=reader.items("values", lambda item, _: _string(item, "enum value")) if enum else (),
        extends=None if enum else reader.type("extends"),
        properties=() if enum else reader.items("properties", read_item),
        location=reader.where("name"),
    )
    if enum and not complex_type.values:
        raise SpecError(f"{reader.what} has no values", complex_type.location, expected="a list 'values' of strings")
    reader.finish()
    return complex_type


def read_event(node: Node, warnings: list[str]) -> EventSpec:
    """An entry of `events`."""
    reader = ObjectReader(node, "event", warnings)
    event = EventSpec(
        name=reader.name(),
        doc=reader.text("doc"),
        extends=reader.type("extends"),
        properties=reader.items("properties", read_item),
        location=reader.where("name"),
    )
    reader.finish()
    return event


def read_import(node: Node, warnings: list[str]) -> Import:
    """An entry of `imports`."""
    reader = ObjectReader(node, "import", warnings)
    import_ = Import(
        name=reader.name(),
        version=reader.required("version"),
        location=reader.where("name"),
        maven_version=reader.get("mavenVersion", str),
        npm_version=reader.get("npmVersion", str),
    )
    reader.finish()
    return import_
