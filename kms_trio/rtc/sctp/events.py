"""What an association tells its owner, in the order in which it happened."""

from __future__ import annotations

import attrs

from kms_trio.rtc.sctp.channels import DataChannel

__all__ = [
    "AssociationClosed",
    "AssociationEstablished",
    "AssociationEvent",
    "ChannelClosed",
    "ChannelOpened",
    "Message",
]


@attrs.frozen
class AssociationEstablished:
    """Both sides know each other; channels can open."""


@attrs.frozen
class AssociationClosed:
    """It has ended, by the peer or for want of it; every channel was told to be closed before."""

    reason: str


@attrs.frozen
class ChannelOpened:
    """A channel can be used; asked for by either side."""

    channel: DataChannel


@attrs.frozen
class ChannelClosed:
    """A channel is gone and its id free; comes once for each ChannelOpened, and for channels that never opened."""

    channel: DataChannel


@attrs.frozen
class Message:
    """A message came; text is UTF-8 unless the peer breaks the rules."""

    channel: DataChannel
    data: bytes
    is_text: bool


AssociationEvent = AssociationEstablished | AssociationClosed | ChannelOpened | ChannelClosed | Message
