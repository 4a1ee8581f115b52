"""Peers that only listen for TCP: the server connects to them, and to nobody who is not the peer."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence

import attrs
import trio

from kms_trio.app import Server
from kms_trio.media.frames import EncodedFrame
from kms_trio.net.active_tcp import BURST, MAX_CONNECTING, OutgoingConnections
from kms_trio.net.service import NetworkService
from kms_trio.rtc.ice import Candidate, format_candidate, parse_candidate, tcp_host_candidate
from kms_trio.testing.patience import PATIENCE_S, until
from kms_trio.testing.rpc import RpcClient
from kms_trio.testing.webrtc_peer import WebRtcPeer, open_peer
from tests.elements.webrtc.room import Participant, see_yourself
from tests.elements.webrtc.test_ice_tcp import an_endpoint, bridge_over, connected, deafen, passive
from tests.elements.webrtc.test_peered_endpoints import loop_through, open_trunk


@attrs.define
class Listening:
    """A port that a peer says it listens on."""

    socket: trio.SocketListener
    candidate: Candidate

    async def accept(self) -> trio.SocketStream:
        with trio.fail_after(PATIENCE_S):
            return await self.socket.accept()


@contextlib.asynccontextmanager
async def listen(host: str) -> AsyncIterator[Listening]:
    (listener,) = await trio.open_tcp_listeners(0, host=host)
    async with listener:
        yield Listening(listener, tcp_host_candidate(host, listener.socket.getsockname()[1]))


async def tell(client: RpcClient, endpoint: str, candidate: Candidate) -> None:
    text = format_candidate(candidate)
    await client.invoke(endpoint, "addIceCandidate", candidate={"candidate": text, "sdpMid": "0", "sdpMLineIndex": 0})


def outgoing(server: Server) -> OutgoingConnections:
    network: NetworkService = server.context.network
    return network.outgoing_connections


async def an_endpoint_that_hears_nothing(client: RpcClient, peer: WebRtcPeer) -> tuple[str, str]:
    """An endpoint that shows the peer itself, and an address of it; nothing comes to the peer by UDP."""
    deafen(peer)
    endpoint, candidates = await an_endpoint(client, peer)
    active = [each for each in candidates if each.tcp_type == "active"]
    assert {each.port for each in active} == {9}
    assert {each.host for each in active} == {each.host for each in candidates if each.tcp_type == "passive"}
    return endpoint, passive(candidates).host


async def test_media_over_a_connection_that_the_server_opens(
    client: RpcClient, server: Server, vp8_frames: Sequence[EncodedFrame]
) -> None:
    async with open_peer() as peer:
        endpoint, host = await an_endpoint_that_hears_nothing(client, peer)
        async with listen(host) as port:
            await tell(client, endpoint, port.candidate)
            async with bridge_over(await port.accept()) as way:
                deafen(peer, to_all_but=way)
                peer.add_candidate(way.candidate)
                await connected(peer)
                await see_yourself(Participant(endpoint, peer), vp8_frames)
                pair = (await client.expect("NewCandidatePairSelected", endpoint)).data["candidatePair"]
                assert pair["localCandidate"].endswith(" rport 9 tcptype active"), "seen through the bridge"
                assert " tcptype passive" in pair["remoteCandidate"]
                assert outgoing(server).opened == 1
                assert outgoing(server).connecting == 0
                await client.release(endpoint)
                with trio.fail_after(PATIENCE_S):
                    await way.ended.wait()


async def test_two_endpoints_that_have_only_a_connection_between_them(
    client: RpcClient, server: Server, vp8_frames: Sequence[EncodedFrame]
) -> None:
    pipeline = await client.create("MediaPipeline")
    trunk = await open_trunk(client, pipeline)
    await trunk.negotiate()
    await trunk.gather()
    await client.expect("IceGatheringDone", trunk.b)
    texts = [
        event.data["candidate"]["candidate"]
        for event in client.events
        if event.name == "IceCandidateFound" and event.source_id == trunk.b
    ]
    await tell(client, trunk.a, passive([parse_candidate(text) for text in dict.fromkeys(texts)]))
    await trunk.connected()
    await loop_through(client, pipeline, trunk, vp8_frames)
    assert outgoing(server).opened == 1


async def test_an_endpoint_that_goes_away_while_it_connects(client: RpcClient, server: Server) -> None:
    async with open_peer() as peer:
        endpoint, host = await an_endpoint_that_hears_nothing(client, peer)
        async with listen(host) as port:
            await tell(client, endpoint, port.candidate)
            await until(lambda: outgoing(server).opened == 1)
            await client.release(endpoint)
            await until(lambda: outgoing(server).connecting == 0)


def test_a_worker_opens_connections_at_a_pace() -> None:
    connections = OutgoingConnections()
    assert sum(connections.take(0.0) for _ in range(1000)) == BURST
    assert sum(connections.take(1.0) for _ in range(1000)) == 10
    connections.connecting = 0
    assert sum(connections.take(second) for second in range(2, 200) for _ in range(50)) == MAX_CONNECTING
    assert connections.connecting == MAX_CONNECTING
