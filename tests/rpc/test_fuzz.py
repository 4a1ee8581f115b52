"""Hostile frames: the server answers each, and the next client is served."""

from __future__ import annotations

import json

import trio
from hypothesis import given
from hypothesis import strategies as st

from kms_trio.app import Server, build
from kms_trio.clock import SystemClock
from kms_trio.codecs.service import CodecService
from kms_trio.net.service import NetworkService
from kms_trio.plugins import Plugins
from kms_trio.rpc.json_text import JsonTextError, decode, encode
from kms_trio.settings import Settings
from tests.rpc.frames import FRAME, VALUE, fill, searches


class Nobody:
    """A connection that hears events."""

    def __init__(self) -> None:
        self.session_id: str | None = None
        self.events: list[str] = []

    def send_event(self, text: str) -> None:
        self.events.append(text)


async def answer_all(frames: list[str | bytes]) -> None:
    clock = SystemClock()
    server: Server = build(Settings(), Plugins([]), clock, NetworkService(clock), CodecService())
    handle = server.rpc._handler.handle
    peer = Nobody()
    async with trio.open_nursery() as nursery:
        await nursery.start(server.context.supervisor.run)
        pipeline = await server.lifecycle.create("other", "MediaPipeline", None)
        element = await server.lifecycle.create("other", "PassThrough", {"mediaPipeline": pipeline.id})
        for frame in frames:
            reply = await handle(fill(frame, pipeline.id, element.id), peer)
            if reply:
                message = json.loads(reply)
                assert ("result" in message) != ("error" in message)
                assert message["jsonrpc"] == "2.0"
                # What nobody foresaw would say so; only params that are no object may.
                if message.get("error", {}).get("code") == -32603:
                    assert "requires objectValue" in reply or "Unknown type" in reply, (frame, reply)
        for text in peer.events:
            assert json.loads(text)["method"] == "onEvent"
        assert json.loads(
            await handle('{"jsonrpc":"2.0","id":"after","method":"ping","params":{"sessionId":"z"}}', peer)
        )
        await server.lifecycle.release_all()
        assert len(server.context.directory) == 1
        nursery.cancel_scope.cancel()


@searches(150)
@given(st.lists(FRAME, min_size=1, max_size=12))
def test_fuzz_frames(frames: list[str | bytes]) -> None:
    trio.run(answer_all, frames)


@given(st.text() | VALUE.map(json.dumps))
def test_fuzz_json(text: str) -> None:
    try:
        value = decode(text)
    except JsonTextError:
        return
    assert decode(encode(value)) == value


def test_json_is_read_as_leniently_as_clients_are_used_to() -> None:
    assert decode('{"a":1} trailing') == {"a": 1}
    assert decode('/* c */ {"a": "/* kept */ // kept", // c\n "b": 2}') == {"a": "/* kept */ // kept", "b": 2}
    assert decode('{"a":1,"a":2}') == {"a": 2}
    assert encode({"b": "é", "a": [1.0, None]}) == '{"a":[1.0,null],"b":"\\u00e9"}'
