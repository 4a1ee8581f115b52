"""``python -m bench.wake_up``: what a wake-up of a server full of rooms costs, the event loop left out.

Receiving, decrypting, forwarding to few viewers, sending.

Unlike `forward` it begins with datagrams in the socket.  One source at a time sends the packets of a frame, or one of
audio, and each goes to the others of its room; in between time passes, so that caches are as cold as in a server.
"""

from __future__ import annotations

import random
import statistics
import time

import attrs
import click

from kms_trio.net.fanout import RtpFanout
from kms_trio.net.header_layout import ABS_SEND_TIME_URI
from kms_trio.net.native import NativeForwarder, load_forwarder
from kms_trio.rtc.rtp.header import write_header
from tests.net.peers import Sending, Viewer, make_viewer
from tests.net.sources import Peer, Server, open_server

AUDIO, VIDEO = 111, 96
ABS_SEND_TIME_ID = 2
FIRST_WAKE_UPS = 100
"""Of a turn, not counted: the first packets of a source are resolved, and caches are as the other way left them."""


@attrs.frozen
class RoomsLoad:
    """Who is there and what comes at a time."""

    rooms: int = 4
    participants: int = 5
    video_bytes: tuple[int, ...] = (1100, 420)
    audio_bytes: int = 80
    video_share: float = 0.375
    """Of wake-ups: 30 frames a second beside 50 packets of audio."""
    pause_s: float = 0.001


@attrs.define
class Way:
    """One way of doing it, and the CPU time of each wake-up by packets that left."""

    name: str
    server: Server
    sending: Sending
    peers: list[Peer]
    viewers: list[list[Viewer]]
    numbers: dict[tuple[int, int], int] = attrs.field(factory=dict)
    spent_s: dict[int, list[float]] = attrs.field(factory=dict)


def measure_rooms(load: RoomsLoad, wake_ups: int, rounds: int) -> dict[str, dict[int, float]]:
    """Median CPU microseconds of a wake-up, by way and by the number of packets that came."""
    ways = [_way("python", load, None)]
    if (native := load_forwarder()) is not None:
        ways.append(_way("native", load, native))
    chance = random.Random(1)
    for _ in range(rounds):
        for way in ways:
            for i in range(FIRST_WAKE_UPS + wake_ups):
                _wake_up(way, load, chance, counted=i >= FIRST_WAKE_UPS)
    for way in ways:
        way.server.socket.close()
        way.sending.close()
        for peer, viewers in zip(way.peers, way.viewers, strict=True):
            peer.socket.close()
            for viewer in viewers:
                viewer.close()
    return {
        way.name: {count: round(statistics.median(spent) * 1e6, 1) for count, spent in sorted(way.spent_s.items())}
        for way in ways
    }


def _way(name: str, load: RoomsLoad, native: NativeForwarder | None) -> Way:
    server, sending = open_server("127.0.0.1", native), Sending(native=native)
    way = Way(name, server, sending, [], [])
    for _ in range(load.rooms * load.participants):
        peer = Peer(server)
        mine = []
        for payload_type in (AUDIO, VIDEO):
            _send(way, peer, payload_type, (100,), key=True)
            server.receive()  # its stream is there from now on
            stream = peer.streams[-1]
            fanout = stream.fanout = RtpFanout(stream)
            for _ in range(load.participants - 1):
                viewer = make_viewer(sending, audio=payload_type == AUDIO, extensions={ABS_SEND_TIME_URI: 3})
                mine.append(viewer)
                fanout.add_leg(viewer.leg, 0.0)
            _send(way, peer, payload_type, (100,), key=True)  # what viewers wait for
            server.receive()
            sending.arena.flush()
            for viewer in mine:
                viewer.datagrams()
        way.peers.append(peer)
        way.viewers.append(mine)
    return way


def _send(way: Way, peer: Peer, payload_type: int, sizes: tuple[int, ...], *, key: bool = False) -> None:
    for i, size in enumerate(sizes):
        number = way.numbers.get((id(peer), payload_type), 0)
        way.numbers[id(peer), payload_type] = number + 1
        marker = i == len(sizes) - 1
        head = write_header(marker, payload_type, number, 960 * number, payload_type, {ABS_SEND_TIME_ID: b"abc"})
        peer.send(head + (b"\x10\x00" if key else b"\x10\x01") + bytes(size - 2))


def _wake_up(way: Way, load: RoomsLoad, chance: random.Random, *, counted: bool) -> None:
    time.sleep(load.pause_s)
    place = chance.randrange(len(way.peers))
    video = chance.random() < load.video_share
    sizes = load.video_bytes if video else (load.audio_bytes,)
    _send(way, way.peers[place], VIDEO if video else AUDIO, sizes)
    begin = time.thread_time()
    way.server.receive()
    way.sending.arena.flush()
    spent_s = time.thread_time() - begin
    got = sum([len(viewer.datagrams()) for viewer in way.viewers[place]])
    if counted:
        if got != len(sizes) * (load.participants - 1):
            raise RuntimeError(f"{way.name}: {got} packets arrived")
        way.spent_s.setdefault(len(sizes), []).append(spent_s)


@click.command()
@click.option("--rooms", default=4, show_default=True, help="How many, of 5 people each.")
@click.option("--rounds", default=5, show_default=True, help="Turns that each way gets.")
@click.option("--wake-ups", default=400, show_default=True, help="In each turn.")
def main(rooms: int, rounds: int, wake_ups: int) -> None:
    """CPU time of a wake-up in which one source's packets come and go to 4 viewers."""
    for way, spent in measure_rooms(RoomsLoad(rooms=rooms), wake_ups, rounds).items():
        for packets, spent_us in spent.items():
            click.echo(f"{way:<7} {packets} packets in, {4 * packets} out  {spent_us:6.1f} us")


if __name__ == "__main__":
    main()
