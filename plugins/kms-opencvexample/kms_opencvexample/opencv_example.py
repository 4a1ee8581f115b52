"""OpenCVExample (opencvexample.OpenCVExample.kmd.json): how a filter is made of OpenCV calls."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kms_filters.opencv import OpenCVFilter
from kms_opencvexample.generated.interfaces import OpenCVExampleInterface
from kms_trio.api import ErrorCode, KurentoError, Picture, require

if TYPE_CHECKING:
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass

__all__ = ["OpenCVExample"]

USUAL_EDGE_VALUE: Final = 125


class _Shown(enum.IntEnum):
    """What `setFilterType` chooses."""

    EDGES = 0
    GREY = 1


class OpenCVExample(OpenCVFilter, OpenCVExampleInterface):
    """Shows edges, white on black, or grey values."""

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
        self._cv2: Any = None

    def prepare(self) -> None:
        """Load OpenCV. Raises KurentoError 40108 when it is not installed."""
        super().prepare()
        self._cv2 = require("cv2", package="opencv-python-headless", extra="kms-opencvexample[all]", by="OpenCVExample")

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
        """Show one picture (BGRA)."""
        cv2 = self._cv2
        shown = cv2.cvtColor(picture, cv2.COLOR_BGRA2GRAY)
        if self._shown is _Shown.EDGES:
            # An edge begins where it is steep enough and goes on while it is half as steep.
            shown = cv2.Canny(shown, self._edge_value / 2, self._edge_value)
        return np.asarray(cv2.cvtColor(shown, cv2.COLOR_GRAY2BGRA), np.uint8)
