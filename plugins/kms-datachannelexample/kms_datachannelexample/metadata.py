"""Metadata of pictures: what one filter of a pipeline has found in a picture, for those behind it.

Pictures carry no metadata from filter to filter, but keep their time. So it is kept here by pipeline and time, for as
long as a picture may be on its way. Two streams of one pipeline whose clocks agree to the tick would be mixed up.
"""

from __future__ import annotations

import threading
from typing import Final

import attrs

from kms_trio.api import ObjectContext

__all__ = ["Face", "FacesOfPictures"]

MAX_PICTURES: Final = 256
"""Some seconds of video; older entries are dropped."""


@attrs.frozen
class Face:
    """Where a face is, in pixels."""

    x: int
    y: int
    width: int
    height: int


class FacesOfPictures:
    """The faces of recent pictures, shared by the filters of this module (`context.shared`); for any thread."""

    def __init__(self, context: ObjectContext) -> None:
        self._lock = threading.Lock()
        self._faces: dict[tuple[str, float], tuple[Face, ...]] = {}

    def put(self, object_id: str, time_s: float, faces: tuple[Face, ...]) -> None:
        """Note the faces of a picture; `object_id` is that of a filter of its pipeline."""
        key = _pipeline_of(object_id), time_s
        with self._lock:
            self._faces.pop(key, None)
            self._faces[key] = faces
            while len(self._faces) > MAX_PICTURES:
                del self._faces[next(iter(self._faces))]

    def get(self, object_id: str, time_s: float) -> tuple[Face, ...] | None:
        """The faces of a picture; None when nobody has looked for any."""
        with self._lock:
            return self._faces.get((_pipeline_of(object_id), time_s))


def _pipeline_of(object_id: str) -> str:
    return object_id.partition("/")[0]
