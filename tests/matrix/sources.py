"""The sources of the matrix, made and started the way applications do it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import attrs
import trio

from kms_trio.testing.rpc import RpcClient
from tests.elements.rtp.peer import RtpPeer, offer_of
from tests.elements.rtp.peer import open_peer as open_rtp_peer
from tests.elements.webrtc.room import join
from tests.matrix.cases import Case
from tests.matrix.material import KEY_FRAME_EVERY, PICTURE_S, PICTURES, SIZE, Material

__all__ = ["CODECS", "COMPOSED_FRAMERATE", "Source", "open_source"]

CODECS = {
    "VP8": "VP8/90000",
    "VP9": "VP9/90000",
    "H264": "H264/90000",
    "H265": "H265/90000",
    "AV1": "AV1/90000",
    "OPUS": "opus/48000/2",
    "PCMU": "PCMU/8000",
    "PCMA": "PCMA/8000",
}
BLOCKS_A_PICTURE = 4
BLOCK_S = 0.02
COMPOSED_FRAMERATE = 15

Send = Callable[[str, bytes, int], Awaitable[None]]
"""Kind, data and timestamp of a frame."""


@attrs.define
class Source:
    """`element` is what sinks are connected to; `run` sends until it is cancelled, or starts and waits."""

    element: str
    run: Callable[[], Awaitable[None]]


@asynccontextmanager
async def open_source(client: RpcClient, pipeline: str, material: Material, case: Case) -> AsyncIterator[Source]:
    """The source of a case, fed with its codecs, not started yet."""
    async with AsyncExitStack() as stack:
        if case.source == "webrtc":
            codecs = [CODECS[case.have_audio], CODECS[case.have_video]]
            speaker = await stack.enter_async_context(join(client, pipeline, receive=False, codecs=codecs))

            async def send(kind: str, data: bytes, timestamp: int) -> None:
                await speaker.peer.send_frame(kind, data, timestamp)

            yield Source(speaker.endpoint, _Sender(material, case, send).run)
        elif case.source == "rtp":
            video = await stack.enter_async_context(open_rtp_peer("video", case.have_video, payload_type=97))
            audio = await stack.enter_async_context(open_rtp_peer("audio", case.have_audio, payload_type=98))
            endpoint = await client.create("RtpEndpoint", mediaPipeline=pipeline)
            await negotiate_both(client, endpoint, audio, video, "sendonly")
            peers = {"audio": audio, "video": video}

            async def send_rtp(kind: str, data: bytes, timestamp: int) -> None:
                await peers[kind].send_frame(data, timestamp)

            async def report(audio_timestamp: int, video_timestamp: int) -> None:
                await audio.send_report(audio_timestamp)
                await video.send_report(video_timestamp)

            yield Source(endpoint, _Sender(material, case, send_rtp, report).run)
        else:
            yield await _of_file(client, pipeline, material, case)


async def negotiate_both(client: RpcClient, endpoint: str, audio: RtpPeer, video: RtpPeer, direction: str) -> None:
    """Offer two media to an RtpEndpoint."""
    offer = offer_of(audio.section(direction), video.section(direction))
    answer: str = await client.invoke(endpoint, "processOffer", offer=offer)
    audio.take(answer)
    video.take(answer)


async def _of_file(client: RpcClient, pipeline: str, material: Material, case: Case) -> Source:
    uri = (await trio.to_thread.run_sync(material.file, case.have_video, case.have_audio)).as_uri()
    encoded = case.source != "player-raw"
    player = await client.create("PlayerEndpoint", mediaPipeline=pipeline, uri=f"{uri}#loop", useEncodedMedia=encoded)
    element = player
    if case.source == "filter":
        element = await client.create("ImageOverlayFilter", mediaPipeline=pipeline)
        await client.invoke(player, "connect", sink=element)
    elif case.source in ("composite", "mixer"):
        size = (
            {"width": SIZE[0], "height": SIZE[1], "framerate": COMPOSED_FRAMERATE} if case.source == "composite" else {}
        )
        hub = await client.create(case.source.capitalize(), mediaPipeline=pipeline, **size)
        port, element = [await client.create("HubPort", hub=hub) for _ in range(2)]
        await client.invoke(player, "connect", sink=port)
        if case.source == "mixer":
            await client.invoke(hub, "connect", media="AUDIO", source=port, sink=element)

    async def run() -> None:
        await client.invoke(player, "play")
        await trio.sleep_forever()

    return Source(element, run)


class _Sender:
    """Sends the loop for ever, a picture and the sound that belongs to it, each at its time.

    Key frames come every 0.4 seconds, whoever asks for them: so numbers tell the order.
    """

    def __init__(
        self, material: Material, case: Case, send: Send, report: Callable[[int, int], Awaitable[None]] | None = None
    ) -> None:
        self._video, self._audio = material.video(case.have_video), material.audio(case.have_audio)
        self._audio_ticks = round(BLOCK_S * (48_000 if case.have_audio == "OPUS" else 8_000))
        self._send = send
        self._report = report

    async def run(self) -> None:
        """Send."""
        begin, blocks = trio.current_time(), 0
        while True:
            audio_timestamp = blocks * self._audio_ticks
            if blocks % BLOCKS_A_PICTURE == 0:
                sent = blocks // BLOCKS_A_PICTURE
                video_timestamp = round(sent * PICTURE_S * 90_000)
                await self._send("video", self._video[sent % PICTURES], video_timestamp)
                if self._report is not None and sent % KEY_FRAME_EVERY == 0:
                    await self._report(audio_timestamp, video_timestamp)
            await self._send("audio", self._audio[blocks % len(self._audio)], audio_timestamp)
            blocks += 1
            await trio.sleep_until(begin + blocks * BLOCK_S)
