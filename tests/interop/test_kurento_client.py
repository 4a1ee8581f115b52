"""The npm package kurento-client in Node, of today and of 6.x: calls, transactions, reconnection, old names."""

from __future__ import annotations

import json

import pytest
import trio

from tests.interop.harness.node import run_node
from tests.interop.harness.proxy import open_proxy
from tests.interop.harness.server import RunningServer

pytestmark = pytest.mark.interop

both_generations = pytest.mark.parametrize("client", [7, 6])


@both_generations
@pytest.mark.parametrize(
    "options",
    [{}, {"enableTransactions": False}, {"useImplicitTransactions": True}],
    ids=["default", "without transactions", "implicit transactions"],
)
async def test_calls(server_in_process: RunningServer, options: dict[str, bool], client: int) -> None:
    async with run_node("calls.js", server_in_process.ws_url, json.dumps(options), client=client) as node:
        told = await node.next()
    ids = told["ids"]
    assert told["version"].startswith("7.3.")
    assert told["capabilities"] == ["transactions"]
    assert told["name"] == "source"
    assert (told["foundType"], told["sameObject"]) == ("WebRtcEndpoint", True)
    assert sorted(told["children"]) == sorted([ids["source"], ids["sink"]])
    assert told["connectionTypes"] == ["AUDIO", "DATA", "VIDEO"]
    assert told["event"]["source"] == ids["source"]
    assert told["event"]["mediaType"] in {"AUDIO", "VIDEO", "DATA"}
    not_found = {"name": "ReferenceError", "code": 40101, "type": "MEDIA_OBJECT_NOT_FOUND"}
    assert told["refusals"]["unknownObject"] == not_found
    assert told["refusals"]["otherPipeline"]["code"] == 40004
    assert told["refusals"]["badOffer"]["code"] == 40201
    assert told["gone"] == not_found


@both_generations
async def test_transactions(server_in_process: RunningServer, client: int) -> None:
    async with run_node("transaction.js", server_in_process.ws_url, client=client) as node:
        told = await node.next()
    assert told["source"].startswith(f"{told['pipeline']}/")
    assert told["tag"] == "blue"
    assert told["name"] == "left"
    assert told["children"] == 3


@both_generations
async def test_reconnection_keeps_session_objects_and_events(server_in_process: RunningServer, client: int) -> None:
    async with (
        open_proxy(server_in_process.port) as proxy,
        run_node("reconnect.js", f"ws://localhost:{proxy.port}/kurento", client=client) as node,
    ):
        before = await node.next()
        await proxy.drop()
        after = await node.next()
    assert after["sameSession"] is True
    assert after["name"] == "before"
    assert after["eventSource"].startswith(before["pipeline"])


async def test_clients_of_both_generations_at_once(server_in_process: RunningServer) -> None:
    results = []

    async def call(client: int) -> None:
        async with run_node("calls.js", server_in_process.ws_url, client=client) as node:
            results.append(await node.next())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(call, 7)
        nursery.start_soon(call, 6)
    pipelines = {told["ids"]["pipeline"] for told in results}
    assert len(pipelines) == 2


async def test_names_of_6_x(server_in_process: RunningServer) -> None:
    async with run_node("legacy.js", server_in_process.ws_url, client=6) as node:
        told = await node.next()
    assert told["children"] == [told["endpoint"]]
    assert told["bitrates"] == [300_000, 900_000]
    assert told["externalAddress"] == "198.51.100.7"
    events = told["events"]
    assert set(events) == {
        "OnIceCandidate",
        "OnIceGatheringDone",
        "OnIceComponentStateChanged",
        "IceComponentStateChange",
    }
    for name, event in events.items():
        assert event["type"] == name
        assert event["source"] == told["endpoint"]
        assert int(event["timestamp"]) == int(event["timestampMillis"]) // 1000
    assert events["OnIceCandidate"]["candidate"]["candidate"].startswith("candidate:")
    assert told["stats"]["audioE2ELatency"] == told["stats"]["inputVideoLatency"] == 0
    assert told["stats"]["timestamp"] == told["stats"]["timestampMillis"] / 1000
