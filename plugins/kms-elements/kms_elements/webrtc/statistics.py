"""What getStats of a WebRtcEndpoint says: its RTP streams, data channels and transport together."""

from __future__ import annotations

from collections.abc import Callable

from kms_elements.rtp_common.statistics import SessionStats
from kms_elements.webrtc.connection import WebRtcConnection
from kms_elements.webrtc.data_statistics import DataStats
from kms_elements.webrtc.transport_statistics import TransportStats
from kms_trio.api import DtlsIdentity, MediaType, Stats

__all__ = ["WebRtcStats"]


class WebRtcStats:
    """Statistics of a connection that has been negotiated."""

    def __init__(self, connection: WebRtcConnection, identity: DtlsIdentity, unix_s: Callable[[], float]) -> None:
        self._streams = SessionStats((connection.session,), unix_s)
        self._transport = TransportStats(connection.transport, connection.session, identity, unix_s)
        self._streams.transport_id = self._transport.transport_id
        channels = connection.data_channels
        self._data = None if channels is None else DataStats(channels, unix_s)

    def collect(self, media_type: MediaType | None) -> dict[str, Stats]:
        """Entries by id: of one media type those that Kurento has, of all of them everything."""
        stats = self._streams.collect(media_type)
        if media_type is None:
            stats.update(self._transport.collect())
        if self._data is not None and media_type in (None, MediaType.DATA):
            stats.update(self._data.collect())
        return stats
