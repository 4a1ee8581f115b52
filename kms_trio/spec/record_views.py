"""Enumerations, registers and events as the templates of `types.py` and `events.py` see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from kms_trio.dispatch import wire_prefix
from kms_trio.spec.defaults import register_properties
from kms_trio.spec.errors import SpecError
from kms_trio.spec.model import ComplexType, DataItem, EventSpec
from kms_trio.spec.naming import class_name, enum_member, snake_case
from kms_trio.spec.pycode import Call, expression
from kms_trio.spec.python_names import PythonNames, parents_first
from kms_trio.spec.resolve import ResolvedModule


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
