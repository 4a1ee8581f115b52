"""Real clips of each video codec, made once a session."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import attrs
import av
import numpy as np
import pytest

from kms_trio.media.frames import RtpPacket
from kms_trio.rtc.payload import payload_format

FRAMES = 30
KEY_FRAME_INTERVAL = 10
MAX_PAYLOAD_BYTES = 1160

_LIBVPX = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "auto-alt-ref": "0"}
_X26X = {"preset": "ultrafast", "tune": "zerolatency"}
ENCODERS = {
    "VP8": ("libvpx", _LIBVPX),
    "VP9": ("libvpx-vp9", _LIBVPX),
    "H264": ("libx264", _X26X),
    "H265": ("libx265", _X26X | {"x265-params": "log-level=none"}),
    "AV1": ("libsvtav1", {"preset": "10"}),
}
DECODERS = {"VP8": "vp8", "VP9": "vp9", "H264": "h264", "H265": "hevc", "AV1": "libdav1d"}


@attrs.frozen
class Clip:
    """An encoded clip: `(is key frame, data)` of each frame, and the same as packets."""

    encoding_name: str
    frames: list[tuple[bool, bytes]]
    packets: list[RtpPacket]

    def decoded(self, frames: list[bytes]) -> int:
        """How many pictures a decoder makes of these frames; raises if it finds one broken."""
        decoder = av.CodecContext.create(DECODERS[self.encoding_name], "r")
        decoder.options = {"err_detect": "explode"}
        assert isinstance(decoder, av.VideoCodecContext)
        pictures = 0
        for packet in [*map(av.Packet, frames), None]:
            pictures += len(decoder.decode(packet))
        return pictures


def encode(encoding_name: str) -> list[tuple[bool, bytes]]:
    library, options = ENCODERS[encoding_name]
    encoder = av.CodecContext.create(library, "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = 320, 240, "yuv420p"
    encoder.framerate, encoder.time_base = Fraction(30), Fraction(1, 30)
    encoder.gop_size, encoder.max_b_frames, encoder.bit_rate = KEY_FRAME_INTERVAL, 0, 1_000_000
    encoder.options = options
    noise = np.random.default_rng(1)
    ramp = np.arange(320, dtype=np.uint8) // 2
    packets = []
    for number in range(FRAMES):
        luma = noise.integers(0, 90, (240, 320), dtype=np.uint8) + ramp + np.uint8(number)
        picture = np.concatenate((luma, np.full((120, 320), 128, dtype=np.uint8)))
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, 30)
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    return [(packet.is_keyframe, bytes(packet)) for packet in packets]


def packetize(encoding_name: str, frames: list[tuple[bool, bytes]]) -> list[RtpPacket]:
    packetizer = payload_format(encoding_name).packetizer(MAX_PAYLOAD_BYTES)
    packets: list[RtpPacket] = []
    for number, (_, data) in enumerate(frames):
        payloads = packetizer.packetize(data)
        last = len(payloads) - 1
        for i, payload in enumerate(payloads):
            packets.append(RtpPacket(65000 + len(packets), number * 3000, i == last, payload))
    return packets


@cache
def make_clip(encoding_name: str) -> Clip:
    frames = encode(encoding_name)
    return Clip(encoding_name, frames, packetize(encoding_name, frames))


@pytest.fixture(params=list(ENCODERS))
def clip(request: pytest.FixtureRequest) -> Clip:
    return make_clip(request.param)
