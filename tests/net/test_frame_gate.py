"""A closed gate cuts between frames, and viewers' sequence numbers go on as if nothing had been there."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from kms_trio.media.formats import Format
from kms_trio.media.frames import RtpPacket
from kms_trio.media.streams import RtpStream
from kms_trio.net.fanout import RtpFanout
from kms_trio.net.frame_gate import FrameGate, GateStatistics
from kms_trio.rtc.rtp.header import parse_header
from tests.net.peers import Sending, Viewer, make_viewer


class Source(RtpStream):
    """Frames of some packets each; counts the key frames that it is asked for."""

    def __init__(self) -> None:
        super().__init__(Format("VP8", 90_000))
        self.asked = 0
        self.number = 0
        self.frame = 0

    def request_key_frame(self) -> None:
        self.asked += 1

    def packets(self, count: int, *, key: bool = False) -> list[RtpPacket]:
        self.frame += 1
        first, self.number = self.number, self.number + count
        return [
            RtpPacket(first + i, self.frame * 3000, i == count - 1, b"frame %d.%d" % (self.frame, i), key and i == 0)
            for i in range(count)
        ]


class Scene:
    """One source, one gate, some viewers who have the first key frame."""

    def __init__(self, viewers: int) -> None:
        self.sending = Sending()
        self.source = Source()
        self.fanout = RtpFanout(self.source)
        self.statistics = GateStatistics()
        self.gate = self.fanout.gate = FrameGate(self.fanout, self.statistics)
        self.viewers = [make_viewer(self.sending) for _ in range(viewers)]
        for viewer in self.viewers:
            self.fanout.add_leg(viewer.leg, 0.0)
        self.now = 1.0
        self.push(self.source.packets(2, key=True))
        self.source.asked = 0
        for viewer in self.viewers:
            assert len(self.took(viewer)) == 2

    def push(self, packets: list[RtpPacket]) -> None:
        self.now += 0.033
        self.source.push(packets, self.now)
        self.sending.arena.flush()

    def took(self, viewer: Viewer) -> list[tuple[int, bytes]]:
        """Sequence numbers and payloads that came since the last time."""
        taken = []
        for data in viewer.packets():
            _, _, number, _, _, start, end = parse_header(data, len(data))
            taken.append((number, data[start:end]))
        return taken

    def close(self) -> None:
        for viewer in self.viewers:
            viewer.close()
        self.sending.close()


@pytest.fixture
def scene() -> Iterator[Scene]:
    scene = Scene(viewers=3)
    yield scene
    scene.close()


def test_viewers_see_a_still_picture_and_no_loss(scene: Scene) -> None:
    scene.push(scene.source.packets(4))
    before = [scene.took(viewer) for viewer in scene.viewers]
    scene.gate.close()
    for _ in range(5):
        scene.push(scene.source.packets(4))
    assert all(scene.took(viewer) == [] for viewer in scene.viewers)
    assert (scene.statistics.frames_dropped, scene.statistics.packets_dropped) == (15, 60)
    scene.gate.open()
    assert scene.source.asked == 1, "a key frame, once for all viewers"
    scene.push(scene.source.packets(4))
    assert all(scene.took(viewer) == [] for viewer in scene.viewers)
    scene.push(scene.source.packets(3, key=True))
    scene.push(scene.source.packets(1))
    for viewer, earlier in zip(scene.viewers, before, strict=True):
        later = scene.took(viewer)
        assert [payload for _, payload in later] == [b"frame 9.0", b"frame 9.1", b"frame 9.2", b"frame 10.0"]
        last = earlier[-1][0]
        assert [number for number, _ in later] == [(last + i) & 0xFFFF for i in (1, 2, 3, 4)]
    assert scene.statistics.frames_dropped == 18
    assert not scene.gate.closed


def test_a_frame_that_has_begun_is_finished(scene: Scene) -> None:
    frame = scene.source.packets(5)
    scene.push(frame[:2])
    scene.gate.close()
    scene.push(frame[2:4])
    scene.push([*frame[4:], *scene.source.packets(2)])
    scene.push(scene.source.packets(2))
    for viewer in scene.viewers:
        assert [payload for _, payload in scene.took(viewer)] == [b"frame 2.%d" % i for i in range(5)]


def test_a_frame_without_an_end_ends_with_the_next(scene: Scene) -> None:
    frame = scene.source.packets(3)
    scene.push(frame[:2])
    scene.gate.close()
    scene.push(scene.source.packets(2))
    scene.push(scene.source.packets(2))
    for viewer in scene.viewers:
        assert [payload for _, payload in scene.took(viewer)] == [b"frame 2.0", b"frame 2.1"]
    assert scene.statistics.packets_dropped == 4 * 3


def test_storms_while_closed_reach_nobody(scene: Scene) -> None:
    scene.push(scene.source.packets(4))
    sent = [scene.took(viewer) for viewer in scene.viewers]
    scene.gate.close()
    scene.push(scene.source.packets(4))
    for viewer, earlier in zip(scene.viewers, sent, strict=True):
        for _ in range(100):
            scene.fanout.request_key_frame()
            scene.fanout.retransmit(viewer.leg, [number for number, _ in earlier], scene.now)
    assert scene.source.asked == 0
    assert all(scene.took(viewer) == [] for viewer in scene.viewers)
    assert all(viewer.leg.retransmitted == 0 for viewer in scene.viewers)


def test_a_newcomer_waits_with_the_others(scene: Scene) -> None:
    scene.gate.close()
    scene.push(scene.source.packets(4))
    newcomer = make_viewer(scene.sending)
    scene.viewers.append(newcomer)
    scene.fanout.add_leg(newcomer.leg, scene.now)
    scene.push(scene.source.packets(4, key=True))
    assert scene.source.asked == 0
    assert all(scene.took(viewer) == [] for viewer in scene.viewers)
    scene.gate.open()
    scene.push(scene.source.packets(2, key=True))
    assert [len(scene.took(viewer)) for viewer in scene.viewers] == [2, 2, 2, 2]


def test_opened_before_it_cut_nothing_happens(scene: Scene) -> None:
    frame = scene.source.packets(3)
    scene.push(frame[:1])
    scene.gate.close()
    scene.push(frame[1:2])
    scene.gate.open()
    scene.push(frame[2:])
    scene.push(scene.source.packets(2))
    assert scene.source.asked == 0
    assert all(len(scene.took(viewer)) == 5 for viewer in scene.viewers)


def test_whatever_comes_numbers_have_no_gap() -> None:
    """Batches cut anywhere, gates closed and opened at any time."""
    chance = random.Random(7)
    for _ in range(20):
        scene = Scene(viewers=2)
        numbers: list[int] = []
        first = scene.viewers[0].leg.packets_sent
        for _ in range(60):
            {0: scene.gate.close, 1: scene.gate.open}.get(chance.randrange(6), lambda: None)()
            packets = [
                p for _ in range(2) for p in scene.source.packets(chance.randrange(1, 5), key=chance.random() < 0.2)
            ]
            cut = chance.randrange(len(packets) + 1)
            for part in (packets[:cut], packets[cut:]):
                if part:
                    scene.push(part)
            numbers += [number for number, _ in scene.took(scene.viewers[0])]
        assert numbers == [(numbers[0] + i) & 0xFFFF for i in range(len(numbers))]
        assert scene.viewers[0].leg.packets_sent == first + len(numbers)
        arrived = scene.source.number - 2
        assert scene.statistics.packets_dropped == 2 * (arrived - len(numbers))
        scene.close()
