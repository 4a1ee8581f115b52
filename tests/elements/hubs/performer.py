"""A participant with a face and a voice that can be told from others': numbers and a tone."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt
import trio

from kms_trio.media.frames import EncodedFrame
from kms_trio.testing.clips import numbered_picture, tone
from kms_trio.testing.webrtc_peer import WebRtcPeer

NUMBERS = 50
"""Pictures of a performer before they begin again."""


class Performer:
    """Shows pictures numbered from `base` on, 25 a second, and says a tone; a key frame each second and on demand."""

    def __init__(self, peer: WebRtcPeer, base: int, pitch_hz: float) -> None:
        self.numbers = range(base, base + NUMBERS)
        self.pitch_hz = pitch_hz
        self.sent: list[bytes] = []
        self._peer = peer
        self._video = _vp8(self.numbers)
        self._audio = _opus(pitch_hz, 100)
        self._key_frame_wanted = False
        peer.on_key_frame_request = self._restart

    def _restart(self) -> None:
        self._key_frame_wanted = True

    async def run(self) -> None:
        """Perform for ever."""
        at = sent = 0
        begin = trio.current_time()
        while True:
            if self._key_frame_wanted:
                self._key_frame_wanted = False
                at = 0
            frame = self._video[at % len(self._video)]
            self.sent.append(frame.data)
            await self._peer.send_frame("video", frame.data, sent * 3600)
            for half in range(2):
                number = 2 * sent + half
                await self._peer.send_frame("audio", self._audio[number % len(self._audio)], number * 960)
            at, sent = at + 1, sent + 1
            await trio.sleep_until(begin + sent * 0.04)


def _vp8(numbers: Sequence[int]) -> list[EncodedFrame]:
    context = av.CodecContext.create("libvpx", "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height, context.pix_fmt = 160, 120, "yuv420p"
    context.time_base, context.framerate, context.gop_size = Fraction(1, 25), Fraction(25), 25
    context.bit_rate = 300_000
    context.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    frames = []
    for place, number in enumerate(numbers):
        picture = numbered_picture(number)
        picture.pts, picture.time_base = place, context.time_base
        frames += [EncodedFrame(bytes(packet), place, packet.is_keyframe) for packet in context.encode(picture)]
    return frames


def _opus(pitch_hz: float, count: int) -> list[bytes]:
    context = av.CodecContext.create("libopus", "w")
    assert isinstance(context, av.AudioCodecContext)
    context.sample_rate, context.layout, context.format = 48_000, "stereo", av.AudioFormat("s16")
    frames: list[bytes] = []
    for number in range(count + 1):
        frames += [bytes(packet) for packet in context.encode(tone(pitch_hz, number * 960, 960))]
    return frames[:count]


def heard(frames: Sequence[EncodedFrame]) -> npt.NDArray[np.float64]:
    """Opus frames decoded: the left channel, 48 kHz, in the scale of 16-bit integers."""
    context = av.CodecContext.create("libopus", "r")
    assert isinstance(context, av.AudioCodecContext)
    context.sample_rate, context.layout = 48_000, "stereo"
    blocks = []
    for frame in frames:
        for block in context.decode(av.Packet(frame.data)):
            assert isinstance(block, av.AudioFrame)
            assert block.format.name == "s16"
            blocks.append(block.to_ndarray().reshape(-1, 2)[:, 0])
    return np.concatenate(blocks).astype(np.float64)


def seen(frames: Sequence[EncodedFrame]) -> list[av.VideoFrame]:
    """VP8 frames decoded, every one of them."""
    context = av.CodecContext.create("vp8", "r")
    assert isinstance(context, av.VideoCodecContext)
    return [picture for frame in frames for picture in context.decode(av.Packet(frame.data))]
