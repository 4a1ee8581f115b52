"""What clients in other languages send: Go, PHP, Python, Elixir and C# each read the protocol in their own way."""

from __future__ import annotations

import json
from typing import Any

import pytest
import trio
from trio_websocket import open_websocket_url

from kms_trio.app import Server
from kms_trio.testing.patience import PATIENCE_S
from kms_trio.testing.rpc import RpcClient, open_client


async def reply_to(client: RpcClient, request_id: Any, **members: Any) -> dict[str, Any]:
    """The reply to a request with these members beside version and id."""
    await client.send_text(json.dumps({"jsonrpc": "2.0", "id": request_id, **members}))
    return await client.reply(request_id)


async def test_a_session_beside_the_params_counts_as_none(server: Server) -> None:
    async with open_client(server.control_url) as client:
        create = {"method": "create", "params": {"type": "MediaPipeline", "constructorParams": {}}}
        first = await reply_to(client, 1, **create)
        second = await reply_to(client, 2.0, **create, sessionId="not-a-session")
    assert first["result"]["sessionId"] == second["result"]["sessionId"] != "not-a-session"
    assert second["id"] == 2


@pytest.mark.parametrize("nothing", [[], {}, None])
@pytest.mark.parametrize(
    "operation", ["getName", "getStats", "generateOffer", "gatherCandidates", "getSinkConnections", "getTags"]
)
async def test_no_operation_params_in_any_form(server: Server, operation: str, nothing: Any) -> None:
    """PHP writes an empty map as an empty array."""
    async with open_client(server.control_url) as client:
        endpoint = await client.create("WebRtcEndpoint", mediaPipeline=await client.create("MediaPipeline"))
        params = {"object": endpoint, "operation": operation, "operationParams": nothing}
        assert "value" in await client.request("invoke", params)


async def test_connect_without_params_and_text_for_ids(server: Server) -> None:
    async with open_client(server.control_url) as client:
        connected = await reply_to(client, "a1-1", method="connect")
        created = await reply_to(client, "a1-2", method="create", params={"type": "MediaPipeline", "properties": {}})
    assert created["result"]["sessionId"] == connected["result"]["sessionId"]


async def test_optional_params_that_are_null(server: Server) -> None:
    async with open_client(server.control_url) as client:
        unset = dict.fromkeys(("recvonly", "sendonly", "useDataChannels", "certificateKeyType", "qosDscp"))
        pipeline = await client.create("MediaPipeline")
        endpoint = await client.create("WebRtcEndpoint", mediaPipeline=pipeline, **unset)
        candidate = {"candidate": "candidate:1 1 UDP 1 192.0.2.1 9 typ host", "sdpMid": None, "sdpMLineIndex": "0"}
        await client.invoke(endpoint, "addIceCandidate", candidate={**candidate, "usernameFragment": "abcd"})
        await client.invoke(endpoint, "connect", sink=endpoint, mediaType=None)
        assert len(await client.invoke(endpoint, "getSinkConnections", mediaType=None)) == 3


async def test_origin_and_subprotocol_are_not_asked_for(server: Server) -> None:
    origin = [(b"Origin", b"http://application.example")]
    with trio.fail_after(PATIENCE_S):
        async with open_websocket_url(server.control_url, subprotocols=["kurento"], extra_headers=origin) as socket:
            await socket.send_message('{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"interval": 5000.0}}')
            assert json.loads(await socket.get_message())["result"] == {"value": "pong"}
