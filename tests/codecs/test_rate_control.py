"""Bitrates are obeyed, whatever the frame rate, and changed without key frames where the codec allows it."""

from __future__ import annotations

from collections.abc import Iterator

import av
import numpy as np
import pytest

from kms_trio.codecs.encoder import EncoderControl
from kms_trio.codecs.rate_control import REOPEN_INTERVAL_TICKS, RateControl
from kms_trio.codecs.video_encoder import VideoEncoder
from kms_trio.media.formats import Format
from kms_trio.media.frames import EncodedFrame

VP8, VP9, H264 = (Format(name, 90_000) for name in ("VP8", "VP9", "H264"))


class Film:
    """Pictures that cost bits, encoded at a rate that may change."""

    def __init__(self, format: Format, bitrate_bps: int) -> None:
        self.control = EncoderControl(bitrate_bps)
        self._encoder = VideoEncoder(format, self.control)
        self._chance = np.random.default_rng(1)
        self._pts = 0

    def shoot(self, seconds: float, frames_per_second: int, *, skip_s: float = 0.0) -> tuple[float, list[EncodedFrame]]:
        """Bits per second and frames; the first `skip_s` are not counted as bits."""
        frames: list[EncodedFrame] = []
        bits = 0
        for number in range(round(seconds * frames_per_second)):
            self._pts += 90_000 // frames_per_second
            for frame in self._encoder.convert(self._picture()):
                frames.append(frame)
                bits += 8 * len(frame.data) if number >= skip_s * frames_per_second else 0
        return bits / (seconds - skip_s), frames

    def _picture(self) -> av.VideoFrame:
        luma = self._chance.integers(90, 170, (120, 160), dtype=np.uint8)
        planes = np.concatenate((luma, np.full((60, 160), 128, np.uint8)))
        picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        picture.pts = self._pts
        return picture


def key_frames(frames: list[EncodedFrame]) -> int:
    return sum(frame.key_frame for frame in frames)


@pytest.mark.parametrize("format", [VP8, H264], ids=str)
@pytest.mark.parametrize("frames_per_second", [12, 30, 60])
def test_the_bitrate_is_right_at_every_frame_rate(format: Format, frames_per_second: int) -> None:
    film = Film(format, 400_000)
    film.shoot(3.0, frames_per_second)
    got_bps, _ = film.shoot(4.0, frames_per_second)
    assert 280_000 < got_bps < 520_000


@pytest.mark.parametrize("format", [VP8, H264], ids=str)
def test_the_frame_rate_may_change_on_the_way(format: Format) -> None:
    film = Film(format, 400_000)
    film.shoot(3.0, 30)
    for frames_per_second in (10, 60):
        got_bps, frames = film.shoot(6.0, frames_per_second, skip_s=3.0)
        assert len(frames) == 6 * frames_per_second
        assert 250_000 < got_bps < 560_000, frames_per_second


def test_h264_follows_without_a_key_frame() -> None:
    film = Film(H264, 600_000)
    _, first = film.shoot(1.0, 30)
    assert first[0].key_frame
    for bitrate_bps in (150_000, 300_000, 900_000):  # up to twice what it was opened for
        film.control.bitrate_bps = bitrate_bps
        # Its own key frames come each two seconds.
        got_bps, frames = film.shoot(6.0, 30, skip_s=2.0)
        assert key_frames(frames) <= 3
        assert 0.75 * bitrate_bps < got_bps < 1.3 * bitrate_bps


@pytest.mark.parametrize("format", [VP8, VP9, H264], ids=str)
def test_viewers_who_cannot_decide_cost_at_most_a_key_frame_each_two_seconds(format: Format) -> None:
    film = Film(format, 300_000)
    opened = 0
    for number in range(80):  # eight seconds
        film.control.bitrate_bps = 100_000 if number % 2 else 5_000_000
        _, frames = film.shoot(0.1, 30)
        opened += key_frames(frames)
    assert opened <= 1 + 8 // 2 + 4, "the interval of H264's own is two seconds, too"


def test_what_is_out_of_reach_reopens_the_encoder() -> None:
    film = Film(H264, 100_000)
    film.shoot(3.0, 30)
    film.control.bitrate_bps = 800_000
    _, frames = film.shoot(0.1, 30)
    assert frames[0].key_frame
    got_bps, _ = film.shoot(5.0, 30, skip_s=1.0)
    assert 560_000 < got_bps < 1_040_000


def rates_of(control: RateControl, wishes: list[int]) -> Iterator[bool]:
    """Whether the encoder is reopened, for a wish a tenth of a second."""
    for number, wish_bps in enumerate(wishes):
        pts = number * 9_000
        reopens = control.must_reopen(wish_bps, pts)
        if reopens:
            control.open(wish_bps, pts)
        yield reopens


def test_reopening_waits_and_takes_the_latest_wish() -> None:
    control = RateControl(live=False)
    assert control.open(300_000, 0).highest_bps == 300_000
    wishes = [300_000, *[600_000] * 25, *[310_000] * 30]
    reopened = [number for number, reopens in enumerate(rates_of(control, wishes)) if reopens]
    assert reopened == [REOPEN_INTERVAL_TICKS // 9_000, 2 * REOPEN_INTERVAL_TICKS // 9_000]
    assert control.change(900_000) is None


def test_a_live_encoder_is_told_and_held_within_its_reach() -> None:
    control = RateControl(live=True)
    rates = control.open(300_000, 0)
    assert (rates.start_bps, rates.highest_bps) == (300_000, 600_000)
    assert control.change(303_000) is None, "not worth it"
    assert control.change(200_000) == 200_000
    assert control.change(2_000_000) == 600_000
    for _ in range(100):
        control.picture(1_500)  # 60 a second: half the bits each
    assert control.change(300_000) == pytest.approx(150_000, rel=0.01)
