"""Timestamps and sequence numbers that jump: what is forwarded, transcoded and recorded goes on without a hole."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest
import trio

from kms_trio.media.frames import EncodedFrame
from kms_trio.testing.patience import PATIENCE_S, until
from kms_trio.testing.rpc import RpcClient
from tests.elements.recorder.material import read_file
from tests.elements.rtp.peer import RtpPeer, negotiate, open_peer
from tests.elements.webrtc.room import numbers

FRAME_TICKS = 900
PART = 40
"""Pictures before each jump."""
KEY_FRAME_EVERY = 30
CLOCK_HZ = 90_000
JUMPS = {
    "timestamps ahead": (600 * CLOCK_HZ, 0, False),
    "timestamps back": (-3600 * CLOCK_HZ, 0, True),
    "numbers back": (0, -20_000, True),
    "numbers ahead": (0, 20_000, False),
    "another beginning": (-40 * CLOCK_HZ, -600, False),
}
"""By how many ticks and numbers the sender goes elsewhere, and whether it sends reports."""


class Jumper:
    """Sends pictures whose timestamps and sequence numbers are `shift` away from where they would be."""

    def __init__(self, peer: RtpPeer, frames: Sequence[EncodedFrame], reports: bool) -> None:
        self.sent = 0
        self.shift = (0, 0)
        self._peer = peer
        self._frames = frames
        self._reports = reports

    async def run(self) -> None:
        """For ever; a key frame every 30 pictures."""
        while True:
            ticks, count = self.shift
            self._peer._sequence_number += count
            self.shift = (ticks, 0)
            timestamp = (0xFFFFFFFF - 20_000 + self.sent * FRAME_TICKS + ticks) & 0xFFFFFFFF
            await self._peer.send_frame(self._frames[self.sent % len(self._frames)].data, timestamp)
            self.sent += 1
            if self._reports and self.sent % 10 == 0:
                await self._peer.send_report(timestamp)
            await trio.sleep(0.01)


@pytest.mark.parametrize("jump", JUMPS)
async def test_all_goes_on(client: RpcClient, vp8_frames: Sequence[EncodedFrame], tmp_path: Path, jump: str) -> None:
    *shift, reports = JUMPS[jump]
    pipeline = await client.create("MediaPipeline")
    source, sink = [await client.create("RtpEndpoint", mediaPipeline=pipeline) for _ in range(2)]
    recorders = []
    async with open_peer() as sender, open_peer() as receiver, trio.open_nursery() as nursery:
        await negotiate(client, source, sender, "sendonly")
        await negotiate(client, sink, receiver, "recvonly")
        await client.invoke(source, "connect", sink=sink, mediaType="VIDEO")
        for profile in ("WEBM_VIDEO_ONLY", "MP4_VIDEO_ONLY"):
            target = {"uri": f"file://{tmp_path / profile}", "mediaProfile": profile}
            recorder = await client.create("RecorderEndpoint", mediaPipeline=pipeline, **target)
            await client.subscribe(recorder, "Recording", "Stopped", "Error")
            await client.invoke(source, "connect", sink=recorder, mediaType="VIDEO")
            await client.invoke(recorder, "record")
            recorders.append(recorder)
        jumper = Jumper(sender, vp8_frames, reports)
        nursery.start_soon(jumper.run)
        for recorder in recorders:
            await client.expect("Recording", recorder)
        begun = jumper.sent
        await until(lambda: len(receiver.frames) > PART)
        jumper.shift = (shift[0], shift[1])
        frames = len(receiver.frames)
        await until(lambda: len(receiver.frames) > frames + 2 * PART)
        sent = jumper.sent - begun
        for recorder in recorders:
            with trio.fail_after(PATIENCE_S):
                await client.invoke(recorder, "stopAndWait")
        nursery.cancel_scope.cancel()
    pairs = list(itertools.pairwise(receiver.packets))
    assert max((b.timestamp - a.timestamp) & 0xFFFFFFFF for a, b in pairs) < 60 * CLOCK_HZ, "nobody sees a jump"
    assert max((b.sequence_number - a.sequence_number) & 0xFFFF for a, b in pairs) < 1000, "here, either"
    assert None not in numbers(receiver.frames)
    for profile in ("WEBM_VIDEO_ONLY", "MP4_VIDEO_ONLY"):
        contents = read_file(tmp_path / profile)
        assert None not in contents.numbers
        if profile.startswith("WEBM"):  # the other is encoded anew, and may leave pictures out when that is slow
            assert len(contents.numbers) >= sent - 2 * KEY_FRAME_EVERY
        assert contents.duration_s is not None
        assert contents.duration_s < PATIENCE_S
        places = contents.picture_places_s
        assert places[-1] - places[-PART] > (PART - 2) * FRAME_TICKS / CLOCK_HZ, "time passes after it, too"
