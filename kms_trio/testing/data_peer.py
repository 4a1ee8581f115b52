"""The data channel side of a scripted WebRTC peer: an association and a record of what came."""

from __future__ import annotations

import random

import trio

from kms_trio.rtc.dtls import DtlsRole, DtlsTransport
from kms_trio.rtc.sctp import (
    MAX_MESSAGE_BYTES,
    BufferFullError,
    ChannelClosed,
    ChannelOpened,
    DataChannel,
    Message,
    SctpAssociation,
    SctpRole,
)
from kms_trio.rtc.sdp import SctpParameters

__all__ = ["DataPeer"]


class DataPeer:
    """Driven by the peer that it belongs to."""

    def __init__(self, role: DtlsRole, sctp: SctpParameters) -> None:
        self.association = SctpAssociation(
            SctpRole.CLIENT if role is DtlsRole.CLIENT else SctpRole.SERVER,
            sctp.local_port,
            sctp.remote_port,
            random.SystemRandom(),
            max_outgoing_message_bytes=sctp.remote_max_message_size or MAX_MESSAGE_BYTES,
        )
        self.opened: list[DataChannel] = []
        self.closed: list[DataChannel] = []
        self.messages: list[tuple[str, str | bytes]] = []
        """Label of the channel and data."""
        self.deaf = False
        """Take nothing from the server, acknowledgements too."""

    def channel(self, label: str) -> DataChannel:
        """The open channel of that label."""
        return next(each for each in self.opened if each.label == label and each not in self.closed)

    def send(self, label: str, *messages: str | bytes) -> None:
        """Send messages on a channel."""
        for message in messages:
            self.association.send(self.channel(label), message, trio.current_time())

    async def send_all(self, label: str, *messages: str | bytes) -> None:
        """Send messages as fast as the association takes them."""
        for message in messages:
            while True:
                try:
                    self.send(label, message)
                except BufferFullError:
                    await trio.sleep(0.005)
                else:
                    break

    def pump(self, dtls: DtlsTransport) -> None:
        """Carry packets between a connected DTLS transport and the association."""
        now = trio.current_time()
        association = self.association
        association.start(now)
        for packet in dtls.received():
            if not self.deaf:
                association.receive(packet, now)
        if association.deadline is not None and association.deadline <= now:
            association.handle_timeout(now)
        for event in association.events():
            match event:
                case ChannelOpened(channel):
                    self.opened.append(channel)
                case ChannelClosed(channel):
                    self.closed.append(channel)
                case Message(channel, data, is_text):
                    self.messages.append((channel.label, data.decode() if is_text else data))
                case _:
                    pass
        for packet in association.transmits():
            dtls.send(packet)
