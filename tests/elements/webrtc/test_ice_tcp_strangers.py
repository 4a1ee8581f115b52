"""Whoever listens where a peer says that it does is asked once whether it is the peer, and never again.

Time is virtual, which a test says by asking for `clock` itself: an endpoint gives up after so long without a peer.
"""

from __future__ import annotations

import contextlib

import pytest
import trio
from trio.testing import MockClock

from kms_trio.app import Server
from kms_trio.rtc.ice.tcp_framing import FrameReader
from kms_trio.testing.patience import PATIENCE_S, until
from kms_trio.testing.rpc import RpcClient
from kms_trio.testing.webrtc_peer import open_peer
from tests.elements.lifecycles.conftest import clock, server
from tests.elements.webrtc.test_ice_tcp_active import an_endpoint_that_hears_nothing, listen, outgoing, tell

__all__ = ["clock", "server"]


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00\x28" + bytes(40), b"\xff\xff", b""])
async def test_who_is_not_the_peer_gets_one_connection_and_one_question(
    clock: MockClock, client: RpcClient, server: Server, answer: bytes
) -> None:
    async with open_peer() as peer:
        endpoint, host = await an_endpoint_that_hears_nothing(client, peer)
        async with listen(host) as port:
            await tell(client, endpoint, port.candidate)
            stream = await port.accept()
            async with stream:
                asked: list[bytes] = []
                reader = FrameReader()
                with trio.fail_after(PATIENCE_S):
                    while not asked:
                        data = await stream.receive_some(4096)
                        assert data, "asked before it goes"
                        asked += reader.feed(bytes(data))
                    assert asked[0][:2] == b"\x00\x01", "a Binding request"
                    await stream.send_all(answer)
                    if not answer:
                        await stream.send_eof()
                    with contextlib.suppress(trio.BrokenResourceError):
                        while data := await stream.receive_some(4096):
                            asked += reader.feed(bytes(data))
            assert len(set(asked)) == 1, "what is repeated while it waits is the same question"
            await tell(client, endpoint, port.candidate)  # once more, and another that is not there any more
        async with listen(host) as gone:
            pass
        await tell(client, endpoint, gone.candidate)
        await until(lambda: outgoing(server).opened == 2)
        await until(lambda: outgoing(server).connecting == 0)
        assert outgoing(server).opened == 2
