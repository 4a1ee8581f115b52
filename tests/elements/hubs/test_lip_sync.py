"""A clapperboard in a Composite: flash and beep leave together, however late one of them came, by the sender's reports.

The sender's RTP clocks begin anywhere and drift against the clock of its reports; its clock is not ours.
"""

from __future__ import annotations

import random
from typing import Any

import av
import numpy as np
import pytest

from kms_elements.hubs import Composite
from kms_elements.hubs.lip_sync import MOST_S, Lag, LipSync
from kms_trio.api import MediaType
from kms_trio.media.formats import RAW_AUDIO, RAW_VIDEO
from kms_trio.media.streams import RawStream
from kms_trio.media.timing import MediaClock, SenderClock
from kms_trio.testing.clips import tone
from kms_trio.testing.elements import Bench, Tap
from tests.elements.hubs.stage import Source, Stage, left, open_stage

STEP_S = 0.02
LIMIT_S = 0.040
UNREPORTED_LIMIT_S = 0.080
"""Without reports nobody knows how late each picture is."""
PERIOD_S, FLASH_S = 1.0, 0.2


class Clapperboard:
    """White and loud for 200 ms of each second, black and silent in between; captured together, sent apart.

    Lags say how long after it was captured each media is handed to the hub, clocks by which ratio RTP clocks are wrong.
    `jitters_s` is the most that the network adds to that at random, to each media apart, without changing its order.
    """

    def __init__(
        self,
        stage: Stage,
        lags_s: tuple[float, float],
        ratios: tuple[float, float],
        jitters_s: tuple[float, float] = (0.0, 0.0),
        *,
        seed: int,
    ) -> None:
        self._chance = chance = random.Random(seed)
        self.stage = stage
        sender = SenderClock()
        self.audio: Any = RawStream(RAW_AUDIO, MediaClock(RAW_AUDIO.clock_rate_hz, sender))
        self.video: Any = RawStream(RAW_VIDEO, MediaClock(RAW_VIDEO.clock_rate_hz, sender))
        self.source = Source(stage.bench, audio=self.audio, video=self.video)
        self._offset_s = chance.uniform(-1e6, 1e6)
        self._begin_s = stage.timers.now()
        self._jitters_s = dict(zip((self.audio, self.video), jitters_s, strict=True))
        self._clocks = {
            stream: (lag_s, ratio * stream.format.clock_rate_hz, chance.randrange(2**31), [0, 0.0])
            for stream, lag_s, ratio in zip((self.audio, self.video), lags_s, ratios, strict=True)
        }

    def _timestamp(self, stream: Any, captured_s: float) -> int:
        _, rate_hz, begin, _ = self._clocks[stream]
        return begin + round((captured_s - self._begin_s) * rate_hz)

    def step(self, *, reports: bool) -> None:
        """Hand over all that is due by now."""
        now_s = self.stage.timers.now()
        for stream, (lag_s, _, _, done) in self._clocks.items():
            while (captured_s := self._begin_s + done[0] * STEP_S) + lag_s + done[1] <= now_s + 1e-9:
                if reports and done[0] % 50 == 0:
                    stream.clock.sender_report(self._timestamp(stream, captured_s), captured_s + self._offset_s, now_s)
                on = (captured_s - self._begin_s) % PERIOD_S < FLASH_S - 1e-9
                frame = self._sound(done[0], on) if stream is self.audio else _picture(on)
                frame.pts = self._timestamp(stream, captured_s)
                stream.clock.anchor(frame.pts, now_s)
                stream.push(frame)
                done[0] += 1
                done[1] = self._chance.uniform(0, self._jitters_s[stream])  # what comes meanwhile waits behind it

    @staticmethod
    def _sound(number: int, on: bool) -> av.AudioFrame:
        return tone(400.0 if on else 0.0, number * 960, 960)


def _picture(white: bool) -> av.VideoFrame:
    luma = np.full((120, 160), 235 if white else 16, np.uint8)
    chroma = np.full((60, 160), 128, np.uint8)
    return av.VideoFrame.from_ndarray(np.concatenate((luma, chroma)), format="yuv420p")


def flashes(tap: Tap) -> list[float]:
    """When pictures turned white, by the clock that sinks go by."""
    white = [float(frame.to_ndarray(format="gray")[40:80, 60:100].mean()) > 128 for frame in tap.units]
    return [
        tap.stream.clock.unix_s(frame.pts)
        for frame, before, now in zip(tap.units[1:], white, white[1:], strict=False)
        if now and not before
    ]


def beeps(tap: Tap) -> list[float]:
    """When it became loud after 300 ms of silence or more."""
    times: list[float] = []
    quiet_since_s = -1.0
    for frame in tap.units:
        begin_s = tap.stream.clock.unix_s(frame.pts)
        for index in np.flatnonzero(np.abs(left([frame])) > 1000):
            time_s = begin_s + float(index) / 48_000
            if time_s - quiet_since_s > 0.3:
                times.append(time_s)
            quiet_since_s = time_s
    return times


async def offsets(board: Clapperboard, tap_from: Stage, seconds: int, *, reports: bool = True) -> list[float]:
    """By how much each beep comes after its flash, leaving out the first three seconds."""
    viewer = await tap_from.port()
    await tap_from.port(board.source)
    pictures, voices = tap_from.tap(viewer, MediaType.VIDEO), tap_from.tap(viewer, MediaType.AUDIO)
    for _ in range(round(seconds / STEP_S)):
        board.step(reports=reports)
        await tap_from.pass_time(STEP_S)
    heard = beeps(voices)
    settled = [flash for flash in flashes(pictures) if flash > board._begin_s + 3]
    assert len(settled) >= seconds - 4
    return [min((beep - flash for beep in heard), key=abs) for flash in settled]


@pytest.fixture
async def stage(bench: Bench) -> Stage:
    return await open_stage(bench, Composite, width=160, height=120, framerate=50)


@pytest.mark.parametrize("lags_s", [(0.02, 0.02), (0.02, 0.22), (0.3, 0.05)], ids=["even", "late video", "late audio"])
@pytest.mark.parametrize("ratios", [(1.0, 1.0), (1.0003, 0.9997)], ids=["true", "drift"])
async def test_flash_and_beep_leave_together(
    stage: Stage, lags_s: tuple[float, float], ratios: tuple[float, float]
) -> None:
    board = Clapperboard(stage, lags_s, ratios, seed=round(lags_s[1] * 1000))
    apart = await offsets(board, stage, 8)
    assert max(map(abs, apart)) < LIMIT_S, apart


@pytest.mark.parametrize(
    ("lags_s", "jitters_s", "limit_s"),
    [
        ((0.02, 0.02), (0.15, 0.15), LIMIT_S),
        ((0.02, 0.22), (0.15, 0.0), LIMIT_S),
        ((0.3, 0.05), (0.15, 0.15), LIMIT_S),
        ((0.02, 0.02), (0.15, 0.0), UNREPORTED_LIMIT_S),
    ],
    ids=["even", "late video", "late audio", "no reports"],
)
async def test_pictures_wait_for_sound_that_jitters(
    stage: Stage, lags_s: tuple[float, float], jitters_s: tuple[float, float], limit_s: float
) -> None:
    """Sound is held back lest it have holes; who shows the pictures does the same."""
    board = Clapperboard(stage, lags_s, (1.0, 1.0), jitters_s, seed=7)
    apart = await offsets(board, stage, 12, reports=limit_s == LIMIT_S)
    assert max(map(abs, apart[3:])) < limit_s, apart


async def test_without_reports_nothing_waits(stage: Stage) -> None:
    board = Clapperboard(stage, (0.02, 0.22), (1.0, 1.0), seed=1)
    apart = await offsets(board, stage, 6, reports=False)
    assert all(-0.26 < each < -0.14 for each in apart), apart


def test_waits_are_bounded_and_do_not_tremble() -> None:
    sync = LipSync()
    assert (sync.audio_wait_s, sync.video_wait_s) == (0.0, 0.0)
    sync.audio.seconds, sync.video.seconds = 0.1, 0.2
    assert sync.audio_wait_s == pytest.approx(0.1)
    sync.video.seconds = 0.21
    assert sync.audio_wait_s == pytest.approx(0.1), "hardly another"
    sync.video.seconds = 7.0
    assert sync.audio_wait_s == MOST_S
    sync.video.seconds = None
    assert sync.audio_wait_s == 0.0
    sync.audio.seconds, sync.video.seconds = 0.3, 0.1
    assert (sync.audio_wait_s, sync.video_wait_s) == (0.0, pytest.approx(0.2))


def test_a_lag_does_not_depend_on_what_is_thought_of_the_senders_clock() -> None:
    """A report that came faster than all before moves the sender's clock against ours, and no lag."""
    clock = MediaClock(1_000)
    stream, lag = RawStream(RAW_VIDEO, clock), Lag()
    for number in range(100):
        if number % 10 == 0:  # reports of transits from 900 ms down
            clock.sender_report(number * 40, number * 0.04, 50.9 + number * 0.04 - number / 1000)
        lag.note(stream, number * 40, 50.3 + number * 0.04)
        assert lag.seconds is None or lag.seconds == pytest.approx(50.3)
    assert lag.seconds is not None
