"""No SRTP index is ever protected twice with different bytes, whatever sources and viewers do (hypothesis).

An index is an SSRC with an unwrapped sequence number; under AES-GCM two texts under one of them give the key away.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kms_trio.media.formats import Format
from kms_trio.media.frames import RtpPacket
from kms_trio.media.streams import RtpStream
from kms_trio.net.fanout import RtpFanout
from kms_trio.net.header_layout import ABS_SEND_TIME_URI
from kms_trio.net.native import NativeForwarder, load_forwarder
from kms_trio.net.retransmission import RetransmissionSender
from kms_trio.rtc.rtp.header import parse_header
from tests.net.peers import Sending, Viewer, make_viewer

VP8 = Format("VP8", 90_000)
RTX_SSRC_OFFSET = 1
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("push"), st.integers(1, 12)),
        st.tuples(st.just("repeat"), st.integers(1, 30)),
        st.tuples(st.just("late"), st.integers(1, 40)),
        st.tuples(st.just("lose"), st.integers(1, 20)),
        st.tuples(st.just("jump"), st.integers(600, 30_000)),
        st.tuples(st.just("switch"), st.integers(0, 1)),
        st.tuples(st.just("nack"), st.integers(1, 60)),
    ),
    min_size=12,
    max_size=60,
)


class Source:
    """A stream whose packets are lost, repeated and late."""

    def __init__(self, chance: random.Random) -> None:
        self.stream = RtpStream(VP8)
        self.fanout = RtpFanout(self.stream)
        self._chance = chance
        self._next = chance.randrange(65_400, 65_540)
        self._pushed: list[RtpPacket] = []
        self._held: list[RtpPacket] = []

    def push(self, count: int, now: float) -> None:
        packets = []
        for _ in range(count):
            packets.append(self._packet(key=self._chance.random() < 0.2))
        self._push(packets, now)

    def key_frame(self, now: float) -> None:
        self._push([self._packet(key=True)], now)

    def repeat(self, back: int, now: float) -> None:
        if self._pushed:
            self._push([self._pushed[-min(back, len(self._pushed))]], now)

    def late(self, back: int, now: float) -> None:
        if self._held:
            self._push([self._held.pop(-min(back, len(self._held)))], now)

    def lose(self, count: int) -> None:
        """These are held back, and may come late."""
        self._held += [self._packet(key=False) for _ in range(count)]

    def jump(self, back: int) -> None:
        """The source counts anew."""
        self._next -= back

    def _push(self, packets: list[RtpPacket], now: float) -> None:
        self.stream.push(packets, now)
        self._pushed += packets

    def _packet(self, *, key: bool) -> RtpPacket:
        number = self._next
        self._next += 1
        return RtpPacket(number, number * 100, False, self._chance.randbytes(20), key)


class Indices:
    """Everything that one viewer was sent, by SRTP index."""

    def __init__(self, viewer: Viewer) -> None:
        self.texts: dict[tuple[int, int], bytes] = {}
        self._viewer = viewer
        self._highest: dict[int, int] = {}

    def read(self) -> None:
        for datagram in self._viewer.datagrams():
            _, _, number, _, ssrc, _, _ = parse_header(memoryview(datagram), len(datagram))
            highest = self._highest.get(ssrc, number)
            index = highest + ((number - highest + 0x8000) & 0xFFFF) - 0x8000
            self._highest[ssrc] = max(highest, index)
            assert self.texts.setdefault((ssrc, index), datagram) == datagram, f"two texts under index {index}"


@pytest.mark.parametrize("kind", ["python", "native"])
@pytest.mark.parametrize("rtx", [False, True], ids=["plain", "rtx"])
def test_no_index_has_two_texts(kind: str, rtx: bool) -> None:
    native: NativeForwarder | None = load_forwarder() if kind == "native" else None
    if kind == "native" and native is None:
        pytest.skip("the compiled helper is not built: python -m kms_trio.net.native build")

    @settings(deadline=None, max_examples=60)
    @given(STEPS, st.integers(0, 1 << 32), st.integers(1, 9))
    def search(steps: list[tuple[str, int]], seed: int, viewers: int) -> None:
        run(steps, random.Random(seed), viewers, native, rtx=rtx)

    search()


def run(
    steps: list[tuple[str, int]], chance: random.Random, viewers: int, native: NativeForwarder | None, *, rtx: bool
) -> None:
    sending = Sending(native=native)
    legs = [make_viewer(sending, extensions={ABS_SEND_TIME_URI: 3}) for _ in range(viewers)]
    try:
        sources = [Source(chance), Source(chance)]
        fed_by = [0] * viewers
        now = 1.0
        for viewer in legs:
            leg = viewer.leg
            leg.next_sequence_number = chance.randrange(65_500, 65_536)
            if rtx:
                leg.retransmissions = RetransmissionSender(leg, leg.ssrc ^ RTX_SSRC_OFFSET, {leg.payload_type: 97})
            sources[0].fanout.add_leg(leg, now)
        seen = [Indices(viewer) for viewer in legs]
        for what, amount in steps:
            now += chance.random()
            source = sources[chance.choice(fed_by)]
            if what == "push":
                source.push(amount, now)
            elif what == "repeat":
                source.repeat(amount, now)
            elif what == "late":
                source.late(amount, now)
            elif what == "lose":
                source.lose(amount)
            elif what == "jump":
                source.jump(amount)
            elif what == "switch":
                which = chance.randrange(viewers)
                sources[fed_by[which]].fanout.remove_leg(legs[which].leg, now)
                fed_by[which] = amount
                sources[amount].fanout.add_leg(legs[which].leg, now)
            else:
                for which, viewer in enumerate(legs):
                    known = [number for ssrc, number in seen[which].texts if ssrc == viewer.leg.ssrc]
                    wanted = {chance.choice(known) + chance.randrange(-3, 4) & 0xFFFF for _ in range(amount) if known}
                    sources[fed_by[which]].fanout.retransmit(viewer.leg, sorted(wanted), now)
            sending.arena.flush()
            for each in seen:
                each.read()
    finally:
        for viewer in legs:
            viewer.close()
        sending.close()


def test_what_comes_late_is_kept_from_legs_that_began_after_it() -> None:
    """The numbers before a leg's first packet are those of the source that it was fed by before."""
    chance = random.Random(1)
    sending = Sending()
    viewer, witness = make_viewer(sending), make_viewer(sending)
    before, after = Source(chance), Source(chance)
    before.fanout.add_leg(viewer.leg, 1.0)
    after.fanout.add_leg(witness.leg, 1.0)
    before.key_frame(1.0)
    after.key_frame(1.0)
    after.lose(1)
    after.key_frame(1.1)
    before.fanout.remove_leg(viewer.leg, 1.1)
    after.fanout.add_leg(viewer.leg, 1.2)
    after.late(1, 1.3)
    after.key_frame(1.4)
    sending.arena.flush()
    for each, relative in ((viewer, [0, 1, 2]), (witness, [0, 2, 1, 3])):
        numbers = [parse_header(memoryview(data), len(data))[2] for data in each.packets()]
        assert [number - numbers[0] for number in numbers] == relative
        assert each.leg.packets_sent == len(relative)
        each.close()
    sending.close()


def test_a_source_that_counts_anew_goes_on() -> None:
    """Its first packet may be a stray; the second one in a row says that it is not."""
    chance = random.Random(2)
    sending = Sending()
    viewer = make_viewer(sending)
    source = Source(chance)
    source.fanout.add_leg(viewer.leg, 1.0)
    source.key_frame(1.0)
    source.jump(20_000)
    for _ in range(3):
        source.key_frame(2.0)
    sending.arena.flush()
    numbers = [parse_header(memoryview(data), len(data))[2] for data in viewer.packets()]
    assert [number - numbers[0] for number in numbers] == [0, 1, 2]
    assert source.fanout.repeated == 1
    viewer.close()
    sending.close()
