"""Worker side of mixing pictures: each tile scaled once for each picture it shows, then copied onto a new canvas.

Everything stays planar YUV 4:2:0, what decoders give and encoders take.  A tile that has its size already is copied
from the decoder's own memory; a frozen one is scaled no more.  Of a picture that may be transparent (an image, an
animation) as much is seen as its alpha says.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final

import attrs
import av
import numpy as np
from av.filter import Graph
from av.video.reformatter import ColorRange

from kms_elements.hubs.canvases import Canvases
from kms_elements.hubs.layout import Place
from kms_trio.api import Picture

__all__ = ["PictureMixer", "Scene", "Tile"]

PIXELS: Final = "yuv420p"
TRANSPARENT_PIXELS: Final = "yuva420p"
TIME_BASE: Final = Fraction(1, 90_000)
BLACK: Final = (16, 128, 128)
ALPHA: Final = 3
"""Plane of `TRANSPARENT_PIXELS`."""


@attrs.frozen(eq=False)
class Tile:
    """A picture and where it goes.  `key` names the participant: what was scaled for it before is kept under that."""

    key: int
    picture: av.VideoFrame
    place: Place


@attrs.frozen(eq=False)
class Scene:
    """One picture to make: a black canvas of even size with tiles, the last one on top."""

    pts: int
    width: int
    height: int
    tiles: tuple[Tile, ...]


class PictureMixer:
    """Makes scenes.  A picture that cannot be scaled is left out."""

    def __init__(self) -> None:
        self._scalers: dict[int, _Scaler] = {}
        self._canvases = Canvases()

    def convert(self, scene: Scene) -> Sequence[av.VideoFrame]:
        """Make one scene; the result is a frame that nobody else has."""
        self._scalers = {tile.key: self._scalers.get(tile.key) or _Scaler() for tile in scene.tiles}
        canvas, planes = self._canvases.take(scene.width, scene.height)
        canvas.pts, canvas.time_base = scene.pts, TIME_BASE
        for plane, black in zip(planes, BLACK, strict=True):
            plane[:] = black
        for tile in scene.tiles:
            picture = self._scalers[tile.key].scaled(tile.picture, tile.place.width, tile.place.height)
            if picture is not None:
                _lay(planes, _planes(picture), tile.place)
        return [canvas]


class _Scaler:
    """The pictures of one participant in the size of its tile."""

    def __init__(self) -> None:
        self._graph: Graph | None = None
        self._shape: tuple[int, int, str, int, int] | None = None
        self._source: av.VideoFrame | None = None
        self._scaled: av.VideoFrame | None = None

    def scaled(self, picture: av.VideoFrame, width: int, height: int) -> av.VideoFrame | None:
        shape = (picture.width, picture.height, picture.format.name, width, height)
        if picture is self._source and shape == self._shape:
            return self._scaled
        if shape != self._shape:
            self._shape, self._graph = shape, None
        self._source = picture
        fits = shape[:3] == (width, height, _pixels_for(picture)) and picture.color_range != ColorRange.JPEG
        try:
            self._scaled = picture if fits else self._scale(picture, width, height)
        except av.error.FFmpegError:
            self._graph = self._scaled = None
        return self._scaled

    def _scale(self, picture: av.VideoFrame, width: int, height: int) -> av.VideoFrame:
        if self._graph is None:
            self._graph = graph = Graph()
            graph.threads = 1
            source = graph.add_buffer(
                width=picture.width, height=picture.height, format=picture.format, time_base=TIME_BASE
            )
            scale = graph.add("scale", f"{width}:{height}:flags=bilinear:out_range=tv")
            pixels = graph.add("format", _pixels_for(picture))
            graph.link_nodes(source, scale, pixels, graph.add("buffersink")).configure()
        self._graph.vpush(picture)
        return self._graph.vpull()


def _pixels_for(picture: av.VideoFrame) -> str:
    """What a picture is scaled to."""
    format = picture.format
    transparent = format.has_palette or any(component.is_alpha for component in format.components)
    return TRANSPARENT_PIXELS if transparent else PIXELS


def _planes(frame: av.VideoFrame) -> tuple[Picture, ...]:
    """Views of the three planes of a frame, or of four with its alpha, without the padding of their lines."""
    views = []
    for number, plane in enumerate(frame.planes):
        memory: Any = plane  # a buffer, though its type does not say so
        whole = number in (0, ALPHA)
        width, height = (frame.width, frame.height) if whole else (-(-frame.width // 2), -(-frame.height // 2))
        views.append(np.ndarray((height, width), np.uint8, memory, strides=(plane.line_size, 1)))
    return tuple(views)


def _lay(canvas: Sequence[Picture], picture: Sequence[Picture], place: Place) -> None:
    """Copy the part of a picture that is on the canvas, or as much of it as its alpha says."""
    for number, below in enumerate(canvas):
        above = picture[number]
        x, y = (place.x, place.y) if number == 0 else (place.x // 2, place.y // 2)
        height, width = below.shape
        left, top = max(0, -x), max(0, -y)
        right, bottom = min(above.shape[1], width - x), min(above.shape[0], height - y)
        if left < right and top < bottom:
            seen = below[y + top : y + bottom, x + left : x + right]
            part = above[top:bottom, left:right]
            if len(picture) > ALPHA:
                alpha = picture[ALPHA] if number == 0 else picture[ALPHA][::2, ::2]
                part = _blended(seen, part, alpha[top:bottom, left:right])
            seen[:] = part


def _blended(below: Picture, above: Picture, alpha: Picture) -> Picture:
    """Between the two, as `alpha` (255: above) says."""
    share = alpha.astype(np.uint16)
    mixed = above * share + below * (255 - share) + 127
    return (mixed // 255).astype(np.uint8)
