"""The JSON-RPC 2.0 envelope: what a request must look like, and the replies."""

from __future__ import annotations

import math
from typing import Any, Final

import attrs

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.objects.leniency import INT64_RANGE
from kms_trio.rpc.json_text import encode

VERSION: Final = "2.0"

_UINT64_LIMIT: Final = 2**64

#: The words of the JSON library behind Kurento, which clients get to see.
_PARAMS_ARE_NO_OBJECT: Final = "in Json::Value::find(begin, end): requires objectValue or nullValue"


@attrs.define
class Request:
    """A request that passed the checks; `request_id` None marks a notification. `params` may still be anything."""

    request_id: Any
    method: str
    params: Any


def read_request(message: Any) -> Request:
    """Check a decoded message. Raises KurentoError -32600, or -32603 for params that are no object."""
    if not (
        isinstance(message, dict)
        and message.get("jsonrpc") == VERSION
        and isinstance(message.get("method"), str)
        and not isinstance(message.get("id"), (dict, list))
    ):
        raise KurentoError(ErrorCode.INVALID_REQUEST, "Invalid JSON-RPC request.", data_type=None)
    return Request(_readable_id(message.get("id")), message["method"], message.get("params"))


def check_params(params: Any) -> None:
    """Raise KurentoError -32603 unless `params` is an object or missing."""
    if params is not None and not isinstance(params, dict):
        raise unexpected_error(_PARAMS_ARE_NO_OBJECT)


def unexpected_error(what: object) -> KurentoError:
    """The error for what no method foresaw."""
    return KurentoError(ErrorCode.INTERNAL_ERROR, f"Unexpected error while processing method: {what}", data_type=None)


def result_reply(request_id: Any, result: Any) -> dict[str, Any]:
    """A success."""
    return {"id": request_id, "jsonrpc": VERSION, "result": result}


def error_reply(request_id: Any, error: KurentoError) -> dict[str, Any]:
    """A failure."""
    body: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.data_type is not None:
        body["data"] = {"type": error.data_type}
    return {"id": request_id, "jsonrpc": VERSION, "error": body}


def notification_reply(result: Any) -> dict[str, Any]:
    """What a notification gets that yields a result: an error that carries it."""
    body = {
        "code": int(ErrorCode.SERVER_ERROR),
        "message": "Ignoring response because of a notification request",
        "data": result,
    }
    return {"id": None, "jsonrpc": VERSION, "error": body}


def event_text(event_name: str, source_id: str, data: dict[str, Any]) -> str:
    """The notification that tells a client of an event."""
    value = {"data": data, "object": source_id, "type": event_name}
    return encode({"jsonrpc": VERSION, "method": "onEvent", "params": {"value": value}})


def _readable_id(request_id: Any) -> Any:
    """An id that no 64-bit integer holds comes back as a floating-point number."""
    if isinstance(request_id, int) and not INT64_RANGE.start <= request_id < _UINT64_LIMIT:
        try:
            return float(request_id)
        except OverflowError:
            raise KurentoError(ErrorCode.INVALID_REQUEST, "Invalid JSON-RPC request.", data_type=None) from None
    if isinstance(request_id, float) and not math.isfinite(request_id):  # `1e999`, which no reply could repeat
        raise KurentoError(ErrorCode.INVALID_REQUEST, "Invalid JSON-RPC request.", data_type=None)
    return request_id
