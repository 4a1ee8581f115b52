"""From JSON nodes to the model of a spec: the right keys, each with a value of the right kind.

Unknown keys are remarked upon but accepted, as files written for other tools carry some.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal, TypeVar, overload

from kms_trio.spec.errors import Location, SpecError
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
    TypeName,
)

T = TypeVar("T")

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_TYPE = re.compile(r"(?:(?P<module>[A-Za-z]\w*)\.)?(?P<name>[A-Za-z]\w*)(?P<container>\[\]|<>|)", re.ASCII)
_KINDS: dict[type, str] = {str: "a string", bool: "true or false", list: "a list", dict: "an object"}


def describe(value: Any) -> str:
    """A JSON value in words, for what an error found."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f"the string '{value[:40]}'"
        case int() | float():
            return f"the number {value}"[:60]
        case list():
            return "a list"
        case _:
            return "an object"


class ObjectReader:
    """One JSON object, read key by key; `finish` remarks upon the keys that nobody asked for."""

    def __init__(self, node: Node, what: str, warnings: list[str]) -> None:
        if not isinstance(node.value, dict):
            raise SpecError(f"bad {what}", node.location, expected="an object", found=describe(node.value))
        self.location = node.location
        self.what = what
        self._entries = node.value
        self._asked: set[str] = set()
        self._warnings = warnings

    def node(self, key: str) -> Node | None:
        """The value of `key`; None when absent or null."""
        self._asked.add(key)
        node = self._entries.get(key)
        return None if node is None or node.value is None else node

    def get(self, key: str, kind: type[T]) -> T | None:
        """The value of `key`, of type `kind`, or None when absent or null."""
        node = self.node(key)
        if node is None:
            return None
        if not isinstance(node.value, kind):
            raise SpecError(
                f"bad '{key}' of {self.what}", node.location, expected=_KINDS[kind], found=describe(node.value)
            )
        return node.value

    def text(self, key: str) -> str:
        """A string, `""` when absent."""
        return self.get(key, str) or ""

    def flag(self, key: str) -> bool:
        """A boolean, False when absent."""
        return self.get(key, bool) or False

    def required(self, key: str) -> str:
        """A string that must be there."""
        value = self.get(key, str)
        if value is None:
            raise SpecError(f"{self.what} has no '{key}'", self.location, expected=f"a string '{key}'")
        return value

    def name(self) -> str:
        """The mandatory `name`, an identifier."""
        name = self.required("name")
        if not _NAME.fullmatch(name):
            raise SpecError(
                f"bad name of {self.what}", self.where("name"), expected="letters, digits and '_'", found=f"'{name}'"
            )
        self.what = f"{self.what} '{name}'"
        return name

    @overload
    def type(self, key: str, *, required: Literal[True]) -> TypeName: ...
    @overload
    def type(self, key: str, *, required: bool = False) -> TypeName | None: ...
    def type(self, key: str, *, required: bool = False) -> TypeName | None:
        """A type name."""
        text = self.required(key) if required else self.get(key, str)
        return None if text is None else parse_type(text, self.where(key))

    def items(self, key: str, read: Callable[[Node, list[str]], T]) -> tuple[T, ...]:
        """The entries of a list, read one by one; empty when absent. Null entries are skipped."""
        node = self.node(key)
        if node is None:
            return ()
        if not isinstance(node.value, list):
            raise SpecError(f"bad '{key}' of {self.what}", node.location, expected="a list", found=describe(node.value))
        return tuple(read(item, self._warnings) for item in node.value if item.value is not None)

    def where(self, key: str) -> Location:
        """The line of `key`, or of the object when it is absent."""
        node = self._entries.get(key)
        return self.location if node is None else node.location

    def has(self, key: str) -> bool:
        """Whether `key` is present, even as null."""
        self._asked.add(key)
        return key in self._entries

    def finish(self) -> None:
        """Remark upon keys that mean nothing here."""
        for key, node in self._entries.items():
            if key not in self._asked:
                self._warnings.append(f"{node.location}: {self.what} has an unknown key '{key}'")


def parse_type(text: str, location: Location) -> TypeName:
    """Read a type as written. Raises SpecError for what is no type name."""
    match = _TYPE.fullmatch(text)
    if match is None:
        raise SpecError("bad type", location, expected="Type, Type[], Type<> or module.Type", found=f"'{text[:60]}'")
    container: Any = match["container"]
    return TypeName(match["module"], match["name"], container)


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
