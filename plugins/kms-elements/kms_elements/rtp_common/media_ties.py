"""The medias of an RTP endpoint: senders fed by its sink pads, receivers that feed its source pads."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from kms_elements.rtp_common.negotiation import binding_of, format_of, payload_type_of, wire_mid
from kms_trio.api import LegRoute, MediaType, NetworkService, RtpReceiver, RtpSender, RtpSession
from kms_trio.rtc.sdp import NegotiatedMedia

if TYPE_CHECKING:
    from kms_trio.media.pads import SinkPad, SourcePad
    from kms_trio.media.streams import Stream

__all__ = ["MEDIA_TYPES", "MediaTies"]

logger = logging.getLogger("basertpendpoint")

MEDIA_TYPES = {"audio": MediaType.AUDIO, "video": MediaType.VIDEO}

TAKEOVERS_TOLD = 20
"""After so many of one endpoint only its debug log has more: a peer may change its sources with each packet."""


class MediaTies:
    """Ties negotiated medias to pads.  One session may carry all of them (bundled) or each have its own."""

    def __init__(
        self,
        network: NetworkService,
        source_pad: Callable[[MediaType], SourcePad],
        sink_pad: Callable[[MediaType], SinkPad],
        on_shed: Callable[[bool], None] | None = None,
        *,
        mtu_bytes: int,
    ) -> None:
        """`on_shed` hears when video is held back because of overload, and when no longer."""
        self._network = network
        self._on_shed = on_shed
        self._mtu_bytes = mtu_bytes
        self._source_pad = source_pad
        self._sink_pad = sink_pad
        self._senders: dict[MediaType, RtpSender] = {}
        self._receivers: dict[MediaType, RtpReceiver] = {}
        self._takeovers = 0

    def start(self, session: RtpSession, medias: Iterable[NegotiatedMedia]) -> None:
        """Have `session` carry these accepted medias; what is sent waits for `set_route`."""
        medias = tuple(medias)
        for media in medias:
            media_type = MEDIA_TYPES.get(media.kind)
            if media.send and media.codecs and media_type is not None and media_type not in self._senders:
                self._add_sender(session, media, media_type)
        session.bind([binding_of(media, self._received) for media in medias if media.receive])

    def set_stream(self, media_type: MediaType, stream: Stream[object] | None) -> None:
        """What the endpoint's sink pad is fed from has changed."""
        sender = self._senders.get(media_type)
        if sender is not None:
            sender.set_stream(stream)  # type: ignore[arg-type]  # its want is for RTP streams only

    def set_route(self, route: LegRoute | None, media_type: MediaType | None = None) -> None:
        """Where a media (None: each) leaves by from now on; without a route nothing is sent."""
        for each, sender in self._senders.items():
            if media_type in (None, each):
                sender.set_route(route)

    def set_mtu(self, mtu_bytes: int) -> None:
        """The largest packet that is made for the peer from now on."""
        self._mtu_bytes = mtu_bytes
        for media_type, sender in self._senders.items():
            sender.mtu_bytes = mtu_bytes
            self._sink_pad(media_type).set_want(sender.want)

    def sender(self, media_type: MediaType) -> RtpSender | None:
        """Who sends that type to the peer, if anybody."""
        return self._senders.get(media_type)

    def _add_sender(self, session: RtpSession, media: NegotiatedMedia, media_type: MediaType) -> None:
        pad = self._sink_pad(media_type)
        sender = RtpSender(
            ssrc=media.local_ssrc,
            formats=[format_of(codec) for codec in media.codecs],
            payload_type_of=lambda format: payload_type_of(media, format),
            extensions=media.header_extensions,
            mid=wire_mid(media, media.header_extensions),
            flow=pad.flow,
            mtu_bytes=self._mtu_bytes,
            rtx_ssrc=media.local_rtx_ssrc,
            rtx_payload_types={
                codec.payload_type: codec.rtx_payload_type
                for codec in media.codecs
                if codec.rtx_payload_type is not None
            },
            timers=self._network.timers,
            guard=self._network.overload,
            on_shed=self._on_shed,
        )
        self._senders[media_type] = sender
        session.add_sender(sender)
        pad.set_want(sender.want)

    def _received(self, receiver: RtpReceiver) -> None:
        """The first packet of a source, or of another codec in it: the pad gives that stream from now on."""
        stream = receiver.stream
        media_type = MediaType.AUDIO if stream.format.is_audio else MediaType.VIDEO
        former = self._receivers.get(media_type)
        if former is not None:
            former.flow = None
            if former.ssrc != receiver.ssrc:
                self._takeovers += 1
                level = logging.INFO if self._takeovers <= TAKEOVERS_TOLD else logging.DEBUG
                logger.log(level, "%s: SSRC %d takes over from %d", media_type, receiver.ssrc, former.ssrc)
        self._receivers[media_type] = receiver
        pad = self._source_pad(media_type)
        pad.set_input(stream)
        pad.flow.measure = lambda: receiver.reception.packets_received
        receiver.flow = pad.flow
