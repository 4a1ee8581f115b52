"""Params of requests, from the tables of the classes and the values that an application gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kms_trio.client.wire import write
from kms_trio.dispatch import Operation, OperationKind, Parameter, RemoteClass


def create_request(table: RemoteClass, values: Sequence[Any]) -> dict[str, Any]:
    """The params of `create`; what is None is left to the server. Raises TypeError."""
    if table.constructor is None or table.abstract:
        raise TypeError(f"{table.qualified_name} cannot be created, it is a base of other classes")
    given = zip(table.constructor, values, strict=True)
    constructor = {item.name: write(value) for item, value in given if value is not None or not item.optional}
    return {"type": table.qualified_name, "constructorParams": constructor}


def values_by_name(table: RemoteClass, given: Mapping[str, Any]) -> list[Any]:
    """Values for a constructor from those given by name. Raises TypeError for names that it does not have."""
    parameters = table.constructor or ()
    known = [item.attribute for item in parameters]
    for name in given:
        if name not in known:
            raise TypeError(f"{table.name} is not created with '{name}' (expected {', '.join(known) or 'nothing'})")
    for item in parameters:
        if not item.optional and given.get(item.attribute) is None:
            raise TypeError(f"{table.name} is created with '{item.attribute}', which is missing")
    return [given.get(name) for name in known]


def invoke_request(object_id: str, operation: Operation, values: Sequence[Any]) -> dict[str, Any]:
    """The params of `invoke`. Raises TypeError for a hole among the optional parameters that no default fills."""
    params: dict[str, Any] = {"object": object_id, "operation": operation.name}
    written = _written(operation, values)
    if written or operation.kind is OperationKind.SETTER:
        params["operationParams"] = written
    return params


def _written(operation: Operation, values: Sequence[Any]) -> dict[str, Any]:
    """Optional parameters count up to the last one given, so what is missing before it has to be filled in."""
    given = list(zip(operation.parameters, values, strict=True))
    while given and given[-1][0].optional and given[-1][1] is None:
        given.pop()
    return {item.name: _value(operation, item, value, given[-1][0]) for item, value in given}


def _value(operation: Operation, item: Parameter, value: Any, last: Parameter) -> Any:
    if value is not None or not item.optional:
        return write(value)
    if not item.has_default:
        raise TypeError(f"{operation.attribute}() takes '{last.attribute}' only with '{item.attribute}'")
    return item.default
