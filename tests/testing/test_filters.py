"""Filters without a server: what goes in, what comes out, and that nothing is swallowed."""

from __future__ import annotations

from typing import Any

import av
import numpy as np
import pytest

from kms_filters.image_overlay import ImageOverlayFilter
from kms_filters.zbar import ZBarFilter
from kms_trio.codecs.pictures import Picture, PictureError, PictureFormat
from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.generated.core.events import UriEndpointStateChanged
from kms_trio.generated.core.types import UriEndpointState
from kms_trio.objects.video_filter import VideoFilter
from kms_trio.testing.clips import numbered_picture, picture_number
from kms_trio.testing.clock import FakeClock
from kms_trio.testing.filters import new_filter, remote_class, run_filter
from kms_trio.testing.pictures import colour_bars, plain_picture

TOLD = UriEndpointStateChanged(state=UriEndpointState.START)


class Negative(VideoFilter):
    def process(self, picture: Picture) -> Picture | None:
        return 255 - picture


class Gray(VideoFilter):
    picture_format = PictureFormat.GRAY
    read_only = True

    def process(self, picture: Picture) -> Picture | None:
        assert picture.ndim == 2
        return picture


class Choosy(VideoFilter):
    """Tells of bright pictures, and swallows dark ones."""

    def process(self, picture: Picture) -> Picture | None:
        if picture.mean() < 128:
            return None
        self.emit(TOLD)
        return picture


class Timed(VideoFilter):
    def process(self, picture: Picture) -> Picture | None:
        return np.full_like(picture, round(self.picture_time_s * 100))


class Wrong(VideoFilter):
    result: Any = None

    def process(self, picture: Picture) -> Picture | None:
        if self.result is None:
            raise ZeroDivisionError("wrong")
        wrong: Picture = self.result
        return wrong


class Unprepared(VideoFilter):
    def prepare(self) -> None:
        raise KurentoError(ErrorCode.MEDIA_OBJECT_NOT_AVAILABLE, "no model")

    def process(self, picture: Picture) -> Picture | None:
        return picture


def test_pictures_go_through_unharmed() -> None:
    run = run_filter(Negative, [colour_bars(), plain_picture(1, 2, 3)])
    assert np.array_equal(run.pictures[0], 255 - colour_bars())
    assert np.array_equal(run.picture, plain_picture(254, 253, 252))
    assert run.events == []


def test_frames_go_in_as_they_are() -> None:
    run = run_filter(Gray, [numbered_picture(5), numbered_picture(6)])
    numbers = [picture_number(av.VideoFrame.from_ndarray(picture, format="bgr24")) for picture in run.pictures]
    assert numbers == [5, 6]


def test_events_and_pictures_that_are_swallowed() -> None:
    dark, bright = plain_picture(0, 0, 0), plain_picture(255, 255, 255)
    run = run_filter(Choosy, [dark, bright, dark, bright])
    assert (len(run.pictures), run.events) == (2, [TOLD, TOLD])
    with pytest.raises(AssertionError, match="gave no picture"):
        _ = run_filter(Choosy, [dark]).picture


def test_time_passes_from_picture_to_picture() -> None:
    run = run_filter(Timed, [plain_picture(0, 0, 0)] * 3, frames_per_second=10)
    assert [int(picture[0, 0, 0]) for picture in run.pictures] == [0, 10, 20]


def test_failures_reach_the_test() -> None:
    with pytest.raises(ZeroDivisionError, match="wrong"):
        run_filter(Wrong, [colour_bars()])
    wrong = new_filter(Wrong)
    wrong.result = "nonsense"
    with pytest.raises(PictureError, match="expected an array"):
        run_filter(wrong, [colour_bars()])
    with pytest.raises(KurentoError, match="no model"):
        new_filter(Unprepared)
    with pytest.raises(TypeError, match="expected no parameters for a filter that is there, got strength"):
        run_filter(wrong, [], strength=1)


def test_filters_of_bundles_are_made_by_their_spec() -> None:
    assert remote_class(ZBarFilter).name == "ZBarFilter"
    assert remote_class(Negative).name == "Filter"
    assert new_filter(ImageOverlayFilter).object_class.qualified_name == "kurento.ImageOverlayFilter"
    with pytest.raises(TypeError, match="expected a class that implements a generated interface, got FakeClock"):
        remote_class(FakeClock)


def test_the_clock_of_a_filter_is_the_tests() -> None:
    clock = FakeClock(unix_s=5.0)
    assert new_filter(Negative, clock=clock).creation_time == 5
    clock.advance(2.5)
    assert (clock.monotonic(), clock.unix()) == (1002.5, 7.5)
    clock.set_unix(1.0)
    assert (clock.monotonic(), clock.unix()) == (1002.5, 1.0)
    with pytest.raises(ValueError, match="got -1"):
        clock.advance(-1)
