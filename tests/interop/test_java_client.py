"""Kurento's Java client from Maven Central, of today and of 6.x: calls, heartbeat, reconnection, no server."""

from __future__ import annotations

import pytest
import trio

from tests.interop.harness.java import run_java
from tests.interop.harness.proxy import open_proxy
from tests.interop.harness.server import RunningServer, free_port

pytestmark = pytest.mark.interop

both_generations = pytest.mark.parametrize("client", [7, 6])

HEARTBEATS_DEADLINE_S = 90


@both_generations
async def test_calls(server_in_process: RunningServer, client: int) -> None:
    async with run_java("Calls", server_in_process.ws_url, client=client) as java:
        told = await java.next()
    ids = told["ids"]
    assert told["version"].startswith("7.3.")
    assert told["capabilities"] == ["transactions"]
    assert told["name"] == "source"
    assert told["eventSource"] == ids["source"]
    assert told["connections"] == 3
    assert sorted(told["children"]) == sorted([ids["source"], ids["sink"]])
    assert told["offerRefused"] == 40201
    assert told["tag"] == "blue"
    assert told["gone"] == 40101


@both_generations
async def test_heartbeat_and_reconnection_to_the_same_session(server_in_process: RunningServer, client: int) -> None:
    quick = {"kurento.client.keepAliveTime": 300, "jsonRpcClientWebSocket.reconnectionDelay": 200}
    async with open_proxy(server_in_process.port) as proxy:
        url = f"ws://localhost:{proxy.port}/kurento"
        async with run_java("Reconnect", url, client=client, properties=quick) as java:
            before = await java.next()
            with trio.fail_after(HEARTBEATS_DEADLINE_S):
                await proxy.heard(b'"value":"pong"', times=4)
            await proxy.drop()
            after = await java.next()
    assert after == {"sameServer": True, "sameSession": True, "name": "before", "heard": before["source"]}


@both_generations
async def test_no_server_is_an_exception(client: int) -> None:
    url = f"ws://localhost:{free_port()}/kurento"
    impatient = {"kurento.client.connectionTimeout": 1000}
    async with run_java("Absent", url, client=client, properties=impatient) as java:
        assert await java.next() == {"exception": "KurentoException"}


async def test_names_of_6_x(server_in_process: RunningServer) -> None:
    async with run_java("Legacy", server_in_process.ws_url, client=6) as java:
        told = await java.next()
    assert told["candidate"].startswith("candidate:")
    assert told["type"] == "OnIceGatheringDone"
    assert int(told["timestamp"]) == int(told["timestampMillis"]) // 1000
    assert told["bitrates"] == [300_000, 900_000]
    assert told["child"] == told["endpoint"]
