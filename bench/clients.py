"""Clients of a real server: publishers, and viewers that are cheap enough to be many.

A viewer connects like any other peer and then only counts: sequence numbers stand in clear in SRTP headers.  Some are
`sampled`: the kernel stamps what they get, and they decrypt it, as each frame carries the time when it was sent.
"""

from __future__ import annotations

import contextlib
import os
import random
import socket
import struct
import time
from collections.abc import AsyncIterator
from typing import Any, Final, Protocol

import attrs
import trio

from kms_trio.rtc.payload import payload_format
from kms_trio.rtc.rtp.header import write_header
from kms_trio.rtc.sdp import Negotiated
from kms_trio.rtc.srtp import SrtpError
from kms_trio.testing.webrtc_peer import WebRtcPeer

CODECS: Final = ("opus/48000/2", "VP8/90000")
KEY_FRAME: Final = b"\x10\x02\x00\x9d\x01\x2a\x80\x02\x68\x01"
INTER_FRAME: Final = b"\x11\x02\x00"
KEY_FRAME_EVERY: Final = 60
SO_TIMESTAMPNS: Final = 35
STAMP: Final = struct.Struct("=qq")
PAYLOAD_BYTES: Final = 1160
MAX_LATENCY_S: Final = 60.0
CONNECT_S: Final = 60.0


class Rpc(Protocol):
    """A control connection."""

    async def create(self, type_name: str, **constructor_params: Any) -> str:
        """Create an object; return its id."""

    async def invoke(self, object_id: str, operation: str, **operation_params: Any) -> Any:
        """Call an operation; return its value."""

    async def release(self, object_id: str) -> None:
        """Destroy an object."""


@attrs.frozen
class Media:
    """What a publisher sends."""

    video_bps: int = 1_000_000
    frames_per_second: float = 30.0
    audio: bool = False


class LightViewer(WebRtcPeer):
    """See the module."""

    def __init__(self, sock: trio.socket.SocketType, *, sampled: bool = False) -> None:
        super().__init__(sock, send=False, receive=True, codecs=CODECS)
        self.packets = 0
        self.lost = 0
        self.longest_pause_s = 0.0
        self.latencies_s: list[float] = []
        self.first_frame = trio.Event()
        """Set when the last packet of a video frame came, the first of which are key frames."""
        self.socket = sock
        self._sampled = sampled
        self._stopped = trio.CancelScope()
        self._wait = trio.CancelScope()
        self._next: dict[int, int] = {}
        self._heard_ns = 0
        self._plain = socket.socket(fileno=os.dup(sock.fileno()))
        self._plain.setblocking(False)
        if sampled:
            self._plain.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._buffer = bytearray(2048)

    def begin(self) -> None:
        """Count from here."""
        self.packets = self.lost = 0
        self.longest_pause_s = 0.0
        self.latencies_s = []

    def stop(self) -> None:
        """End `run`, which closes the sockets."""
        self._stopped.cancel()

    async def run(self) -> None:
        """Connect as any peer does, then count."""
        try:
            with self._stopped:
                await self._watch()
        finally:
            self._plain.close()
            self.socket.close()

    def take_answer(self, text: str) -> Negotiated:
        """Take the server's answer, and go on at once."""
        negotiated = super().take_answer(text)
        self._wait.cancel()
        return negotiated

    async def _watch(self) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._report)
            while not self._vanished:
                await self._pump()
                now = trio.current_time()
                deadline = min(self._agent.deadline or float("inf"), now + 1.0)
                if self._dtls is not None and (remaining_s := self._dtls.timeout_s) is not None:
                    deadline = min(deadline, now + remaining_s)
                with trio.CancelScope(deadline=deadline) as self._wait:
                    await trio.lowlevel.wait_readable(self._plain)
                self._drain()
                self._agent.handle_timeout(trio.current_time())
                if self._dtls is not None and (remaining_s := self._dtls.timeout_s) is not None and remaining_s <= 0:
                    self._dtls.handle_timeout()
            nursery.cancel_scope.cancel()
        await trio.sleep_forever()  # what comes stays in the socket

    def _drain(self) -> None:
        buffer = self._buffer
        with contextlib.suppress(BlockingIOError):
            while True:
                controls: list[Any] = []
                if self._sampled:
                    length, controls, _, remote = self._plain.recvmsg_into([buffer], 64)
                else:
                    length, remote = self._plain.recvfrom_into(buffer)
                if 128 <= buffer[0] <= 191:
                    if not 192 <= buffer[1] <= 223:
                        self._count(length, controls)
                else:
                    self._receive(bytes(buffer[:length]), remote[:2])

    def _count(self, length: int, controls: list[Any]) -> None:
        buffer = self._buffer
        self.packets += 1
        number, ssrc = buffer[2] << 8 | buffer[3], int.from_bytes(buffer[8:12])
        expected = self._next.get(ssrc, number)
        self.lost += (number - expected) & 0xFFFF if (number - expected) & 0xFFFF < 0x8000 else 0
        self._next[ssrc] = (number + 1) & 0xFFFF
        if controls:
            self._look_closer(bytes(buffer[:length]), *STAMP.unpack_from(controls[0][2]))
        if buffer[1] & 0x80:
            self.first_frame.set()

    def _look_closer(self, datagram: bytes, seconds: int, nanoseconds: int) -> None:
        """At a datagram of which the kernel said when it came."""
        came_ns = seconds * 1_000_000_000 + nanoseconds
        if self._heard_ns:
            self.longest_pause_s = max(self.longest_pause_s, (came_ns - self._heard_ns) / 1e9)
        self._heard_ns = came_ns
        if not datagram[1] & 0x80 or self._inbound is None:
            return
        with contextlib.suppress(SrtpError):
            latency_s = (came_ns - int.from_bytes(self._inbound.unprotect(datagram)[-8:])) / 1e9
            if 0 <= latency_s < MAX_LATENCY_S:  # or the last packet of the frame was too short for the stamp
                self.latencies_s.append(latency_s)


class Publisher:
    """One who sends `media`, without a pause between a frame's packets."""

    def __init__(self, endpoint: str, peer: WebRtcPeer, sock: trio.socket.SocketType, media: Media) -> None:
        self.endpoint = endpoint
        self._peer = peer
        self._media = media
        self._plain = socket.socket(fileno=os.dup(sock.fileno()))
        self._numbers = {"audio": 1000, "video": 2000}
        self._packetize = {
            kind: payload_format(name).packetizer(PAYLOAD_BYTES).packetize
            for kind, name in (("audio", "OPUS"), ("video", "VP8"))
        }
        self._key_wanted = True
        peer.on_key_frame_request = self._want_key

    def _want_key(self) -> None:
        self._key_wanted = True

    async def run(self) -> None:
        """Send for ever, at the pace of a camera; out of step with others."""
        chance = random.Random(self.endpoint)
        media = self._media
        filler = chance.randbytes(int(media.video_bps / 8 / media.frames_per_second))
        begin, number, sounds = trio.current_time() + chance.random() / media.frames_per_second, 0, 0
        with self._plain:
            while True:
                await trio.sleep_until(begin + number / media.frames_per_second)
                key = self._key_wanted or number % KEY_FRAME_EVERY == 0
                self._key_wanted = False
                head = KEY_FRAME if key else INTER_FRAME
                self._send("video", head + filler[len(head) :], number * 3000)
                number += 1
                while media.audio and sounds * 0.02 < number / media.frames_per_second:
                    self._send("audio", b"\xf8" + filler[:80], sounds * 960)
                    sounds += 1

    def _send(self, kind: str, data: bytes, timestamp: int) -> None:
        peer = self._peer
        assert peer._negotiated is not None
        assert peer._outbound is not None
        media, pair = peer._negotiated.media(kind), peer._agent.usable_pair
        if media is None or pair is None:
            return
        payload_type = media.codecs[0].payload_type
        payloads, source = self._packetize[kind](data), peer.sources.kinds[kind]
        for i, payload in enumerate(payloads):
            last = kind == "video" and i == len(payloads) - 1
            number = self._numbers[kind] = (self._numbers[kind] + 1) & 0xFFFF
            header = write_header(last, payload_type, number, timestamp & 0xFFFFFFFF, source.ssrc)
            if last:
                payload = payload[:-8] + time.time_ns().to_bytes(8)
            source.packets, source.last_timestamp = source.packets + 1, timestamp
            source.payload_bytes += len(payload)
            with contextlib.suppress(BlockingIOError):
                self._plain.sendto(peer._outbound.protect(header + payload), pair.remote.address)


class Clients:
    """Made by `open_clients`: everybody who talks to one server."""

    def __init__(self, rpc: Rpc, nursery: trio.Nursery) -> None:
        self.rpc = rpc
        self._nursery = nursery

    async def publish(self, pipeline: str, media: Media) -> Publisher:
        """A publisher that is connected and sends."""
        sock = await self._socket()
        peer = WebRtcPeer(sock, send=True, receive=False, codecs=CODECS)
        self._nursery.start_soon(_run, peer, sock)
        endpoint = await self._negotiate(pipeline, peer, None)
        publisher = Publisher(endpoint, peer, sock, media)
        self._nursery.start_soon(publisher.run)
        return publisher

    async def view(self, pipeline: str, source: str, *, sampled: bool = False) -> tuple[str, LightViewer]:
        """A viewer that is connected, and its endpoint."""
        viewer = LightViewer(await self._socket(), sampled=sampled)
        self._nursery.start_soon(viewer.run)
        return await self._negotiate(pipeline, viewer, source), viewer

    async def _negotiate(self, pipeline: str, peer: WebRtcPeer, source: str | None) -> str:
        endpoint = await self.rpc.create("WebRtcEndpoint", mediaPipeline=pipeline)
        await self.rpc.invoke(endpoint, "gatherCandidates")  # before the offer: the answer has the candidates
        if source is not None:
            await self.rpc.invoke(source, "connect", sink=endpoint)
        peer.take_answer(await self.rpc.invoke(endpoint, "processOffer", offer=peer.offer()))
        with trio.fail_after(CONNECT_S):
            await peer.connected.wait()
        return endpoint

    async def _socket(self) -> trio.socket.SocketType:
        sock = trio.socket.socket(trio.socket.AF_INET, trio.socket.SOCK_DGRAM)
        sock.setsockopt(trio.socket.SOL_SOCKET, trio.socket.SO_RCVBUF, 4 << 20)
        await sock.bind(("127.0.0.1", 0))
        return sock


async def _run(peer: WebRtcPeer, sock: trio.socket.SocketType) -> None:
    with sock:
        await peer.run()


@contextlib.asynccontextmanager
async def open_clients(rpc: Rpc) -> AsyncIterator[Clients]:
    """Clients over one control connection, for the length of the block."""
    async with trio.open_nursery() as nursery:
        clients = Clients(rpc, nursery)
        try:
            yield clients
        finally:
            nursery.cancel_scope.cancel()
