"""SCTP over DTLS and data channels (RFC 8831, RFC 8832): packets to messages and back, no I/O, no clock.

`SctpAssociation` is all that its owner needs; see there how to drive it.
"""

from __future__ import annotations

from kms_trio.rtc.sctp.association import SctpAssociation
from kms_trio.rtc.sctp.channel_layer import MAX_BUFFERED_BYTES, MAX_MESSAGE_BYTES
from kms_trio.rtc.sctp.channels import ChannelState, DataChannel, SctpRole
from kms_trio.rtc.sctp.errors import BufferFullError, SctpError
from kms_trio.rtc.sctp.events import (
    AssociationClosed,
    AssociationEstablished,
    AssociationEvent,
    ChannelClosed,
    ChannelOpened,
    Message,
)
from kms_trio.rtc.sctp.packet import MAX_PACKET_BYTES
from kms_trio.rtc.sctp.states import AssociationState, SctpStatistics

__all__ = [
    "MAX_BUFFERED_BYTES",
    "MAX_MESSAGE_BYTES",
    "MAX_PACKET_BYTES",
    "AssociationClosed",
    "AssociationEstablished",
    "AssociationEvent",
    "AssociationState",
    "BufferFullError",
    "ChannelClosed",
    "ChannelOpened",
    "ChannelState",
    "DataChannel",
    "Message",
    "SctpAssociation",
    "SctpError",
    "SctpRole",
    "SctpStatistics",
]
