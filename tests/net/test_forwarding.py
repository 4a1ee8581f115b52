"""Every leg is decrypted and compared, field by field and byte by byte, with a slow and obvious reference."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from kms_trio.media.formats import Format
from kms_trio.media.frames import RtpPacket
from kms_trio.media.streams import RtpStream
from kms_trio.net.fanout import RtpFanout, abs_send_time
from kms_trio.net.forwarding import BLOCK_SLOTS
from kms_trio.net.header_layout import ABS_SEND_TIME_URI, AUDIO_LEVEL_URI, MID_URI
from kms_trio.net.native import NativeForwarder, load_forwarder
from kms_trio.net.packet_history import REPLAY_PACKETS
from kms_trio.net.send_arena import MAX_PAYLOAD_BYTES, SLOTS
from kms_trio.rtc.rtp.header import parse_header, read_extension
from kms_trio.rtc.srtp.profiles import AEAD_AES_128_GCM, AEAD_AES_256_GCM, AES128_CM_SHA1_80
from tests.net.peers import Sending, Viewer, make_viewer

VP8 = Format("VP8", 90_000)
OPUS = Format("OPUS", 48_000, 2)
PROFILES = (AEAD_AES_128_GCM, AEAD_AES_256_GCM, AES128_CM_SHA1_80)


class AskedStream(RtpStream):
    """A source that counts the key frames it is asked for."""

    asked = 0

    def request_key_frame(self) -> None:
        self.asked += 1


@pytest.fixture(params=["python", "native"])
def native(request: pytest.FixtureRequest) -> NativeForwarder | None:
    """The compiled helper and doing without it; without a compiler there is nothing to test of the former."""
    if request.param == "python":
        return None
    forwarder = load_forwarder()
    if forwarder is None:
        pytest.skip("the compiled helper is not built: python -m kms_trio.net.native build")
    return forwarder


@pytest.fixture(params=[True, False], ids=["gso", "plain"])
def sending(request: pytest.FixtureRequest, native: NativeForwarder | None) -> Iterator[Sending]:
    sending = Sending(gso=request.param, native=native)
    yield sending
    sending.close()


def frame(first: int, timestamp: int, sizes: list[int], chance: random.Random, *, key: bool = False) -> list[RtpPacket]:
    return [
        RtpPacket(first + i, timestamp, i == len(sizes) - 1, chance.randbytes(size), key and i == 0)
        for i, size in enumerate(sizes)
    ]


def check(viewer: Viewer, packets: list[RtpPacket], got: list[bytes], first_sequence: int, sent_at: int | None) -> None:
    leg = viewer.leg
    assert len(got) == len(packets)
    timestamps = [parse_header(data, len(data))[3] for data in got]
    for i, (data, packet) in enumerate(zip(got, packets, strict=True)):
        marker, payload_type, sequence_number, timestamp, ssrc, start, end = parse_header(data, len(data))
        assert (marker, payload_type, ssrc) == (packet.marker, leg.payload_type, leg.ssrc)
        assert sequence_number == (first_sequence + packet.sequence_number - packets[0].sequence_number) & 0xFFFF
        assert (timestamp - timestamps[0]) & 0xFFFFFFFF == (packet.timestamp - packets[0].timestamp) & 0xFFFFFFFF
        assert data[start:end] == packet.payload, f"payload of packet {i}"
        if ABS_SEND_TIME_URI in leg.extensions and sent_at is not None:
            assert read_extension(data, leg.extensions[ABS_SEND_TIME_URI]) == sent_at.to_bytes(3, "big")
        if MID_URI in leg.extensions:
            assert read_extension(data, leg.extensions[MID_URI]) == leg.mid


@pytest.mark.parametrize("viewers", [1, 3, 40])
def test_each_viewer_gets_every_byte(sending: Sending, viewers: int) -> None:
    """Viewers with all profiles and header layouts beside each other, across the wrap-around of sequence numbers."""
    chance = random.Random(viewers)
    layouts: list[tuple[dict[str, int], bytes]] = [
        ({}, b""),
        ({ABS_SEND_TIME_URI: 3}, b""),
        ({ABS_SEND_TIME_URI: 2, MID_URI: 4}, b"video0"),
    ]
    legs = []
    for i in range(viewers):
        extensions, mid = layouts[i % 3]
        legs.append(
            make_viewer(
                sending, payload_type=96 + i % 20, extensions=extensions, mid=mid, profile=PROFILES[i % 2 + i % 3 // 2]
            )
        )
    stream = AskedStream(VP8)
    fanout = RtpFanout(stream)
    for viewer in legs:
        viewer.leg.next_sequence_number = chance.randrange(65_500, 65_536)
        fanout.add_leg(viewer.leg, 0.0)
    assert stream.asked == viewers, "video legs wait for a key frame"
    firsts = [viewer.leg.next_sequence_number for viewer in legs]
    sequence, timestamp, now = 65_530, (1 << 32) - 20_000, 10.0
    everything: list[RtpPacket] = []
    received: list[list[bytes]] = [[] for _ in legs]
    for number in range(40):
        sizes = [1160] * chance.randrange(0, 8) + [chance.randrange(1, 1160)]
        if number % 5 == 4:
            chance.shuffle(sizes)
        packets = frame(sequence, timestamp, sizes, chance, key=number == 0)
        stream.push(packets, now)
        sending.arena.flush()
        for viewer, mine in zip(legs, received, strict=True):
            mine += viewer.packets()
        everything += packets
        sequence, timestamp, now = sequence + len(packets), timestamp + 3000, now + 0.033
    for viewer, mine, first in zip(legs, received, firsts, strict=True):
        check(viewer, everything, mine, first, None)
        assert viewer.leg.packets_sent == len(everything)
        assert viewer.leg.payload_bytes_sent == sum(len(packet.payload) for packet in everything)
        viewer.close()
    assert sending.arena.statistics.protect_errors == sending.arena.statistics.failed == 0


def test_send_time_and_audio_level(sending: Sending) -> None:
    chance = random.Random(1)
    viewers = [
        make_viewer(sending, audio=True, extensions={ABS_SEND_TIME_URI: 2, AUDIO_LEVEL_URI: 1}) for _ in range(20)
    ]
    stream = RtpStream(OPUS)
    fanout = RtpFanout(stream)
    for viewer in viewers:
        fanout.add_leg(viewer.leg, 0.0)
    stream.push([RtpPacket(1, 960, True, chance.randbytes(60), audio_level=0x85)], 5.0)
    stream.push([RtpPacket(2, 1920, False, chance.randbytes(60), audio_level=0x7F)], 5.02)
    stream.push([RtpPacket(3, 2880, False, chance.randbytes(60))], 5.04)
    sending.arena.flush()
    for viewer in viewers:
        got = viewer.packets()
        assert [read_extension(data, 1) for data in got] == [b"\x85", b"\x7f", None]
        assert [read_extension(data, 2) for data in got] == [
            abs_send_time(now).to_bytes(3, "big") for now in (5.0, 5.02, 5.04)
        ]
        viewer.close()


def test_loss_and_reordering_pass_through(sending: Sending) -> None:
    """Sequence numbers keep their gaps and their order of arrival: only the receiver can tell a loss from lateness."""
    chance = random.Random(2)
    viewers = [make_viewer(sending) for _ in range(12)]
    stream = RtpStream(VP8)
    fanout = RtpFanout(stream)
    for viewer in viewers:
        fanout.add_leg(viewer.leg, 0.0)
    numbers = [n for n in range(65_530, 65_730) if chance.random() > 0.1]
    start = [numbers[0]]
    rest = numbers[1:]
    for i in range(len(rest) - 3):
        if chance.random() < 0.2:
            rest[i], rest[i + 2] = rest[i + 2], rest[i]
    packets = [RtpPacket(n, 90 * n, False, chance.randbytes(300), n == start[0]) for n in start + rest]
    firsts = [viewer.leg.next_sequence_number for viewer in viewers]
    got: list[list[bytes]] = [[] for _ in viewers]
    for i in range(0, len(packets), 7):
        stream.push(packets[i : i + 7], 1.0 + i / 100)
        sending.arena.flush()
        for viewer, mine in zip(viewers, got, strict=True):
            mine += viewer.packets()
    for viewer, mine, first in zip(viewers, got, firsts, strict=True):
        check(viewer, packets, mine, first, None)
        viewer.close()


def test_a_batch_larger_than_the_arena(sending: Sending) -> None:
    chance = random.Random(3)
    viewers = [make_viewer(sending, extensions={ABS_SEND_TIME_URI: 3}) for _ in range(SLOTS // 64 + 3)]
    stream = RtpStream(VP8)
    fanout = RtpFanout(stream)
    for viewer in viewers:
        fanout.add_leg(viewer.leg, 0.0)
    packets = frame(100, 0, [900] * 100, chance, key=True)
    firsts = [viewer.leg.next_sequence_number for viewer in viewers]
    stream.push(packets[:1], 1.0)
    stream.push(packets[1:], 1.0)
    sending.arena.flush()
    for viewer, first in zip(viewers, firsts, strict=True):
        check(viewer, packets, viewer.packets(), first, abs_send_time(1.0))
        viewer.close()


def test_more_viewers_than_are_built_at_once(sending: Sending) -> None:
    chance = random.Random(14)
    viewers = [make_viewer(sending) for _ in range(BLOCK_SLOTS + 5)]
    stream = RtpStream(VP8)
    fanout = RtpFanout(stream)
    for viewer in viewers:
        fanout.add_leg(viewer.leg, 0.0)
    firsts = [viewer.leg.next_sequence_number for viewer in viewers]
    packets = frame(0, 0, [40, 90, 90, 20], chance, key=True)
    stream.push(packets[:1], 1.0)
    stream.push(packets[1:], 1.0)
    sending.arena.flush()
    for viewer, first in zip(viewers, firsts, strict=True):
        check(viewer, packets, viewer.packets(), first, None)
        viewer.close()


@pytest.mark.parametrize("viewers", [1, 20])
def test_oversized_packets_are_dropped(sending: Sending, viewers: int) -> None:
    """A packet that does not fit into its slot, encrypted, would be written over its neighbour."""
    chance = random.Random(12)
    legs = [make_viewer(sending, extensions={ABS_SEND_TIME_URI: 2, MID_URI: 4}, mid=b"m" * 16) for _ in range(viewers)]
    stream = RtpStream(VP8)
    fanout = RtpFanout(stream)
    for viewer in legs:
        fanout.add_leg(viewer.leg, 0.0)
    firsts = [viewer.leg.next_sequence_number for viewer in legs]
    packets = frame(0, 0, [MAX_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES + 1], chance, key=True)
    stream.push(packets[:1], 1.0)
    stream.push(packets[1:], 1.0)
    sending.arena.flush()
    for viewer, first in zip(legs, firsts, strict=True):
        check(viewer, packets[:2], viewer.packets(), first, None)
        viewer.close()
    assert fanout.oversized == 1
    assert sending.arena.statistics.protect_errors == sending.arena.statistics.failed == 0


def test_a_leg_whose_packets_cannot_be_encrypted_disturbs_nobody(sending: Sending) -> None:
    """Libsrtp refuses a packet that is far behind the newest one under the same key."""
    chance = random.Random(13)
    viewers = [make_viewer(sending) for _ in range(10)]
    stream = RtpStream(VP8)
    fanout = RtpFanout(stream)
    for viewer in viewers:
        fanout.add_leg(viewer.leg, 0.0)
    stream.push(frame(0, 0, [100], chance, key=True), 1.0)
    stream.push(frame(1, 3000, [500, 500, 100], chance), 1.0)
    sending.arena.flush()
    for viewer in viewers:
        assert len(viewer.packets()) == 4
    ahead = viewers[3].leg.template()
    number = (viewers[3].leg.next_sequence_number + 3000) & 0xFFFF
    viewers[3].outbound.protect(ahead[:2] + number.to_bytes(2, "big") + ahead[4:] + b"later")
    stream.push(frame(4, 6000, [500, 500, 100], chance), 1.0)
    sending.arena.flush()
    for i, viewer in enumerate(viewers):
        assert len(viewer.packets()) == (0 if i == 3 else 3)
        viewer.close()
    assert sending.arena.statistics.protect_errors == 3


def test_a_newcomer_is_replayed_the_last_key_frame(sending: Sending) -> None:
    chance = random.Random(4)
    stream = AskedStream(VP8)
    fanout = RtpFanout(stream)
    early, late = make_viewer(sending), make_viewer(sending)
    fanout.add_leg(early.leg, 0.0)
    old = frame(10, 0, [500, 500], chance)
    key = frame(12, 3000, [1000, 1000, 200], chance, key=True)
    more = frame(15, 6000, [300], chance)
    for packets in (old, key, more):
        stream.push(packets, 1.0)
    asked = stream.asked
    first = late.leg.next_sequence_number
    fanout.add_leg(late.leg, 1.5)
    live = frame(16, 9000, [400, 100], chance)
    stream.push(live, 2.0)
    sending.arena.flush()
    check(late, key + more + live, late.packets(), first, None)
    assert stream.asked == asked, "nobody had to be asked"
    assert early.leg.packets_sent == 6
    assert late.leg.packets_sent == 6
    early.close()
    late.close()


def test_a_key_frame_is_there_when_who_was_expected_comes(sending: Sending) -> None:
    chance = random.Random(6)
    stream = AskedStream(VP8)
    fanout = RtpFanout(stream)
    first, second = make_viewer(sending, extensions={ABS_SEND_TIME_URI: 3}), make_viewer(sending)
    fanout.expect_leg(first.leg)
    assert (stream.asked, stream.consumers) == (1, (fanout,))
    key, more = frame(10, 0, [1000, 200], chance, key=True), frame(12, 3000, [300], chance)
    for at, packets in enumerate((key, more)):
        stream.push(packets, 1.0 + at)
    fanout.expect_leg(second.leg)
    assert not fanout.legs
    begin = first.leg.next_sequence_number
    fanout.add_leg(first.leg, 3.0)
    sending.arena.flush()
    got = first.packets()
    check(first, key + more, got, begin, None)
    for data, sent_s in zip(got, (1.0, 1.0, 2.0), strict=True):
        assert read_extension(data, 3) == abs_send_time(sent_s).to_bytes(3, "big")
    assert stream.asked == 1, "the one key frame serves both"
    fanout.remove_leg(first.leg, 4.0)
    assert stream.consumers, "the other one may still come"
    fanout.remove_leg(second.leg, 4.0)
    assert not stream.consumers
    first.close()
    second.close()


def test_a_key_frame_too_long_ago_is_asked_for(sending: Sending) -> None:
    chance = random.Random(5)
    stream = AskedStream(VP8)
    fanout = RtpFanout(stream)
    early, late = make_viewer(sending), make_viewer(sending)
    fanout.add_leg(early.leg, 0.0)
    stream.push(frame(10, 0, [100], chance, key=True), 1.0)
    for number in range(REPLAY_PACKETS):
        stream.push(frame(11 + number, number, [100], chance), 1.0)
    asked = stream.asked
    first = late.leg.next_sequence_number
    fanout.add_leg(late.leg, 2.0)
    assert stream.asked == asked + 1
    stream.push(frame(500, 9000, [100], chance), 2.0)
    key = frame(501, 12_000, [100, 100], chance, key=True)
    stream.push(key, 2.0)
    sending.arena.flush()
    check(late, key, late.packets(), first, None)
    early.close()
    late.close()


@pytest.mark.parametrize("viewers", [1, 20])
def test_a_plain_retransmission_repeats_every_byte(sending: Sending, viewers: int) -> None:
    """No SRTP index is ever protected twice with different bytes, or AES-GCM gives the key away."""
    chance = random.Random(6)
    stream = RtpStream(VP8)
    fanout = RtpFanout(stream)
    legs = [make_viewer(sending, extensions={ABS_SEND_TIME_URI: 3}) for _ in range(viewers)]
    for viewer in legs:
        viewer.leg.next_sequence_number = 65_400
        fanout.add_leg(viewer.leg, 0.0)
    now = 1.0
    originals: list[list[bytes]] = [[] for _ in legs]
    for number in range(60):
        stream.push(frame(1000 + 5 * number, 3000 * number, [900, 900, 900, 30, 30], chance, key=number == 0), now)
        sending.arena.flush()
        for viewer, mine in zip(legs, originals, strict=True):
            mine += viewer.datagrams()
        now += 0.033
    for viewer, sent in zip(legs, originals, strict=True):
        by_number = {int.from_bytes(datagram[2:4], "big"): datagram for datagram in sent}
        wanted = chance.sample(sorted(by_number), 50)
        fanout.retransmit(viewer.leg, wanted, now)
        again = viewer.datagrams()
        assert [int.from_bytes(datagram[2:4], "big") for datagram in again] == wanted
        assert again == [by_number[number] for number in wanted]
        fanout.retransmit(viewer.leg, [(1 << 16) - 200, 5_000, 30_000], now)
        assert viewer.datagrams() == [], "never sent, so never sent again"
        viewer.close()


def test_what_was_sent_before_a_join_is_not_retransmitted(sending: Sending) -> None:
    chance = random.Random(7)
    stream = RtpStream(VP8)
    fanout = RtpFanout(stream)
    first, second = make_viewer(sending), make_viewer(sending)
    fanout.add_leg(first.leg, 0.0)
    stream.push(frame(0, 0, [100] * 10, chance), 1.0)
    stream.push(frame(10, 3000, [100], chance, key=True), 1.0)
    fanout.add_leg(second.leg, 1.0)
    stream.push(frame(11, 6000, [100], chance), 1.0)
    sending.arena.flush()
    start = parse_header(second.packets()[0], 12)[2]
    fanout.retransmit(second.leg, [(start - n) & 0xFFFF for n in range(1, 8)], 1.0)
    assert second.datagrams() == []
    first.close()
    second.close()


def test_another_source_continues_the_stream(sending: Sending) -> None:
    """One SSRC, one run of sequence numbers, timestamps that go on by the time that passed."""
    chance = random.Random(8)
    one, two = RtpStream(VP8), RtpStream(VP8)
    before, after = RtpFanout(one), RtpFanout(two)
    viewer = make_viewer(sending)
    before.add_leg(viewer.leg, 0.0)
    one.push(frame(7, 1_000_000, [100, 50], chance, key=True), 1.0)
    before.remove_leg(viewer.leg, 1.0)
    after.add_leg(viewer.leg, 1.5)
    two.push(frame(40_000, 77, [100, 50], chance, key=True), 1.5)
    sending.arena.flush()
    heads = [parse_header(data, len(data)) for data in viewer.packets()]
    assert [(head[2] - heads[0][2]) & 0xFFFF for head in heads] == [0, 1, 2, 3]
    assert (heads[2][3] - heads[0][3]) & 0xFFFFFFFF == 45_000
    assert {head[4] for head in heads} == {viewer.leg.ssrc}
    assert viewer.leg.packets_sent == 4
    viewer.close()


def test_a_viewer_that_asks_absurdly_often_is_bounded(sending: Sending) -> None:
    chance = random.Random(9)
    stream = RtpStream(VP8)
    fanout = RtpFanout(stream)
    viewer = make_viewer(sending)
    fanout.add_leg(viewer.leg, 0.0)
    stream.push(frame(0, 0, [100] * 60, chance, key=True), 1.0)
    sending.arena.flush()
    numbers = [int.from_bytes(datagram[2:4], "big") for datagram in viewer.datagrams()]
    for _ in range(100):
        fanout.retransmit(viewer.leg, numbers, 2.0)
    first_second = len(viewer.datagrams())
    fanout.retransmit(viewer.leg, numbers, 3.0)
    assert first_second == 250
    assert len(viewer.datagrams()) == len(numbers)
    viewer.close()


def test_an_unreachable_viewer_disturbs_nobody(sending: Sending) -> None:
    chance = random.Random(10)
    stream = RtpStream(VP8)
    fanout = RtpFanout(stream)
    viewers = [make_viewer(sending) for _ in range(12)]
    viewers[5].name[2:4] = 0  # port 0: the kernel refuses the message
    for viewer in viewers:
        fanout.add_leg(viewer.leg, 0.0)
    packets = frame(0, 0, [700, 700, 700, 100], chance, key=True)
    stream.push(packets[:1], 1.0)
    stream.push(packets[1:], 1.0)
    sending.arena.flush()
    for i, viewer in enumerate(viewers):
        assert len(viewer.packets()) == (0 if i == 5 else 4)
        viewer.close()
    assert sending.arena.statistics.failed >= 1


def test_a_replay_begins_with_the_parameter_sets(sending: Sending) -> None:
    """H264 says "key frame" at the parameter sets and again at each slice: the first of them is where to start."""
    chance = random.Random(11)
    stream = AskedStream(Format("H264", 90_000))
    fanout = RtpFanout(stream)
    early, late = make_viewer(sending), make_viewer(sending)
    fanout.add_leg(early.leg, 0.0)
    key = [RtpPacket(10 + i, 3000, i == 2, chance.randbytes(50), key_frame=i < 2) for i in range(3)]
    stream.push(key, 1.0)
    first = late.leg.next_sequence_number
    fanout.add_leg(late.leg, 1.0)
    sending.arena.flush()
    check(late, key, late.packets(), first, None)
    early.close()
    late.close()
