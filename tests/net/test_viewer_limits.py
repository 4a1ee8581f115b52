"""What a viewer says it can take (goog-remb) is said of the way there: it outlasts sources and encoders."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import av
import numpy as np
import pytest

from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.generated.core.types import MediaType
from kms_trio.media.flow import FlowDetector
from kms_trio.media.formats import RAW_VIDEO, Format
from kms_trio.media.pads import SinkPad
from kms_trio.media.streams import RawStream, RtpStream, Stream
from kms_trio.net.sender import RtpSender
from kms_trio.objects.pass_through import PassThrough
from kms_trio.testing.elements import Bench, open_bench
from tests.net.peers import NoTimers, Sending, Viewer, make_viewer

VP8, H264 = Format("VP8", 90_000), Format("H264", 90_000)
RATE = 15


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with open_bench() as opened:
        yield opened


@pytest.fixture
def sending() -> Iterator[Sending]:
    sending = Sending(gso=False)
    yield sending
    sending.close()


@pytest.fixture
def viewer(sending: Sending) -> Iterator[Viewer]:
    viewer = make_viewer(sending)
    yield viewer
    viewer.close()


@pytest.fixture
def sender(viewer: Viewer) -> RtpSender:
    """Sends to that viewer."""
    sender = RtpSender(
        ssrc=7,
        formats=[VP8, H264],
        payload_type_of=lambda format: 96,
        extensions={},
        mid=b"",
        flow=FlowDetector(NoTimers(), lambda flowing: None),
        timers=NoTimers(),
    )
    sender.set_route(viewer)
    return sender


def test_the_next_source_is_told(sender: RtpSender) -> None:
    first, second, third = RtpStream(VP8), RtpStream(VP8), RtpStream(VP8)
    sender.set_stream(first)
    sender.want_bitrate(100_000)
    assert [stream.lowest_bitrate_bps for stream in (first, second, third)] == [100_000, None, None]
    sender.set_stream(second)
    assert [stream.lowest_bitrate_bps for stream in (first, second, third)] == [None, 100_000, None]
    sender.set_stream(None)
    sender.want_bitrate(80_000)  # while nothing is sent
    sender.set_stream(third)
    assert [stream.lowest_bitrate_bps for stream in (first, second, third)] == [None, None, 80_000]
    sender.close()
    assert [stream.lowest_bitrate_bps for stream in (first, second, third)] == [None, None, None]


async def test_another_encoder_keeps_within_it(
    bench: Bench, sending: Sending, viewer: Viewer, sender: RtpSender
) -> None:
    source, pictures = bench.make(PassThrough, CORE), RawStream(RAW_VIDEO)
    pad = source.source_pad(MediaType.VIDEO)
    pad.set_input(pictures)

    def send(stream: Stream[Any] | None) -> None:
        assert stream is None or isinstance(stream, RtpStream)
        sender.set_stream(stream)

    pad.link(SinkPad(bench, MediaType.VIDEO, timers=NoTimers(), on_stream=send, want=sender.want))
    chance = np.random.default_rng(1)
    shown = 0

    async def bits_a_second(seconds: int, skip_s: int = 0) -> float:
        nonlocal shown
        bits = 0
        for number in range(seconds * RATE):
            luma = chance.integers(90, 170, (120, 160), dtype=np.uint8)
            planes = np.concatenate((luma, np.full((60, 160), 128, np.uint8)))
            picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            shown += 1
            picture.pts = shown * 90_000 // RATE
            pictures.push(picture)
            await bench.settle()
            sending.arena.flush()
            sent = sum(len(data) for data in viewer.datagrams())
            bits += 8 * sent if number >= skip_s * RATE else 0
        return bits / (seconds - skip_s)

    source.encoder_bitrate = 600_000
    assert await bits_a_second(4, 2) > 400_000
    sender.want_bitrate(150_000)
    assert await bits_a_second(8, 6) < 250_000
    source.encoder_bitrate = 800_000  # an encoder of its own
    assert await bits_a_second(3, 1) < 250_000
    sender.want_bitrate(900_000)
    assert await bits_a_second(8, 6) > 600_000
