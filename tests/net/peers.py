"""Viewers for forwarding tests: real sockets and SRTP keys, without ICE and DTLS around them."""

from __future__ import annotations

import os
import random
import socket
from typing import Any

import attrs
import numpy as np

from kms_trio.media.flow import FlowDetector
from kms_trio.net.addresses import pack_sockaddr
from kms_trio.net.leg import RtpLeg
from kms_trio.net.native import NativeForwarder
from kms_trio.net.send_arena import SendArena
from kms_trio.net.syscalls import Syscalls, address_of
from kms_trio.rtc.srtp import SrtpProfile, SrtpSession
from kms_trio.rtc.srtp.profiles import AEAD_AES_128_GCM

UNIX_S = 1_000_000_000.0


class NoTimers:
    """Timers that never fire, for tests in which no time passes."""

    def now(self) -> float:
        return 0.0

    def call_later(self, delay_s: float, callback: Any) -> NoTimers:
        return self

    def cancel(self) -> None:
        pass


class StoppedClock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.unix_s = UNIX_S

    def unix(self) -> float:
        return self.unix_s

    def monotonic(self) -> float:
        return 0.0


@attrs.frozen
class NoLimits:
    min_video_receive_bps: int = 0
    max_video_receive_bps: int = 0
    min_video_send_bps: int = 0
    max_video_send_bps: int = 0


class Sending:
    """A sending socket with its arena."""

    def __init__(self, *, gso: bool = True, native: NativeForwarder | None = None) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8 << 20)
        self.arena = SendArena(Syscalls(), self.socket.fileno(), gso=gso, native=native)

    def close(self) -> None:
        self.socket.close()


@attrs.define(eq=False)
class Viewer:
    """The receiving end of a leg, and the leg's route."""

    arena: SendArena
    socket: socket.socket
    inbound: SrtpSession
    outbound: SrtpSession
    name: Any
    leg: RtpLeg

    @property
    def name_address(self) -> int:
        return address_of(self.name)

    @property
    def namelen(self) -> int:
        return 16

    @property
    def srtp_context(self) -> Any:
        return self.outbound.context

    @property
    def srtp_overhead_bytes(self) -> int:
        return self.outbound.profile.rtp_overhead_bytes

    def datagrams(self) -> list[bytes]:
        """What has arrived, as it came."""
        received = []
        while True:
            try:
                received.append(self.socket.recv(4096))
            except BlockingIOError:
                return received

    def packets(self) -> list[bytes]:
        """What has arrived, decrypted."""
        return [self.inbound.unprotect(datagram) for datagram in self.datagrams()]

    def close(self) -> None:
        self.socket.close()


def make_viewer(
    sending: Sending,
    *,
    audio: bool = False,
    payload_type: int = 96,
    extensions: dict[str, int] | None = None,
    mid: bytes = b"",
    profile: SrtpProfile = AEAD_AES_128_GCM,
) -> Viewer:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    master = os.urandom(profile.master_bytes)
    leg = RtpLeg(
        ssrc=random.getrandbits(32),
        clock_rate_hz=48_000 if audio else 90_000,
        flow=FlowDetector(NoTimers(), lambda flowing: None),
        extensions=extensions or {},
        mid=mid,
        payload_type=payload_type,
        audio=audio,
    )
    viewer = Viewer(
        sending.arena,
        sock,
        SrtpSession.inbound(profile, master),
        SrtpSession.outbound(profile, master),
        np.frombuffer(pack_sockaddr(*sock.getsockname()).ljust(28, b"\0"), np.uint8).copy(),
        leg,
    )
    leg.route = viewer
    return viewer
