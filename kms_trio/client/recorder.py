"""Operations put together for one `transaction` request: what they need of each other, and what comes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import attrs

from kms_trio.client.errors import ProtocolError, TransactionError
from kms_trio.client.pending import read_error, read_reply
from kms_trio.errors import ErrorCode, KurentoError

T = TypeVar("T")


class Result(Generic[T]):
    """What an operation of a transaction gave: there once the transaction is through."""

    def __init__(self) -> None:
        self._values: list[T] = []

    @property
    def value(self) -> T:
        """The result. Raises KurentoError 40109 when the operation has not been carried out."""
        if not self._values:
            raise not_committed("the result")
        return self._values[0]

    def _settle(self, value: T) -> None:
        self._values.append(value)


class Provisional:
    """The id of an object that a transaction is going to create: `newref:N` until then, inside of it alone."""

    def __init__(self, recorder: Recorder, index: int) -> None:
        self._recorder = recorder
        self._reference = f"newref:{index}"
        self._id: str | None = None

    @property
    def id(self) -> str:
        """The id. Raises KurentoError 40109 outside of the transaction as long as there is none."""
        if self._id is not None:
            return self._id
        if not self._recorder.recording:
            raise not_committed("the object")
        return self._reference

    def __str__(self) -> str:
        return self._id or self._reference

    def settle(self, object_id: str) -> None:
        """It has been created."""
        self._id = object_id


@attrs.frozen
class _Operation:
    method: str
    params: dict[str, Any]
    settle: Callable[[Any], None]


class Recorder:
    """The operations of one transaction, in order."""

    def __init__(self) -> None:
        #: Whether an operation is being taken down at this moment.
        self.recording = False
        self._operations: list[_Operation] = []
        self._last: Result[Any] = Result()

    def record(self, method: str, params: dict[str, Any], read: Callable[[Any], Any]) -> Result[Any]:
        """Take an operation down; `read` makes its result from the JSON."""
        result: Result[Any] = Result()
        self._last = result
        self._operations.append(_Operation(method, params, lambda value: result._settle(read(value))))
        return result

    def record_create(self, params: dict[str, Any]) -> Provisional:
        """Take a `create` down; the object has its id afterwards."""
        provisional = Provisional(self, len(self._operations))

        def settle(value: Any) -> None:
            if not isinstance(value, str):
                raise ProtocolError(f"create: expected the id of the new object, found {value!r:.80}")
            provisional.settle(value)

        self._operations.append(_Operation("create", params, settle))
        return provisional

    def take_last(self) -> Result[Any]:
        """The result of the operation taken down last."""
        return self._last

    def __len__(self) -> int:
        return len(self._operations)

    def request(self) -> dict[str, Any]:
        """The params of the request."""
        operations = [
            {"id": index, "jsonrpc": "2.0", "method": operation.method, "params": operation.params}
            for index, operation in enumerate(self._operations)
        ]
        return {"operations": operations}

    def settle(self, result: Any) -> None:
        """Hand the results out. Raises TransactionError for the operation that failed, or ProtocolError."""
        replies = result.get("value") if isinstance(result, dict) else None
        if not isinstance(replies, list):
            raise ProtocolError(f"result of transaction: expected a list of replies, found {result!r:.80}")
        for index, operation in enumerate(self._operations):
            where = f"operation {index} of a transaction, {operation.method}"
            reply = replies[index] if index < len(replies) else None
            if not isinstance(reply, dict):
                raise ProtocolError(f"reply to {where}: expected an object, found {reply!r:.80}")
            if "error" in reply:
                raise TransactionError(index, read_error(reply["error"], where))
            value = read_reply(reply, where)
            operation.settle(value.get("value") if isinstance(value, dict) else None)


def not_committed(what: str) -> KurentoError:
    """What becomes of using something of a transaction that is not, or not yet, carried out."""
    code = ErrorCode.MEDIA_OBJECT_NOT_FOUND_TRANSACTION_NO_COMMIT
    return KurentoError(code, f"{what} is part of a transaction that has not been carried out")
