"""What a filter of pictures costs, in the server and in a host process: CPU time beyond decoding and encoding.

Pictures of 720p come as VP8, paced as a camera's, are decoded, filtered and encoded again. All ways are set up at once
and take short turns with the very same pictures, each next to one of a way without a filter; a figure is the median of
the differences between such neighbours, as a machine's speed drifts and others use it meanwhile. CPU time is that of
the server's process, in which the filters that it trusts are as well, and of the hosts.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from typing import Any, Final

import attrs
import trio

from bench.filter_server import VP8, film, open_server, process_cpu_s
from kms_trio.app import Server
from kms_trio.generated.core.types import MediaType
from kms_trio.media.formats import StreamKind, Want
from kms_trio.media.frames import EncodedFrame
from kms_trio.media.pads import SinkPad
from kms_trio.media.streams import EncodedStream
from kms_trio.objects.filter_hosts import FilterHosts

__all__ = ["FilterFigures", "FilterLoad", "measure_costs"]

WANT: Final = Want(StreamKind.ENCODED, (VP8,))
FILTERS: Final = ("LookGray", "PassYuv", "PassBgr")
PATIENCE_S: Final = 60.0


@attrs.frozen
class FilterLoad:
    """What is filtered."""

    width: int = 1280
    height: int = 720
    frames_per_second: float = 30.0
    frames_a_turn: int = 15


@attrs.frozen
class Figure:
    """CPU time, ms a frame: the median of all turns, and its quartiles."""

    median_ms: float
    low_ms: float
    high_ms: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Figure:
        """Of at least two."""
        return cls(*(round(each, 3) for each in (statistics.median(values), *statistics.quantiles(values, n=4)[::2])))


@attrs.frozen
class FilterFigures:
    """`plain` is decoding and encoding alone, `added` by the way what comes on top."""

    plain: Figure
    added: dict[str, Figure]


def measure_costs(load: FilterLoad, rounds: int) -> FilterFigures:
    """Measure all ways, each in so many turns."""
    return trio.run(_costs, load, rounds)


async def _costs(load: FilterLoad, rounds: int) -> FilterFigures:
    frames = film(load.width, load.height, load.frames_a_turn)
    plain_ms: list[float] = []
    added_ms: dict[str, list[float]] = {}
    async with open_server(trusted=True) as trusting, open_server() as careful:
        plain = await _Way.make(trusting, "")
        ways = {
            f"{name}, {place}": await _Way.make(server, name)
            for name in FILTERS
            for place, server in (("thread", trusting), ("host", careful))
        }
        hosts = careful.context.shared(FilterHosts).running
        for number in range(rounds + 1):
            for name, way in ways.items():
                alone = await plain.turn(frames, load, hosts)
                spent = await way.turn(frames, load, hosts)
                if number:  # in the first one threads and encoders start
                    plain_ms.append(alone)
                    added_ms.setdefault(name, []).append(spent - alone)
    return FilterFigures(Figure.of(plain_ms), {name: Figure.of(values) for name, values in added_ms.items()})


class _Way:
    """A stream through a decoder, a filter if it is one with a filter, and an encoder."""

    def __init__(self, stream: EncodedStream) -> None:
        self.id = "sink"
        self._stream = stream
        self._pts = 0
        self._encoded = 0

    @classmethod
    async def make(cls, server: Server, name: str) -> _Way:
        """One through a filter of that name, or through none."""
        pipeline = await server.lifecycle.create("bench", "MediaPipeline", {})
        source: Any = await server.lifecycle.create("bench", "PassThrough", {"mediaPipeline": pipeline.id})
        element: Any = await server.lifecycle.create("bench", name or "PassThrough", {"mediaPipeline": pipeline.id})
        way = cls(EncodedStream(VP8))
        source.source_pad(MediaType.VIDEO).set_input(way._stream)
        source.connect(element)
        pad = element.source_pad(MediaType.VIDEO)
        if name:
            sink = SinkPad(way, MediaType.VIDEO, timers=server.context.timers, on_stream=way._take, want=WANT)
            pad.link(sink)
        else:
            codecs = server.context.codecs
            way._take(codecs.encoder(codecs.decoder(way._stream), VP8, element.encoder_bitrates))
        return way

    async def turn(self, frames: Sequence[EncodedFrame], load: FilterLoad, hosts: Sequence[int]) -> float:
        """Show all frames, each when the one before has come through; CPU time, ms a frame."""
        begin_s = _cpu_s(hosts)
        for frame in frames:
            began_s = trio.current_time()
            self._pts += 3000
            shown = self._encoded
            self._stream.push(EncodedFrame(frame.data, self._pts, frame.key_frame))
            with trio.fail_after(PATIENCE_S):
                while self._encoded == shown:  # noqa: ASYNC110 - a thread does not tell
                    await trio.sleep(0.002)
            await trio.sleep(max(0.0, 1 / load.frames_per_second - (trio.current_time() - began_s)))
        return (_cpu_s(hosts) - begin_s) * 1000 / len(frames)

    def _take(self, stream: Any) -> None:
        if stream is not None:
            stream.attach(self)

    def on_frame(self, frame: EncodedFrame) -> None:
        """A frame leaves."""
        self._encoded += 1


def _cpu_s(hosts: Sequence[int]) -> float:
    """What the server's process and its hosts have used."""
    return sum(map(process_cpu_s, (os.getpid(), *hosts)))
