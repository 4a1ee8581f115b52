"""What clients do with the data channels of a WebRtcEndpoint: createDataChannel and closeDataChannel."""

from __future__ import annotations

from abc import ABC, abstractmethod

from kms_elements.webrtc.data_channels import DataChannels, shorten_name
from kms_trio.api import ErrorCode, KurentoError
from kms_trio.rtc.sctp import SctpError

__all__ = ["DataChannelOperations"]

NO_DATA_CHANNELS = "Data channels are not supported"

MAX_CHANNEL_LIMIT = 65535
"""Largest number of retransmissions, and of milliseconds, that a data channel's limits can have."""


class DataChannelOperations(ABC):
    """A base of the endpoint, which says what its data channels are."""

    @property
    @abstractmethod
    def data_channels(self) -> DataChannels | None:
        """What was opened; None unless it was negotiated."""

    def create_data_channel(
        self,
        label: str = "",
        ordered: bool = True,
        max_packet_life_time: int = -1,
        max_retransmits: int = -1,
        protocol: str = "",
    ) -> None:
        """Open a channel; its id comes with DataChannelOpened.  Limits below 0 are none, those above 65535 lowered.

        Raises KurentoError 40111 unless data channels were negotiated, 40107 for two limits, 40003 when none is left.
        """
        channels = self._data_channels()
        if max_packet_life_time >= 0 and max_retransmits >= 0:
            raise KurentoError(ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, "Syntax error")
        try:
            channels.open(
                shorten_name(label),
                shorten_name(protocol),
                ordered,
                _limit(max_packet_life_time),
                _limit(max_retransmits),
            )
        except SctpError as problem:
            raise KurentoError(ErrorCode.UNEXPECTED_ERROR, f"Cannot create data channel: {problem}") from problem

    def close_data_channel(self, channel_id: int) -> None:
        """Close a channel; nothing happens for an unknown one.

        Raises KurentoError 40111 unless data channels were negotiated.
        """
        self._data_channels().close_channel(channel_id)

    def _data_channels(self) -> DataChannels:
        channels = self.data_channels
        if channels is None:
            raise KurentoError(ErrorCode.MEDIA_OBJECT_OPERATION_NOT_SUPPORTED, NO_DATA_CHANNELS)
        return channels


def _limit(value: int) -> int | None:
    """A limit of a data channel as clients give it."""
    return min(value, MAX_CHANNEL_LIMIT) if value >= 0 else None
