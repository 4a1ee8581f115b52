"""The npm package kurento-client in Node: calls, transactions, reconnection."""

from __future__ import annotations

import json
import re

import pytest
import trio

from tests.interop.harness.node import run_node
from tests.interop.harness.proxy import open_proxy
from tests.interop.harness.server import RunningServer

pytestmark = pytest.mark.interop


@pytest.mark.parametrize(
    "options",
    [{}, {"enableTransactions": False}, {"useImplicitTransactions": True}],
    ids=["default", "without transactions", "implicit transactions"],
)
async def test_calls(server_in_process: RunningServer, options: dict[str, bool]) -> None:
    async with run_node("calls.js", server_in_process.ws_url, json.dumps(options)) as node:
        told = await node.next()
    ids = told["ids"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", told["version"])
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


async def test_transactions(server_in_process: RunningServer) -> None:
    async with run_node("transaction.js", server_in_process.ws_url) as node:
        told = await node.next()
    assert told["source"].startswith(f"{told['pipeline']}/")
    assert told["tag"] == "blue"
    assert told["name"] == "left"
    assert told["children"] == 3


async def test_reconnection_keeps_session_objects_and_events(server_in_process: RunningServer) -> None:
    async with (
        open_proxy(server_in_process.port) as proxy,
        run_node("reconnect.js", f"ws://localhost:{proxy.port}/kurento") as node,
    ):
        before = await node.next()
        await proxy.drop()
        after = await node.next()
    assert after["sameSession"] is True
    assert after["name"] == "before"
    assert after["eventSource"].startswith(before["pipeline"])


async def test_two_clients_at_once(server_in_process: RunningServer) -> None:
    results = []

    async def call() -> None:
        async with run_node("calls.js", server_in_process.ws_url) as node:
            results.append(await node.next())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(call)
        nursery.start_soon(call)
    pipelines = {told["ids"]["pipeline"] for told in results}
    assert len(pipelines) == 2
