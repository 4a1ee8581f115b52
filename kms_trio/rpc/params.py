"""Reading the parameters of the 13 methods, with the texts of their errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.objects.leniency import NotConvertibleError, to_text

Params = Mapping[str, Any]


def required(params: Params | None) -> Params:
    """The params themselves. Raises KurentoError -32602 when there are none."""
    if params is None:
        raise KurentoError(ErrorCode.INVALID_PARAMS, "'params' is required")
    return params


def text(params: Params, name: str) -> str:
    """A required text. Raises KurentoError -32000."""
    if name not in params:
        raise _missing(name)
    try:
        return to_text(params[name])
    except NotConvertibleError:
        raise _wrong(name, "a string") from None


def optional_text(params: Params | None, name: str) -> str | None:
    """A text, or None where there is none that can be read as such."""
    if params is None or name not in params:
        return None
    try:
        return to_text(params[name])
    except NotConvertibleError:
        return None


def optional_boolean(params: Params, name: str) -> bool:
    """A boolean; whatever is not one counts as false."""
    return params.get(name) is True


def array(params: Params, name: str) -> list[Any]:
    """A required array. Raises KurentoError -32000."""
    if name not in params:
        raise _missing(name)
    value = params[name]
    if not isinstance(value, list):
        raise _wrong(name, "an array")
    return value


def _missing(name: str) -> KurentoError:
    return KurentoError(ErrorCode.SERVER_ERROR, f"'{name}' parameter is required", data_type=None)


def _wrong(name: str, expected: str) -> KurentoError:
    return KurentoError(ErrorCode.SERVER_ERROR, f"'{name}' parameter should be {expected}", data_type=None)
