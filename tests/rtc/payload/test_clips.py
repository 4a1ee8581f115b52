"""Real clips through packets and back, whole and with losses."""

from __future__ import annotations

import random
from typing import Any

import pytest

from kms_trio.media.frames import RtpPacket
from kms_trio.rtc.payload import AssembledFrame, Depacketizer, payload_format
from kms_trio.rtc.payload.annexb import split_nal_units

KEY_FRAME_INTERVAL = 10


def push_all(depacketizer: Depacketizer, packets: list[RtpPacket]) -> list[AssembledFrame]:
    return [frame for packet in packets for frame in depacketizer.push(packet)]


def same_content(encoding_name: str, one: bytes, other: bytes) -> bool:
    """Start codes of three and four bytes mean the same."""
    if encoding_name in ("H264", "H265"):
        return split_nal_units(one) == split_nal_units(other)
    return one == other


def test_every_frame_comes_back(clip: Any) -> None:
    depacketizer = payload_format(clip.encoding_name).depacketizer()
    assert depacketizer.needs_key_frame
    frames = push_all(depacketizer, clip.packets)
    assert len(frames) == len(clip.frames)
    for number, (frame, (key_frame, data)) in enumerate(zip(frames, clip.frames, strict=True)):
        assert same_content(clip.encoding_name, frame.data, data)
        assert (frame.timestamp, frame.key_frame) == (number * 3000, key_frame)
    assert (depacketizer.frames_dropped, depacketizer.needs_key_frame) == (0, False)
    assert clip.decoded([frame.data for frame in frames]) == len(frames)


def test_payload_size_and_start_of_key_frames(clip: Any) -> None:
    starts_key_frame = payload_format(clip.encoding_name).starts_key_frame
    starts = {packet.timestamp for packet in clip.packets if starts_key_frame(packet.payload)}
    assert starts == {number * 3000 for number, (key_frame, _) in enumerate(clip.frames) if key_frame}
    assert len(starts) == 3
    first_of_frame = {packet.timestamp: packet for packet in reversed(clip.packets)}
    assert all(starts_key_frame(first_of_frame[timestamp].payload) for timestamp in starts)
    assert max(len(packet.payload) for packet in clip.packets) <= 1160
    assert len(clip.packets) > 2 * len(clip.frames)


@pytest.mark.parametrize("seed", range(5))
def test_after_losses_only_decodable_frames_come(clip: Any, seed: int) -> None:
    chance = random.Random(seed)
    received = [packet for packet in clip.packets if chance.random() > 0.03]
    lost = {packet.timestamp // 3000 for packet in clip.packets if packet not in received}
    assert lost
    depacketizer = payload_format(clip.encoding_name).depacketizer()
    frames = push_all(depacketizer, received)
    # a frame is decodable if nothing has been lost of it, nor of those before it since its key frame
    expected = [
        number
        for number in range(len(clip.frames))
        if not lost & set(range(number - number % KEY_FRAME_INTERVAL, number + 1))
    ]
    assert [frame.timestamp // 3000 for frame in frames] == expected
    assert clip.decoded([frame.data for frame in frames]) == len(expected)
    assert depacketizer.needs_key_frame is (len(clip.frames) - 1 not in expected)


def test_late_and_duplicate_packets_change_nothing(clip: Any) -> None:
    packets = []
    for packet in clip.packets:
        packets += [packet, packet]
    packets.insert(40, packets[3])
    frames = push_all(payload_format(clip.encoding_name).depacketizer(), packets)
    assert len(frames) == len(clip.frames)


def test_frames_without_markers_end_where_the_next_begins(clip: Any) -> None:
    packets = [RtpPacket(p.sequence_number, p.timestamp, False, p.payload) for p in clip.packets]
    frames = push_all(payload_format(clip.encoding_name).depacketizer(), packets)
    assert [frame.timestamp // 3000 for frame in frames] == list(range(len(clip.frames) - 1))


def test_packets_of_padding_alone_are_no_loss(clip: Any) -> None:
    packets = []
    for i, packet in enumerate(clip.packets):
        packets.append(RtpPacket(65000 + 2 * i, packet.timestamp, packet.marker, packet.payload))
        packets.append(RtpPacket(65001 + 2 * i, packet.timestamp, False, b""))
    frames = push_all(payload_format(clip.encoding_name).depacketizer(), packets)
    assert len(frames) == len(clip.frames)


def test_joining_in_the_middle_of_a_group_waits_for_the_key_frame(clip: Any) -> None:
    packets = [packet for packet in clip.packets if packet.timestamp > 4 * 3000]
    frames = push_all(payload_format(clip.encoding_name).depacketizer(), packets)
    assert frames[0].key_frame
    assert [frame.timestamp // 3000 for frame in frames] == list(range(10, 30))
