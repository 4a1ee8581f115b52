"""A resolved module as the templates of Python code see it: Python names, annotations and literals, in order.

Parents always come before their children, so that the generated classes can be defined in this order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import attrs

from kms_trio.dispatch import wire_prefix
from kms_trio.spec import pycode
from kms_trio.spec.defaults import register_properties
from kms_trio.spec.errors import SpecError
from kms_trio.spec.model import (
    PRIMITIVES,
    ComplexType,
    DataItem,
    EventSpec,
    Method,
    RemoteClassSpec,
    TypeName,
)
from kms_trio.spec.naming import class_name, enum_member, snake_case
from kms_trio.spec.pycode import Call, Raw, expression
from kms_trio.spec.resolve import ResolvedModule
from kms_trio.spec.symbols import Symbol

D = TypeVar("D", RemoteClassSpec, ComplexType, EventSpec)

_FILES = {"enum": "types", "register": "types", "remote": "interfaces", "event": "events"}


@attrs.define
class PythonNames:
    """Spells the types of one module in the Python of one of its generated files, and collects the imports needed.

    `packages` maps a module to the package of its generated code. Names of the file itself are bare, others go through
    a module alias (`types.MediaType`, `core_types.MediaType`), so no two can clash.
    """

    module: ResolvedModule
    packages: Mapping[str, str]
    file: str
    used: set[tuple[str, str]] = attrs.field(factory=set)

    def reference(self, symbol: Symbol) -> str:
        """The Python name of a type, interface or event class."""
        if symbol.kind == "primitive":
            return PRIMITIVES[symbol.name].__name__
        assert symbol.module is not None
        file = _FILES[symbol.kind]
        name = f"{symbol.name}Interface" if symbol.kind == "remote" else class_name(symbol.name)
        if symbol.module == self.module.name:
            if file == self.file:
                return name
            self.used.add((symbol.module, file))
            return f"{file}.{name}"
        self.used.add((symbol.module, file))
        return f"{symbol.module}_{file}.{name}"

    def annotation(self, type_name: TypeName, *, optional: bool = False) -> str:
        """The annotation for a value of a type."""
        inner = self.reference(self.module.type(TypeName(type_name.module, type_name.name, "")))
        match type_name.container:
            case "[]":
                inner = f"Sequence[{inner}]"
            case "<>":
                inner = f"Mapping[str, {inner}]"
        return f"{inner} | None" if optional else inner

    def imports(self, *files: str) -> list[str]:
        """The import lines for what was used, of `files` only when given; one line a package."""
        by_package: dict[str, list[str]] = {}
        for module, file in sorted(self.used):
            if files and file not in files:
                continue
            if module not in self.packages:
                raise SpecError(f"no package known for module '{module}'", self.module.spec.location)
            alias = "" if module == self.module.name else f" as {module}_{file}"
            by_package.setdefault(self.packages[module], []).append(f"{file}{alias}")
        return [pycode.import_from(package, names) for package, names in sorted(by_package.items())]

    def literal(self, value: Any, type_name: TypeName) -> Any:
        """A default of the spec as an expression of Python (see `pycode`)."""
        element = TypeName(type_name.module, type_name.name, "")
        if type_name.container == "[]":
            return tuple(self.literal(item, element) for item in value)
        if type_name.container == "<>":
            return {key: self.literal(item, element) for key, item in value.items()}
        symbol = self.module.type(type_name)
        if not isinstance(symbol.definition, ComplexType):
            return float(value) if PRIMITIVES[symbol.name] is float else value
        if symbol.kind == "enum":
            return Raw(f"{self.reference(symbol)}.{enum_member(value)}")
        types = {item.name: item.type for item in register_properties(symbol.definition, self.module.scope)}
        keywords = {snake_case(key): self.literal(item, types[key]) for key, item in value.items()}
        return Call(self.reference(symbol), (), keywords)


@attrs.frozen
class FieldView:
    """A field of a register or event class."""

    name: str
    declaration: str
    doc: str


@attrs.frozen
class RecordView:
    """A register or event class."""

    name: str
    wire_name: str
    module: str
    doc: str
    parent: str | None
    fields: tuple[FieldView, ...]
    wire_names: Mapping[str, str]


@attrs.frozen
class EnumView:
    """An enumeration: pairs of member and wire value."""

    name: str
    doc: str
    members: tuple[tuple[str, str], ...]


def enums(module: ResolvedModule) -> list[EnumView]:
    """The enumerations of a module."""
    views = []
    for definition in module.spec.complex_types:
        if definition.type_format == "ENUM":
            members = tuple((enum_member(value), value) for value in definition.values)
            if len({member for member, _ in members}) < len(members):
                raise SpecError(
                    f"values of enum '{definition.name}' differ only in letters that Python names cannot keep",
                    definition.location,
                )
            views.append(EnumView(class_name(definition.name), definition.doc, members))
    return views


def registers(module: ResolvedModule, names: PythonNames) -> list[RecordView]:
    """The registers of a module."""
    definitions = [item for item in module.spec.complex_types if item.type_format == "REGISTER"]
    views = []
    for definition in parents_first(definitions):
        parent = None if definition.extends is None else names.reference(module.type(definition.extends))
        properties = register_properties(definition, module.scope)
        views.append(_record(definition, parent, properties, module, names))
    return views


def events(module: ResolvedModule, names: PythonNames) -> list[RecordView]:
    """The events of a module."""
    views = []
    for definition in parents_first(module.spec.events):
        parent = None
        if definition.extends is not None:
            parent = names.reference(module.scope.event(definition.extends, definition.location))
        views.append(_record(definition, parent, event_properties(definition, module), module, names))
    return views


def event_properties(definition: EventSpec, module: ResolvedModule) -> tuple[DataItem, ...]:
    """The properties of an event, inherited ones first."""
    if definition.extends is None:
        return definition.properties
    parent = module.scope.event(definition.extends, definition.location).definition
    assert isinstance(parent, EventSpec)
    return (*event_properties(parent, module), *definition.properties)


def _record(
    definition: ComplexType | EventSpec,
    parent: str | None,
    properties: Sequence[DataItem],
    module: ResolvedModule,
    names: PythonNames,
) -> RecordView:
    # Who raises an event leaves these to the object: it fills them in when it emits.
    core_event = module.name == "core" and isinstance(definition, EventSpec)
    filled_in = core_event and definition.name in ("RaiseBase", "Media")
    return RecordView(
        name=class_name(definition.name),
        wire_name=definition.name,
        module=wire_prefix(module.name),
        doc=definition.doc,
        parent=parent,
        fields=tuple(_field(item, names, filled_in=filled_in) for item in definition.properties),
        wire_names={snake_case(item.name): item.name for item in properties},
    )


_FILLED_IN = {"source": "None", "timestampMillis": '""', "tags": "()"}


def _field(item: DataItem, names: PythonNames, *, filled_in: bool) -> FieldView:
    name = snake_case(item.name)
    if filled_in and item.name == "type":
        annotation = names.annotation(item.type)
        default = "attrs.field(default=attrs.Factory(lambda self: self.TYPE, takes_self=True))"
    elif filled_in:
        default = _FILLED_IN[item.name]
        annotation = names.annotation(item.type, optional=default == "None")
    elif item.optional and item.has_default:
        annotation = names.annotation(item.type)
        value = names.literal(item.default, item.type)
        default = expression(value)
        if isinstance(value, Call | dict):
            default = f"attrs.field(factory=lambda: {default})"
    elif item.optional:
        annotation, default = names.annotation(item.type, optional=True), "None"
    else:
        return FieldView(name, f"{name}: {names.annotation(item.type)}", item.doc)
    return FieldView(name, f"{name}: {annotation} = {default}", item.doc)


def parents_first(definitions: Iterable[D]) -> list[D]:
    """Definitions in their order, but each after the one it extends."""
    waiting = {definition.name: definition for definition in definitions}
    ordered: list[D] = []

    def place(definition: D) -> None:
        if waiting.pop(definition.name, None) is None:
            return
        parent = definition.extends
        if parent is not None and parent.name in waiting:
            place(waiting[parent.name])
        ordered.append(definition)

    for definition in list(waiting.values()):
        place(definition)
    return ordered


@attrs.frozen
class PropertyView:
    """A property of an interface."""

    name: str
    annotation: str
    value_annotation: str
    settable: bool
    doc: str


@attrs.frozen
class MethodView:
    """A method of an interface: `parameters` are whole declarations."""

    name: str
    parameters: tuple[str, ...]
    returns: str
    doc: str


@attrs.frozen
class InterfaceView:
    """The abstract base of a remote class."""

    name: str
    bases: str
    doc: str
    properties: tuple[PropertyView, ...]
    methods: tuple[MethodView, ...]


def interfaces(module: ResolvedModule, names: PythonNames) -> list[InterfaceView]:
    """The abstract bases of a module's classes."""
    return [_interface(definition, module, names) for definition in parents_first(module.spec.remote_classes)]


def _interface(definition: RemoteClassSpec, module: ResolvedModule, names: PythonNames) -> InterfaceView:
    parent = module.parent(definition)
    return InterfaceView(
        name=f"{definition.name}Interface",
        bases="ABC" if parent is None else f"{names.reference(parent)}, ABC",
        doc=_class_doc(definition),
        properties=tuple(_property(item, module, names) for item in definition.properties),
        methods=tuple(_method(method, module, names) for method in definition.methods),
    )


def _class_doc(definition: RemoteClassSpec) -> str:
    parts = [definition.doc]
    if definition.constructor is not None and definition.constructor.parameters:
        parts.append("Created with:\n" + _parameter_list(definition.constructor.parameters))
    if definition.events:
        parts.append("Raises the events " + ", ".join(f"`{event.type}`" for event in definition.events) + ".")
    return "\n\n".join(parts)


def _parameter_list(parameters: Iterable[DataItem]) -> str:
    return "\n".join(
        f"- `{snake_case(item.name)}`: {' '.join(item.doc.split())}{_default(item)}" for item in parameters
    )


def _default(item: DataItem) -> str:
    return f" Default: `{json.dumps(item.default)}`." if item.optional and item.has_default else ""


def _is_remote(type_name: TypeName, module: ResolvedModule) -> bool:
    return not type_name.container and module.type(type_name).kind == "remote"


def _property(item: DataItem, module: ResolvedModule, names: PythonNames) -> PropertyView:
    value = names.annotation(item.type)
    return PropertyView(
        name=snake_case(item.name),
        annotation=f"{value} | None" if _is_remote(item.type, module) else value,
        value_annotation=value,
        settable=item.settable,
        doc=item.doc,
    )


def _method(method: Method, module: ResolvedModule, names: PythonNames) -> MethodView:
    returns = "None"
    parts = [method.doc]
    if method.parameters:
        parts.append(_parameter_list(method.parameters))
    if method.returns is not None:
        returns = names.annotation(method.returns.type, optional=_is_remote(method.returns.type, module))
        parts.append(f"Returns: {method.returns.doc}")
    return MethodView(
        name=snake_case(method.name),
        parameters=("self", *(_parameter(item, module, names) for item in method.parameters)),
        returns=f"MaybeAwaitable[{returns}]",
        doc="\n\n".join(parts),
    )


def _parameter(item: DataItem, module: ResolvedModule, names: PythonNames) -> str:
    name = snake_case(item.name)
    if not item.optional:
        return f"{name}: {names.annotation(item.type)}"
    plain = not item.type.container and module.type(item.type).kind == "primitive"
    if item.has_default and plain:
        return f"{name}: {names.annotation(item.type)} = {expression(names.literal(item.default, item.type))}"
    # Types are only imported for annotations here, so other defaults are left to the dispatcher, which knows them.
    return f"{name}: {names.annotation(item.type, optional=True)} = None"
