"""Pictures of any size and format in the shape that an encoder was opened for: planar YUV 4:2:0 of one size."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import av
from av.filter import Graph
from av.video.reformatter import ColorRange

from kms_trio.codecs.bgr import BgrToYuv

__all__ = ["ENCODER_PIXELS", "Shaper"]

ENCODER_PIXELS: Final = "yuv420p"
TIME_BASE: Final = Fraction(1, 90_000)


class Shaper:
    """Makes pictures `width` by `height`, as frames of our own: those that are given are shared with others.

    What has its shape already is not copied.  Raises `av.error.FFmpegError` for what cannot be converted.
    """

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._graph: Graph | None = None
        self._source: tuple[int, int, str, int] | None = None
        self._bgr_to_yuv = BgrToYuv()

    def shaped(self, picture: av.VideoFrame) -> av.VideoFrame:
        """The picture in that shape."""
        fits = (picture.width, picture.height) == self._size
        if fits and picture.format.name == "bgr24":
            # What filters of BGR give: the same pixels as by the graph, give or take a rounding, at a part of its cost.
            return self._bgr_to_yuv.convert(picture)
        source = (picture.width, picture.height, picture.format.name, int(picture.color_range))
        if self._graph is None or source != self._source:
            self._graph, self._source = self._open(picture, fits), source
        self._graph.vpush(picture)
        return self._graph.vpull()

    def _open(self, picture: av.VideoFrame, fits: bool) -> Graph:
        graph = Graph()
        graph.threads = 1
        nodes = [
            graph.add_buffer(width=picture.width, height=picture.height, format=picture.format, time_base=TIME_BASE)
        ]
        full_range = picture.color_range == ColorRange.JPEG or picture.format.name.startswith("yuvj")
        if not (fits and picture.format.name == ENCODER_PIXELS) or full_range:
            width, height = self._size
            # Decoders elsewhere take video for what it is by default: of limited range.
            nodes.append(graph.add("scale", f"{width}:{height}:out_range=tv"))
            nodes.append(graph.add("format", ENCODER_PIXELS))
        graph.link_nodes(*nodes, graph.add("buffersink")).configure()
        return graph
