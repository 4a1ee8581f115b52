"""Remote classes as the template of `interfaces.py` sees them: abstract bases with properties and methods."""

from __future__ import annotations

import json
from collections.abc import Iterable

import attrs

from kms_trio.spec.model import DataItem, Method, RemoteClassSpec, TypeName
from kms_trio.spec.naming import member_name, snake_case
from kms_trio.spec.pycode import expression
from kms_trio.spec.python_names import PythonNames, parents_first
from kms_trio.spec.resolve import ResolvedModule


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
        doc=class_doc(definition),
        properties=tuple(_property(item, module, names) for item in definition.properties),
        methods=tuple(_method(method, module, names) for method in definition.methods),
    )


def class_doc(definition: RemoteClassSpec) -> str:
    """What a class is, takes and raises."""
    parts = [definition.doc]
    if definition.constructor is not None and definition.constructor.parameters:
        parts.append("Created with:\n" + parameter_list(definition.constructor.parameters))
    if definition.events:
        parts.append("Raises the events " + ", ".join(f"`{event.type}`" for event in definition.events) + ".")
    return "\n\n".join(parts)


def parameter_list(parameters: Iterable[DataItem]) -> str:
    """Parameters as a list in a docstring."""
    return "\n".join(
        f"- `{snake_case(item.name)}`: {' '.join(item.doc.split())}{_default(item)}" for item in parameters
    )


def _default(item: DataItem) -> str:
    return f" Default: `{json.dumps(item.default)}`." if item.optional and item.has_default else ""


def is_remote(type_name: TypeName, module: ResolvedModule) -> bool:
    """Whether a type is a media object, not a list or map of them."""
    return not type_name.container and module.type(type_name).kind == "remote"


def _property(item: DataItem, module: ResolvedModule, names: PythonNames) -> PropertyView:
    value = names.annotation(item.type)
    return PropertyView(
        name=member_name(item.name, module.name),
        annotation=f"{value} | None" if is_remote(item.type, module) else value,
        value_annotation=value,
        settable=item.settable,
        doc=item.doc,
    )


def _method(method: Method, module: ResolvedModule, names: PythonNames) -> MethodView:
    returns = "None"
    parts = [method.doc]
    if method.parameters:
        parts.append(parameter_list(method.parameters))
    if method.returns is not None:
        returns = names.annotation(method.returns.type, optional=is_remote(method.returns.type, module))
        parts.append(f"Returns: {method.returns.doc}")
    return MethodView(
        name=member_name(method.name, module.name),
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
