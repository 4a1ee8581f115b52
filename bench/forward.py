"""What forwarding one packet to one viewer costs: header, payload, SRTP, sending.

Frames come at the pace of real video, so caches are as cold as they are in a server; a tight loop is three times as
fast and says nothing.  All ways are measured by turns, some frames each, as a machine's speed drifts.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import attrs

from bench.limit import Limit, compile_limit
from kms_trio.media.formats import Format
from kms_trio.media.frames import RtpPacket
from kms_trio.media.streams import RtpStream
from kms_trio.net.fanout import RtpFanout
from kms_trio.net.header_layout import ABS_SEND_TIME_URI
from kms_trio.net.native import load_forwarder
from tests.net.peers import Sending, Viewer, make_viewer

LIMIT = "limit"
FRAMES_A_TURN = 30
FIRST_FRAMES = 3
"""Of a turn, not counted: they find the caches as the other way left them."""


@attrs.frozen
class Load:
    """What is forwarded."""

    viewers: int
    packets: int = 4
    packet_bytes: int = 1160
    last_packet_bytes: int = 500
    frames_per_second: float = 30.0


@attrs.define
class Way:
    """One way of forwarding, its viewers, and the CPU time of each frame."""

    name: str
    viewers: list[Viewer]
    sending: Sending
    send: Callable[[list[bytes], int, float], None]
    frame_s: list[float] = attrs.field(factory=list)


def measure(load: Load, rounds: int, ways_of: Collection[str] | None = None) -> dict[str, float]:
    """CPU microseconds a forwarded packet, by way (all, or those named): the median of all frames."""
    with tempfile.TemporaryDirectory() as folder:
        ways = _ways(load, Path(folder), ways_of)
        chance = random.Random(1)
        sizes = [load.packet_bytes] * (load.packets - 1) + [load.last_packet_bytes]
        number = 0
        for _ in range(rounds):
            for way in ways:
                for i in range(FRAMES_A_TURN + FIRST_FRAMES):
                    payloads = [chance.randbytes(size) for size in sizes]
                    spent_s = _one_frame(way, payloads, number, load)
                    number += 1
                    if i >= FIRST_FRAMES:
                        way.frame_s.append(spent_s)
    for way in ways:
        for viewer in way.viewers:
            viewer.close()
        way.sending.close()
    copies = load.viewers * load.packets
    return {way.name: round(statistics.median(way.frame_s) * 1e6 / copies, 3) for way in ways}


def _one_frame(way: Way, payloads: list[bytes], number: int, load: Load) -> float:
    time.sleep(1 / load.frames_per_second)
    begin = time.thread_time()
    way.send(payloads, number, number / load.frames_per_second)
    spent_s = time.thread_time() - begin
    for viewer in way.viewers:
        got = len(viewer.datagrams())
        if got != len(payloads):
            raise RuntimeError(f"{way.name}: {got} of {len(payloads)} packets arrived")
    return spent_s


def _ways(load: Load, folder: Path, named: Collection[str] | None) -> list[Way]:
    ways = []
    compiled = compile_limit(folder)
    if compiled is not None:
        for name, gso in ((LIMIT, False), ("limit-gso", True)):
            if named is not None and name not in named:
                continue
            sending, viewers = _viewers(Sending(), load.viewers)
            ways.append(Way(name, viewers, sending, _by_limit(Limit(compiled, sending, viewers, gso=gso))))
    native = load_forwarder()
    for name, gso, forwarder in (
        ("python", False, None),
        ("python-gso", True, None),
        ("native", False, native),
        ("native-gso", True, native),
    ):
        if named is not None and name not in named:
            continue
        if forwarder is not None or not name.startswith("native"):
            sending, viewers = _viewers(Sending(gso=gso, native=forwarder), load.viewers)
            ways.append(Way(name, viewers, sending, _by_fanout(sending, viewers)))
    return ways


def _viewers(sending: Sending, count: int) -> tuple[Sending, list[Viewer]]:
    return sending, [make_viewer(sending, extensions={ABS_SEND_TIME_URI: 3}) for _ in range(count)]


def _by_limit(limit: Limit) -> Callable[[list[bytes], int, float], None]:
    def send(payloads: list[bytes], number: int, now: float) -> None:
        limit.forward(payloads, number * len(payloads), number * 3000)

    return send


def _by_fanout(sending: Sending, viewers: Sequence[Viewer]) -> Callable[[list[bytes], int, float], None]:
    stream = RtpStream(Format("VP8", 90_000))
    fanout = RtpFanout(stream)
    for viewer in viewers:
        fanout.add_leg(viewer.leg, 0.0)
    stream.push([RtpPacket(0, 0, True, b"key frame", key_frame=True)], 0.0)  # what the viewers wait for
    sending.arena.flush()
    for viewer in viewers:
        viewer.datagrams()
    first = 1

    def send(payloads: list[bytes], number: int, now: float) -> None:
        nonlocal first
        last = len(payloads) - 1
        packets = [RtpPacket(first + i, number * 3000, i == last, payload) for i, payload in enumerate(payloads)]
        first += len(payloads)
        stream.push(packets, now)
        sending.arena.flush()

    return send
