"""PointerDetectorFilter (pointerdetector.PointerDetectorFilter.kmd.json)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import attrs

from kms_pointerdetector.generated import types
from kms_pointerdetector.generated.events import WindowIn, WindowOut
from kms_pointerdetector.generated.interfaces import PointerDetectorFilterInterface
from kms_pointerdetector.tracker import Pointer, Tracker
from kms_pointerdetector.window import Window
from kms_trio.api import ErrorCode, KurentoError, Picture, PictureFormat, VideoFilter, load_image, require

if TYPE_CHECKING:
    from kms_trio.api import MediaObject, ObjectContext, RemoteClass

__all__ = ["PointerDetectorFilter"]

LARGEST: Final = 65_535
"""Pixels: for places and sizes beyond it drawing would overflow."""
REGION_COLOUR: Final = (0, 0, 255)
POINTER_COLOUR: Final = (0, 0, 255)


class PointerDetectorFilter(VideoFilter, PointerDetectorFilterInterface):
    """Follows a thing by its colours and tells when it enters and leaves windows.

    The calibration region is drawn until its colours are taken, so that people see where to hold the thing.
    """

    picture_format = PictureFormat.BGR
    replayed = ("track_color_from_calibration_region",)

    def __init__(
        self,
        context: ObjectContext,
        parent: MediaObject | None,
        object_class: RemoteClass,
        calibration_region: types.WindowParam,
        windows: Sequence[types.PointerDetectorWindowMediaParam] = (),
        media_pipeline: MediaObject | None = None,
    ) -> None:
        super().__init__(context, parent, object_class, media_pipeline)
        region = calibration_region
        box = region.top_right_corner_x, region.top_right_corner_y, region.width, region.height
        _check_box("calibrationRegion", *box)
        self._region = Window("", *box)
        self._first_windows = tuple(windows)
        self._asked_windows: dict[str, types.PointerDetectorWindowMediaParam] = {}
        self._windows: tuple[Window, ...] = ()  # replaced, never changed: the worker reads it
        self._cv2: Any = None
        self._tracker: Tracker | None = None
        self._calibrations_asked = 0
        self._calibrations_done = 0
        self._inside: frozenset[str] = frozenset()

    def prepare(self) -> None:
        """Load OpenCV. Raises KurentoError 40108 when it is not installed."""
        by = self.object_class.name
        self._cv2 = require("cv2", package="opencv-python-headless", extra="kms-pointerdetector[opencv]", by=by)
        self._tracker = Tracker(self._cv2)

    def state(self) -> dict[str, Any]:
        """The windows there are, as they were asked for."""
        return {"windows": [attrs.asdict(window) for window in self._asked_windows.values()]}

    async def restore(self, state: dict[str, Any]) -> None:
        """Have just those windows."""
        self.clear_windows()
        for window in state["windows"]:
            await self.add_window(types.PointerDetectorWindowMediaParam(**window))

    async def start(self) -> None:
        """Prepare, and load the images of the windows that the constructor was given."""
        await super().start()
        for window in self._first_windows:
            await self.add_window(window)

    async def add_window(self, window: types.PointerDetectorWindowMediaParam) -> None:
        """Add a window, or replace the one of the same id.

        Raises KurentoError 40107 for what is no window, 40600 for an image that cannot be loaded.
        """
        transparency = window.image_transparency or 0.0
        if not 0 <= transparency <= 1 or not math.isfinite(transparency):
            raise _illegal(f"'imageTransparency' must be from 0.0 to 1.0, not {transparency}")
        _check_box(f"window '{window.id}'", window.upper_right_x, window.upper_right_y, window.width, window.height)
        image, active_image = await self._load(window.image), await self._load(window.active_image)
        box = window.upper_right_x, window.upper_right_y, window.width, window.height
        added = Window(window.id, *box, image, active_image, transparency)
        self._windows = (*(each for each in self._windows if each.id != window.id), added)
        self._asked_windows.pop(window.id, None)
        self._asked_windows[window.id] = window

    def remove_window(self, window_id: str) -> None:
        """Remove a window; an unknown id is ignored."""
        self._windows = tuple(each for each in self._windows if each.id != window_id)
        self._asked_windows.pop(window_id, None)

    def clear_windows(self) -> None:
        """Remove all windows."""
        self._windows = ()
        self._asked_windows.clear()

    def track_color_from_calibration_region(self) -> None:
        """Take the colours that the region has in the next picture."""
        self._calibrations_asked += 1

    async def _load(self, uri: str | None) -> Picture | None:
        if not uri:
            return None
        return await load_image(uri, self.context.uri_policy, self.context.settings.uri_endpoint.default_path)

    def process(self, picture: Picture) -> Picture | None:
        """Find the pointer, tell which windows it entered and left, and draw it all."""
        assert self._tracker is not None
        windows, asked = self._windows, self._calibrations_asked
        if asked != self._calibrations_done:
            self._calibrations_done = asked
            if not self._tracker.calibrate(self._region.part(picture)):
                self.log.warning("The calibration region shows no colour to follow")
        pointer = self._tracker.find(picture, self.picture_time_s)
        self._tell_windows(windows, pointer)
        for window in windows:
            window.draw(self._cv2, picture, window.id in self._inside)
        if self._calibrations_done == 0:
            self._region.frame(self._cv2, picture, REGION_COLOUR)
        if pointer is not None:
            self._cv2.circle(picture, (round(pointer.x), round(pointer.y)), 5, POINTER_COLOUR, -1)
        return picture

    def _tell_windows(self, windows: tuple[Window, ...], pointer: Pointer | None) -> None:
        holding = [each.id for each in windows if pointer is not None and each.holds(pointer.x, pointer.y)]
        for window in windows:
            if window.id in self._inside and window.id not in holding:
                self.emit(WindowOut(window_id=window.id))
        for window_id in holding:
            if window_id not in self._inside:
                self.emit(WindowIn(window_id=window_id))
        self._inside = frozenset(holding)


def _check_box(what: str, left: int, top: int, width: int, height: int) -> None:
    if not (0 <= left <= LARGEST and 0 <= top <= LARGEST and 0 < width <= LARGEST and 0 < height <= LARGEST):
        raise _illegal(f"{what} must be a rectangle inside the video, not {width}x{height} at {left},{top}")


def _illegal(text: str) -> KurentoError:
    return KurentoError(ErrorCode.MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, text)
