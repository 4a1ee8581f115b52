"""Remote classes as the template of a client's `classes.py` sees them: methods that call the server."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from kms_trio.dispatch import wire_prefix
from kms_trio.spec.client_names import RESERVED, ClientNames
from kms_trio.spec.interface_views import class_doc, is_remote, parameter_list
from kms_trio.spec.model import DataItem, Method, RemoteClassSpec
from kms_trio.spec.naming import accessor, class_name, snake_case
from kms_trio.spec.pycode import Raw
from kms_trio.spec.python_names import parents_first
from kms_trio.spec.resolve import ResolvedModule


@attrs.frozen
class OperationView:
    """A method of a class; `arguments` are those of the call to the server, the operation's wire name first.

    `result` is the name of a variable that is no parameter.
    """

    name: str
    parameters: tuple[str, ...]
    returns: str
    arguments: tuple[object, ...]
    doc: str
    result: str = "result"


@attrs.frozen
class CreateView:
    """How an object is made. `arguments`: where the connection is had from, then the values."""

    parameters: tuple[str, ...]
    arguments: tuple[object, ...]
    doc: str
    #: A parent is made from other parameters: mypy has to be told that this is meant.
    unlike_parent: bool


@attrs.frozen
class ClassView:
    """A class of a client."""

    name: str
    parent: str
    type: str
    doc: str
    create: CreateView | None
    operations: tuple[OperationView, ...]


def client_classes(module: ResolvedModule, names: ClientNames) -> list[ClassView]:
    """The classes of a module, parents first."""
    return [_class(definition, module, names) for definition in parents_first(module.spec.remote_classes)]


def _class(definition: RemoteClassSpec, module: ResolvedModule, names: ClientNames) -> ClassView:
    parent = module.parent(definition)
    operations: list[OperationView] = []
    for item in definition.properties:
        operations.append(_getter(item, module, names))
        if item.settable:
            operations.append(_setter(item, names))
    operations.extend(_method(method, module, names) for method in definition.methods)
    return ClassView(
        name=class_name(definition.name),
        parent="RemoteObject" if parent is None else names.reference(parent),
        type=f"{wire_prefix(module.name)}.{definition.name}",
        doc=class_doc(attrs.evolve(definition, constructor=None)),
        create=_create(definition, module, names) if definition.creatable else None,
        operations=tuple(operations),
    )


def _create(definition: RemoteClassSpec, module: ResolvedModule, names: ClientNames) -> CreateView:
    assert definition.constructor is not None
    items = definition.constructor.parameters
    owner = next((item for item in items if not item.optional and is_remote(item.type, module)), None)
    leading = ["cls"] if owner is not None else ["cls", "kurento: Kurento"]
    connection = "kurento" if owner is None else f"{snake_case(owner.name)}.kurento"
    parts = [definition.constructor.doc or f"Create a {definition.name}."]
    if items:
        parts.append(parameter_list(items))
    declared = _parameters(items, names, keyword_only=True)
    return CreateView(
        parameters=(*leading, *declared),
        arguments=(Raw(connection), *(Raw(snake_case(item.name)) for item in items)),
        doc="\n\n".join(parts),
        unlike_parent=_unlike_parent(definition, module),
    )


def _unlike_parent(definition: RemoteClassSpec, module: ResolvedModule) -> bool:
    """Whether the nearest parent that can be created is made in a way that this class is not."""
    parent = module.parent(definition)
    while parent is not None and isinstance(parent.definition, RemoteClassSpec):
        if parent.definition.creatable:
            theirs, ours = _signature(parent.definition), _signature(definition)
            return theirs[0] != ours[0] or not theirs[1].items() <= ours[1].items()
        if parent.module != module.name:  # the server's own classes extend no creatable ones
            break
        parent = module.parent(parent.definition)
    return False


def _signature(definition: RemoteClassSpec) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """The required parameters with their types, in order, and the optional ones."""
    items = () if definition.constructor is None else definition.constructor.parameters
    required = [(item.name, str(item.type)) for item in items if not item.optional]
    return required, {item.name: str(item.type) for item in items if item.optional}


def _getter(item: DataItem, module: ResolvedModule, names: ClientNames) -> OperationView:
    operation = accessor("get", item.name)
    returns = names.annotation(item.type, optional=is_remote(item.type, module))
    return OperationView(_name(operation), ("self",), returns, (operation,), item.doc)


def _setter(item: DataItem, names: ClientNames) -> OperationView:
    operation = accessor("set", item.name)
    value = snake_case(item.name)
    parameters = ("self", f"{value}: {names.annotation(item.type)}")
    return OperationView(_name(operation), parameters, "None", (operation, Raw(value)), item.doc)


def _method(method: Method, module: ResolvedModule, names: ClientNames) -> OperationView:
    returns = "None"
    parts = [method.doc]
    if method.parameters:
        parts.append(parameter_list(method.parameters))
    if method.returns is not None:
        returns = names.annotation(method.returns.type, optional=is_remote(method.returns.type, module))
        parts.append(f"Returns: {method.returns.doc}")
    return OperationView(
        name=_name(method.name),
        parameters=("self", *_parameters(method.parameters, names)),
        returns=returns,
        arguments=(method.name, *(Raw(snake_case(item.name)) for item in method.parameters)),
        doc="\n\n".join(parts),
        result="result_" if any(snake_case(item.name) == "result" for item in method.parameters) else "result",
    )


def _parameters(items: Sequence[DataItem], names: ClientNames, *, keyword_only: bool = False) -> list[str]:
    """Declarations. What is optional is left to the server when it is None."""
    declared = [f"{snake_case(item.name)}: {names.annotation(item.type)}" for item in items if not item.optional]
    optional = [
        f"{snake_case(item.name)}: {names.annotation(item.type, optional=True)} = None"
        for item in items
        if item.optional
    ]
    return [*declared, *(["*"] if optional and keyword_only else []), *optional]


def _name(operation: str) -> str:
    name = snake_case(operation)
    return f"{name}_" if name in RESERVED else name
