"""Hands streams from port to port as they are: no packet is touched, no frame decoded.

Who takes the media sees another stream from the moment of a switch on.  An endpoint goes over to it at its next key
frame, under the same SSRC, with timestamps and sequence numbers that run on.
"""

from __future__ import annotations

from typing import Any

from kms_trio.api import HubPort, MediaType, Tap
from kms_trio.media.streams import Stream

__all__ = ["Switch"]


class Switch:
    """Which port's media of one type each port gives."""

    def __init__(self, media_type: MediaType) -> None:
        self._media_type = media_type
        self._sinks: dict[HubPort, list[HubPort]] = {}
        self._taps: dict[HubPort, Tap] = {}

    def source_of(self, sink: HubPort) -> HubPort | None:
        """The port whose media `sink` gives."""
        return next((source for source, sinks in self._sinks.items() if sink in sinks), None)

    def connect(self, source: HubPort, sink: HubPort) -> None:
        """Let `sink` give the media of `source`, in place of what it gave before; both may be the same port."""
        if self.source_of(sink) is source:
            return
        self._leave(sink)
        self._sinks.setdefault(source, []).append(sink)
        sink.source_pad(self._media_type).set_input(source.sink_pad(self._media_type).stream)

    def disconnect(self, sink: HubPort) -> None:
        """Let `sink` give nothing."""
        if self._leave(sink):
            sink.source_pad(self._media_type).set_input(None)

    def stream_changed(self, port: HubPort, stream: Stream[Any] | None) -> None:
        """What feeds a port has changed."""
        self._drop_tap(port)
        for sink in self._sinks.get(port, ()):
            sink.source_pad(self._media_type).set_input(stream)
        if stream is not None:
            self._taps[port] = Tap(stream, lambda buffers: self._passed(port, buffers))

    def remove(self, port: HubPort) -> None:
        """A port is gone."""
        self._drop_tap(port)
        self.disconnect(port)
        for sink in self._sinks.pop(port, ()):
            sink.source_pad(self._media_type).set_input(None)

    def _leave(self, sink: HubPort) -> bool:
        source = self.source_of(sink)
        if source is not None:
            self._sinks[source].remove(sink)
        return source is not None

    def _drop_tap(self, port: HubPort) -> None:
        tap = self._taps.pop(port, None)
        if tap is not None:
            tap.detach()

    def _passed(self, port: HubPort, buffers: int) -> None:
        port.sink_pad(self._media_type).flow.count(buffers)
        for sink in self._sinks.get(port, ()):
            pad = sink.source_pad(self._media_type)
            if pad.sinks:
                pad.flow.count(buffers)
