"""What getStats says about data channels: one entry for each, and one for all of them together."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from kms_elements.webrtc.data_channels import DataChannels
from kms_trio.api import RTCDataChannelState, RTCDataChannelStats, RTCPeerConnectionStats, Stats, StatsType

__all__ = ["DataStats"]


class DataStats:
    """Statistics of an endpoint's data channels; the id of a channel's entry stays the same from call to call."""

    def __init__(self, data_channels: DataChannels, unix_s: Callable[[], float]) -> None:
        self._data_channels = data_channels
        self._unix_s = unix_s
        self._session_id = str(uuid.uuid4())
        self._ids: dict[int, str] = {}

    def collect(self) -> dict[str, Stats]:
        """Entries by id."""
        timestamp_millis = int(self._unix_s() * 1000)
        channels = self._data_channels.association.channels
        self._ids = {channel.id: self._ids.get(channel.id, str(uuid.uuid4())) for channel in channels}
        stats: list[Stats] = [
            RTCDataChannelStats(
                id=self._ids[channel.id],
                type=StatsType.DATACHANNEL,
                timestamp_millis=timestamp_millis,
                label=channel.label,
                protocol=channel.protocol,
                datachannelid=channel.id,
                state=RTCDataChannelState(channel.state.value),
                messages_sent=channel.messages_sent,
                bytes_sent=channel.bytes_sent,
                messages_received=channel.messages_received,
                bytes_received=channel.bytes_received,
            )
            for channel in channels
        ]
        stats.append(
            RTCPeerConnectionStats(
                id=self._session_id,
                type=StatsType.SESSION,
                timestamp_millis=timestamp_millis,
                data_channels_opened=self._data_channels.opened,
                data_channels_closed=self._data_channels.closed,
            )
        )
        return {each.id: each for each in stats}
