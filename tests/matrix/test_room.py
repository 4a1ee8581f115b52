"""A room in which everybody sends and understands VP8, and somebody comes who understands only H264."""

from __future__ import annotations

import itertools
from contextlib import AsyncExitStack

import av
import pytest
import trio
from trio.testing import MockClock

from kms_trio.app import Server
from kms_trio.testing.clips import numbered_picture, picture_number
from kms_trio.testing.patience import until
from kms_trio.testing.rpc import RpcClient
from tests.elements.webrtc.room import Participant, join
from tests.matrix.material import KEY_FRAME_EVERY, PICTURE_S, SIZE, video_encoder

PEOPLE = 3
FRAMES = 60
FIRST_NUMBERS = (0, 300, 600)
"""Each one's pictures have numbers of their own, so that it can be told whom a viewer sees."""
A_WHILE = 10
"""Frames after which media is taken for flowing."""
NOT_TRANSCODING = "NOT_TRANSCODING"
TRANSCODING = "TRANSCODING"
VP8 = ("opus/48000/2", "VP8/90000")
H264 = ("opus/48000/2", "H264/90000")
OPUS_SILENCE = b"\xf8\xff\xfe"


class _Person:
    """Sends numbered VP8 pictures for ever."""

    def __init__(self, who: Participant, first_number: int) -> None:
        self.endpoint = who.endpoint
        self.numbers = range(first_number, first_number + FRAMES)
        self.frames = _vp8_frames(self.numbers)
        self._peer = who.peer

    async def run(self) -> None:
        """Send."""
        begin, sent = trio.current_time(), 0
        while True:
            timestamp = round(sent * PICTURE_S * 90_000)
            await self._peer.send_frame("video", self.frames[sent % FRAMES], timestamp)
            await self._peer.send_frame("audio", OPUS_SILENCE, round(sent * PICTURE_S * 48_000))
            sent += 1
            await trio.sleep_until(begin + sent * PICTURE_S)


@pytest.mark.slow
async def test_an_h264_viewer_joins_a_vp8_room(clock: MockClock, server: Server, client: RpcClient) -> None:
    pipeline = await client.create("MediaPipeline")
    async with trio.open_nursery() as nursery, AsyncExitStack() as room:
        people = []
        for first_number in FIRST_NUMBERS:
            participant = await room.enter_async_context(join(client, pipeline, receive=False, codecs=VP8))
            people.append(_Person(participant, first_number))
        watching = [
            (person, await room.enter_async_context(join(client, pipeline, send=False, sources=[person.endpoint])))
            for viewer in people
            for person in people
            if person is not viewer
        ]
        for person in people:
            nursery.start_soon(person.run)
        await _see_more(watching)
        for person in people:
            await _told(client, person, [NOT_TRANSCODING])

        async with AsyncExitStack() as newcomer:
            seen = []
            for person in people:
                joining = join(client, pipeline, send=False, codecs=H264, sources=[person.endpoint])
                seen.append((person, await newcomer.enter_async_context(joining)))
            await _see_more(seen)
            await _see_more(watching)
            for person, view in seen:
                _judge_h264(person, view)
                assert await client.invoke(person.endpoint, "isMediaTranscoding", mediaType="VIDEO")
                assert not await client.invoke(person.endpoint, "isMediaTranscoding", mediaType="AUDIO")
                await _told(client, person, [NOT_TRANSCODING, TRANSCODING])
            for _, view in seen:
                await client.release(view.endpoint)

        for person in people:
            await _told(client, person, [NOT_TRANSCODING, TRANSCODING, NOT_TRANSCODING])
            assert not await client.invoke(person.endpoint, "isMediaTranscoding", mediaType="VIDEO")
        await _see_more(watching)
        for person, view in watching:
            _judge_vp8(person, view)
        nursery.cancel_scope.cancel()


async def _see_more(views: list[tuple[_Person, Participant]]) -> None:
    """Wait until some more frames have come to each of them."""
    before = [_count(view) for _, view in views]
    await until(lambda: all(_count(view) >= count + A_WHILE for (_, view), count in zip(views, before, strict=True)))


def _count(view: Participant) -> int:
    track = view.peer.tracks.get("video")
    return 0 if track is None else len(track.frames)


def _judge_vp8(person: _Person, view: Participant) -> None:
    """Forwarded untouched, bit by bit, the whole time."""
    track = view.peer.tracks["video"]
    assert track.encoding_name == "VP8"
    places = {data: place for place, data in enumerate(person.frames)}
    shown = [places[frame.data] for frame in track.frames]  # KeyError: that is not what was sent
    steps = [(later - earlier) % FRAMES for earlier, later in itertools.pairwise(shown)]
    assert set(steps) == {1}, "each one came, in order"


def _judge_h264(person: _Person, view: Participant) -> None:
    """The same pictures in another codec, in order."""
    track = view.peer.tracks["video"]
    assert track.encoding_name == "H264"
    assert track.frames[0].key_frame
    decoder = av.CodecContext.create("h264", "r")
    shown = []
    for frame in track.frames:
        shown += [picture_number(picture) for picture in decoder.decode(av.Packet(frame.data))]
    assert set(shown) <= set(person.numbers), "the pictures of whom he watches, and none that cannot be read"
    assert len(set(shown)) > A_WHILE // 2


async def _told(client: RpcClient, person: _Person, states: list[str]) -> None:
    """Wait until the application has been told this about the video of somebody, and nothing else."""

    def told() -> list[str]:
        return [
            event.data["state"]
            for event in client.events
            if event.source_id == person.endpoint
            and event.name == "MediaTranscodingStateChanged"
            and event.data["mediaType"] == "VIDEO"
        ]

    await until(lambda: len(told()) >= len(states))
    assert told() == states


def _vp8_frames(numbers: range) -> list[bytes]:
    encoder, packets = video_encoder("VP8"), []
    for pts, number in enumerate(numbers):
        picture = numbered_picture(number, *SIZE)
        picture.pts, picture.time_base = pts, encoder.time_base
        packets += encoder.encode(picture)
    packets += encoder.encode(None)
    assert len(packets) == FRAMES
    assert FRAMES % KEY_FRAME_EVERY == 0, "a loop begins with a key frame"
    return [bytes(packet) for packet in packets]
