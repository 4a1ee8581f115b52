"""How long media takes from its arrival at this server to the inputs of an element, while somebody wants to know.

A probe is one more consumer of what an element is fed with, called when the element has had its turn; so the figure
includes what the element does at once, such as encrypting and sending. It is there only while media flows through the
pad: a probe must not be what keeps a decoder running.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kms_trio.generated.core.types import MediaLatencyStat, MediaType
from kms_trio.media.formats import StreamKind

if TYPE_CHECKING:
    from kms_trio.clock import Clock
    from kms_trio.media.flow import Timers
    from kms_trio.media.frames import EncodedFrame, RtpPacket
    from kms_trio.media.pads import SinkPad
    from kms_trio.media.streams import Stream
    from kms_trio.objects.element_pads import ElementPads, PadKey

#: Weight of the newest buffer in the average.
SMOOTHING: Final = 1 / 16

#: Every element that takes media is asked about these, whether or not they flow.
DEFAULT_PADS: Final = ((MediaType.AUDIO, "default"), (MediaType.VIDEO, "default"))


class LatencyProbe:
    """Measures one pad, on whatever stream feeds it."""

    def __init__(self, pad: SinkPad, timers: Timers, clock: Clock) -> None:
        self.average_s = 0.0
        self._timers = timers
        self._clock = clock
        self._pad = pad
        self._stream: Stream[Any] | None = None
        pad.on_stream_changed = self._follow
        self._follow(pad.stream)

    def close(self) -> None:
        """Measure no longer."""
        self._pad.on_stream_changed = lambda _: None
        self._follow(None)

    def _follow(self, stream: Stream[Any] | None) -> None:
        if self._stream is not None:
            self._stream.detach(self)
        # A stream without consumers does not run, and is not to run for this alone.
        self._stream = (
            stream if stream is not None and stream.kind is not StreamKind.DATA and stream.consumers else None
        )
        if self._stream is not None:
            self._stream.attach(self)

    def on_rtp(self, packets: list[RtpPacket], now: float) -> None:
        """Packets, which came at `now` by the timers."""
        self._take(self._timers.now() - now)

    def on_frame(self, frame: EncodedFrame) -> None:
        """An encoded frame."""
        self._take_timed(frame.pts)

    def on_raw(self, frame: Any) -> None:
        """A picture or samples."""
        if frame.pts is not None:
            self._take_timed(frame.pts)

    def _take_timed(self, timestamp: int) -> None:
        """Media whose stream knows when it arrived here."""
        assert self._stream is not None
        arrived_s = self._stream.clock.unix_s(timestamp)
        if arrived_s is not None:
            self._take(self._clock.unix() - arrived_s)

    def _take(self, latency_s: float) -> None:
        latency_s = max(0.0, latency_s)
        self.average_s += (latency_s - self.average_s) * (SMOOTHING if self.average_s else 1.0)


class LatencyMeter:
    """The probes of one element."""

    def __init__(self, pads: ElementPads, timers: Timers, clock: Clock) -> None:
        self._pads = pads
        self._timers = timers
        self._clock = clock
        self._probes: dict[PadKey, LatencyProbe] = {}

    def start(self) -> None:
        """Measure what flows in; of what begins to flow later, `flow_changed` is told."""
        for key, pad in self._pads.sinks.items():
            if pad.flow.flowing:
                self._watch(key)

    def stop(self) -> None:
        """Forget all figures."""
        for probe in self._probes.values():
            probe.close()
        self._probes.clear()

    def flow_changed(self, media_type: MediaType, description: str, flowing: bool) -> None:
        """Media began or ceased to flow into a pad, while somebody wants to know latencies."""
        key = (media_type, description)
        if flowing:
            self._watch(key)
        elif key in self._probes:
            self._probes.pop(key).close()

    def figures(self, media_type: MediaType | None) -> list[MediaLatencyStat]:
        """The averages, in ns; of one media type, or of all for None and DATA."""
        keys = dict.fromkeys([*DEFAULT_PADS, *self._probes])
        return [
            MediaLatencyStat(
                name=f"sink_{key[0].lower()}_{key[1]}",
                type=key[0],
                avg=self._probes[key].average_s * 1e9 if key in self._probes else 0.0,
            )
            for key in keys
            if media_type in (None, MediaType.DATA, key[0])
        ]

    def _watch(self, key: PadKey) -> None:
        if key not in self._probes and key[0] is not MediaType.DATA:
            self._probes[key] = LatencyProbe(self._pads.sinks[key], self._timers, self._clock)
