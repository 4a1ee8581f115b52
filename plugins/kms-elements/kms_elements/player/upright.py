"""Pictures as they are meant to be seen: phones note in the file how they were held, and leave the pixels alone."""

from __future__ import annotations

from typing import Final

import av
from av.filter import Graph

__all__ = ["Upright"]

_TURNS: Final = {
    90: (("transpose", "cclock"),),
    -90: (("transpose", "clock"),),
    180: (("hflip", ""), ("vflip", "")),
    -180: (("hflip", ""), ("vflip", "")),
}
"""Filters by the degrees, counterclockwise, that the display matrix turns pictures by."""


class Upright:
    """Turns pictures by what their display matrix says, in steps of 90 degrees; what needs no turn is not touched."""

    def __init__(self) -> None:
        self._graph: Graph | None = None
        self._source: tuple[int, int, int, str] | None = None

    def turned(self, picture: av.VideoFrame) -> av.VideoFrame:
        """The picture, at the same time.  Raises `av.error.FFmpegError` for what cannot be turned."""
        turns = _TURNS.get(picture.rotation)
        if turns is None:
            return picture
        source = (picture.rotation, picture.width, picture.height, picture.format.name)
        if self._graph is None or source != self._source:
            self._graph, self._source = self._open(picture, turns), source
        pts, time_base = picture.pts, picture.time_base
        self._graph.vpush(picture)
        upright = self._graph.vpull()
        upright.pts, upright.time_base = pts, time_base
        return upright

    def _open(self, picture: av.VideoFrame, turns: tuple[tuple[str, str], ...]) -> Graph:
        graph = Graph()
        graph.threads = 1
        first = graph.add_buffer(
            width=picture.width, height=picture.height, format=picture.format, time_base=picture.time_base
        )
        filters = [graph.add(name, arguments) for name, arguments in turns]
        graph.link_nodes(first, *filters, graph.add("buffersink")).configure()
        return graph
