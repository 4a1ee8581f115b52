"""What comes in by a socket against a slow and obvious reference, with the compiled helper and without it."""

from __future__ import annotations

import random
from collections.abc import Iterator

import attrs
import pytest

from kms_trio.media.formats import Format
from kms_trio.media.frames import NO_AUDIO_LEVEL
from kms_trio.net.native import NativeForwarder, load_forwarder
from kms_trio.net.token_bucket import TokenBucket
from kms_trio.rtc.payload import payload_format
from kms_trio.rtc.rtcp import SenderReport, build_compound
from kms_trio.rtc.rtp.header import RtpError, parse_header, read_extension, write_header
from kms_trio.rtc.rtp.sequence import SequenceUnwrapper, TimestampUnwrapper
from kms_trio.rtc.srtp import SrtpError
from kms_trio.rtc.srtp.profiles import AEAD_AES_128_GCM, AES128_CM_SHA1_80
from tests.net.sources import FORMATS, LEVEL_ID, Peer, Seen, Server, open_server


@pytest.fixture(params=["python", "native"])
def native(request: pytest.FixtureRequest) -> NativeForwarder | None:
    if request.param == "python":
        return None
    forwarder = load_forwarder()
    if forwarder is None:
        pytest.skip("the compiled helper is not built: python -m kms_trio.net.native build")
    return forwarder


@pytest.fixture(params=["127.0.0.1", "::1"])
def server(request: pytest.FixtureRequest, native: NativeForwarder | None) -> Iterator[Server]:
    try:
        server = open_server(request.param, native)
    except OSError:
        pytest.skip(f"no {request.param} here")
    yield server
    server.socket.close()


@attrs.define
class Reference:
    """What is to be seen of one SSRC, by the plain functions of `rtc`."""

    payload_type: int
    sequence: SequenceUnwrapper = attrs.field(factory=SequenceUnwrapper)
    timestamp: TimestampUnwrapper = attrs.field(factory=TimestampUnwrapper)
    seen: list[Seen] = attrs.field(factory=list)

    def take(self, plain: bytes) -> None:
        marker, payload_type, number, timestamp, _, start, end = parse_header(plain, len(plain))
        assert payload_type == self.payload_type
        format = FORMATS[payload_type]
        level = NO_AUDIO_LEVEL
        if format.is_audio:
            try:
                value = read_extension(plain, LEVEL_ID)
            except RtpError:
                value = None
            level = value[0] if value else NO_AUDIO_LEVEL
        payload = plain[start:end]
        key_frame = not format.is_audio and payload_format(format.encoding_name).starts_key_frame(payload)
        self.seen.append(
            (self.sequence.unwrap(number), self.timestamp.unwrap(timestamp), marker, payload, key_frame, level)
        )


def some_payload(payload_type: int, chance: random.Random) -> bytes:
    starts = {
        96: [b"\x10\x00", b"\x10\x01", b"\x90\x80\x81\x23\x00", b"\x90\xf0\x01\x02\x03\x01", b"\x90\xe0\x05\x07\x00"],
        102: [
            b"\x65",
            b"\x67",
            b"\x61",
            b"\x7c\x85",
            b"\x7c\x05",
            b"\x7c",
            b"\x78\x00\x02\x67\x01\x00\x01\x68",
            b"\x78\x00",
        ],
        45: [b"\x08\x0a\x0b", b"\x10\x0a\x0b", b"\x18"],
    }
    start = chance.choice(starts.get(payload_type, [b""]))
    kind = chance.random()
    if kind < 0.05:
        return b""
    if kind < 0.2:
        return start
    if kind < 0.3:
        return chance.randbytes(chance.randrange(1, 8))
    return start + chance.randbytes(chance.randrange(1, 1200))


def some_packet(payload_type: int, number: int, ssrc: int, chance: random.Random) -> bytes:
    """With or without contributing sources, extensions of both forms and padding, some malformed."""
    extensions = {}
    if chance.random() < 0.5:
        extensions[LEVEL_ID] = chance.randbytes(1)
    if chance.random() < 0.3:
        extensions[chance.choice([1, 14, 20])] = chance.randbytes(chance.randrange(1, 20))
    sources = [chance.getrandbits(32) for _ in range(chance.choice([0, 0, 0, 2]))]
    head = bytearray(write_header(chance.random() < 0.3, payload_type, number, 160 * number, ssrc, extensions, sources))
    if extensions and chance.random() < 0.1:
        head[16 + 4 * len(sources)] |= 0x0F  # an element longer than its extension
    payload = some_payload(payload_type, chance)
    kind = chance.random()
    if kind < 0.1:
        head[0] |= 0x20
        payload += bytes(4) + b"\x05"
    elif kind < 0.13:
        head[0] |= 0x20
        payload += chance.choice([b"\x00", b"\xff"])
    return bytes(head) + payload


@pytest.mark.parametrize("seed", range(4))
def test_every_packet_is_seen_as_it_was_sent(server: Server, seed: int) -> None:
    """Loss, reordering, repetition, forgery, wrap-around, sources that restart: all beside each other."""
    chance = random.Random(seed)
    peers = [Peer(server, chance.choice([AEAD_AES_128_GCM, AES128_CM_SHA1_80])) for _ in range(3)]
    references: list[dict[int, Reference]] = [{} for _ in peers]
    refused, malformed = [0] * len(peers), [0] * len(peers)
    next_number: list[dict[int, int]] = [{} for _ in peers]
    for _ in range(30):
        waiting: list[tuple[int, bytes]] = []
        for _ in range(chance.randrange(1, 60)):
            who = chance.randrange(len(peers))
            payload_type = chance.choice(sorted(FORMATS))
            ssrc = 1000 + payload_type + 1000 * (chance.random() < 0.01)  # an SSRC of its own now and then
            number = next_number[who].get(ssrc, 65_300 + payload_type)
            next_number[who][ssrc] = number + (1 if chance.random() < 0.95 else chance.randrange(2, 40))
            waiting.append((who, some_packet(payload_type, number, ssrc, chance)))
        for i in range(len(waiting) - 3):
            if chance.random() < 0.1:
                waiting[i], waiting[i + 2] = waiting[i + 2], waiting[i]
        for who, plain in waiting:
            datagram = peers[who].send(plain)
            datagrams = [datagram]
            if chance.random() < 0.05:
                peers[who].socket.send(datagram)  # replayed
                datagrams.append(datagram)
            if chance.random() < 0.05:
                forged = datagram[:-1] + bytes((datagram[-1] ^ 1,))
                peers[who].socket.send(forged)
                datagrams.append(forged)
            for each in datagrams:
                try:
                    arrived = peers[who].reference.unprotect(each)
                except SrtpError:
                    refused[who] += 1
                    continue
                try:
                    header = parse_header(arrived, len(arrived))
                except RtpError:
                    malformed[who] += 1
                    continue
                references[who].setdefault(header[4], Reference(header[1])).take(arrived)
        if chance.random() < 0.3:
            peers[0].socket.send(chance.randbytes(chance.randrange(1, 12)))
        report = peers[1].outbound.protect_rtcp(build_compound([SenderReport(1096, 1 << 32, 5, 1, 1, ())]))
        peers[1].socket.send(report)
        server.receive()
    for peer, reference, bad, odd in zip(peers, references, refused, malformed, strict=True):
        assert peer.seen.keys() == reference.keys()
        for ssrc, expected in reference.items():
            assert peer.seen[ssrc] == expected.seen, f"SSRC {ssrc}"
            receiver = peer.session.receivers[ssrc]
            assert receiver.reception.packets_received == len(expected.seen)
            assert receiver.frames == sum(seen[2] for seen in expected.seen)
        assert peer.undecryptable == bad
        assert peer.session.statistics.malformed_rtp == odd
        assert peer.undecryptable_rtcp == 0
        peer.socket.close()


def packet(number: int, payload_type: int = 96, ssrc: int = 5, payload: bytes = b"\x10\x00abc") -> bytes:
    return write_header(False, payload_type, number, 3000 * number, ssrc) + payload


def test_an_address_that_becomes_anothers(server: Server) -> None:
    """ICE gives an address to whoever proved last that it is his; his keys count from then on."""
    former = Peer(server)
    former.send(packet(1))
    server.receive()
    former.send(packet(2))
    server.receive()
    now = Peer(server)
    server.socket.routes[former.name] = now  # type: ignore[assignment]  # as above
    former.send(packet(3))
    former.socket.send(now.outbound.protect(packet(70)))
    server.receive()
    assert [seen[0] & 0xFFFF for seen in former.seen[5]] == [1, 2]
    assert [seen[0] & 0xFFFF for seen in now.seen[5]] == [70]
    assert now.undecryptable == 1
    del server.socket.routes[former.name]
    former.socket.send(now.outbound.protect(packet(71)))
    server.receive()
    assert len(now.seen[5]) == 1
    assert server.dispatcher.statistics.strangers_media == 1
    for peer in (former, now):
        peer.socket.close()


def test_a_source_that_changes_its_payload_type(server: Server) -> None:
    peer = Peer(server)
    for number, payload_type in enumerate([96, 96, 96, 102, 102, 96]):
        peer.send(packet(number, payload_type))
        server.receive()
    assert [stream.format.encoding_name for stream in peer.streams] == ["VP8", "H264", "VP8"]
    assert [seen[0] & 0xFFFF for seen in peer.seen[5]] == list(range(6))
    peer.socket.close()


def test_a_session_that_is_closed_takes_nothing(server: Server) -> None:
    peer = Peer(server)
    for number in range(3):
        peer.send(packet(number))
        server.receive()
    closed = peer.session.receivers[5]
    peer.session.close()
    assert closed.closed
    intake = server.socket.receive_arena.intake
    assert intake is None or not intake.known
    peer.socket.close()


def test_sources_come_and_go(server: Server) -> None:
    """More SSRCs than a session keeps: what is known of them does not grow, and each is seen whenever it comes."""
    chance = random.Random(7)
    peers = [Peer(server) for _ in range(3)]
    for peer in peers:
        peer.session._new_sources = TokenBucket(400, 0.0)  # as if it took minutes
    sent: list[dict[int, list[int]]] = [{} for _ in peers]
    for number in range(400):
        who = chance.randrange(len(peers))
        ssrc = chance.randrange(60)
        peers[who].send(packet(number, ssrc=ssrc))
        sent[who].setdefault(ssrc, []).append(number)
        if chance.random() < 0.2:
            server.receive()
    server.receive()
    for peer, mine in zip(peers, sent, strict=True):
        assert {ssrc: [seen[0] & 0xFFFF for seen in all_seen] for ssrc, all_seen in peer.seen.items()} == mine
        peer.socket.close()
    intake = server.socket.receive_arena.intake
    if intake is not None:
        assert len(intake.known) <= sum(len(peer.session.receivers) for peer in peers)


def test_parameter_sets_out_of_a_description_come_before_each_key_frame(server: Server) -> None:
    sets = (("sprop-parameter-sets", "Z0LAHtkDxWhAAAADAEAAAAwDxYuS,aMuMsg=="),)
    peer = Peer(server, formats={102: Format("H264", 90_000, parameters=sets)})
    for number, payload in enumerate([b"\x65key", b"\x61", b"\x61", b"\x65key", b"\x61"]):
        peer.send(packet(number, 102, payload=payload))
        server.receive()
    assert [seen[3][:1] for seen in peer.seen[5]] == [b"\x78", b"\x65", b"\x61", b"\x61", b"\x78", b"\x65", b"\x61"]
    assert [seen[0] - peer.seen[5][0][0] for seen in peer.seen[5]] == list(range(7))
    peer.socket.close()
