"""Composite: everybody hears all but themselves, and nobody disturbs anybody."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from kms_elements.hubs import Composite
from kms_trio.api import MediaType
from kms_trio.media.formats import RAW_AUDIO, Format, StreamKind, Want
from kms_trio.media.streams import EncodedStream, RawStream
from kms_trio.testing.elements import Bench
from tests.elements.hubs.stage import BLOCK, Source, Stage, largest_step, left, open_stage, strength

OPUS = Format("OPUS", 48_000, 2)
SETTLED = 10
"""Blocks until all are heard."""


@pytest.fixture
async def stage(bench: Bench) -> Stage:
    return await open_stage(bench, Composite)


async def test_mix_minus(stage: Stage) -> None:
    pitches = [400.0, 700.0, 1100.0]
    sources = [Source(stage.bench) for _ in pitches]
    ports = [await stage.port(source) for source in sources]
    listener = await stage.port()
    taps = [stage.tap(port, MediaType.AUDIO) for port in (*ports, listener)]
    frames = await stage.sounds(taps[-1], 40, dict(zip(sources, pitches, strict=True)))
    for tap, own in zip(taps, [*pitches, None], strict=True):
        samples = left(tap.units[SETTLED:])
        for pitch in pitches:
            if pitch == own:
                assert strength(samples, pitch) < 1.0
            else:
                assert strength(samples, pitch) > 7000
    assert {(later.pts or 0) - (before.pts or 0) for before, later in pairwise(frames)} == {BLOCK}


async def test_listeners_share_a_mix_and_its_encoder(stage: Stage) -> None:
    talker = Source(stage.bench)
    talking = await stage.port(talker)
    want = Want(StreamKind.ENCODED, (OPUS,))
    listeners = [stage.tap(await stage.port(), MediaType.AUDIO, want) for _ in range(3)]
    own = stage.tap(talking, MediaType.AUDIO, want)
    talker.say(440.0)
    stage.timers.advance(0.02)
    first = [(await tap.take(1))[0] for tap in listeners]
    assert first[0] is first[1] is first[2]
    assert (await own.take(1))[0] is not first[0]
    running = stage.bench.context.codecs.running
    assert [name for name in running if name.startswith("encode")] == ["encode OPUS"] * 2


async def test_joining_leaving_freezing_and_flooding_do_not_click(stage: Stage) -> None:
    steady, other, third = (Source(stage.bench) for _ in range(3))
    listener = await stage.port()
    await stage.port(steady)
    tap = stage.tap(listener, MediaType.AUDIO)
    steadily = {steady: 400.0}
    await stage.sounds(tap, 20, steadily)
    port = await stage.port(other)
    await stage.sounds(tap, 20, steadily | {other: 600.0})
    await stage.sounds(tap, 40, steadily)  # frozen
    other.pause(40 * BLOCK)
    await stage.sounds(tap, 20, steadily | {other: 600.0})
    await port.close()
    await stage.sounds(tap, 20, steadily)
    last = await stage.port(third)
    for _ in range(30):
        for _ in range(100):
            third.say(600.0)
        await stage.sounds(tap, 1, steadily)
    await last.close()
    await stage.sounds(tap, 40, steadily)
    samples = left(tap.units[SETTLED:])
    for begin in range(0, len(samples) - BLOCK * 5, BLOCK):
        assert strength(samples[begin : begin + 5 * BLOCK], 400.0) > 6500, "always there"
    assert strength(samples[-10 * BLOCK :], 600.0) < 1.0
    steepest = 8000 * 2 * np.pi * (400 + 600) / 48_000
    assert largest_step(samples) < steepest + 8000 * 3 / 240, "a fade, never a jump"


async def test_who_is_not_heard_is_not_decoded(stage: Stage) -> None:
    audio = EncodedStream(OPUS)
    talker = Source(stage.bench, audio=audio)
    port = await stage.port(talker)
    own = stage.tap(port, MediaType.AUDIO)
    await stage.sounds(own, 2)
    assert not any(name.startswith("decode") for name in stage.bench.context.codecs.running)
    listener = await stage.port()
    tap = stage.tap(listener, MediaType.AUDIO)
    assert "decode OPUS" in stage.bench.context.codecs.running
    listener.source_pad(MediaType.AUDIO).unlink(tap.pad)
    assert len(audio.consumers) == 1, "only what watches the flow"


async def test_a_source_that_changes_keeps_the_port_on_its_own_mix(stage: Stage) -> None:
    talker = Source(stage.bench)
    port = await stage.port(talker)
    tap = stage.tap(port, MediaType.AUDIO)
    mix = tap.stream
    talker.element.source_pad(MediaType.AUDIO).set_input(RawStream(RAW_AUDIO))
    talker.element.disconnect(port)
    talker.element.connect(port)
    assert tap.streams == [mix]


async def test_a_pause_of_the_process_is_made_up_for(stage: Stage) -> None:
    talker = Source(stage.bench)
    await stage.port(talker)
    tap = stage.tap(await stage.port(), MediaType.AUDIO)
    await stage.sounds(tap, 20, {talker: 400.0})
    before = len(tap.units)
    for _ in range(5):
        talker.say(400.0)
    await stage.stall(0.1)
    assert len(tap.units) == before + 5
    await stage.sounds(tap, 20, {talker: 400.0})
    times = [frame.pts for frame in tap.units]
    assert times == list(range(times[0], times[0] + len(times) * BLOCK, BLOCK)), "no hole"
    assert largest_step(left(tap.units)) < 8000 * (2 * np.pi * 400 / 48_000 + 1.5 / 240)


async def test_a_long_pause_is_left_out(stage: Stage) -> None:
    tap = stage.tap(await stage.port(), MediaType.AUDIO)
    await stage.sounds(tap, 2)
    last = tap.units[-1].pts
    before = len(tap.units)
    await stage.stall(5.0)
    assert len(tap.units) == before + 1
    await stage.sounds(tap, 1)
    assert [(frame.pts - last) / BLOCK for frame in tap.units[-2:]] == [250, 251]


async def test_lip_sync(stage: Stage) -> None:
    """Audio is told to be older than the picture that comes at the same time, by what it waits for its mixing."""
    port = await stage.port()
    voices, pictures = stage.tap(port, MediaType.AUDIO), stage.tap(port, MediaType.VIDEO)
    await stage.sounds(voices, 1)
    picture = pictures.units[0]
    heard_s = voices.stream.clock.unix_s(voices.units[0].pts)
    seen_s = pictures.stream.clock.unix_s(picture.pts)
    assert heard_s is not None
    assert seen_s is not None
    assert seen_s - heard_s == pytest.approx(0.045)
