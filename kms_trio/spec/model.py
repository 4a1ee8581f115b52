"""A module spec as written: what `*.kmd.json` files say, before types and imports are looked up.

Field names follow the JSON keys in snake_case. Each definition remembers where it was read, so that later checks can
point there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import attrs

from kms_trio.dispatch import Container
from kms_trio.spec.errors import Location

PRIMITIVES: Mapping[str, type[Any]] = {
    "String": str,
    "boolean": bool,
    "int": int,
    "float": float,
    "double": float,
    "int64": int,
}


@attrs.frozen
class TypeName:
    """A type as written: `int`, `MediaElement`, `chroma.WindowParam`, `Tag[]` (a list), `Stats<>` (a map by string)."""

    module: str | None
    name: str
    container: Container

    def __str__(self) -> str:
        return f"{self.module}.{self.name}{self.container}" if self.module else f"{self.name}{self.container}"


@attrs.frozen
class DataItem:
    """A parameter, or a property of a class, register or event."""

    name: str
    type: TypeName
    doc: str
    location: Location
    optional: bool = False
    has_default: bool = False
    default: Any = None
    read_only: bool = False
    final: bool = False

    @property
    def settable(self) -> bool:
        """Whether clients get a setter (of a class property)."""
        return not self.read_only and not self.final


@attrs.frozen
class Result:
    """What a method returns."""

    type: TypeName
    doc: str
    location: Location


@attrs.frozen
class Method:
    """A method, or (with name `""`) the constructor of a class."""

    name: str
    doc: str
    parameters: tuple[DataItem, ...]
    returns: Result | None
    location: Location


@attrs.frozen
class EventReference:
    """The name of an event in a class's list."""

    type: TypeName
    location: Location


@attrs.frozen
class RemoteClassSpec:
    """A class of media objects."""

    name: str
    doc: str
    extends: TypeName | None
    abstract: bool
    constructor: Method | None
    properties: tuple[DataItem, ...]
    methods: tuple[Method, ...]
    events: tuple[EventReference, ...]
    location: Location

    @property
    def creatable(self) -> bool:
        """Whether clients may create one."""
        return not self.abstract and self.constructor is not None


@attrs.frozen
class ComplexType:
    """An enumeration (`values`) or a register, a record of named values (`properties`, `extends`)."""

    name: str
    doc: str
    type_format: Literal["ENUM", "REGISTER"]
    values: tuple[str, ...]
    extends: TypeName | None
    properties: tuple[DataItem, ...]
    location: Location


@attrs.frozen
class EventSpec:
    """An event that objects raise."""

    name: str
    doc: str
    extends: TypeName | None
    properties: tuple[DataItem, ...]
    location: Location


@attrs.frozen
class Import:
    """Another module that this one needs, with the range of versions that will do."""

    name: str
    version: str
    location: Location
    maven_version: str | None = None
    npm_version: str | None = None


@attrs.frozen
class ModuleSpec:
    """A whole module, fused from its files.

    `code` is the raw settings of code generators. `warnings` are remarks that stop nothing, such as unknown keys.
    """

    name: str
    version: str
    location: Location
    kurento_version: str | None = None
    kurento_version_location: Location | None = None
    kurento_maven_version: str | None = None
    kurento_npm_version: str | None = None
    repository: str | None = None
    imports: tuple[Import, ...] = ()
    code: Mapping[str, Any] = attrs.field(factory=dict)
    remote_classes: tuple[RemoteClassSpec, ...] = ()
    complex_types: tuple[ComplexType, ...] = ()
    events: tuple[EventSpec, ...] = ()
    warnings: tuple[str, ...] = ()
