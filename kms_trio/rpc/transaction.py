"""Transactions: several requests in one, where later ones use what earlier ones made.

A string `newref:N` anywhere in the params of a request stands for the `value` of result N. The requests run in order;
the first that fails ends the transaction, whose reply is a success all the same: the list of the replies so far.

A transaction may be among the requests, and its value be referred to. References to large values multiply, so what one
message may refer to altogether is bounded, as is the depth.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

import attrs
import trio

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.objects.ids import NEWREF_PREFIX
from kms_trio.rpc import params as read
from kms_trio.rpc.methods import session_of
from kms_trio.rpc.params import Params

#: How deep transactions may lie in one another, the outermost included.
MAX_DEPTH: Final = 8

#: What the references in one message may stand for, those in transactions within it included: values, and a value
#: more for each so many characters.
MAX_REFERRED_VALUES: Final = 250_000
CHARACTERS_A_VALUE: Final = 64

#: How many lists and objects the params of a request may have around a value.
MAX_LEVELS: Final = 64

#: Carries out one decoded request message and returns the reply object.
Execute = Callable[[Any], Awaitable[dict[str, Any]]]


@attrs.define
class Allowance:
    """What is left of the bounds for one message."""

    referred_values: int = MAX_REFERRED_VALUES
    depth: int = MAX_DEPTH

    def deeper(self) -> None:
        """A transaction begins; its end adds one to `depth`. Raises KurentoError 40008."""
        if not self.depth:
            raise KurentoError(
                ErrorCode.MALFORMED_TRANSACTION, f"Transactions lie in one another {MAX_DEPTH} deep at most"
            )
        self.depth -= 1

    def refer_to(self, value: Any) -> None:
        """A reference stands for `value`. Raises KurentoError 40008."""
        rest = [value]
        while rest:
            each = rest.pop()
            self.referred_values -= 1 + (len(each) // CHARACTERS_A_VALUE if isinstance(each, str) else 0)
            if self.referred_values < 0:
                raise KurentoError(
                    ErrorCode.MALFORMED_TRANSACTION, f"References stand for more than {MAX_REFERRED_VALUES} values"
                )
            if isinstance(each, dict):
                rest += each.values()
            elif isinstance(each, list):
                rest += each


async def run_transaction(params: Params | None, execute: Execute, allowance: Allowance) -> dict[str, Any]:
    """Carry out `params.operations`.

    Raises KurentoError 40008 for ids out of order, a reference to nothing, and more than the allowance.
    """
    allowance.deeper()
    try:
        return await _run(params, execute, allowance)
    finally:
        allowance.depth += 1


async def _run(params: Params | None, execute: Execute, allowance: Allowance) -> dict[str, Any]:
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
            given = {**_resolve(given or {}, replies, allowance), "sessionId": session_id}
        reply = await execute({**operation, "params": given})
        replies.append(reply)
        if "error" in reply:
            break
    return {"sessionId": session_id, "value": replies}


def _resolve(value: Any, replies: list[dict[str, Any]], allowance: Allowance, levels: int = MAX_LEVELS) -> Any:
    """Return `value` with every reference in it replaced."""
    if isinstance(value, str) and value.startswith(NEWREF_PREFIX):
        referred = _referred(value.removeprefix(NEWREF_PREFIX), replies)
        allowance.refer_to(referred)
        return referred
    if isinstance(value, dict | list) and not levels:
        raise KurentoError(ErrorCode.MALFORMED_TRANSACTION, f"Params are nested deeper than {MAX_LEVELS} levels")
    if isinstance(value, dict):
        return {key: _resolve(each, replies, allowance, levels - 1) for key, each in value.items()}
    if isinstance(value, list):
        return [_resolve(each, replies, allowance, levels - 1) for each in value]
    return value


def _referred(index_text: str, replies: list[dict[str, Any]]) -> Any:
    if not (index_text.isascii() and index_text.isdigit()) or len(index_text) > 9:
        raise KurentoError(ErrorCode.MALFORMED_TRANSACTION, f"Invalid index of newref '{index_text}'")
    index = int(index_text)
    result = replies[index].get("result") if index < len(replies) else None
    if not isinstance(result, dict) or "value" not in result:
        raise KurentoError(ErrorCode.MALFORMED_TRANSACTION, f"Result not found on request {index}")
    return result["value"]
