"""Transactions: references between requests, and where they end."""

from __future__ import annotations

from typing import Any

import pytest

from kms_trio.app import Server
from kms_trio.errors import KurentoError
from kms_trio.testing.rpc import RpcClient, open_client


def operation(index: Any, method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": index, "method": method, "params": params}


async def transact(client: RpcClient, *operations: dict[str, Any]) -> list[dict[str, Any]]:
    result = await client.request("transaction", {"operations": list(operations)})
    replies: list[dict[str, Any]] = result["value"]
    return replies


async def test_later_requests_use_what_earlier_ones_made(server: Server) -> None:
    async with open_client(server.control_url) as client:
        replies = await transact(
            client,
            operation(0, "create", type="MediaPipeline"),
            operation(1, "create", type="PassThrough", constructorParams={"mediaPipeline": "newref:0"}),
            operation(2, "invoke", object="newref:1", operation="connect", operationParams={"sink": "newref:1"}),
            operation(3, "invoke", object="newref:1", operation="getParent"),
        )
        assert [reply["id"] for reply in replies] == [0, 1, 2, 3]
        pipeline, element = replies[0]["result"]["value"], replies[1]["result"]["value"]
        assert element.startswith(f"{pipeline}/")
        assert replies[2]["result"] == {"sessionId": client.session_id, "value": None}
        assert replies[3]["result"]["value"] == pipeline


async def test_first_failure_ends_it_and_nothing_is_undone(server: Server) -> None:
    async with open_client(server.control_url) as client:
        replies = await transact(
            client,
            operation(0, "create", type="MediaPipeline"),
            operation(1, "create", type="NoSuchType"),
            operation(2, "create", type="MediaPipeline"),
        )
        assert len(replies) == 2
        assert replies[1] == {
            "id": 1,
            "jsonrpc": "2.0",
            "error": {
                "code": 40108,
                "message": "Factory 'NoSuchType' not found",
                "data": {"type": "MEDIA_OBJECT_NOT_AVAILABLE"},
            },
        }
        pipeline = replies[0]["result"]["value"]
        assert await client.invoke(pipeline, "getName") == pipeline


async def test_empty(server: Server) -> None:
    async with open_client(server.control_url) as client:
        assert await transact(client) == []


@pytest.mark.parametrize(
    ("operations", "message"),
    [
        ([operation(1, "ping")], "Id of request '0' should be '0'"),
        ([operation("0", "ping")], "Id of request '0' should be '0'"),
        ([operation(True, "ping")], "Id of request '0' should be '0'"),
        ([5], "Id of request '0' should be '0'"),
        ([operation(0, "ping", x="newref:0")], "Result not found on request 0"),
        ([operation(0, "ping", x=[{"y": "newref:7"}])], "Result not found on request 7"),
        ([operation(0, "ping", x="newref:one")], "Invalid index of newref 'one'"),
        ([operation(0, "ping", x="newref:-1")], "Invalid index of newref '-1'"),
        ([operation(0, "ping", x="newref:²")], "Invalid index of newref '²'"),
    ],
)
async def test_malformed(server: Server, operations: list[Any], message: str) -> None:
    async with open_client(server.control_url) as client:
        with pytest.raises(KurentoError) as malformed:
            await transact(client, *operations)
    assert malformed.value.code == 40008
    assert malformed.value.message == message


async def test_reference_outside_of_a_transaction(server: Server) -> None:
    async with open_client(server.control_url) as client:
        with pytest.raises(KurentoError) as unknown:
            await client.invoke("newref:0", "getName")
    assert unknown.value.code == 40109


async def test_broken_request_inside_fails_like_one_outside(server: Server) -> None:
    async with open_client(server.control_url) as client:
        replies = await transact(client, {"id": 0, "method": "ping"})
    assert replies == [
        {"id": 0, "jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid JSON-RPC request."}},
    ]
