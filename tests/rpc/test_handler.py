"""What a method returns that no client can be told."""

from __future__ import annotations

import json
import math
from typing import Any, cast

import pytest

from kms_trio.rpc.handler import Handler
from kms_trio.rpc.request_cache import RequestCache


class Nobody:
    """A connection without a session."""

    session_id: str | None = None

    def send_event(self, text: str) -> None:
        raise AssertionError(text)


@pytest.mark.parametrize("value", [math.inf, math.nan, {1, 2}])
async def test_a_result_that_is_no_json_fails_its_request_alone(value: Any) -> None:
    async def ping(params: Any) -> Any:
        return {"value": value}

    # Without a session in the result none is bound.
    handler = Handler({"ping": ping}, cast(Any, None), RequestCache(lambda: 0.0))
    reply = json.loads(await handler.handle('{"jsonrpc": "2.0", "id": 1, "method": "ping"}', Nobody()))
    assert reply["id"] == 1
    assert "the result is no JSON" in reply["error"]["message"]
    noticed = json.loads(await handler.handle('{"jsonrpc": "2.0", "method": "ping"}', Nobody()))
    assert noticed["error"]
