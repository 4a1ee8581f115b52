"""AudioFilter, DataFilter and the data of a VideoFilter, in the server and in host processes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest

from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import RAW_AUDIO, StreamKind, Want
from kms_trio.media.frames import DataMessage
from kms_trio.media.streams import DataStream, RawStream
from kms_trio.objects.hosted_filter import HostedFilter
from kms_trio.testing.clips import tone
from kms_trio.testing.elements import Tap
from tests.hosting.conftest import RAW, House, open_house

DATA = Want(StreamKind.DATA)


@pytest.fixture(params=["in the server", "in a host"])
async def place(request: pytest.FixtureRequest) -> AsyncIterator[House]:
    """The same filters, in both places where they may run."""
    async with open_house(trusted=("samples",) if request.param == "in the server" else ()) as opened:
        yield opened


def fed(house: House, source: Any, element: Any, media_type: MediaType, stream: Any, want: Want) -> Tap:
    """Put `element` between a stream and somebody who takes what leaves."""
    source.source_pad(media_type).set_input(stream)
    source.connect(element, media_type)
    return Tap(house, element.source_pad(media_type), want)


async def filtered_audio(house: House, mode: str = "") -> tuple[Any, RawStream, Tap]:
    pipeline = await house.pipeline()
    loud, source = await house.make(pipeline, "Loud", mode=mode), await house.make(pipeline, "PassThrough")
    stream = RawStream(RAW_AUDIO)
    return loud, stream, fed(house, source, loud, MediaType.AUDIO, stream, RAW)


async def filtered_data(house: House, name: str) -> tuple[Any, DataStream, Tap]:
    pipeline = await house.pipeline()
    made, source = await house.make(pipeline, name), await house.make(pipeline, "PassThrough")
    stream = DataStream()
    return made, stream, fed(house, source, made, MediaType.DATA, stream, DATA)


def said(tap: Tap) -> list[tuple[bytes, bool, str]]:
    return [(message.data, message.is_text, message.label) for message in tap.units]


def text(message: str, label: str = "chat") -> DataMessage:
    return DataMessage(message.encode(), True, label)


async def test_samples_come_back_changed_and_in_time(place: House) -> None:
    loud, stream, tap = await filtered_audio(place)
    for number in range(3):
        stream.push(tone(440, 960 * number, 960))
        await tap.take(number + 1)
    assert [frame.pts for frame in tap.units] == [0, 960, 1920]
    samples = tap.units[1].to_ndarray()
    assert samples.shape == (1, 1920)
    assert (samples.min(), samples.max()) == (-32768, 32767)
    assert np.array_equal(samples[0, ::2], samples[0, 1::2])
    what = [event.what for event in place.told(loud, "Seen")]
    assert what == [f"(2, 960) float32 48000 {0.02 * number:.2f}" for number in range(3)]
    assert isinstance(loud, HostedFilter) is bool(place.hosts.running)


async def test_samples_can_be_left_out(place: House) -> None:
    loud, stream, tap = await filtered_audio(place, "nothing")
    stream.push(tone(440, 0, 960))
    await place.until(lambda: place.context.codecs.idle)
    await place.call(loud, "setMode", mode="")
    stream.push(tone(440, 960, 960))
    assert [frame.pts for frame in await tap.take(1)] == [960]


async def test_an_audio_filter_that_crashes_is_bypassed(house: House) -> None:
    loud, stream, tap = await filtered_audio(house)
    await house.call(loud, "setMode", mode="crash")
    shown = tone(440, 0, 960)
    stream.push(shown)
    assert (await tap.take(1))[0] is shown
    await house.error(loud, "was killed by SIGSEGV")


async def test_messages_come_back_changed_and_in_order(place: House) -> None:
    echo, stream, tap = await filtered_data(place, "Echo")
    for number in range(100):
        stream.push(text(f"message {number}"))
    stream.push(DataMessage(b"\x00\xff", False, "other"))
    await tap.take(202)
    expected = [(f"message {number // 2}".encode(), True, "chat") for number in range(200)]
    assert said(tap) == [*expected, (b"\x00\xff", False, "other"), (b"\x00\xff", False, "other")]
    assert place.told(echo) == []
    await place.until(lambda: not stream.is_held)


async def test_a_message_can_be_swallowed_and_one_that_fails_passes(place: House) -> None:
    echo, stream, tap = await filtered_data(place, "Echo")
    stream.push(text(""))
    stream.push(text("forbidden"))
    stream.push(text("last"))
    await tap.take(3)
    assert [data for data, _, _ in said(tap)] == [b"forbidden", b"last", b"last"]
    await place.error(echo, "ZeroDivisionError: as told")


async def test_a_slow_message_holds_up_its_channel_and_nothing_else(place: House) -> None:
    echo, stream, tap = await filtered_data(place, "Echo")
    for message in ("wait", "last"):
        stream.push(text(message))
    for number in range(100):
        stream.push(text(str(number)))
    await place.until(lambda: stream.is_held)
    assert await place.call(echo, "getMode") == ""
    assert said(tap) == []
    await place.call(echo, "setMode", mode="go")
    await tap.take(204)
    assert [data for data, _, _ in said(tap)][:4] == [b"wait", b"wait", b"last", b"last"]


async def test_a_data_filter_that_ends_loses_no_message(house: House) -> None:
    echo, stream, tap = await filtered_data(house, "Echo")
    for message in ("one", "crash", "two"):
        stream.push(text(message))
    await house.error(echo, "ended with exit code 3")
    await tap.take(5)
    assert [data for data, _, _ in said(tap)] == [b"one", b"one", b"crash", b"two", b"two"]


async def test_commands_on_a_data_channel_change_the_video(place: House) -> None:
    film = await place.filmed(await place.pipeline(), "Commanded")
    source = await place.make(film.filter.parent, "PassThrough")
    stream = DataStream()
    tap = fed(place, source, film.filter, MediaType.DATA, stream, DATA)
    assert await film.see(1) == [1]
    stream.push(text("negative", "commands"))
    await tap.take(1)
    assert said(tap) == [(b"mode negative", True, "commands")]
    assert await film.see(1) == [1022]
    stream.push(DataMessage(b"as it is", False, "commands"))
    await tap.take(2)
    assert said(tap)[1] == (b"as it is", False, "commands")


async def test_data_pass_a_filter_that_does_not_look_at_them(place: House) -> None:
    obedient, stream, tap = await filtered_data(place, "Obedient")
    assert tap.stream is stream
    assert not isinstance(obedient, HostedFilter) or not obedient.treats_data
