"""Calling an operation of an object with wire parameters.

A property is two operations, `getX` and `setX`. Optional parameters of a method choose the overload: the call is made
with the longest run of them, in declared order, that are all there. A constructor takes any of them. What is left out
gets the default of the spec, if there is one.
"""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from kms_trio.dispatch import Operation, OperationKind, Parameter
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.objects.hosted_filter import HostedFilter
from kms_trio.objects.marshal import missing_parameter

if TYPE_CHECKING:
    from kms_trio.objects.marshal import Marshaller
    from kms_trio.objects.media_object import MediaObject


def unknown_operation(name: str, parameters: Any) -> KurentoError:
    """The error for an operation that an object does not have."""
    count = len(parameters) if isinstance(parameters, (dict, list)) else 0
    return KurentoError(ErrorCode.MALFORMED_TRANSACTION, f"Method '{name}' with {count} parameters not found")


def is_instant(media_object: MediaObject, operation: Operation) -> bool:
    """Whether calling an operation cannot wait for anything."""
    return operation.kind is OperationKind.GETTER and not isinstance(media_object, HostedFilter)


async def invoke(media_object: MediaObject, operation: Operation, parameters: Any, marshaller: Marshaller) -> Any:
    """Call an operation; return its result as wire JSON, None for one that returns nothing.

    Raises KurentoError: 40001 for wrong parameters, or what the operation raises.
    """
    if isinstance(media_object, HostedFilter) and media_object.forwards(operation):
        return await media_object.forward(operation, parameters)
    if operation.kind is OperationKind.GETTER:
        return marshaller.write(getattr(media_object, operation.attribute))
    if operation.kind is OperationKind.SETTER:
        values = parameters if isinstance(parameters, dict) else {}
        arguments = read_parameters(operation.parameters, values, marshaller)
        setattr(media_object, operation.attribute, next(iter(arguments.values())))
        return None
    given = _required_object(parameters, "operationParams", operation.parameters)
    arguments = read_parameters(operation.parameters, given, marshaller)
    result = getattr(media_object, operation.attribute)(**arguments)
    if inspect.isawaitable(result):
        result = await result
    if operation.returns is None or (operation.returns.container == "<>" and not result):
        return None  # an empty map, such as the statistics of an idle endpoint, is null on the wire
    return marshaller.write(result)


def constructor_arguments(declared: tuple[Parameter, ...], parameters: Any, marshaller: Marshaller) -> dict[str, Any]:
    """Read what is given to a constructor into keywords. Raises KurentoError 40001, 40101 or 40107."""
    if parameters is not None and not isinstance(parameters, dict):
        raise _not_an_object("constructorParams")
    given = _required_object(parameters, "constructorParams", declared)
    there = tuple(each for each in declared if not each.optional or given.get(each.name) is not None)
    return read_parameters(there, given, marshaller)


def with_defaults(
    declared: tuple[Parameter, ...],
    arguments: Mapping[str, Any],
    marshaller: Marshaller,
    own_defaults: Collection[str] = (),
) -> dict[str, Any]:
    """Add what `arguments` of a constructor leaves out, as the spec says, but not for those named in `own_defaults`."""
    defaults = {
        each.attribute: _default(each, marshaller)
        for each in declared
        if each.optional and each.has_default and each.attribute not in own_defaults
    }
    return {**defaults, **arguments}


def read_parameters(
    declared: tuple[Parameter, ...], given: Mapping[str, Any], marshaller: Marshaller
) -> dict[str, Any]:
    """Read `given` by the declaration. A required parameter must be there.

    From the first optional one on that is missing, all count as missing: they get their defaults.
    """
    arguments: dict[str, Any] = {}
    ended = False
    for parameter in declared:
        value = given.get(parameter.name)
        ended = ended or (value is None and parameter.optional)
        if ended:
            if parameter.has_default:
                arguments[parameter.attribute] = _default(parameter, marshaller)
            continue
        if value is None and parameter.name not in given:
            raise missing_parameter(parameter.name, parameter.type)
        arguments[parameter.attribute] = marshaller.read_parameter(value, parameter.type, parameter.name)
    return arguments


def _default(parameter: Parameter, marshaller: Marshaller) -> Any:
    """The default as the spec has it, made anew each time: lists and maps are given away."""
    return marshaller.read_parameter(parameter.default, parameter.type, parameter.name)


def _required_object(parameters: Any, key: str, declared: tuple[Parameter, ...]) -> Mapping[str, Any]:
    """The parameter object, which may be missing only where nothing in it is required."""
    if isinstance(parameters, dict):
        return parameters
    if all(parameter.optional for parameter in declared):
        return {}
    if parameters is None:
        raise KurentoError(ErrorCode.MARSHALL_ERROR, f"'{key}' is required")
    raise _not_an_object(key)


def _not_an_object(key: str) -> KurentoError:
    return KurentoError(ErrorCode.MARSHALL_ERROR, f"'{key}' should be an object")
