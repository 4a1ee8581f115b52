"""GStreamerExample (gstreamerexample.GStreamerExample.kmd.json): how a filter is made of nothing but numpy.

In Kurento it shows how a GStreamer element becomes a filter. Here it works on the planes that decoders give, so that
nothing is converted.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

import numpy as np

from kms_gstreamerexample.generated.interfaces import GStreamerExampleInterface
from kms_trio.api import ErrorCode, KurentoError, Picture, PictureFormat, VideoFilter, yuv_planes

if TYPE_CHECKING:
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass

__all__ = ["GStreamerExample"]

USUAL_EDGE_VALUE: Final = 125
BLACK: Final = 16
WHITE: Final = 235
NO_COLOUR: Final = 128


class _Shown(enum.IntEnum):
    """What `setFilterType` chooses."""

    EDGES = 0
    GREY = 1


class GStreamerExample(VideoFilter, GStreamerExampleInterface):
    """Shows edges, white on black, or grey values."""

    picture_format = PictureFormat.YUV
    replayed = ("set_filter_type", "set_edge_threshold")

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class, media_pipeline)
        self._shown = _Shown.EDGES
        self._edge_value = USUAL_EDGE_VALUE

    def set_filter_type(self, filter_type: int) -> None:
        """Show 0 edges, 1 grey values. Raises KurentoError 40107 for other numbers."""
        try:
            self._shown = _Shown(filter_type)
        except ValueError:
            raise KurentoError(
                ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR,
                f"'filterType' must be 0 for edges or 1 for grey values, not {filter_type}",
            ) from None

    def set_edge_threshold(self, edge_value: int) -> None:
        """Show edges at least that steep: the sum of Sobel's derivatives. Raises KurentoError 40107."""
        if not 0 <= edge_value <= 255:
            raise KurentoError(
                ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, f"'edgeValue' must be from 0 to 255, not {edge_value}"
            )
        self._edge_value = edge_value

    def process(self, picture: Picture) -> Picture | None:
        """Show one picture (YUV)."""
        luma, *colours = yuv_planes(picture)
        for colour in colours:
            colour[:] = NO_COLOUR
        if self._shown is _Shown.EDGES:
            edges = steepness(luma) >= max(1, self._edge_value)
            luma[:] = BLACK
            luma[1:-1, 1:-1][edges] = WHITE
        return picture


def steepness(luma: Picture) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    """The sum of Sobel's derivatives to the right and downwards, of all pixels but the outermost."""
    levels = luma.astype(np.int16)
    rows = levels[:-2] + 2 * levels[1:-1] + levels[2:]
    columns = levels[:, :-2] + 2 * levels[:, 1:-1] + levels[:, 2:]
    steep = np.abs(rows[:, 2:] - rows[:, :-2]) + np.abs(columns[2:] - columns[:-2])
    return np.asarray(steep, np.int16)
