"""From a sender's socket to viewers' sockets: each leg is decrypted and compared, byte for byte, with what was sent.

What is compared with is made by the plain functions of `rtc`, packet by packet, whatever way the server takes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import attrs
import pytest

from kms_trio.media.streams import RtpStream
from kms_trio.net.fanout import abs_send_time
from kms_trio.net.header_layout import ABS_SEND_TIME_URI, AUDIO_LEVEL_URI, MID_URI
from kms_trio.net.native import NativeForwarder, load_forwarder
from kms_trio.net.sender import fanout_of
from kms_trio.rtc.rtp.header import parse_header, read_extension, write_header
from kms_trio.rtc.srtp.profiles import AEAD_AES_128_GCM, AES128_CM_SHA1_80
from tests.net.peers import Sending, Viewer, make_viewer
from tests.net.sources import LEVEL_ID, Peer, Server, open_server

VIDEO, AUDIO = 96, 111
NOW = 1.0  # what `Server.receive` calls now
LAYOUTS: list[dict[str, int]] = [{}, {ABS_SEND_TIME_URI: 3}, {ABS_SEND_TIME_URI: 2, AUDIO_LEVEL_URI: 5, MID_URI: 4}]


@pytest.fixture(params=["python", "native"])
def native(request: pytest.FixtureRequest) -> NativeForwarder | None:
    if request.param == "python":
        return None
    forwarder = load_forwarder()
    if forwarder is None:
        pytest.skip("the compiled helper is not built: python -m kms_trio.net.native build")
    return forwarder


@pytest.fixture
def server(native: NativeForwarder | None) -> Iterator[Server]:
    server = open_server("127.0.0.1", native)
    yield server
    server.socket.close()


@pytest.fixture(params=[True, False], ids=["gso", "plain"])
def sending(request: pytest.FixtureRequest, native: NativeForwarder | None) -> Iterator[Sending]:
    sending = Sending(gso=request.param, native=native)
    yield sending
    sending.close()


@attrs.define(eq=False)
class Relayed:
    """One media of one sender, under one SSRC after the other, and who watches it."""

    peer: Peer
    payload_type: int
    viewers: list[Viewer]
    ssrc: int
    number: int
    timestamp: int
    stream: RtpStream | None = None
    source_of: list[int] = attrs.field(factory=list)
    """By packet that viewers are to get: the SSRC that it came under."""
    expected: list[bytes] = attrs.field(factory=list)
    """And the packet as it was sent, decrypted."""

    def frame(self, chance: random.Random, *, key: bool) -> list[bytes]:
        """The packets of a frame, as plain RTP, some of them lost on the way."""
        audio = self.payload_type == AUDIO
        size = chance.randrange(20, 1100)
        packets = []
        for i in range(count := 1 if audio else chance.randrange(1, 7)):
            body = (b"\x10\x00" if key and not i else b"\x00\x01") + chance.randbytes(size + (i > count // 2))
            extensions = {LEVEL_ID: chance.randbytes(1)} if audio and chance.random() < 0.7 else {2: b"abc"}
            head = write_header(i == count - 1, self.payload_type, self.number, self.timestamp, self.ssrc, extensions)
            self.number += 1
            if key or chance.random() > 0.05:
                packets.append(head + body)
        self.timestamp += 3000
        return packets

    def change_source(self, chance: random.Random, server: Server) -> None:
        """Another SSRC: its first packet makes a stream, which viewers follow from its next one on."""
        self.ssrc = chance.getrandbits(32)
        self.number, self.timestamp = chance.randrange(65_400, 65_536), (1 << 32) - chance.randrange(1, 90_000)
        known = len(self.peer.streams)
        self.peer.send(self.frame(chance, key=True)[0])
        server.receive()
        assert len(self.peer.streams) == known + 1
        former, self.stream = self.stream, self.peer.streams[-1]
        for viewer in self.viewers:
            if former is not None:
                fanout_of(former).remove_leg(viewer.leg, NOW)
            fanout_of(self.stream).add_leg(viewer.leg, NOW)


def check(relayed: Relayed, viewer: Viewer) -> None:
    """Packets come in the order in which they came in; numbers and timestamps differ by what is fixed for a source."""
    leg, got = viewer.leg, viewer.packets()
    assert len(got) == len(relayed.expected)
    offsets: dict[int, tuple[int, int]] = {}
    for data, sent, source in zip(got, relayed.expected, relayed.source_of, strict=True):
        marker, payload_type, number, timestamp, ssrc, start, end = parse_header(data, len(data))
        sent_marker, _, sent_number, sent_timestamp, _, sent_start, sent_end = parse_header(sent, len(sent))
        assert (marker, payload_type, ssrc) == (sent_marker, leg.payload_type, leg.ssrc)
        offset = ((number - sent_number) & 0xFFFF, (timestamp - sent_timestamp) & 0xFFFFFFFF)
        assert offsets.setdefault(source, offset) == offset
        assert data[start:end] == sent[sent_start:sent_end]
        extensions = leg.extensions
        if ABS_SEND_TIME_URI in extensions:
            assert read_extension(data, extensions[ABS_SEND_TIME_URI]) == abs_send_time(NOW).to_bytes(3, "big")
        if AUDIO_LEVEL_URI in extensions and leg.audio:
            assert read_extension(data, extensions[AUDIO_LEVEL_URI]) == read_extension(sent, LEVEL_ID)
        if MID_URI in extensions:
            assert read_extension(data, extensions[MID_URI]) == leg.mid
        if not extensions:
            assert start == 12
    assert len(offsets) == len(set(relayed.source_of))


@pytest.mark.parametrize("viewers", [1, 4, 30])
def test_every_leg_gets_every_byte(server: Server, sending: Sending, viewers: int) -> None:
    """Rooms of senders side by side: loss, reordering, wrap-around, sources that come under another SSRC."""
    chance = random.Random(viewers)
    relays = []
    for i in range(3):
        peer = Peer(server, (AEAD_AES_128_GCM, AES128_CM_SHA1_80)[i % 2])
        for payload_type in (VIDEO, AUDIO):
            watching = [
                make_viewer(
                    sending,
                    audio=payload_type == AUDIO,
                    payload_type=100 + j % 20,
                    extensions=LAYOUTS[j % 3],
                    mid=b"m%d" % (j % 7),
                    profile=(AEAD_AES_128_GCM, AES128_CM_SHA1_80)[j % 2],
                )
                for j in range(viewers)
            ]
            relays.append(Relayed(peer, payload_type, watching, 0, 0, 0))
    for turn in range(45):
        waiting: list[tuple[Relayed, bytes]] = []
        for relayed in relays:
            changed = turn == 0 or chance.random() < 0.07
            if changed:
                relayed.change_source(chance, server)
            if changed or chance.random() < 0.7:
                waiting += [(relayed, packet) for packet in relayed.frame(chance, key=changed)]
        first = {
            id(relayed): packet for relayed, packet in reversed(waiting)
        }  # a leg begins with it, so it stays first
        for i in range(len(waiting) - 2):
            (one, early), (other, late) = waiting[i], waiting[i + 2]
            if chance.random() < 0.1 and first[id(one)] is not early and first[id(other)] is not late:
                waiting[i], waiting[i + 2] = waiting[i + 2], waiting[i]
        for relayed, packet in waiting:
            relayed.peer.send(packet)
            relayed.expected.append(packet)
            relayed.source_of.append(relayed.ssrc)
        server.receive()
        sending.arena.flush()
    for relayed in relays:
        for viewer in relayed.viewers:
            check(relayed, viewer)
            viewer.close()
        relayed.peer.socket.close()
    assert sending.arena.statistics.protect_errors == sending.arena.statistics.failed == 0
    intake = server.socket.receive_arena.intake
    assert intake is None or len(intake.known) >= len(relays), "sources were not taken natively"
