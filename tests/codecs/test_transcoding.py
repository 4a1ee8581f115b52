"""Media through real codecs, checked by content: numbered pictures and tones of known pitch."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import trio

from kms_trio.codecs.service import CodecService
from kms_trio.media.agnostic import EncoderSettings, UnsupportedFormatError
from kms_trio.media.formats import RAW_AUDIO, RAW_VIDEO, Format
from kms_trio.media.frames import EncodedFrame
from kms_trio.media.streams import EncodedStream, RawFrame, RawStream
from kms_trio.testing.clips import numbered_picture, picture_number, pitch_hz, tone
from kms_trio.testing.patience import PATIENCE_S

VP8, VP9, H264 = (Format(name, 90_000) for name in ("VP8", "VP9", "H264"))
OPUS = Format("OPUS", 48_000, 2)
PCMU, PCMA = Format("PCMU", 8_000, 1), Format("PCMA", 8_000, 1)
AAC = Format("AAC", 48_000, 2, {"config": "1190"})
FRAME_TICKS = 6_000
"""Never waited for: only so that a failing test ends."""


class Sink:
    """Takes everything from a stream and lets a test wait for a number of frames."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.frames: list[Any] = []
        self._send, self._receive = trio.open_memory_channel[Any](10_000)
        stream.attach(self)

    def on_frame(self, frame: EncodedFrame) -> None:
        self._send.send_nowait(frame)

    def on_raw(self, frame: RawFrame) -> None:
        self._send.send_nowait(frame)

    async def next(self) -> Any:
        with trio.fail_after(PATIENCE_S):
            frame = await self._receive.receive()
        self.frames.append(frame)
        return frame

    async def take(self, count: int) -> list[Any]:
        return [await self.next() for _ in range(count)]


class Relay(EncodedStream):
    """An encoded source that a test feeds; counts what is asked of it."""

    def __init__(self, format: Format) -> None:
        super().__init__(format)
        self.key_frame_requests = 0

    def request_key_frame(self) -> None:
        self.key_frame_requests += 1


def push_picture(raw: RawStream, number: int, size: tuple[int, int] = (160, 120)) -> None:
    picture = numbered_picture(number, *size)
    picture.pts = number * FRAME_TICKS
    raw.push(picture)


async def encode_pictures(
    codecs: CodecService, settings: EncoderSettings, format: Format, numbers: range
) -> list[EncodedFrame]:
    raw = RawStream(RAW_VIDEO)
    sink = Sink(codecs.encoder(raw, format, settings))
    for number in numbers:
        push_picture(raw, number)
        await sink.next()
    sink.stream.detach(sink)
    return sink.frames


@pytest.mark.parametrize("format", [VP8, VP9, H264], ids=str)
async def test_pictures_come_back_as_they_were_sent(
    codecs: CodecService, settings: EncoderSettings, format: Format
) -> None:
    encoded = await encode_pictures(codecs, settings, format, range(100, 112))
    assert [frame.key_frame for frame in encoded] == [True] + [False] * 11
    assert [frame.pts for frame in encoded] == [number * FRAME_TICKS for number in range(100, 112)]

    source = Relay(format)
    sink = Sink(codecs.decoder(source))
    for frame in encoded:
        source.push(frame)
    pictures = await sink.take(12)
    assert [picture_number(picture) for picture in pictures] == list(range(100, 112))
    assert [picture.pts for picture in pictures] == [frame.pts for frame in encoded]


async def test_h264_key_frames_carry_their_parameter_sets(codecs: CodecService, settings: EncoderSettings) -> None:
    encoded = await encode_pictures(codecs, settings, H264, range(2))
    assert encoded[0].data.startswith(b"\0\0\0\1")
    unit_types = {unit[0] & 31 for unit in encoded[0].data.split(b"\0\0\1")[1:]}
    assert unit_types >= {5, 7, 8}  # IDR slice, sequence and picture parameter sets


@pytest.mark.parametrize("format", [OPUS, PCMU, PCMA, AAC], ids=str)
async def test_a_tone_keeps_its_pitch_and_its_timestamps(
    codecs: CodecService, settings: EncoderSettings, format: Format
) -> None:
    raw = RawStream(RAW_AUDIO)
    encoder_sink = Sink(codecs.encoder(raw, format, settings))
    for block in range(50):
        raw.push(tone(440.0, 48_000 + block * 480, 480))  # 10 ms at a time, beginning at one second
    encoded = await encoder_sink.take(20)
    steps = {later.pts - earlier.pts for earlier, later in itertools.pairwise(encoded)}
    assert steps == {1024 if format is AAC else format.clock_rate_hz // 50}
    assert abs(encoded[0].pts / format.clock_rate_hz - 1.0) < 0.05

    source = Relay(format)
    decoder_sink = Sink(codecs.decoder(source))
    for frame in encoded:
        source.push(frame)
    blocks = await decoder_sink.take(18)
    samples = np.concatenate([block.to_ndarray()[0, ::2] for block in blocks])
    assert abs(pitch_hz(samples[4_000:], 48_000) - 440.0) < 8
    assert all(later.pts == earlier.pts + earlier.samples for earlier, later in itertools.pairwise(blocks))
    assert abs(blocks[0].pts / 48_000 - encoded[0].pts / format.clock_rate_hz) < 0.001


async def test_lost_audio_leaves_a_gap_in_the_timestamps(codecs: CodecService, settings: EncoderSettings) -> None:
    raw = RawStream(RAW_AUDIO)
    sink = Sink(codecs.encoder(raw, OPUS, settings))
    for begin in (0, 960, 4_800, 5_760):
        raw.push(tone(440.0, begin, 960))
    frames = await sink.take(4)
    assert frames[2].pts - frames[1].pts == 3_840


async def test_the_source_may_change_its_size(codecs: CodecService, settings: EncoderSettings) -> None:
    raw = RawStream(RAW_VIDEO)
    encoded = codecs.encoder(raw, VP8, settings)
    encoder_sink = Sink(encoded)
    decoder_sink = Sink(codecs.decoder(encoded))
    for number in range(10):
        push_picture(raw, number, (160, 120) if number < 5 else (320, 240))
        await encoder_sink.next()
    pictures = await decoder_sink.take(10)
    assert [picture_number(picture) for picture in pictures] == list(range(10))
    assert [picture.width for picture in pictures] == [160] * 5 + [320] * 5
    assert [frame.key_frame for frame in encoder_sink.frames] == [number in (0, 5) for number in range(10)]


async def test_requests_for_key_frames_become_one(codecs: CodecService, settings: EncoderSettings) -> None:
    raw = RawStream(RAW_VIDEO)
    sink = Sink(codecs.encoder(raw, VP8, settings))
    for number in range(20):
        if number in (10, 11):
            for _ in range(5):
                sink.stream.request_key_frame()
        push_picture(raw, number)
        await sink.next()
    # The request at 11 waits until half a second has passed since the key frame that the one at 10 made.
    assert [number for number, frame in enumerate(sink.frames) if frame.key_frame] == [0, 10, 18]


@pytest.mark.parametrize("format", [VP8, H264], ids=str)
async def test_the_bitrate_follows_the_viewers_while_running(
    codecs: CodecService, settings: EncoderSettings, format: Format
) -> None:
    raw = RawStream(RAW_VIDEO)
    sink = Sink(codecs.encoder(raw, format, settings))
    noise = np.random.default_rng(1)
    sizes: dict[int, int] = {}
    for bitrate_bps in (800_000, 150_000):
        sink.stream.want_bitrate("viewer", bitrate_bps)
        for index in range(60):
            picture = numbered_picture(0)
            grain = noise.integers(110, 140, (120, 160), dtype=np.uint8)
            picture.planes[0].update(np.pad(grain, ((0, 0), (0, picture.planes[0].line_size - 160))).tobytes())
            picture.pts = (len(sink.frames)) * FRAME_TICKS
            raw.push(picture)
            frame = await sink.next()
            if index >= 35:  # past the debounce of two seconds
                sizes[bitrate_bps] = sizes.get(bitrate_bps, 0) + len(frame.data)
    assert sizes[150_000] < sizes[800_000] / 2


async def test_decoding_begins_at_a_key_frame_and_asks_for_it(codecs: CodecService, settings: EncoderSettings) -> None:
    encoded = await encode_pictures(codecs, settings, VP8, range(6))
    source = Relay(VP8)
    sink = Sink(codecs.decoder(source))
    assert source.key_frame_requests == 1
    for frame in [*encoded[3:], *encoded]:
        source.push(frame)
    pictures = await sink.take(6)
    assert [picture_number(picture) for picture in pictures] == list(range(6))


async def test_rubbish_makes_the_decoder_wait_for_a_key_frame(codecs: CodecService, settings: EncoderSettings) -> None:
    encoded = await encode_pictures(codecs, settings, H264, range(4))
    source = Relay(H264)
    sink = Sink(codecs.decoder(source))
    source.push(EncodedFrame(b"\x00\x00\x00\x01\x67\xff", 0, True))
    for frame in encoded:
        source.push(frame)
    assert [picture_number(picture) for picture in await sink.take(4)] == list(range(4))


async def test_one_picture_can_be_encoded_by_many(codecs: CodecService, settings: EncoderSettings) -> None:
    raw = RawStream(RAW_VIDEO)
    sinks = [Sink(codecs.encoder(raw, format, settings)) for format in (VP8, H264, VP9)]
    for number in range(5):
        push_picture(raw, number)
    for sink in sinks:
        assert [frame.pts for frame in await sink.take(5)] == [number * FRAME_TICKS for number in range(5)]


async def test_threads_end_with_their_streams(codecs: CodecService, settings: EncoderSettings) -> None:
    raw = RawStream(RAW_VIDEO)
    encoded = codecs.encoder(raw, VP8, settings)
    assert codecs.running == ()
    sink = Sink(encoded)
    assert codecs.running == ("encode VP8",)
    push_picture(raw, 0)
    await sink.next()
    encoded.detach(sink)
    assert raw.consumers == ()
    with trio.fail_after(PATIENCE_S):
        while codecs.running:  # noqa: ASYNC110 - a thread ends, and tells nobody
            await trio.sleep(0.001)


def test_formats_without_codec_are_refused(settings: EncoderSettings) -> None:
    codecs = CodecService()
    with pytest.raises(UnsupportedFormatError, match="cannot decode THEORA"):
        codecs.decoder(EncodedStream(Format("THEORA", 90_000)))
    with pytest.raises(UnsupportedFormatError, match="to VORBIS"):
        codecs.encoder(RawStream(RAW_AUDIO), Format("VORBIS", 48_000, 2), settings)
    with pytest.raises(UnsupportedFormatError, match="to OPUS"):
        codecs.encoder(RawStream(RAW_VIDEO), OPUS, settings)
