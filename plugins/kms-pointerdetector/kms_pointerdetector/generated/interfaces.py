"""Abstract bases of the classes of the module `pointerdetector`.

Generated from its spec by `python -m kms_trio.spec generate`; do not edit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from kms_trio.generated.core import interfaces as core_interfaces

if TYPE_CHECKING:
    from kms_trio.dispatch import MaybeAwaitable
    from kms_pointerdetector.generated import types


class PointerDetectorFilterInterface(core_interfaces.FilterInterface, ABC):
    """Follows a thing by its colour and tells when it enters or leaves windows drawn on the video.

    Created with:

    - `media_pipeline`: The pipeline that it belongs to.
    - `calibration_region`: The rectangle from which the colour to follow is taken.
    - `windows`: The windows at the beginning. Default: `[]`.

    Raises the events `WindowIn`, `WindowOut`.
    """

    @abstractmethod
    def add_window(self, window: types.PointerDetectorWindowMediaParam) -> MaybeAwaitable[None]:
        """Adds a window.

        - `window`: The window.
        """

    @abstractmethod
    def clear_windows(self) -> MaybeAwaitable[None]:
        """Removes all windows."""

    @abstractmethod
    def track_color_from_calibration_region(self) -> MaybeAwaitable[None]:
        """Takes the colour that the calibration region has now as the one to follow."""

    @abstractmethod
    def remove_window(self, window_id: str) -> MaybeAwaitable[None]:
        """Removes a window.

        - `window_id`: The window's `id`.
        """
