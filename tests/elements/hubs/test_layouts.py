"""Layouts of a Composite: where places are, who gets which, and that the tag changes nothing else."""

from __future__ import annotations

import itertools

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kms_elements.hubs import Composite
from kms_elements.hubs.layout import LAYOUTS, Place, fitted
from kms_elements.hubs.speaker import HOLD_S, Loudness, SpeakerChoice
from kms_trio.api import MediaType
from kms_trio.testing.elements import Bench
from tests.elements.hubs.stage import Source, Stage, number_at, open_stage

WIDTH, HEIGHT, INTERVAL_S = 640, 480, 0.04


@pytest.fixture
async def stage(bench: Bench) -> Stage:
    return await open_stage(bench, Composite, width=WIDTH, height=HEIGHT, framerate=25)


def fit(place: Place) -> Place:
    """Where a picture of four by three is in a place."""
    return fitted(place, 4, 3)


def shown(frame: av.VideoFrame, layout: str, count: int) -> list[int | None]:
    """The number in each place."""
    return [number_at(frame, fit(place)) for place in LAYOUTS[layout](count, WIDTH, HEIGHT)]


@given(st.sampled_from(sorted(LAYOUTS)), st.integers(0, 40), st.integers(16, 2000), st.integers(16, 2000))
def test_places_are_apart_and_on_the_canvas(layout: str, count: int, width: int, height: int) -> None:
    places = LAYOUTS[layout](count, width & ~1, height & ~1)
    assert len(places) == count
    for place in places:
        assert all(number % 2 == 0 and number >= 0 for number in (place.x, place.y, place.width, place.height))
        assert place.x + place.width <= width
        assert place.y + place.height <= height
    for one, other in itertools.combinations(places, 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        below = one.y + one.height <= other.y or other.y + other.height <= one.y
        assert beside or below


@pytest.mark.parametrize("layout", ["row", "column"])
async def test_the_tag_names_the_layout(stage: Stage, layout: str) -> None:
    sources = [Source(stage.bench), Source(stage.bench)]
    ports = [await stage.port(source) for source in sources]
    tap = stage.tap(ports[0], MediaType.VIDEO)
    stage.hub.add_tag("layout", layout)
    for number, source in enumerate(sources):
        source.show(100 + number, 320, 240)
    (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
    assert shown(frame, layout, 2) == [100, 101]
    stage.hub.remove_tag("layout")
    (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
    assert shown(frame, "grid", 2) == [100, 101]


async def test_other_values_are_the_grid(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    source = Source(stage.bench)
    tap = stage.tap(await stage.port(source), MediaType.VIDEO)
    stage.hub.add_tag("layout", "spiral")
    assert "no layout 'spiral'" in caplog.text
    assert stage.hub.get_tag("layout") == "spiral"
    source.show(100)
    (frame,) = await stage.pictures(tap, 1, INTERVAL_S)
    assert shown(frame, "grid", 1) == [100]


async def test_who_speaks_is_large(stage: Stage) -> None:
    sources = [Source(stage.bench) for _ in range(3)]
    for source in sources:
        await stage.port(source)
    viewer = await stage.port()
    stage.hub.add_tag("layout", "speaker")
    video, audio = stage.tap(viewer, MediaType.VIDEO), stage.tap(viewer, MediaType.AUDIO)
    for number, source in enumerate(sources):
        source.show(100 + number)
    for speaker, others in ((1, [100, 102]), (2, [100, 101]), (0, [101, 102])):
        await stage.sounds(audio, round((HOLD_S + 0.5) / 0.02), {sources[speaker]: 400.0})
        await stage.pass_time(INTERVAL_S)
        assert shown(video.units[-1], "speaker", 3) == [100 + speaker, *others]


def test_the_speaker_stays_for_a_while() -> None:
    choice = SpeakerChoice[str]()
    assert choice.choose({}, 0.0) is None
    assert choice.choose({"one": 0.0, "two": 0.0}, 0.0) == "one"
    loud = {"one": 300.0, "two": 5000.0}
    assert choice.choose(loud, HOLD_S / 2) == "one"
    assert choice.choose(loud, HOLD_S) == "two"
    assert choice.choose({"one": 6000.0, "two": 5000.0}, 10.0) == "two", "hardly louder"
    assert choice.choose({"one": 0.0, "two": 0.0}, 20.0) == "two", "silence changes nothing"
    assert choice.choose({"one": 0.0}, 21.0) == "one", "who is gone has no place"


def test_levels_fade() -> None:
    loudness = Loudness()
    for _ in range(50):
        loudness.note({1: 1000.0, 2: 10.0})
    assert loudness.levels[1] == pytest.approx(1000, rel=0.01)
    loudness.note({2: 10.0})
    assert 500 < loudness.levels[1] < 1000
    for _ in range(100):
        loudness.note({})
    assert loudness.levels == {}
