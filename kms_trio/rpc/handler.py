"""One message in, one reply out."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.rpc.envelope import (
    Request,
    check_params,
    error_reply,
    notification_reply,
    read_request,
    result_reply,
    unexpected_error,
)
from kms_trio.rpc.json_text import JsonTextError, TooManyValuesError, decode, encode
from kms_trio.rpc.methods import Method
from kms_trio.rpc.params import Params
from kms_trio.rpc.request_cache import RequestCache
from kms_trio.rpc.sessions import Peer, Sessions
from kms_trio.rpc.transaction import Allowance, run_transaction

logger = logging.getLogger("KurentoServerMethods")


class Handler:
    """Carries out the messages of all connections."""

    def __init__(self, table: Mapping[str, Method], sessions: Sessions, cache: RequestCache | None) -> None:
        """`table` has all methods by name but for `transaction` (`methods.Methods`, or a router to workers)."""
        self._sessions = sessions
        self._cache = cache
        self._methods = table

    async def handle(self, message: str | bytes, peer: Peer) -> str:
        """Carry out one message of `peer` and return the text to send back. Raises nothing but Cancelled."""
        try:
            decoded = decode(message if isinstance(message, str) else message.decode())
        except TooManyValuesError as excess:
            return encode(error_reply(None, KurentoError(ErrorCode.PARSE_ERROR, f"Parse error. {excess}")))
        except (JsonTextError, UnicodeDecodeError):
            return encode(error_reply(None, KurentoError(ErrorCode.PARSE_ERROR, "Parse error.")))
        try:
            request = read_request(decoded)
        except KurentoError as malformed:
            return encode(error_reply(None, malformed))
        session_id = self._inject_session(request, peer)
        if self._cache is None or session_id is None or request.request_id is None:
            return await self._answer(request, peer)
        async with self._cache.turn(session_id, request.request_id):
            text = self._cache.get(session_id, request.request_id)
            if text is None:
                text = await self._answer(request, peer)
                self._cache.put(session_id, request.request_id, text)
        return text

    async def _answer(self, request: Request, peer: Peer) -> str:
        reply = await self._execute(request)
        result = reply.get("result")
        if isinstance(result, dict) and isinstance(session_id := result.get("sessionId"), str):
            self._sessions.bind(session_id, peer)
        if request.request_id is None and "error" not in reply:
            if result is None:
                return ""
            reply = notification_reply(result)
        try:
            return encode(reply)
        except (ValueError, TypeError, RecursionError) as misfit:  # an infinite number, say
            logger.error("The result of method %s is no JSON: %s", request.method, misfit)
            return encode(error_reply(request.request_id, unexpected_error(f"the result is no JSON: {misfit}")))

    def _inject_session(self, request: Request, peer: Peer) -> str | None:
        """Put the connection's session into a request that names none; return the session that it names now."""
        params = request.params
        if peer.session_id is not None and (params is None or (isinstance(params, dict) and "sessionId" not in params)):
            request.params = {**(params or {}), "sessionId": peer.session_id}
            return peer.session_id
        session_id = params.get("sessionId") if isinstance(params, dict) else None
        return session_id if isinstance(session_id, str) else None

    async def _execute(self, request: Request, allowance: Allowance | None = None) -> dict[str, Any]:
        """Named guard: a method that raises what nobody foresaw fails that request alone.

        `allowance` is that of the transaction that the request is part of.
        """
        method = self._methods.get(request.method)
        if request.method == "transaction":
            method = partial(self._transaction, allowance or Allowance())
        try:
            if method is None:
                raise KurentoError(ErrorCode.METHOD_NOT_FOUND, "Method not found.", data_type=None)
            check_params(request.params)
            return result_reply(request.request_id, await method(request.params))
        except KurentoError as failure:
            logger.debug("%s failed: %s", request.method, failure)
            return error_reply(request.request_id, failure)
        except Exception as crash:
            logger.exception("Unexpected error while processing method %s", request.method)
            return error_reply(request.request_id, unexpected_error(f"{type(crash).__name__}: {crash}"))

    async def _transaction(self, allowance: Allowance, params: Params | None) -> dict[str, Any]:
        async def execute(message: Any) -> dict[str, Any]:
            try:
                request = read_request(message)
            except KurentoError as malformed:
                return error_reply(message["id"], malformed)
            return await self._execute(request, allowance)

        return await run_transaction(params, execute, allowance)
