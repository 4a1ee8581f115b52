"""The latency that the server adds: RTP in and out over the loopback, a number drawn into each picture and read back.

A picture's time begins before its last packet is sent and ends with the kernel's time stamp of the last packet that
came out of it, so neither what draws nor what reads is part of it.
"""

from __future__ import annotations

import socket
import statistics
import struct
import threading
import time
from fractions import Fraction
from functools import partial
from typing import Any, Final

import attrs
import av
import numpy as np
import trio

from bench.film import CLOCK_RATE_HZ, video_format
from kms_trio.app import Server, serve
from kms_trio.codecs.decoder import VideoDecoder
from kms_trio.codecs.encoder import EncoderControl
from kms_trio.codecs.video_encoder import VideoEncoder
from kms_trio.media.frames import EncodedFrame, RtpPacket
from kms_trio.rtc.payload import payload_format
from kms_trio.rtc.rtp.header import parse_header, write_header
from kms_trio.rtc.sdp import parse
from kms_trio.settings import Settings
from kms_trio.testing.clips import numbered_picture, picture_number
from kms_trio.testing.rpc import RpcClient, open_client

__all__ = ["WAYS", "LatencyLoad", "measure_latencies"]

WAYS: Final = ("forward", "transcode", "composite")
MARK_ROWS: Final = 96
FIRST_PICTURES: Final = 30
"""Not counted: encoders and decoders begin."""
SO_TIMESTAMPNS: Final = 35
PAYLOAD_TYPES: Final = {"VP8": 96, "H264": 102}
FORMAT_PARAMETERS: Final = {"VP8": "", "H264": "a=fmtp:102 profile-level-id=42e01f;packetization-mode=1\r\n"}


@attrs.frozen
class LatencyLoad:
    """What is sent."""

    size: tuple[int, int] = (640, 360)
    frames_per_second: int = 30
    pictures: int = 300
    bitrate_bps: int = 1_000_000


def measure_latencies(load: LatencyLoad) -> dict[str, float]:
    """The median by the way, in ms.  Raises RuntimeError when no picture can be read."""
    frames = _numbered_film(load)
    return {way: trio.run(_measure, way, load, frames) for way in WAYS}


def _numbered_film(load: LatencyLoad) -> list[EncodedFrame]:
    """Noise with a number above it."""
    width, height = load.size
    chance = np.random.default_rng(1)
    encoder = VideoEncoder(video_format("VP8"), EncoderControl(load.bitrate_bps))
    frames: list[EncodedFrame] = []
    for number in range(load.pictures):
        mark = numbered_picture(number % 1024, width, MARK_ROWS).to_ndarray()[:MARK_ROWS]
        grain = chance.integers(100, 130, (height - MARK_ROWS, width), dtype=np.uint8)
        gray = np.full((height // 2, width), 128, np.uint8)
        picture = av.VideoFrame.from_ndarray(np.concatenate((mark, grain, gray)), format="yuv420p")
        picture.pts, picture.time_base = number * CLOCK_RATE_HZ // load.frames_per_second, Fraction(1, CLOCK_RATE_HZ)
        frames += encoder.convert(picture)
    return frames


async def _measure(way: str, load: LatencyLoad, frames: list[EncodedFrame]) -> float:
    give = "H264" if way == "transcode" else "VP8"
    with _udp_socket() as ours, _udp_socket() as theirs:
        theirs.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        theirs.settimeout(0.2)
        arrivals = _Arrivals(theirs, give)
        async with trio.open_nursery() as nursery:
            settings = Settings()
            settings = attrs.evolve(settings, http=attrs.evolve(settings.http, port=0))
            listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
            server: Server = await nursery.start(partial(serve, settings, listeners=listeners))
            async with open_client(server.control_url) as client:
                port = await _connect(client, way, load, ours.getsockname()[1], theirs.getsockname()[1], give)
                arrivals.start()
                sent_s = await trio.to_thread.run_sync(_send, ours, port, frames, load)
                with trio.fail_after(60):
                    while arrivals.pictures <= FIRST_PICTURES:  # noqa: ASYNC110 - a thread does not tell
                        await trio.sleep(0.05)
                await trio.sleep(0.5)  # what is on its way comes; a composition goes on for ever
                arrivals.ended = True
                await trio.to_thread.run_sync(arrivals.join)
            nursery.cancel_scope.cancel()
    latencies = [
        arrived_s - sent_s[number]
        for number, arrived_s in arrivals.read(load.size).items()
        if FIRST_PICTURES <= number < len(sent_s)
    ]
    if not latencies:
        raise RuntimeError(f"{way}: none of {load.pictures} pictures came out legibly")
    return round(statistics.median(latencies) * 1000, 3)


async def _connect(client: RpcClient, way: str, load: LatencyLoad, ours: int, theirs: int, give: str) -> int:
    """Build the pipeline; the port to send to."""
    pipeline = await client.create("MediaPipeline")
    source, sink = [await client.create("RtpEndpoint", mediaPipeline=pipeline) for _ in range(2)]
    answer: str = await client.invoke(source, "processOffer", offer=_offer(ours, "VP8", "sendonly"))
    await client.invoke(sink, "processOffer", offer=_offer(theirs, give, "recvonly"))
    last = source
    if way == "composite":
        width, height = load.size
        hub = await client.create(
            "Composite", mediaPipeline=pipeline, width=width, height=height, framerate=load.frames_per_second
        )
        port, last = [await client.create("HubPort", hub=hub) for _ in range(2)]
        await client.invoke(source, "connect", sink=port, mediaType="VIDEO")
    await client.invoke(last, "setEncoderBitrate", encoderBitrate=load.bitrate_bps)
    await client.invoke(last, "connect", sink=sink, mediaType="VIDEO")
    return next(media.port for media in parse(answer).medias if media.kind == "video")


def _offer(port: int, encoding_name: str, direction: str) -> str:
    number = PAYLOAD_TYPES[encoding_name]
    return (
        "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"m=video {port} RTP/AVP {number}\r\na=rtpmap:{number} {encoding_name}/{CLOCK_RATE_HZ}\r\n"
        f"{FORMAT_PARAMETERS[encoding_name]}a={direction}\r\n"
    )


def _udp_socket() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    sock.bind(("127.0.0.1", 0))
    return sock


def _send(sock: socket.socket, port: int, frames: list[EncodedFrame], load: LatencyLoad) -> list[float]:
    """Send all frames at their pace; when the last packet of each left, Unix time."""
    packetizer = payload_format("VP8").packetizer(1100)
    plans = [packetizer.packetize(frame.data) for frame in frames]
    sent_s: list[float] = []
    sequence_number, begin = 0, time.monotonic()
    for number, (frame, payloads) in enumerate(zip(frames, plans, strict=True)):
        time.sleep(max(0.0, begin + number / load.frames_per_second - time.monotonic()))
        for place, payload in enumerate(payloads):
            last = place == len(payloads) - 1
            sequence_number += 1
            header = write_header(last, PAYLOAD_TYPES["VP8"], sequence_number & 0xFFFF, frame.pts, 4711)
            if last:
                sent_s.append(time.time())
            sock.sendto(header + payload, ("127.0.0.1", port))
    return sent_s


class _Arrivals(threading.Thread):
    """Keeps what comes until it is told that all has been sent, with the kernel's time stamps."""

    def __init__(self, sock: socket.socket, encoding_name: str) -> None:
        super().__init__(daemon=True)
        self._socket = sock
        self._encoding_name = encoding_name
        self._datagrams: list[tuple[float, bytes]] = []
        self.ended = False
        self.pictures = 0
        """How many have come."""

    def run(self) -> None:
        """Receive."""
        while not self.ended:
            try:
                data, ancillary, _, _ = self._socket.recvmsg(4096, 64)
            except TimeoutError:
                continue
            (_, _, stamp), *_ = ancillary
            seconds, nanoseconds = struct.unpack("ll", stamp)
            self.pictures += data[1] >> 7 and not 192 <= data[1] <= 223
            self._datagrams.append((seconds + nanoseconds / 1e9, data))

    def read(self, size: tuple[int, int]) -> dict[int, float]:
        """When the last packet of each picture came that shows a number, Unix time; the first that shows it."""
        depacketizer = payload_format(self._encoding_name).depacketizer()
        decoder = VideoDecoder(video_format(self._encoding_name))
        found: dict[int, float] = {}
        for arrived_s, data in self._datagrams:
            if 192 <= data[1] <= 223:
                continue  # RTCP
            marker, _, number, timestamp, _, start, end = parse_header(data, len(data))
            for frame in depacketizer.push(RtpPacket(number, timestamp, marker, data[start:end])):
                for picture in decoder.convert(EncodedFrame(frame.data, frame.timestamp, frame.key_frame)):
                    shown = _mark(picture, size) if isinstance(picture, av.VideoFrame) else None
                    if shown is not None:
                        found.setdefault(shown, arrived_s)
        return found


def _mark(picture: av.VideoFrame, size: tuple[int, int]) -> int | None:
    if (picture.width, picture.height) != size:
        return None
    luma: Any = picture.to_ndarray(format="gray")[:MARK_ROWS]
    return picture_number(av.VideoFrame.from_ndarray(np.ascontiguousarray(luma), format="gray"))
