"""Endpoints with scripted peers behind them, joined the way applications do it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import attrs
import trio

from kms_trio.media.frames import EncodedFrame
from kms_trio.testing.rpc import RpcClient
from kms_trio.testing.webrtc_peer import WebRtcPeer, open_peer
from tests.elements.lifecycles.journal import Journal, each_media, gathered, negotiated, transport_up
from tests.elements.webrtc.room import Publisher


@attrs.define
class Actor:
    """An endpoint, its name in the journal, and its peer."""

    endpoint: str
    name: str
    peer: WebRtcPeer
    _answer: str

    async def connect(self, client: RpcClient, journal: Journal) -> None:
        """Gather, and let the peer have what was found; returns before the peer is connected."""
        journal.take_candidates()
        await client.invoke(self.endpoint, "gatherCandidates")
        await client.request("ping")  # candidates raised before the reply are here now
        self.peer.take_answer(self._answer)
        for text in dict.fromkeys(each["candidate"] for each in journal.take_candidates()):
            self.peer.add_candidate(text)


@asynccontextmanager
async def offering(
    client: RpcClient, journal: Journal, endpoint: str, name: str, *, send: bool, receive: bool
) -> AsyncIterator[Actor]:
    """A peer whose offer the endpoint has taken."""
    async with open_peer(send=send, receive=receive) as peer:
        answer = await client.invoke(endpoint, "processOffer", offer=peer.offer())
        yield Actor(endpoint, name, peer, answer)


@asynccontextmanager
async def publishing(
    client: RpcClient, journal: Journal, pipeline: str, frames: Sequence[EncodedFrame]
) -> AsyncIterator[str]:
    """The id of an endpoint, called "webrtc", whose peer sends audio and video for the length of the block."""
    endpoint = await journal.watch(await client.create("WebRtcEndpoint", mediaPipeline=pipeline), "webrtc")
    async with (
        offering(client, journal, endpoint, "webrtc", send=True, receive=False) as actor,
        trio.open_nursery() as nursery,
    ):
        await actor.connect(client, journal)
        await journal.expect(*negotiated("webrtc"), *gathered("webrtc"), *transport_up("webrtc"))
        nursery.start_soon(Publisher(actor.peer, frames).run)
        await journal.expect(*each_media("webrtc MediaFlowOutStateChanged * FLOWING"))
        yield endpoint
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def watching(client: RpcClient, journal: Journal, pipeline: str) -> AsyncIterator[Actor]:
    """An endpoint, called "viewer", whose peer receives audio and video; nothing feeds it yet."""
    endpoint = await journal.watch(await client.create("WebRtcEndpoint", mediaPipeline=pipeline), "viewer")
    async with offering(client, journal, endpoint, "viewer", send=False, receive=True) as actor:
        await actor.connect(client, journal)
        await journal.expect(*negotiated("viewer"), *gathered("viewer"), *transport_up("viewer"))
        yield actor
