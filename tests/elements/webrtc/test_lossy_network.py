"""Five, ten and twenty percent of all datagrams lost both ways, doubled and overtaken: whole pictures all the same."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest
import trio

from kms_trio.media.frames import EncodedFrame, RtpPacket
from kms_trio.rtc.payload import payload_format
from kms_trio.rtc.rtcp import Nack
from kms_trio.testing.patience import PATIENCE_S, until
from kms_trio.testing.rpc import RpcClient
from kms_trio.testing.webrtc_peer import WebRtcPeer
from tests.elements.recorder.material import read_file
from tests.elements.webrtc.lossy import LossyLink, LossySocket
from tests.elements.webrtc.room import Publisher, join, numbers

LOSSES = [0.05, 0.1, 0.2]
AT_A_TIME = 100
"""Lost packets that a viewer asks for at once."""
FRAME_TICKS = 3000
RUN = 45
"""Pictures in a row: a key frame is among them, and chance alone would not let so many through."""


def put_between(peer: WebRtcPeer, loss: float, seed: int) -> LossySocket:
    """From now on the network between this peer and the server is a bad one."""
    between = LossySocket(peer._socket, LossyLink(loss, seed=seed), LossyLink(loss, seed=seed + 1))
    peer._socket = between  # type: ignore[assignment]  # all that a peer uses of a socket
    return between


def longest_run(frames: Sequence[EncodedFrame]) -> list[EncodedFrame]:
    """The most frames in a row without one missing between them."""
    runs: list[list[EncodedFrame]] = [[]]
    for frame in frames:
        if runs[-1] and frame.pts - runs[-1][-1].pts != FRAME_TICKS:
            runs.append([])
        runs[-1].append(frame)
    return max(runs, key=len)


class Viewer:
    """What a browser does about losses: asks for what is missing, and puts in order what came."""

    def __init__(self, peer: WebRtcPeer) -> None:
        self._peer = peer

    def packets(self) -> dict[int, RtpPacket]:
        """By sequence number, retransmitted ones in their places."""
        track = self._peer.tracks["video"]
        found = {packet.sequence_number: packet for packet in track.packets}
        newest = max(found)
        for again in self._peer.retransmitted:
            behind = newest - int.from_bytes(again.payload[:2]) & 0xFFFF
            number = newest - (behind if behind < 0x8000 else behind - 0x10000)
            found.setdefault(number, RtpPacket(number, again.timestamp, again.marker, again.payload[2:]))
        return found

    def frames(self) -> list[EncodedFrame]:
        """The frames that are whole."""
        depacketizer = payload_format("VP8").depacketizer()
        found = self.packets()
        return [
            EncodedFrame(frame.data, frame.timestamp, frame.key_frame)
            for number in sorted(found)
            for frame in depacketizer.push(found[number])
        ]

    async def ask(self) -> None:
        """For ever: what is missing is asked for again and again, while the server may still have it."""
        while True:
            if "video" in self._peer.tracks:
                found = self.packets()
                newest = max(found)
                missing = [each for each in range(max(min(found), newest - 300), newest) if each not in found]
                if missing:
                    asked = tuple(each & 0xFFFF for each in missing[:AT_A_TIME])
                    await self._peer.send_rtcp([Nack(1, self._peer.tracks["video"].ssrc, asked)])
            await trio.sleep(0.05)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("rtx", [True, False], ids=["rtx", "plain"])
async def test_whole_pictures_through_a_bad_network(
    client: RpcClient, vp8_frames: Sequence[EncodedFrame], loss: float, rtx: bool
) -> None:
    pipeline = await client.create("MediaPipeline")
    async with (
        join(client, pipeline, receive=False, rtx=rtx) as presenter,
        join(client, pipeline, send=False, sources=[presenter.endpoint], rtx=rtx) as watcher,
        trio.open_nursery() as nursery,
    ):
        up = put_between(presenter.peer, loss, seed=1)
        down = put_between(watcher.peer, loss, seed=3)
        viewer = Viewer(watcher.peer)
        publisher = Publisher(presenter.peer, vp8_frames)
        nursery.start_soon(publisher.run)
        nursery.start_soon(viewer.ask)
        await until(lambda: "video" in watcher.peer.tracks and len(watcher.peer.tracks["video"].packets) > 100)
        await until(lambda: up.to_server.lost > 20 and down.to_peer.lost > 20)
        with trio.fail_after(PATIENCE_S):
            while len(run := longest_run(viewer.frames())) < RUN:  # noqa: ASYNC110 - each look costs time
                await trio.sleep(0.1)
        sent = set(publisher.sent)
        assert all(frame.data in sent for frame in viewer.frames()), "a frame that is given is the one that was sent"
        begin = next(place for place, frame in enumerate(run) if frame.key_frame)
        assert None not in numbers(run[begin:])
        stats = await client.invoke(presenter.endpoint, "getStats", mediaType="VIDEO")
        [inbound] = [entry for entry in stats.values() if entry["type"] == "inboundrtp"]
        if rtx:  # otherwise what came again counts as what came
            assert inbound["packetsLost"] > 0
        assert inbound["nackCount"] > 0
        assert rtx is bool(watcher.peer.retransmitted)
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("nacks_are_answered", [True, False], ids=["nack", "key frames"])
async def test_recordings_of_a_lossy_source_are_whole_and_in_sync(
    client: RpcClient,
    vp8_frames: Sequence[EncodedFrame],
    tmp_path: Path,
    nacks_are_answered: bool,
) -> None:
    """As they came, and transcoded: where nothing is repaired a key frame is asked for, and nothing broken is shown."""
    pipeline = await client.create("MediaPipeline")
    recordings = {profile: tmp_path / f"recording.{profile.lower()}" for profile in ("WEBM", "MP4")}
    async with join(client, pipeline, receive=False, rtx=True) as presenter, trio.open_nursery() as nursery:
        presenter.peer.answer_nacks = nacks_are_answered
        up = put_between(presenter.peer, 0.1 if nacks_are_answered else 0.03, seed=5)
        recorders = []
        for profile, path in recordings.items():
            target = {"uri": f"file://{path}", "mediaProfile": profile}
            recorder = await client.create("RecorderEndpoint", mediaPipeline=pipeline, **target)
            await client.subscribe(recorder, "Recording", "Stopped", "Error")
            await client.invoke(presenter.endpoint, "connect", sink=recorder)
            await client.invoke(recorder, "record")
            recorders.append(recorder)
        publisher = Publisher(presenter.peer, vp8_frames)
        nursery.start_soon(publisher.run)
        for recorder in recorders:
            await client.expect("Recording", recorder)
        begun = len(publisher.sent)
        requests = presenter.peer.key_frame_requests
        await until(lambda: len(publisher.sent) > begun + 150 and up.to_server.lost > 10)
        if not nacks_are_answered:
            await until(lambda: presenter.peer.key_frame_requests > requests)
        for recorder in recorders:
            await client.invoke(recorder, "stopAndWait")
            await client.expect("Stopped", recorder)
        nursery.cancel_scope.cancel()
    assert not [event for event in client.events if event.name == "Error"]
    for path in recordings.values():
        contents = read_file(path)
        assert len(contents.numbers) > 30
        assert None not in contents.numbers, "no picture is broken"
        assert all(later > earlier for earlier, later in itertools.pairwise(contents.picture_places_s))
        assert abs(contents.picture_places_s[-1] - contents.sound_places_s[-1]) < 1.0, "both end together"
