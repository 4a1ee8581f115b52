"""The source is told the lowest of what the consumers can take, and only when it changes."""

from __future__ import annotations

import random

from kms_trio.media.formats import Format
from kms_trio.media.streams import RtpStream


class TellingStream(RtpStream):
    def __init__(self) -> None:
        super().__init__(Format("VP8", 90_000))
        self.told: list[int | None] = []

    def bitrate_wanted(self, bitrate_bps: int | None) -> None:
        self.told.append(bitrate_bps)


def test_the_lowest_wish_counts_and_is_told_once() -> None:
    stream = TellingStream()
    stream.want_bitrate("a", 500)
    stream.want_bitrate("b", 700)
    stream.want_bitrate("a", 500)
    stream.want_bitrate("b", 300)
    stream.want_bitrate("b", 900)
    stream.want_bitrate("a", None)
    stream.want_bitrate("nobody", None)
    stream.want_bitrate("b", None)
    assert stream.told == [500, 300, 500, 900, None]


def test_whatever_the_order() -> None:
    chance = random.Random(1)
    stream = TellingStream()
    wishes: dict[int, int] = {}
    for _ in range(2000):
        who, wish = chance.randrange(6), chance.choice([None, *range(1, 8)])
        stream.want_bitrate(who, wish)
        wishes.pop(who, None)
        if wish is not None:
            wishes[who] = wish
        assert stream.lowest_bitrate_bps == min(wishes.values(), default=None)
    assert all(a != b for a, b in zip(stream.told, stream.told[1:], strict=False))
