"""A scripted peer of an RtpEndpoint: one media over real sockets, plain or with keys in the SDP."""

from __future__ import annotations

import base64
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import attrs
import trio

from kms_trio.clock import SystemClock, ntp_from_unix
from kms_trio.media.frames import EncodedFrame
from kms_trio.rtc.demux import PacketKind, classify
from kms_trio.rtc.payload import payload_format
from kms_trio.rtc.rtcp import RtcpPacket, SenderReport, build_compound, parse_compound
from kms_trio.rtc.rtp.header import parse_header, write_header
from kms_trio.rtc.sdp import MediaDescription, parse
from kms_trio.rtc.srtp import SrtpError, SrtpSession, profile_for_suite
from kms_trio.testing.rpc import RpcClient

__all__ = ["Packet", "RtpPeer", "offer_of", "open_peer"]

CLOCK_RATES_HZ = {"OPUS": 48_000, "PCMU": 8_000, "PCMA": 8_000}
"""Video has 90 kHz."""


@attrs.frozen
class Packet:
    """What came, as on the wire; satisfies depacketizers."""

    sequence_number: int
    timestamp: int
    marker: bool
    payload: bytes
    payload_type: int
    ssrc: int


class RtpPeer:
    """Made by `open_peer`.  `suite` switches SRTP on; its key is random."""

    def __init__(
        self,
        rtp: trio.socket.SocketType,
        rtcp: trio.socket.SocketType,
        *,
        kind: str,
        encoding_name: str,
        payload_type: int,
        suite: str,
        mux: bool,
    ) -> None:
        self.kind = kind
        self.ssrc = secrets.randbelow(1 << 31) + 1
        self.packets: list[Packet] = []
        self.frames: list[EncodedFrame] = []
        self.rtcp: list[RtcpPacket] = []
        self.undecryptable = 0
        self.rtp_socket, self.rtcp_socket = rtp, rtp if mux else rtcp
        self.host: str = rtp.getsockname()[0]
        self.rtp_port: int = rtp.getsockname()[1]
        self.rtcp_port: int = self.rtcp_socket.getsockname()[1]
        self.remote_rtp_port = self.remote_rtcp_port = 0
        self.answer: MediaDescription | None = None
        self._encoding_name, self._payload_type, self._mux, self._suite = encoding_name, payload_type, mux, suite
        self._master = secrets.token_bytes(profile_for_suite(suite).master_bytes) if suite else b""
        self._outbound = SrtpSession.outbound(profile_for_suite(suite), self._master) if suite else None
        self._inbound: SrtpSession | None = None
        self._packetizer = payload_format(encoding_name).packetizer(1100)
        self._depacketizer = payload_format(encoding_name).depacketizer()
        self._origin_s = SystemClock().unix() - trio.current_time()  # of trio's time, virtual or not
        self._sequence_number = 1000
        self._counts = [0, 0]

    # Signalling.

    def section(self, direction: str = "sendrecv", *, profile: str = "AVPF", lines: Sequence[str] = ()) -> str:
        """Our `m=` section."""
        protocol = f"RTP/{'S' if self._suite else ''}{profile}"
        channels = "/2" if self._encoding_name == "OPUS" else ""
        number = self._payload_type
        attributes = [
            f"m={self.kind} {self.rtp_port} {protocol} {number}",
            f"a=rtpmap:{number} {self._encoding_name}/{CLOCK_RATES_HZ.get(self._encoding_name, 90_000)}{channels}",
            f"a=rtcp:{self.rtcp_port}",
            f"a={direction}",
            *(f"a=rtcp-fb:{number} {feedback}" for feedback in ("nack", "nack pli", "goog-remb", "ccm fir")),
            *(["a=rtcp-mux"] if self._mux else []),
            *([f"a=crypto:1 {self._suite} inline:{base64.b64encode(self._master).decode()}"] if self._suite else []),
            *lines,
        ]
        return "".join(f"{line}\r\n" for line in attributes)

    def take(self, text: str) -> MediaDescription:
        """Take the server's description."""
        media = next(each for each in parse(text).medias if each.kind == self.kind)
        assert media.rtcp is not None
        self.answer = media
        self.remote_rtp_port = media.port
        self.remote_rtcp_port = media.port if media.has("rtcp-mux") else media.rtcp.port
        if self._suite:
            [crypto] = media.crypto
            assert crypto.master is not None
            self._inbound = SrtpSession.inbound(profile_for_suite(crypto.suite), crypto.master)
        return media

    # Media.

    async def send_frame(self, data: bytes, timestamp: int) -> None:
        """Send one encoded frame."""
        payloads = self._packetizer.packetize(data)
        for i, payload in enumerate(payloads):
            self._sequence_number += 1
            marker = self.kind == "video" and i == len(payloads) - 1
            header = write_header(marker, self._payload_type, self._sequence_number, timestamp, self.ssrc)
            await self.send_rtp(header + payload)
            self._counts[0] += 1
            self._counts[1] += len(payload)

    async def send_rtp(self, packet: bytes) -> None:
        """Send a packet, protected where that was agreed."""
        data = packet if self._outbound is None else self._outbound.protect(packet)
        await self.rtp_socket.sendto(data, (self.host, self.remote_rtp_port))

    async def send_rtcp(self, packets: Sequence[RtcpPacket]) -> None:
        """Send compound RTCP, protected where that was agreed."""
        data = build_compound(packets)
        data = data if self._outbound is None else self._outbound.protect_rtcp(data)
        await self.rtcp_socket.sendto(data, (self.host, self.remote_rtcp_port))

    async def send_report(self, timestamp: int) -> None:
        """A sender report that places `timestamp` at this moment."""
        ntp = ntp_from_unix(self._origin_s + trio.current_time())
        await self.send_rtcp([SenderReport(self.ssrc, ntp, timestamp, self._counts[0], self._counts[1], ())])

    async def publish(self, frames: Sequence[EncodedFrame], *, pace_s: float = 0.01) -> None:
        """Send frames in a loop for ever, with a report every ten."""
        number = 0
        while True:
            await self.send_frame(frames[number % len(frames)].data, number * 3000)
            if number % 10 == 0:
                await self.send_report(number * 3000)
            number += 1
            await trio.sleep(pace_s)

    async def receive(self, sock: trio.socket.SocketType) -> None:
        """Take what comes to one of our sockets, for ever."""
        while True:
            data, _ = await sock.recvfrom(4096)
            try:
                if classify(data[0], data[1]) is PacketKind.RTCP:
                    data = data if self._inbound is None else self._inbound.unprotect_rtcp(data)
                    self.rtcp += parse_compound(data)
                    continue
                data = data if self._inbound is None else self._inbound.unprotect(data)
            except SrtpError:
                self.undecryptable += 1
                continue
            marker, payload_type, number, timestamp, ssrc, start, end = parse_header(data, len(data))
            packet = Packet(number, timestamp, marker, data[start:end], payload_type, ssrc)
            self.packets.append(packet)
            for frame in self._depacketizer.push(packet):
                self.frames.append(EncodedFrame(frame.data, frame.timestamp, frame.key_frame))


@asynccontextmanager
async def open_peer(
    kind: str = "video",
    encoding_name: str = "VP8",
    *,
    payload_type: int = 97,
    host: str = "127.0.0.1",
    suite: str = "",
    mux: bool = False,
) -> AsyncIterator[RtpPeer]:
    """A peer that receives while the block runs."""
    family = trio.socket.AF_INET6 if ":" in host else trio.socket.AF_INET
    with (
        trio.socket.socket(family, trio.socket.SOCK_DGRAM) as rtp,
        trio.socket.socket(family, trio.socket.SOCK_DGRAM) as rtcp,
    ):
        for sock in (rtp, rtcp):
            sock.setsockopt(trio.socket.SOL_SOCKET, trio.socket.SO_RCVBUF, 4 << 20)
            await sock.bind((host, 0))
        peer = RtpPeer(
            rtp, rtcp, kind=kind, encoding_name=encoding_name, payload_type=payload_type, suite=suite, mux=mux
        )
        async with trio.open_nursery() as nursery:
            for sock in {peer.rtp_socket, peer.rtcp_socket}:
                nursery.start_soon(peer.receive, sock)
            yield peer
            nursery.cancel_scope.cancel()


def offer_of(*sections: str, host: str = "127.0.0.1") -> str:
    """A description with these `m=` sections."""
    family = "IP6" if ":" in host else "IP4"
    return f"v=0\r\no=- 0 0 IN {family} {host}\r\ns=x\r\nc=IN {family} {host}\r\nt=0 0\r\n" + "".join(sections)


async def negotiate(client: RpcClient, endpoint: str, peer: RtpPeer, direction: str, **options: object) -> str:
    """Offer `peer`'s media to `endpoint`; returns the answer."""
    section = peer.section(direction, **options)  # type: ignore[arg-type]  # options of many types by name
    answer: str = await client.invoke(endpoint, "processOffer", offer=offer_of(section, host=peer.host))
    peer.take(answer)
    return answer
