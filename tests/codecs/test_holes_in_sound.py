"""Sound with holes, as lost packets leave them: what there is, is encoded, each sample in its place."""

from __future__ import annotations

import itertools
from typing import Any

import av
import numpy as np
import pytest

from kms_trio.codecs.audio_encoder import AudioEncoder
from kms_trio.media.formats import Format
from kms_trio.media.frames import EncodedFrame
from kms_trio.testing.clips import tone

BLOCK = 960
"""Samples of 20 ms; a frame of AAC has more."""
PCMU = Format("PCMU", 8_000, 1)


def encode(format: Format, period: int, blocks: int) -> list[EncodedFrame]:
    """A block of a tone every `period` samples."""
    encoder = AudioEncoder(format, 48_000)
    return [frame for i in range(blocks) for frame in encoder.convert(tone(440.0, i * period, BLOCK))]


@pytest.mark.parametrize("format", [Format("AAC", 48_000, 2), Format("OPUS", 48_000, 2)], ids=lambda format: "")
@pytest.mark.parametrize("period", [1584, 5000])
def test_short_pieces_are_not_lost(format: Format, period: int) -> None:
    frames = encode(format, period, 50)
    assert len(frames) >= 45
    assert all(later.pts > earlier.pts for earlier, later in itertools.pairwise(frames))
    assert abs(frames[-1].pts - 49 * period) < 4 * period


def test_holes_are_silent_and_what_follows_is_in_its_place() -> None:
    frames = encode(PCMU, 1584, 30)
    decoder: Any = av.CodecContext.create("pcm_mulaw", "r")
    decoder.sample_rate, decoder.layout = 8_000, "mono"
    heard = np.zeros(30 * 1584 // 6 + 400)
    for frame in frames:
        for block in decoder.decode(av.Packet(frame.data)):
            samples = block.to_ndarray()[0]
            heard[frame.pts : frame.pts + len(samples)] = samples
    for i in range(1, 28):
        begin = i * 1584 // 6
        assert np.abs(heard[begin + 40 : begin + 140]).max() > 5000
        assert np.abs(heard[begin + 180 : begin + 250]).max() < 500
