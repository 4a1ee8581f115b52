"""Peers that reach the server by TCP only: media over a connection, and connections that nobody wants."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence

import attrs
import pytest
import trio

from kms_trio.app import Server
from kms_trio.media.frames import EncodedFrame
from kms_trio.net.tcp_base import MAX_STRANGERS, TcpBase
from kms_trio.rtc.ice import Candidate, format_candidate, host_candidate, parse_candidate
from kms_trio.rtc.ice.tcp_framing import FrameReader, frame
from kms_trio.testing.patience import PATIENCE_S, until
from kms_trio.testing.rpc import RpcClient
from kms_trio.testing.webrtc_peer import WebRtcPeer, open_peer
from tests.elements.webrtc.room import Participant, see_yourself


@attrs.define
class Bridge:
    """What a peer without TCP needs: a UDP address on one side, a connection on the other."""

    udp: trio.socket.SocketType
    tcp: trio.SocketStream
    peer: tuple[str, int] = ("", 0)
    ended: trio.Event = attrs.field(factory=trio.Event)

    @property
    def candidate(self) -> str:
        return format_candidate(host_candidate(*self.udp.getsockname()))

    async def outward(self) -> None:
        while True:
            data, self.peer = await self.udp.recvfrom(4096)
            try:
                await self.tcp.send_all(frame(data))
            except trio.BrokenResourceError:
                return

    async def inward(self) -> None:
        reader = FrameReader()
        try:
            while data := await self.tcp.receive_some(65536):
                for datagram in reader.feed(bytes(data)):
                    if self.peer[1]:  # a check that comes before it is known is repeated
                        await self.udp.sendto(datagram, self.peer)
        except trio.BrokenResourceError:
            pass
        self.ended.set()


@contextlib.asynccontextmanager
async def bridge(passive: Candidate) -> AsyncIterator[Bridge]:
    async with bridge_over(await trio.open_tcp_stream(*passive.address)) as running:
        yield running


@contextlib.asynccontextmanager
async def bridge_over(stream: trio.SocketStream) -> AsyncIterator[Bridge]:
    with trio.socket.socket(trio.socket.AF_INET, trio.socket.SOCK_DGRAM) as sock:
        sock.setsockopt(trio.socket.SOL_SOCKET, trio.socket.SO_RCVBUF, 4 << 20)
        await sock.bind(("127.0.0.1", 0))
        async with stream, trio.open_nursery() as nursery:
            running = Bridge(sock, stream)
            nursery.start_soon(running.outward)
            nursery.start_soon(running.inward)
            yield running
            nursery.cancel_scope.cancel()


async def an_endpoint(client: RpcClient, peer: WebRtcPeer, *, ice_tcp: bool = True) -> tuple[str, list[Candidate]]:
    """An endpoint that shows the peer itself, and its candidates."""
    endpoint = await client.create("WebRtcEndpoint", mediaPipeline=await client.create("MediaPipeline"))
    await client.subscribe(endpoint, "IceCandidateFound", "IceGatheringDone", "NewCandidatePairSelected")
    await client.invoke(endpoint, "setIceTcp", iceTcp=ice_tcp)
    await client.invoke(endpoint, "connect", sink=endpoint)
    peer.take_answer(await client.invoke(endpoint, "processOffer", offer=peer.offer()))
    await client.invoke(endpoint, "gatherCandidates")
    await client.expect("IceGatheringDone", endpoint)
    texts = [event.data["candidate"]["candidate"] for event in client.events if event.name == "IceCandidateFound"]
    return endpoint, [parse_candidate(text) for text in dict.fromkeys(texts)]


def passive(candidates: Sequence[Candidate]) -> Candidate:
    """The one for IPv4."""
    (found,) = [each for each in candidates if each.tcp_type == "passive" and "." in each.host]
    return found


def deafen(peer: WebRtcPeer, to_all_but: Bridge | None = None) -> None:
    address = to_all_but.udp.getsockname() if to_all_but is not None else None
    peer.hears = lambda remote: remote == address


async def connected(peer: WebRtcPeer) -> None:
    with trio.fail_after(PATIENCE_S):
        await peer.connected.wait()


async def test_media_over_a_connection(client: RpcClient, server: Server, vp8_frames: Sequence[EncodedFrame]) -> None:
    async with open_peer() as peer:
        deafen(peer)
        endpoint, candidates = await an_endpoint(client, peer)
        listening = passive(candidates)
        assert listening.port not in {sock.port for sock in server.context.network.sockets}
        async with bridge(listening) as way:
            deafen(peer, to_all_but=way)
            peer.add_candidate(way.candidate)
            await connected(peer)
            await see_yourself(Participant(endpoint, peer), vp8_frames)
            pair = (await client.expect("NewCandidatePairSelected", endpoint)).data["candidatePair"]
            assert " TCP " in pair["localCandidate"]
            assert " tcptype active" in pair["remoteCandidate"]
            await client.release(endpoint)
            with trio.fail_after(PATIENCE_S):
                await way.ended.wait()  # the next thing that the peer says finds nobody


async def test_udp_is_used_when_it_works_too(client: RpcClient, vp8_frames: Sequence[EncodedFrame]) -> None:
    async with open_peer() as peer:
        endpoint, candidates = await an_endpoint(client, peer)
        async with bridge(passive(candidates)) as way:
            peer.add_candidate(way.candidate)
            for candidate in candidates:
                if candidate.transport == "udp":
                    peer.add_candidate(format_candidate(candidate))
            await connected(peer)
            await see_yourself(Participant(endpoint, peer), vp8_frames)
            pair = (await client.expect("NewCandidatePairSelected", endpoint)).data["candidatePair"]
            assert " UDP " in pair["localCandidate"]


async def test_it_can_be_switched_off(client: RpcClient, server: Server) -> None:
    async with open_peer() as peer:
        _, candidates = await an_endpoint(client, peer, ice_tcp=False)
    assert {candidate.transport for candidate in candidates} == {"udp"}
    assert server.context.network.open_tcp_bases == ()


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", id="another protocol"),
        pytest.param(frame(bytes(40)), id="a frame of zeros"),
        pytest.param(frame(b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12)), id="a check for nobody"),
        pytest.param(frame(b"\x80\x60" + bytes(60)), id="media"),
        pytest.param(b"\xff\xff" + bytes(3000), id="a frame that is too long"),
    ],
)
async def test_strangers_are_shown_the_door(client: RpcClient, server: Server, sent: bytes) -> None:
    async with open_peer() as peer:
        _, candidates = await an_endpoint(client, peer)
        stream = await trio.open_tcp_stream(*passive(candidates).address)
        async with stream:
            await stream.send_all(sent)
            with (
                trio.fail_after(PATIENCE_S),
                contextlib.suppress(trio.BrokenResourceError),
            ):  # closed, or reset as we went on
                assert await stream.receive_some(10) == b""
        base = the_base(server)
        await until(lambda: base.statistics.strangers == 1)


def the_base(server: Server) -> TcpBase:
    (base,) = [base for base in server.context.network.open_tcp_bases if "." in base.address[0]]
    return base


async def test_a_crowd_of_strangers_is_bounded_and_does_not_keep_others_out_for_long(
    client: RpcClient, server: Server, vp8_frames: Sequence[EncodedFrame]
) -> None:
    async with open_peer() as peer:
        deafen(peer)
        endpoint, candidates = await an_endpoint(client, peer)
        address = passive(candidates).address
        base = the_base(server)
        crowd = [await trio.open_tcp_stream(*address) for _ in range(MAX_STRANGERS + 5)]
        await until(lambda: base.statistics.refused == 5)
        for stream in crowd:
            await stream.aclose()
        await until(lambda: base.statistics.strangers == MAX_STRANGERS)
        async with bridge(passive(candidates)) as way:
            deafen(peer, to_all_but=way)
            peer.add_candidate(way.candidate)
            await connected(peer)
            await see_yourself(Participant(endpoint, peer), vp8_frames)


async def test_a_peer_that_does_not_read_is_sent_no_more_than_fits(
    client: RpcClient, server: Server, vp8_frames: Sequence[EncodedFrame], nursery: trio.Nursery
) -> None:
    async with open_peer() as peer:
        deafen(peer)
        endpoint, candidates = await an_endpoint(client, peer)
        async with bridge(passive(candidates)) as way:
            deafen(peer, to_all_but=way)
            peer.add_candidate(way.candidate)
            await connected(peer)
            base = the_base(server)
            remote = way.tcp.socket.getsockname()
            base.send_to(bytes(100), remote)
            assert base.statistics.dropped == 0
            for _ in range(400):  # without a turn for the writer
                base.send_to(bytes(1000), remote)
            assert base.statistics.dropped > 100
            await see_yourself(Participant(endpoint, peer), vp8_frames)
