"""Positioning in files without an index: where is the key frame that a picture needs?"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

import av

__all__ = ["UNINDEXED_FORMATS", "packets_from"]

UNINDEXED_FORMATS: Final = frozenset({"mpegts", "mpeg"})
"""FFmpeg's names of formats in which it finds times, and no key frames."""
FIRST_STEP_S: Final = 1
LAST_STEP_S: Final = 64
"""Key frames farther apart than this are not looked for."""
MAX_PACKETS: Final = 20_000

Packets: TypeAlias = "Iterator[av.Packet[Any]]"


def packets_from(container: Any, streams: Sequence[Any], video: Any, target_us: int) -> Packets:
    """The packets of `streams` from the key frame of `video` on that comes last before `target_us`.

    That is looked for farther and farther back; where there is none they begin at `target_us`.  Raises what PyAV does.
    """
    first_us = container.start_time or 0
    step_s = 0
    while True:
        begin_us = max(first_us, target_us - step_s * av.time_base)
        container.seek(begin_us, backward=True)
        packets: Packets = container.demux(streams)
        found = _from_key_frame(packets, video, target_us)
        if found:
            return itertools.chain(found, packets)
        if begin_us == first_us or step_s == LAST_STEP_S:
            container.seek(target_us, backward=True)
            demuxed: Packets = container.demux(streams)
            return demuxed
        step_s = max(FIRST_STEP_S, step_s * 2)


def _from_key_frame(packets: Packets, video: Any, target_us: int) -> list[av.Packet[Any]]:
    """What comes up to `target_us`, from the last key frame on, and the packet after; nothing when there is none."""
    found: list[av.Packet[Any]] = []
    for packet in itertools.islice(packets, MAX_PACKETS):
        is_video = packet.stream is video
        beyond = is_video and packet.pts is not None and packet.pts * packet.time_base * av.time_base > target_us
        if is_video and packet.is_keyframe and not beyond:
            found = [packet]
        elif found:
            found.append(packet)
        if beyond:
            break
    return found
