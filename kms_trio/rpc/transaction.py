"""Transactions: several requests in one, where later ones use what earlier ones made.

A string `newref:N` anywhere in the params of a request stands for the `value` of result N. The requests run in order;
the first that fails ends the transaction, whose reply is a success all the same: the list of the replies so far.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import trio

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.objects.ids import NEWREF_PREFIX
from kms_trio.rpc import params as read
from kms_trio.rpc.methods import session_of
from kms_trio.rpc.params import Params

#: Carries out one decoded request message and returns the reply object.
Execute = Callable[[Any], Awaitable[dict[str, Any]]]


async def run_transaction(params: Params | None, execute: Execute) -> dict[str, Any]:
    """Carry out `params.operations`. Raises KurentoError 40008 for ids out of order or a reference to nothing."""
    params = read.required(params)
    operations = read.array(params, "operations")
    session_id = session_of(params)
    for index, operation in enumerate(operations):
        if not isinstance(operation, dict) or type(operation.get("id")) is not int or operation["id"] != index:
            raise KurentoError(ErrorCode.MALFORMED_TRANSACTION, f"Id of request '{index}' should be '{index}'")
    replies: list[dict[str, Any]] = []
    for operation in operations:
        await trio.lowlevel.checkpoint()  # there may be thousands, none of which waits for anything
        given = operation.get("params")
        if given is None or isinstance(given, dict):
            given = {**_resolve(given or {}, replies), "sessionId": session_id}
        reply = await execute({**operation, "params": given})
        replies.append(reply)
        if "error" in reply:
            break
    return {"sessionId": session_id, "value": replies}


def _resolve(value: Any, replies: list[dict[str, Any]]) -> Any:
    """Return `value` with every reference in it replaced."""
    if isinstance(value, str) and value.startswith(NEWREF_PREFIX):
        return _referred(value.removeprefix(NEWREF_PREFIX), replies)
    if isinstance(value, dict):
        return {key: _resolve(each, replies) for key, each in value.items()}
    if isinstance(value, list):
        return [_resolve(each, replies) for each in value]
    return value


def _referred(index_text: str, replies: list[dict[str, Any]]) -> Any:
    if not (index_text.isascii() and index_text.isdigit()) or len(index_text) > 9:
        raise KurentoError(ErrorCode.MALFORMED_TRANSACTION, f"Invalid index of newref '{index_text}'")
    index = int(index_text)
    result = replies[index].get("result") if index < len(replies) else None
    if not isinstance(result, dict) or "value" not in result:
        raise KurentoError(ErrorCode.MALFORMED_TRANSACTION, f"Result not found on request {index}")
    return result["value"]
