"""A scripted WebRTC peer on a real socket: what a browser does, without a browser's appetite.

It offers audio and video, does ICE, DTLS and SRTP with the server, publishes encoded frames, answers key frame requests
and NACKs, and keeps what it receives: packets, and frames rebuilt from them.
"""

from __future__ import annotations

import contextlib
import datetime
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import trio

from kms_trio.clock import SystemClock, ntp_from_unix
from kms_trio.rtc.demux import PacketKind, classify
from kms_trio.rtc.dtls import DtlsIdentity, DtlsRole, DtlsState, DtlsTransport
from kms_trio.rtc.ice import (
    IceAgent,
    IceCredentials,
    IceRole,
    format_candidate,
    host_candidate,
    make_credentials,
    parse_candidate,
)
from kms_trio.rtc.rtcp import (
    FullIntraRequest,
    Nack,
    PictureLossIndication,
    ReceiverReport,
    RtcpPacket,
    SenderReport,
    build_compound,
    parse_compound,
)
from kms_trio.rtc.sctp import MAX_MESSAGE_BYTES
from kms_trio.rtc.sdp import (
    Direction,
    EndpointCapabilities,
    Fingerprint,
    LocalIds,
    LocalStream,
    LocalTransport,
    Negotiated,
    OfferOptions,
    SessionDescription,
    apply_answer,
    codec_capability,
    create_offer,
    default_extensions,
    parse,
    write,
)
from kms_trio.rtc.sdp import DtlsRole as SdpDtlsRole
from kms_trio.rtc.srtp import SrtpError, SrtpSession
from kms_trio.testing.data_peer import DataPeer
from kms_trio.testing.peer_sources import PeerSources
from kms_trio.testing.peer_tracks import PeerTracks, ReceivedTrack

__all__ = ["ReceivedTrack", "WebRtcPeer", "open_peer"]


class WebRtcPeer:
    """Made by `open_peer`.  `send`, `receive` choose the direction; `codecs` are names as in Kurento's settings."""

    def __init__(
        self,
        sock: trio.socket.SocketType,
        *,
        send: bool,
        receive: bool,
        codecs: Sequence[str],
        data_channels: bool = False,
        rtx: bool = False,
    ) -> None:
        self._received = PeerTracks()
        self.tracks: dict[str, ReceivedTrack] = self._received.by_kind
        """What is received, by kind ("audio", "video")."""
        self.retransmitted = self._received.retransmitted
        """What came on retransmission streams (RFC 4588), with the numbers of those streams."""
        self.sources = PeerSources(rtx=rtx)
        """What is sent."""
        self.rtcp: list[RtcpPacket] = []
        """All RTCP received."""
        self.connected = trio.Event()
        self.key_frame_requests = 0
        self.on_key_frame_request: Callable[[], None] = lambda: None
        self.answer_nacks = True
        self.data: DataPeer | None = None
        """Once data channels have been agreed on."""
        self.hears: Callable[[tuple[str, int]], bool] = lambda remote: True
        """Whose datagrams arrive: a firewall in front of it."""
        self.loses: Callable[[int], bool] = lambda number: False
        """Which video packets (sequence numbers) of ours the network loses."""
        self.captured_before_s: Callable[[str], float] = lambda kind: 0.0
        """How long before it was sent a frame was captured, by the clock that our reports are written with."""
        self._socket = sock
        self._random = random.SystemRandom()
        self._identity = DtlsIdentity.generate("ECDSA", datetime.datetime.now(datetime.UTC))
        self._credentials = make_credentials(self._random)
        self._agent = IceAgent(
            role=IceRole.CONTROLLING,
            local=self._credentials,
            tie_breaker=self._random.getrandbits(64),
            random=self._random,
        )
        self._address: tuple[str, int] = sock.getsockname()[:2]
        self._candidate = host_candidate(*self._address)
        self._agent.add_local_candidate(self._candidate, trio.current_time())
        direction = {(True, True): Direction.SENDRECV, (True, False): Direction.SENDONLY}.get(
            (send, receive), Direction.RECVONLY
        )
        capabilities = [each for each in map(codec_capability, codecs) if each is not None]
        self._capabilities = EndpointCapabilities(
            audio_codecs=tuple(each for each in capabilities if each.clock_rate_hz != 90_000),
            video_codecs=tuple(each for each in capabilities if each.clock_rate_hz == 90_000),
            audio_extensions=default_extensions("audio"),
            video_extensions=default_extensions("video"),
            data_channels=data_channels,
            max_message_size=MAX_MESSAGE_BYTES,
            direction=direction,
            rtx=rtx,
        )
        self._offer: SessionDescription | None = None
        self._negotiated: Negotiated | None = None
        self._dtls: DtlsTransport | None = None
        self._inbound: SrtpSession | None = None
        self._outbound: SrtpSession | None = None
        self._held: list[bytes] = []
        self._vanished = False
        self._media_agreed = True
        self._woken = trio.Event()

    @property
    def ssrcs(self) -> dict[str, int]:
        """Of what we send, by kind."""
        return {kind: source.ssrc for kind, source in self.sources.kinds.items()}

    @property
    def rtx_ssrc(self) -> int:
        """Of the retransmissions that we send; 0 without them."""
        return self.sources.rtx_ssrc

    # Signalling.

    def offer(self, *, audio: bool = True, video: bool = True) -> str:
        """An SDP offer with our one candidate."""
        transport = LocalTransport(
            ice_ufrag=self._credentials.ufrag,
            ice_pwd=self._credentials.password,
            fingerprints=(Fingerprint("sha-256", self._identity.fingerprint("sha-256")),),
            candidates=(format_candidate(self._candidate),),
        )
        ids = LocalIds(
            session_id=1,
            cname="peer",
            audio=(LocalStream(ssrc=self.ssrcs["audio"]),),
            video=(LocalStream(ssrc=self.ssrcs["video"], rtx_ssrc=self.rtx_ssrc),),
        )
        options = OfferOptions(offer_to_receive_audio=audio, offer_to_receive_video=video)
        self._offer = create_offer(self._capabilities, transport, ids, options)
        return write(self._offer)

    def take_answer(self, text: str) -> Negotiated:
        """Take the server's answer, and its candidates if it has any."""
        assert self._offer is not None, "an answer follows an offer"
        self._negotiated = negotiated = apply_answer(self._offer, parse(text), self._capabilities)
        remote = negotiated.transport
        assert remote is not None, "the server accepted nothing"
        role = DtlsRole.CLIENT if negotiated.dtls_role is SdpDtlsRole.CLIENT else DtlsRole.SERVER
        fingerprints = [(each.algorithm, each.value) for each in remote.fingerprints]
        self._media_agreed = any(media.sctp is None for media in negotiated.accepted)
        self._dtls = DtlsTransport(self._identity, role, fingerprints, srtp_required=self._media_agreed)
        for media in negotiated.accepted:
            if media.sctp is not None:
                self.data = DataPeer(role, media.sctp)
        now = trio.current_time()
        self._agent.set_remote_credentials(IceCredentials(remote.ice_ufrag, remote.ice_pwd), now)
        for candidate in remote.candidates:
            self.add_candidate(candidate)
        self._woken.set()
        return negotiated

    def add_candidate(self, text: str) -> None:
        """Take a trickled candidate of the server."""
        candidate = parse_candidate(text)
        if (":" in candidate.host) == (":" in self._address[0]):
            self._agent.add_remote_candidate(candidate, trio.current_time())
        self._woken.set()

    # Media out.

    async def send_frame(self, kind: str, data: bytes, timestamp: int) -> None:
        """Send one encoded frame as RTP; `timestamp` in the codec's clock."""
        assert self._negotiated is not None, "frames follow the negotiation"
        media = self._negotiated.media(kind)
        assert media is not None, f"no {kind} was negotiated"
        assert self._outbound is not None, "frames follow the connection"
        for number, packet in self.sources.packetize(
            kind, media.codecs[0], data, timestamp, self._outbound.protect, trio.current_time()
        ):
            if kind != "video" or not self.loses(number):
                await self._send(packet)

    async def send_rtcp(self, packets: Sequence[RtcpPacket]) -> None:
        """Send RTCP; dropped before the connection stands."""
        if self._outbound is not None:
            await self._send(self._outbound.protect_rtcp(build_compound(packets)))

    async def send_datagram(self, data: bytes) -> None:
        """Send raw bytes to where our media goes: for hostile tests."""
        await self._send(data)

    def vanish(self) -> None:
        """Say and hear nothing from now on; the port stays open, so nothing tells the server."""
        self._vanished = True

    # Driving.

    async def run(self) -> None:
        """Receive and do what is due, for ever."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._report)
            while True:
                await self._pump()
                self._woken = trio.Event()
                deadline = self._agent.deadline or float("inf")
                if self._dtls is not None and (remaining := self._dtls.timeout_s) is not None:
                    deadline = min(deadline, trio.current_time() + remaining)
                data, remote = b"", ("", 0)
                with trio.CancelScope(deadline=min(deadline, trio.current_time() + 0.05)):
                    data, address = await self._socket.recvfrom(4096)
                    remote = address[:2]
                if self._vanished:
                    await trio.sleep_forever()  # what comes stays in the socket
                if data and self.hears(remote):
                    self._receive(data, remote)
                now = trio.current_time()
                self._agent.handle_timeout(now)
                if self._dtls is not None and (remaining := self._dtls.timeout_s) is not None and remaining <= 0:
                    self._dtls.handle_timeout()

    def _receive(self, data: bytes, remote: tuple[str, int]) -> None:
        match classify(data[0], data[1] if len(data) > 1 else 0):
            case PacketKind.STUN:
                self._agent.receive(data, local=self._address, remote=remote, now=trio.current_time())
            case PacketKind.DTLS:
                self._held.append(data)
            case PacketKind.RTP:
                self._receive_rtp(data)
            case PacketKind.RTCP:
                self._receive_rtcp(data)

    def _receive_rtp(self, data: bytes) -> None:
        if self._inbound is None or self._negotiated is None:
            return
        try:
            plain = self._inbound.unprotect(data)
        except SrtpError:
            return
        self._received.receive(plain, self._negotiated, trio.current_time())

    def _receive_rtcp(self, data: bytes) -> None:
        if self._inbound is None:
            return
        try:
            plain = self._inbound.unprotect_rtcp(data)
        except SrtpError:  # the network has doubled it
            return
        for packet in parse_compound(plain):
            self.rtcp.append(packet)
            if isinstance(packet, PictureLossIndication | FullIntraRequest):
                self.key_frame_requests += 1
                self.on_key_frame_request()
            elif isinstance(packet, Nack) and self.answer_nacks:
                sent = self.sources.sent
                self._held += [
                    sent[packet.media_ssrc, number] for number in packet.lost if (packet.media_ssrc, number) in sent
                ]

    async def _pump(self) -> None:
        """Send what the engines have to send."""
        for transmit in self._agent.transmits():
            await self._send_to(transmit.data, transmit.remote)
        self._agent.events()
        dtls = self._dtls
        if dtls is None or self._agent.usable_pair is None:
            return
        dtls.start()
        held, self._held = self._held, []
        for data in held:
            if classify(data[0], data[1]) is PacketKind.DTLS:
                dtls.receive(data)
            else:
                await self._send(data)
        if self.data is not None and dtls.state is DtlsState.CONNECTED:
            self.data.pump(dtls)
        for datagram in dtls.datagrams():
            await self._send(datagram)
        if dtls.state is not DtlsState.CONNECTED or self.connected.is_set():
            return
        if self._media_agreed:
            keys = dtls.srtp_keys()
            self._inbound = SrtpSession.inbound(keys.profile, keys.remote_master)
            self._outbound = SrtpSession.outbound(keys.profile, keys.local_master)
        self.connected.set()

    async def _send(self, data: bytes) -> None:
        pair = self._agent.usable_pair
        if pair is not None:
            await self._send_to(data, pair.remote.address)

    async def _send_to(self, data: bytes, remote: tuple[str, int]) -> None:
        if not self._vanished:
            with contextlib.suppress(OSError):  # no route: lost, as the network may lose anything
                await self._socket.sendto(data, remote)

    async def _report(self) -> None:
        """Sender and receiver reports, as often as a browser sends them."""
        # By trio's time, virtual or not. A report tells when the last frame was sent, not when it is sent itself.
        origin_s = SystemClock().unix() - trio.current_time()
        await self.connected.wait()
        while True:
            blocks = tuple(track.statistics.report_block(trio.current_time()) for track in self.tracks.values())
            packets: list[RtcpPacket] = []
            for kind, sent in self.sources.kinds.items():
                if sent.packets:
                    ntp = ntp_from_unix(origin_s + sent.last_at_s - self.captured_before_s(kind))
                    counts = sent.last_timestamp, sent.packets, sent.payload_bytes
                    packets.append(SenderReport(sent.ssrc, ntp, *counts, blocks))
                    blocks = ()
            if blocks or not packets:
                packets.insert(0, ReceiverReport(self.ssrcs["video"], blocks))
            await self.send_rtcp(packets)
            await trio.sleep(0.5)


@asynccontextmanager
async def open_peer(
    *,
    send: bool = True,
    receive: bool = True,
    codecs: Sequence[str] = ("opus/48000/2", "VP8/90000"),
    data_channels: bool = False,
    rtx: bool = False,
    host: str = "127.0.0.1",
) -> AsyncIterator[WebRtcPeer]:
    """A peer that runs while the block does."""
    sock = trio.socket.socket(trio.socket.AF_INET6 if ":" in host else trio.socket.AF_INET, trio.socket.SOCK_DGRAM)
    with sock:
        sock.setsockopt(trio.socket.SOL_SOCKET, trio.socket.SO_RCVBUF, 4 << 20)
        await sock.bind((host, 0))
        peer = WebRtcPeer(sock, send=send, receive=receive, codecs=codecs, data_channels=data_channels, rtx=rtx)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(peer.run)
            yield peer
            nursery.cancel_scope.cancel()
