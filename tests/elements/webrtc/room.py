"""Making endpoints for scripted peers, and publishing to them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import attrs
import av
import trio

from kms_trio.media.frames import EncodedFrame
from kms_trio.settings import Settings
from kms_trio.testing.clips import picture_number, write_clip
from kms_trio.testing.patience import PATIENCE_S, until
from kms_trio.testing.rpc import RpcClient
from kms_trio.testing.webrtc_peer import WebRtcPeer, open_peer

EVENTS = (
    "IceComponentStateChanged",
    "NewCandidatePairSelected",
    "DtlsConnectionStateChange",
    "ConnectionStateChanged",
    "MediaStateChanged",
    "MediaFlowInStateChanged",
    "MediaFlowOutStateChanged",
    "MediaTranscodingStateChanged",
    "DataChannelOpened",
    "DataChannelClosed",
)


def quiet_settings() -> Settings:
    """The defaults without an HTTP side."""
    settings = Settings()
    return attrs.evolve(settings, http=attrs.evolve(settings.http, port=0))


@attrs.define
class Participant:
    """An endpoint at the server and the peer that it talks to."""

    endpoint: str
    peer: WebRtcPeer


@asynccontextmanager
async def join(
    client: RpcClient,
    pipeline: str,
    *,
    send: bool = True,
    receive: bool = True,
    sources: Sequence[str] = (),
    codecs: Sequence[str] = ("opus/48000/2", "VP8/90000"),
    data_channels: bool = False,
    rtx: bool = False,
    constructor: Mapping[str, Any] | None = None,
    wrap_socket: Callable[[Any], Any] | None = None,
) -> AsyncIterator[Participant]:
    """Negotiate an endpoint, fed by `sources` ("self": by itself), and wait until the peer is connected.

    `constructor` has further parameters of the endpoint; `wrap_socket` puts something between the peer and its socket.
    """
    given = {"useDataChannels": data_channels, **(constructor or {})}
    endpoint = await client.create("WebRtcEndpoint", mediaPipeline=pipeline, **given)
    await client.subscribe(endpoint, *EVENTS, "IceCandidateFound", "IceGatheringDone")
    async with open_peer(send=send, receive=receive, codecs=codecs, data_channels=data_channels, rtx=rtx) as peer:
        if wrap_socket is not None:
            peer._socket = wrap_socket(peer._socket)
        answer = await client.invoke(endpoint, "processOffer", offer=peer.offer())
        peer.take_answer(answer)
        for source in sources:
            await client.invoke(endpoint if source == "self" else source, "connect", sink=endpoint)
        await client.invoke(endpoint, "gatherCandidates")
        await client.expect("IceGatheringDone", endpoint)
        for event in list(client.events):
            if event.name == "IceCandidateFound" and event.source_id == endpoint:
                peer.add_candidate(event.data["candidate"]["candidate"])
        with trio.fail_after(PATIENCE_S):
            await peer.connected.wait()
        yield Participant(endpoint, peer)


class Publisher:
    """Sends frames in a loop at 30 fps, jumping to a key frame when asked for one, and 20 ms of Opus silence each."""

    OPUS_SILENCE = b"\xf8\xff\xfe"

    def __init__(self, peer: WebRtcPeer, frames: Sequence[EncodedFrame]) -> None:
        self.sent: list[bytes] = []
        self._peer = peer
        self._frames = frames
        self._key_wanted = False
        peer.on_key_frame_request = self._jump

    def _jump(self) -> None:
        self._key_wanted = True

    async def run(self, count: int | None = None, *, pace_s: float = 0.033) -> None:
        """Send `count` frames (None: for ever)."""
        at = number = 0
        while count is None or number < count:
            if self._key_wanted:
                self._key_wanted = False
                while not self._frames[at].key_frame:
                    at = (at + 1) % len(self._frames)
            frame = self._frames[at]
            at = (at + 1) % len(self._frames)
            self.sent.append(frame.data)
            await self._peer.send_frame("video", frame.data, number * 3000)
            await self._peer.send_frame("audio", self.OPUS_SILENCE, number * 1584)
            number += 1
            await trio.sleep(pace_s)


def numbers(frames: Sequence[EncodedFrame]) -> list[int | None]:
    """Decode VP8 frames, every one of them, and read the number in each picture."""
    decoder = av.CodecContext.create("vp8", "r")
    pictures = []
    for frame in frames:
        pictures += decoder.decode(av.Packet(frame.data))
    return [picture_number(picture) for picture in pictures]


async def see_yourself(me: Participant, frames: Sequence[EncodedFrame]) -> None:
    """Publish to an endpoint that feeds itself, and see every picture come back."""
    async with trio.open_nursery() as nursery:
        publisher = Publisher(me.peer, frames)
        nursery.start_soon(publisher.run)
        await until(lambda: "video" in me.peer.tracks and len(me.peer.tracks["video"].frames) > 30)
        track = me.peer.tracks["video"]
        shown = [frame.data for frame in track.frames]
        first = publisher.sent.index(shown[0])
        assert shown == publisher.sent[first : first + len(shown)]
        assert None not in numbers(track.frames)
        assert track.statistics.packets_lost == 0
        nursery.cancel_scope.cancel()


def numbered_frames(folder: Path) -> list[EncodedFrame]:
    """Two seconds of numbered VP8 pictures at 30 fps, a key frame each second; pts at 90 kHz."""
    path = write_clip(
        folder / "numbers.webm",
        audio=None,
        seconds=2.0,
        frames_per_second=30,
        size=(320, 240),
        key_frame_every=30,
    )
    with av.open(str(path)) as container:
        return [
            EncodedFrame(bytes(packet), number * 3000, packet.is_keyframe)
            for number, packet in enumerate(container.demux(video=0))
            if packet.size
        ]
