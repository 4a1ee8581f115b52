"""The rules of a take, with counted time: which tracks it waits for, and how long."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_elements.recorder import take
from kms_elements.recorder.file_writer import Sample, TrackDescription
from kms_elements.recorder.take import Take
from kms_elements.recorder.timeline import SteadyClock, Timeline
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import Format
from kms_trio.media.frames import EncodedFrame
from kms_trio.media.streams import EncodedStream

AUDIO, VIDEO = MediaType.AUDIO, MediaType.VIDEO


@attrs.define(eq=False)
class Timer:
    due: float
    callback: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


class CountedTimers:
    """Timers whose time passes when a test says so."""

    def __init__(self) -> None:
        self.time = 0.0
        self.timers: list[Timer] = []

    def now(self) -> float:
        return self.time

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        timer = Timer(self.time + delay_s, callback)
        self.timers.append(timer)
        return timer

    def advance(self, seconds: float) -> None:
        self.time += seconds
        for timer in [timer for timer in self.timers if timer.due <= self.time]:
            self.timers.remove(timer)
            if not timer.cancelled:
                timer.callback()


class Output:
    def __init__(self) -> None:
        self.tracks: list[TrackDescription] = []
        self.samples: list[Sample] = []
        self.full = False
        self.may_add = False

    def begin(self, tracks: list[TrackDescription]) -> None:
        assert self.tracks == []
        self.tracks = tracks

    def add(self, track: TrackDescription) -> bool:
        if self.may_add:
            self.tracks.append(track)
        return self.may_add

    def put(self, sample: Sample) -> bool:
        if not self.full:
            self.samples.append(sample)
        return not self.full

    def places(self, media_type: MediaType) -> list[float]:
        return [round(sample.place_s, 3) for sample in self.samples if sample.media_type is media_type]


class Setup:
    def __init__(self, *expected: MediaType, **rules: bool) -> None:
        self.output, self.timers = Output(), CountedTimers()
        self.started = 0
        self.requests = 0
        self.streams = {AUDIO: EncodedStream(Format("OPUS", 48_000, 2)), VIDEO: EncodedStream(Format("VP8", 90_000))}
        self.streams[VIDEO].request_key_frame = self._request  # type: ignore[method-assign]  # to see what it asks for
        self.take = Take(set(expected), self.output, self.timers, lambda: 500.0, self._start, **rules)
        for media_type in expected:
            self.take.set_input(media_type, self.streams[media_type])
            self.streams[media_type].clock.anchor(0, 1_000.0)

    def audio(self, at_s: float) -> None:
        self.take.push(AUDIO, EncodedFrame(b"a", round(at_s * 48_000), True, 960))

    def video(self, at_s: float, key_frame: bool = False) -> None:
        self.take.push(VIDEO, EncodedFrame(b"v", round(at_s * 90_000), key_frame))

    def _start(self) -> None:
        self.started += 1

    def _request(self) -> None:
        self.requests += 1


def test_it_waits_for_both_tracks_and_begins_with_the_picture() -> None:
    setup = Setup(AUDIO, VIDEO)
    setup.audio(0.00)
    setup.video(0.01)  # no key frame, of no use
    setup.audio(0.02)
    assert setup.started == 0
    setup.video(0.03, key_frame=True)
    setup.audio(0.04)
    assert setup.started == 1
    assert [track.media_type for track in setup.output.tracks] == [AUDIO, VIDEO]
    assert setup.output.places(VIDEO) == [0.0]
    assert setup.output.places(AUDIO) == [0.0, 0.01]  # the first block was over before the first picture


@pytest.mark.parametrize("present", [AUDIO, VIDEO])
def test_after_two_seconds_it_begins_with_what_flows(present: MediaType) -> None:
    setup = Setup(AUDIO, VIDEO)
    push = setup.audio if present is AUDIO else lambda at_s: setup.video(at_s, key_frame=True)
    push(0.0)
    setup.timers.advance(1.0)
    push(1.0)
    assert setup.started == 0
    setup.timers.advance(1.0)
    assert setup.started == 1
    assert [track.media_type for track in setup.output.tracks] == [present]
    assert setup.output.places(present) == [0.0, 1.0]  # nothing of the two seconds is lost
    setup.video(2.0, key_frame=True)
    setup.audio(2.0)
    assert {sample.media_type for sample in setup.output.samples} == {present}


def test_what_flows_later_is_added_from_its_key_frame_on() -> None:
    setup = Setup(AUDIO, VIDEO)
    setup.output.may_add = True
    setup.audio(0.0)
    setup.timers.advance(1.0)
    setup.timers.advance(1.0)
    setup.audio(2.0)
    setup.video(2.1)
    assert [track.media_type for track in setup.output.tracks] == [AUDIO]
    setup.video(2.2, key_frame=True)
    setup.video(2.3)
    assert [track.media_type for track in setup.output.tracks] == [AUDIO, VIDEO]
    assert setup.output.places(VIDEO) == [2.2, 2.3]
    assert setup.started == 2
    assert set(setup.take.formats) == {AUDIO, VIDEO}


def test_it_can_wait_for_all_as_kurento_does() -> None:
    setup = Setup(AUDIO, VIDEO, wait_for_all=True)
    setup.audio(0.0)
    for _ in range(20):
        setup.timers.advance(1.0)
    assert setup.started == 0
    setup.video(20.0, key_frame=True)
    assert setup.started == 1


def test_waiting_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(take, "MAX_PENDING_BYTES", 100)
    setup = Setup(AUDIO, VIDEO, wait_for_all=True)
    for number in range(1_000):
        setup.audio(number / 50)
    setup.video(20.0, key_frame=True)
    assert len(setup.output.samples) <= 101


def test_a_gap_stays_or_is_cut_out() -> None:
    """Both tracks are gone for ten seconds, the sound comes back 40 ms earlier."""
    for close_gaps, after in ((False, 11.0), (True, 1.0)):
        setup = Setup(AUDIO, VIDEO, close_gaps=close_gaps)
        for number in range(10):
            setup.video(number / 10, key_frame=True)
            setup.audio(number / 10)
        setup.audio(11.0)
        setup.video(11.04, key_frame=True)
        assert setup.output.places(AUDIO)[-1] == pytest.approx(after, abs=0.06)
        assert setup.output.places(VIDEO)[-1] == pytest.approx(setup.output.places(AUDIO)[-1] + 0.04, abs=0.002)


def test_without_any_media_it_goes_on_waiting() -> None:
    setup = Setup(AUDIO, VIDEO)
    for _ in range(10):
        setup.timers.advance(1.0)
    assert setup.started == 0
    assert setup.requests >= 10
    setup.audio(10.0)
    setup.timers.advance(1.0)
    assert setup.started == 1


def test_the_end_comes_before_the_patience_is_over() -> None:
    setup = Setup(AUDIO, VIDEO)
    setup.video(0.0, key_frame=True)
    setup.take.end()
    assert setup.started == 1
    assert setup.output.places(VIDEO) == [0.0]
    setup.video(0.1)
    assert setup.output.places(VIDEO) == [0.0]


def test_a_pause_before_the_beginning_keeps_everything_out() -> None:
    setup = Setup(VIDEO)
    setup.take.pause()
    setup.video(0.0, key_frame=True)
    setup.take.resume()
    setup.video(0.1)
    setup.video(0.2, key_frame=True)
    assert setup.started == 1
    assert setup.output.places(VIDEO) == [0.0]


def test_after_a_pause_a_track_that_is_gone_is_not_waited_for_long() -> None:
    setup = Setup(AUDIO, VIDEO)
    setup.video(0.0, key_frame=True)
    setup.audio(0.0)
    setup.take.pause()
    setup.take.resume()
    setup.audio(5.0)
    setup.timers.advance(1.0)
    setup.timers.advance(1.0)
    assert len(setup.output.places(AUDIO)) == 2
    assert setup.output.places(AUDIO)[1] < 0.1
    assert setup.started == 1


def test_a_full_queue_drops_video_until_the_next_key_frame() -> None:
    setup = Setup(VIDEO)
    setup.video(0.0, key_frame=True)
    setup.output.full = True
    setup.video(0.1)
    setup.output.full = False
    setup.video(0.2)
    setup.video(0.3, key_frame=True)
    assert setup.output.places(VIDEO) == [0.0, 0.3]
    assert setup.requests >= 2


def test_a_stream_whose_time_is_unknown_gets_the_time_of_its_arrival() -> None:
    setup = Setup(VIDEO)
    stream = EncodedStream(Format("VP8", 90_000))
    setup.take.set_input(VIDEO, stream)
    setup.video(7.0, key_frame=True)
    assert stream.clock.unix_s(630_000) == 500.0
    assert setup.output.places(VIDEO) == [0.0]


def test_the_last_picture_lasts_as_long_as_the_one_before() -> None:
    setup = Setup(VIDEO)
    setup.video(0.0, key_frame=True)
    setup.video(0.1)
    assert setup.output.samples[-1].duration_s == pytest.approx(0.1)


@given(
    truth=st.lists(st.floats(-1.5, 1.5), min_size=1, max_size=30),
    steps=st.lists(st.integers(1, 9_000), min_size=30, max_size=30),
)
def test_a_steady_clock_neither_jumps_nor_turns_back(truth: list[float], steps: list[int]) -> None:
    told = iter([*truth, *[truth[-1]] * 30])
    offset_s = 0.0

    def unix_s(pts: int) -> float:
        return 1_000.0 + offset_s + pts / 90_000

    clock = SteadyClock(unix_s, 90_000)
    pts, last = 0, clock.at(0)
    assert last is not None
    for step in steps:
        offset_s = next(told)
        pts += step
        at_s = clock.at(pts)
        assert at_s is not None
        assert 0.79 * step / 90_000 <= at_s - last <= 1.21 * step / 90_000
        last = at_s


def test_a_steady_clock_follows_a_source_that_has_another_time() -> None:
    origin_s = 1_000.0
    clock = SteadyClock(lambda pts: origin_s + pts / 90_000, 90_000)
    assert clock.at(0) == 1_000.0
    origin_s = 1_010.0
    assert clock.at(90_000) == 1_011.0


@given(st.lists(st.tuples(st.sampled_from("av"), st.floats(0, 100)), max_size=50))
def test_places_of_a_track_always_grow(frames: list[tuple[str, float]]) -> None:
    timeline = Timeline()
    timeline.begin_segment(10.0)
    places: dict[str, list[float]] = {"a": [], "v": []}
    for number, (track, unix_s) in enumerate(frames):
        if number == 25:
            timeline.begin_segment(unix_s)
        place_s = timeline.place(track, unix_s, 0.02)
        if place_s is not None:
            assert place_s >= 0
            places[track].append(place_s)
    for each in places.values():
        assert all(later > earlier for earlier, later in itertools.pairwise(each))
