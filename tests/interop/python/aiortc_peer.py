"""python aiortc_peer.py offer|answer: a peer made with aiortc, whose other end sends back all that it gets.

Writes its description as a JSON line and reads the other end's; sends numbered pictures, a tone and a message, and
writes what of them has come back.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import numpy as np
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, VideoFrame

from kms_trio.testing.clips import numbered_picture, picture_number, pitch_hz, tone

TONE_HZ = 440
RATE_HZ = 48_000
FRAME_SAMPLES = 960
PICTURES = 30
HEARD_SAMPLES = RATE_HZ // 2


class Pictures(VideoStreamTrack):  # type: ignore[misc]  # aiortc is not typed
    """Numbered pictures at 30 a second."""

    number = -1

    async def recv(self) -> VideoFrame:
        """The next one."""
        pts, time_base = await self.next_timestamp()
        self.number = (self.number + 1) % 1024
        picture = numbered_picture(self.number)
        picture.pts, picture.time_base = pts, time_base
        return picture


class Tone(MediaStreamTrack):  # type: ignore[misc]  # aiortc is not typed
    """An endless tone."""

    kind = "audio"
    _samples = 0

    async def recv(self) -> AudioFrame:
        """The next 20 ms."""
        await asyncio.sleep(FRAME_SAMPLES / RATE_HZ)
        frame = tone(TONE_HZ, self._samples, FRAME_SAMPLES)
        self._samples += FRAME_SAMPLES
        return frame


class Back:
    """What has come back."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.samples: list[Any] = []
        self.messages: list[str] = []
        self.all_there = asyncio.Event()

    async def watch(self, track: MediaStreamTrack) -> None:
        """Take the frames of a track until it ends."""
        try:
            while True:
                frame = await track.recv()
                if isinstance(frame, VideoFrame):
                    number = picture_number(frame)  # none in what the peer, being late, has decoded without its past
                    self.numbers += [] if number is None else [number]
                else:
                    self.samples.extend(frame.to_ndarray()[0][::2])
                self.check()
        except MediaStreamError:
            return

    def take(self, message: str) -> None:
        """A message has come."""
        self.messages.append(message)
        self.check()

    def check(self) -> None:
        """Is there something of everything?"""
        if len(self.numbers) >= PICTURES and len(self.samples) >= 2 * HEARD_SAMPLES and self.messages:
            self.all_there.set()


async def read_line() -> dict[str, Any]:
    """The other end's description."""
    line = await asyncio.to_thread(sys.stdin.readline)
    description: dict[str, Any] = json.loads(line)
    return description


async def main(role: str) -> None:
    """Negotiate, and tell what has come back once there is something of everything."""
    connection, back = RTCPeerConnection(), Back()
    watchers: list[asyncio.Task[None]] = []
    connection.on("track", lambda track: watchers.append(asyncio.create_task(back.watch(track))))
    connection.addTrack(Pictures())
    connection.addTrack(Tone())
    channel = connection.createDataChannel("chat")
    channel.on("open", lambda: channel.send("hello"))
    channel.on("message", back.take)
    connection.on("datachannel", lambda theirs: theirs.on("message", back.take))
    if role == "answer":
        theirs = await read_line()
        await connection.setRemoteDescription(RTCSessionDescription(theirs["sdp"], "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
    else:
        await connection.setLocalDescription(await connection.createOffer())
    print(json.dumps({"sdp": connection.localDescription.sdp}), flush=True)
    if role == "offer":
        theirs = await read_line()
        await connection.setRemoteDescription(RTCSessionDescription(theirs["sdp"], "answer"))
    await back.all_there.wait()
    heard = np.array(back.samples[-HEARD_SAMPLES:])
    told = {"numbers": back.numbers, "pitch_hz": pitch_hz(heard, RATE_HZ), "messages": back.messages}
    print(json.dumps(told), flush=True)
    await connection.close()


asyncio.run(main(sys.argv[1]))
