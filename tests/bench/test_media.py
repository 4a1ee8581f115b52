"""The benchmarks of codecs and of latency run on little material, and every picture comes out."""

from __future__ import annotations

import pytest

from bench.composite import CompositeLoad, measure_composition
from bench.latency import WAYS, LatencyLoad, measure_latencies
from bench.transcode import TranscodeLoad, measure_transcoding


@pytest.mark.parametrize(("have", "give"), [("VP8", "H264"), ("H264", "VP8")])
def test_every_frame_is_transcoded(have: str, give: str) -> None:
    """A frame that does not come out fails the wait of `measure_transcoding`."""
    figures = measure_transcoding(TranscodeLoad(have, give, size=(160, 120), seconds=0.5), rounds=1)
    assert figures.server_ms > 0
    assert (figures.ffmpeg_ms is None) is (figures.ratio is None)


def test_a_composition_is_measured() -> None:
    load = CompositeLoad(2, size=(160, 120), canvas=(320, 240), seconds=2.0)
    assert measure_composition(load, rounds=1).server_ms > 0


def test_pictures_are_read_back_in_every_way() -> None:
    """None at all is an error of `measure_latencies`."""
    figures = measure_latencies(LatencyLoad(size=(320, 240), frames_per_second=10, pictures=60))
    assert list(figures) == list(WAYS)
    assert all(median_ms > 0 for median_ms in figures.values())
