"""Requests that wait for their replies, and which of them may be sent again over a new connection."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import attrs
import trio

from kms_trio.client.errors import ProtocolError
from kms_trio.errors import KurentoError

#: How long after it was sent a request may be sent again with the same id. A server keeps replies for 20 s and answers
#: from there instead of doing the work twice; the rest is for the way.
REPEAT_WINDOW_S: Final = 15.0

#: Methods that do nothing the second time.
_IDEMPOTENT: Final = frozenset({"ping", "connect", "describe", "release", "ref", "unref", "unsubscribe", "keepAlive"})


@attrs.define(eq=False)
class Pending:
    """One request. `sent_at` is by Trio's clock, None while it waits for a connection."""

    id: int
    method: str
    params: Mapping[str, Any]
    sent_at: float | None = None
    _result: Any = None
    _failure: Exception | None = None
    _done: trio.Event = attrs.field(factory=trio.Event)

    def text(self, session_id: str | None) -> str:
        """The message."""
        params = dict(self.params) if session_id is None else {**self.params, "sessionId": session_id}
        return json.dumps(
            {"id": self.id, "jsonrpc": "2.0", "method": self.method, "params": params}, separators=(",", ":")
        )

    def may_repeat(self, now: float) -> bool:
        """Whether sending it (again) cannot do its work twice."""
        if self.sent_at is None or now - self.sent_at < REPEAT_WINDOW_S or self.method in _IDEMPOTENT:
            return True
        return self.method == "invoke" and str(self.params.get("operation", "")).startswith("get")

    def reply(self, message: Mapping[str, Any]) -> None:
        """Its reply has come."""
        try:
            self._result = read_reply(message, self.method)
        except (KurentoError, ProtocolError) as failure:
            self._failure = failure
        self._done.set()

    def fail(self, failure: Exception) -> None:
        """No reply will come."""
        self._failure = failure
        self._done.set()

    async def result(self) -> Any:
        """Wait for the reply. Raises KurentoError for an error, ClientError when there will be none."""
        await self._done.wait()
        if self._failure is not None:
            raise self._failure
        return self._result


def read_reply(message: Mapping[str, Any], what: str) -> Any:
    """The result in a reply. Raises KurentoError for an error, ProtocolError for neither."""
    if "error" in message:
        raise read_error(message["error"], what)
    if "result" not in message:
        raise ProtocolError(f"reply to {what}: expected a result or an error, found neither")
    return message["result"]


def read_error(error: Any, what: str) -> KurentoError:
    """The error of a reply. Raises ProtocolError."""
    code = error.get("code") if isinstance(error, dict) else None
    text = error.get("message") if isinstance(error, dict) else None
    if not isinstance(code, int) or not isinstance(text, str):
        raise ProtocolError(f"reply to {what}: expected an error with code and message, found {error!r:.80}")
    data = error.get("data")
    data_type = data.get("type") if isinstance(data, dict) else None
    return KurentoError(code, text, data_type=data_type if isinstance(data_type, str) else None)
