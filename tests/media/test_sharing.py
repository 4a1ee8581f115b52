"""Conversions belong to streams: whoever gives the same stream shares what is made of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import RAW_VIDEO, Format, StreamKind, Want
from kms_trio.media.streams import RawStream
from kms_trio.objects.media_element import MediaElement
from kms_trio.objects.pass_through import PassThrough
from kms_trio.testing.clips import numbered_picture, picture_number
from kms_trio.testing.elements import Bench, Tap, open_bench

VP8, H264 = Format("VP8", 90_000), Format("H264", 90_000)
WANT_VP8, WANT_VP8_RTP = Want(StreamKind.ENCODED, (VP8,)), Want(StreamKind.RTP, (VP8,))


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with open_bench() as opened:
        yield opened


def giving(bench: Bench, stream: RawStream) -> MediaElement:
    """An element whose video is that stream."""
    element: MediaElement = bench.make(PassThrough, CORE)
    element.source_pad(MediaType.VIDEO).set_input(stream)
    return element


def show(stream: RawStream, number: int) -> None:
    picture = numbered_picture(number)
    picture.pts = number * 3000
    stream.push(picture)


async def test_two_pads_one_encoder(bench: Bench) -> None:
    pictures = RawStream(RAW_VIDEO)
    taps = [
        bench.tap(giving(bench, pictures), MediaType.VIDEO, want)
        for want in (WANT_VP8, WANT_VP8, WANT_VP8_RTP, WANT_VP8_RTP)
    ]
    show(pictures, 1)
    frames = [(await tap.take(1))[0] for tap in taps]
    assert frames[0] is frames[1]
    assert frames[2] is frames[3]
    assert bench.context.codecs.running == ("encode VP8",)


async def test_another_format_is_another_encoder(bench: Bench) -> None:
    pictures = RawStream(RAW_VIDEO)
    taps = [
        bench.tap(giving(bench, pictures), MediaType.VIDEO, Want(StreamKind.ENCODED, (each,))) for each in (VP8, H264)
    ]
    show(pictures, 1)
    frames = [(await tap.take(1))[0] for tap in taps]
    assert frames[0] is not frames[1]
    assert bench.context.codecs.running == ("encode H264", "encode VP8")


async def test_an_element_with_a_bitrate_of_its_own_gets_its_own_encoder(bench: Bench) -> None:
    pictures = RawStream(RAW_VIDEO)
    one, other = giving(bench, pictures), giving(bench, pictures)
    taps = [bench.tap(each, MediaType.VIDEO, WANT_VP8) for each in (one, other)]
    assert taps[0].stream is taps[1].stream
    one.encoder_bitrate = 700_000
    assert taps[0].stream is not taps[1].stream
    assert len(taps[0].streams) == 2, "fed anew once"
    assert len(taps[1].streams) == 1, "the other one was left in peace"
    other.encoder_bitrate = 700_000
    assert taps[0].stream is taps[1].stream, "alike again, together again"


async def test_a_new_bitrate_does_not_interrupt_decoding(bench: Bench) -> None:
    pictures = RawStream(RAW_VIDEO)
    source = Tap(bench, giving(bench, pictures).source_pad(MediaType.VIDEO), WANT_VP8)
    relay: MediaElement = bench.make(PassThrough, CORE)
    relay.source_pad(MediaType.VIDEO).set_input(source.stream)
    viewer = bench.tap(relay, MediaType.VIDEO, Want(StreamKind.ENCODED, (H264,)))
    show(pictures, 1)
    await viewer.take(1)
    relay.encoder_bitrate = 700_000
    show(pictures, 2)  # no key frame: only a decoder that went on can show it
    first, second = await viewer.take(2)
    assert (await source.take(2))[1].key_frame is False
    assert (first.key_frame, second.key_frame) == (True, True)


async def test_what_nobody_holds_is_forgotten(bench: Bench) -> None:
    pictures = RawStream(RAW_VIDEO)
    element = giving(bench, pictures)
    tap = bench.tap(element, MediaType.VIDEO, WANT_VP8_RTP)
    assert {kind for kind, *_ in pictures.conversions} == {StreamKind.ENCODED, StreamKind.RTP}
    element.source_pad(MediaType.VIDEO).unlink(tap.pad)
    tap.streams.clear()
    assert StreamKind.RTP not in {kind for kind, *_ in pictures.conversions}
    again = bench.tap(element, MediaType.VIDEO, WANT_VP8)
    show(pictures, 5)
    assert (await again.take(1))[0].key_frame


async def test_raw_media_is_given_as_it_is(bench: Bench) -> None:
    pictures = RawStream(RAW_VIDEO)
    tap = bench.tap(giving(bench, pictures), MediaType.VIDEO, Want(StreamKind.RAW))
    assert tap.stream is pictures
    show(pictures, 3)
    assert picture_number((await tap.take(1))[0]) == 3
