"""Data channels: a pair of streams with the same id (RFC 8831 section 6.4, RFC 8832 section 6)."""

from __future__ import annotations

import enum
from collections.abc import Iterator

import attrs

from kms_trio.rtc.sctp.errors import SctpError

__all__ = ["MAX_CHANNELS", "ChannelState", "DataChannel", "DataChannels", "SctpRole"]

MAX_CHANNELS = 1024
"""As many as browsers allow; their ids stop at 1023 as well."""

MAX_NAME_CHARACTERS = 1 << 18
"""In labels and protocols of all channels together; one alone may have 131,070."""


class SctpRole(enum.Enum):
    """The side's role in DTLS, which decides whether its channels have even or odd ids."""

    CLIENT = 0
    SERVER = 1


class ChannelState(enum.Enum):
    """RTCDataChannelState."""

    CONNECTING = "connecting"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


@attrs.define(eq=False)
class DataChannel:
    """One channel; `id` is the id of both of its streams. Of the two limits at most one is not None.

    Everything is to be read only, except by the association.
    """

    id: int
    label: str
    protocol: str
    ordered: bool = True
    max_packet_life_time_ms: int | None = None
    max_retransmits: int | None = None
    state: ChannelState = ChannelState.CONNECTING
    messages_sent: int = 0
    bytes_sent: int = 0
    messages_received: int = 0
    bytes_received: int = 0
    acknowledged: bool = False  #: the peer knows its properties, so that messages may go out of order
    outgoing_reset: bool = False  #: our stream has been reset
    incoming_reset: bool = False  #: the peer's stream has been reset


class DataChannels:
    """The channels of an association by id."""

    def __init__(self, role: SctpRole) -> None:
        self._parity = role.value
        self._channels: dict[int, DataChannel] = {}
        self._name_characters = 0

    def __iter__(self) -> Iterator[DataChannel]:
        return iter(tuple(self._channels.values()))

    def __len__(self) -> int:
        return len(self._channels)

    def get(self, stream_id: int) -> DataChannel | None:
        """The channel with that id."""
        return self._channels.get(stream_id)

    def add(self, channel: DataChannel) -> None:
        """Take a channel, whose id is free."""
        self._channels[channel.id] = channel
        self._name_characters += len(channel.label) + len(channel.protocol)

    def remove(self, channel: DataChannel) -> None:
        """Free the channel's id."""
        if self._channels.pop(channel.id, None) is not None:
            self._name_characters -= len(channel.label) + len(channel.protocol)

    def free_id(self) -> int:
        """The lowest id of ours that no channel has. Raises SctpError when there is none."""
        for stream_id in range(self._parity, MAX_CHANNELS, 2):
            if stream_id not in self._channels:
                return stream_id
        raise SctpError(f"all {MAX_CHANNELS // 2} ids for data channels are in use")

    def may_be_opened_by_peer(self, stream_id: int) -> bool:
        """Whether the peer may open a channel with that id, which none has, and there is room for one more.

        An id of the kind that ours have (RFC 8832 section 6 gives each side the even or the odd ones) is let pass:
        some peers, werift among them, mistake their side, and browsers do not mind.
        """
        room = len(self._channels) < MAX_CHANNELS and self._name_characters < MAX_NAME_CHARACTERS
        return stream_id != 0xFFFF and room
