"""Senders for tests and benchmarks of what comes in: real sockets and SRTP keys, without ICE and DTLS around them."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

import attrs

from kms_trio.media.formats import Format
from kms_trio.media.frames import RtpPacket
from kms_trio.media.streams import RtpStream
from kms_trio.net.addresses import LocalAddress, pack_sockaddr
from kms_trio.net.dispatcher import Dispatcher
from kms_trio.net.native import NativeForwarder
from kms_trio.net.receiver import RtpReceiver
from kms_trio.net.rtp_session import MediaBinding, RtpSession
from kms_trio.net.send_batch import SendBatch
from kms_trio.net.syscalls import Syscalls
from kms_trio.net.timers import WorkerTimers
from kms_trio.net.udp_socket import UdpSocket
from kms_trio.rtc.srtp import SrtpProfile, SrtpSession
from kms_trio.rtc.srtp.profiles import AEAD_AES_128_GCM
from tests.net.peers import NoLimits, NoTimers, StoppedClock

FORMATS = {
    96: Format("VP8", 90_000),
    102: Format("H264", 90_000),
    45: Format("AV1", 90_000),
    111: Format("opus", 48_000, 2),
    0: Format("PCMU", 8_000, 1),
}
LEVEL_ID = 3
Seen = tuple[int, int, bool, bytes, bool, int]


@attrs.define(eq=False)
class Server:
    """A socket and whose datagrams are there."""

    socket: UdpSocket
    dispatcher: Dispatcher

    def receive(self) -> None:
        """Handle what has come."""
        while True:
            try:
                lengths = self.socket.receive_arena.receive()
            except BlockingIOError:
                return
            self.dispatcher.dispatch(self.socket, self.socket.receive_arena, lengths, 1.0)


def open_server(host: str, native: NativeForwarder | None) -> Server:
    """Raises OSError where there is no such address."""
    return Server(
        UdpSocket(Syscalls(), LocalAddress(host, ""), 0, native=native), Dispatcher(WorkerTimers(), SendBatch())
    )


class Peer:
    """A sender, and to the dispatcher its transport behind ICE and DTLS: keys, a session and counters."""

    def __init__(
        self, server: Server, profile: SrtpProfile = AEAD_AES_128_GCM, formats: Mapping[int, Format] = FORMATS
    ) -> None:
        master = os.urandom(profile.master_bytes)
        self.outbound = SrtpSession.outbound(profile, master)
        self.reference = SrtpSession.inbound(profile, master)
        self._inbound = SrtpSession.inbound(profile, master)
        self.srtp_receive_context = self._inbound.context
        self.early_media = self.undecryptable = self.undecryptable_rtcp = 0
        self.seen: dict[int, list[Seen]] = {}
        self.streams: list[RtpStream] = []
        self.session = RtpSession(
            timers=NoTimers(),
            clock=StoppedClock(),
            cname="x",
            send_rtcp=lambda data: None,
            on_media_state=lambda connected: None,
            limits=NoLimits(),
        )
        self.session.bind(
            MediaBinding(
                mid=str(audio),
                codecs={number: format for number, format in formats.items() if format.is_audio is audio},
                feedback={number: frozenset({"nack"}) for number in formats},
                local_ssrc=9,
                audio_level_id=LEVEL_ID if audio else 0,
                on_receiver=self._watch,
            )
            for audio in (True, False)
        )
        self.socket = socket.socket(server.socket.socket.family, socket.SOCK_DGRAM)
        self.socket.bind((server.socket.local.host, 0))
        self.socket.connect(server.socket.socket.getsockname())
        self.name = pack_sockaddr(*self.socket.getsockname()[:2])
        server.socket.routes[self.name] = self  # type: ignore[assignment]  # all of a transport that is asked for

    def send(self, plain: bytes) -> bytes:
        """Encrypt and send; what was sent."""
        datagram = self.outbound.protect(plain)
        self.socket.send(datagram)
        return datagram

    def _watch(self, receiver: RtpReceiver) -> None:
        self.streams.append(receiver.stream)
        receiver.stream.attach(Watcher(self.seen.setdefault(receiver.ssrc, [])))


@attrs.define(eq=False)
class Watcher:
    seen: list[Seen]

    def on_rtp(self, packets: list[RtpPacket], now: float) -> None:
        self.seen += [fields(packet) for packet in packets]


def fields(packet: RtpPacket) -> Seen:
    return (
        packet.sequence_number,
        packet.timestamp,
        packet.marker,
        packet.payload,
        packet.key_frame,
        packet.audio_level,
    )
