"""An endpoint whose media go through a TURN server goes at once, with its allocation, when it is released."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from functools import partial

import trio

from kms_trio.app import Server
from kms_trio.media.frames import EncodedFrame
from kms_trio.rtc.ice import format_candidate, parse_candidate
from kms_trio.testing.network import FakeNetwork
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient
from kms_trio.testing.turn import FakeTurnServer
from kms_trio.testing.webrtc_peer import open_peer
from tests.elements.webrtc.room import Participant, see_yourself
from tests.elements.webrtc.test_ice_tcp import connected
from tests.elements.webrtc.test_released import Released, without_collector

ROUNDS = 2
USER, PASSWORD = "alice", "secret"


@contextlib.asynccontextmanager
async def turn_server() -> AsyncIterator[FakeTurnServer]:
    """The scripted server, on real sockets of 127.0.0.1."""
    async with trio.open_nursery() as nursery:
        with (
            trio.socket.socket(type=trio.socket.SOCK_DGRAM) as front,
            trio.socket.socket(type=trio.socket.SOCK_DGRAM) as relay,
        ):
            sockets = {}
            for sock in (front, relay):
                sock.setsockopt(trio.socket.SOL_SOCKET, trio.socket.SO_RCVBUF, 4 << 20)
                await sock.bind(("127.0.0.1", 0))
                sockets[sock.getsockname()] = sock
            server = FakeTurnServer(FakeNetwork(), *sockets, USER, PASSWORD)

            async def answer(local: tuple[str, int]) -> None:
                while True:
                    data, remote = await sockets[local].recvfrom(4096)
                    server.receive(data, local=local, remote=remote, now=trio.current_time())
                    for transmit in server.transmits():
                        await sockets[transmit.local].sendto(transmit.data, transmit.remote)

            for address in sockets:
                nursery.start_soon(answer, address)
            yield server
            nursery.cancel_scope.cancel()


async def test_with_media(server: Server, client: RpcClient, vp8_frames: Sequence[EncodedFrame]) -> None:
    released = Released(server)
    with without_collector():
        for _ in range(ROUNDS):
            async with turn_server() as turn, open_peer() as peer:
                peer.hears = partial(tuple.__eq__, turn.relayed)
                pipeline = await client.create("MediaPipeline")
                endpoint = await client.create("WebRtcEndpoint", mediaPipeline=pipeline)
                await client.invoke(endpoint, "setTurnUrl", turnUrl=f"{USER}:{PASSWORD}@127.0.0.1:{turn.address[1]}")
                await client.subscribe(endpoint, "IceCandidateFound", "IceGatheringDone")
                await client.invoke(endpoint, "connect", sink=endpoint)
                peer.take_answer(await client.invoke(endpoint, "processOffer", offer=peer.offer()))
                await client.invoke(endpoint, "gatherCandidates")
                await client.expect("IceGatheringDone", endpoint)
                found = [
                    parse_candidate(event.data["candidate"]["candidate"])
                    for event in client.events
                    if event.name == "IceCandidateFound" and event.source_id == endpoint
                ]
                (relayed,) = {format_candidate(each) for each in found if each.address == turn.relayed}
                peer.add_candidate(relayed)
                await connected(peer)
                await see_yourself(Participant(endpoint, peer), vp8_frames)
                await until(lambda turn=turn: turn.channels)
                released.watch(pipeline, endpoint)
                await client.release(pipeline)
                await until(lambda turn=turn: turn.client is None)
            released.kept += [peer, turn]
        await released.all_gone()
