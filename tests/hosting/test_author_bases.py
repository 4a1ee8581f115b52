"""Endpoints and hubs made of the bases for authors, in a server."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from kms_trio.codecs.pictures import PictureError
from kms_trio.codecs.sample_filter import SampleError
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import RAW_VIDEO
from kms_trio.media.streams import RawStream
from kms_trio.testing.clips import numbered_picture, picture_number
from kms_trio.testing.elements import Tap
from tests.hosting.conftest import RAW, House


def tap(house: House, element: Any, media_type: MediaType) -> Tap:
    return Tap(house, element.source_pad(media_type), RAW)


async def test_a_source_brings_in_what_its_thread_pushes(house: House) -> None:
    bars = await house.make(await house.pipeline(), "Bars")
    video, audio = tap(house, bars, MediaType.VIDEO), tap(house, bars, MediaType.AUDIO)
    pictures, blocks = await video.take(8), await audio.take(8)
    assert [int(picture.to_ndarray()[0, 0]) for picture in pictures] == [20 * number for number in range(1, 9)]
    assert [picture.pts for picture in pictures] == [9000 * number for number in range(1, 9)]
    assert [int(block.to_ndarray()[0, 0]) for block in blocks] == [1000 * number for number in range(1, 9)]
    assert [block.pts for block in blocks] == [960 * number for number in range(8)]
    assert bars.is_media_flowing_out(MediaType.VIDEO)
    await house.error(bars, "ZeroDivisionError: as told")


async def test_what_is_no_picture_or_block_is_refused(house: House) -> None:
    bars = await house.make(await house.pipeline(), "Bars")
    with pytest.raises(PictureError, match="expected an array"):
        bars.video_out.push("picture")
    with pytest.raises(SampleError, match="expected int16 of \\(2, n\\), got float64 of \\(2, 9\\)"):
        bars.audio_out.push(np.zeros((2, 9)))
    with pytest.raises(SampleError, match="got str"):
        bars.audio_out.push("noise")


async def test_a_sink_is_given_pictures_and_samples(house: House) -> None:
    pipeline = await house.pipeline()
    bars, watcher = await house.make(pipeline, "Bars"), await house.make(pipeline, "Watcher")
    bars.connect(watcher)
    await house.until(lambda: "picture (120, 160) 160 0.8" in [event.what for event in house.told(watcher, "Seen")])
    await house.until(lambda: "samples (2, 960) 8000 0.14" in [event.what for event in house.told(watcher, "Seen")])
    assert watcher.is_media_flowing_in(MediaType.VIDEO)
    bars.disconnect(watcher)
    assert not bars.video_out.wanted


async def test_a_sink_that_fails_says_so(house: House) -> None:
    pipeline = await house.pipeline()
    bars, watcher = await house.make(pipeline, "Bars"), await house.make(pipeline, "Watcher", mode="raise")
    bars.connect(watcher)
    await house.error(watcher, "ZeroDivisionError: as told")


async def swap(house: House, mode: str = "") -> tuple[Any, list[RawStream], list[Tap], list[Any]]:
    pipeline = await house.pipeline()
    hub = await house.make(pipeline, "Swap", mode=mode)
    streams, taps, ports = [], [], []
    for _ in range(2):
        port = await house.server.lifecycle.create("s", "HubPort", {"hub": hub.id})
        source: Any = await house.make(pipeline, "PassThrough")
        stream = RawStream(RAW_VIDEO)
        source.source_pad(MediaType.VIDEO).set_input(stream)
        source.connect(port)
        streams.append(stream)
        ports.append(port)
        taps.append(tap(house, port, MediaType.VIDEO))
    for number, stream in enumerate(streams):
        picture = numbered_picture(100 + number)
        picture.pts, picture.time_base = 3000, Fraction(1, 90_000)
        stream.push(picture)
    return hub, streams, taps, ports


async def test_a_hub_is_given_the_pictures_of_all_ports_and_gives_each_its_own(house: House) -> None:
    _, streams, taps, ports = await swap(house)
    first, second = [(await each.take(3))[2] for each in taps]
    assert [picture_number(picture) for picture in (first, second)] == [1023 - 101, 1023 - 100]
    assert len({picture.pts for picture in taps[0].units}) == len(taps[0].units)
    await house.release(ports[0])
    assert streams[0].consumers == ()
    await house.release(ports[1])
    await house.until(lambda: house.context.codecs.running == ())


async def test_a_hub_that_fails_says_so(house: House) -> None:
    hub, *_ = await swap(house, "raise")
    await house.error(hub, "ZeroDivisionError: as told")
