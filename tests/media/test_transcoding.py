"""Who is told of transcoding, what forbids it, and what forces the format of an output."""

from __future__ import annotations

import itertools
import logging
from collections.abc import AsyncIterator
from typing import Any

import av
import numpy as np
import pytest

from kms_trio.errors import ErrorCode, KurentoError
from kms_trio.generated.core.events import Error, MediaTranscodingStateChanged
from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.generated.core.types import AudioCaps, AudioCodec, Fraction, MediaType, VideoCaps, VideoCodec
from kms_trio.media.formats import RAW_AUDIO, RAW_VIDEO, Format, StreamKind, Want
from kms_trio.media.streams import RawStream
from kms_trio.objects.media_element import MediaElement
from kms_trio.objects.media_pipeline import TRANSCODING_TAG
from kms_trio.objects.pass_through import PassThrough
from kms_trio.testing.clips import numbered_picture, picture_number, pitch_hz, tone
from kms_trio.testing.elements import Bench, Tap, open_bench

VP8, H264, H265 = (Format(name, 90_000) for name in ("VP8", "H264", "H265"))
OPUS, PCMU = Format("OPUS", 48_000, 2), Format("PCMU", 8_000, 1)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with open_bench() as opened:
        yield opened


def encoded(*formats: Format) -> Want:
    return Want(StreamKind.ENCODED, formats)


def giving(bench: Bench, *streams: tuple[MediaType, RawStream]) -> MediaElement:
    element: MediaElement = bench.make(PassThrough, CORE)
    for media_type, stream in streams:
        element.source_pad(media_type).set_input(stream)
    return element


def show(stream: RawStream, number: int, ticks: int = 3000) -> None:
    picture = numbered_picture(number)
    picture.pts = number * ticks
    stream.push(picture)


def states(bench: Bench) -> list[str]:
    return [event.state for _, event in bench.events if isinstance(event, MediaTranscodingStateChanged)]


def wanting(bench: Bench, want: Want) -> MediaElement:
    """An element that takes video of one kind only."""
    element = MediaElement(bench.context, bench.pipeline, CORE.classes["PassThrough"])
    element.sink_pad(MediaType.VIDEO).set_want(want)
    return element


async def test_the_state_follows_the_sinks(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "agnosticbin")
    source = giving(bench, (MediaType.VIDEO, RawStream(RAW_VIDEO)))
    pad = source.source_pad(MediaType.VIDEO)
    plain = Tap(bench, pad, Want(StreamKind.RAW))
    assert states(bench) == [], "not before media flows"
    pad.flow.count()
    assert states(bench) == ["NOT_TRANSCODING"]
    one, other = Tap(bench, pad, encoded(VP8)), Tap(bench, pad, encoded(H264))
    assert source.is_media_transcoding(MediaType.VIDEO)
    pad.unlink(one.pad)
    assert states(bench) == ["NOT_TRANSCODING", "TRANSCODING"], "the other one still needs it"
    pad.unlink(other.pad)
    assert states(bench) == ["NOT_TRANSCODING", "TRANSCODING", "NOT_TRANSCODING"]
    assert not source.is_media_transcoding(MediaType.VIDEO)
    pad.unlink(plain.pad)
    assert len(states(bench)) == 3, "nothing is transcoded for nobody"
    names = {event.bin_name for _, event in bench.events if isinstance(event, MediaTranscodingStateChanged)}
    assert len(names) == 1
    assert source.is_media_transcoding(MediaType.VIDEO, names.pop()) is False
    told = [record.getMessage() for record in caplog.records]
    assert [text.split(" for a sink")[0] for text in told] == [
        "TRANSCODING ACTIVE for video: RAW -> VP8",
        "TRANSCODING ACTIVE for video: RAW -> H264",
    ]


async def test_what_needs_transcoding_at_once_is_told_at_once(bench: Bench) -> None:
    source = giving(bench, (MediaType.VIDEO, RawStream(RAW_VIDEO)))
    pad = source.source_pad(MediaType.VIDEO)
    Tap(bench, pad, Want(StreamKind.RAW))
    encoded_tap = Tap(bench, pad, encoded(VP8))
    assert states(bench) == ["TRANSCODING"]
    pad.unlink(encoded_tap.pad)
    assert states(bench) == ["TRANSCODING", "NOT_TRANSCODING"], "what was told is taken back, whether or not it flows"
    pad.flow.count()
    assert len(states(bench)) == 2


async def test_media_that_nobody_takes_is_not_decided_on(bench: Bench) -> None:
    source = giving(bench, (MediaType.VIDEO, RawStream(RAW_VIDEO)))
    pad = source.source_pad(MediaType.VIDEO)
    pad.flow.count()
    assert states(bench) == []
    Tap(bench, pad, Want(StreamKind.RAW))
    assert states(bench) == ["NOT_TRANSCODING"]


async def test_a_sink_that_changes_its_mind_ends_transcoding(bench: Bench) -> None:
    source = giving(bench, (MediaType.VIDEO, RawStream(RAW_VIDEO)))
    tap = Tap(bench, source.source_pad(MediaType.VIDEO), encoded(VP8))
    tap.pad.set_want(Want(StreamKind.RAW))
    assert states(bench) == ["TRANSCODING", "NOT_TRANSCODING"]


async def test_a_source_that_is_released_says_nothing_more(bench: Bench) -> None:
    source = giving(bench, (MediaType.VIDEO, RawStream(RAW_VIDEO)))
    Tap(bench, source.source_pad(MediaType.VIDEO), encoded(VP8))
    await source.close()
    assert states(bench) == ["TRANSCODING"]


# A pipeline that forbids it.


async def test_a_connection_that_needs_transcoding_is_refused_as_a_whole(bench: Bench) -> None:
    bench.pipeline.add_tag(TRANSCODING_TAG, "false")
    source = giving(bench, (MediaType.VIDEO, RawStream(RAW_VIDEO)), (MediaType.AUDIO, RawStream(RAW_AUDIO)))
    sink = wanting(bench, encoded(VP8))
    with pytest.raises(KurentoError, match=r"VIDEO of .* transcoding is forbidden, and RAW/90000 .* VP8/90000") as told:
        source.connect(sink)
    assert told.value.code == ErrorCode.CONNECT_ERROR
    assert source.get_sink_connections() == []
    source.connect(sink, MediaType.AUDIO)
    assert len(source.get_sink_connections()) == 1
    bench.pipeline.add_tag(TRANSCODING_TAG, "true")
    source.connect(sink)
    assert source.is_media_transcoding(MediaType.VIDEO)


async def test_what_turns_out_later_to_need_transcoding_is_an_error_event(bench: Bench) -> None:
    bench.pipeline.add_tag(TRANSCODING_TAG, "false")
    source, sink = giving(bench), wanting(bench, encoded(VP8))
    source.connect(sink)
    source.source_pad(MediaType.VIDEO).set_input(RawStream(RAW_VIDEO))
    (error,) = [event for raised_by, event in bench.events if isinstance(event, Error) and raised_by is source]
    assert error.type == "UNSUPPORTED_MEDIA_TYPE"
    assert f"{sink.element_name}: transcoding is forbidden" in error.description
    assert states(bench) == []


async def test_a_format_that_nothing_leads_to_is_an_error_event(bench: Bench) -> None:
    source, sink = giving(bench, (MediaType.VIDEO, RawStream(RAW_VIDEO))), wanting(bench, encoded(H265))
    source.connect(sink)
    (error,) = [event for raised_by, event in bench.events if isinstance(event, Error) and raised_by is source]
    assert f"{sink.element_name}: cannot convert RAW/90000 to H265/90000" in error.description


# Forced formats.


def video_caps(codec: VideoCodec, numerator: int = 30, denominator: int = 1) -> VideoCaps:
    return VideoCaps(codec=codec, framerate=Fraction(numerator=numerator, denominator=denominator))


async def test_sinks_that_take_the_forced_format_get_it(bench: Bench) -> None:
    pictures = RawStream(RAW_VIDEO)
    source = giving(bench, (MediaType.VIDEO, pictures))
    pad = source.source_pad(MediaType.VIDEO)
    either, only_vp8 = Tap(bench, pad, encoded(VP8, H264)), Tap(bench, pad, encoded(VP8))
    assert either.stream.format == VP8
    source.set_video_format(video_caps(VideoCodec.H264))
    assert either.stream.format == H264
    assert only_vp8.stream.format == VP8, "it cannot take anything else"
    show(pictures, 7)
    (frame,) = await either.take(1)
    assert frame.data.startswith(b"\0\0\0\1")


async def test_a_source_of_the_forced_format_passes_untouched(bench: Bench) -> None:
    vp8 = bench.context.codecs.encoder(RawStream(RAW_VIDEO), VP8, giving(bench).encoder_bitrates)
    source = giving(bench)
    source.source_pad(MediaType.VIDEO).set_input(vp8)
    source.set_video_format(video_caps(VideoCodec.VP8))
    tap = Tap(bench, source.source_pad(MediaType.VIDEO), encoded(H264, VP8))
    assert tap.stream is vp8
    assert not source.is_media_transcoding(MediaType.VIDEO)


async def test_raw_is_encoded_anew_even_where_it_would_fit(bench: Bench) -> None:
    pictures = RawStream(RAW_VIDEO)
    vp8 = bench.context.codecs.encoder(pictures, VP8, giving(bench).encoder_bitrates)
    source = giving(bench)
    source.source_pad(MediaType.VIDEO).set_input(vp8)
    source.set_video_format(video_caps(VideoCodec.RAW))
    pad = source.source_pad(MediaType.VIDEO)
    tap = Tap(bench, pad, encoded(VP8))
    assert tap.stream is not vp8
    assert source.is_media_transcoding(MediaType.VIDEO)
    looks = Tap(bench, pad, Want(StreamKind.RAW))
    show(pictures, 5)
    await tap.take(1)
    (picture,) = await looks.take(1)
    assert picture_number(picture) == 5


async def test_fewer_pictures_a_second_are_encoded(bench: Bench) -> None:
    pictures = RawStream(RAW_VIDEO)
    source = giving(bench, (MediaType.VIDEO, pictures))
    source.set_video_format(video_caps(VideoCodec.VP8, 10))
    tap = Tap(bench, source.source_pad(MediaType.VIDEO), encoded(VP8))
    for number in range(30):  # a second
        show(pictures, number)
        if number % 3 == 0:
            await tap.take(number // 3 + 1)
    await bench.settle()
    assert [frame.pts for frame in tap.units] == [number * 9000 for number in range(10)]


async def test_audio_is_encoded_with_the_bitrate_of_the_format(bench: Bench) -> None:
    async def bytes_of_a_second(bitrate_bps: int) -> int:
        samples = RawStream(RAW_AUDIO)
        source = giving(bench, (MediaType.AUDIO, samples))
        source.set_audio_format(AudioCaps(codec=AudioCodec.OPUS, bitrate=bitrate_bps))
        tap = Tap(bench, source.source_pad(MediaType.AUDIO), encoded(PCMU, OPUS))
        assert tap.stream.format == OPUS
        for block in range(50):
            samples.push(tone(440.0, block * 960, 960))
            await tap.take(block)  # an encoder may hold one back
        return sum(len(frame.data) for frame in tap.units[:49])

    assert await bytes_of_a_second(96_000) > 2 * await bytes_of_a_second(16_000)


async def test_sound_goes_on_while_the_bitrate_of_video_changes(bench: Bench) -> None:
    pictures, samples = RawStream(RAW_VIDEO), RawStream(RAW_AUDIO)
    source = giving(bench, (MediaType.VIDEO, pictures), (MediaType.AUDIO, samples))
    video = Tap(bench, source.source_pad(MediaType.VIDEO), encoded(VP8))
    audio = Tap(bench, source.source_pad(MediaType.AUDIO), encoded(PCMU))
    for block in range(60):
        if block % 10 == 5:  # what is on its way then is not waited for
            source.encoder_bitrate = 100_000 + 1_000 * block
            source.max_encoder_bitrate = 300_000 + 1_000 * block
        samples.push(tone(440.0, block * 960, 960))
        await audio.take(block)  # an encoder may hold one back
    await bench.settle()
    assert len(set(video.streams)) > 1, "there the encoder is another one"
    assert len(audio.streams) == 1
    steps = {later.pts - earlier.pts for earlier, later in itertools.pairwise(audio.units)}
    assert steps == {160}, "20 ms each, without a hole"
    decoder: Any = av.CodecContext.create("pcm_mulaw", "r")
    decoder.sample_rate, decoder.layout = 8_000, "mono"
    blocks = [block for frame in audio.units for block in decoder.decode(av.Packet(frame.data))]
    heard = np.concatenate([block.to_ndarray()[0] for block in blocks])
    assert len(heard) >= 59 * 160
    assert abs(pitch_hz(heard, 8_000) - 440) < 2


async def test_a_format_may_be_forced_before_there_is_a_pad(bench: Bench) -> None:
    source: MediaElement = bench.make(PassThrough, CORE)
    source.set_video_format(video_caps(VideoCodec.H264))
    pad = source.source_pad(MediaType.VIDEO)
    pad.set_input(RawStream(RAW_VIDEO))
    assert Tap(bench, pad, encoded(VP8, H264)).stream.format == H264


@pytest.mark.parametrize(
    ("caps", "text"),
    [
        (video_caps(VideoCodec.VP8, 30, 0), "a frame rate of 30/0: expected"),
        (video_caps(VideoCodec.VP8, -1, 1), "a frame rate of -1/1: expected"),
        (video_caps(VideoCodec.H265), "codec H265: expected one that this server can encode"),
    ],
)
async def test_a_format_that_cannot_be_is_refused(bench: Bench, caps: Any, text: str) -> None:
    with pytest.raises(KurentoError, match=text) as refused:
        giving(bench).set_video_format(caps)
    assert refused.value.code == ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR


async def test_a_negative_bitrate_is_refused(bench: Bench) -> None:
    with pytest.raises(KurentoError, match="a bitrate of -1 bit/s: expected 0"):
        giving(bench).set_audio_format(AudioCaps(codec=AudioCodec.OPUS, bitrate=-1))
