"""Packets to frames: what is late is waited for, as long as it makes sense, and no longer."""

from __future__ import annotations

import random

import pytest

from kms_trio.media.convert import Depacketized
from kms_trio.media.formats import Format
from kms_trio.media.frames import EncodedFrame, RtpPacket
from kms_trio.media.streams import RtpStream

VP8_KEY, VP8_DELTA = b"\x10\x00", b"\x10\x01"


class Kept:
    """Keeps the frames of packets that are pushed."""

    def __init__(self, format: Format) -> None:
        self.frames: list[EncodedFrame] = []
        self.upstream = RtpStream(format)
        Depacketized(self.upstream).attach(self)

    def on_frame(self, frame: EncodedFrame) -> None:
        self.frames.append(frame)

    def push(self, *packets: RtpPacket) -> None:
        for packet in packets:
            self.upstream.push([packet], 0.0)


def sound(number: int) -> RtpPacket:
    return RtpPacket(number, number * 960, False, b"\xf8%d" % number)


def picture(number: int, frames_per_second: int = 300) -> RtpPacket:
    start = VP8_DELTA if number else VP8_KEY
    return RtpPacket(number, number * 90_000 // frames_per_second, True, start + b"%d" % number, number == 0)


@pytest.mark.parametrize("distance", [2, 10, 50])
def test_pictures_whose_packets_overtake_each_other(distance: int) -> None:
    chance = random.Random(distance)
    order = [0, *sorted(range(1, 400), key=lambda number: number + chance.uniform(0, distance))]
    kept = Kept(Format("VP8", 90_000))
    kept.push(*map(picture, order))
    assert [frame.data for frame in kept.frames] == [picture(number).payload[1:] for number in range(400)]


def test_sound_waits_for_what_is_late_but_not_for_what_is_lost() -> None:
    kept = Kept(Format("OPUS", 48_000, 2))
    kept.push(sound(1), sound(3), sound(2))
    assert [frame.pts for frame in kept.frames] == [960, 1920, 2880]
    kept.push(*(sound(number) for number in range(5, 30)))  # the fourth is lost
    heard = [frame.pts // 960 for frame in kept.frames[3:]]
    assert heard == list(range(5, 30))


def test_a_lost_packet_holds_sound_up_for_a_fifth_of_a_second() -> None:
    kept = Kept(Format("OPUS", 48_000, 2))
    kept.push(sound(1), *(sound(number) for number in range(3, 14)))
    assert len(kept.frames) == 1
    kept.push(sound(14))
    assert [frame.pts // 960 for frame in kept.frames] == [1, *range(3, 15)]


def test_a_source_without_time_fills_nothing() -> None:
    kept = Kept(Format("OPUS", 48_000, 2))
    kept.push(sound(1), *(RtpPacket(number, 960, False, b"\xf8") for number in range(3, 2000)))
    assert len(kept.frames) > 1400
